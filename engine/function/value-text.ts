/**
 * Values of any type to and from text, one at a time: casts, literals, row formats.
 *
 * A scalar's text is the same in every dialect but for the zeros of decimals; values inside of arrays, maps and tuples are
 * written as a {@link NestedStyle} says. Reading takes ClickHouse's, DuckDB's and JSON's spellings alike.
 */

import { fromBase64, toBase64 } from '../base/base64.ts';
import { bytesOfText } from '../base/bytes-text.ts';
import { BasaltError } from '../base/error.ts';
import { ipv4Text, ipv6Text, parseIpv4, parseIpv6, parseUuid, uuidText } from '../type/address.ts';
import { decimalText, parseDecimal } from '../type/decimal.ts';
import { exactUnits, exactValue, fitsDecimal, fitsExact } from '../type/exact.ts';
import { packInterval, unpackInterval } from '../type/interval.ts';
import { MULTI_ARRAY, multiText, storedMulti, type Values } from '../type/multi.ts';
import { type Item, itemOf, laneValueOf, packItem, unpackItem } from '../type/nested.ts';
import { PackedReader, packBytes, packUnsigned, unpackBytes } from '../type/packed.ts';
import {
  array,
  DYNAMIC,
  elementOf,
  entriesOf,
  fieldsOf,
  integerRange,
  isEnum,
  isNested,
  isNumeric,
  keyOf,
  type LogicalType,
  STRING,
  type StateType,
  stateOf,
  timeDigits,
  type Value,
} from '../type/type.ts';
import { packVariant, type Typed, unpackVariant } from '../type/variant.ts';
import { checkState } from './aggregate/state.ts';
import { clockText, parseClock, parseTimeOfDay } from './clock-text.ts';
import { fitText, inferText, type TextForm } from './infer-value.ts';
import { intervalText, parseInterval } from './interval-text.ts';
import { bfloat16, floatText, parseBoolean, parseFloatText, pointText, shortest32 } from './number-text.ts';
import {
  dateText,
  parseDate,
  parseTimestamp,
  SHORT_MOMENTS,
  SQL_MOMENTS,
  type TextStyle,
  timestampText,
} from './time-text.ts';
import { type LocalTime, timeZone } from './time-zone.ts';

/** How values look inside of others. */
export type NestedStyle = {
  readonly string: (text: string) => string;
  /** Of dates, times, addresses and other values that are no numbers. */
  readonly other: (text: string) => string;
  readonly moment: TextStyle;
  /** Of moments whose type has a zone. */
  readonly zonedMoment: TextStyle;
  readonly null: string;
  readonly float: (value: number) => string;
  /** Each level says how deep it lies, from 0. @param ofNested its elements are arrays, maps or tuples themselves */
  readonly array: (items: readonly string[], depth: number, ofNested: boolean) => string;
  readonly tuple: (fields: readonly string[], names: readonly string[] | null, depth: number) => string;
  readonly map: (pairs: readonly (readonly [string, string])[], depth: number) => string;
  /** Decimals with all digits of their scale. */
  readonly zeros: boolean;
  /** Documents stand as they are, not as texts. */
  readonly documents?: true;
};

export type TextOptions = {
  /** Of timestamps without a zone of their own. */
  readonly zone: string;
  readonly style: NestedStyle;
};

const quoted = (text: string): string =>
  `'${text.replace(/[\\'\n\t\r\0\f\b]/g, (c) => `\\${ESCAPES[c] ?? c}`)}'`;
const ESCAPES: Readonly<Record<string, string>> = {
  '\n': 'n',
  '\t': 't',
  '\r': 'r',
  '\0': '0',
  '\f': 'f',
  '\b': 'b',
};

