/** JSONExtract* of ClickHouse, by keys as they are and whatever the case of their letters. */

import {
  array,
  BOOL,
  FLOAT64,
  INT64,
  type LogicalType,
  map,
  nullable,
  STRING,
  tuple,
  UINT64,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, text } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { type KeyStep, ofLane, orElse, pathOfSteps, readAt, stepTypes, typed } from './json.ts';

const STRINGS = array(STRING);
const pairOf = (value: LogicalType): LogicalType =>
  tuple([
    { name: null, type: STRING },
    { name: null, type: value },
  ]);

/** What `fn` reads at the steps, else the type's zero. */
export const extract =
  (fn: string, type: LogicalType, keyStep?: KeyStep): Resolve =>
  (args) => {
    const casts = stepTypes(args);
    if (casts === undefined) return undefined;
    return {
      casts,
      build: (values) =>
        orElse(readAt(fn, values[0], pathOfSteps(values.slice(1), keyStep), type), zeroOf(type), values),
    };
  };

/** JSONExtract(json, steps..., 'Type'); `read` is what is read for a type, `shown` what it is then. */
const extractTyped =
  (
    read: (type: LogicalType) => LogicalType = (type) => type,
    shown: (type: LogicalType) => LogicalType = read,
  ) =>
  (keyStep: KeyStep): Resolve =>
  (args, context) => {
    const name = args.at(-1)?.value;
    const casts = stepTypes(args.slice(0, -1));
    if (typeof name !== 'string' || casts === undefined || context.typeNamed === undefined) return undefined;
    const type = context.typeNamed(name);
    const wanted = read(type);
    const fn = ofLane('json_typed', wanted);
    return {
      casts: [...casts, STRING],
      build: (values) => {
        const inputs = values.slice(0, -1);
        const path = pathOfSteps(inputs.slice(1), keyStep);
        const call = [inputs[0], path, typed(wanted), text(context.timeZone)];
        const found = apply(fn, call, nullable(shown(type)));
        return wanted.nullable ? found : orElse(found, zeroOf(shown(type)), inputs);
      },
    };
  };

const reading =
  (fn: string, type: LogicalType) =>
  (keyStep: KeyStep): Resolve =>
    extract(fn, type, keyStep);

const STEPS = 'json [, key or position, ...]';

/** Name, how it reads, its parameters, what it gives, an example and its result. */
const READS: readonly (readonly [
  name: string,
  read: (keyStep: KeyStep) => Resolve,
  parameters: string,
  doc: string,
  sql: string,
  result: string,
])[] = [
  [
    'JSONExtractString',
    reading('json_text_lax', STRING),
    STEPS,
    'The text at a path: of a string its content, of anything else its JSON.',
    `JSONExtractString('{"a": [1, "x"]}', 'a', 2)`,
    'x',
  ],
  [
    'JSONExtractRaw',
    reading('json_raw_lax', STRING),
    STEPS,
    'The JSON at a path, without blanks.',
    `JSONExtractRaw('{"a": [1, "x"]}', 'a')`,
    '[1,"x"]',
  ],
  [
    'JSONExtractInt',
    reading('json_int_lax', INT64),
    STEPS,
    'The integer at a path; numbers are cut, strings read.',
    `JSONExtractInt('{"a": -5}', 'a')`,
    '-5',
  ],
  [
    'JSONExtractUInt',
    reading('json_uint_lax', UINT64),
    STEPS,
    'The unsigned integer at a path; numbers are cut, strings read.',
    `JSONExtractUInt('{"a": "7"}', 'a')`,
    '7',
  ],
  [
    'JSONExtractFloat',
    reading('json_float_lax', FLOAT64),
    STEPS,
    'The number at a path; strings are read.',
    `JSONExtractFloat('{"a": 1.5}', 'a')`,
    '1.5',
  ],
  [
    'JSONExtractBool',
    reading('json_bool_lax', BOOL),
    STEPS,
    'Whether true, or an integer other than 0, is at a path.',
    `JSONExtractBool('{"a": true}', 'a')`,
    '1',
  ],
  [
    'JSONExtract',
    extractTyped(),
    `${STEPS}, type`,
    'The value at a path as one of a type, arrays, tuples and maps among them.',
    `toString(JSONExtract('{"a": [1, 2]}', 'a', 'Array(Int32)'))`,
    '[1,2]',
  ],
  [
    'JSONExtractKeysAndValues',
    // A map is an array of such pairs.
    extractTyped(
      (type) => map(STRING, type),
      (type) => array(pairOf(type)),
    ),
    `${STEPS}, type`,
    'Keys and values of the object at a path.',
    `toString(JSONExtractKeysAndValues('{"a": 1}', 'Int8'))`,
    "[('a',1)]",
  ],
  [
    'JSONExtractKeysAndValuesRaw',
    reading('json_entries_lax', array(pairOf(STRING))),
    STEPS,
    'Keys and values, as JSON, of the object at a path.',
    `toString(JSONExtractKeysAndValuesRaw('{"a": [1]}'))`,
    "[('a','[1]')]",
  ],
  [
    'JSONExtractKeys',
    reading('json_keys_lax', STRINGS),
    STEPS,
    'The keys of the object at a path.',
    `toString(JSONExtractKeys('{"a": 1, "b": 2}'))`,
    "['a','b']",
  ],
  [
    'JSONExtractArrayRaw',
    reading('json_elements_lax', STRINGS),
    STEPS,
    'The elements, as JSON, of the array at a path.',
    `toString(JSONExtractArrayRaw('[1, "x"]'))`,
    `['1','"x"']`,
  ],
];

/** The example with the keys of its path in large letters. */
const shouted = (sql: string): string => sql.replaceAll(/, '(\w)'/g, (key) => key.toUpperCase());

export const EXTRACTORS: readonly FunctionRow[] = READS.flatMap(
  ([name, read, parameters, doc, sql, result]) => [
    clickhouseScalar([name, read('json_key_step'), `${name}(${parameters})`, doc, `SELECT ${sql}`, result]),
    clickhouseScalar([
      `${name}CaseInsensitive`,
      read('json_any_case_step'),
      `${name}CaseInsensitive(${parameters})`,
      `${doc} The case of letters of keys does not count.`,
      `SELECT ${shouted(sql).replace(name, `${name}CaseInsensitive`)}`,
      result,
    ]),
  ],
);
