/**
 * Finds the order of the rows of sorted inputs: a k-way merge over their sort key columns, of which 8,192 rows of each
 * input are looked at at a time. Equal rows keep the order of the inputs, so older rows stay before newer ones.
 *
 * A key column becomes words that compare unsigned, NULL first, in the very order that segment/sort-rows.ts sorts by:
 *
 *   i64, f64, bool   order-preserving integers from 0 up; NULL shares 0 with the smallest of all integers
 *   codes            codes of the merged dictionary
 *   refs             references, after a word that is 0 for NULL where there are any
 *
 * Where the order has fates, rows that have the key of the row before them are marked `fold`. Then NULL is a key of its
 * own: integers and floats have the word that marks it, too.
 */

import { assert } from '../../engine/base/error.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { StagedForm } from '../segment/staged-column.ts';
import type { TableDefinition } from '../table/definition.ts';
import { hasNulls, InputColumn } from './input-column.ts';
import type { MergeControl } from './merge-job.ts';
import { columnForm, type MergedStrings, mergeStrings } from './merged-strings.ts';
import type { RowOrder } from './row-order.ts';
import { SameRows } from './same-rows.ts';

const SMALLEST = -(1n << 63n);
/** How merge_order compares a column. */
const KIND = { word: 0, text: 1 } as const;

/** A key column of all inputs. */
type Key = {
  readonly form: StagedForm;
  /** Has a word before it that says which are NULL. */
  readonly marksNulls: boolean;
  readonly strings: MergedStrings | null;
};

/** Fills `order`. Yields between steps. */
export function* orderRows(
  context: CodecContext,
  frames: Frames,
  table: TableDefinition,
  readers: readonly SegmentReader[],
  order: RowOrder,
  control: MergeControl,
): Generator<void, void> {
  const merge = new KeyMerge(context, frames, table, readers);
  try {
    yield* merge.run(order, control);
  } finally {
    merge.free();
  }
}

class KeyMerge {
  readonly #context: CodecContext;
  readonly #frames: Frames;
  readonly #table: TableDefinition;
  readonly #readers: readonly SegmentReader[];
  readonly #region: Region;
  readonly #keys: Key[] = [];
  /** By input, then by key column. */
  #columns: InputColumn[][] = [];
  #same: SameRows | null = null;

  constructor(
    context: CodecContext,
    frames: Frames,
    table: TableDefinition,
    readers: readonly SegmentReader[],
  ) {
    this.#context = context;
    this.#frames = frames;
    this.#table = table;
    this.#readers = readers;
    this.#region = new Region(context.arena, context.scratch.owner, 4);
  }

