/**
 * Quantiles sketch of Apache DataSketches (the classic one of doubles; Agarwal et al., "Mergeable Summaries", 2013): a buffer of 2k
 * values as they came, and above it levels of k sorted values, each of which stands for 2^(level + 1) values.
 *
 *   block := k:u32 room:u32 buffered:u32 levels:u32 n:f64 least:f64 largest:f64 0:f64 (value:f64){room} ((value:f64){k}){levels}
 *
 * Level i holds values where bit i of floor(n / 2k) is set. Up to 2k values nothing is lost. NaN is left out. Which half of a full buffer
 * goes on is drawn from n, so a state depends on nothing but its values and their order. Error of a rank: about 1.7 % for
 * k = 128, 0.06 % for k = 4096.
 */

import { allocZero, blockOf, eachNumber, type StateMemory, type StateViews, setBlock } from './memory.ts';

export const MIN_QUANTILES_K = 2;
export const MAX_QUANTILES_K = 32768;
const HEADER_BYTES = 48;
const FIRST_ROOM = 4;

/** Adds values to the states of their groups. @param values 8 bytes a row. @param slots address of the column of slots. */
export function addQuantiles(
  memory: StateMemory,
  k: number,
  values: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  eachNumber(memory, values, gids, valid, n, slots, (slot, value) => addQuantile(memory, k, slot, value));
}

export function addQuantile(memory: StateMemory, k: number, slot: number, value: number): void {
  if (Number.isNaN(value)) return;
  let block = blockOf(memory, slot);
  if (block === 0) block = newQuantiles(memory, slot, k, Math.min(FIRST_ROOM, 2 * k), 0);
  const { u32, f64 } = memory;
  const at = block >>> 2;
  if (u32[at + 2] === u32[at + 1]) block = makeRoom(memory, slot);
  const header = block >>> 3;
  const buffered = memory.u32[(block >>> 2) + 2]++;
  f64[header + 6 + buffered] = value;
  const count = ++f64[header + 2];
  if (count === 1 || value < f64[header + 3]) f64[header + 3] = value;
  if (count === 1 || value > f64[header + 4]) f64[header + 4] = value;
  if (buffered + 1 === 2 * memory.u32[block >>> 2]) emptyBuffer(memory, slot);
}

/** Adds the state of `from`; the smaller k of the two holds. */
export function mergeQuantiles(memory: StateMemory, slot: number, from: number): void {
  const to = blockOf(memory, slot);
  const k = Math.min(sizeOf(memory, to), sizeOf(memory, from));
  if (k < sizeOf(memory, to)) {
    const old = memory.u8.slice(to, to + memory.u32[(slot >>> 2) + 1]);
    const copy = memory.alloc(old.length);
    memory.u8.set(old, copy);
    setBlock(memory, slot, 0, 0);
    addAll(memory, k, slot, copy);
    memory.free(copy, old.length);
  }
  addAll(memory, k, slot, from);
}

/** Adds what a state holds to one of its k or, times a power of two, a smaller one. */
function addAll(memory: StateMemory, k: number, slot: number, from: number): void {
  const parts = partsOf(memory, from);
  if (blockOf(memory, slot) === 0) newQuantiles(memory, slot, k, Math.min(FIRST_ROOM, 2 * k), 0);
  const [least, largest] = endsOf(memory, from);
  for (const value of parts.buffer) addQuantile(memory, k, slot, value);
  const stride = sizeOf(memory, from) / k;
  for (const { level, values } of parts.levels) {
    const taken = stride === 1 ? values : values.filter((_, i) => i % stride === Math.floor(stride / 2));
    carry(memory, slot, level + Math.log2(stride), Float64Array.from(taken));
    memory.f64[(blockOf(memory, slot) >>> 3) + 2] += k * 2 ** (level + Math.log2(stride) + 1);
  }
  const header = blockOf(memory, slot) >>> 3;
  const { f64 } = memory;
  if (f64[header + 2] === parts.count || least < f64[header + 3]) f64[header + 3] = least;
  if (f64[header + 2] === parts.count || largest > f64[header + 4]) f64[header + 4] = largest;
}

export const sizeOf = ({ u32 }: StateViews, block: number): number => u32[block >>> 2];
/** Values seen. */
export const quantilesCount = ({ f64 }: StateViews, block: number): number =>
  block === 0 ? 0 : f64[(block >>> 3) + 2];
/** The smallest and the largest. */
export const endsOf = ({ f64 }: StateViews, block: number): readonly [number, number] => [
  f64[(block >>> 3) + 3],
  f64[(block >>> 3) + 4],
];

export type QuantileParts = {
  readonly count: number;
  /** In no order. */
  readonly buffer: Float64Array;
  /** Values ascend. */
  readonly levels: readonly { readonly level: number; readonly values: Float64Array }[];
};

export function partsOf(memory: StateViews, block: number): QuantileParts {
  const { u32, f64 } = memory;
  const [k, room, buffered, levelCount] = u32.subarray(block >>> 2, (block >>> 2) + 4);
  const first = (block >>> 3) + 6;
  const count = f64[(block >>> 3) + 2];
  const levels = Array.from({ length: levelCount }, (_, level) => {
    const at = first + room + level * k;
    return { level, values: f64.slice(at, at + k) };
  }).filter(({ level }) => isSet(count, k, level));
  return { count, buffer: f64.slice(first, first + buffered), levels };
}

