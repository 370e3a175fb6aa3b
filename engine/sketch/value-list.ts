/**
 * Values as they came, 8 bytes each: what exact quantiles and arrays of numbers are made of.
 *
 *   block := count:u32 room:u32 (value:u64){room}
 */

import { damagedState } from './byte-reader.ts';
import { allocZero, blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';

const HEADER_BYTES = 8;
const FIRST_ROOM = 4;

/** Appends words to the states of their groups. @param second what follows each of them; 0: nothing. @param slots address of the column of slots. */
export function addValues(
  memory: StateMemory,
  words: number,
  second: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    const to = roomFor(memory, slot, second === 0 ? 1 : 2) >>> 2;
    u32[to] = u32[(words >>> 2) + 2 * i];
    u32[to + 1] = u32[(words >>> 2) + 2 * i + 1];
    if (second === 0) continue;
    u32[to + 2] = u32[(second >>> 2) + 2 * i];
    u32[to + 3] = u32[(second >>> 2) + 2 * i + 1];
  }
}

export function mergeValues(memory: StateMemory, slot: number, from: number): void {
  const count = valueCount(memory, from);
  const to = roomFor(memory, slot, count);
  memory.u8.copyWithin(to, from + HEADER_BYTES, from + HEADER_BYTES + 8 * count);
}

export const valueCount = ({ u32 }: StateViews, block: number): number =>
  block === 0 ? 0 : u32[block >>> 2];
/** Address of the first value. */
export const valuesAt = (block: number): number => block + HEADER_BYTES;

/** Address of room for `count` more values, which count from now on. */
export function roomFor(memory: StateMemory, slot: number, count: number): number {
  let block = blockOf(memory, slot);
  const used = valueCount(memory, block);
  const room = block === 0 ? 0 : memory.u32[(block >>> 2) + 1];
  if (used + count > room) {
    const wanted = Math.max(FIRST_ROOM, used + count, 2 * room);
    const bytes = HEADER_BYTES + 8 * wanted;
    const larger = block === 0 ? allocZero(memory, bytes) : memory.alloc(bytes);
    if (block !== 0) memory.u8.copyWithin(larger, block, block + HEADER_BYTES + 8 * used);
    setBlock(memory, slot, larger, bytes);
    memory.u32[(larger >>> 2) + 1] = wanted;
    block = larger;
  }
  memory.u32[block >>> 2] = used + count;
  return block + HEADER_BYTES + 8 * used;
}

export function writeValues(memory: StateViews, block: number): Uint8Array {
  if (block === 0) return new Uint8Array(0);
  return memory.u8.slice(valuesAt(block), valuesAt(block) + 8 * valueCount(memory, block));
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readValues(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  if (bytes.length % 8 !== 0) throw damagedState(`a list of ${bytes.length} bytes, of 8 each`);
  if (bytes.length > 0) memory.u8.set(bytes, roomFor(memory, slot, bytes.length / 8));
}
