/** Aggregates of intervals: starts and ends as they came (sketch/value-list.ts), two words each. */

import type { StateViews } from '../../sketch/memory.ts';
import { valueCount, valuesAt } from '../../sketch/value-list.ts';
import type { Value } from '../../type/type.ts';
import type { BlockAggregate } from './block-aggregate.ts';

type Words = BigInt64Array | BigUint64Array | Float64Array;

function intervals(memory: StateViews, block: number, domain: 'i64' | 'u64' | 'f64'): Words {
  const at = valuesAt(block) / 8;
  const { buffer } = memory.u64.slice(at, at + (valueCount(memory, block) & ~1));
  return new { i64: BigInt64Array, u64: BigUint64Array, f64: Float64Array }[domain](buffer);
}

/** Most intervals that hold one point, and the first such point. */
function crowd(words: Words): { readonly most: bigint; readonly place: number | bigint } {
  const ends = Uint32Array.from({ length: words.length }, (_, i) => i);
  // An interval that ends where another starts does not meet it.
  ends.sort((a, b) => (words[a] < words[b] ? -1 : words[a] > words[b] ? 1 : (b & 1) - (a & 1)));
  let [open, most, place] = [0n, 0n, words.length === 0 ? 0 : words[ends[0]]];
  for (const end of ends) {
    open += (end & 1) === 0 ? 1n : -1n;
    if (open > most) [most, place] = [open, words[end]];
  }
  return { most, place };
}

/** Of what they cover together. */
function covered(words: Words): number | bigint {
  const starts = Uint32Array.from({ length: words.length >> 1 }, (_, i) => 2 * i);
  // One that is written backwards covers as much.
  for (const start of starts)
    if (words[start + 1] < words[start]) words.set([words[start + 1], words[start]] as never, start);
  starts.sort((a, b) => (words[a] < words[b] ? -1 : words[a] > words[b] ? 1 : 0));
  let sum = typeof words[0] === 'bigint' ? 0n : 0;
  let reached: number | bigint | null = null;
  for (const start of starts) {
    const [from, to] = [words[start], words[start + 1]];
    const begin = reached !== null && reached > from ? reached : from;
    if (to > begin) sum = ((sum as number) + ((to as number) - (begin as number))) as typeof sum;
    if (reached === null || to > reached) reached = to;
  }
  return sum;
}

const laneValue = (x: number | bigint, domain: 'i64' | 'u64' | 'f64'): Value => {
  if (domain === 'f64') return Number(x);
  return BigInt.asIntN(64, BigInt(x));
};

export const INTERVALS: Readonly<Record<string, BlockAggregate>> = Object.fromEntries(
  (['i64', 'u64', 'f64'] as const).flatMap((domain): [string, BlockAggregate][] => {
    const lane = domain === 'f64' ? 'f64' : 'i64';
    const of = (read: (words: Words) => Value, result: 'i64' | 'f64'): BlockAggregate => ({
      kind: 'values',
      lane,
      second: lane,
      result,
      value: (memory, block, _params, type) =>
        block === 0 ? (type.nullable ? null : laneValue(0, result)) : read(intervals(memory, block, domain)),
    });
    return [
      [`crowd_${domain}`, of((words) => crowd(words).most, 'i64')],
      [`crowd_place_${domain}`, of((words) => laneValue(crowd(words).place, domain), lane)],
      [`covered_${domain}`, of((words) => laneValue(covered(words), domain), lane)],
    ];
  }),
);
