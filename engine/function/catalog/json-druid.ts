/** JSON as Druid reads it: NULL is what is not there, or is no JSON. Paths are `$.a.b[0]`, `$['a']` or jq's `.a.b[0]`. */

import { druidPath } from '../../json/path-text.ts';
import type { Expr } from '../../plan/expr.ts';
import { typeOfText, typeText } from '../../type/literal.ts';
import {
  array,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  type LogicalType,
  laneOf,
  nullable,
  STRING,
} from '../../type/type.ts';
import { apply, text } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { scalar } from '../signature.ts';
import { documentType, JSON_TYPE, readAt, spelledPath, stepTypes } from './json.ts';
import { jsonObject, written } from './json-standard.ts';

const atPath =
  (fn: string, type: LogicalType): Resolve =>
  (args) => {
    const casts = args.length === 2 ? stepTypes(args) : undefined;
    if (casts?.[1].id !== 'string') return undefined;
    const path = spelledPath(args[1], druidPath, 'json_path_druid');
    return { casts, build: ([document, spelled]) => readAt(fn, document, path(spelled), type) };
  };

/** JSON_VALUE(json, path RETURNING type): the type comes as a third argument, as text (type/literal.ts). */
const value: Resolve = (args, context) => {
  const casts = stepTypes(args.slice(0, 2));
  if (casts?.length !== 2 || casts[1].id !== 'string' || args.length > 3) return undefined;
  const path = spelledPath(args[1], druidPath, 'json_path_druid');
  const returning = args[2]?.value;
  const to = typeof returning === 'string' ? typeOfText(returning) : STRING;
  if (to.id === 'array') {
    const typed = (raw: Expr): Expr[] => [raw, text(''), text(typeText(to)), text(context.timeZone)];
    return {
      casts: args.map(({ type }, i) => casts[i] ?? type),
      build: ([document, spelled]) =>
        apply(`json_typed_${laneOf(to)}`, typed(readAt('json_raw', document, path(spelled), JSON_TYPE)), to),
    };
  }
  const [fn, read] = isInteger(to)
    ? ['json_int_lax', INT64]
    : isFloat(to)
      ? ['json_float_lax', FLOAT64]
      : ['json_scalar', STRING];
  return {
    casts: args.map(({ type }, i) => casts[i] ?? type),
    build: ([document, spelled]) => {
      const found = readAt(fn as string, document, path(spelled), read as LogicalType);
      const options = { ...WIDEN, onBadValue: 'null' as const, timeZone: context.timeZone };
      return to.id === 'string' ? found : cast(found, nullable(to), options);
    },
  };
};

const parse =
  (fn: string): Resolve =>
  (args) => {
    const type = args.length === 1 ? documentType(args[0]) : undefined;
    return type && { casts: [type], build: ([given]) => readAt(fn, given, text(''), JSON_TYPE) };
  };

const merge: Resolve = (args) => {
  const casts = args.map(documentType);
  if (args.length < 2 || casts.some((type) => type === undefined)) return undefined;
  return {
    casts: casts as LogicalType[],
    build: (documents) =>
      documents.reduce((target, patch) => apply('json_merge', [target, patch], JSON_TYPE)),
  };
};

const toText: Resolve = (args, context) =>
  args.length === 1
    ? { casts: [args[0].type], build: ([given]) => written(given, context, 'value_to_json') }
    : undefined;

const paths: Resolve = (args) => {
  const type = args.length === 1 ? documentType(args[0]) : undefined;
  return type && { casts: [type], fn: 'json_paths_from_root', type: array(nullable(STRING)) };
};

const row = (
  name: string,
  resolve: Resolve,
  syntax: string,
  doc: string,
  sql: string,
  result: string,
): FunctionRow => scalar({ druid: [name] }, resolve, syntax, doc, `SELECT ${sql}`, result);

export const DRUID_JSON: readonly FunctionRow[] = [
  row(
    'json_value',
    value,
    'JSON_VALUE(json, path [, type])',
    'The scalar at a path as VARCHAR, or as the type behind RETURNING.',
    `JSON_VALUE(PARSE_JSON('{"a": {"b": 5}}'), '$.a.b' RETURNING BIGINT)`,
    '5',
  ),
  row(
    'json_query',
    atPath('json_raw', JSON_TYPE),
    'JSON_QUERY(json, path)',
    'The JSON at a path.',
    `TO_JSON_STRING(JSON_QUERY(PARSE_JSON('{"a": {"b": 5}}'), '$.a'))`,
    '{"b":5}',
  ),
  row(
    'json_query_array',
    atPath('json_elements', array(nullable(JSON_TYPE))),
    'JSON_QUERY_ARRAY(json, path)',
    'The elements at a path as an array of JSON.',
    `ARRAY_LENGTH(JSON_QUERY_ARRAY(PARSE_JSON('{"a": [1, 2]}'), '$.a'))`,
    '2',
  ),
  row(
    'json_keys',
    atPath('json_keys', array(nullable(STRING))),
    'JSON_KEYS(json, path)',
    'The keys of the object at a path.',
    `ARRAY_TO_STRING(JSON_KEYS(PARSE_JSON('{"a": 1, "b": 2}'), '$.'), ',')`,
    'a,b',
  ),
  row(
    'json_paths',
    paths,
    'JSON_PATHS(json)',
    'The paths to all scalars of a document.',
    `ARRAY_TO_STRING(JSON_PATHS(PARSE_JSON('{"a": {"b": 1}, "c": [2]}')), ',')`,
    '$.a.b,$.c[0]',
  ),
  row(
    'json_object',
    jsonObject,
    'JSON_OBJECT([key, value, ...])',
    'An object of keys and values, written KEY key VALUE value.',
    `TO_JSON_STRING(JSON_OBJECT(KEY 'a' VALUE 1, KEY 'b' VALUE 'x'))`,
    '{"a":1,"b":"x"}',
  ),
  row(
    'json_merge',
    merge,
    'JSON_MERGE(json, json, ...)',
    'Documents as one; later members take the place of earlier ones.',
    `TO_JSON_STRING(JSON_MERGE(PARSE_JSON('{"a": 1}'), PARSE_JSON('{"b": 2}')))`,
    '{"a":1,"b":2}',
  ),
  row(
    'parse_json',
    parse('json_raw_strict'),
    'PARSE_JSON(text)',
    'A text as JSON; what is none is an error.',
    `TO_JSON_STRING(PARSE_JSON('{ "a": 1 }'))`,
    '{"a":1}',
  ),
  row(
    'try_parse_json',
    parse('json_raw_standard'),
    'TRY_PARSE_JSON(text)',
    'A text as JSON; NULL where it is none.',
    `TO_JSON_STRING(TRY_PARSE_JSON('{ "a": 1 }'))`,
    '{"a":1}',
  ),
  row(
    'to_json_string',
    toText,
    'TO_JSON_STRING(value)',
    'A value as text of JSON.',
    `TO_JSON_STRING(JSON_OBJECT(KEY 'a' VALUE 1))`,
    '{"a":1}',
  ),
];
