/**
 * One column of all inputs into the output, in the order that was found before: 8,192 rows at a time out of what the
 * inputs have staged, a block at a time to the file (text a page at a time).
 *
 * Memory: a block of each input (input-column.ts), a block of the output (of text a page with its strings), and the
 * strings of merged-strings.ts.
 */

import { assert } from '../../engine/base/error.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { StagedForm } from '../segment/staged-column.ts';
import type { ColumnWriter, SegmentWriter } from '../segment/writer.ts';
import type { ColumnDefinition } from '../table/definition.ts';
import { hasNulls, InputColumn } from './input-column.ts';
import type { MergeControl } from './merge-job.ts';
import { columnForm, mergeStrings } from './merged-strings.ts';
import type { RowOrder } from './row-order.ts';

/** Writes and seals the column. Yields between steps. */
export function* mergeColumn(
  context: CodecContext,
  frames: Frames,
  definition: ColumnDefinition,
  readers: readonly SegmentReader[],
  order: RowOrder,
  writer: SegmentWriter,
  control: MergeControl,
): Generator<void, void> {
  const strings = yield* mergeStrings(context, definition, readers);
  const form = columnForm(definition, strings);
  const inputs = readers.map(
    (reader, i) => new InputColumn(context, frames, reader, definition, form, strings?.inputs[i] ?? null),
  );
  const sink = writer.openColumn(definition, strings?.dictionary ?? null);
  const isNullable = form !== 'codes' && readers.some((reader) => hasNulls(reader, definition));
  const mostRows = Math.min(BLOCK_ROWS, order.rowCount);
  const merge = new ColumnMerge(context, form, isNullable, inputs, sink, mostRows);
  try {
    for (let block = 0; block < order.blockCount; block++) {
      yield* merge.block(order.block(block), order.blockRows(block), control);
    }
    sink.seal();
  } finally {
    merge.free();
    strings?.free();
  }
}

class ColumnMerge {
  readonly #context: CodecContext;
  readonly #form: StagedForm;
  readonly #isNullable: boolean;
  readonly #inputs: readonly InputColumn[];
  readonly #sink: ColumnWriter;
  readonly #region: Region;
  /** Strings of the page under way. */
  readonly #texts: Region;
  readonly #data: number;
  readonly #valid: number;
  /** Ones, for rows without NULLs among others with them. */
  readonly #allValid: number;
  /** u32 by input: the next value, its validity, and the rows that are staged. */
  readonly #heads: number;
  readonly #validHeads: number;
  readonly #left: number;

  constructor(
    context: CodecContext,
    form: StagedForm,
    isNullable: boolean,
    inputs: readonly InputColumn[],
    sink: ColumnWriter,
    mostRows: number,
  ) {
    const { arena, scratch } = context;
    this.#context = context;
    this.#form = form;
    this.#isNullable = isNullable;
    this.#inputs = inputs;
    this.#sink = sink;
    this.#region = new Region(arena, scratch.owner, 4);
    this.#texts = new Region(arena, scratch.owner, 4);
    this.#data = this.#region.alloc(mostRows * 8);
    this.#valid = this.#region.alloc(mostRows);
    this.#allValid = this.#region.alloc(VECTOR_ROWS);
    arena.fill(this.#allValid, VECTOR_ROWS, 1);
    this.#heads = this.#region.allocZero(inputs.length * 4);
    this.#validHeads = this.#region.allocZero(inputs.length * 4);
    this.#left = this.#region.allocZero(inputs.length * 4);
  }

  /** Puts `rows` rows in the order at `order`, and writes them. */
  *block(order: number, rows: number, control: MergeControl): Generator<void, void> {
    for (let start = 0; start < rows; start += VECTOR_ROWS) {
      const end = Math.min(rows, start + VECTOR_ROWS);
      for (let at = start; at < end; ) at += this.#take(order + at, end - at, at);
      if (this.#form === 'refs') this.#writePage(start, end - start);
      control.addDone(end - start);
      yield;
    }
    if (this.#form !== 'refs') this.#writeBlock(rows);
    yield;
  }

  free(): void {
    for (const input of this.#inputs) input.free();
    this.#texts.free();
    this.#region.free();
  }

  /** The next rows, as far as the inputs have them staged, at row `at` of the block; answers how many. */
  #take(order: number, most: number, at: number): number {
    const { arena, kernels } = this.#context;
    const rows = kernels.merge_span(order, most, this.#left);
    if (rows === 0) {
      this.#refill(arena.u8[order]);
      return 0;
    }
    const valid = this.#valid + at;
    const data = this.#data + at * (this.#form === 'bool' ? 1 : 8);
    if (this.#isNullable) kernels.merge_take_u8(order, rows, this.#validHeads, valid);
    if (this.#form === 'bool') kernels.merge_take_u8(order, rows, this.#heads, data);
    else kernels.merge_take_u64(order, rows, this.#heads, data);
    if (this.#form === 'refs') {
      // The page these strings came from is let go before the output's page is full.
      if (this.#isNullable) kernels.clear_null_refs(data, valid, rows);
      const text = this.#texts.alloc((kernels.refs_bytes(data, rows) >>> 0) + 16);
      kernels.refs_copy(data, rows, text, data);
    }
    return rows;
  }

  #refill(input: number): void {
    const { u32 } = this.#context.arena;
    const column = this.#inputs[input];
    assert(column.next(), 'the order asks for more rows than an input has');
    u32[(this.#heads >>> 2) + input] = column.data;
    u32[(this.#validHeads >>> 2) + input] = column.valid === 0 ? this.#allValid : column.valid;
    u32[(this.#left >>> 2) + input] = column.rows;
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
    return this.#isNullable && this.#context.kernels.mask_count(valid, rows) < rows ? valid : 0;
  }
}
