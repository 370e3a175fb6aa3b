/**
 * Symbols of texts: up to 255 strings of 1 to 8 bytes that stand for one byte each (after Boncz, Neumann and Leis, FSST: Fast Random
 * Access String Compression, 2020).
 *
 * table := count:u8 length:u8{count} bytes
 *
 * A table is made from a sample in rounds: the sample is encoded with what there is, and those symbols, and pairs of neighbours as one
 * symbol, that stand for most bytes are the next table. It is the writer's own business how: a reader needs the table only.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { type CodecContext, SLACK_BYTES } from './context.ts';

const ESCAPE = 255;
const MAX_SYMBOLS = 255;
const ROUNDS = 5;
/** Pieces of the text that are the sample, spread evenly. */
const SAMPLE = { pieces: 32, bytes: 512 };
/** A symbol must stand in the sample as often to be worth its place. */
const LEAST_COUNT = 3;
/** What a symbol of one byte counts: without it the byte takes two. */
const SINGLE_WEIGHT = 8;

const PAGES_PER_TABLE = 8;
const PAIR_BYTES = 65536 * 2;
const SLOTS = 2048;
const MATCHER_BYTES = PAIR_BYTES + SLOTS * 16;
const DECODER_BYTES = 2048 + 256;

export type SymbolTable = {
  readonly count: number;
  readonly lengths: Uint8Array;
  /** Eight bytes a symbol. */
  readonly bytes: Uint8Array;
};

/** Trains a table for the `size` bytes at `text`; null when hardly anything repeats in them. */
export function trainSymbols(context: CodecContext, text: number, size: number): SymbolTable | null {
  const { arena, kernels, scratch } = context;
  const mark = scratch.mark();
  try {
    const [sample, sampleBytes] = sampleOf(context, text, size);
    const codes = scratch.alloc(sampleBytes * 2 + SLACK_BYTES);
    const matcher = scratch.alloc(MATCHER_BYTES);
    const trainer = new Trainer();
    for (let round = 0; round < ROUNDS; round++) {
      writeMatcher(context, trainer.table, matcher);
      const count = kernels.encode_symbols(sample, sampleBytes, matcher, codes);
      trainer.improve(arena.u8.subarray(codes, codes + count), round < ROUNDS - 1);
    }
    return trainer.table.count === 0 ? null : trainer.table;
  } finally {
    scratch.reset(mark);
  }
}

function sampleOf({ arena, scratch }: CodecContext, text: number, size: number): [at: number, bytes: number] {
  const { pieces, bytes } = SAMPLE;
  if (size <= pieces * bytes) {
    const whole = scratch.alloc(size + SLACK_BYTES);
    arena.u8.copyWithin(whole, text, text + size);
    return [whole, size];
  }
  const sample = scratch.alloc(pieces * bytes + SLACK_BYTES);
  for (let piece = 0; piece < pieces; piece++) {
    const from = text + Math.floor(((size - bytes) * piece) / (pieces - 1));
    arena.u8.copyWithin(sample + piece * bytes, from, from + bytes);
  }
  return [sample, pieces * bytes];
}

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

/** The table as {@link Kernels.encode_symbols} looks bytes up in it. */
function writeMatcher(
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

const slotOf = (bytes: Uint8Array, at: number): number =>
  Math.imul(bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16), 2971215073) >>> 21;

/** Tables of a sample, each better than the last. A unit is a symbol of the table, or 256 and more: a byte by itself. */
class Trainer {
  #table: MutableTable = emptyTable();
  readonly #counts = new Uint32Array(512);
  readonly #pairs = new Uint16Array(512 * 512);

  get table(): SymbolTable {
    return this.#table;
  }

