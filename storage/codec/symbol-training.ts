/**
 * How a writer comes to a table of symbols: from a sample, in rounds. The sample is encoded with what there is, and those symbols, and pairs of
 * neighbours as one symbol, that stand for most bytes are the next table. Readers need the table only.
 */

import { type CodecContext, SLACK_BYTES } from './context.ts';
import {
  ESCAPE,
  MATCHER_BYTES,
  MAX_SYMBOLS,
  SLOTS,
  type SymbolTable,
  slotOf,
  writeMatcher,
} from './symbol-table.ts';

const ROUNDS = 5;
/** Pieces of the text that are the sample, spread evenly. */
const SAMPLE = { pieces: 32, bytes: 512 };
/** A symbol must stand in the sample as often to be worth its place. */
const LEAST_COUNT = 3;
/** What a symbol of one byte counts: without it the byte takes two. */
const SINGLE_WEIGHT = 8;
/** Pages after which it is asked again what the last were not. */
const PAGES_BETWEEN = 8;
/** How much more of a text its codes may leave than when the table was made, before another is. */
const WORSE = 1.05;

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

/**
 * What the pages of a column have in common. Training costs as much as the codes of two pages, so a table serves while it does as well
 * as it did at first; and what LZ4 makes of codes is tried with a page of eight.
 */
export class ColumnSymbols {
  #table: SymbolTable | null = null;
  #pages = 0;
  /** Share of the first page that its codes took; 0: no page yet. */
  #share = 0;
  #isWorse = false;
  #pays = true;

  /** Codes for the `size` bytes at `text`; null when hardly anything repeats in them. */
  of(context: CodecContext, text: number, size: number): SymbolTable | null {
    const isDue = this.#pages++ % PAGES_BETWEEN === 0;
    if (isDue) this.#pays = true;
    if (isDue && (this.#table === null || this.#isWorse)) {
      this.#table = trainSymbols(context, text, size);
      this.#share = 0;
      this.#isWorse = false;
    }
    return this.#table;
  }

  /** Whether a byte codec made the codes of this table's pages smaller, as far as it was tried. */
  get pays(): boolean {
    return this.#pays;
  }

  /** Told of each page: the share of its text that codes took, and whether a byte codec paid. */
  learn(share: number, pays: boolean): void {
    if (this.#share === 0) this.#share = share;
    if (share > this.#share * WORSE) this.#isWorse = true;
    this.#pays &&= pays;
  }
}
