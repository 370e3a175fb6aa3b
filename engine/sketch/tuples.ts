/**
 * Tuple sketch of Apache DataSketches, its ArrayOfDoubles: a theta sketch (theta.ts) that keeps some sums beside each hash, those of the
 * values that came with it.
 *
 *   block := count:u32 lgSlots:u32 lgK:u32 width:u32 theta:u64 (hash:u64){2^lgSlots} ((sum:f64){width}){2^lgSlots}     0 = a free slot
 *
 * What is kept is what a theta sketch of as many hashes keeps, and every sum of a hash that is kept is that of all its values.
 */

import { BasaltError } from '../base/error.ts';
import { allocZero, blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';
import { MAX_THETA, thetaCount, thetaHashes, thetaOf } from './theta.ts';

/** Sums beside a hash; DataSketches has a byte for their number. */
export const MAX_WIDTH = 127;
const HEADER_BYTES = 24;
const FIRST_LG_SLOTS = 3;

/** Parameters of the aggregate: lgK, and how many sums each hash has. */
export type TupleShape = readonly [lgK: number, width: number];

/**
 * Adds rows to the states of their groups. Empty texts are left out, as DataSketches leaves them.
 *
 * @param hashes 16 bytes a row. @param keys references of the texts that were hashed. @param sums address of each row's numbers
 */
export function addTuples(
  memory: StateMemory,
  [lgK, width]: TupleShape,
  hashes: number,
  keys: number,
  sums: (row: number) => Float64Array,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32, u64 } = memory;
  for (let i = 0; i < n; i++) {
    if ((valid !== 0 && u8[valid + i] === 0) || u32[(keys >>> 2) + 2 * i + 1] === 0) continue;
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    if (blockOf(memory, slot) === 0) newTuples(memory, slot, FIRST_LG_SLOTS, [lgK, width], MAX_THETA);
    addTuple(memory, slot, u64[(hashes >>> 3) + 2 * i] >> 1n, sums(i));
  }
}

function addTuple(memory: StateMemory, slot: number, hash: bigint, sums: Float64Array): void {
  const block = blockOf(memory, slot);
  if (hash === 0n || hash >= thetaOf(memory, block)) return;
  const { u32, u64, f64 } = memory;
  const at = slotOf(memory, block, hash);
  const values = sumsAt(memory, block, at);
  for (const [i, sum] of sums.entries()) f64[values + i] += sum;
  if (u64[hashAt(block, at)] === hash) return;
  u64[hashAt(block, at)] = hash;
  const head = block >>> 2;
  const [count, lgSlots, lgK] = [++u32[head], u32[head + 1], u32[head + 2]];
  if (lgSlots > lgK) {
    if (count * 16 > 15 * 2 ** lgSlots) trimTuples(memory, slot);
  } else if (count * 4 > 3 * 2 ** lgSlots) rebuild(memory, slot, lgSlots + 1, tuplesOf(memory, block));
}

const hashAt = (block: number, at: number): number => ((block + HEADER_BYTES) >>> 3) + at;
const sumsAt = ({ u32 }: StateViews, block: number, at: number): number =>
  hashAt(block, 2 ** u32[(block >>> 2) + 1]) + at * u32[(block >>> 2) + 3];

/** Where a hash is, or would be. */
function slotOf({ u32, u64 }: StateViews, block: number, hash: bigint): number {
  const mask = 2 ** u32[(block >>> 2) + 1] - 1;
  let at = Number(hash & 0xffffffffn) & mask;
  for (; ; at = (at + 1) & mask) {
    const found = u64[hashAt(block, at)];
    if (found === hash || found === 0n) return at;
  }
}

export type Tuples = {
  readonly theta: bigint;
  readonly width: number;
  /** Nothing was seen at all, not only nothing that is below theta. */
  readonly isEmpty: boolean;
  /** Ascending, below theta. */
  readonly hashes: BigUint64Array;
  /** `width` for each hash. */
  readonly sums: Float64Array;
};

/** All that a block has. @param block not 0 */
function tuplesOf(memory: StateViews, block: number): Tuples {
  const hashes = thetaHashes(memory, block);
  const width = memory.u32[(block >>> 2) + 3];
  const sums = new Float64Array(hashes.length * width);
  for (const [i, hash] of hashes.entries()) {
    const from = sumsAt(memory, block, slotOf(memory, block, hash));
    sums.set(memory.f64.subarray(from, from + width), i * width);
  }
  const theta = thetaOf(memory, block);
  return { theta, width, isEmpty: theta === MAX_THETA && hashes.length === 0, hashes, sums };
}

