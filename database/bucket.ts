/** A segment granularity as the partition key of a table, and back. */

import { lookup } from '../engine/base/lookup.ts';
import { call, type Expr, literal } from '../engine/plan/expr.ts';
import { INT64, STRING } from '../engine/type/type.ts';
import { type Granularity, TIME_TYPE } from './ingest/index.ts';

const MONTHS_OF: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

/** Start of the granularity's bucket, as an expression over the time column; null for one partition. */
export function bucketOf(granularity: Granularity, time: Expr): Expr | null {
  switch (granularity.kind) {
    case 'fixed':
      return call(
        'floor_ticks',
        [time, literal(BigInt(granularity.ms), INT64), literal(BigInt(granularity.originMs), INT64)],
        TIME_TYPE,
      );
    case 'months': {
      const unit = Object.keys(MONTHS_OF).find((name) => MONTHS_OF[name] === granularity.months);
      if (unit === undefined) return null;
      return call(
        'trunc_ticks',
        [time, literal(unit, STRING), literal(3n, INT64), literal('UTC', STRING)],
        TIME_TYPE,
      );
    }
    default:
      return null;
  }
}

/** The granularity that `bucketOf` made the partition key of; null: it is another key. */
export function granularityOf(key: Expr): Granularity | null {
  if (key.kind !== 'call' || key.type.id !== 'timestamp' || key.type.precision !== 3) return null;
  const [time, ...rest] = key.args;
  const given = rest.map((arg) => (arg.kind === 'literal' ? arg.value : null));
  if (time.kind !== 'column') return null;
  if (key.fn === 'floor_ticks') {
    const [ms, originMs] = given;
    return typeof ms === 'bigint' && typeof originMs === 'bigint'
      ? { kind: 'fixed', ms: Number(ms), originMs: Number(originMs) }
      : null;
  }
  const [unit, , zone] = given;
  if (key.fn !== 'trunc_ticks' || typeof unit !== 'string' || zone !== 'UTC') return null;
  const months = lookup(MONTHS_OF, unit);
  return months === undefined ? null : { kind: 'months', months };
}
