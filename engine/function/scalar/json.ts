/**
 * What functions read at a path of a document: (document, path) to a lane. The path is a text of json/path.ts. All share one walk
 * (json/find.ts), so a document is read once whatever is asked of it, and nothing of it becomes objects.
 *
 * `lax` is ClickHouse: what is no JSON has no values, and values are converted where they can be. `strict` is DuckDB: what is no JSON is an
 * error. NULL is what is not there; functions that show something else put it in its place outside.
 */

import { BasaltError } from '../../base/error.ts';
import { contentOf, Items, JsonPlace, textOf } from '../../json/find.ts';
import { pathOf } from '../../json/path.ts';
import { JsonScanner, KIND } from '../../json/scanner.ts';
import { compactText, type NumberStyle, numberText } from '../../json/text.ts';
import { packItem } from '../../type/nested.ts';
import { array, type Lane, STRING } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import { parseFloatText } from '../number-text.ts';
import type { Implementation, Scalar } from '../row.ts';

export type JsonRead = {
  readonly id: string;
  readonly result: Lane;
  readonly read: (at: JsonPlace) => Scalar;
};

const MIN_INT64 = -(1n << 63n);
const MAX_INT64 = (1n << 63n) - 1n;
const MAX_UINT64 = (1n << 64n) - 1n;

const isNumber = (at: JsonPlace): boolean => at.kind === KIND.int || at.kind === KIND.float;

/** A value as text of JSON. */
export function rawText(at: JsonPlace, style: NumberStyle): string {
  const quote = at.kind === KIND.string ? 1 : 0;
  return compactText(at.bytes, at.from - quote, at.to + quote, style);
}

/** A string's content, anything else as text of JSON. */
export function plainText(at: JsonPlace, style: NumberStyle): string {
  if (at.kind === KIND.string) return at.text;
  return isNumber(at) ? numberText(at.text, at.kind, style) : rawText(at, style);
}

const whole = (text: string): bigint | null => {
  if (/^-?\d{1,40}$/.test(text)) return BigInt(text);
  const value = parseFloatText(text);
  return value === undefined || !Number.isFinite(value) || /\s/.test(text) ? null : BigInt(Math.trunc(value));
};

const inRange = (value: bigint | null, min: bigint, max: bigint): bigint | null =>
  value === null || value < min || value > max ? null : BigInt.asIntN(64, value);

const integer =
  (min: bigint, max: bigint) =>
  (at: JsonPlace): Scalar =>
    isNumber(at) || at.kind === KIND.string ? inRange(whole(at.text), min, max) : null;

export const laxInt = integer(MIN_INT64, MAX_INT64);
export const laxUint = integer(0n, MAX_UINT64);

export function laxFloat(at: JsonPlace): number | null {
  // An integer has one zero.
  if (isNumber(at)) return at.kind === KIND.int ? Number(at.text) + 0 : Number(at.text);
  return at.kind === KIND.string && !/^\s|\s$/.test(at.text) ? (parseFloatText(at.text) ?? null) : null;
}

export function laxBool(at: JsonPlace): boolean | null {
  if (at.kind === KIND.int) return !/^-?0+$/.test(at.text);
  return at.kind === KIND.true ? true : at.kind === KIND.false ? false : null;
}

const intOnly = (at: JsonPlace): Scalar =>
  at.kind === KIND.int ? inRange(BigInt(at.text), MIN_INT64, MAX_INT64) : null;

export const itemsOf = (at: JsonPlace): Items => {
  const items = new Items();
  const scanner = new JsonScanner();
  scanner.open(at.bytes, at.from, at.to);
  scanner.value(items);
  return items;
};

const isList = (at: JsonPlace): boolean => at.kind === KIND.array || at.kind === KIND.object;

export const keyTexts = (at: JsonPlace): string[] =>
  itemsOf(at).keys.map(({ from, to, escaped }) => contentOf(at.bytes, from, to, escaped));

