/**
 * Theta sketch of Apache DataSketches: of the values' hashes (63 bits) those below `theta`, which is 2^63 until there are more than
 * 2^lgK of them; their number over theta / 2^63 estimates how many there were.
 *
 *   block := count:u32 lgSlots:u32 lgK:u32 0:u32 theta:u64 (hash:u64){2^lgSlots}     0 = a free slot
 *
 * While values are added up to 15/16 of 2^(lgK + 1) hashes are kept; {@link trimTheta} leaves the 2^lgK smallest, which depend on the
 * set of values only. Relative standard error 1 / sqrt(2^lgK - 1); exact below 2^lgK values.
 */

import { blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';

export const MIN_THETA_LG_K = 4;
export const MAX_THETA_LG_K = 26;
const HEADER_BYTES = 24;
const FIRST_LG_SLOTS = 3;
/** 2^63 - 1: DataSketches' theta of a sketch that has kept everything. */
export const MAX_THETA = 0x7fffffffffffffffn;

/** Adds values to the states of their groups. @param hashes 16 bytes a row. @param slots address of the column of slots. */
export function addTheta(
  memory: StateMemory,
  lgK: number,
  hashes: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const at = (hashes >>> 2) + 4 * i;
    const high = u32[at + 1] >>> 1;
    const low = ((u32[at] >>> 1) | (u32[at + 1] << 31)) >>> 0;
    addHash(memory, lgK, slots + 8 * u32[(gids >>> 2) + i], low, high);
  }
}

/** Adds one hash, given in halves. */
export function addHash(memory: StateMemory, lgK: number, slot: number, low: number, high: number): void {
  const { u32 } = memory;
  let block = blockOf(memory, slot);
  if (block === 0) block = newTheta(memory, slot, FIRST_LG_SLOTS, lgK, MAX_THETA);
  const at = block >>> 2;
  if (high > u32[at + 5] || (high === u32[at + 5] && low >= u32[at + 4]) || (high | low) === 0) return;
  if (!insert(u32, block, low, high)) return;
  const count = ++u32[at];
  const lgSlots = u32[at + 1];
  if (lgSlots > u32[at + 2]) {
    if (count * 16 > 15 * 2 ** lgSlots) trimTheta(memory, slot);
  } else if (count * 4 > 3 * 2 ** lgSlots) regrow(memory, slot, lgSlots + 1);
}

/** Adds the state of `from`; the smaller theta and size of the two hold. */
export function mergeTheta(memory: StateMemory, slot: number, from: number): void {
  const { u32 } = memory;
  const to = blockOf(memory, slot);
  const lgK = Math.min(u32[(from >>> 2) + 2], u32[(to >>> 2) + 2]);
  if (thetaOf(memory, from) < thetaOf(memory, to)) cutTheta(memory, slot, thetaOf(memory, from));
  if (lgK < u32[(to >>> 2) + 2]) {
    u32[(blockOf(memory, slot) >>> 2) + 2] = lgK;
    trimTheta(memory, slot);
  }
  const first = (from + HEADER_BYTES) >>> 2;
  const end = first + 2 * 2 ** u32[(from >>> 2) + 1];
  for (let i = first; i < end; i += 2)
    if ((u32[i] | u32[i + 1]) !== 0) addHash(memory, lgK, slot, u32[i], u32[i + 1]);
}

export const thetaOf = ({ u64 }: StateViews, block: number): bigint =>
  block === 0 ? MAX_THETA : u64[(block >>> 3) + 2];
export const thetaCount = ({ u32 }: StateViews, block: number): number =>
  block === 0 ? 0 : u32[block >>> 2];

/** Number of different values, about. */
export function estimateTheta(memory: StateViews, block: number): number {
  const { theta, hashes } = trimmedTheta(memory, block);
  return estimateOf(hashes.length, theta);
}

/** The 2^lgK smallest hashes, and theta for them. */
export function trimmedTheta(memory: StateViews, block: number): { theta: bigint; hashes: BigUint64Array } {
  const hashes = thetaHashes(memory, block);
  const size = block === 0 ? 0 : 2 ** memory.u32[(block >>> 2) + 2];
  return hashes.length <= size
    ? { theta: thetaOf(memory, block), hashes }
    : { theta: hashes[size], hashes: hashes.subarray(0, size) };
}

