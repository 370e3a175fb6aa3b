/**
 * Casts of and to the types whose values mean something only together with their type: decimals, enums, addresses, UUIDs,
 * fixed strings, arrays, maps and tuples (scalar/packed.ts computes them).
 */

import { type Expr, literal } from '../plan/expr.ts';
import { isExact, isWide } from '../type/exact.ts';
import { typeText } from '../type/literal.ts';
import { MULTI, MULTI_ARRAY } from '../type/multi.ts';
import {
  array,
  bitsOf,
  DECIMAL64_DIGITS,
  decimal,
  elementOf,
  FLOAT64,
  fieldsOf,
  INT64,
  integerRange,
  isEnum,
  isFloat,
  isInteger,
  isNested,
  isSigned,
  isTemporal,
  isWideInteger,
  keyOf,
  type LogicalType,
  laneOf,
  MAX_DECIMAL_DIGITS,
  map,
  nullable,
  STRING,
  sameValues,
  type TypeId,
  tuple,
  type,
} from '../type/type.ts';
import { hasMember, holdsAll, holdsAsVariants } from '../type/variant.ts';
import { zeroOf } from '../type/zero.ts';
import { apply, int, retype, text } from './call.ts';
import { type CastOptions, cast, commonType } from './cast.ts';
import { commonTime } from './cast-of-time.ts';

const typed = (type: LogicalType): Expr => text(typeText({ ...type, nullable: false }));
const rounding = (options: CastOptions): Expr => text(options.roundFloats ? 'round' : 'cut');
const mode = (options: CastOptions): 'checked' | 'null' =>
  options.onBadValue === 'null' ? 'null' : 'checked';
const mayFail = (type: LogicalType, options: CastOptions): LogicalType =>
  options.onBadValue === 'null' ? nullable(type) : type;

/** undefined: no cast leads there. */
export function castPacked(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const from = expr.type;
  if (from.id === 'multi' || to.id === 'multi') return castMulti(expr, to, options);
  if (to.id === 'variant') return toVariant(expr, to, options);
  if (from.id === 'variant') return fromVariant(expr, to, options);
  if (to.id === 'string') return toText(expr, options);
  if (from.id === 'string') return fromText(expr, to, options);
  if (to.id === 'json') return toJson(expr, options);
  if (from.id === 'json') return fromJson(expr, to, options);
  if (isWideInteger(to) || isWideInteger(from)) return castWide(expr, to, options);
  if (to.id === 'decimal') return toDecimal(expr, to, options);
  if (from.id === 'decimal') return fromDecimal(expr, to, options);
  if (isEnum(from) && isInteger(to)) return cast(retype(expr, codeOf(from)), to, options);
  if (isInteger(from) && (isEnum(to) || to.id === 'ipv4')) return retype(cast(expr, codeOf(to), options), to);
  if (from.id === 'ipv4' && isInteger(to)) return cast(retype(expr, codeOf(from)), to, options);
  if (isEnum(from) && isEnum(to)) return fromText(toText(expr, options), to, options);
  if ((from.id === 'ipv4' && to.id === 'ipv6') || (from.id === 'ipv6' && to.id === 'ipv4'))
    return fromText(toText(expr, options), to, options);
  if (from.id === 'fixedstring' && to.id === 'fixedstring')
    return fromText(retype(expr, STRING), to, options);
  if (isNested(from) && from.id === to.id) return castNested(expr, to, options);
  return undefined;
}

/** A multi-value is an array of texts, and a text as its JSON. */
function castMulti(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const { type } = expr;
  if (to.id === 'multi') {
    if (type.id === 'array') return apply('array_to_stored_multi', [cast(expr, MULTI_ARRAY, options)], MULTI);
    const asText = type.id === 'string' ? expr : cast(expr, STRING, options);
    return apply('str_to_multi', [asText], to);
  }
  if (to.id === 'array') return cast(apply('multi_to_array', [expr], MULTI_ARRAY), to, options);
  const asText = apply('multi_to_str', [expr], STRING);
  return to.id === 'string' ? asText : cast(asText, to, options);
}

