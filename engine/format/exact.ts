/**
 * The exact path: one value of a row that the kernels left alone, converted by the letter.
 *
 * Invariant: wherever a kernel accepts a text, this gives the same value. A value that does not fit is a
 * {@link Misfit}, never a guess; with `misfit: 'null'` fractions are cut off for integer columns, as Druid does.
 */

import { lookup } from '../base/lookup.ts';
import { parseValue } from '../function/value-text.ts';
import { jsonBreak } from '../json/find.ts';
import { MULTI_ARRAY, storedMulti, type Values } from '../type/multi.ts';
import { type Item, itemOf, laneValueOf } from '../type/nested.ts';
import {
  elementOf,
  fieldsOf,
  integerRange,
  isFloat,
  isNested,
  isPacked,
  keyOf,
  type LogicalType,
  type Value,
} from '../type/type.ts';
import { zeroOf } from '../type/zero.ts';
import type { ListHandling, ReadColumn } from './column.ts';
import { inferRaw } from './infer-raw.ts';
import { LOCAL_TIME } from './instant.ts';
import { MapEntries, NumberText, type Raw, toText } from './raw.ts';
import { compileTime, parseDays } from './time.ts';

/** Why a value does not fit. */
export class Misfit {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Converter = (raw: Raw) => Value | Misfit;

/** What a row has in a column; `undefined`: it brings nothing. */
export type RowValue = Value | Misfit | undefined;

export function rowValue(convert: Converter, raw: Raw): RowValue {
  const value = convert(raw);
  return raw === undefined && value === null ? undefined : value;
}

/** Cuts a value for an error message. */
export const show = (raw: Raw): string => {
  const text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? 'nothing');
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
};

/** The conversion of a column. Numbers arrive as NumberText wherever their text matters. */
export function converterOf(column: ReadColumn, lenient: boolean): Converter {
  const inner = plainConverter(column, lenient);
  const misfit = (raw: Raw, what: string) => new Misfit(`Column ${column.name}: ${show(raw)} is not ${what}`);
  return (raw) => {
    if (raw === null || raw === undefined) {
      return column.required ? new Misfit(`Column ${column.name}: a value is required`) : null;
    }
    const value = inner(raw);
    if (value !== undefined) return value;
    return misfit(raw, describe(column.type, raw));
  };
}

function describe(type: LogicalType, raw: Raw): string {
  if (type.id === 'timestamp') return 'a timestamp of the expected format';
  if (type.id === 'json') return `JSON: it breaks at character ${(jsonBreak(toText(raw)) ?? 0) + 1}`;
  return `a value of type ${type.id}`;
}

function plainConverter(column: ReadColumn, lenient: boolean): (raw: Raw) => Value | undefined {
  const { type } = column;
  if (type.id === 'string') return listConverter(column) ?? toText;
  if (type.id === 'bool') return toBool;
  if (type.id === 'date') {
    return (raw) => {
      if (typeof raw === 'number' && Number.isInteger(raw) && raw >= 0 && raw <= 65535) return BigInt(raw);
      return typeof raw === 'string' ? (parseDays(raw) ?? undefined) : undefined;
    };
  }
  if (type.id === 'timestamp') {
    const parse = compileTime(column.time ?? 'unix', type);
    return (raw) => {
      if (typeof raw === 'string') return parse(raw) ?? undefined;
      return typeof raw === 'number' || raw instanceof NumberText
        ? (parse(toText(raw), true) ?? undefined)
        : undefined;
    };
  }
  if (isFloat(type)) return toFloat;
  if (isPacked(type)) return packedConverter(column, lenient);
  const [low, high] = integerRange(type);
  return (raw) => {
    const value = toInteger(raw, lenient);
    return value === undefined || value < low || value > high ? undefined : value;
  };
}

/** Of a column whose JSON arrays are multi-values. */
function listConverter({ lists }: ReadColumn): ((raw: Raw) => Value) | undefined {
  if (lists === undefined) return undefined;
  return (raw) =>
    Array.isArray(raw)
      ? listedValues(
          raw.map((value: Raw) => (value === null ? null : toText(value))),
          lists,
        )
      : storedMulti([toText(raw)]);
}

/** Ordered as Druid orders them: by UTF-16, NULL first. */
export function listedValues(values: Values, how: ListHandling): string | null {
  if (how === 'array') return storedMulti(values);
  const given = how === 'sorted_set' ? [...new Set(values)] : values;
  const texts = given.filter((value) => value !== null).sort();
  return storedMulti([...given.filter((value) => value === null), ...texts]);
}