/** `[1,'a',NULL]`, `(1,'a')`, `{'a':1}` */
export const CLICKHOUSE_NESTED: NestedStyle = {
  string: quoted,
  other: (text) => `'${text}'`,
  ...SQL_MOMENTS,
  null: 'NULL',
  float: floatText,
  array: (items) => `[${items.join(',')}]`,
  tuple: (fields) => `(${fields.join(',')})`,
  map: (pairs) => `{${pairs.map(([key, value]) => `${key}:${value}`).join(',')}}`,
  zeros: false,
};

const inQuotes = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
/** Texts that could be read as something else stand in quotes. */
const NEEDS_QUOTES = /^$|^\s|\s$|[,'"()[\]{}:=]|^null$/i;
const ifNeeded = (text: string): string => (NEEDS_QUOTES.test(text) ? inQuotes(text) : text);

/** `[1, a, NULL]`, `{'x': 1, 'y': a}`, `{a=1}` as DuckDB shows them. */
export const STANDARD_NESTED: NestedStyle = {
  string: ifNeeded,
  other: ifNeeded,
  ...SHORT_MOMENTS,
  null: 'NULL',
  float: pointText,
  array: (items) => `[${items.join(', ')}]`,
  tuple: (fields, names) =>
    names === null
      ? `(${fields.join(', ')})`
      : `{${fields.map((field, i) => `${inQuotes(names[i])}: ${field}`).join(', ')}}`,
  map: (pairs) => `{${pairs.map(([key, value]) => `${key}=${value}`).join(', ')}}`,
  zeros: true,
};

/** The text of a lane's value; NULL is the style's word. */
export function valueText(value: Value, type: LogicalType, options: TextOptions): string {
  if (value === null) return options.style.null;
  if (type.id === 'variant') {
    const typed = unpackVariant(value as string);
    return valueText(typed.value, typed.type, options);
  }
  return isNested(type)
    ? itemText(unpackItem(value as string, type), type, options, 0)
    : scalarText(value, type, options);
}

function itemText(item: Item, type: LogicalType, options: TextOptions, depth: number): string {
  const { style } = options;
  if (item === null) return style.null;
  const inner = (value: Item, of: LogicalType): string => itemText(value, of, options, depth + 1);
  switch (type.id) {
    case 'array':
      return style.array(
        (item as readonly Item[]).map((value) => inner(value, elementOf(type))),
        depth,
        isNested(elementOf(type)),
      );
    case 'map':
      return style.map(
        (item as readonly (readonly [Item, Item])[]).map(([key, value]) => [
          inner(key, keyOf(type)),
          inner(value, elementOf(type)),
        ]),
        depth,
      );
    case 'tuple': {
      const fields = fieldsOf(type);
      const names = fields.every(({ name }) => name !== null) ? fields.map(({ name }) => name ?? '') : null;
      return style.tuple(
        (item as readonly Item[]).map((value, i) => inner(value, fields[i].type)),
        names,
        depth,
      );
    }
    case 'variant': {
      const typed = unpackVariant(item as string);
      return itemText(itemOf(typed.value, typed.type), typed.type, options, depth);
    }
    default: {
      const text = scalarText(item as Exclude<Value, null>, type, options);
      if (type.id === 'json' && style.documents === true) return text;
      if (isText(type)) return style.string(text);
      return isBare(type) ? text : style.other(text);
    }
  }
}

const isText = (type: LogicalType): boolean =>
  type.id === 'string' || type.id === 'fixedstring' || type.id === 'json' || isEnum(type);
/** Numbers and truth stand without quotes. */
const isBare = (type: LogicalType): boolean => isNumeric(type) || type.id === 'bool' || type.id === 'span';

/** @param value of a type that is not nested */
function scalarText(value: Exclude<Value, null>, type: LogicalType, { zone, style }: TextOptions): string {
  switch (type.id) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'bfloat16':
    case 'float32':
      return style.float(shortest32(value as number));
    case 'float64':
      return style.float(value as number);
    case 'date':
      return dateText(Number(value));
    case 'timestamp':
      return timestampText(
        value as bigint,
        type.precision ?? 3,
        timeZone(type.zone ?? zone),
        type.zone === undefined ? style.moment : style.zonedMoment,
      );
    case 'time':
      return clockText(value as bigint, timeDigits(type), type.precision === undefined);
    case 'duration':
      return intervalText(unpackInterval(value as string));
    case 'decimal':
      return decimalText(exactUnits(value, type), type.scale ?? 0, style.zeros);
    case 'uuid':
      return uuidText(unpack128(value as string));
    case 'ipv6':
      return ipv6Text(unpack128(value as string));
    case 'ipv4':
      return ipv4Text(value as bigint);
    case 'enum8':
    case 'enum16':
      return enumName(value as bigint, type);
    case 'multi':
      return multiText(value as string);
    case 'state':
      return toBase64(unpackBytes(value as string));
    case 'uint64':
    case 'int128':
    case 'int256':
    case 'uint128':
    case 'uint256':
      return String(exactUnits(value, type));
    default:
      return String(value);
  }
}

