/**
 * Tuple states as Apache DataSketches writes its compact ArrayOfDoubles sketch (version 1; little-endian), and what several say together.
 *
 *   sketch := 1 1 9 3 flags:u8 width:u8 seedHash:u16 theta:u64 [count:u32 0:u32 (hash:u64){count} ((sum:f64){width}){count}]
 *
 * Hashes ascend in what we write. Flags say whether there are any, and whether anything was seen.
 */

import { damagedState, viewOf } from './byte-reader.ts';
import type { StateMemory, StateViews } from './memory.ts';
import { estimateOf, MAX_THETA, MAX_THETA_LG_K } from './theta.ts';
import { SEED_HASH } from './theta-format.ts';
import { below, MAX_WIDTH, makeTuples, sameWidth, type Tuples, trimmed, trimmedTuples } from './tuples.ts';

const FAMILY = 9;
const COMPACT = 3;
const FLAG = { bigEndian: 1, empty: 4, hasEntries: 8 } as const;
const HEADER_BYTES = 16;
const ENTRIES_START = 24;

const nothing = (width: number): Tuples => ({
  theta: MAX_THETA,
  width,
  isEmpty: true,
  hashes: new BigUint64Array(0),
  sums: new Float64Array(0),
});

/** @param block 0 = nothing seen. @param params lgK, width */
export function writeTuples(memory: StateViews, block: number, [, width]: readonly number[]): Uint8Array {
  return tupleBytes(block === 0 ? nothing(width) : trimmedTuples(memory, block));
}

