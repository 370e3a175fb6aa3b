/**
 * States of an aggregate side by side in one block, by number or by key: what -ForEach, -Map, -Resample, -ArgMin and -ArgMax have of a group.
 *
 *   block  := count:u32 room:u32 used:u32 dataRoom:u32 (number:u32){slots} record{room} data     in `used` bytes of `dataRoom`
 *   record := word:8{words} key:u32 keyBytes:u32 hash:u32 mark:u32                               `mark` is free for who uses the block
 *   slots  := the power of two that is twice the room or more; none without keys                 number: of a record + 1; 0 = free
 *
 * Keys, and the bytes that a first word refers to, lie in the data; a reference to them is an offset from where the data begin and a number of
 * bytes. Bytes that a state no longer refers to stay until the block grows.
 */

import { blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';
import { hashOf } from './tally.ts';

export type NestForm = {
  /** Of each state. */
  readonly words: number;
  /** The first of them refers to bytes. */
  readonly refers: boolean;
  readonly keyed: boolean;
};

const HEADER_BYTES = 16;
/** Of a record, behind its words. */
const KEY = 0;
const KEY_BYTES = 1;
const HASH = 2;
const MARK = 3;
const TAIL_BYTES = 16;
const FIRST_ROOM = 4;

const recordBytes = ({ words }: NestForm): number => 8 * words + TAIL_BYTES;
const slotsOf = ({ keyed }: NestForm, room: number): number =>
  keyed ? 1 << (32 - Math.clz32(2 * room - 1)) : 0;
const padded = (bytes: number): number => (bytes + 7) & ~7;

export const nestCount = ({ u32 }: StateViews, block: number): number => (block === 0 ? 0 : u32[block >>> 2]);
const roomOf = ({ u32 }: StateViews, block: number): number => (block === 0 ? 0 : u32[(block >>> 2) + 1]);
const dataOf = (memory: StateViews, form: NestForm, block: number): number => {
  const room = roomOf(memory, block);
  return block + HEADER_BYTES + 4 * slotsOf(form, room) + room * recordBytes(form);
};

/** Address of the words of record `number`. */
export const recordAt = (memory: StateViews, form: NestForm, block: number, number: number): number =>
  block + HEADER_BYTES + 4 * slotsOf(form, roomOf(memory, block)) + number * recordBytes(form);
const tailOf = ({ words }: NestForm, record: number): number => (record >>> 2) + 2 * words;
/** Index, among words of four bytes, of what belongs to the user of the block. */
export const markOf = (form: NestForm, record: number): number => tailOf(form, record) + MARK;

export function nestKey(memory: StateViews, form: NestForm, block: number, number: number): Uint8Array {
  const { u8, u32 } = memory;
  const tail = tailOf(form, recordAt(memory, form, block, number));
  const at = dataOf(memory, form, block) + u32[tail + KEY];
  return u8.subarray(at, at + u32[tail + KEY_BYTES]);
}

/** What the first word of a state refers to. */
export function referred(
  memory: StateViews,
  form: NestForm,
  block: number,
  number: number,
): { readonly address: number; readonly bytes: number } {
  if (!form.refers) return { address: 0, bytes: 0 };
  const record = recordAt(memory, form, block, number) >>> 2;
  return { address: dataOf(memory, form, block) + memory.u32[record], bytes: memory.u32[record + 1] };
}

/** Makes sure that there are records up to `number`. */
export function reachRecord(memory: StateMemory, form: NestForm, slot: number, number: number): void {
  const more = number + 1 - nestCount(memory, blockOf(memory, slot));
  if (more <= 0) return;
  reserve(memory, form, slot, more, 0);
  memory.u32[blockOf(memory, slot) >>> 2] = number + 1;
}

/** The number of a key's record, which is new if it was not there. */
export function keyedRecord(
  memory: StateMemory,
  form: NestForm,
  slot: number,
  key: number,
  keyBytes: number,
): number {
  const { u8 } = memory;
  const hash = hashOf(u8, key, keyBytes);
  const found = findKey(memory, form, blockOf(memory, slot), u8, key, keyBytes, hash);
  if (found >= 0) return found;
  reserve(memory, form, slot, 1, keyBytes);
  const { u32 } = memory;
  const block = blockOf(memory, slot);
  const number = u32[block >>> 2]++;
  const tail = tailOf(form, recordAt(memory, form, block, number));
  u32[tail + HASH] = hash;
  u32[tail + KEY_BYTES] = keyBytes;
  u32[tail + KEY] = append(memory, form, block, key, keyBytes);
  take(memory, form, block, number, hash);
  return number;
}

/** The only record of a nest that keeps the least key; -1: there is a lesser one. A record that had a greater key begins anew. */
export function leastRecord(
  memory: StateMemory,
  form: NestForm,
  slot: number,
  key: number,
  keyBytes: number,
): number {
  const block = blockOf(memory, slot);
  if (block !== 0) {
    const order = compare(nestKey(memory, form, block, 0), memory.u8.subarray(key, key + keyBytes));
    if (order <= 0) return order === 0 ? 0 : -1;
    memory.free(block, memory.u32[(slot >>> 2) + 1]);
    memory.u32.fill(0, slot >>> 2, (slot >>> 2) + 2);
  }
  return keyedRecord(memory, form, slot, key, keyBytes);
}

/** Numbers of all records, by ascending key. */
export function byKey(memory: StateViews, form: NestForm, block: number): Uint32Array {
  const numbers = Uint32Array.from({ length: nestCount(memory, block) }, (_, i) => i);
  if (!form.keyed) return numbers;
  return numbers.sort((a, b) => compare(nestKey(memory, form, block, a), nestKey(memory, form, block, b)));
}

/** Copies a state into row `row` of columns of words; what its first word refers to stays where it is. */
export function takeState(
  memory: StateViews,
  form: NestForm,
  block: number,
  number: number,
  columns: readonly number[],
  row: number,
): void {
  const { u32 } = memory;
  const record = recordAt(memory, form, block, number) >>> 2;
  for (let w = 0; w < form.words; w++) {
    const to = (columns[w] >>> 2) + 2 * row;
    u32[to] = u32[record + 2 * w];
    u32[to + 1] = u32[record + 2 * w + 1];
  }
  const first = columns[0] >>> 2;
  if (form.refers && u32[first + 2 * row + 1] > 0) u32[first + 2 * row] += dataOf(memory, form, block);
}

/** Copies a state out of row `row` of columns. @param taken where the bytes it refers to were when it was taken; 0: it had none */
export function putState(
  memory: StateMemory,
  form: NestForm,
  slot: number,
  number: number,
  columns: readonly number[],
  row: number,
  taken: number,
): void {
  const first = (columns[0] >>> 2) + 2 * row;
  const [address, bytes] = [memory.u32[first], memory.u32[first + 1]];
  const isMoved = form.refers && (address !== taken || taken === 0) && bytes > 0;
  if (isMoved) reserve(memory, form, slot, 0, bytes);
  const { u32 } = memory;
  const block = blockOf(memory, slot);
  const record = recordAt(memory, form, block, number) >>> 2;
  const offset = u32[record];
  for (let w = 0; w < form.words; w++) {
    const from = (columns[w] >>> 2) + 2 * row;
    u32[record + 2 * w] = u32[from];
    u32[record + 2 * w + 1] = u32[from + 1];
  }
  if (form.refers) u32[record] = isMoved ? append(memory, form, block, address, bytes) : offset;
}

/** Copies bytes behind the data, where there is room; answers their offset. */
function append(memory: StateMemory, form: NestForm, block: number, from: number, bytes: number): number {
  const { u8, u32 } = memory;
  const offset = u32[(block >>> 2) + 2];
  u8.copyWithin(dataOf(memory, form, block) + offset, from, from + bytes);
  u32[(block >>> 2) + 2] += padded(bytes);
  return offset;
}

function findKey(
  memory: StateViews,
  form: NestForm,
  block: number,
  u8: Uint8Array,
  key: number,
  keyBytes: number,
  hash: number,
): number {
  if (block === 0) return -1;
  const { u32 } = memory;
  const mask = slotsOf(form, roomOf(memory, block)) - 1;
  const slots = (block + HEADER_BYTES) >>> 2;
  const data = dataOf(memory, form, block);
  for (let at = hash & mask; u32[slots + at] !== 0; at = (at + 1) & mask) {
    const number = u32[slots + at] - 1;
    const tail = tailOf(form, recordAt(memory, form, block, number));
    if (u32[tail + HASH] !== hash || u32[tail + KEY_BYTES] !== keyBytes) continue;
    const other = data + u32[tail + KEY];
    let i = 0;
    while (i < keyBytes && u8[other + i] === u8[key + i]) i++;
    if (i === keyBytes) return number;
  }
  return -1;
}

/** Enters a record in the slots. */
function take(memory: StateMemory, form: NestForm, block: number, number: number, hash: number): void {
  const { u32 } = memory;
  const mask = slotsOf(form, roomOf(memory, block)) - 1;
  const slots = (block + HEADER_BYTES) >>> 2;
  let at = hash & mask;
  while (u32[slots + at] !== 0) at = (at + 1) & mask;
  u32[slots + at] = number + 1;
}

/** Makes room for more records, whose words are zeros, and for one more piece of data. */
function reserve(memory: StateMemory, form: NestForm, slot: number, records: number, bytes: number): void {
  const old = blockOf(memory, slot);
  const count = nestCount(memory, old);
  const room = roomOf(memory, old);
  const [used, dataRoom] = old === 0 ? [0, 0] : [memory.u32[(old >>> 2) + 2], memory.u32[(old >>> 2) + 3]];
  const isFull = count + records > room;
  const isShort = used + padded(bytes) > dataRoom;
  if (!isFull && !isShort) return;
  const newRoom = isFull ? Math.max(FIRST_ROOM, count + records, 2 * room) : room;
  const newData = isShort ? 2 * (liveBytes(memory, form, old) + padded(bytes)) : dataRoom;
  const tableBytes = HEADER_BYTES + 4 * slotsOf(form, newRoom) + newRoom * recordBytes(form);
  const block = memory.alloc(tableBytes + newData);
  memory.u8.fill(0, block, block + tableBytes);
  memory.u32.set([count, newRoom, 0, newData], block >>> 2);
  for (let number = 0; number < count; number++) copyRecord(memory, form, old, block, number);
  setBlock(memory, slot, block, tableBytes + newData);
}

/** Bytes of data that records refer to. */
function liveBytes(memory: StateViews, form: NestForm, block: number): number {
  const { u32 } = memory;
  let bytes = 0;
  for (let number = 0; number < nestCount(memory, block); number++) {
    const record = recordAt(memory, form, block, number);
    bytes += padded(u32[tailOf(form, record) + KEY_BYTES]);
    if (form.refers) bytes += padded(u32[(record >>> 2) + 1]);
  }
  return bytes;
}

function copyRecord(memory: StateMemory, form: NestForm, old: number, block: number, number: number): void {
  const { u32 } = memory;
  const [from, to] = [recordAt(memory, form, old, number), recordAt(memory, form, block, number)];
  memory.u8.copyWithin(to, from, from + recordBytes(form));
  const data = dataOf(memory, form, old);
  if (form.refers && u32[(to >>> 2) + 1] > 0)
    u32[to >>> 2] = append(memory, form, block, data + u32[to >>> 2], u32[(to >>> 2) + 1]);
  if (!form.keyed) return;
  const tail = tailOf(form, to);
  u32[tail + KEY] = append(memory, form, block, data + u32[tail + KEY], u32[tail + KEY_BYTES]);
  take(memory, form, block, number, u32[tail + HASH]);
}

/** By unsigned bytes. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
