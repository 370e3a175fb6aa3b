/** JSON as DuckDB reads it: NULL is what is not there, and what is no JSON is an error. Paths are `$.a.b[0]`, `/a/b/0` or a key. */

import { standardPath } from '../../json/path-text.ts';
import type { Expr } from '../../plan/expr.ts';
import { unpackItem } from '../../type/nested.ts';
import { array, BOOL, isInteger, type LogicalType, nullable, STRING, UINT64 } from '../../type/type.ts';
import { apply, retype, text, unlessNull } from '../call.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { JSON_ENTRY } from '../scalar/json-entries.ts';
import { scalar } from '../signature.ts';
import { documentType, JSON_TYPE, ofLane, readAt, spelledPath, stepTypes, typed } from './json.ts';
import { arrayOf } from './nested.ts';

/** Where the path argument leads; the number of an element counts from 0. */
const pathOf = (path: Argument): ((expr: Expr) => Expr) =>
  isInteger(path.type)
    ? (expr) => apply('json_element_step', [expr], STRING)
    : spelledPath(path, standardPath, 'json_path_standard');

/** @param optional the path may be left out. */
const atPath =
  (fn: string, type: LogicalType, optional: 'optional' | 'needed' = 'needed'): Resolve =>
  (args) => {
    const casts = stepTypes(args);
    if (casts === undefined || args.length > 2 || (args.length < 2 && optional === 'needed'))
      return undefined;
    const path = args.length === 2 ? pathOf(args[1]) : () => text('');
    return { casts, build: ([document, spelled]) => readAt(fn, document, path(spelled), type) };
  };

/** A list of paths gives a list of what is there. */
const atPaths =
  (fn: string, type: LogicalType): Resolve =>
  (args, context) => {
    const [value, paths] = args;
    if (args.length !== 2 || paths.type.id !== 'array' || typeof paths.value !== 'string')
      return atPath(fn, type)(args, context);
    const kept = documentType(value);
    const texts = unpackItem(paths.value, paths.type) as readonly (string | null)[];
    if (kept === undefined || texts.includes(null)) return undefined;
    return {
      casts: [kept, paths.type],
      build: ([document]) => {
        const found = (texts as readonly string[]).map((path) =>
          readAt(fn, document, text(standardPath(path)), type),
        );
        return unlessNull([document], arrayOf(found, nullable(type)));
      },
    };
  };

/** json_entries(json, path, deep) */
const entries: Resolve = (args) => {
  const kept = args.length === 3 ? documentType(args[0]) : undefined;
  if (kept === undefined || args[1].type.id !== 'string' || args[2].type.id !== 'bool') return undefined;
  const path = pathOf(args[1]);
  return {
    casts: [kept, args[1].type, BOOL],
    build: ([document, spelled, deep]) =>
      apply('json_entries', [document, path(spelled), deep], array(nullable(JSON_ENTRY))),
  };
};

const ofDocument =
  (fn: string, type: LogicalType, isCompact = false): Resolve =>
  (args) => {
    const kept = args.length === 1 ? documentType(args[0]) : undefined;
    return (
      kept && {
        casts: [kept],
        build: ([value]) => {
          const read = isCompact ? readAt('json_raw_strict', value, text(''), STRING) : value;
          return apply(fn, [read], type);
        },
      }
    );
  };

const isValid: Resolve = (args) => {
  const cast = args.length === 1 ? documentType(args[0]) : undefined;
  return cast && { casts: [cast], fn: 'json_is_valid', type: BOOL };
};

/** The document without blanks. */
const document: Resolve = (args) => {
  const cast = args.length === 1 ? documentType(args[0]) : undefined;
  return cast && { casts: [cast], build: ([value]) => readAt('json_raw_strict', value, text(''), JSON_TYPE) };
};

const twoDocuments =
  (fn: string, type: LogicalType): Resolve =>
  (args) => {
    const casts = args.map(documentType);
    return args.length === 2 && casts.every((cast) => cast !== undefined) ? { casts, fn, type } : undefined;
  };

const asNullable = ({ type }: Expr): LogicalType => (type.nullable ? nullable(JSON_TYPE) : JSON_TYPE);

/** A value as JSON, by itself or as a part of another. */
export const written = (
  value: Expr,
  context: ResolveContext,
  family: 'value_in_json' | 'value_to_json' = 'value_in_json',
): Expr => {
  const call = [value, typed(value.type), text(context.timeZone), text('standard')];
  return apply(ofLane(family, value.type), call, STRING);
};

const toJson: Resolve = (args, context) =>
  args.length !== 1
    ? undefined
    : {
        casts: [args[0].type],
        build: ([value]) => retype(written(value, context, 'value_to_json'), asNullable(value)),
      };

/** `{"key": value, ...}`; keys are texts. */
export const jsonObject: Resolve = (args, context) => {
  if (args.length % 2 !== 0 || args.some(({ type }, i) => i % 2 === 0 && type.id !== 'string'))
    return undefined;
  return {
    casts: args.map(({ type }) => type),
    build: (values) => {
      const parts: Expr[] = [text('{')];
      for (let i = 0; i < values.length; i += 2) {
        if (i > 0) parts.push(text(','));
        parts.push(apply('json_quote', [values[i]], STRING), text(':'), written(values[i + 1], context));
      }
      return retype(apply('concat', [...parts, text('}')], STRING), JSON_TYPE);
    },
  };
};

