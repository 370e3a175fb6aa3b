/**
 * Streams sorted segments into one, in bounded memory: one block of each input and one of the output at a time.
 *
 * Step by step: the current blocks of all inputs are a window. The window is sorted as a segment is
 * (segment/sort-rows.ts); up to the first row that is the last of a block with more behind it, the order is
 * final, and those rows go out. At least one input's block is used up by each step. Ties keep the order of the
 * inputs, so older rows stay before newer ones.
 *
 * Dictionaries are merged before the first row; where they get too large the column becomes text.
 */

import { assert } from '../../engine/base/error.ts';
import { type FrameCache, FramePins } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { zonedColumns } from '../segment/build.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { SegmentOutput } from '../segment/output.ts';
import type { SegmentReader } from '../segment/reader.ts';
import { sortRows } from '../segment/sort-rows.ts';
import type { StagedColumn } from '../segment/staged-column.ts';
import { type SegmentIdentity, SegmentWriter } from '../segment/writer.ts';
import type { Batch } from '../table/batch.ts';
import type { TableDefinition } from '../table/definition.ts';
import { MergedColumn } from './merged-column.ts';
import { OutputColumn } from './output-column.ts';

/** Writes and finishes the segment. Inputs are in order of age and stay open. On failure the output is aborted. */
export function mergeSegments(
  context: CodecContext,
  frames: FrameCache,
  table: TableDefinition,
  inputs: readonly SegmentReader[],
  identity: SegmentIdentity,
  output: SegmentOutput,
): SegmentMeta {
  const merge = new Merge(context, frames, table, inputs);
  try {
    return merge.run(identity, output);
  } catch (error) {
    output.abort();
    throw error;
  } finally {
    merge.free();
  }
}

/** The block of an input that is under way. */
class Cursor {
  readonly reader: SegmentReader;
  readonly region: Region;
  readonly pins: FramePins;
  block = 0;
  /** Rows of the block that are out already. */
  used = 0;
  /** Staged pages of the block by column id; made on first use. */
  readonly pages = new Map<number, { page: number; valid: number }>();

  constructor(context: CodecContext, frames: FrameCache, reader: SegmentReader) {
    this.reader = reader;
    this.region = new Region(context.arena, context.scratch.owner);
    this.pins = new FramePins(frames);
  }

  get atEnd(): boolean {
    return this.block >= this.reader.blockCount;
  }

  get rows(): number {
    return this.reader.blockRows(this.block);
  }

  next(): void {
    this.block++;
    this.used = 0;
    this.pages.clear();
    this.pins.release();
    this.region.free();
  }
}

class Merge {
  readonly #context: CodecContext;
  readonly #table: TableDefinition;
  readonly #cursors: Cursor[];
  readonly #keep: Region;
  readonly #columns: MergedColumn[];
  readonly #rowCount: number;

  constructor(
    context: CodecContext,
    frames: FrameCache,
    table: TableDefinition,
    inputs: readonly SegmentReader[],
  ) {
    assert(inputs.length > 0, 'a merge of nothing');
    this.#context = context;
    this.#table = table;
    this.#cursors = inputs.map((reader) => new Cursor(context, frames, reader));
    this.#rowCount = inputs.reduce((sum, { rows }) => sum + rows, 0);
    this.#keep = new Region(context.arena, context.scratch.owner);
    this.#columns = table.columns.map(
      (definition) => new MergedColumn(context, this.#keep, definition, inputs, this.#rowCount),
    );
  }

  free(): void {
    for (const cursor of this.#cursors) {
      cursor.pins.release();
      cursor.region.free();
    }
    this.#keep.free();
  }