const STRINGS = array(STRING);
const PAIRS = array({
  id: 'tuple',
  nullable: false,
  fields: [
    { name: null, type: STRING },
    { name: null, type: STRING },
  ],
});

const NO_STRINGS = packItem([], STRINGS);
const keys = (at: JsonPlace): string => packItem(keyTexts(at), STRINGS);

const elementTexts = (at: JsonPlace, style: NumberStyle): string[] => {
  const { starts, ends } = itemsOf(at);
  return starts.map((from, i) => compactText(at.bytes, from, ends[i], style));
};

const has = (at: JsonPlace): boolean => at.kind > KIND.missing;
const lastKey = (at: JsonPlace): Scalar => (has(at) ? at.key : null);

/** ClickHouse's enum of JSONType. */
export const TYPE_CODES = [
  ['Null', 0],
  ['String', 34],
  ['Array', 91],
  ['Bool', 98],
  ['Double', 100],
  ['Int64', 105],
  ['UInt64', 117],
  ['Object', 123],
] as const;
const codeOf = (name: string): bigint => BigInt(TYPE_CODES.find(([known]) => known === name)?.[1] ?? 0);

const integerName = (text: string, names: readonly [small: string, large: string, other: string]): string => {
  const value = BigInt(text);
  if (value > MAX_UINT64 || value < MIN_INT64) return names[2];
  return value > MAX_INT64 ? names[1] : names[0];
};

function laxType(at: JsonPlace): Scalar {
  switch (at.kind) {
    case KIND.string:
      return codeOf('String');
    case KIND.array:
      return codeOf('Array');
    case KIND.object:
      return codeOf('Object');
    case KIND.true:
    case KIND.false:
      return codeOf('Bool');
    case KIND.float:
      return codeOf('Double');
    case KIND.int:
      return codeOf(integerName(at.text, ['Int64', 'UInt64', 'Double']));
    default:
      return codeOf('Null');
  }
}

function strictType(at: JsonPlace): Scalar {
  switch (at.kind) {
    case KIND.missing:
      return null;
    case KIND.null:
      return 'NULL';
    case KIND.string:
      return 'VARCHAR';
    case KIND.array:
      return 'ARRAY';
    case KIND.object:
      return 'OBJECT';
    case KIND.float:
      return 'DOUBLE';
    case KIND.int:
      return at.text.startsWith('-')
        ? integerName(at.text, ['BIGINT', 'BIGINT', 'DOUBLE'])
        : integerName(at.text, ['UBIGINT', 'UBIGINT', 'DOUBLE']);
    default:
      return 'BOOLEAN';
  }
}

/** DuckDB refuses what is no JSON. */
const strict =
  (read: JsonRead['read']): JsonRead['read'] =>
  (at) => {
    if (at.kind !== KIND.bad) return read(at);
    const shown = textOf(at.bytes, at.start, Math.min(at.end, at.start + 100));
    throw new BasaltError('INCORRECT_DATA', `Malformed JSON: ${shown}`, {
      hint: 'json_valid(text) tells what is JSON',
    });
  };

/** Something if there is a value, else NULL. */
const there =
  (read: JsonRead['read']): JsonRead['read'] =>
  (at) =>
    has(at) ? read(at) : null;

/** The same of JSON's null. */
const notNull =
  (read: JsonRead['read']): JsonRead['read'] =>
  (at) =>
    at.kind > KIND.null ? read(at) : null;

const ofScalar =
  (read: JsonRead['read']): JsonRead['read'] =>
  (at) =>
    at.kind > KIND.null && !isList(at) ? read(at) : null;

const row = (id: string, result: Lane, read: JsonRead['read']): JsonRead => ({ id, result, read });
const text =
  (style: NumberStyle): JsonRead['read'] =>
  (at) =>
    plainText(at, style);
const raw =
  (style: NumberStyle): JsonRead['read'] =>
  (at) =>
    rawText(at, style);
const length = (at: JsonPlace): Scalar => (isList(at) ? itemsOf(at).starts.length : 0);