/** JSON's arrays and objects, and texts. Text without an offset is read as the kernels read it. */
function packedConverter(column: ReadColumn, lenient: boolean): (raw: Raw) => Value | undefined {
  const { type } = column;
  const parse = (raw: Raw): Value | undefined =>
    parseValue(toText(raw), type, { zone: 'UTC', localTime: LOCAL_TIME, rounding: 'cut' });
  if (type.id === 'json')
    return (raw) => {
      const text = toText(raw);
      return jsonBreak(text) === null ? text : undefined;
    };
  if (type.id === 'multi') {
    const toItem = itemConverter(MULTI_ARRAY, column, lenient);
    return (raw) => {
      const items = Array.isArray(raw) ? toItem(raw) : undefined;
      return items === undefined ? parse(raw) : storedMulti(items as Values);
    };
  }
  if (type.id === 'variant') {
    const convert = (raw: Raw, of: LogicalType): Item | undefined => itemConverter(of, column, lenient)(raw);
    return (raw) => (raw === null || raw === undefined ? undefined : inferRaw(raw, type, convert));
  }
  if (!isNested(type)) return parse;
  const toItem = itemConverter(type, column, lenient);
  return (raw) => {
    if (typeof raw !== 'object' || raw === null || raw instanceof NumberText) return parse(raw);
    const item = toItem(raw);
    return item === undefined ? undefined : laneValueOf(item, type);
  };
}

type ItemConverter = (raw: Raw) => Item | undefined;

function itemConverter(type: LogicalType, column: ReadColumn, lenient: boolean): ItemConverter {
  const inner = (of: LogicalType): ItemConverter => {
    const convert = itemConverter(of, column, lenient);
    return (raw) =>
      raw === null || raw === undefined ? (of.nullable ? null : itemOf(zeroOf(of), of)) : convert(raw);
  };
  switch (type.id) {
    case 'array': {
      const element = inner(elementOf(type));
      return (raw) => (Array.isArray(raw) ? allOrNone(raw.map((value: Raw) => element(value))) : undefined);
    }
    case 'map': {
      const [key, value] = [inner(keyOf(type)), inner(elementOf(type))];
      return (raw) => {
        if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return undefined;
        const entries = raw instanceof MapEntries ? raw.entries : Object.entries(raw as Record<string, Raw>);
        return allOrNone(entries.map(([k, v]) => allOrNone([key(k), value(v)])));
      };
    }
    case 'tuple': {
      const fields = fieldsOf(type).map((field) => ({ name: field.name, convert: inner(field.type) }));
      return (raw) => {
        if (typeof raw !== 'object' || raw === null || raw instanceof MapEntries) return undefined;
        if (Array.isArray(raw))
          return raw.length === fields.length
            ? allOrNone(fields.map(({ convert }, i) => convert(raw[i] as Raw)))
            : undefined;
        const given = raw as Readonly<Record<string, Raw>>;
        return allOrNone(fields.map(({ name, convert }, i) => convert(lookup(given, name ?? String(i + 1)))));
      };
    }
    default:
      return plainConverter({ ...column, type }, lenient);
  }
}

const allOrNone = (items: readonly (Item | undefined)[]): readonly Item[] | undefined =>
  items.includes(undefined) ? undefined : (items as readonly Item[]);

const BOOLS: Record<string, boolean> = { true: true, false: false, '1': true, '0': false };

function toBool(raw: Raw): boolean | undefined {
  if (typeof raw === 'boolean') return raw;
  if (typeof raw === 'number' || typeof raw === 'string') {
    const key = String(raw).trim().toLowerCase();
    return Object.hasOwn(BOOLS, key) ? BOOLS[key] : undefined;
  }
  return undefined;
}

const FLOAT_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const FLOAT_NAMES: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

function toFloat(raw: Raw): number | undefined {
  if (typeof raw === 'number') return raw;
  if (raw instanceof NumberText) return Number(raw.source);
  if (typeof raw === 'boolean') return raw ? 1 : 0;
  if (typeof raw !== 'string') return undefined;
  const text = raw.trim();
  return FLOAT_TEXT.test(text) ? Number(text) : lookup(FLOAT_NAMES, text.toLowerCase());
}

function toInteger(raw: Raw, lenient: boolean): bigint | undefined {
  if (typeof raw === 'boolean') return raw ? 1n : 0n;
  if (typeof raw === 'number' && Number.isSafeInteger(raw)) return BigInt(raw);
  if (typeof raw !== 'number' && typeof raw !== 'string' && !(raw instanceof NumberText)) return undefined;
  return integerOf(toText(raw).trim(), lenient);
}

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/;
/** Places that a decimal point is moved at most; what 64 bits hold needs twenty. */
const MAX_SHIFT = 400;

/** The integer that a decimal number is, digit by digit; with `lenient` its fraction is cut off. */
function integerOf(text: string, lenient: boolean): bigint | undefined {
  const m = FLOAT_TEXT.test(text) ? DECIMAL.exec(text) : null;
  if (m === null) return undefined;
  const [, sign, whole, fraction, exponent] = m;
  const shift = Number(exponent ?? 0) - fraction.length;
  const digits = `${whole}${fraction}`;
  if (digits.length > MAX_SHIFT || Math.abs(shift) > MAX_SHIFT) return undefined;
  const point = digits.length + shift;
  const integer = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const rest = digits.slice(Math.max(0, point));
  if (!lenient && /[^0]/.test(rest)) return undefined;
  const size = BigInt(integer === '' ? '0' : integer);
  return sign === '-' ? -size : size;
}
