/**
 * A table's TTL rules as conditions of a moment, and as bounds of a segment's rows.
 *
 * Bounds come from the statistics of the one column that the expression reads, where the expression never falls while
 * that column grows: then the ends of the column are the ends of the expression. For any other they are unknown, and only
 * reading the rows tells.
 */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { call, columnsOf, type Expr, literal, rewrite } from '../../engine/plan/expr.ts';
import type { TtlRule } from '../../engine/plan/ttl.ts';
import { BOOL, INT64, type LogicalType } from '../../engine/type/type.ts';
import type { SegmentMeta, TableDefinition } from '../../storage/index.ts';

export const ttlRules = (table: TableDefinition): readonly TtlRule[] =>
  (table.ttl ?? []) as readonly TtlRule[];

/** The moment in ticks of a timestamp of this type; what is not over yet is left out. */
function ticksOf(type: LogicalType, nowMs: number): bigint {
  const { precision = 0 } = type;
  const now = BigInt(Math.floor(nowMs));
  if (precision >= 3) return now * 10n ** BigInt(precision - 3);
  return now / 10n ** BigInt(3 - precision);
}

/** True for rows that the rule lets go at `nowMs`; over column ids. */
export function expiredAt(rule: TtlRule, nowMs: number): Expr {
  const { expires, where } = rule;
  const compare = (fn: string, ticks: bigint): Expr => call(fn, [expires, literal(ticks, INT64)], BOOL);
  const past = [compare('le_i64', ticksOf(expires.type, nowMs)), compare('ne_i64', 0n)];
  return call('and', where === null ? past : [...past, where], BOOL);
}

/** How much of a segment the rule's time says has expired; `unknown`: reading the rows tells. */
export type Expired = 'none' | 'some' | 'all' | 'unknown';

export function expiredOf({ expires }: TtlRule, segment: SegmentMeta, nowMs: number): Expired {
  const columns = columnsOf(expires);
  const statistics = segment.columns.find(({ id }) => id === columns[0]);
  if (columns.length !== 1 || statistics === undefined || !neverFalls(expires)) return 'unknown';
  const { min, max, nullCount } = statistics;
  if (min === null || max === null || nullCount > 0) return 'unknown';
  const at = (value: typeof min): unknown =>
    evaluateConstant(rewrite(expires, (node) => (node.kind === 'column' ? literal(value, node.type) : node)));
  const [first, last] = [at(min), at(max)];
  if (typeof first !== 'bigint' || typeof last !== 'bigint') return 'unknown';
  // It wrapped around somewhere between.
  if (last < first) return 'unknown';
  const now = ticksOf(expires.type, nowMs);
  if (first > now) return 'none';
  // Rows at the epoch stay.
  return last <= now && (first > 0n || last < 0n) ? 'all' : 'some';
}

/** Functions that never fall while their first argument grows; the argument that is a time zone, which must be UTC. */
const RISING: ReadonlyMap<string, number | null> = new Map([
  ['add_wrap_i64', null],
  ['add_checked_i64', null],
  ['sub_wrap_i64', null],
  ['sub_checked_i64', null],
  ['rescale_ticks', null],
  ['date_to_ticks', 2],
  ['ticks_to_date', 2],
  ['add_ticks', 4],
  ['add_days', null],
  ['floor_ticks', null],
  ['trunc_ticks', 3],
  ['trunc_ticks_by', 3],
  ['trunc_days', null],
  ['last_day', null],
]);

function neverFalls(expr: Expr): boolean {
  if (expr.kind === 'column') return true;
  if (expr.kind !== 'call') return false;
  const zoneAt = RISING.get(expr.fn);
  if (zoneAt === undefined) return false;
  const [argument, ...rest] = expr.args;
  if (!neverFalls(argument) || rest.some((e) => e.kind !== 'literal')) return false;
  if (zoneAt === null) return true;
  const zone = expr.args[zoneAt];
  return zone?.kind === 'literal' && zone.value === 'UTC';
}