  run(identity: SegmentIdentity, output: SegmentOutput): SegmentMeta {
    const writer = new SegmentWriter(this.#context, output, identity, {
      rowCount: this.#rowCount,
      compression: this.#table.compression,
      zonedColumns: zonedColumns(this.#table),
    });
    const outputs = this.#columns.map((column) => {
      const sink = writer.openColumn(column.definition, column.dictionary);
      return new OutputColumn(this.#context, column.form, sink);
    });
    try {
      let filled = 0;
      while (this.#cursors.some((cursor) => !cursor.atEnd)) {
        filled = this.#step(outputs, filled);
        for (const cursor of this.#cursors) if (!cursor.atEnd && cursor.used === cursor.rows) cursor.next();
      }
      if (filled > 0) for (const column of outputs) column.flush(filled);
      for (const column of outputs) column.seal();
      return writer.finish();
    } finally {
      for (const column of outputs) column.free();
    }
  }

  /** Puts out what the current blocks can decide; answers the rows in the unfinished output block. */
  #step(outputs: readonly OutputColumn[], filled: number): number {
    const window = this.#cursors.filter((cursor) => !cursor.atEnd);
    const region = new Region(this.#context.arena, this.#context.scratch.owner);
    try {
      const { rows, count } = this.#order(region, window);
      const staged = this.#columns.map((column) => this.#stage(region, window, column));
      for (let done = 0; done < count; ) {
        const take = Math.min(count - done, BLOCK_ROWS - filled);
        outputs.forEach((column, i) => {
          column.append(staged[i], rows + done * 4, take, filled);
        });
        done += take;
        filled += take;
        if (filled < BLOCK_ROWS) continue;
        for (const column of outputs) column.flush(filled);
        filled = 0;
      }
      return filled;
    } finally {
      region.free();
    }
  }

  /** The rows that go out next, in order, as page << 16 | row, and moves the cursors past them. */
  #order(region: Region, window: readonly Cursor[]): { rows: number; count: number } {
    const { arena } = this.#context;
    const batches: Batch[] = window.map((cursor) => ({ rows: cursor.rows, columns: new Map() }));
    const keys = this.#table.sortKey.map((id) => {
      const column = this.#columns.find(({ definition }) => definition.id === id);
      assert(column !== undefined, `sort key column ${id} is no column of ${this.#table.name}`);
      return this.#stage(region, window, column);
    });
    const sorted = sortRows(this.#context, region, batches, keys);
    const words = arena.u32;
    const first = sorted >>> 2;
    const end = first + batches.reduce((sum, batch) => sum + batch.rows, 0);
    const last = window.map((cursor, page) =>
      cursor.block < cursor.reader.blockCount - 1 ? ((page << 16) | (cursor.rows - 1)) >>> 0 : -1,
    );
    let count = 0;
    for (let at = first; at < end; at++) {
      const row = words[at];
      const page = row >>> 16;
      // Rows of a block keep their order, so what was put out before is its beginning.
      if ((row & 0xffff) >= window[page].used) words[first + count++] = row;
      if (row === last[page]) break;
    }
    for (let at = first; at < first + count; at++) window[words[at] >>> 16].used = (words[at] & 0xffff) + 1;
    return { rows: sorted, count };
  }

  #stage(region: Region, window: readonly Cursor[], column: MergedColumn): StagedColumn {
    const { arena } = this.#context;
    const pages = region.alloc(window.length * 4);
    const valids = region.alloc(window.length * 4);
    let anyNull = false;
    window.forEach((cursor, i) => {
      const id = column.definition.id;
      let staged = cursor.pages.get(id);
      if (staged === undefined) {
        staged = withScratch(this.#context, () =>
          column.stage(cursor.reader, cursor.block, cursor.region, cursor.pins),
        );
        cursor.pages.set(id, staged);
      }
      arena.u32[(pages >>> 2) + i] = staged.page;
      arena.u32[(valids >>> 2) + i] = staged.valid;
      anyNull ||= staged.valid !== 0;
    });
    if (anyNull) {
      window.forEach((_, i) => {
        arena.u32[(valids >>> 2) + i] ||= column.allValid;
      });
    }
    return {
      definition: column.definition,
      form: column.form,
      pages,
      valids: anyNull ? valids : 0,
      dictionary: column.dictionary,
    };
  }
}