/** A value with its type; a text, where none of the types is text or all are to be read, as a value of the first type that takes it. */
function toVariant(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const from = expr.type;
  if (from.id === 'variant') return holdsAll(to, from) ? retype(expr, to) : undefined;
  const isRead = from.id === 'string' && to.types !== undefined && options.readsTexts === true;
  if (hasMember(to, from) && !isRead)
    return apply(`value_to_variant_${laneOf(from)}`, [expr, typed(from)], to);
  return from.id === 'string' ? fromText(expr, to, options) : undefined;
}

/** Each value is cast from its own type. In ClickHouse NULL becomes the default of a type without it. */
function fromVariant(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  const said = text(JSON.stringify({ ...options, nested: options.nested ?? 'standard' }));
  const found = apply(`variant_to_${laneOf(to)}`, [expr, typed(to), said], nullable(to));
  if (to.nullable || options.onBadValue === 'null' || options.nested !== 'clickhouse') return found;
  return apply(`coalesce_${laneOf(to)}`, [found, literal(zeroOf(to), to)], to);
}

/** The integers that a type's lane holds. */
const codeOf = (type: LogicalType): LogicalType => ({
  id: type.id === 'ipv4' ? 'uint32' : type.id === 'enum8' ? 'int8' : 'int16',
  nullable: type.nullable,
});

const asString = (expr: Expr): Expr => retype(expr, { ...STRING, nullable: expr.type.nullable });

function toText(expr: Expr, options: CastOptions): Expr {
  const { type } = expr;
  if (type.id === 'json') return asString(expr);
  if (type.id === 'fixedstring') return apply('fixed_to_str', [expr], STRING);
  const style = options.nested ?? 'standard';
  const args = [expr, typed(type), text(options.timeZone), text(style)];
  return apply(`value_to_str_${laneOf(type)}`, args, STRING);
}

function fromText(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  if (to.id === 'json') return apply(`str_to_json_${mode(options)}`, [expr], mayFail(to, options));
  if (to.id === 'fixedstring' && options.onBadValue !== 'null')
    return retype(
      apply('str_to_fixed', [expr, int(to.length ?? 0)], to),
      expr.type.nullable ? nullable(to) : to,
    );
  const args = [expr, typed(to), text(options.timeZone), text(options.localTime), rounding(options)];
  return apply(`str_to_value_${laneOf(to)}_${mode(options)}`, args, mayFail(to, options));
}

/** A value as a document. */
function toJson(expr: Expr, options: CastOptions): Expr {
  const style = options.nested ?? 'standard';
  const args = [expr, typed(expr.type), text(options.timeZone), text(style)];
  return apply(`value_to_json_${laneOf(expr.type)}`, args, { id: 'json', nullable: false });
}

/** What a string of a document says, or a number; arrays and objects as their text. JSON's null is NULL. */
function fromJson(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  const said = isNested(to) ? asString(expr) : apply('json_text_lax', [expr, text('')], nullable(STRING));
  return cast(said, to, options);
}

const lane = (type: LogicalType): 'i64' | 'str' => (isWide(type) ? 'str' : 'i64');

/** Where one of the two is an integer of more than 64 bits. */
function castWide(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const from = expr.type;
  const result = mayFail(to, options);
  if (HOLDS_128.has(from.id) && HOLDS_128.has(to.id)) return retype(expr, from.nullable ? nullable(to) : to);
  if (isFloat(from)) {
    if (options.onBadValue === 'wrap') return apply('f64_to_wide_wrap', [expr, typed(to)], to);
    return apply(`f64_to_wide_${mode(options)}`, [expr, typed(to), rounding(options)], result);
  }
  const whole = wordOf(expr, options);
  if (whole !== undefined) return cast(whole, to, options);
  if (to.id === 'decimal') return toDecimal(expr, to, options);
  if (isFloat(to) || to.id === 'bool') return fromDecimal(expr, to, options);
  if (!isInteger(to) && !isWideInteger(to)) {
    const word = cast(expr, INT64, options);
    return isTemporal(to) || isEnum(to) || to.id === 'ipv4' ? cast(word, to, options) : undefined;
  }
  const args = [expr, typed(from), typed(to)];
  if (options.onBadValue === 'wrap' && from.id !== 'decimal')
    return apply(`wrap_integer_${lane(from)}_${lane(to)}`, args, to);
  const fn = `decimal_to_decimal_${lane(from)}_${lane(to)}_${mode(options)}`;
  return isExact(from) ? apply(fn, [...args, rounding(options)], result) : undefined;
}

