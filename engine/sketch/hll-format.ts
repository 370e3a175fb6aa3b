/**
 * HLL states as Apache DataSketches writes its HLL sketch (compact form; little-endian).
 *
 *   LIST := 2 1 7 lgK lgArr flags count mode (coupon:u32){count}                       up to 8 coupons
 *   SET  := 3 1 7 lgK lgArr flags 0 mode count:u32 (coupon:u32){count}
 *   HLL  := 10 1 7 lgK lgArr flags least mode hip:f64 kxq0:f64 kxq1:f64 atLeast:u32 aux:u32 registers (pair:u32){aux}
 *   mode := form (0 LIST, 1 SET, 2 HLL) | registers' form << 2 (0 four bits, 1 six, 2 eight)
 *
 * Registers of four bits are ranks above `least`; 15 stands for a rank in a pair of register and rank (as a coupon). What we write says
 * that values came out of order, so that readers estimate by the registers and not by `hip`.
 */

import { damagedState, viewOf } from './byte-reader.ts';
import {
  addCoupon,
  couponCount,
  eachCoupon,
  estimateRanks,
  hasRegisters,
  lgKOf,
  MAX_LG_K,
  MIN_LG_K,
  newRegisters,
  registersOf,
} from './hll.ts';
import type { StateMemory, StateViews } from './memory.ts';

const FAMILY = 7;
const VERSION = 1;
const FLAG = { empty: 4, compact: 8, outOfOrder: 16 } as const;
const LIST_BYTES = 8;
const SET_BYTES = 12;
const HLL_BYTES = 40;
const MAX_LIST = 8;
const LIST = 0;
const SET = 1;
const HLL = 2;
/** What stands for a rank that four bits do not hold. */
const EXCEPTION = 15;

/** @param block 0 = nothing seen */
export function writeHll(memory: StateViews, block: number, lgK: number): Uint8Array {
  if (block === 0) return header(LIST_BYTES, 2, lgK, 3, FLAG.compact | FLAG.empty, LIST);
  if (hasRegisters(memory, block)) return writeRegisters(registersOf(memory, block), lgKOf(memory, block));
  const count = couponCount(memory, block);
  const isList = count <= MAX_LIST;
  const start = isList ? LIST_BYTES : SET_BYTES;
  const lgArr = isList ? 3 : Math.max(5, Math.ceil(Math.log2((count * 4) / 3)));
  const bytes = header(
    start + 4 * count,
    isList ? 2 : 3,
    lgKOf(memory, block),
    lgArr,
    FLAG.compact,
    isList ? LIST : SET,
  );
  const view = new DataView(bytes.buffer);
  if (isList) bytes[6] = count;
  else view.setUint32(8, count, true);
  const coupons: number[] = [];
  eachCoupon(memory, block, (coupon) => {
    coupons.push(coupon);
  });
  // In the order of coupons: equal states are equal bytes.
  coupons.sort((a, b) => a - b);
  for (const [i, coupon] of coupons.entries()) view.setUint32(start + 4 * i, coupon, true);
  return bytes;
}

function header(
  size: number,
  ints: number,
  lgK: number,
  lgArr: number,
  flags: number,
  mode: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  bytes.set([ints, VERSION, FAMILY, lgK, lgArr, flags, 0, mode]);
  return bytes;
}

