/**
 * Bloom filter of Apache Hive, its BloomKFilter, as Druid has it: k bits of a value in one block of 512, for a twentieth of false positives
 * at as many values as it is made for.
 *
 *   block := k:u32 words:u32 (word:u64){words}
 *   bytes := k:u8 words:i32 (word:u64){words}     big-endian
 *
 * Values come as hashes (hive-hash.ts); NULL is a value, too.
 */

import { BasaltError } from '../base/error.ts';
import { damagedState, viewOf } from './byte-reader.ts';
import { allocZero, blockOf, type StateMemory, type StateViews, setBlock } from './memory.ts';

export const MAX_BLOOM_ENTRIES = 1 << 27;
const FALSE_POSITIVES = 0.05;
const HEADER_BYTES = 8;
const BYTES_AHEAD = 5;
/** Words of 64 bits in a block, and their number in bits. */
const BLOCK_WORDS = 8;
const BLOCK_BITS = 3;

type Shape = { readonly k: number; readonly words: number };

/** Of a filter for so many values. */
function shapeFor(entries: number): Shape {
  const bits = Math.trunc((-entries * Math.log(FALSE_POSITIVES)) / Math.LN2 ** 2);
  const words = Math.ceil(bits / 64);
  return {
    k: Math.max(1, Math.round((bits / entries) * Math.LN2)),
    words: words + BLOCK_WORDS - (words % BLOCK_WORDS),
  };
}

/** Adds hashes to the filters of their groups. @param hashes 8 bytes a row. @param slots address of the column of slots. */
export function addToBloom(
  memory: StateMemory,
  entries: number,
  hashes: number,
  gids: number,
  valid: number,
  n: number,
  slots: number,
): void {
  const { u8, u32 } = memory;
  for (let i = 0; i < n; i++) {
    if (valid !== 0 && u8[valid + i] === 0) continue;
    const slot = slots + 8 * u32[(gids >>> 2) + i];
    const block = blockOf(memory, slot) || newBloom(memory, slot, shapeFor(entries));
    const [k, words] = [u32[block >>> 2], u32[(block >>> 2) + 1]];
    const at = (hashes >>> 2) + 2 * i;
    eachBit(k, words, u32[at], u32[at + 1], (word, bit) => {
      u32[((block + HEADER_BYTES) >>> 2) + 2 * word + (bit >>> 5)] |= 1 << (bit & 31);
      return true;
    });
  }
}

/** The bits of a hash, given in halves, until one is refused. */
function eachBit(
  k: number,
  words: number,
  low: number,
  high: number,
  use: (word: number, bit: number) => boolean,
): boolean {
  const first = notNegative((low + high) | 0);
  const block = (first % (words / BLOCK_WORDS)) * BLOCK_WORDS;
  for (let i = 1; i <= k; i++) {
    const hash = notNegative((low + Math.imul(i + 1, high)) | 0);
    if (!use(block + (hash & (BLOCK_WORDS - 1)), (hash >>> BLOCK_BITS) & 63)) return false;
  }
  return true;
}

const notNegative = (hash: number): number => (hash < 0 ? ~hash : hash);

function newBloom(memory: StateMemory, slot: number, { k, words }: Shape): number {
  const bytes = HEADER_BYTES + 8 * words;
  const block = allocZero(memory, bytes);
  memory.u32.set([k, words], block >>> 2);
  setBlock(memory, slot, block, bytes);
  return block;
}

/** @throws BasaltError BAD_ARGUMENTS for a filter of another size */
export function mergeBloom({ u32 }: StateMemory, slot: number, from: number): void {
  const [to, other] = [u32[slot >>> 2] >>> 2, from >>> 2];
  if (u32[to] !== u32[other] || u32[to + 1] !== u32[other + 1])
    throw new BasaltError('BAD_ARGUMENTS', 'Bloom filters of different sizes cannot be combined', {
      hint: 'Filters go together that are made for as many values',
    });
  for (let i = 2; i < 2 + 2 * u32[to + 1]; i++) u32[to + i] |= u32[other + i];
}

/** @param block 0 = nothing seen */
export function writeBloom({ u32, u64 }: StateViews, block: number, entries: number): Uint8Array {
  const { k, words } =
    block === 0 ? shapeFor(entries) : { k: u32[block >>> 2], words: u32[(block >>> 2) + 1] };
  const bytes = new Uint8Array(BYTES_AHEAD + 8 * words);
  const view = new DataView(bytes.buffer);
  bytes[0] = k;
  view.setInt32(1, words);
  for (let i = 0; i < words && block !== 0; i++)
    view.setBigUint64(BYTES_AHEAD + 8 * i, u64[((block + HEADER_BYTES) >>> 3) + i]);
  return bytes;
}

/** A filter's k and its number of words. @throws CORRUPTED_DATA */
function shapeOfBytes(bytes: Uint8Array): Shape {
  const view = viewOf(bytes, BYTES_AHEAD, 'a Bloom filter');
  const [k, words] = [view.getInt8(0), view.getInt32(1)];
  if (k < 1 || words < BLOCK_WORDS || words % BLOCK_WORDS !== 0)
    throw damagedState(`a Bloom filter of ${words} words and ${k} bits a value`);
  viewOf(bytes, BYTES_AHEAD + 8 * words, 'a Bloom filter');
  return { k, words };
}

/** Reads a state into an empty slot. @throws CORRUPTED_DATA */
export function readBloom(memory: StateMemory, bytes: Uint8Array, slot: number): void {
  const shape = shapeOfBytes(bytes);
  const view = viewOf(bytes, BYTES_AHEAD, 'a Bloom filter');
  const block = newBloom(memory, slot, shape);
  for (let i = 0; i < shape.words; i++)
    memory.u64[((block + HEADER_BYTES) >>> 3) + i] = view.getBigUint64(BYTES_AHEAD + 8 * i);
}

/** Whether a value of this hash may be in a filter. */
export type BloomTest = (hash: bigint) => boolean;

/** @throws CORRUPTED_DATA */
export function bloomTest(bytes: Uint8Array): BloomTest {
  const { k, words } = shapeOfBytes(bytes);
  return (hash) =>
    eachBit(
      k,
      words,
      Number(hash & 0xffffffffn) | 0,
      Number((hash >> 32n) & 0xffffffffn) | 0,
      (word, bit) => {
        // Words are big-endian: bit 0 is the lowest of the last byte.
        const byte = bytes[BYTES_AHEAD + 8 * word + 7 - (bit >>> 3)];
        return ((byte >>> (bit & 7)) & 1) === 1;
      },
    );
}
