/**
 * Comparisons of a cut or converted time with a constant become ranges on the raw column, where zone maps and
 * partitions can answer them: `date_trunc('month', t) = '2024-05-01'` is `t >= May 1 AND t < June 1`.
 *
 * Works for every function of one column that never falls: {@link firstReaching} gives the first argument whose
 * value is at least c, and then f(x) >= c is x >= first(c), f(x) > c is x >= first(c + 1), and so on.
 */

import { BasaltError } from '../../base/error.ts';
import { daysOf, SECONDS_PER_DAY } from '../../function/calendar.ts';
import { allOf, apply, conjuncts } from '../../function/call.ts';
import { evaluateValues } from '../../function/implementation.ts';
import { implementation } from '../../function/registry.ts';
import { timeZone } from '../../function/time-zone.ts';
import { BOOL, bitsOf, isInteger, isTemporal, notNull, type Value } from '../../type/type.ts';
import { type CallExpr, type Expr, type InExpr, literal, rewrite } from '../expr.ts';
import type { Plan } from '../node.ts';
import { mapInputs } from './map-inputs.ts';
import { once } from './once.ts';
import { refold } from './substitute.ts';

export function timeRanges(plan: Plan): Plan {
  const mapped = mapInputs(plan, timeRanges);
  if (mapped.kind === 'filter') return { ...mapped, predicate: rewriteCondition(mapped.predicate) };
  if (mapped.kind === 'scan' && mapped.filter !== null)
    return { ...mapped, filter: rewriteCondition(mapped.filter) };
  return mapped;
}

const rewriteCondition = (condition: Expr): Expr =>
  rewrite(condition, (node) => {
    if (node.kind === 'call' && node.fn === 'and') return allOf(once(conjuncts(node)));
    if (node.kind === 'call') return rangeOf(node) ?? refold(node);
    return node.kind === 'in' ? withEnds(node) : node;
  });

const FLIPPED: Readonly<Record<string, string>> = {
  eq_i64: 'eq_i64',
  lt_i64: 'gt_i64',
  le_i64: 'ge_i64',
  gt_i64: 'lt_i64',
  ge_i64: 'le_i64',
};

function rangeOf(node: CallExpr): Expr | undefined {
  if (!Object.hasOwn(FLIPPED, node.fn)) return undefined;
  const [a, b] = node.args;
  if (b.kind === 'literal' && typeof b.value === 'bigint') return range(node.fn, a, b.value);
  if (a.kind === 'literal' && typeof a.value === 'bigint') return range(FLIPPED[node.fn], b, a.value);
  return undefined;
}

/** A list of values of such a function is where its argument begins and ends, too. One value is an equality. */
function withEnds(node: InExpr): Expr {
  const values = node.list.filter((v): v is bigint => typeof v === 'bigint');
  if (node.negated || values.length === 0 || values.length < node.list.length || node.arg.kind !== 'call')
    return node;
  const from = range('ge_i64', node.arg, least(values));
  const to = range('le_i64', node.arg, greatest(values));
  if (from === undefined || to === undefined) return node;
  return values.length === 1 ? allOf([from, to]) : allOf([from, to, node]);
}

const least = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a));
const greatest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b > a ? b : a));

function range(fn: string, expr: Expr, value: bigint): Expr | undefined {
  if (expr.kind !== 'call' || expr.args.length === 0 || expr.args[0].kind === 'literal') return undefined;
  const [argument] = expr.args;
  if (expr.fn === 'add_wrap_i64') return shifted(fn, argument, expr.args[1], value);
  const at = firstReaching(expr, value);
  const next = firstReaching(expr, value + 1n);
  if (at === undefined || next === undefined) return undefined;
  const from = (bound: bigint): Expr => simplified('ge_i64', argument, bound);
  const before = (bound: bigint): Expr => simplified('lt_i64', argument, bound);
  switch (fn) {
    case 'ge_i64':
      return from(at);
    case 'gt_i64':
      return from(next);
    case 'lt_i64':
      return before(at);
    case 'le_i64':
      return before(next);
    default:
      return allOf([from(at), before(next)]);
  }
}

/** Of values and shifts whose sums stay within 64 bits. */
const NARROW_BITS = 32;
const NARROW = 1n << 62n;
const LEAST = -(1n << 63n);
const GREATEST = (1n << 63n) - 1n;

/**
 * `x + k` against c is x against c - k, as long as sums stay within 64 bits; where they do not, they begin again at the other end, so that x
 * has two ends.
 */