/** Their packed form is that of 128 bits without a sign. */
const HOLDS_128: ReadonlySet<TypeId> = new Set(['uint128', 'uuid', 'ipv6']);

/** What is an integer of up to 64 bits under another name. */
function wordOf(expr: Expr, options: CastOptions): Expr | undefined {
  const { type } = expr;
  if (type.id === 'bool') return apply('bool_to_i64', [expr], INT64);
  if (isEnum(type) || type.id === 'ipv4') return retype(expr, codeOf(type));
  return isTemporal(type) ? cast(expr, INT64, options) : undefined;
}

function toDecimal(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const from = expr.type;
  const result = mayFail(to, options);
  if (isFloat(from)) {
    const args = [expr, typed(to), rounding(options)];
    return apply(`f64_to_decimal_${lane(to)}_${mode(options)}`, args, result);
  }
  const raised = raisedScale(expr, to, options);
  if (raised !== undefined) return raised;
  const whole = from.id === 'bool' ? apply('bool_to_i64', [expr], INT64) : expr;
  if (from.id !== 'bool' && !isExact(from)) return undefined;
  const args = [whole, typed(from), typed(to), rounding(options)];
  return apply(`decimal_to_decimal_${lane(from)}_${lane(to)}_${mode(options)}`, args, result);
}

/** To a scale at least as fine, with room for all digits: a multiplication. */
function raisedScale(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const from = expr.type;
  const own = from.id === 'bool' ? undefined : asDecimal(from);
  if (own === undefined || isWide(own) || isWide(to) || options.onBadValue === 'null') return undefined;
  const digits = (to.scale ?? 0) - (own.scale ?? 0);
  const hasRoom = to.precision === DECIMAL64_DIGITS || widensPacked(own, to);
  if (digits < 0 || !hasRoom) return undefined;
  if (digits === 0) return retype(expr, from.nullable ? nullable(to) : to);
  return apply(
    'mul_checked_i64',
    [retype(expr, { ...INT64, nullable: from.nullable }), int(10n ** BigInt(digits))],
    to,
  );
}

function fromDecimal(expr: Expr, to: LogicalType, options: CastOptions): Expr | undefined {
  const from = expr.type;
  if (isFloat(to)) {
    const wide = apply(`decimal_to_f64_${lane(from)}`, [expr, typed(from)], FLOAT64);
    return cast(wide, to, options);
  }
  if (to.id === 'bool') return cast(fromDecimal(expr, FLOAT64, options) as Expr, to, options);
  if (!isInteger(to)) return undefined;
  const args = [expr, typed(from), rounding(options)];
  const whole = apply(`decimal_to_i64_${lane(from)}_${mode(options)}`, args, mayFail(INT64, options));
  return cast(whole, to, options);
}

/** By way of text, which both types read alike. */
function castNested(expr: Expr, to: LogicalType, options: CastOptions): Expr {
  if (holdsAsVariants(to, expr.type))
    return apply('nested_to_variants', [expr, typed(expr.type), typed(to)], to);
  const written = toText(expr, { ...options, nested: 'clickhouse' });
  return fromText(written, to, options);
}

/** Digits that integers of a width have at most. */
const DIGITS: Readonly<Record<number, number>> = {
  8: 3,
  16: 5,
  32: 10,
  64: 19,
  // All that decimals have: wider integers are decimals as far as they fit.
  128: 38,
  256: 76,
};
const digitsOf = (type: LogicalType): number =>
  type.id === 'uint64' ? 20 : type.id === 'bool' ? 1 : (DIGITS[bitsOf(type)] ?? 0);

/** The decimal that an integer, a truth value or a decimal is; undefined for other types. */
export function asDecimal(type: LogicalType): LogicalType | undefined {
  if (type.id === 'decimal') return type;
  return isInteger(type) || isWideInteger(type) || type.id === 'bool'
    ? decimal(digitsOf(type), 0, type.nullable)
    : undefined;
}

