/**
 * HyperLogLog of 2^lgK registers, as Apache DataSketches' HLL sketch counts: a value is a coupon of 26 bits of address and 6 bits
 * of rank, coupons are kept as they are while they are few, then the largest rank per register.
 *
 *   block := size:u32 lgSlots:u32 lgK:u32 0:u32 (coupon:u32){2^lgSlots} | rank:u8{2^lgK} where lgSlots = 255
 *
 * `size` counts coupons. The state depends on the set of values only, not on their order nor on how states were merged. Estimates are
 * by Otmar Ertl's estimator ("New cardinality estimation algorithms for HyperLogLog sketches", 2017), which needs no tables:
 * relative standard error 1.04 / sqrt(2^lgK), nearly exact while coupons are kept.
 */

import { allocZero, blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';

export const MIN_LG_K = 4;
export const MAX_LG_K = 21;
const HEADER_BYTES = 16;
const FIRST_LG_SLOTS = 3;
const REGISTERS = 255;
const ADDRESS_BITS = 26;
const ADDRESS_MASK = 0x3ffffff;
/** Ranks are 1 to 63. */
const MAX_RANK = 63;

/** Coupons that are kept before there are registers; DataSketches' limits. */
const couponLimit = (lgK: number): number => (lgK < 8 ? 8 : 3 * 2 ** (lgK - 5));

/** The coupon of a value's hash, given its four words. */
const couponOf = (u32: Uint32Array, at: number): number => {
  const high = u32[at + 3];
  const zeros = high === 0 ? 32 + Math.clz32(u32[at + 2]) : Math.clz32(high);
  return (((Math.min(zeros, MAX_RANK - 1) + 1) << ADDRESS_BITS) | (u32[at] & ADDRESS_MASK)) >>> 0;
};

/** Adds values to the states of their groups. @param hashes 16 bytes a row. @param slots address of the column of slots. */
export function addHll(
  memory: StateMemory,
  lgK: number,
  hashes: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  const mask = 2 ** lgK - 1;
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const coupon = couponOf(u32, (hashes >>> 2) + 4 * i);
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    const block = u32[slot >>> 2];
    if (block !== 0 && u32[(block >>> 2) + 1] === REGISTERS && u32[(block >>> 2) + 2] === lgK) {
      const at = block + HEADER_BYTES + (coupon & mask);
      const rank = coupon >>> ADDRESS_BITS;
      if (u8[at] < rank) u8[at] = rank;
    } else addCoupon(memory, lgK, slot, coupon);
  }
}

/** Adds the state of `from`; the fewer registers of the two are kept. */
export function mergeHll(memory: StateMemory, slot: number, from: number): void {
  const { u8, u32 } = memory;
  const to = blockOf(memory, slot);
  const lgK = Math.min(lgKOf(memory, from), lgKOf(memory, to));
  if (lgK < lgKOf(memory, to)) foldTo(memory, slot, lgK);
  if (!hasRegisters(memory, from)) {
    eachCoupon(memory, from, (coupon) => addCoupon(memory, lgK, slot, coupon));
    return;
  }
  if (!hasRegisters(memory, blockOf(memory, slot))) toRegisters(memory, slot);
  const registers = blockOf(memory, slot) + HEADER_BYTES;
  const mask = 2 ** lgK - 1;
  const count = 2 ** u32[(from >>> 2) + 2];
  for (let i = 0; i < count; i++) {
    const rank = u8[from + HEADER_BYTES + i];
    if (u8[registers + (i & mask)] < rank) u8[registers + (i & mask)] = rank;
  }
}

export const lgKOf = ({ u32 }: StateViews, block: number): number => u32[(block >>> 2) + 2];
export const hasRegisters = ({ u32 }: StateViews, block: number): boolean =>
  u32[(block >>> 2) + 1] === REGISTERS;
export const couponCount = ({ u32 }: StateViews, block: number): number => u32[block >>> 2];
/** Ranks, one byte a register. */
export const registersOf = (memory: StateViews, block: number): Uint8Array =>
  memory.u8.subarray(block + HEADER_BYTES, block + HEADER_BYTES + 2 ** lgKOf(memory, block));

export function eachCoupon({ u32 }: StateViews, block: number, use: (coupon: number) => void): void {
  const first = (block + HEADER_BYTES) >>> 2;
  const end = first + 2 ** u32[(block >>> 2) + 1];
  for (let i = first; i < end; i++) if (u32[i] !== 0) use(u32[i]);
}

/** Number of different values, about. */
export function estimateHll(memory: StateViews, block: number): number {
  if (block === 0) return 0;
  if (!hasRegisters(memory, block)) {
    // Two values have the same coupon once in 3 * 2^26 pairs.
    const coupons = couponCount(memory, block);
    return coupons + (coupons * (coupons - 1)) / (3 * 2 ** (ADDRESS_BITS + 1));
  }
  return estimateRanks(registersOf(memory, block));
}