export function tupleBytes({ theta, width, isEmpty, hashes, sums }: Tuples): Uint8Array {
  const count = hashes.length;
  const bytes = new Uint8Array(count === 0 ? HEADER_BYTES : ENTRIES_START + 8 * count * (1 + width));
  const view = new DataView(bytes.buffer);
  bytes.set([1, 1, FAMILY, COMPACT, (isEmpty ? FLAG.empty : 0) | (count > 0 ? FLAG.hasEntries : 0), width]);
  view.setUint16(6, SEED_HASH, true);
  view.setBigUint64(8, theta, true);
  if (count === 0) return bytes;
  view.setUint32(16, count, true);
  for (const [i, hash] of hashes.entries()) view.setBigUint64(ENTRIES_START + 8 * i, hash, true);
  for (const [i, sum] of sums.entries()) view.setFloat64(ENTRIES_START + 8 * (count + i), sum, true);
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readTuples(
  memory: StateMemory,
  bytes: Uint8Array,
  slot: number,
  [lgK]: readonly number[],
): void {
  const read = parseTuples(bytes);
  if (!read.isEmpty) makeTuples(memory, slot, lgK, read);
}

/** @throws CORRUPTED_DATA */
export function parseTuples(bytes: Uint8Array): Tuples {
  const view = viewOf(bytes, HEADER_BYTES, 'a tuple sketch');
  const [words, version, family, form, flags, width] = bytes;
  if (words !== 1 || version !== 1 || family !== FAMILY || form !== COMPACT)
    throw damagedState('these bytes are no compact tuple sketch of doubles, version 1');
  if ((flags & FLAG.bigEndian) !== 0) throw damagedState('a tuple sketch in big-endian order');
  if (view.getUint16(6, true) !== SEED_HASH) throw damagedState('a tuple sketch made with another seed');
  if (width < 1 || width > MAX_WIDTH) throw damagedState(`a tuple sketch of ${width} values`);
  if ((flags & FLAG.empty) !== 0) return nothing(width);
  const theta = view.getBigUint64(8, true);
  if (theta > MAX_THETA || theta === 0n) throw damagedState('a tuple sketch whose theta is above 1, or 0');
  const hasEntries = (flags & FLAG.hasEntries) !== 0;
  if (hasEntries) viewOf(bytes, ENTRIES_START, 'a tuple sketch');
  const count = hasEntries ? view.getUint32(16, true) : 0;
  if (count > 2 ** MAX_THETA_LG_K) throw damagedState(`a tuple sketch of ${count} keys`);
  viewOf(bytes, hasEntries ? ENTRIES_START + 8 * count * (1 + width) : HEADER_BYTES, 'a tuple sketch');
  const keys = BigUint64Array.from({ length: count }, (_, i) =>
    view.getBigUint64(ENTRIES_START + 8 * i, true),
  );
  const order = Uint32Array.from(keys, (_, i) => i).sort((a, b) => (keys[a] < keys[b] ? -1 : 1));
  const hashes = BigUint64Array.from(order, (i) => keys[i]);
  if (hashes.some((hash, i) => hash === 0n || hash >= theta || hash === hashes[i - 1]))
    throw damagedState('a tuple sketch whose hashes are not below its theta, or twice there');
  const sums = new Float64Array(count * width);
  for (const [to, from] of order.entries())
    for (let i = 0; i < width; i++)
      sums[to * width + i] = view.getFloat64(ENTRIES_START + 8 * (count + from * width + i), true);
  return { theta, width, isEmpty: false, hashes, sums };
}

/** Estimates of the sums over all keys, each. */
export function tupleSums({ theta, width, hashes, sums }: Tuples): number[] {
  const totals = new Array<number>(width).fill(0);
  for (let i = 0; i < hashes.length; i++) for (let k = 0; k < width; k++) totals[k] += sums[i * width + k];
  return totals.map((total) => estimateOf(total, theta));
}

export type TupleSet = 'union' | 'intersect' | 'not';

/** Keys of any sketch or of all, with what they have in these together; or of the first alone. @throws BasaltError BAD_ARGUMENTS */
export const tupleSetOf = (kind: TupleSet, most: number, [first, ...others]: readonly Tuples[]): Tuples =>
  others.reduce(
    (a, b) => {
      sameWidth(a.width, b.width);
      return SETS[kind](a, b, most);
    },
    kind === 'union' ? trimmed(first, most) : first,
  );

const SETS: Readonly<Record<TupleSet, (a: Tuples, b: Tuples, most: number) => Tuples>> = {
  union: (a, b, most) => {
    if (a.isEmpty || b.isEmpty) return trimmed(a.isEmpty ? b : a, most);
    const cut = bothCut(a, b);
    return trimmed(joined(cut, [...new Set([...cut.a.hashes, ...cut.b.hashes])].sort(ascending)), most);
  },
  intersect: (a, b) => {
    if (a.isEmpty || b.isEmpty) return nothing(a.width);
    const cut = bothCut(a, b);
    const common = new Set(cut.b.hashes);
    return joined(
      cut,
      [...cut.a.hashes].filter((hash) => common.has(hash)),
    );
  },
  not: (a, b) => {
    if (a.isEmpty || b.isEmpty) return a;
    const cut = bothCut(a, b);
    const taken = new Set(cut.b.hashes);
    const left = joined(
      { ...cut, b: nothing(a.width) },
      [...cut.a.hashes].filter((hash) => !taken.has(hash)),
    );
    return { ...left, isEmpty: left.theta === MAX_THETA && left.hashes.length === 0 };
  },
};

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : 1);

type Cut = { readonly a: Tuples; readonly b: Tuples; readonly theta: bigint };

/** Both below the smaller theta. */
function bothCut(a: Tuples, b: Tuples): Cut {
  const theta = a.theta < b.theta ? a.theta : b.theta;
  return { a: below(a, theta), b: below(b, theta), theta };
}

/** The tuples of these hashes, with the sums of both. */
function joined({ a, b, theta }: Cut, hashes: readonly bigint[]): Tuples {
  const { width } = a;
  const sums = new Float64Array(hashes.length * width);
  for (const side of [a, b]) {
    const place = new Map(Array.from(side.hashes, (hash, i) => [hash, i]));
    for (const [i, hash] of hashes.entries()) {
      const from = place.get(hash);
      if (from === undefined) continue;
      for (let k = 0; k < width; k++) sums[i * width + k] += side.sums[from * width + k];
    }
  }
  return { theta, width, isEmpty: false, hashes: BigUint64Array.from(hashes), sums };
}
