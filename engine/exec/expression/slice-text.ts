/**
 * Parts of texts at constant places: references into the strings, which are not copied. What a function means by its numbers is two bounds,
 * each counted from the start or from the end; whatever lies outside of the string is left out.
 */

import type { CallExpr } from '../../plan/expr.ts';
import { constVector, refVector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { refsOf, validOf } from '../lane.ts';
import type { VectorFunction, VectorFunctionFactory } from './evaluator.ts';

type Bound = { readonly at: bigint; readonly fromEnd: boolean };
const start = (at: bigint): Bound => ({ at, fromEnd: false });
const end = (at: bigint): Bound => ({ at, fromEnd: true });

/** undefined: two bounds do not say it. */
type BoundsOf = (from: bigint, count: bigint) => readonly [low: Bound, high: Bound] | undefined;

const positive = (n: bigint): bigint => (n < 0n ? 0n : n);

/** SQL's: from a position, which may be below 1, so many characters. */
const sql: BoundsOf = (from, count) => [start(from - 1n), start(from - 1n + positive(count))];

const fromEnd: BoundsOf = (from, count) =>
  from < 0n ? [end(from), end(from + positive(count))] : sql(from, count);

/** A negative count leaves so many out at the end; nothing starts at 0. */
const clickhouse =
  (ofBytes: boolean): BoundsOf =>
  (from, count) => {
    if (from === 0n) return [start(0n), start(0n)];
    // Where characters begin before the first, as many as were asked for begin there.
    if (from < 0n && !ofBytes) return undefined;
    const bound = from < 0n ? end : start;
    const at = from < 0n ? from : from - 1n;
    return [bound(at), count < 0n ? end(count) : bound(at + count)];
  };

const left: BoundsOf = (count) => [start(0n), count < 0n ? end(count) : start(count)];
const right: BoundsOf = (count) => [count < 0n ? start(-count) : end(-count), end(0n)];

type Row = readonly [fn: string, boundsOf: BoundsOf, unit: 'chars' | 'bytes'];
const ROWS: readonly Row[] = [
  ['substring_chars', sql, 'chars'],
  ['substring_from_end', fromEnd, 'chars'],
  ['ch_substring_chars', clickhouse(false), 'chars'],
  ['ch_substring_bytes', clickhouse(true), 'bytes'],
  ['left_chars', left, 'chars'],
  ['ch_left_chars', left, 'chars'],
  ['ch_left_bytes', left, 'bytes'],
  ['right_chars', right, 'chars'],
  ['ch_right_chars', right, 'chars'],
  ['ch_right_bytes', right, 'bytes'],
];

export const SLICES = ROWS.map(([fn, boundsOf, unit]): [string, VectorFunctionFactory] => [
  fn,
  (call, task) => slices(call, boundsOf, unit, task),
]);

function slices(
  { args }: CallExpr,
  boundsOf: BoundsOf,
  unit: 'chars' | 'bytes',
  task: TaskContext,
): VectorFunction | undefined {
  const numbers = args.slice(1).map((arg) => (arg.kind === 'literal' ? arg.value : null));
  if (!numbers.every((n) => typeof n === 'bigint')) return undefined;
  const bounds = boundsOf(numbers[0], numbers[1] ?? 0n);
  if (bounds === undefined) return undefined;
  const [low, high] = bounds.map(({ at }) => clamped(at));
  const [lowFromEnd, highFromEnd] = bounds.map((bound) => Number(bound.fromEnd));
  const chars = Number(unit === 'chars');
  return ([text], rows) => {
    if (text.kind === 'const' && text.value === null) return constVector('str', rows, null);
    const out = task.scratch.alloc(rows * 8);
    task.kernels.slice_refs(refsOf(task, text), rows, low, lowFromEnd, high, highFromEnd, chars, out);
    return refVector(rows, out, validOf(task, text));
  };
}

/** No string is so long. */
const FAR = 2n ** 31n - 1n;
const clamped = (at: bigint): number => Number(at > FAR ? FAR : at < -FAR ? -FAR : at);