function writeRegisters(ranks: Uint8Array, lgK: number): Uint8Array {
  let least = 63;
  for (const rank of ranks) if (rank < least) least = rank;
  let [atLeast, exceptions, kxq0, kxq1] = [0, 0, 0, 0];
  for (const rank of ranks) {
    if (rank === least) atLeast++;
    if (rank - least >= EXCEPTION) exceptions++;
    if (rank < 32) kxq0 += 2 ** -rank;
    else kxq1 += 2 ** -rank;
  }
  const nibbles = ranks.length / 2;
  const bytes = header(
    HLL_BYTES + nibbles + 4 * exceptions,
    10,
    lgK,
    exceptions === 0 ? 0 : Math.max(2, Math.ceil(Math.log2((exceptions * 4) / 3 + 1))),
    FLAG.compact | FLAG.outOfOrder,
    HLL,
  );
  const view = new DataView(bytes.buffer);
  bytes[6] = least;
  view.setFloat64(8, estimateRanks(ranks), true);
  view.setFloat64(16, kxq0, true);
  view.setFloat64(24, kxq1, true);
  view.setUint32(32, atLeast, true);
  view.setUint32(36, exceptions, true);
  let at = HLL_BYTES + nibbles;
  ranks.forEach((rank, i) => {
    const above = Math.min(EXCEPTION, rank - least);
    bytes[HLL_BYTES + (i >> 1)] |= above << ((i & 1) * 4);
    if (above < EXCEPTION) return;
    view.setUint32(at, ((rank << 26) | i) >>> 0, true);
    at += 4;
  });
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readHll(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  const view = viewOf(bytes, LIST_BYTES, 'an HLL sketch');
  const [ints, version, family, lgK, lgArr, flags, count, mode] = bytes;
  if (family !== FAMILY || version !== VERSION) throw damagedState('these bytes are no HLL sketch');
  if (lgK < MIN_LG_K || lgK > MAX_LG_K) throw damagedState(`an HLL sketch of 2^${lgK} registers`);
  const form = mode & 3;
  if (ints !== [2, 3, 10][form]) throw damagedState(`an HLL sketch of form ${form} with ${ints} words ahead`);
  if ((flags & FLAG.empty) !== 0) return;
  if (form === HLL) {
    readRegisters(memory, bytes, lgK, mode >> 2, slot);
    return;
  }
  const isCompact = (flags & FLAG.compact) !== 0;
  const start = form === LIST ? LIST_BYTES : SET_BYTES;
  viewOf(bytes, start, 'an HLL sketch');
  const coupons = form === LIST ? count : view.getUint32(8, true);
  const entries = isCompact ? coupons : 2 ** Math.min(lgArr, MAX_LG_K);
  viewOf(bytes, start + 4 * entries, 'an HLL sketch');
  for (let i = 0; i < entries; i++) {
    const coupon = view.getUint32(start + 4 * i, true);
    if (coupon !== 0) addCoupon(memory, lgK, slot, coupon);
  }
}

function readRegisters(
  memory: StateMemory,
  bytes: Uint8Array,
  lgK: number,
  width: number,
  slot: number,
): void {
  const view = viewOf(bytes, HLL_BYTES, 'an HLL sketch');
  if (width > 2) throw damagedState(`an HLL sketch whose registers have the form ${width}`);
  const count = 2 ** lgK;
  const size = [count / 2, (count * 3) / 4 + 1, count][width];
  viewOf(bytes, HLL_BYTES + size, 'an HLL sketch');
  const block = newRegisters(memory, slot, lgK);
  const ranks = registersOf(memory, block);
  const least = bytes[6];
  for (let i = 0; i < count; i++) {
    if (width === 2) ranks[i] = bytes[HLL_BYTES + i] & 63;
    else if (width === 1) ranks[i] = sixBits(bytes, i);
    else {
      const above = (bytes[HLL_BYTES + (i >> 1)] >> ((i & 1) * 4)) & 15;
      ranks[i] = Math.min(63, above === EXCEPTION ? 0 : above + least);
    }
  }
  if (width !== 0) return;
  // Pairs lie compact, or as the slots of a table, of which those without a pair are zero.
  const isCompact = (bytes[5] & FLAG.compact) !== 0;
  const pairs = isCompact ? view.getUint32(36, true) : Math.floor((bytes.length - HLL_BYTES - size) / 4);
  viewOf(bytes, HLL_BYTES + size + 4 * pairs, 'an HLL sketch');
  for (let i = 0; i < pairs; i++) {
    const pair = view.getUint32(HLL_BYTES + size + 4 * i, true);
    if (pair !== 0) addCoupon(memory, lgK, slot, pair);
  }
}

function sixBits(bytes: Uint8Array, register: number): number {
  const at = HLL_BYTES + ((register * 6) >> 3);
  return ((bytes[at] | (bytes[at + 1] << 8)) >> ((register * 6) & 7)) & 63;
}