function shifted(fn: string, argument: Expr, by: Expr, c: bigint): Expr | undefined {
  if (by.kind !== 'literal' || typeof by.value !== 'bigint') return undefined;
  // What is unsigned in 64 bits begins again at 0.
  if (argument.type.id === 'uint64' || !(isTemporal(argument.type) || isInteger(argument.type)))
    return undefined;
  const k = by.value;
  const bound = c - k;
  if (bound < LEAST || bound > GREATEST) return undefined;
  const compared = (op: string, to: bigint): Expr => simplified(op, argument, to);
  if (fn === 'eq_i64' || bitsOf(argument.type) <= NARROW_BITS) {
    return k > -NARROW && k < NARROW ? compared(fn, bound) : undefined;
  }
  if (k > 0n && (fn === 'ge_i64' || fn === 'gt_i64'))
    return allOf([compared(fn, bound), compared('le_i64', GREATEST - k)]);
  if (k < 0n && (fn === 'le_i64' || fn === 'lt_i64'))
    return allOf([compared(fn, bound), compared('ge_i64', LEAST - k)]);
  return undefined;
}

/** The argument may itself be such a function. */
const simplified = (fn: string, argument: Expr, bound: bigint): Expr =>
  range(fn, argument, bound) ?? apply(fn, [argument, literal(bound, notNull(argument.type))], BOOL);

/** The smallest argument x with f(x) >= c; undefined when f is none of ours. */
function firstReaching(f: CallExpr, c: bigint): bigint | undefined {
  const parameters = f.args.slice(1).map((a) => (a.kind === 'literal' ? a.value : undefined));
  if (parameters.includes(undefined) || !(isTemporal(f.args[0].type) || isInteger(f.args[0].type)))
    return undefined;
  const rule = Object.hasOwn(RISING, f.fn) ? RISING[f.fn] : undefined;
  try {
    return rule?.(c, parameters as Value[]);
  } catch (error) {
    // A bound outside of what the calendar can count: leave the comparison as it is.
    if (error instanceof BasaltError || error instanceof RangeError) return undefined;
    throw error;
  }
}

type Rule = (c: bigint, parameters: readonly Value[]) => bigint | undefined;

const ceilDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b > 0n ? quotient + 1n : quotient;
};

const evaluate = (fn: string, ...args: readonly Value[]): bigint =>
  evaluateValues(implementation(fn), args) as bigint;

/** The start of the unit c is in, or of the next one. */
const cutRule: Rule = (c, [unit, precision, zone, count]) => {
  const start =
    count === undefined
      ? evaluate('trunc_ticks', c, unit, precision, zone)
      : evaluate('trunc_ticks_by', c, unit, precision, zone, count);
  return start === c ? c : evaluate('add_ticks', start, count ?? 1n, unit, precision, zone, 'forward');
};

const midnight = (year: number, month: number, precision: Value, zone: Value): bigint =>
  BigInt(timeZone(String(zone)).toUtc(daysOf(year, month, 1) * SECONDS_PER_DAY)) *
  10n ** (precision as bigint);

const RISING: Readonly<Record<string, Rule>> = {
  floor_ticks: (c, [width, origin]) => {
    const [w, o] = [width as bigint, origin as bigint];
    return w > 0n ? ceilDivide(c - o, w) * w + o : undefined;
  },
  // Clock units in a zone that moves its clocks are not rising everywhere: days and longer are.
  trunc_ticks: (c, parameters) => (isDayUnit(parameters[0]) ? cutRule(c, parameters) : undefined),
  trunc_ticks_by: (c, parameters) => (isDayUnit(parameters[0]) ? cutRule(c, parameters) : undefined),
  trunc_days: (c, [unit, count]) => {
    const days = count === 1n ? UNIT_DAYS[String(unit)] : undefined;
    if (days === undefined) return undefined;
    const start = evaluate('trunc_days', c, unit, count);
    return start === c ? c : evaluate('trunc_days', start + days, unit, count);
  },
  ticks_to_date: (c, [precision, zone]) => evaluate('date_to_ticks', c, precision, zone),
  date_to_ticks: (c, [precision, zone]) => {
    const day = evaluate('ticks_to_date', c, precision, zone);
    return evaluate('date_to_ticks', day, precision, zone) >= c ? day : day + 1n;
  },
  rescale_ticks: (c, [from, to]) => {
    const digits = (to as bigint) - (from as bigint);
    return digits <= 0n ? c * 10n ** -digits : ceilDivide(c, 10n ** digits);
  },
  extract_ticks: (c, [unit, precision, zone]) => {
    if (c < 1n || c > 999_999n) return undefined;
    if (unit === 'year') return midnight(Number(c), 1, precision, zone);
    if (unit !== 'yyyymm') return undefined;
    const [year, month] = [Number(c / 100n), Number(c % 100n)];
    // 202400 and below is January; 202413 and above the next January.
    return month > 12
      ? midnight(year + 1, 1, precision, zone)
      : midnight(year, Math.max(1, month), precision, zone);
  },
};

/** Days that lead from the start of a unit into the next one. */
const UNIT_DAYS: Readonly<Record<string, bigint>> = {
  day: 1n,
  week: 7n,
  month: 31n,
  quarter: 92n,
  year: 366n,
};

const isDayUnit = (unit: Value): boolean =>
  unit === 'day' || unit === 'week' || unit === 'month' || unit === 'quarter' || unit === 'year';
