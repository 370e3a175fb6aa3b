/**
 * A column of the merge's output: one block of dense values that fills up and is written when full. Strings are
 * copied, because the blocks they came from are let go before the output block is full.
 */

import { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS } from '../../engine/vector/vector.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import type { StagedColumn, StagedForm } from '../segment/staged-column.ts';
import type { ColumnWriter } from '../segment/writer.ts';

export class OutputColumn {
  readonly #context: CodecContext;
  readonly #form: StagedForm;
  readonly #sink: ColumnWriter;
  readonly #region: Region;
  /** Bytes of strings of the block under way. */
  readonly #texts: Region;
  readonly #data: number;
  readonly #valid: number;
  #hasNulls = false;

  constructor(context: CodecContext, form: StagedForm, sink: ColumnWriter) {
    this.#context = context;
    this.#form = form;
    this.#sink = sink;
    this.#region = new Region(context.arena, context.scratch.owner);
    this.#texts = new Region(context.arena, context.scratch.owner, 32);
    this.#data = this.#region.alloc(BLOCK_ROWS * 8);
    this.#valid = this.#region.alloc(BLOCK_ROWS);
  }

  /** Puts the `count` rows numbered at `rows` at row `at` of the block. */
  append(staged: StagedColumn, rows: number, count: number, at: number): void {
    const { arena, kernels } = this.#context;
    if (staged.valids === 0) arena.u8.fill(1, this.#valid + at, this.#valid + at + count);
    else {
      kernels.gather_pages_u8(staged.valids, rows, count, this.#valid + at);
      this.#hasNulls ||= kernels.mask_count(this.#valid + at, count) < count;
    }
    const data = this.#data + at * (this.#form === 'bool' ? 1 : 8);
    switch (this.#form) {
      case 'i64':
      case 'f64':
        kernels.gather_pages_u64(staged.pages, rows, count, data);
        return;
      case 'bool':
        kernels.gather_pages_u8(staged.pages, rows, count, data);
        return;
      case 'codes':
        withScratch(this.#context, (scratch) => {
          const codes = scratch.alloc(count * 4);
          kernels.gather_pages_u32(staged.pages, rows, count, codes);
          kernels.remap_u32_u32(codes, count, staged.dictionary?.codes ?? 0, codes);
          kernels.widen_u32_i64(codes, count, 0n, data);
        });
        return;
      case 'refs': {
        kernels.gather_pages_u64(staged.pages, rows, count, data);
        if (staged.valids !== 0) kernels.clear_null_refs(data, this.#valid + at, count);
        const text = this.#texts.alloc((kernels.refs_bytes(data, count) >>> 0) + 16);
        kernels.refs_copy(data, count, text, data);
      }
    }
  }

  /** Writes the block of `rows` rows. */
  flush(rows: number): void {
    const valid = this.#hasNulls ? this.#valid : 0;
    if (this.#form === 'refs') this.#sink.writeText(this.#data, valid, rows);
    else this.#sink.writeBlock({ rows, data: this.#data, valid: this.#form === 'codes' ? 0 : valid });
    this.#hasNulls = false;
    this.#texts.free();
  }

  seal(): void {
    this.#sink.seal();
  }

  free(): void {
    this.#texts.free();
    this.#region.free();
  }
}
