/**
 * One column of all inputs into the output, in the order that was found before: 8,192 rows at a time out of what the
 * inputs have staged, a block at a time to the file (text a page at a time). Where rows are left out or become one, the
 * column goes through policy/fated-column.ts.
 *
 * Memory: a block of each input (input-column.ts), a block of the output (of text a page with its strings), and the
 * strings of merged-strings.ts.
 */

import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { type CombineRule, combinesTexts, ruleOf } from '../../engine/plan/row-policy.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import { FatedColumn, type FatedColumnOptions, toWriter } from '../policy/fated-column.ts';
import type { RowFates } from '../policy/row-fates.ts';
import { UsedCodes } from '../policy/used-codes.ts';
import type { SortedDictionary } from '../segment/dictionary-builder.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { ColumnWriter, SegmentWriter } from '../segment/writer.ts';
import type { ColumnDefinition, TableDefinition } from '../table/definition.ts';
import type { MergeControl } from './merge-job.ts';
import { type MergedStrings, mergeStrings, mergeText } from './merged-strings.ts';
import { OrderedColumn } from './ordered-column.ts';
import type { RowOrder } from './row-order.ts';

/** Writes and seals the column. Yields between steps. */
export function* mergeColumn(
  context: CodecContext,
  frames: Frames,
  table: TableDefinition,
  definition: ColumnDefinition,
  readers: readonly SegmentReader[],
  order: RowOrder,
  writer: SegmentWriter,
  control: MergeControl,
): Generator<void, void> {
  const asText = combinesTexts(table.policy, definition.id, definition.type);
  const strings = yield* (asText ? mergeText : mergeStrings)(context, definition, readers);
  const keep = new Region(context.arena, context.scratch.owner, 1);
  const open = (): OrderedColumn => new OrderedColumn(context, frames, definition, readers, strings);
  try {
    if (order.fates === null) {
      const sink = writer.openColumn(definition, strings?.dictionary ?? null);
      yield* copyColumn(context, open(), order, sink, control);
      sink.seal();
      return;
    }
    const rule = table.sortKey.includes(definition.id) ? null : ruleOf(table.policy, definition.id);
    const pass: FatedPass = { context, definition, rule, order, fates: order.fates };
    const dictionary =
      strings === null || strings.dictionary === null
        ? null
        : yield* keepUsed(pass, open(), keep, strings, strings.dictionary);
    const sink = writer.openColumn(definition, dictionary);
    const column = open();
    yield* fateColumn(pass, column, toWriter(sink, column.form));
    control.addDone(order.rowCount);
    sink.seal();
  } finally {
    keep.free();
    strings?.free();
  }
}

export type FatedPass = {
  readonly context: CodecContext;
  readonly definition: ColumnDefinition;
  readonly rule: CombineRule | null;
  readonly order: RowOrder;
  readonly fates: RowFates;
};

/** Makes the merged dictionary what the output has of it: inputs' codes change with it. */
function* keepUsed(
  pass: FatedPass,
  column: OrderedColumn,
  keep: Region,
  strings: MergedStrings,
  dictionary: SortedDictionary,
): Generator<void, SortedDictionary> {
  const used = new UsedCodes(pass.context, keep, dictionary);
  yield* fateColumn(pass, column, (codes, _, rows) => used.add(codes, rows));
  const kept = used.finish();
  const { u32 } = pass.context.arena;
  for (const { codes, count } of strings.inputs) {
    for (let i = codes >>> 2; i < (codes >>> 2) + count; i++) u32[i] = u32[(kept.codes >>> 2) + u32[i]];
  }
  return kept.dictionary;
}