/** The 2^lgK tuples of the smallest hashes. @param block not 0 */
export const trimmedTuples = (memory: StateViews, block: number): Tuples =>
  trimmed(tuplesOf(memory, block), 2 ** memory.u32[(block >>> 2) + 2]);

/** At most so many tuples, those of the smallest hashes. */
export function trimmed(all: Tuples, most: number): Tuples {
  if (all.hashes.length <= most) return all;
  return {
    ...all,
    theta: all.hashes[most],
    hashes: all.hashes.subarray(0, most),
    sums: all.sums.subarray(0, most * all.width),
  };
}

function trimTuples(memory: StateMemory, slot: number): void {
  const block = blockOf(memory, slot);
  if (thetaCount(memory, block) <= 2 ** memory.u32[(block >>> 2) + 2]) return;
  rebuild(memory, slot, memory.u32[(block >>> 2) + 1], trimmedTuples(memory, block));
}

/** Adds the state of `from`; the smaller theta and size of the two hold. @throws BasaltError BAD_ARGUMENTS */
export function mergeTuples(memory: StateMemory, slot: number, from: number): void {
  const { u32 } = memory;
  const to = blockOf(memory, slot);
  const other = tuplesOf(memory, from);
  sameWidth(u32[(to >>> 2) + 3], other.width);
  const theta = other.theta < thetaOf(memory, to) ? other.theta : thetaOf(memory, to);
  const lgK = Math.min(u32[(to >>> 2) + 2], u32[(from >>> 2) + 2]);
  if (theta < thetaOf(memory, to))
    rebuild(memory, slot, u32[(to >>> 2) + 1], below(tuplesOf(memory, to), theta));
  memory.u32[(blockOf(memory, slot) >>> 2) + 2] = lgK;
  trimTuples(memory, slot);
  for (const [i, hash] of other.hashes.entries())
    addTuple(memory, slot, hash, other.sums.subarray(i * other.width, (i + 1) * other.width));
}

/** @throws BasaltError BAD_ARGUMENTS */
export function sameWidth(a: number, b: number): void {
  if (a === b) return;
  throw new BasaltError('BAD_ARGUMENTS', `Tuple sketches of ${a} and of ${b} values cannot be combined`, {
    hint: 'Sketches go together that keep as many values for each key',
  });
}

/** Those whose hashes are below a theta. */
export function below(all: Tuples, theta: bigint): Tuples {
  const end = all.hashes.findIndex((hash) => hash >= theta);
  const kept = end < 0 ? all : trimmed(all, end);
  return { ...kept, theta };
}

/** A state of its own. */
export function makeTuples(memory: StateMemory, slot: number, lgK: number, all: Tuples): void {
  let lgSlots = FIRST_LG_SLOTS;
  while (all.hashes.length * 4 > 3 * 2 ** lgSlots) lgSlots++;
  newTuples(memory, slot, lgSlots, [lgK, all.width], all.theta);
  rebuild(memory, slot, lgSlots, all);
  trimTuples(memory, slot);
}

function newTuples(
  memory: StateMemory,
  slot: number,
  lgSlots: number,
  [lgK, width]: TupleShape,
  theta: bigint,
): number {
  const bytes = HEADER_BYTES + 8 * (1 + width) * 2 ** lgSlots;
  const block = allocZero(memory, bytes);
  memory.u32.set([0, lgSlots, lgK, width], block >>> 2);
  memory.u64[(block >>> 3) + 2] = theta;
  setBlock(memory, slot, block, bytes);
  return block;
}

/** A block with other slots, of these tuples alone. */
function rebuild(memory: StateMemory, slot: number, lgSlots: number, all: Tuples): void {
  const lgK = memory.u32[(blockOf(memory, slot) >>> 2) + 2];
  const block = newTuples(memory, slot, lgSlots, [lgK, all.width], all.theta);
  for (const [i, hash] of all.hashes.entries()) {
    const at = slotOf(memory, block, hash);
    memory.u64[hashAt(block, at)] = hash;
    memory.f64.set(all.sums.subarray(i * all.width, (i + 1) * all.width), sumsAt(memory, block, at));
  }
  memory.u32[block >>> 2] = all.hashes.length;
}