const unpack128 = (packed: string): bigint => new PackedReader(packed).unsigned(128);

export const enumName = (code: bigint, type: LogicalType): string =>
  entriesOf(type).find(([, known]) => BigInt(known) === code)?.[0] ?? String(code);

/** The code of an enum's name, or of a code as text; undefined when there is none. */
export function enumCode(text: string, type: LogicalType): bigint | undefined {
  const entries = entriesOf(type);
  const found =
    entries.find(([name]) => name === text) ??
    (/^-?\d+$/.test(text) ? entries.find(([, code]) => code === Number(text)) : undefined);
  return found === undefined ? undefined : BigInt(found[1]);
}

export type ParseOptions = {
  readonly zone: string;
  readonly localTime: LocalTime;
  /** Digits of a decimal beyond its scale. */
  readonly rounding: 'round' | 'cut';
};

/** The lane's value that a text means; undefined when it means none. */
export function parseValue(text: string, type: LogicalType, options: ParseOptions): Value | undefined {
  if (!isNested(type)) return parseScalar(text, type, options);
  const reader = new TextReader(text, options);
  const item = reader.item(type);
  return item === undefined || !reader.atEnd ? undefined : packItem(item as readonly Item[], type);
}

function parseScalar(text: string, type: LogicalType, options: ParseOptions): Value | undefined {
  switch (type.id) {
    case 'string':
    case 'json':
      return text;
    case 'bool':
      return parseBoolean(text);
    case 'bfloat16': {
      const value = parseFloatText(text);
      return value === undefined ? undefined : bfloat16(value);
    }
    case 'float32':
    case 'float64':
      return parseFloatText(text);
    case 'date': {
      const days = parseDate(text);
      return days === undefined ? undefined : BigInt(days);
    }
    case 'timestamp':
      return parseTimestamp(
        text,
        type.precision ?? 3,
        timeZone(type.zone ?? options.zone),
        options.localTime,
      );
    case 'time':
      return type.precision === undefined ? parseTimeOfDay(text) : parseClock(text, type.precision);
    case 'duration': {
      const interval = parseInterval(text);
      return interval === undefined ? undefined : packInterval(interval);
    }
    case 'decimal': {
      const units = parseDecimal(text, type.scale ?? 0, options.rounding);
      if (units === undefined || !fitsDecimal(units, type.precision ?? 0)) return undefined;
      return exactValue(units, type);
    }
    case 'uuid':
      return packed128(parseUuid(text));
    case 'ipv6':
      return packed128(parseIpv6(text));
    case 'ipv4':
      return parseIpv4(text);
    case 'enum8':
    case 'enum16':
      return enumCode(text, type);
    case 'multi':
      return parseMulti(text, options);
    case 'variant':
      return parseVariant(text, 'bare', type, options);
    case 'state':
      return parseState(text, stateOf(type));
    case 'fixedstring':
      return padded(text, type.length ?? 0);
    case 'int128':
    case 'int256':
    case 'uint128':
    case 'uint256':
      return options.rounding === 'round' ? parseRounded(text, type) : parseWhole(text, type);
    default:
      return parseWhole(text, type);
  }
}