/** Takes the column through its fates, and frees it. */
export function* fateColumn(
  { context, definition, rule, order, fates }: FatedPass,
  column: OrderedColumn,
  write: FatedColumnOptions['write'],
): Generator<void, void> {
  const region = new Region(context.arena, context.scratch.owner, 4);
  const { form, isNullable } = column;
  const mostRows = order.rowCount;
  const fated = new FatedColumn(context, { type: definition.type, form, rule, isNullable, mostRows, write });
  try {
    const data = region.alloc(VECTOR_ROWS * 8);
    const valid = isNullable ? region.alloc(VECTOR_ROWS) : 0;
    for (let block = 0; block < order.blockCount; block++) {
      const rows = order.blockRows(block);
      for (let at = 0; at < rows; ) {
        const taken = column.take(order.block(block) + at, Math.min(VECTOR_ROWS, rows - at), data, valid);
        fated.add(data, valid, fates.block(block) + at, taken);
        at += taken;
        yield;
      }
    }
    fated.end();
  } finally {
    fated.free();
    column.free();
    region.free();
  }
}

/** All rows of the column, and frees it. */
function* copyColumn(
  context: CodecContext,
  column: OrderedColumn,
  order: RowOrder,
  sink: ColumnWriter,
  control: MergeControl,
): Generator<void, void> {
  const copy = new ColumnCopy(context, column, sink, Math.min(BLOCK_ROWS, order.rowCount));
  try {
    for (let block = 0; block < order.blockCount; block++) {
      yield* copy.block(order.block(block), order.blockRows(block), control);
    }
  } finally {
    copy.free();
  }
}

class ColumnCopy {
  readonly #context: CodecContext;
  readonly #column: OrderedColumn;
  readonly #sink: ColumnWriter;
  readonly #region: Region;
  /** Strings of the page under way. */
  readonly #texts: Region;
  readonly #data: number;
  readonly #valid: number;

  constructor(context: CodecContext, column: OrderedColumn, sink: ColumnWriter, mostRows: number) {
    const { arena, scratch } = context;
    this.#context = context;
    this.#column = column;
    this.#sink = sink;
    this.#region = new Region(arena, scratch.owner, 4);
    this.#texts = new Region(arena, scratch.owner, 4);
    this.#data = this.#region.alloc(mostRows * 8);
    this.#valid = this.#region.alloc(mostRows);
  }

  /** Puts `rows` rows in the order at `order`, and writes them. */
  *block(order: number, rows: number, control: MergeControl): Generator<void, void> {
    const isText = this.#column.form === 'refs';
    for (let start = 0; start < rows; start += VECTOR_ROWS) {
      const end = Math.min(rows, start + VECTOR_ROWS);
      for (let at = start; at < end; ) at += this.#take(order + at, end - at, at);
      if (isText) this.#writePage(start, end - start);
      control.addDone(end - start);
      yield;
    }
    if (!isText) this.#writeBlock(rows);
    yield;
  }

  free(): void {
    this.#column.free();
    this.#texts.free();
    this.#region.free();
  }

  /** The next rows at row `at` of the block; answers how many. */
  #take(order: number, most: number, at: number): number {
    const { kernels } = this.#context;
    const { form, isNullable } = this.#column;
    const valid = this.#valid + at;
    const data = this.#data + at * (form === 'bool' ? 1 : 8);
    const rows = this.#column.take(order, most, data, valid);
    if (form === 'refs' && rows > 0) {
      // The page these strings came from is let go before the output's page is full.
      if (isNullable) kernels.clear_null_refs(data, valid, rows);
      const text = this.#texts.alloc((kernels.refs_bytes(data, rows) >>> 0) + 16);
      kernels.refs_copy(data, rows, text, data);
    }
    return rows;
  }

  #writeBlock(rows: number): void {
    this.#sink.writeBlock({ rows, data: this.#data, valid: this.#validOf(0, rows) });
  }

  #writePage(start: number, rows: number): void {
    this.#sink.writeText(this.#data + start * 8, this.#validOf(start, rows), rows);
    this.#texts.free();
  }

  /** Address of the rows' validity; 0 when all are there. */
  #validOf(start: number, rows: number): number {
    const valid = this.#valid + start;
    return this.#column.isNullable && this.#context.kernels.mask_count(valid, rows) < rows ? valid : 0;
  }
}
