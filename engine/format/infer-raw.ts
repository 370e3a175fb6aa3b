/**
 * What a value of JSON, or a field, is in a column of variants: of the type that ClickHouse infers, or of the first of the column's types that
 * takes it. A list of values that have a type in common is an array of it, any other one an array of Dynamic; an object is a tuple.
 */

import { fitText, inferText } from '../function/infer-value.ts';
import { parseValue } from '../function/value-text.ts';
import { type Item, itemOf, laneValueOf } from '../type/nested.ts';
import {
  array,
  BOOL,
  DYNAMIC,
  FLOAT64,
  INT64,
  isNested,
  type LogicalType,
  nullable,
  STRING,
  sameValues,
  tuple,
  type Value,
} from '../type/type.ts';
import { packVariant, type Typed } from '../type/variant.ts';
import { LOCAL_TIME } from './instant.ts';
import { NumberText, type Raw, toText } from './raw.ts';

const parse = (text: string, type: LogicalType): Value | undefined =>
  parseValue(text, type, { zone: 'UTC', localTime: LOCAL_TIME, rounding: 'cut' });

/** @param convert reads one as a value of a type; undefined: it is none */
export function inferRaw(
  raw: Exclude<Raw, null | undefined>,
  { types }: LogicalType,
  convert: (raw: Raw, type: LogicalType) => Item | undefined,
): string | undefined {
  const typed = types === undefined ? typedOf(raw) : oneOf(raw, types, convert);
  return typed === undefined ? undefined : packVariant(typed.value, typed.type);
}

const isList = (raw: Raw): raw is object =>
  typeof raw === 'object' && raw !== null && !(raw instanceof NumberText);

function oneOf(
  raw: Exclude<Raw, null | undefined>,
  types: readonly LogicalType[],
  convert: (raw: Raw, type: LogicalType) => Item | undefined,
): Typed | undefined {
  if (isList(raw))
    for (const type of types.filter(isNested)) {
      const item = convert(raw, type);
      if (item !== undefined && item !== null) return typedItem(item, type);
    }
  return fitText(toText(raw), typeof raw === 'string' ? 'quoted' : 'bare', types, parse);
}

const typedItem = (item: Item, type: LogicalType): Typed => ({
  type,
  value: laneValueOf(item, type) as Exclude<Value, null>,
});

function typedOf(raw: Exclude<Raw, null | undefined>): Typed {
  if (typeof raw === 'boolean') return { type: BOOL, value: raw };
  if (typeof raw === 'number') return typedNumber(raw);
  if (typeof raw === 'string') return inferText(raw, 'quoted', parse);
  if (raw instanceof NumberText) return typedText(raw.source);
  return Array.isArray(raw) ? typedList(raw as readonly Raw[]) : typedObject(raw);
}

const typedNumber = (value: number): Typed =>
  Number.isSafeInteger(value) ? { type: INT64, value: BigInt(value) } : { type: FLOAT64, value };

/** A number as it was written, or a field without quotes. */
function typedText(text: string): Typed {
  const typed = inferText(text, 'bare', parse);
  const isNumber = typed.type.id === 'string' && /^[+-]?\d[\d.]*[eE][+-]?\d+$/.test(text);
  return isNumber ? { type: FLOAT64, value: Number(text) } : typed;
}

function typedList(raws: readonly Raw[]): Typed {
  const items = raws.map((raw) => (raw === null || raw === undefined ? null : typedOf(raw)));
  const common = commonOf(items.flatMap((typed) => (typed === null ? [] : [typed.type])));
  if (common === undefined) {
    const packed = items.map((typed) => (typed === null ? null : packVariant(typed.value, typed.type)));
    return typedItem(packed, array(DYNAMIC));
  }
  const element = items.includes(null) && !isNested(common) ? nullable(common) : common;
  const values = items.map((typed) => (typed === null ? null : asElement(typed, common)));
  return typedItem(values, array(element));
}

/** Of no values texts; whole numbers beside others are floats. */
function commonOf(types: readonly LogicalType[]): LogicalType | undefined {
  const [first = STRING, ...rest] = types;
  if (rest.every((type) => sameValues(type, first))) return first;
  return types.every(({ id }) => id === 'int64' || id === 'float64') ? FLOAT64 : undefined;
}

const asElement = ({ type, value }: Typed, to: LogicalType): Item =>
  itemOf(typeof value === 'bigint' && to.id === 'float64' ? Number(value) : value, type);

function typedObject(raw: object): Typed {
  const entries = Object.entries(raw) as readonly (readonly [string, Raw])[];
  // An object without members is no tuple.
  if (entries.length === 0) return { type: { id: 'json', nullable: false }, value: '{}' };
  const members = entries.map(([name, value]) => {
    const typed =
      value === null || value === undefined ? { type: nullable(STRING), value: null } : typedOf(value);
    return { name, ...typed };
  });
  return typedItem(
    members.map(({ type, value }) => itemOf(value, type)),
    tuple(members.map(({ name, type }) => ({ name, type }))),
  );
}