  /** The next table, from the sample in codes of this one. */
  improve(codes: Uint8Array, joins: boolean): void {
    const seen = this.#count(codes);
    const candidates: { readonly gain: number; readonly left: number; readonly right: number }[] = [];
    for (let unit = 0; unit < 512; unit++) {
      const count = this.#counts[unit];
      if (count < LEAST_COUNT) continue;
      const length = this.#lengthOf(unit);
      candidates.push({ gain: count * length * (length === 1 ? SINGLE_WEIGHT : 1), left: unit, right: -1 });
    }
    for (const pair of seen) {
      const count = this.#pairs[pair];
      this.#pairs[pair] = 0;
      if (!joins || count < LEAST_COUNT) continue;
      const [left, right] = [pair >>> 9, pair & 511];
      const length = Math.min(8, this.#lengthOf(left) + this.#lengthOf(right));
      if (this.#lengthOf(left) < 8) candidates.push({ gain: count * length, left, right });
    }
    candidates.sort((a, b) => b.gain - a.gain || a.left - b.left || a.right - b.right);
    const next = emptyTable();
    for (const { left, right } of candidates) {
      if (next.count === MAX_SYMBOLS) break;
      this.#add(next, left, right);
    }
    this.#table = next;
  }

  /** Counts units and pairs of neighbours; answers which pairs there are. */
  #count(codes: Uint8Array): number[] {
    this.#counts.fill(0);
    const seen: number[] = [];
    let last = -1;
    for (let i = 0; i < codes.length; i++) {
      const unit = codes[i] === ESCAPE ? 256 + codes[++i] : codes[i];
      this.#counts[unit]++;
      const pair = (last << 9) | unit;
      if (last >= 0 && this.#pairs[pair]++ === 0) seen.push(pair);
      last = unit;
    }
    return seen;
  }

  #lengthOf(unit: number): number {
    return unit >= 256 ? 1 : this.#table.lengths[unit];
  }

  /** Adds a unit, or two as one of at most 8 bytes, unless something has its place. */
  #add(next: MutableTable, left: number, right: number): void {
    const at = next.count * 8;
    const { bytes } = next;
    let length = this.#put(left, bytes, at);
    if (right >= 0) length = this.#put(right, bytes, at, length);
    const place =
      length >= 3
        ? 65792 + slotOf(bytes, at)
        : length === 2
          ? 256 + bytes[at] + bytes[at + 1] * 256
          : bytes[at];
    if (next.taken[place] === 1) {
      bytes.fill(0, at, at + 8);
      return;
    }
    next.taken[place] = 1;
    next.lengths[next.count++] = length;
  }

  /** Puts the unit's bytes behind `length` others, as many as there is room for; answers how many there are then. */
  #put(unit: number, bytes: Uint8Array, at: number, length = 0): number {
    if (unit >= 256) {
      bytes[at + length] = unit - 256;
      return length + 1;
    }
    const taken = Math.min(this.#table.lengths[unit], 8 - length);
    bytes.set(this.#table.bytes.subarray(unit * 8, unit * 8 + taken), at + length);
    return length + taken;
  }
}

type MutableTable = {
  count: number;
  readonly lengths: Uint8Array;
  readonly bytes: Uint8Array;
  /** By first byte of those of one, first two of those of two, slot of longer ones: each place has one symbol. */
  readonly taken: Uint8Array;
};

const emptyTable = (): MutableTable => ({
  count: 0,
  lengths: new Uint8Array(256),
  bytes: new Uint8Array(256 * 8),
  taken: new Uint8Array(256 + 65536 + SLOTS),
});

/** The tables of a column's pages: one is made anew for every eight pages, since training costs as much as a page's codes. */
export class ColumnSymbols {
  #table: SymbolTable | null = null;
  #pages = 0;

  of(context: CodecContext, text: number, size: number): SymbolTable | null {
    if (this.#table === null || this.#pages === PAGES_PER_TABLE) {
      this.#table = trainSymbols(context, text, size);
      this.#pages = 0;
    }
    this.#pages++;
    return this.#table;
  }
}
