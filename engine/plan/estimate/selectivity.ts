/**
 * The share of rows that a condition lets through, from 0 to 1: equality by the number of different values, ranges by the column's
 * bounds, anything else by a guess. Conditions are taken to be independent of each other, but for the two ends of one range.
 */

import { conjuncts } from '../../function/call.ts';
import type { Value } from '../../type/type.ts';
import type { CallExpr, Expr } from '../expr.ts';
import type { Zone } from '../source.ts';

/** What is known of a column, whatever filters have left of its rows. */
export type ColumnFacts = {
  /** Different values; null = unknown. */
  readonly distinct: number | null;
  readonly zone: Zone | undefined;
  /** Rows that {@link distinct} and the zone's NULLs are counted in. */
  readonly rows: number;
};

/** Facts of an expression over one column; null = it reads several, or none. */
export type FactsOf = (expr: Expr) => ColumnFacts | null;

/** Guesses where nothing is known. */
const EQUAL = 0.1;
const RANGE = 1 / 3;
const SEARCH = 0.1;
const OTHER = 1 / 3;
/** Never none: a bound may have been passed since it was noted. */
const LEAST = 1e-6;

const COMPARISON = /^(eq|ne|lt|le|gt|ge)_/;
const SWAPPED: Readonly<Record<string, string>> = { lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' };
const SEARCHES = /^(i?like|regex_match|starts_with|ends_with|contains_\w+)$/;

export function selectivity(condition: Expr, factsOf: FactsOf): number {
  const ranges = new Map<Expr | number, Ends>();
  let share = 1;
  for (const part of conjuncts(condition)) {
    const range = rangeOf(part, factsOf);
    if (range === null) share *= shareOf(part, factsOf);
    else {
      const known = ranges.get(range.key);
      ranges.set(range.key, known === undefined ? range : meet(known, range));
    }
  }
  for (const { zone, lo, hi } of ranges.values()) share *= shareOfRange(zone, lo, hi);
  return clamp(share);
}

const clamp = (share: number): number => Math.min(1, Math.max(LEAST, share));

function shareOf(condition: Expr, factsOf: FactsOf): number {
  switch (condition.kind) {
    case 'literal':
      return condition.value === true ? 1 : LEAST;
    case 'column': {
      const facts = factsOf(condition);
      return facts?.distinct === 1 ? 1 : 0.5;
    }
    case 'in': {
      const one = shareOfEqual(factsOf(condition.arg));
      const all = Math.min(1, one * condition.list.length);
      return condition.negated ? clamp(1 - all) : all;
    }
    case 'call':
      return shareOfCall(condition, factsOf);
    default:
      return OTHER;
  }
}

function shareOfCall({ fn, args }: CallExpr, factsOf: FactsOf): number {
  if (fn === 'and') return args.reduce((share, arg) => share * selectivity(arg, factsOf), 1);
  if (fn === 'or') return clamp(1 - args.reduce((none, arg) => none * (1 - selectivity(arg, factsOf)), 1));
  if (fn === 'not') return clamp(1 - selectivity(args[0], factsOf));
  if (fn === 'is_null') return shareOfNull(factsOf(args[0]));
  if (fn === 'is_not_null') return 1 - shareOfNull(factsOf(args[0]));
  if (SEARCHES.test(fn)) return SEARCH;
  const op = COMPARISON.exec(fn)?.[1];
  if (op === undefined) return OTHER;
  const [a, b] = args;
  const value = b.kind === 'literal' ? b.value : a.kind === 'literal' ? a.value : undefined;
  const facts = b.kind === 'literal' ? factsOf(a) : a.kind === 'literal' ? factsOf(b) : null;
  const equal =
    value !== undefined
      ? shareOfEqual(facts, value)
      : Math.min(shareOfEqual(factsOf(a)), shareOfEqual(factsOf(b)));
  if (op === 'eq') return equal;
  return op === 'ne' ? clamp(1 - equal) : RANGE;
}

function shareOfEqual(facts: ColumnFacts | null, value?: Value): number {
  if (facts === null) return EQUAL;
  const { zone, distinct } = facts;
  const at = numberOf(value);
  const [min, max] = [numberOf(zone?.min), numberOf(zone?.max)];
  if (at !== null && min !== null && max !== null && (at < min || at > max)) return LEAST;
  return distinct === null ? EQUAL : clamp(1 / Math.max(1, distinct));
}

const shareOfNull = (facts: ColumnFacts | null): number =>
  facts?.zone === undefined || facts.rows === 0 ? EQUAL : clamp(facts.zone.nullCount / facts.rows);

/** Both ends inclusive. */
type Ends = { readonly zone: Zone; readonly lo: number; readonly hi: number };

/** A comparison of one column that has bounds with a number. */
function rangeOf(condition: Expr, factsOf: FactsOf): (Ends & { readonly key: Expr | number }) | null {
  if (condition.kind !== 'call') return null;
  const op = COMPARISON.exec(condition.fn)?.[1];
  if (op === undefined || SWAPPED[op] === undefined) return null;
  const [a, b] = condition.args;
  const [of, by, read] = b.kind === 'literal' ? [a, b, op] : [b, a, SWAPPED[op]];
  if (by.kind !== 'literal' || of.kind !== 'column') return null;
  const zone = factsOf(of)?.zone;
  const value = numberOf(by.value);
  const [min, max] = [numberOf(zone?.min), numberOf(zone?.max)];
  if (zone === undefined || value === null || min === null || max === null) return null;
  const step = typeof by.value === 'bigint' ? 1 : 0;
  const lo = read === 'gt' ? value + step : read === 'ge' ? value : min;
  const hi = read === 'lt' ? value - step : read === 'le' ? value : max;
  return { key: of.index, zone, lo, hi };
}

const meet = (a: Ends, b: Ends): Ends => ({
  zone: a.zone,
  lo: Math.max(a.lo, b.lo),
  hi: Math.min(a.hi, b.hi),
});

function shareOfRange(zone: Zone, lo: number, hi: number): number {
  const [min, max] = [numberOf(zone.min) ?? 0, numberOf(zone.max) ?? 0];
  const step = typeof zone.min === 'bigint' ? 1 : 0;
  const width = max - min + step;
  const part = Math.min(hi, max) - Math.max(lo, min) + step;
  if (part < 0 || width < 0) return LEAST;
  return width === 0 ? 1 : clamp(part / width);
}

function numberOf(value: Value | undefined): number | null {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