  *run(order: RowOrder, control: MergeControl): Generator<void, void> {
    const { arena, kernels } = this.#context;
    yield* this.#open(order.fates !== null);
    const width = this.#keys.reduce((sum, { marksNulls }) => sum + (marksNulls ? 2 : 1), 0);
    const kinds = this.#region.allocZero(width + 1);
    arena.u8.set(this.#keys.flatMap(kindsOf), kinds);
    const count = this.#readers.length;
    const heap = this.#region.alloc(count * 4);
    const inputs = this.#region.allocZero(count * 12);
    const words = this.#readers.map((_, i) => {
      const addresses = this.#region.alloc((width + 1) * 4);
      for (let k = 0; k < width; k++) arena.u32[(addresses >>> 2) + k] = this.#region.alloc(VECTOR_ROWS * 8);
      arena.u32[(inputs >>> 2) + i * 3] = addresses;
      return addresses;
    });
    if (order.fates !== null) {
      const isText = this.#keys.flatMap(kindsOf).map((kind) => kind === KIND.text);
      this.#same = new SameRows(this.#context, isText, words);
    }
    for (let i = 0; i < count; i++) this.#refill(i, inputs, words[i]);
    for (let block = 0; block < order.blockCount; block++) {
      const rows = order.blockRows(block);
      for (let at = 0; at < rows; ) {
        const most = Math.min(VECTOR_ROWS, rows - at);
        const out = order.block(block) + at;
        this.#same?.begin(inputs);
        const done = kernels.merge_order(inputs, count, kinds, width, heap, most, out);
        assert(done > 0, 'an order ends before its rows do');
        if (order.fates !== null) this.#same?.mark(out, done, order.fates.block(block) + at);
        const last = arena.u8[out + done - 1];
        const input = (inputs >>> 2) + last * 3;
        if (arena.u32[input + 1] === arena.u32[input + 2]) this.#refill(last, inputs, words[last]);
        at += done;
        control.addDone(done);
        yield;
      }
    }
  }

  free(): void {
    for (const column of this.#columns.flat()) column.free();
    for (const { strings } of this.#keys) strings?.free();
    this.#same?.free();
    this.#region.free();
  }

  *#open(marksAllNulls: boolean): Generator<void, void> {
    const { columns, sortKey, name } = this.#table;
    const definitions = sortKey.map((id) => {
      const definition = columns.find((column) => column.id === id);
      assert(definition !== undefined, `sort key column ${id} is no column of ${name}`);
      return definition;
    });
    for (const definition of definitions) {
      const strings = yield* mergeStrings(this.#context, definition, this.#readers);
      const form = columnForm(definition, strings);
      const mayMark = form === 'refs' || (marksAllNulls && form !== 'codes');
      const marksNulls = mayMark && this.#readers.some((reader) => hasNulls(reader, definition));
      this.#keys.push({ form, marksNulls, strings });
    }
    this.#columns = this.#readers.map((reader, i) =>
      definitions.map((definition, k) => {
        const { form, strings } = this.#keys[k];
        const own = strings?.inputs[i] ?? null;
        return new InputColumn(this.#context, this.#frames, reader, definition, form, own);
      }),
    );
  }

  /** Brings the next rows of an input, if it has more. Without a sort key all its rows come at once. */
  #refill(input: number, inputs: number, words: number): void {
    const { u32 } = this.#context.arena;
    const record = (inputs >>> 2) + input * 3;
    const columns = this.#columns[input];
    if (columns.length === 0) {
      u32[record + 2] = this.#readers[input].liveRows;
      return;
    }
    for (const column of columns) if (!column.next()) return;
    let word = words >>> 2;
    columns.forEach((column, k) => {
      const { form, marksNulls } = this.#keys[k];
      if (marksNulls) this.#markNulls(column, u32[word++]);
      this.#toWords(column, form, u32[word++]);
    });
    u32[record + 1] = 0;
    u32[record + 2] = columns[0].rows;
  }

  #markNulls({ rows, valid }: InputColumn, out: number): void {
    const { kernels } = this.#context;
    if (valid === 0) kernels.fill_u64(rows, 1n, out);
    else kernels.widen_u8_i64(valid, rows, 0n, out);
  }

  #toWords({ rows, data, valid }: InputColumn, form: StagedForm, out: number): void {
    const { arena, kernels } = this.#context;
    if (form === 'codes' || form === 'refs') {
      arena.u8.copyWithin(out, data, data + rows * 8);
      if (valid !== 0) kernels.clear_null_refs(out, valid, rows);
      return;
    }
    withScratch(this.#context, (scratch) => {
      const values = scratch.alloc(rows * 8);
      if (form === 'f64') kernels.key_of_f64(data, rows, values);
      else if (form === 'bool') kernels.widen_u8_i64(data, rows, 0n, values);
      else arena.u8.copyWithin(values, data, data + rows * 8);
      if (valid !== 0) kernels.key_null_i64(values, valid, rows, SMALLEST);
      arena.fill(out, rows * 8, 0);
      kernels.key_pack_i64(values, rows, SMALLEST, 0, out);
    });
  }
}

const kindsOf = ({ form, marksNulls }: Key): number[] => [
  ...(marksNulls ? [KIND.word] : []),
  form === 'refs' ? KIND.text : KIND.word,
];
