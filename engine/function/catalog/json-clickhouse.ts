/**
 * JSON as ClickHouse reads it: what is not there, or cannot be what is asked for, is the type's zero. Steps of a path are arguments, keys or
 * positions from 1.
 */

import { jsonPath } from '../../json/path-text.ts';
import type { Expr } from '../../plan/expr.ts';
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
import { TYPE_CODES } from '../scalar/json.ts';
import { scalar } from '../signature.ts';
import { documentType, ofLane, orElse, pathOfSteps, readAt, spelledPath, stepTypes, typed } from './json.ts';

const STRINGS = array(STRING);
const pairOf = (value: LogicalType): LogicalType =>
  tuple([
    { name: null, type: STRING },
    { name: null, type: value },
  ]);

/** What `fn` reads at the steps, else the type's zero. */
const extract =
  (fn: string, type: LogicalType): Resolve =>
  (args) => {
    const casts = stepTypes(args);
    if (casts === undefined) return undefined;
    return {
      casts,
      build: (values) =>
        orElse(readAt(fn, values[0], pathOfSteps(values.slice(1)), type), zeroOf(type), values),
    };
  };

/** JSONExtract(json, steps..., 'Type'); `read` is what is read for a type, `shown` what it is then. */
const extractTyped =
  (
    read: (type: LogicalType) => LogicalType = (type) => type,
    shown: (type: LogicalType) => LogicalType = read,
  ): Resolve =>
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
        const path = pathOfSteps(inputs.slice(1));
        const call = [inputs[0], path, typed(wanted), text(context.timeZone)];
        const found = apply(fn, call, nullable(shown(type)));
        return wanted.nullable ? found : orElse(found, zeroOf(shown(type)), inputs);
      },
    };
  };

/** JSON_VALUE(json, '$.a.b') */
const atPath =
  (fn: string, type: LogicalType, finish: (found: Expr) => Expr = (found) => found): Resolve =>
  (args) => {
    if (args.length !== 2) return undefined;
    const casts = stepTypes(args);
    if (casts?.[1].id !== 'string') return undefined;
    const path = spelledPath(args[1], jsonPath, 'json_path');
    return {
      casts,
      build: ([document, spelled]) =>
        orElse(finish(readAt(fn, document, path(spelled), type)), zeroOf(type), [document, spelled]),
    };
  };

const inBrackets = (found: Expr): Expr => apply('concat', [text('['), found, text(']')], nullable(STRING));

const ofDocument =
  (fn: string, type: LogicalType, only?: 'json'): Resolve =>
  (args) => {
    const cast = args.length === 1 ? documentType(args[0]) : undefined;
    if (cast === undefined || (only === 'json' && cast.id !== 'json')) return undefined;
    return { casts: [cast], fn, type };
  };

const simple =
  (fn: string, type: LogicalType): Resolve =>
  (args) => {
    const casts = args.length === 2 ? stepTypes(args) : undefined;
    return casts?.[1].id === 'string' ? { casts, fn, type } : undefined;
  };

const toJson: Resolve = (args, context) => {
  if (args.length !== 1) return undefined;
  const [{ type }] = args;
  return {
    casts: [type],
    build: ([value]) => {
      const call = [value, typed(type), text(context.timeZone), text('clickhouse')];
      return apply(ofLane('value_to_json', type), call, STRING);
    },
  };
};

const mergePatch: Resolve = (args) => {
  const casts = args.map(documentType);
  if (args.length < 2 || casts.some((type) => type === undefined)) return undefined;
  return {
    casts: casts as LogicalType[],
    build: (documents) =>
      documents.reduce((target, patch) => apply('json_merge_patch', [target, patch], STRING)),
  };
};

const arrayLength: Resolve = (args) => {
  const casts = args.length === 1 ? stepTypes(args) : undefined;
  return casts && { casts, build: ([document]) => readAt('json_array_length', document, text(''), UINT64) };
};

const TYPE_ENUM: LogicalType = { id: 'enum8', nullable: false, entries: TYPE_CODES };

const row = (
  names: readonly string[],
  resolve: Resolve,
  parameters: string,
  doc: string,
  sql: string,
  result: string,
): FunctionRow =>
  scalar({ clickhouse: names }, resolve, `${names[0]}(${parameters})`, doc, `SELECT ${sql}`, result);