/** A text is itself where anything can be, else a value of the first type that takes it. */
function parseVariant(
  text: string,
  form: TextForm,
  { types }: LogicalType,
  options: ParseOptions,
): string | undefined {
  const typed =
    types === undefined
      ? { type: STRING, value: text }
      : fitText(text, form, types, (of, type) => parseValue(of, type, options));
  return typed === undefined ? undefined : packVariant(typed.value, typed.type);
}

/** An array as written, else one value. */
function parseMulti(text: string, options: ParseOptions): string | null {
  const list = text.trimStart().startsWith('[') ? new TextReader(text, options) : undefined;
  const items = list?.item(MULTI_ARRAY);
  return storedMulti(items !== undefined && list?.atEnd === true ? (items as Values) : [text]);
}

/** Only bytes that are a state of the aggregate. */
function parseState(text: string, of: StateType): string | undefined {
  const bytes = fromBase64(text);
  if (bytes === undefined) return undefined;
  try {
    checkState(of, bytes);
  } catch (error) {
    if (error instanceof BasaltError) return undefined;
    throw error;
  }
  return packBytes(bytes);
}

const packed128 = (value: bigint | undefined): string | undefined =>
  value === undefined ? undefined : packUnsigned(value, 128);

/** With zero bytes up to `length` bytes; undefined when it is longer. */
export function padded(text: string, length: number): string | undefined {
  const bytes = bytesOfText(text).length;
  return bytes > length ? undefined : text + '\0'.repeat(length - bytes);
}

/** As DuckDB reads integers: `1.5`, `1e5`. */
function parseRounded(text: string, type: LogicalType): Value | undefined {
  const units = parseDecimal(text, 0, 'round');
  return units === undefined || !fitsExact(units, type) ? undefined : exactValue(units, type);
}

function parseWhole(text: string, type: LogicalType): Value | undefined {
  if (!/^\s*[+-]?\d{1,100}\s*$/.test(text)) return undefined;
  const value = BigInt(text.trim().replace(/^\+/, ''));
  const [min, max] = integerRange(type);
  return value < min || value > max ? undefined : exactValue(value, type);
}

const UNESCAPED: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  f: '\f',
  b: '\b',
};

/** Deeper texts are refused rather than recursed into. */
const MAX_DEPTH = 100;

/** Reads `[1, 'a', NULL]`, `(1, 'a')`, `{'a': 1}`, `{a=1}` and their like. */
class TextReader {
  readonly #text: string;
  readonly #options: ParseOptions;
  #at = 0;
  #depth = 0;

  constructor(text: string, options: ParseOptions) {
    this.#text = text;
    this.#options = options;
  }

  get atEnd(): boolean {
    this.#blanks();
    return this.#at === this.#text.length;
  }

