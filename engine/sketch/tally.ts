/**
 * Different texts, each with a sum: what sets of values, the most frequent ones and sums by key are made of.
 *
 *   block := count:u32 lgSlots:u32 used:u32 room:u32 (place:u32){2^lgSlots} entry*     place: offset of an entry + 1; 0 = a free slot
 *   entry := sum:8 hash:u32 textBytes:u32 text                                        to a multiple of 8 bytes
 *   bytes := (sum:8 textBytes:u32 text)*, texts ascending
 *
 * Sums are 64-bit integers that wrap, or floats.
 */

import { damagedState } from './byte-reader.ts';
import { allocZero, blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';

const HEADER_BYTES = 16;
const ENTRY_BYTES = 16;
const WRITTEN_BYTES = 12;
const FIRST_LG_SLOTS = 3;
const FIRST_ROOM = 128;

/** Adds a word to the sum at an address. */
type AddTo = (memory: StateMemory, sum: number, word: number) => void;

const addInteger: AddTo = ({ u32 }, sum, word) => {
  const [to, from] = [sum >>> 2, word >>> 2];
  const low = u32[to] + u32[from];
  u32[to + 1] += u32[from + 1] + (low > 0xffffffff ? 1 : 0);
  u32[to] = low;
};
const addFloat: AddTo = ({ f64 }, sum, word) => {
  f64[sum >>> 3] += f64[word >>> 3];
};

export type TallyOf = 'i64' | 'f64';
const ADD: Readonly<Record<TallyOf, AddTo>> = { i64: addInteger, f64: addFloat };

/** Adds words to the sums of texts. @param refs address of references. @param words 8 bytes a row. */
export function addToTallies(
  memory: StateMemory,
  of: TallyOf,
  refs: number,
  words: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  const add = ADD[of];
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const [text, bytes] = [u32[(refs >>> 2) + 2 * i], u32[(refs >>> 2) + 2 * i + 1]];
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    add(memory, entryOf(memory, slot, text, bytes, hashOf(u8, text, bytes)), words + 8 * i);
  }
}

/** Bytes of a pair around its text, and the characters of seven bits that say how long that is. */
const LENGTH_CHARACTERS = 4;
const WORD_CHARACTERS = 10;

/**
 * Adds several words a row: each row is a text of (textBytes in four characters of seven bits, text, word in ten)*.
 *
 * @param refs address of references
 */
export function addPairs(
  memory: StateMemory,
  of: TallyOf,
  refs: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  const word = memory.alloc(8);
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    let at = u32[(refs >>> 2) + 2 * i];
    const end = at + u32[(refs >>> 2) + 2 * i + 1];
    while (at < end) {
      let bytes = 0;
      for (let c = 0; c < LENGTH_CHARACTERS; c++) bytes = bytes * 128 + u8[at++];
      readWord(memory, at + bytes, word);
      ADD[of](memory, entryOf(memory, slot, at, bytes, hashOf(u8, at, bytes)), word);
      at += bytes + WORD_CHARACTERS;
    }
  }
  memory.free(word, 8);
}

/** 64 bits of ten characters, the first of which has one of them. */
function readWord({ u8, u32 }: StateMemory, at: number, to: number): void {
  let [low, high] = [0, 0];
  for (let c = 0; c < WORD_CHARACTERS; c++) {
    high = (high << 7) | (low >>> 25);
    low = (low << 7) | u8[at + c];
  }
  u32[to >>> 2] = low;
  u32[(to >>> 2) + 1] = high;
}

export const mergeTallies =
  (of: TallyOf) =>
  (memory: StateMemory, slot: number, from: number): void => {
    const { u32 } = memory;
    for (const entry of placesOf(memory, from)) {
      const [hash, size] = [u32[(entry >>> 2) + 2], u32[(entry >>> 2) + 3]];
      ADD[of](memory, entryOf(memory, slot, entry + ENTRY_BYTES, size, hash), entry);
    }
  };

/** Addresses of entries, ascending by text. */
export const talliesOf = (memory: StateViews, block: number): Uint32Array =>
  placesOf(memory, block).sort((a, b) => orderOf(memory, a, b));

export const tallyText = ({ u8, u32 }: StateViews, entry: number): Uint8Array =>
  u8.subarray(entry + ENTRY_BYTES, entry + ENTRY_BYTES + u32[(entry >>> 2) + 3]);
export const tallyInteger = ({ u64 }: StateViews, entry: number): bigint =>
  BigInt.asIntN(64, u64[entry >>> 3]);
export const tallyFloat = ({ f64 }: StateViews, entry: number): number => f64[entry >>> 3];

