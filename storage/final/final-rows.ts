/**
 * What FINAL shows of segments whose keys overlap, without writing anything: only the sort key's columns, and those that
 * decide, are merged; rows that a merge would leave out are hidden. Where rows become one, all rows of such a key are
 * hidden, and the one they make is in batches of its own, with the columns a query reads.
 *
 * Runs in any thread. What comes back lies in memory of the job's result owner: bitmaps and batches. While it runs it
 * holds two bytes a row, and what a merge holds of the key columns.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { ruleOf } from '../../engine/plan/row-policy.ts';
import { type HiddenRows, HiddenRowsBuilder, hiddenBits } from '../../engine/vector/hidden-rows.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import { decideFates } from '../merge/decide-fates.ts';
import { type FatedPass, fateColumn } from '../merge/merge-column.ts';
import type { MergeControl } from '../merge/merge-job.ts';
import { mergeText } from '../merge/merged-strings.ts';
import { orderRows } from '../merge/order-rows.ts';
import { OrderedColumn } from '../merge/ordered-column.ts';
import { MOST_INPUTS, RowOrder } from '../merge/row-order.ts';
import { ChunkCollector } from '../policy/chunk-collector.ts';
import { FATE, RowFates } from '../policy/row-fates.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { Batch } from '../table/batch.ts';
import { columnOf, type TableDefinition } from '../table/definition.ts';

export type FinalRows = {
  /** By input: all rows of it that are not to be seen; null: none. */
  readonly hidden: readonly (HiddenRows | null)[];
  /** Rows that several became. */
  readonly batches: readonly Batch[];
};

/** @param columnIds what the query reads. @param result takes what comes back. Yields between steps. */
export function* finalRows(
  context: CodecContext,
  frames: Frames,
  table: TableDefinition,
  readers: readonly SegmentReader[],
  columnIds: readonly number[],
  result: Region,
  control: MergeControl,
): Generator<void, FinalRows> {
  if (readers.length > MOST_INPUTS) {
    throw new BasaltError(
      'LIMIT_EXCEEDED',
      `FINAL over ${readers.length} segments of table ${table.name} whose keys overlap`,
      { hint: 'Run OPTIMIZE TABLE first, or wait for merges' },
    );
  }
  const keep = new Region(context.arena, context.scratch.owner, 4);
  try {
    const order = new RowOrder(
      keep,
      readers.reduce((sum, { liveRows }) => sum + liveRows, 0),
    );
    const fates = new RowFates(keep, order.rowCount);
    order.fates = fates;
    yield* orderRows(context, frames, table, readers, order, control);
    yield* decideFates(context, frames, table, readers, order, 'final');
    const hidden = yield* hide(context, readers, order, fates, table.policy.kind === 'aggregating', result);
    const rows = fates.countRows();
    if (table.policy.kind !== 'aggregating' || rows === 0) return { hidden, batches: [] };
    const columns: [number, ChunkCollector][] = [];
    for (const id of columnIds) {
      const definition = columnOf(table, id);
      const strings = yield* mergeText(context, definition, readers);
      try {
        const column = new OrderedColumn(context, frames, definition, readers, strings);
        const rule = table.sortKey.includes(id) ? null : ruleOf(table.policy, id);
        const pass: FatedPass = { context, definition, rule, order, fates };
        const chunks = new ChunkCollector(context, result, definition.type, column.form, rows);
        yield* fateColumn(pass, column, chunks.write);
        columns.push([id, chunks]);
      } finally {
        strings?.free();
      }
    }
    return { hidden, batches: ChunkCollector.batches(rows, columns) };
  } finally {
    keep.free();
  }
}

/**
 * Hides what is not to be seen. Where rows fold, what is left of the fates are the rows that become one: others stay
 * where they are.
 */
function* hide(
  { arena }: CodecContext,
  readers: readonly SegmentReader[],
  order: RowOrder,
  fates: RowFates,
  folds: boolean,
  result: Region,
): Generator<void, (HiddenRows | null)[]> {
  const { u8 } = arena;
  const cursors = readers.map((reader) => new LiveRows(arena, reader));
  const builders = readers.map(({ hidden, blockCount }) => {
    const builder = new HiddenRowsBuilder(result, blockCount);
    if (hidden !== null) builder.copy(hidden);
    return builder;
  });
  for (let block = 0; block < order.blockCount; block++) {
    const rows = order.blockRows(block);
    const inputs = order.block(block);
    const own = fates.block(block);
    for (let i = 0; i < rows; i++) {
      const input = u8[inputs + i];
      const cursor = cursors[input];
      cursor.next();
      if (u8[own + i] === FATE.row) {
        const next = block * BLOCK_ROWS + i + 1;
        const isOne =
          !folds ||
          next === fates.rowCount ||
          (i + 1 < rows ? u8[own + i + 1] : fates.get(next)) !== FATE.fold;
        if (isOne) {
          if (folds) u8[own + i] = FATE.out;
          continue;
        }
      }
      builders[input].hide(cursor.block, cursor.row);
    }
    yield;
  }
  return builders.map((builder) => builder.finish());
}

/** Goes through the rows of an input that are not hidden. */
class LiveRows {
  block = 0;
  row = -1;
  readonly #arena: Arena;
  readonly #reader: SegmentReader;
  #bits = 0;
  #rows = 0;

  constructor(arena: Arena, reader: SegmentReader) {
    this.#arena = arena;
    this.#reader = reader;
    this.#open();
  }

  next(): void {
    do {
      if (++this.row < this.#rows) continue;
      this.block++;
      this.row = 0;
      this.#open();
    } while (this.#isHidden);
  }

  get #isHidden(): boolean {
    return this.#bits !== 0 && (this.#arena.u8[this.#bits + (this.row >> 3)] & (1 << (this.row & 7))) !== 0;
  }

  #open(): void {
    const { hidden } = this.#reader;
    this.#bits = hidden === null ? 0 : hiddenBits(this.#arena, hidden, this.block);
    this.#rows = this.#reader.blockRows(this.block);
  }
}