  item(type: LogicalType): Item | undefined {
    this.#blanks();
    if (++this.#depth > MAX_DEPTH) return undefined;
    const item = this.#any(type);
    this.#depth--;
    return item;
  }

  #any(type: LogicalType): Item | undefined {
    if (type.nullable && this.#word(/NULL(?![\w'"])/iy)) return null;
    switch (type.id) {
      case 'array':
        return this.#list('[', ']', () => this.item(elementOf(type)));
      case 'map':
        return this.#list('{', '}', () => this.#pair(type));
      case 'tuple':
        return this.#tuple(type);
      case 'variant':
        return this.#variant(type);
      default: {
        const isBare = this.#isBare();
        const text = this.#scalar();
        if (isBare && type.id === 'timestamp' && type.precision === 0 && /^\d{1,10}$/.test(text ?? ''))
          return BigInt(text ?? 0);
        return text === undefined ? undefined : parseScalar(text, type, this.#options);
      }
    }
  }

  #variant({ types }: LogicalType): Item | undefined {
    if (this.#word(/NULL(?![\w'"])/iy)) return null;
    const typed = types === undefined ? this.#anything() : this.#oneOf(types);
    return typed === undefined ? undefined : packVariant(typed.value, typed.type);
  }

  #anything(): Typed | undefined {
    if (this.#text[this.#at] === '[') {
      const type = array(DYNAMIC);
      const items = this.item(type);
      return items === undefined ? undefined : { type, value: laneValueOf(items, type) as string };
    }
    const form = this.#isBare() ? 'bare' : 'quoted';
    const text = this.#scalar();
    return text === undefined ? undefined : inferText(text, form, this.#parse);
  }

  #oneOf(types: readonly LogicalType[]): Typed | undefined {
    const start = this.#at;
    for (const type of types.filter(isNested)) {
      const item = this.item(type);
      if (item !== undefined) return { type, value: laneValueOf(item, type) as string };
      this.#at = start;
    }
    const form = this.#isBare() ? 'bare' : 'quoted';
    const text = this.#scalar();
    return text === undefined ? undefined : fitText(text, form, types, this.#parse);
  }

  readonly #parse = (text: string, type: LogicalType): Value | undefined =>
    parseValue(text, type, this.#options);

  #tuple(type: LogicalType): Item | undefined {
    const fields = fieldsOf(type);
    let i = 0;
    const next = (): Item | undefined => (i < fields.length ? this.item(fields[i++].type) : undefined);
    const isNamed = this.#text[this.#at] === '{';
    const items = isNamed
      ? this.#list('{', '}', () => (this.#scalar() === undefined || !this.#take(':') ? undefined : next()))
      : this.#text[this.#at] === '['
        ? this.#list('[', ']', next)
        : this.#list('(', ')', next);
    return items?.length === fields.length ? items : undefined;
  }

  #pair(type: LogicalType): Item | undefined {
    const key = this.item(keyOf(type));
    if (key === undefined || !(this.#take(':') || this.#take('='))) return undefined;
    const value = this.item(elementOf(type));
    return value === undefined ? undefined : [key, value];
  }

  #list(open: string, close: string, next: () => Item | undefined): readonly Item[] | undefined {
    if (!this.#take(open)) return undefined;
    const items: Item[] = [];
    if (this.#take(close)) return items;
    for (;;) {
      const item = next();
      if (item === undefined) return undefined;
      items.push(item);
      if (this.#take(close)) return items;
      if (!this.#take(',')) return undefined;
      // ClickHouse's tuple of one field ends in a comma.
      if (this.#take(close)) return items;
    }
  }

  /** No quote begins here; seconds since the epoch are written so. */
  #isBare(): boolean {
    this.#blanks();
    return !`'"`.includes(this.#text[this.#at] ?? "'");
  }

  /** A quoted text, or everything up to the next sign of the list around it. */
  #scalar(): string | undefined {
    this.#blanks();
    const quote = this.#text[this.#at];
    if (quote === "'" || quote === '"') return this.#quoted(quote);
    const rest = /[^,\])}:=]*/y;
    rest.lastIndex = this.#at;
    const text = rest.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text.trim() === '' ? undefined : text.trim();
  }

  #quoted(quote: string): string | undefined {
    let text = '';
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const c = this.#text[this.#at];
      if (c === '\\') {
        const escaped = this.#text[++this.#at];
        if (escaped === undefined) return undefined;
        text += UNESCAPED[escaped] ?? escaped;
      } else if (c === quote) {
        this.#at++;
        if (this.#text[this.#at] !== quote) return text;
        text += quote;
      } else text += c;
    }
    return undefined;
  }

  #blanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  #take(sign: string): boolean {
    this.#blanks();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #word(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }
}
