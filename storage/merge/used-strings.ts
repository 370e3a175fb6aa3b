/**
 * Which strings of an input's dictionary its rows still have: those of hidden rows alone do not go into the merged one, so
 * that what was deleted is gone with the merge, and dictionaries do not grow with what comes and goes.
 *
 * Reads the codes of the column once more; only for inputs with hidden rows. Memory: 5 bytes for each entry.
 */

import { assert } from '../../engine/base/error.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Region } from '../../engine/memory/region.ts';
import { hiddenBits, hiddenInBlock } from '../../engine/vector/hidden-rows.ts';
import type { Vector } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { SegmentReader } from '../segment/reader.ts';

/** Strings of one input, by its own codes. */
export type InputStrings = {
  /** Entries including entry 0, which is NULL. */
  readonly count: number;
  /** Address of `count` references; 0 for an input of text. */
  readonly refs: number;
  /** Address of `count` u32: the code in the merged dictionary. */
  readonly codes: number;
};

export type UsedStrings = {
  /** Those that are used, by codes of their own. */
  readonly strings: InputStrings;
  /** Says the merged codes by the input's own codes, once `strings` has them. */
  readonly spread: () => void;
};

/** Yields between blocks. */
export function* usedStrings(
  { arena }: CodecContext,
  region: Region,
  reader: SegmentReader,
  columnId: number,
  all: InputStrings,
): Generator<void, UsedStrings> {
  const footer = reader.columnFooter(columnId);
  const { hidden } = reader;
  if (hidden === null || footer?.kind !== 'dict') return { strings: all, spread: () => undefined };
  const { u8, u32, i64 } = arena;
  const used = region.allocZero(all.count);
  for (let block = 0; block < reader.blockCount; block++) {
    const { encoding, nullCount, rows, base } = footer.blocks[block];
    if (hiddenInBlock(arena, hidden, block) >= rows) continue;
    if (encoding === 'constant') u8[used + (nullCount > 0 ? 0 : Number(base))] = 1;
    else
      reader.withVector(block, columnId, (vector) => {
        markUsed(arena, codesOf(arena, vector), hiddenBits(arena, hidden, block), used);
      });
    yield;
  }
  const refs = region.allocZero(all.count * 8);
  let count = 1;
  for (let code = 1; code < all.count; code++) {
    if (u8[used + code] === 1) i64[refs / 8 + count++] = i64[all.refs / 8 + code];
  }
  const codes = region.allocZero(count * 4);
  const spread = (): void => {
    for (let code = 1, at = 1; code < all.count; code++)
      if (u8[used + code] === 1) u32[(all.codes >>> 2) + code] = u32[(codes >>> 2) + at++];
  };
  return { strings: { count, refs, codes }, spread };
}

function codesOf(
  { u8, u16, u32 }: Arena,
  { kind, data, width, rows }: Vector,
): Uint8Array | Uint16Array | Uint32Array {
  assert(kind === 'dict', 'strings with a dictionary are codes');
  if (width === 1) return u8.subarray(data, data + rows);
  return width === 2
    ? u16.subarray(data >>> 1, (data >>> 1) + rows)
    : u32.subarray(data >>> 2, (data >>> 2) + rows);
}

/** @param bits of hidden rows; 0 = none of the block. */
function markUsed(
  { u8 }: Arena,
  codes: Uint8Array | Uint16Array | Uint32Array,
  bits: number,
  used: number,
): void {
  for (let row = 0; row < codes.length; row++) {
    if (bits === 0 || ((u8[bits + (row >> 3)] >> (row & 7)) & 1) === 0) u8[used + codes[row]] = 1;
  }
}