/** A state with what was read of another. @param values of a level ascend */
export function makeQuantiles(
  memory: StateMemory,
  slot: number,
  k: number,
  parts: QuantileParts,
  [least, largest]: readonly [number, number],
): void {
  const levels = parts.levels.length === 0 ? 0 : parts.levels[parts.levels.length - 1].level + 1;
  const block = newQuantiles(
    memory,
    slot,
    k,
    levels > 0 ? 2 * k : Math.max(1, Math.min(2 * k, parts.buffer.length)),
    levels,
  );
  const { u32, f64 } = memory;
  const header = block >>> 3;
  u32[(block >>> 2) + 2] = parts.buffer.length;
  f64.set([parts.count, least, largest], header + 2);
  f64.set(parts.buffer, header + 6);
  for (const { level, values } of parts.levels) f64.set(values, header + 6 + 2 * k + level * k);
}

const isSet = (count: number, k: number, level: number): boolean =>
  Math.floor(count / (2 * k) / 2 ** level) % 2 === 1;

function newQuantiles(memory: StateMemory, slot: number, k: number, room: number, levels: number): number {
  const bytes = HEADER_BYTES + 8 * (room + levels * k);
  const block = allocZero(memory, bytes);
  memory.u32[block >>> 2] = k;
  memory.u32[(block >>> 2) + 1] = room;
  memory.u32[(block >>> 2) + 3] = levels;
  setBlock(memory, slot, block, bytes);
  return block;
}

/** A larger buffer; there are no levels as long as it is not of full size. */
function makeRoom(memory: StateMemory, slot: number): number {
  const old = blockOf(memory, slot);
  const [k, room] = memory.u32.subarray(old >>> 2, (old >>> 2) + 2);
  return resize(memory, slot, Math.min(2 * k, 2 * room), 0);
}

function resize(memory: StateMemory, slot: number, room: number, levels: number): number {
  const old = blockOf(memory, slot);
  const oldBytes = memory.u32[(slot >>> 2) + 1];
  const k = sizeOf(memory, old);
  const bytes = HEADER_BYTES + 8 * (room + levels * k);
  const block = memory.alloc(bytes);
  memory.u8.copyWithin(block, old, old + oldBytes);
  memory.u32[(block >>> 2) + 1] = room;
  memory.u32[(block >>> 2) + 3] = levels;
  setBlock(memory, slot, block, bytes);
  return block;
}

/** A full buffer goes to the levels. Its values are in n already. */
function emptyBuffer(memory: StateMemory, slot: number): void {
  const block = blockOf(memory, slot);
  const { u32, f64 } = memory;
  const k = u32[block >>> 2];
  const first = (block >>> 3) + 6;
  const values = f64.slice(first, first + 2 * k).sort();
  u32[(block >>> 2) + 2] = 0;
  // As before the buffer was full: bits say which levels are taken.
  f64[(block >>> 3) + 2] -= 2 * k;
  carry(memory, slot, 0, everySecond(values, memory, slot, 0));
  memory.f64[(blockOf(memory, slot) >>> 3) + 2] += 2 * k;
}

/** Puts k sorted values into a level; two of a level become one of the next. */
function carry(memory: StateMemory, slot: number, level: number, values: Float64Array): void {
  const k = sizeOf(memory, blockOf(memory, slot));
  for (; ; level++) {
    const at = levelAddress(memory, slot, level);
    if (!isSet(quantilesCount(memory, blockOf(memory, slot)), k, level)) {
      memory.f64.set(values, at >>> 3);
      return;
    }
    values = everySecond(
      mergeSorted(memory.f64.subarray(at >>> 3, (at >>> 3) + k), values),
      memory,
      slot,
      level + 1,
    );
  }
}

/** Where a level lies; the block gets room for it. */
function levelAddress(memory: StateMemory, slot: number, level: number): number {
  let block = blockOf(memory, slot);
  const k = sizeOf(memory, block);
  const levels = memory.u32[(block >>> 2) + 3];
  if (memory.u32[(block >>> 2) + 1] < 2 * k) block = resize(memory, slot, 2 * k, 0);
  if (level >= levels) block = resize(memory, slot, 2 * k, level + 1);
  return block + HEADER_BYTES + 8 * (2 * k + level * k);
}

/** Every second of 2k sorted values, from the first or the second on. */
function everySecond(values: Float64Array, memory: StateMemory, slot: number, level: number): Float64Array {
  const count = quantilesCount(memory, blockOf(memory, slot));
  const rounds = Math.floor(count / values.length);
  let drawn = Math.imul(rounds * 31 + level + 1, 0x9e3779b1);
  drawn = Math.imul(drawn ^ (drawn >>> 15), 0x85ebca6b);
  const first = (drawn >>> 16) & 1;
  const half = new Float64Array(values.length / 2);
  for (let i = 0; i < half.length; i++) half[i] = values[2 * i + first];
  return half;
}

function mergeSorted(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  for (let i = 0, x = 0, y = 0; i < out.length; i++)
    out[i] = y >= b.length || (x < a.length && a[x] <= b[y]) ? a[x++] : b[y++];
  return out;
}
