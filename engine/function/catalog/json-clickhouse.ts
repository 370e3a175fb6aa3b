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
  UINT64,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, text } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { TYPE_CODES } from '../scalar/json.ts';
import { scalar } from '../signature.ts';
import { documentType, ofLane, orElse, readAt, spelledPath, stepTypes, typed } from './json.ts';
import { EXTRACTORS, extract } from './json-extract.ts';

const STRINGS = array(STRING);
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
  ...EXTRACTORS,
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