export const estimateOf = (count: number, theta: bigint): number =>
  theta === MAX_THETA ? count : count / (Number(theta) / 2 ** 63);

/** Hashes, ascending. */
export function thetaHashes(memory: StateViews, block: number): BigUint64Array {
  if (block === 0) return new BigUint64Array(0);
  const first = (block + HEADER_BYTES) >>> 3;
  const all = memory.u64.slice(first, first + 2 ** memory.u32[(block >>> 2) + 1]).sort();
  return all.subarray(all.length - thetaCount(memory, block));
}

/** Leaves the 2^lgK smallest hashes. */
export function trimTheta(memory: StateMemory, slot: number): void {
  const block = blockOf(memory, slot);
  if (block === 0 || thetaCount(memory, block) <= 2 ** memory.u32[(block >>> 2) + 2]) return;
  const { theta, hashes } = trimmedTheta(memory, block);
  fill(memory, block, hashes, theta);
}

/** A state of its own of ascending hashes, all below theta. */
export function makeTheta(
  memory: StateMemory,
  slot: number,
  lgK: number,
  theta: bigint,
  hashes: BigUint64Array,
): void {
  let lgSlots = FIRST_LG_SLOTS;
  while (hashes.length * 4 > 3 * 2 ** lgSlots) lgSlots++;
  const block = newTheta(memory, slot, lgSlots, lgK, theta);
  fill(memory, block, hashes, theta);
  trimTheta(memory, slot);
}

function cutTheta(memory: StateMemory, slot: number, theta: bigint): void {
  const block = blockOf(memory, slot);
  const hashes = thetaHashes(memory, block).filter((hash) => hash < theta);
  fill(memory, block, hashes, theta);
}

function newTheta(memory: StateMemory, slot: number, lgSlots: number, lgK: number, theta: bigint): number {
  const bytes = HEADER_BYTES + 8 * 2 ** lgSlots;
  const block = memory.alloc(bytes);
  memory.u8.fill(0, block, block + bytes);
  memory.u32[(block >>> 2) + 1] = lgSlots;
  memory.u32[(block >>> 2) + 2] = lgK;
  memory.u64[(block >>> 3) + 2] = theta;
  setBlock(memory, slot, block, bytes);
  return block;
}

/** Replaces what the block holds. */
function fill({ u8, u32, u64 }: StateMemory, block: number, hashes: BigUint64Array, theta: bigint): void {
  const words = new Uint32Array(hashes.slice().buffer);
  const slots = 8 * 2 ** u32[(block >>> 2) + 1];
  u8.fill(0, block + HEADER_BYTES, block + HEADER_BYTES + slots);
  for (let i = 0; i < words.length; i += 2) insert(u32, block, words[i], words[i + 1]);
  u32[block >>> 2] = hashes.length;
  u64[(block >>> 3) + 2] = theta;
}

/** False: it is there already. */
function insert(u32: Uint32Array, block: number, low: number, high: number): boolean {
  const first = (block + HEADER_BYTES) >>> 2;
  const mask = 2 ** u32[(block >>> 2) + 1] - 1;
  let slot = low & mask;
  for (; ; slot = (slot + 1) & mask) {
    const at = first + 2 * slot;
    if (u32[at] === low && u32[at + 1] === high) return false;
    if ((u32[at] | u32[at + 1]) === 0) {
      u32[at] = low;
      u32[at + 1] = high;
      return true;
    }
  }
}

function regrow(memory: StateMemory, slot: number, lgSlots: number): void {
  const old = blockOf(memory, slot);
  const bytes = HEADER_BYTES + 8 * 2 ** lgSlots;
  const block = memory.alloc(bytes);
  const { u8, u32 } = memory;
  u8.copyWithin(block, old, old + HEADER_BYTES);
  u8.fill(0, block + HEADER_BYTES, block + bytes);
  const first = (old + HEADER_BYTES) >>> 2;
  const end = first + 2 * 2 ** u32[(old >>> 2) + 1];
  u32[(block >>> 2) + 1] = lgSlots;
  for (let i = first; i < end; i += 2)
    if ((u32[i] | u32[i + 1]) !== 0) insert(u32, block, u32[i], u32[i + 1]);
  setBlock(memory, slot, block, bytes);
}
