/**
 * Symbols of texts: up to 255 strings of 1 to 8 bytes that stand for one byte each (after Boncz, Neumann and Leis, FSST: Fast Random
 * Access String Compression, 2020).
 *
 * table := count:u8 length:u8{count} bytes
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { CodecContext } from './context.ts';

/** The code that says that the byte behind it stands for itself. */
export const ESCAPE = 255;
export const MAX_SYMBOLS = 255;

const PAIR_BYTES = 65536 * 2;
/** Symbols of three bytes and more lie in slots by a hash; a slot has one. */
export const SLOTS = 2048;
export const MATCHER_BYTES = PAIR_BYTES + SLOTS * 16;
const DECODER_BYTES = 2048 + 256;

export type SymbolTable = {
  readonly count: number;
  readonly lengths: Uint8Array;
  /** Eight bytes a symbol. */
  readonly bytes: Uint8Array;
};

/** Encodes with the table; answers the bytes written at `out`, at most twice `size`. */
export function encodeSymbols(
  context: CodecContext,
  table: SymbolTable,
  text: number,
  size: number,
  out: number,
): number {
  const mark = context.scratch.mark();
  const matcher = context.scratch.alloc(MATCHER_BYTES);
  writeMatcher(context, table, matcher);
  const written = context.kernels.encode_symbols(text, size, matcher, out);
  context.scratch.reset(mark);
  return written;
}

export const symbolTableBytes = ({ count, lengths }: SymbolTable): number =>
  lengths.subarray(0, count).reduce((sum, length) => sum + length, 1 + count);

export function writeSymbols({ arena: { u8 } }: CodecContext, table: SymbolTable, out: number): void {
  const { count, lengths, bytes } = table;
  u8[out] = count;
  u8.set(lengths.subarray(0, count), out + 1);
  let at = out + 1 + count;
  for (let symbol = 0; symbol < count; symbol++) {
    u8.set(bytes.subarray(symbol * 8, symbol * 8 + lengths[symbol]), at);
    at += lengths[symbol];
  }
}

/** Fills exactly `size` bytes at `out` from a table and codes in the `stored` bytes at `src`. */
export function decodeSymbols(
  context: CodecContext,
  src: number,
  stored: number,
  out: number,
  size: number,
): void {
  const { kernels, scratch } = context;
  const decoder = scratch.allocZero(DECODER_BYTES);
  const tableBytes = readSymbols(context, src, stored, decoder);
  const written = kernels.decode_symbols(src + tableBytes, stored - tableBytes, decoder, out, size);
  if (written !== size)
    throw new BasaltError('CORRUPTED_DATA', `Symbols of a text page gave ${written} of ${size} bytes`);
}

/** The table as the kernel reads it; answers the bytes it takes where it is stored. */
function readSymbols({ arena: { u8 } }: CodecContext, src: number, stored: number, decoder: number): number {
  const count = stored > 0 ? u8[src] : 0;
  let at = 1 + count;
  for (let symbol = 0; symbol < count && at <= stored; symbol++) {
    const length = u8[src + 1 + symbol];
    if (length === 0 || length > 8 || at + length > stored) break;
    u8.copyWithin(decoder + symbol * 8, src + at, src + at + length);
    u8[decoder + 2048 + symbol] = length;
    at += length;
  }
  const last = count === 0 || u8[decoder + 2048 + count - 1] > 0;
  if (stored === 0 || count > MAX_SYMBOLS || at > stored || !last)
    throw new BasaltError('CORRUPTED_DATA', 'The symbols of a text page do not fit into it');
  return at;
}

/** The table as the kernel `encode_symbols` looks bytes up in it. */
export function writeMatcher(
  { arena }: CodecContext,
  { count, lengths, bytes }: SymbolTable,
  matcher: number,
): void {
  const { u8, u16 } = arena;
  const pairs = matcher >>> 1;
  u16.fill(ESCAPE | (1 << 8) | (1 << 15), pairs, pairs + 256);
  for (let symbol = 0; symbol < count; symbol++) {
    if (lengths[symbol] === 1) u16[pairs + bytes[symbol * 8]] = symbol | (1 << 8);
  }
  for (let filled = 256; filled < 65536; filled *= 2) u16.copyWithin(pairs + filled, pairs, pairs + filled);
  const slots = matcher + PAIR_BYTES;
  // No word with all but its lowest bit taken off is all ones: a slot that matches nothing.
  for (let slot = 0; slot < SLOTS; slot++) {
    u8.fill(255, slots + slot * 16, slots + slot * 16 + 8);
    u8[slots + slot * 16 + 9] = 0;
    u8[slots + slot * 16 + 10] = 63;
  }
  for (let symbol = 0; symbol < count; symbol++) {
    const length = lengths[symbol];
    const at = symbol * 8;
    if (length === 2) u16[pairs + bytes[at] + bytes[at + 1] * 256] = symbol | (2 << 8);
    if (length < 3) continue;
    const slot = slots + slotOf(bytes, at) * 16;
    u8.set(bytes.subarray(at, at + 8), slot);
    u8[slot + 8] = symbol;
    u8[slot + 9] = length;
    u8[slot + 10] = 64 - length * 8;
  }
}

export const slotOf = (bytes: Uint8Array, at: number): number =>
  Math.imul(bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16), 2971215073) >>> 21;
