/**
 * A set of values of one or two words of 8 bytes: what exact counts of different values are made of. Strings are there as the 128
 * bits of their hash.
 *
 *   block := count:u32 lgSlots:u32 width:u32 hasZero:u32 ((word:u64){width}){2^lgSlots}     all zeros = a free slot
 *   bytes := width:u8 ((word:u64){width}){count}, ascending
 */

import { damagedState, viewOf } from './byte-reader.ts';
import { allocZero, blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';

const HEADER_BYTES = 16;
const FIRST_LG_SLOTS = 3;

/** @param items `width` words a row. @param slots address of the column of slots. */
export function addToSets(
  memory: StateMemory,
  width: number,
  items: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    addItem(memory, width, slots + 8 * u32[(gids >>> 2) + i], items + 8 * width * i);
  }
}

export function mergeSet(memory: StateMemory, slot: number, from: number): void {
  const width = memory.u32[(from >>> 2) + 2];
  eachItem(memory, from, (item) => addItem(memory, width, slot, item));
  if (memory.u32[(from >>> 2) + 3] === 1) addZero(memory, blockOf(memory, slot));
}

export const setSize = ({ u32 }: StateViews, block: number): number => (block === 0 ? 0 : u32[block >>> 2]);

export function writeSet(memory: StateViews, block: number): Uint8Array {
  if (block === 0) return new Uint8Array(0);
  const { u32, u64 } = memory;
  const width = u32[(block >>> 2) + 2];
  const items: bigint[] = u32[(block >>> 2) + 3] === 1 ? [0n] : [];
  eachItem(memory, block, (item) => {
    const first = u64[item >>> 3];
    items.push(width === 1 ? first : (first << 64n) | u64[(item >>> 3) + 1]);
  });
  items.sort((a, b) => (a < b ? -1 : 1));
  const bytes = new Uint8Array(1 + 8 * width * items.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = width;
  items.forEach((item, i) => {
    const at = 1 + 8 * width * i;
    if (width === 2) view.setBigUint64(at + 8, BigInt.asUintN(64, item), true);
    view.setBigUint64(at, width === 2 ? item >> 64n : item, true);
  });
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readSet(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  if (bytes.length === 0) return;
  const width = bytes[0];
  if (width < 1 || width > 2 || (bytes.length - 1) % (8 * width) !== 0)
    throw damagedState(`a set of ${bytes.length} bytes with items of ${width} words`);
  const view = viewOf(bytes, 1, 'a set');
  const item = memory.alloc(16);
  for (let at = 1; at < bytes.length; at += 8 * width) {
    for (let w = 0; w < width; w++) memory.u64[(item >>> 3) + w] = view.getBigUint64(at + 8 * w, true);
    addItem(memory, width, slot, item);
  }
  memory.free(item, 16);
}

function addItem(memory: StateMemory, width: number, slot: number, item: number): void {
  const { u32 } = memory;
  let block = blockOf(memory, slot);
  if (block === 0) block = newSet(memory, slot, FIRST_LG_SLOTS, width);
  const at = item >>> 2;
  if ((u32[at] | u32[at + 1]) === 0 && (width === 1 || (u32[at + 2] | u32[at + 3]) === 0)) {
    addZero(memory, block);
    return;
  }
  if (!insert(u32, block, width, at)) return;
  const count = ++u32[block >>> 2];
  const lgSlots = u32[(block >>> 2) + 1];
  if (count * 4 <= 3 * 2 ** lgSlots) return;
  const copy = memory.u8.slice(block, block + HEADER_BYTES + 8 * width * 2 ** lgSlots);
  const larger = newSet(memory, slot, lgSlots + 1, width);
  u32[larger >>> 2] = count;
  u32[(larger >>> 2) + 3] = new Uint32Array(copy.buffer)[3];
  const old = new Uint32Array(copy.buffer, HEADER_BYTES);
  for (let i = 0; i < old.length; i += 2 * width) {
    if (width === 1 ? (old[i] | old[i + 1]) === 0 : (old[i] | old[i + 1] | old[i + 2] | old[i + 3]) === 0)
      continue;
    u32.set(old.subarray(i, i + 2 * width), freeSlot(u32, larger, width, old, i));
  }
}

function addZero({ u32 }: StateMemory, block: number): void {
  if (u32[(block >>> 2) + 3] === 1) return;
  u32[(block >>> 2) + 3] = 1;
  u32[block >>> 2]++;
}

function newSet(memory: StateMemory, slot: number, lgSlots: number, width: number): number {
  const bytes = HEADER_BYTES + 8 * width * 2 ** lgSlots;
  const block = allocZero(memory, bytes);
  memory.u32[(block >>> 2) + 1] = lgSlots;
  memory.u32[(block >>> 2) + 2] = width;
  setBlock(memory, slot, block, bytes);
  return block;
}

/** False: it is there already. @param at index of the item among words of 4 bytes */
function insert(u32: Uint32Array, block: number, width: number, at: number): boolean {
  const to = freeSlot(u32, block, width, u32, at);
  if (to < 0) return false;
  for (let w = 0; w < 2 * width; w++) u32[to + w] = u32[at + w];
  return true;
}

/** Where an item goes; below zero if it is there. */
function freeSlot(u32: Uint32Array, block: number, width: number, items: Uint32Array, at: number): number {
  const words = 2 * width;
  const first = (block + HEADER_BYTES) >>> 2;
  const mask = 2 ** u32[(block >>> 2) + 1] - 1;
  let hash = Math.imul(items[at] ^ Math.imul(items[at + 1], 0x85ebca6b), 0x9e3779b1);
  hash ^= hash >>> 15;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const to = first + words * slot;
    let [same, free] = [true, true];
    for (let w = 0; w < words; w++) {
      same &&= u32[to + w] === items[at + w];
      free &&= u32[to + w] === 0;
    }
    if (same) return -1;
    if (free) return to;
  }
}

function eachItem({ u32 }: StateViews, block: number, use: (item: number) => void): void {
  const bytes = 8 * u32[(block >>> 2) + 2];
  const first = block + HEADER_BYTES;
  const end = first + bytes * 2 ** u32[(block >>> 2) + 1];
  for (let item = first; item < end; item += bytes) {
    let any = 0;
    for (let w = 0; w < bytes / 4; w++) any |= u32[(item >>> 2) + w];
    if (any !== 0) use(item);
  }
}
