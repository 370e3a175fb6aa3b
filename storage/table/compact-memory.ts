/**
 * Many small batches made into few: a thousand one-row inserts must not be a thousand blocks to every query.
 * The rows keep their order; strings get one dictionary where that pays.
 */

import { assert } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import { laneOf } from '../../engine/type/type.ts';
import {
  BLOCK_ROWS,
  boolVector,
  type Chunk,
  chunk,
  dictVector,
  floatVector,
  intVector,
  refVector,
} from '../../engine/vector/vector.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { type StagedColumn, stageColumn } from '../segment/staged-column.ts';
import { decodePayload, PayloadEncoder } from '../wal/batch-payload.ts';
import type { Batch } from './batch.ts';
import type { TableDefinition } from './definition.ts';
import { MemoryEntry } from './memtable.ts';

/** Entries below this many rows are worth joining. */
export const SMALL_ENTRY_ROWS = 4096;
const ENTRIES_TO_JOIN = 16;

/** The newest neighbours that should become one entry; empty when none should. */
export function entriesToJoin(entries: readonly MemoryEntry[]): readonly MemoryEntry[] {
  let first = entries.length;
  let rows = 0;
  while (
    first > 0 &&
    entries[first - 1].rows < SMALL_ENTRY_ROWS &&
    rows + entries[first - 1].rows <= BLOCK_ROWS
  ) {
    rows += entries[--first].rows;
  }
  return entries.length - first >= ENTRIES_TO_JOIN ? entries.slice(first) : [];
}

/** One entry with the rows of all. */
export function joinEntries(
  context: CodecContext,
  table: TableDefinition,
  entries: readonly MemoryEntry[],
): MemoryEntry {
  const newest = entries.at(-1);
  assert(newest !== undefined, 'entries to join');
  const batches = entries.flatMap((entry) => entry.batches);
  const region = new Region(context.arena, context.scratch.owner, 1);
  const bytes = withScratch(context, (scratch) => {
    const joined = joinBatches(context, scratch, table, batches);
    const encoder = new PayloadEncoder(context, { tableId: table.id, token: null, batches: [joined] });
    const address = region.alloc(encoder.bytes);
    encoder.copyTo(address);
    return { address, size: encoder.bytes };
  });
  return new MemoryEntry({
    sequence: newest.sequence,
    walFile: Math.min(...entries.map(({ walFile }) => walFile)),
    batches: decodePayload(context.arena, bytes.address, bytes.size).batches,
    tokens: entries.flatMap(({ tokens }) => tokens),
    bytes: bytes.size,
    createdMs: Math.min(...entries.map(({ createdMs }) => createdMs)),
    region,
  });
}

function joinBatches(
  context: CodecContext,
  region: Region,
  table: TableDefinition,
  batches: readonly Batch[],
): Batch {
  const { kernels } = context;
  const rowCount = batches.reduce((sum, batch) => sum + batch.rows, 0);
  assert(rowCount <= BLOCK_ROWS, 'a joined batch fits a block');
  const rows = region.alloc(rowCount * 4);
  let at = rows;
  batches.forEach((batch, page) => {
    kernels.fill_rows_u32(page, batch.rows, at);
    at += batch.rows * 4;
  });
  const columns = new Map<number, Chunk>();
  for (const definition of table.columns) {
    const staged = stageColumn(context, region, definition, batches);
    columns.set(definition.id, gatherChunk(context, region, staged, rows, rowCount));
  }
  return { rows: rowCount, columns };
}

function gatherChunk(
  { kernels }: CodecContext,
  region: Region,
  staged: StagedColumn,
  rows: number,
  count: number,
): Chunk {
  let valid = 0;
  if (staged.valids !== 0) {
    valid = region.alloc(count);
    kernels.gather_pages_u8(staged.valids, rows, count, valid);
  }
  const data = region.alloc(count * 8);
  switch (staged.form) {
    case 'bool':
      kernels.gather_pages_u8(staged.pages, rows, count, data);
      return chunk(boolVector(count, data, valid));
    case 'codes': {
      assert(staged.dictionary !== null, 'codes have a dictionary');
      kernels.gather_pages_u32(staged.pages, rows, count, data);
      kernels.remap_u32_u32(data, count, staged.dictionary.codes, data);
      const { refs, count: entries, textBytes } = staged.dictionary;
      const offsets = region.alloc((entries + 1) * 4);
      const bytes = region.alloc(textBytes + 16);
      kernels.refs_to_text(refs, entries, offsets, bytes);
      return chunk(dictVector(count, data, 4, { count: entries, offsets, bytes, sorted: true }));
    }
    default:
      kernels.gather_pages_u64(staged.pages, rows, count, data);
      if (staged.form === 'i64') return chunk(intVector(count, data, 8, 0n, valid));
      if (staged.form === 'f64') return chunk(floatVector(count, data, 8, valid));
      assert(laneOf(staged.definition.type) === 'str', 'references are strings');
      return chunk(refVector(count, data, valid));
  }
}
