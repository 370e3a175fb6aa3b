/**
 * trunc_ticks with literal unit, precision and zone: calendar buckets (day, week, month, quarter, year).
 *
 * The calendar is asked once per bucket, not once per row: a row inside of the bucket of the row before costs two
 * comparisons. Times usually come nearly in order, so buckets rarely change.
 */

import { implementation } from '../../function/registry.ts';
import type { CallExpr } from '../../plan/expr.ts';
import { constVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { denseVector, i64Of, validOf } from '../lane.ts';
import type { VectorFunction } from './evaluator.ts';

/** More seconds than the unit's longest bucket (a day of 25 hours, at its edges), fewer than two of the shortest. */
const MORE_THAN_ONE: Readonly<Record<string, number>> = {
  day: 26 * 3600,
  week: (7 * 24 + 2) * 3600,
  month: (31 * 24 + 2) * 3600,
  quarter: (92 * 24 + 2) * 3600,
  year: (366 * 24 + 2) * 3600,
};
const HIGH = 4294967296;
const SAFE_HIGH = 2 ** 20;

type Truncate = (ticks: number | bigint, unit: string, precision: number, zone: string) => number | bigint;

export function truncTicks(call: CallExpr, task: TaskContext): VectorFunction | undefined {
  const [, unit, precision, zone] = call.args.map((a) => (a.kind === 'literal' ? a.value : undefined));
  if (typeof unit !== 'string' || typeof precision !== 'bigint' || typeof zone !== 'string') return undefined;
  const seconds = MORE_THAN_ONE[unit];
  if (seconds === undefined) return undefined;
  const truncate = implementation(call.fn).evaluate as unknown as Truncate;
  const startOf = (ticks: number | bigint): number | bigint => truncate(ticks, unit, Number(precision), zone);
  const stride = seconds * 10 ** Number(precision);

  return ([ticks], rows): Vector => {
    if (ticks.kind === 'const' && ticks.value === null) return constVector('i64', rows, null);
    const { u8, i32, u32, i64 } = task.arena;
    const data = i64Of(task, ticks);
    const valid = validOf(task, ticks);
    const out = task.scratch.allocZero(rows * 8);
    const from = data / 4;
    const to = out / 4;
    let start = Number.NaN;
    let end = Number.NaN;
    let low = 0;
    let high = 0;
    for (let i = 0; i < rows; i++) {
      if (valid !== 0 && u8[valid + i] === 0) continue;
      const word = i32[from + 2 * i + 1];
      if (word >= SAFE_HIGH || word < -SAFE_HIGH) {
        i64[out / 8 + i] = BigInt(startOf(i64[data / 8 + i]));
        continue;
      }
      const value = word * HIGH + u32[from + 2 * i];
      if (!(value >= start && value < end)) {
        start = Number(startOf(value));
        end = Number(startOf(start + stride));
        high = Math.floor(start / HIGH);
        low = start - high * HIGH;
      }
      u32[to + 2 * i] = low;
      i32[to + 2 * i + 1] = high;
    }
    return denseVector('i64', rows, out, valid);
  };
}
