/**
 * The order of a segment's rows: a stable sort of all batches by the table's sort key, NULL first.
 *
 * Each key column becomes order-preserving integers, less their smallest value; as many columns as fit share a
 * 64-bit word, the first one highest. Words are sorted from the last to the first by a least-significant-byte
 * radix sort, which skips bytes that do not differ. Rows that came in order are only looked at.
 *
 * Memory: 24 bytes a row in all, in contiguous pieces of up to 8 bytes a row; callers bound rows to a million.
 */

import type { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import type { Batch } from '../table/batch.ts';
import type { StagedColumn } from './staged-column.ts';

type KeyColumn = { readonly values: number; readonly base: bigint; readonly bits: number };
type Word = {
  readonly columns: { readonly key: KeyColumn; readonly shift: number }[];
  readonly bits: number;
};

/** Address of u32 row numbers (page << 16 | row) in order. */
export function sortRows(
  context: CodecContext,
  region: Region,
  batches: readonly Batch[],
  keys: readonly StagedColumn[],
): number {
  const { arena, kernels, scratch } = context;
  const rowCount = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const rows = region.alloc(rowCount * 4);
  let at = rows;
  batches.forEach((batch, page) => {
    kernels.fill_rows_u32(page, batch.rows, at);
    at += batch.rows * 4;
  });
  if (keys.length === 0 || rowCount < 2) return rows;

  const mark = scratch.mark();
  const words = packWords(keys.flatMap((column) => keyValues(context, batches, rowCount, column)));
  const sorted = sortByWords(context, batches, rowCount, words, rows);
  if (sorted !== rows) arena.u8.copyWithin(rows, sorted, sorted + rowCount * 4);
  scratch.reset(mark);
  return rows;
}

/** Puts columns into words, the first column highest. */
function packWords(columns: readonly KeyColumn[]): Word[] {
  const groups: KeyColumn[][] = [];
  let free = 0;
  for (const key of columns) {
    if (key.bits === 0) continue;
    if (key.bits > free) {
      groups.push([]);
      free = 64;
    }
    groups[groups.length - 1].push(key);
    free -= key.bits;
  }
  return groups.map((group) => {
    const bits = group.reduce((sum, key) => sum + key.bits, 0);
    let shift = bits;
    return { bits, columns: group.map((key) => ({ key, shift: (shift -= key.bits) })) };
  });
}

function sortByWords(
  { arena, kernels, scratch }: CodecContext,
  batches: readonly Batch[],
  rowCount: number,
  words: readonly Word[],
  rows: number,
): number {
  const packed = scratch.alloc(rowCount * 8);
  let keys = scratch.alloc(rowCount * 8);
  let spareKeys = scratch.alloc(rowCount * 8);
  let spareRows = scratch.alloc(rowCount * 4);
  const counts = scratch.alloc(1024);
  const pages = scratch.alloc(batches.length * 4);
  let at = packed;
  batches.forEach((batch, page) => {
    arena.u32[(pages >>> 2) + page] = at;
    at += batch.rows * 8;
  });
  for (let w = words.length - 1; w >= 0; w--) {
    arena.fill(packed, rowCount * 8, 0);
    for (const { key, shift } of words[w].columns) {
      kernels.key_pack_i64(key.values, rowCount, key.base, shift, packed);
    }
    kernels.gather_pages_u64(pages, rows, rowCount, keys);
    if (kernels.key_sorted_u64(keys, rowCount) === 1) continue;
    for (let shift = 0; shift < words[w].bits; shift += 8) {
      if (kernels.sort_pass_u64(keys, rows, rowCount, shift, counts, spareKeys, spareRows) === 0) continue;
      [keys, spareKeys] = [spareKeys, keys];
      [rows, spareRows] = [spareRows, rows];
    }
  }
  return rows;
}

/** A key column of all rows, in batch order, as integers of the same order, most significant first. */
function keyValues(
  context: CodecContext,
  batches: readonly Batch[],
  rowCount: number,
  column: StagedColumn,
): KeyColumn[] {
  const { arena, kernels, scratch } = context;
  const values = scratch.alloc(rowCount * 8);
  if (column.form === 'refs') rankReferences(context, batches, rowCount, column, values);
  else {
    let at = values;
    batches.forEach((batch, i) => {
      keyPage(context, column, arena.u32[(column.pages >>> 2) + i], batch.rows, at);
      at += batch.rows * 8;
    });
  }
  const range = scratch.alloc(16);
  const bounds = (): [bigint, bigint] => {
    kernels.stat_range_i64(values, rowCount, range);
    return [arena.i64[range >>> 3], arena.i64[(range >>> 3) + 1]];
  };
  let [base, max] = bounds();
  const marks: KeyColumn[] = [];
  if (column.valids !== 0) {
    // One below everything; where there is nothing below, a column before this one says what is NULL.
    const hasBelow = base > -(1n << 63n);
    const low = hasBelow ? base - 1n : base;
    if (!hasBelow) marks.push(validKey(context, batches, rowCount, column));
    let at = values;
    batches.forEach((batch, i) => {
      kernels.key_null_i64(at, arena.u32[(column.valids >>> 2) + i], batch.rows, low);
      at += batch.rows * 8;
    });
    [base, max] = bounds();
  }
  return [...marks, { values, base, bits: max === base ? 0 : (max - base).toString(2).length }];
}

/** 0 for rows that are NULL, 1 for others. */
function validKey(
  { arena, kernels, scratch }: CodecContext,
  batches: readonly Batch[],
  rowCount: number,
  { valids }: StagedColumn,
): KeyColumn {
  const values = scratch.alloc(rowCount * 8);
  let at = values;
  batches.forEach((batch, i) => {
    kernels.widen_u8_i64(arena.u32[(valids >>> 2) + i], batch.rows, 0n, at);
    at += batch.rows * 8;
  });
  return { values, base: 0n, bits: 1 };
}

function keyPage(context: CodecContext, column: StagedColumn, page: number, rows: number, out: number): void {
  const { arena, kernels, scratch } = context;
  switch (column.form) {
    case 'i64':
      arena.u8.copyWithin(out, page, page + rows * 8);
      return;
    case 'f64':
      kernels.key_of_f64(page, rows, out);
      return;
    case 'bool':
      kernels.widen_u8_i64(page, rows, 0n, out);
      return;
    default: {
      const mark = scratch.mark();
      const codes = scratch.alloc(rows * 4);
      kernels.remap_u32_u32(page, rows, column.dictionary?.codes ?? 0, codes);
      kernels.widen_u32_i64(codes, rows, 0n, out);
      scratch.reset(mark);
    }
  }
}

/** Ranks of a text column's strings among all rows. */
function rankReferences(
  { arena, kernels, scratch }: CodecContext,
  batches: readonly Batch[],
  rowCount: number,
  column: StagedColumn,
  out: number,
): void {
  const mark = scratch.mark();
  const refs = scratch.alloc(rowCount * 8);
  let at = refs;
  batches.forEach((batch, i) => {
    const page = arena.u32[(column.pages >>> 2) + i];
    arena.u8.copyWithin(at, page, page + batch.rows * 8);
    if (column.valids !== 0) kernels.clear_null_refs(at, arena.u32[(column.valids >>> 2) + i], batch.rows);
    at += batch.rows * 8;
  });
  let records = scratch.alloc(rowCount * 16);
  let other = scratch.alloc(rowCount * 16);
  kernels.sort_records_refs(refs, rowCount, records);
  kernels.sort_groups_refs(refs, records, rowCount);
  for (let width = 16; width < rowCount; width *= 2) {
    kernels.sort_merge_refs(refs, records, rowCount, width, other);
    [records, other] = [other, records];
  }
  const ranks = scratch.alloc(rowCount * 4);
  kernels.sort_ranks_refs(refs, records, rowCount, ranks);
  kernels.widen_u32_i64(ranks, rowCount, 0n, out);
  scratch.reset(mark);
}
