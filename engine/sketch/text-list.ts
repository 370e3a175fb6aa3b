/**
 * Texts as they came, each with a key to sort them by (empty where their order is that in which they came): what arrays are
 * collected of.
 *
 *   block := count:u32 used:u32 room:u32 0:u32 entry*     in `used` bytes of `room`
 *   entry := keyBytes:u32 textBytes:u32 key text          to a multiple of 4 bytes
 *   bytes := (keyBytes:u32 textBytes:u32 key text)*
 *
 * Keys ascend by unsigned bytes; equal ones stay in the order in which they came.
 */

import { damagedState } from './byte-reader.ts';
import { blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';

const HEADER_BYTES = 16;
const ENTRY_BYTES = 8;
const FIRST_ROOM = 48;
/** Fewer entries are not worth leaving out. */
const MIN_PRUNED = 64;

/** Which texts of a list count: the first ones by key or by age, or the last ones by age. 0: all. */
export type ListLimit = { readonly most: number; readonly last: boolean };

/** Appends texts to the lists of their groups. @param refs, keys address of references; keys 0: none. */
export function addTexts(
  memory: StateMemory,
  { most, last }: ListLimit,
  refs: number,
  keys: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    const block = blockOf(memory, slot);
    const count = block === 0 ? 0 : u32[block >>> 2];
    if (most > 0 && count >= most) {
      if (keys === 0 && !last) continue;
      if (count >= Math.max(MIN_PRUNED, 2 * most)) prune(memory, slot, { most, last });
    }
    const text = (refs >>> 2) + 2 * i;
    const key = (keys >>> 2) + 2 * i;
    const keyBytes = keys === 0 ? 0 : u32[key + 1];
    append(memory, slot, keyBytes === 0 ? 0 : u32[key], keyBytes, u32[text], u32[text + 1]);
  }
}

export function mergeTexts(memory: StateMemory, slot: number, from: number): void {
  const { u8, u32 } = memory;
  const used = u32[(from >>> 2) + 1];
  const block = roomFor(memory, slot, used);
  const at = block >>> 2;
  u8.copyWithin(block + HEADER_BYTES + u32[at + 1], from + HEADER_BYTES, from + HEADER_BYTES + used);
  u32[at] += u32[from >>> 2];
  u32[at + 1] += used;
}

/** Texts one after the other, as many as count, after their order is made. */
export function textsOf(memory: StateViews, block: number, limit: ListLimit): Uint8Array {
  const { u8, u32 } = memory;
  const places = placesOf(memory, block, limit);
  const bytes = new Uint8Array(places.reduce((sum, entry) => sum + u32[(entry >>> 2) + 1], 0));
  let to = 0;
  for (const entry of places) {
    const at = entry + ENTRY_BYTES + u32[entry >>> 2];
    const size = u32[(entry >>> 2) + 1];
    bytes.set(u8.subarray(at, at + size), to);
    to += size;
  }
  return bytes;
}

export function writeTexts(memory: StateViews, block: number): Uint8Array {
  if (block === 0) return new Uint8Array(0);
  const { u8, u32 } = memory;
  const places = entriesOf(memory, block);
  const sizeAt = (entry: number): number => ENTRY_BYTES + u32[entry >>> 2] + u32[(entry >>> 2) + 1];
  const bytes = new Uint8Array(places.reduce((sum, entry) => sum + sizeAt(entry), 0));
  let to = 0;
  for (const entry of places) {
    bytes.set(u8.subarray(entry, entry + sizeAt(entry)), to);
    to += sizeAt(entry);
  }
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readTexts(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length; ) {
    if (at + ENTRY_BYTES > bytes.length) throw damagedState(`a list that ends at byte ${at} of a text`);
    const [keyBytes, textBytes] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const end = at + ENTRY_BYTES + keyBytes + textBytes;
    if (end > bytes.length)
      throw damagedState(`a text of ${textBytes} bytes, ${bytes.length - at} are there`);
    const entry = newEntry(memory, slot, keyBytes, textBytes);
    memory.u8.set(bytes.subarray(at + ENTRY_BYTES, end), entry + ENTRY_BYTES);
    at = end;
  }
}