const jsonArray: Resolve = (args, context) => ({
  casts: args.map(({ type }) => type),
  build: (values) => {
    const parts = values.flatMap((value, i) => [text(i === 0 ? '[' : ','), written(value, context)]);
    const all = values.length === 0 ? [text('[]')] : [...parts, text(']')];
    return retype(apply('concat', all, STRING), JSON_TYPE);
  },
});

const row = (
  names: readonly string[],
  resolve: Resolve,
  syntax: string,
  doc: string,
  sql: string,
  result: string,
): FunctionRow => scalar({ standard: names }, resolve, syntax, doc, `SELECT ${sql}`, result);

export const STANDARD_JSON: readonly FunctionRow[] = [
  row(
    ['json_extract', 'json_extract_path', '->'],
    atPaths('json_raw_strict', JSON_TYPE),
    'json_extract(json, path)',
    'The JSON at a path, or at each of a list of paths; json -> path is the same.',
    `CAST(json_extract('{"a": [1, 2]}', '$.a[1]') AS VARCHAR)`,
    '2',
  ),
  row(
    ['json_extract_string', 'json_extract_path_text', '->>'],
    atPaths('json_text_strict', STRING),
    'json_extract_string(json, path)',
    'The text at a path, or at each of a list of paths; json ->> path is the same.',
    `json_extract_string('{"a": "x"}', 'a')`,
    'x',
  ),
  row(
    ['json_value'],
    atPath('json_value_strict', JSON_TYPE),
    'json_value(json, path)',
    'The JSON of the scalar at a path.',
    `CAST(json_value('{"a": "x"}', '$.a') AS VARCHAR)`,
    '"x"',
  ),
  row(
    ['json_exists'],
    atPath('json_exists_strict', BOOL),
    'json_exists(json, path)',
    'Whether there is a value at a path, null among them.',
    `json_exists('{"a": null}', '$.a')`,
    'true',
  ),
  row(
    ['json_valid'],
    isValid,
    'json_valid(text)',
    'Whether a text is JSON.',
    `json_valid('{"a": }')`,
    'false',
  ),
  row(
    ['json_type'],
    atPath('json_type_strict', STRING, 'optional'),
    'json_type(json [, path])',
    'What the value at a path is.',
    `json_type('{"a": 1}', 'a')`,
    'UBIGINT',
  ),
  row(
    ['json_array_length'],
    atPath('json_length_strict', UINT64, 'optional'),
    'json_array_length(json [, path])',
    'How many elements the array at a path has; 0 of anything else.',
    `json_array_length('[1, 2]')`,
    '2',
  ),
  row(
    ['json_keys'],
    atPath('json_keys_strict', array(nullable(STRING)), 'optional'),
    'json_keys(json [, path])',
    'The keys of the object at a path.',
    `CAST(json_keys('{"a": 1, "b": 2}') AS VARCHAR)`,
    '[a, b]',
  ),
  row(
    ['json'],
    document,
    'json(text)',
    'A text as JSON, without blanks.',
    `CAST(json('{ "a": 1 }') AS VARCHAR)`,
    '{"a":1}',
  ),
  row(
    ['json_object'],
    jsonObject,
    'json_object([key, value, ...])',
    'An object of keys and values.',
    `CAST(json_object('a', 1, 'b', [2]) AS VARCHAR)`,
    '{"a":1,"b":[2]}',
  ),
  row(
    ['json_array'],
    jsonArray,
    'json_array([value, ...])',
    'An array of values.',
    `CAST(json_array(1, 'x', NULL) AS VARCHAR)`,
    '[1,"x",null]',
  ),
  row(
    ['to_json', 'json_quote', 'array_to_json', 'row_to_json'],
    toJson,
    'to_json(value)',
    'A value as JSON.',
    `CAST(to_json([1, 2]) AS VARCHAR)`,
    '[1,2]',
  ),
  row(
    ['json_contains'],
    twoDocuments('json_contains', BOOL),
    'json_contains(json, wanted)',
    'Whether the second document is in the first.',
    `json_contains('{"a": [1, 2]}', '[2]')`,
    'true',
  ),
  row(
    ['json_merge_patch'],
    twoDocuments('json_merge_patch', JSON_TYPE),
    'json_merge_patch(json, patch)',
    'The first document changed by the second (RFC 7396).',
    `CAST(json_merge_patch('{"a": 1}', '{"b": 2}') AS VARCHAR)`,
    '{"a":1,"b":2}',
  ),
  row(
    ['json_structure'],
    ofDocument('json_structure', JSON_TYPE),
    'json_structure(json)',
    'The types of what is in the document, as JSON of its shape.',
    `CAST(json_structure('{"a": [1, 2.5]}') AS VARCHAR)`,
    '{"a":["DOUBLE"]}',
  ),
  row(
    ['json_pretty'],
    ofDocument('json_pretty', STRING, true),
    'json_pretty(json)',
    'The document with a line for each value.',
    `replace(json_pretty('[1]'), chr(10), '|')`,
    '[|    1|]',
  ),
  row(
    ['json_entries'],
    entries,
    'json_entries(json, path, deep)',
    'What json_each lists of the value at a path, or json_tree if it is to be deep, as a list of structs.',
    `array_length(json_entries('{"a": 1, "b": [2]}', '$', true))`,
    '4',
  ),
];