export const JSON_READS: readonly JsonRead[] = [
  row('json_text_lax', 'str', notNull(text('clickhouse'))),
  row('json_raw_lax', 'str', there(raw('clickhouse'))),
  row('json_int_lax', 'i64', laxInt),
  row('json_uint_lax', 'i64', laxUint),
  row('json_float_lax', 'f64', laxFloat),
  row('json_bool_lax', 'bool', laxBool),
  row('json_has', 'bool', has),
  row('json_length_lax', 'i64', length),
  row('json_array_length', 'i64', (at) => (at.kind === KIND.array ? itemsOf(at).starts.length : null)),
  row('json_type_lax', 'i64', laxType),
  row('json_key', 'str', lastKey),
  row('json_keys_lax', 'str', (at) => (at.kind === KIND.object ? keys(at) : NO_STRINGS)),
  row('json_elements_lax', 'str', (at) =>
    at.kind === KIND.array ? packItem(elementTexts(at, 'clickhouse'), STRINGS) : NO_STRINGS,
  ),
  row('json_entries_lax', 'str', (at) => {
    if (at.kind !== KIND.object) return packItem([], PAIRS);
    const values = elementTexts(at, 'clickhouse');
    return packItem(
      keyTexts(at).map((key, i) => [key, values[i]]),
      PAIRS,
    );
  }),
  // SQL's own JSON_VALUE: JSON's null is a scalar.
  row('json_scalar_lax', 'str', (at) => (has(at) && !isList(at) ? plainText(at, 'clickhouse') : null)),
  // Of a path of the type JSON: objects are paths themselves.
  row('json_leaf', 'str', (at) =>
    at.kind > KIND.null && at.kind !== KIND.object ? plainText(at, 'clickhouse') : null,
  ),
  row('json_int', 'i64', intOnly),
  row('json_float', 'f64', (at) => (at.kind === KIND.float ? Number(at.text) : null)),
  row('json_bool', 'bool', (at) => (at.kind === KIND.true ? true : at.kind === KIND.false ? false : null)),
  row('json_string', 'str', (at) => (at.kind === KIND.string ? at.text : null)),
  row('json_object_at', 'str', (at) => (at.kind === KIND.object ? rawText(at, 'clickhouse') : null)),
  row('json_text_strict', 'str', strict(notNull(text('standard')))),
  row('json_raw_strict', 'str', strict(there(raw('standard')))),
  row('json_type_strict', 'str', strict(strictType)),
  row(
    'json_length_strict',
    'i64',
    strict(there((at) => (at.kind === KIND.array ? itemsOf(at).starts.length : 0))),
  ),
  row('json_keys_strict', 'str', strict(there((at) => (at.kind === KIND.object ? keys(at) : NO_STRINGS)))),
  row('json_exists_strict', 'bool', strict(has)),
  row('json_value_strict', 'str', strict(notNull((at) => (isList(at) ? null : rawText(at, 'standard'))))),
  row('json_scalar', 'str', ofScalar(text('standard'))),
  row('json_raw', 'str', notNull(raw('standard'))),
  row('json_raw_standard', 'str', there(raw('standard'))),
  row('json_keys', 'str', (at) => (at.kind === KIND.object ? keys(at) : null)),
  row('json_elements', 'str', (at) =>
    at.kind > KIND.null
      ? packItem(
          at.kind === KIND.array ? elementTexts(at, 'standard') : [rawText(at, 'standard')],
          array({ id: 'json', nullable: false }),
        )
      : null,
  ),
];

export const JSON_READ: ReadonlyMap<string, JsonRead> = new Map(JSON_READS.map((read) => [read.id, read]));

/** Where the functions below look; what they find is used up before the next one looks. */
const place = new JsonPlace();

export const JSON_PATH_READS: readonly Implementation[] = JSON_READS.map(({ id, result, read }) =>
  implement(id, ['str', 'str'], result, (document: string, path: string) =>
    read(place.findIn(document, pathOf(path))),
  ),
);
