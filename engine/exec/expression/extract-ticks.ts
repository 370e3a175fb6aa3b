/**
 * extract_ticks with literal unit and precision in UTC: parts of the clock by kernels, parts of the calendar once per day.
 *
 * A small table remembers days by their number, so that times in any order ask the calendar about as often as there are
 * different days.
 */

import { SECONDS_PER_DAY } from '../../function/calendar.ts';
import { implementation } from '../../function/registry.ts';
import type { CallExpr } from '../../plan/expr.ts';
import { constVector, intVector, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { i64Of, validOf } from '../lane.ts';
import type { VectorFunction } from './evaluator.ts';

/** Seconds of one step, and how many steps make the cycle that the part counts in. */
const CLOCK: Readonly<
  Record<string, { readonly seconds: number; readonly count: number; readonly shift: bigint }>
> = {
  second: { seconds: 1, count: 60, shift: 0n },
  minute: { seconds: 60, count: 60, shift: 0n },
  hour: { seconds: 3600, count: 24, shift: 0n },
  // 1970-01-01 was a Thursday, the fourth day after Sunday.
  dow: { seconds: SECONDS_PER_DAY, count: 7, shift: 4n },
};
/** Parts that are the same all day. */
const OF_DAY = new Set([
  'day',
  'month',
  'quarter',
  'year',
  'week',
  'isoyear',
  'isodow',
  'doy',
  'yyyymm',
  'yyyymmdd',
]);
/** Days remembered at once; a power of two, more than ten years. */
const REMEMBERED = 4096;

type Extract = (ticks: number | bigint, unit: string, precision: number, zone: string) => number;

export function extractTicks(call: CallExpr, task: TaskContext): VectorFunction | undefined {
  const [, unit, precision, zone] = call.args.map((a) => (a.kind === 'literal' ? a.value : undefined));
  if (typeof unit !== 'string' || typeof precision !== 'bigint' || zone !== 'UTC') return undefined;
  const scale = 10n ** precision;
  const part = CLOCK[unit];
  if (part !== undefined) return clockPart(BigInt(part.seconds) * scale, part.shift, part.count, task);
  if (!OF_DAY.has(unit)) return undefined;
  const extract = implementation(call.fn).evaluate as unknown as Extract;
  const perDay = BigInt(SECONDS_PER_DAY) * scale;
  return dayPart(perDay, (day) => extract(BigInt(day) * perDay, unit, Number(precision), 'UTC'), task);
}

const clockPart =
  (step: bigint, shift: bigint, count: number, task: TaskContext): VectorFunction =>
  ([ticks], rows): Vector => {
    if (ticks.kind === 'const' && ticks.value === null) return constVector('i64', rows, null);
    const out = task.scratch.alloc(rows * 8);
    task.kernels.floor_div_i64_vc(i64Of(task, ticks), rows, step, out);
    task.kernels.cycle_i64_vc(out, rows, shift, count, out);
    return intVector(rows, out, 8, 0n, validOf(task, ticks));
  };

function dayPart(
  perDay: bigint,
  partOf: (day: number | bigint) => number,
  task: TaskContext,
): VectorFunction {
  const days = new Int32Array(REMEMBERED).fill(-1);
  const parts = new Int32Array(REMEMBERED);
  // Day -1 stands at the last place; every other place starts with a day that belongs elsewhere.
  days[REMEMBERED - 1] = 0;
  return ([ticks], rows) => {
    if (ticks.kind === 'const' && ticks.value === null) return constVector('i64', rows, null);
    const out = task.scratch.alloc(rows * 8);
    const valid = validOf(task, ticks);
    task.kernels.floor_div_i64_vc(i64Of(task, ticks), rows, perDay, out);
    const { i32, i64, u8 } = task.arena;
    for (let i = 0; i < rows; i++) {
      if (valid !== 0 && u8[valid + i] === 0) continue;
      const at = (out >>> 2) + 2 * i;
      const day = i32[at];
      if (i32[at + 1] !== day >> 31) {
        i64[at / 2] = BigInt(partOf(i64[at / 2]));
        continue;
      }
      const place = day & (REMEMBERED - 1);
      if (days[place] !== day) {
        days[place] = day;
        parts[place] = partOf(day);
      }
      i32[at] = parts[place];
      i32[at + 1] = parts[place] >> 31;
    }
    return intVector(rows, out, 8, 0n, valid);
  };
}