/** Where at least one of the two is packed. */
export function commonPacked(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (a.id === 'decimal' || b.id === 'decimal') return commonDecimal(a, b);
  if (isWideInteger(a) || isWideInteger(b)) return commonWide(a, b);
  if (isNested(a) && a.id === b.id) return commonNested(a, b);
  if (a.id === 'time' && b.id === 'time') return commonTime(a, b);
  if (sameValues(a, b)) return a;
  if (a.id === 'multi' || b.id === 'multi') {
    const other = a.id === 'multi' ? b : a;
    if (other.id === 'string') return MULTI;
    return other.id === 'array' ? commonPacked(MULTI_ARRAY, other) : undefined;
  }
  // ClickHouse's fixed strings and strings go together, as strings.
  const isText = (t: LogicalType): boolean => t.id === 'string' || t.id === 'fixedstring';
  return isText(a) && isText(b) ? STRING : undefined;
}

function commonDecimal(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (isFloat(a) || isFloat(b)) return FLOAT64;
  const [x, y] = [asDecimal(a), asDecimal(b)];
  if (x === undefined || y === undefined) return undefined;
  const scale = Math.max(x.scale ?? 0, y.scale ?? 0);
  const whole = Math.max((x.precision ?? 0) - (x.scale ?? 0), (y.precision ?? 0) - (y.scale ?? 0));
  return decimal(Math.min(MAX_DECIMAL_DIGITS, whole + scale), scale);
}

/** The next width that holds both; of unsigned integers beside signed ones that is twice theirs. */
function commonWide(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (isFloat(a) || isFloat(b)) return FLOAT64;
  const [x, y] = [a, b].map((of) => (of.id === 'bool' ? type('uint8') : of));
  if (![x, y].every((of) => isInteger(of) || isWideInteger(of))) return undefined;
  const signed = isSigned(x) || isSigned(y);
  const bitsIn = (of: LogicalType): number => bitsOf(of) * (signed && !isSigned(of) ? 2 : 1);
  const bits = Math.max(bitsIn(x), bitsIn(y), 128);
  return bits > 256 ? undefined : type(`${signed ? 'int' : 'uint'}${bits === 128 ? 128 : 256}`);
}

/** What is in an empty array has no type of its own. */
const commonOfElements = (a: LogicalType, b: LogicalType): LogicalType | undefined =>
  isNothing(a) ? b : isNothing(b) ? a : commonType(a, b);
const isNothing = ({ id, nullable: mayBeNull }: LogicalType): boolean => id === 'null' && !mayBeNull;

function commonNested(a: LogicalType, b: LogicalType): LogicalType | undefined {
  if (a.id === 'tuple') {
    const [x, y] = [fieldsOf(a), fieldsOf(b)];
    if (x.length !== y.length) return undefined;
    const fields = x.map(({ name, type }, i) => ({
      name: name === y[i].name ? name : null,
      type: commonType(type, y[i].type),
    }));
    const known = fields.flatMap(({ name, type }) => (type === undefined ? [] : [{ name, type }]));
    const names = known.every(({ name }) => name !== null);
    if (known.length < fields.length) return undefined;
    return tuple(names ? known : known.map(({ type }) => ({ name: null, type })));
  }
  const element = commonOfElements(elementOf(a), elementOf(b));
  if (element === undefined) return undefined;
  if (a.id === 'array') return array(element);
  const key = commonOfElements(keyOf(a), keyOf(b));
  return key === undefined ? undefined : map(key, element);
}

/** Where at least one of the two is packed: does every value of `from` mean a value of `to`? */
export function widensPacked(from: LogicalType, to: LogicalType): boolean {
  if (isWideInteger(from) || isWideInteger(to)) return widensWide(from, to);
  if (to.id === 'decimal') {
    const own = asDecimal(from);
    return (
      own !== undefined &&
      (own.scale ?? 0) <= (to.scale ?? 0) &&
      (own.precision ?? 0) - (own.scale ?? 0) <= (to.precision ?? 0) - (to.scale ?? 0)
    );
  }
  if (from.id === 'time' && to.id === 'time') return sameValues(commonTime(from, to), to);
  if (from.id === 'fixedstring' && to.id === 'string') return true;
  if (from.id === 'string' && to.id === 'multi') return true;
  return sameValues(from, to);
}

function widensWide(from: LogicalType, to: LogicalType): boolean {
  if (from.id === to.id) return true;
  if (!isWideInteger(to) || !(isInteger(from) || isWideInteger(from))) return false;
  const [[least, most], [min, max]] = [integerRange(from), integerRange(to)];
  return least >= min && most <= max;
}