const sizeOf = (keyBytes: number, textBytes: number): number => (ENTRY_BYTES + keyBytes + textBytes + 3) & ~3;

function append(
  memory: StateMemory,
  slot: number,
  key: number,
  keyBytes: number,
  text: number,
  textBytes: number,
): void {
  const to = newEntry(memory, slot, keyBytes, textBytes) + ENTRY_BYTES;
  memory.u8.copyWithin(to, key, key + keyBytes);
  memory.u8.copyWithin(to + keyBytes, text, text + textBytes);
}

/** Address of an entry of two lengths; its bytes are to be written. */
function newEntry(memory: StateMemory, slot: number, keyBytes: number, textBytes: number): number {
  const size = sizeOf(keyBytes, textBytes);
  const block = roomFor(memory, slot, size);
  const { u32 } = memory;
  const entry = block + HEADER_BYTES + u32[(block >>> 2) + 1];
  u32[block >>> 2]++;
  u32[(block >>> 2) + 1] += size;
  u32[entry >>> 2] = keyBytes;
  u32[(entry >>> 2) + 1] = textBytes;
  return entry;
}

/** The slot's block, with room for as many more bytes. */
function roomFor(memory: StateMemory, slot: number, bytes: number): number {
  const old = blockOf(memory, slot);
  const { u32 } = memory;
  const [used, room] = old === 0 ? [0, 0] : [u32[(old >>> 2) + 1], u32[(old >>> 2) + 2]];
  if (used + bytes <= room) return old;
  const wanted = Math.max(FIRST_ROOM, used + bytes, 2 * room);
  const block = memory.alloc(HEADER_BYTES + wanted);
  if (old === 0) memory.u32.fill(0, block >>> 2, (block + HEADER_BYTES) >>> 2);
  else memory.u8.copyWithin(block, old, old + HEADER_BYTES + used);
  memory.u32[(block >>> 2) + 2] = wanted;
  setBlock(memory, slot, block, HEADER_BYTES + wanted);
  return block;
}

/** Addresses of entries as they lie. */
function entriesOf({ u32 }: StateViews, block: number): Uint32Array {
  const places = new Uint32Array(block === 0 ? 0 : u32[block >>> 2]);
  let at = block + HEADER_BYTES;
  for (let i = 0; i < places.length; i++) {
    places[i] = at;
    at += sizeOf(u32[at >>> 2], u32[(at >>> 2) + 1]);
  }
  return places;
}

function placesOf(memory: StateViews, block: number, { most, last }: ListLimit): Uint32Array {
  const places = entriesOf(memory, block);
  if (places.some((entry) => memory.u32[entry >>> 2] > 0)) places.sort((a, b) => orderOf(memory, a, b));
  if (most === 0 || places.length <= most) return places;
  return last ? places.slice(-most) : places.slice(0, most);
}

function orderOf({ u8, u32 }: StateViews, a: number, b: number): number {
  const [aBytes, bBytes] = [u32[a >>> 2], u32[b >>> 2]];
  const shared = Math.min(aBytes, bBytes);
  for (let i = ENTRY_BYTES; i < ENTRY_BYTES + shared; i++) {
    const difference = u8[a + i] - u8[b + i];
    if (difference !== 0) return difference;
  }
  return aBytes - bBytes;
}

/** Leaves only what counts. */
function prune(memory: StateMemory, slot: number, limit: ListLimit): void {
  const block = blockOf(memory, slot);
  const { u8, u32 } = memory;
  const kept = Array.from(placesOf(memory, block, limit), (entry) =>
    u8.slice(entry, entry + sizeOf(u32[entry >>> 2], u32[(entry >>> 2) + 1])),
  );
  let to = block + HEADER_BYTES;
  for (const entry of kept) {
    u8.set(entry, to);
    to += entry.length;
  }
  u32[block >>> 2] = kept.length;
  u32[(block >>> 2) + 1] = to - block - HEADER_BYTES;
}