export function writeTallies(memory: StateViews, block: number): Uint8Array {
  const { u64 } = memory;
  const tallies = talliesOf(memory, block);
  const sizeAt = (entry: number): number => WRITTEN_BYTES + tallyText(memory, entry).length;
  const bytes = new Uint8Array(tallies.reduce((sum, entry) => sum + sizeAt(entry), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const entry of tallies) {
    const text = tallyText(memory, entry);
    view.setBigUint64(at, u64[entry >>> 3], true);
    view.setUint32(at + 8, text.length, true);
    bytes.set(text, at + WRITTEN_BYTES);
    at += WRITTEN_BYTES + text.length;
  }
  return bytes;
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export const readTallies =
  (of: TallyOf) =>
  (memory: StateMemory, bytes: Uint8Array, slot: number): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const copy = memory.alloc(8 + bytes.length);
    for (let at = 0; at < bytes.length; ) {
      if (at + WRITTEN_BYTES > bytes.length) throw damagedState(`sums that end at byte ${at}`);
      const size = view.getUint32(at + 8, true);
      const end = at + WRITTEN_BYTES + size;
      if (end > bytes.length) throw damagedState(`a text of ${size} bytes, ${bytes.length - at} are there`);
      memory.u64[copy >>> 3] = view.getBigUint64(at, true);
      memory.u8.set(bytes.subarray(at + WRITTEN_BYTES, end), copy + 8);
      ADD[of](memory, entryOf(memory, slot, copy + 8, size, hashOf(memory.u8, copy + 8, size)), copy);
      at = end;
    }
    memory.free(copy, 8 + bytes.length);
  };

/** FNV-1a, mixed so that its lower bits depend on all of it. */
export function hashOf(u8: Uint8Array, at: number, bytes: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < at + bytes; i++) hash = Math.imul(hash ^ u8[i], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function orderOf({ u8, u32 }: StateViews, a: number, b: number): number {
  const [aBytes, bBytes] = [u32[(a >>> 2) + 3], u32[(b >>> 2) + 3]];
  const shared = Math.min(aBytes, bBytes);
  for (let i = ENTRY_BYTES; i < ENTRY_BYTES + shared; i++)
    if (u8[a + i] !== u8[b + i]) return u8[a + i] - u8[b + i];
  return aBytes - bBytes;
}

const sizeOf = (textBytes: number): number => (ENTRY_BYTES + textBytes + 7) & ~7;
const entriesAt = (block: number, lgSlots: number): number => block + HEADER_BYTES + 4 * 2 ** lgSlots;

/** Addresses of entries as they lie. */
function placesOf({ u32 }: StateViews, block: number): Uint32Array {
  const places = new Uint32Array(block === 0 ? 0 : u32[block >>> 2]);
  let at = block === 0 ? 0 : entriesAt(block, u32[(block >>> 2) + 1]);
  for (let i = 0; i < places.length; i++) {
    places[i] = at;
    at += sizeOf(u32[(at >>> 2) + 3]);
  }
  return places;
}

/** Address of the entry of a text, which is new if it was not there. */
function entryOf(memory: StateMemory, slot: number, text: number, bytes: number, hash: number): number {
  let block = blockOf(memory, slot);
  if (block === 0) block = newTally(memory, slot, FIRST_LG_SLOTS, FIRST_ROOM);
  const { u8, u32 } = memory;
  const found = find(memory, block, text, bytes, hash);
  if (found.entry !== 0) return found.entry;
  const at = block >>> 2;
  const [count, lgSlots, used, room] = [u32[at], u32[at + 1], u32[at + 2], u32[at + 3]];
  const size = sizeOf(bytes);
  const isFull = (count + 1) * 4 > 3 * 2 ** lgSlots;
  if (isFull || used + size > room) {
    grow(
      memory,
      slot,
      isFull ? lgSlots + 1 : lgSlots,
      used + size > room ? Math.max(2 * room, used + size) : room,
    );
    return entryOf(memory, slot, text, bytes, hash);
  }
  const entry = entriesAt(block, lgSlots) + used;
  u32.fill(0, entry >>> 2, (entry >>> 2) + 2);
  u32[(entry >>> 2) + 2] = hash;
  u32[(entry >>> 2) + 3] = bytes;
  u8.copyWithin(entry + ENTRY_BYTES, text, text + bytes);
  u32[found.place] = used + 1;
  u32[at] = count + 1;
  u32[at + 2] = used + size;
  return entry;
}

/** The entry of a text, or 0 and the word of the slot where it would be. */
function find(
  { u8, u32 }: StateViews,
  block: number,
  text: number,
  bytes: number,
  hash: number,
): { readonly entry: number; readonly place: number } {
  const lgSlots = u32[(block >>> 2) + 1];
  const mask = 2 ** lgSlots - 1;
  const slots = (block + HEADER_BYTES) >>> 2;
  const entries = entriesAt(block, lgSlots);
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const offset = u32[slots + slot];
    if (offset === 0) return { entry: 0, place: slots + slot };
    const entry = entries + offset - 1;
    if (u32[(entry >>> 2) + 2] !== hash || u32[(entry >>> 2) + 3] !== bytes) continue;
    let i = 0;
    while (i < bytes && u8[entry + ENTRY_BYTES + i] === u8[text + i]) i++;
    if (i === bytes) return { entry, place: slots + slot };
  }
}

function newTally(memory: StateMemory, slot: number, lgSlots: number, room: number): number {
  const bytes = HEADER_BYTES + 4 * 2 ** lgSlots + room;
  const block = allocZero(memory, bytes);
  memory.u32[(block >>> 2) + 1] = lgSlots;
  memory.u32[(block >>> 2) + 3] = room;
  setBlock(memory, slot, block, bytes);
  return block;
}

/** The same entries in a larger block. */
function grow(memory: StateMemory, slot: number, lgSlots: number, room: number): void {
  const old = blockOf(memory, slot);
  const [count, oldSlots, used] = memory.u32.slice(old >>> 2, (old >>> 2) + 3);
  const bytes = HEADER_BYTES + 4 * 2 ** lgSlots + room;
  const block = allocZero(memory, bytes);
  const { u8, u32 } = memory;
  u32.set([count, lgSlots, used, room], block >>> 2);
  const [from, to] = [entriesAt(old, oldSlots), entriesAt(block, lgSlots)];
  u8.copyWithin(to, from, from + used);
  const mask = 2 ** lgSlots - 1;
  const slots = (block + HEADER_BYTES) >>> 2;
  for (const entry of placesOf(memory, block)) {
    let at = u32[(entry >>> 2) + 2] & mask;
    while (u32[slots + at] !== 0) at = (at + 1) & mask;
    u32[slots + at] = entry - to + 1;
  }
  setBlock(memory, slot, block, bytes);
}