export const CLICKHOUSE_JSON: readonly FunctionRow[] = [
  row(
    ['JSONExtractString'],
    extract('json_text_lax', STRING),
    'json [, key or position, ...]',
    'The text at a path: of a string its content, of anything else its JSON.',
    `JSONExtractString('{"a": [1, "x"]}', 'a', 2)`,
    'x',
  ),
  row(
    ['JSONExtractRaw'],
    extract('json_raw_lax', STRING),
    'json [, key or position, ...]',
    'The JSON at a path, without blanks.',
    `JSONExtractRaw('{"a": [1, "x"]}', 'a')`,
    '[1,"x"]',
  ),
  row(
    ['JSONExtractInt'],
    extract('json_int_lax', INT64),
    'json [, key or position, ...]',
    'The integer at a path; numbers are cut, strings read.',
    `JSONExtractInt('{"a": -5}', 'a')`,
    '-5',
  ),
  row(
    ['JSONExtractUInt'],
    extract('json_uint_lax', UINT64),
    'json [, key or position, ...]',
    'The unsigned integer at a path; numbers are cut, strings read.',
    `JSONExtractUInt('{"a": "7"}', 'a')`,
    '7',
  ),
  row(
    ['JSONExtractFloat'],
    extract('json_float_lax', FLOAT64),
    'json [, key or position, ...]',
    'The number at a path; strings are read.',
    `JSONExtractFloat('{"a": 1.5}', 'a')`,
    '1.5',
  ),
  row(
    ['JSONExtractBool'],
    extract('json_bool_lax', BOOL),
    'json [, key or position, ...]',
    'Whether true, or an integer other than 0, is at a path.',
    `JSONExtractBool('{"a": true}', 'a')`,
    '1',
  ),
  row(
    ['JSONExtract'],
    extractTyped(),
    'json [, key or position, ...], type',
    'The value at a path as one of a type, arrays, tuples and maps among them.',
    `toString(JSONExtract('{"a": [1, 2]}', 'a', 'Array(Int32)'))`,
    '[1,2]',
  ),
  row(
    ['JSONExtractKeysAndValues'],
    // A map is an array of such pairs.
    extractTyped(
      (type) => map(STRING, type),
      (type) => array(pairOf(type)),
    ),
    'json [, key or position, ...], type',
    'Keys and values of the object at a path.',
    `toString(JSONExtractKeysAndValues('{"a": 1}', 'Int8'))`,
    "[('a',1)]",
  ),
  row(
    ['JSONExtractKeysAndValuesRaw'],
    extract('json_entries_lax', array(pairOf(STRING))),
    'json [, key or position, ...]',
    'Keys and values, as JSON, of the object at a path.',
    `toString(JSONExtractKeysAndValuesRaw('{"a": [1]}'))`,
    "[('a','[1]')]",
  ),
  row(
    ['JSONExtractKeys'],
    extract('json_keys_lax', STRINGS),
    'json [, key or position, ...]',
    'The keys of the object at a path.',
    `toString(JSONExtractKeys('{"a": 1, "b": 2}'))`,
    "['a','b']",
  ),
  row(
    ['JSONExtractArrayRaw'],
    extract('json_elements_lax', STRINGS),
    'json [, key or position, ...]',
    'The elements, as JSON, of the array at a path.',
    `toString(JSONExtractArrayRaw('[1, "x"]'))`,
    `['1','"x"']`,
  ),
  row(
    ['JSONHas'],
    extract('json_has', BOOL),
    'json [, key or position, ...]',
    'Whether there is a value at a path, null among them.',
    `JSONHas('{"a": null}', 'a')`,
    '1',
  ),
  row(
    ['JSONLength'],
    extract('json_length_lax', UINT64),
    'json [, key or position, ...]',
    'How many elements or members there are at a path; 0 of scalars.',
    `JSONLength('{"a": [1, 2]}', 'a')`,
    '2',
  ),
  row(
    ['JSONType'],
    extract('json_type_lax', TYPE_ENUM),
    'json [, key or position, ...]',
    'What the value at a path is.',
    `toString(JSONType('{"a": 1}', 'a'))`,
    'Int64',
  ),
  row(
    ['JSONKey'],
    extract('json_key', STRING),
    'json [, key or position, ...]',
    'The key of the member at a position.',
    `JSONKey('{"a": 1, "b": 2}', -1)`,
    'b',
  ),
  row(
    ['isValidJSON'],
    ofDocument('json_is_valid', BOOL),
    'text',
    'Whether a text is JSON.',
    `isValidJSON('{"a": }')`,
    '0',
  ),
  row(
    ['JSON_VALUE'],
    atPath('json_scalar_lax', STRING),
    'json, path',
    'The scalar at a path such as $.a.b[0].',
    `JSON_VALUE('{"a": {"b": "x"}}', '$.a.b')`,
    'x',
  ),
  row(
    ['JSON_QUERY'],
    atPath('json_raw_lax', STRING, inBrackets),
    'json, path',
    'The JSON at a path such as $.a.b[0], in brackets.',
    `JSON_QUERY('{"a": {"b": 1}}', '$.a')`,
    '[{"b":1}]',
  ),
  row(
    ['JSON_EXISTS'],
    atPath('json_has', BOOL),
    'json, path',
    'Whether there is a value at a path such as $.a.b[0].',
    `JSON_EXISTS('{"a": 1}', '$.b')`,
    '0',
  ),
  row(
    ['JSONAllPaths'],
    ofDocument('json_paths', STRINGS, 'json'),
    'json',
    'The paths of a value of JSON, ascending.',
    `toString(JSONAllPaths(CAST('{"a": {"b": 1}}', 'JSON')))`,
    "['a.b']",
  ),
  row(
    ['JSONAllPathsWithTypes'],
    ofDocument('json_path_types', map(STRING, STRING), 'json'),
    'json',
    'The paths of a value of JSON and what is there.',
    `toString(JSONAllPathsWithTypes(CAST('{"a": {"b": 1}}', 'JSON')))`,
    "{'a.b':'Int64'}",
  ),
  row(
    ['JSONArrayLength', 'JSON_ARRAY_LENGTH'],
    arrayLength,
    'json',
    'How many elements an array has; NULL of anything else.',
    `JSONArrayLength('[1, 2]')`,
    '2',
  ),
  row(
    ['JSONMergePatch', 'jsonMergePatch'],
    mergePatch,
    'json, json, ...',
    'The first document changed by the others (RFC 7396).',
    `JSONMergePatch('{"a": 1}', '{"b": 2}')`,
    '{"a":1,"b":2}',
  ),
  row(['toJSONString'], toJson, 'value', 'A value as JSON.', `toJSONString(map('a', [1, 2]))`, '{"a":[1,2]}'),
  ...(
    [
      ['Has', 'simple_json_has', BOOL, 'Whether a text has "name": somewhere.', '{"b": {"a":1}}', '1'],
      [
        'ExtractString',
        'simple_json_string',
        STRING,
        'The string behind "name": in a text.',
        '{"a":"x"}',
        'x',
      ],
      ['ExtractInt', 'simple_json_int', INT64, 'The integer behind "name": in a text.', '{"a":-5}', '-5'],
      [
        'ExtractUInt',
        'simple_json_int',
        UINT64,
        'The unsigned integer behind "name": in a text.',
        '{"a":5}',
        '5',
      ],
      [
        'ExtractFloat',
        'simple_json_float',
        FLOAT64,
        'The number behind "name": in a text.',
        '{"a":1.5}',
        '1.5',
      ],
      [
        'ExtractBool',
        'simple_json_bool',
        BOOL,
        'Whether true is behind "name": in a text.',
        '{"a":true}',
        '1',
      ],
      ['ExtractRaw', 'simple_json_raw', STRING, 'What is behind "name": as it is.', '{"a":[1, 2]}', '[1, 2]'],
    ] as const
  ).map(([name, fn, type, doc, example, result]) =>
    row(
      [`simpleJSON${name}`, `visitParam${name}`],
      simple(fn, type),
      'text, name',
      doc,
      `simpleJSON${name}('${example}', 'a')`,
      result,
    ),
  ),
];