/** Makes an empty state take coupons at once; for readers of other formats. */
export function addCoupon(memory: StateMemory, lgK: number, slot: number, coupon: number): void {
  const { u8, u32 } = memory;
  let block = blockOf(memory, slot);
  if (block === 0) block = newCoupons(memory, slot, FIRST_LG_SLOTS, lgK);
  if (hasRegisters(memory, block)) {
    const at = block + HEADER_BYTES + (coupon & (2 ** lgKOf(memory, block) - 1));
    u8[at] = Math.max(u8[at], coupon >>> ADDRESS_BITS);
    return;
  }
  if (!insert(u32, block, coupon)) return;
  const size = ++u32[block >>> 2];
  const lgSlots = u32[(block >>> 2) + 1];
  if (size > couponLimit(lgKOf(memory, block))) toRegisters(memory, slot);
  else if (size * 4 > 3 * 2 ** lgSlots) growCoupons(memory, slot, lgSlots + 1);
}

/** A state of registers that are all zero. */
export function newRegisters(memory: StateMemory, slot: number, lgK: number): number {
  const bytes = HEADER_BYTES + 2 ** lgK;
  const block = allocZero(memory, bytes);
  memory.u32[(block >>> 2) + 1] = REGISTERS;
  memory.u32[(block >>> 2) + 2] = lgK;
  setBlock(memory, slot, block, bytes);
  return block;
}

function newCoupons(memory: StateMemory, slot: number, lgSlots: number, lgK: number): number {
  const bytes = HEADER_BYTES + 4 * 2 ** lgSlots;
  const block = allocZero(memory, bytes);
  memory.u32[(block >>> 2) + 1] = lgSlots;
  memory.u32[(block >>> 2) + 2] = lgK;
  setBlock(memory, slot, block, bytes);
  return block;
}

/** False: it is there already. */
function insert(u32: Uint32Array, block: number, coupon: number): boolean {
  const first = (block + HEADER_BYTES) >>> 2;
  const mask = 2 ** u32[(block >>> 2) + 1] - 1;
  let at = (coupon ^ (coupon >>> ADDRESS_BITS)) & mask;
  for (; u32[first + at] !== 0; at = (at + 1) & mask) if (u32[first + at] === coupon) return false;
  u32[first + at] = coupon;
  return true;
}

function growCoupons(memory: StateMemory, slot: number, lgSlots: number): void {
  const coupons = couponsOf(memory, blockOf(memory, slot));
  const block = newCoupons(memory, slot, lgSlots, lgKOf(memory, blockOf(memory, slot)));
  for (const coupon of coupons) insert(memory.u32, block, coupon);
  memory.u32[block >>> 2] = coupons.length;
}

function couponsOf(memory: StateViews, block: number): Uint32Array {
  const coupons = new Uint32Array(couponCount(memory, block));
  let n = 0;
  eachCoupon(memory, block, (coupon) => {
    coupons[n++] = coupon;
  });
  return coupons;
}

function toRegisters(memory: StateMemory, slot: number): void {
  const lgK = lgKOf(memory, blockOf(memory, slot));
  const coupons = couponsOf(memory, blockOf(memory, slot));
  newRegisters(memory, slot, lgK);
  for (const coupon of coupons) addCoupon(memory, lgK, slot, coupon);
}

/** Leaves no more than 2^lgK registers. */
export function capHll(memory: StateMemory, slot: number, lgK: number): void {
  const block = blockOf(memory, slot);
  if (block !== 0 && lgKOf(memory, block) > lgK) foldTo(memory, slot, lgK);
}

/** Fewer registers: those of equal lower bits become one. */
function foldTo(memory: StateMemory, slot: number, lgK: number): void {
  const block = blockOf(memory, slot);
  if (!hasRegisters(memory, block)) {
    memory.u32[(block >>> 2) + 2] = lgK;
    if (couponCount(memory, block) > couponLimit(lgK)) toRegisters(memory, slot);
    return;
  }
  const ranks = registersOf(memory, block).slice();
  const registers = newRegisters(memory, slot, lgK) + HEADER_BYTES;
  ranks.forEach((rank, i) => {
    const at = registers + (i & (2 ** lgK - 1));
    memory.u8[at] = Math.max(memory.u8[at], rank);
  });
}

/** Ertl's improved estimator. */
export function estimateRanks(ranks: Uint8Array): number {
  const counts = new Uint32Array(MAX_RANK + 1);
  for (let i = 0; i < ranks.length; i++) counts[ranks[i]]++;
  const m = ranks.length;
  let z = m * tau(1 - counts[MAX_RANK] / m);
  for (let rank = MAX_RANK - 1; rank >= 1; rank--) z = (z + counts[rank]) / 2;
  z += m * sigma(counts[0] / m);
  return (m * m) / (2 * Math.LN2 * z);
}

function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let sum = x;
  for (let y = 1, before = -1; sum !== before; y += y) {
    x *= x;
    before = sum;
    sum += x * y;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let sum = 1 - x;
  for (let y = 1, before = -1; sum !== before; ) {
    x = Math.sqrt(x);
    before = sum;
    y /= 2;
    sum -= (1 - x) ** 2 * y;
  }
  return sum / 3;
}
