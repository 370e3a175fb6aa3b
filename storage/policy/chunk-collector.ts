/** Finished rows of a column (fated-column.ts) as chunks of 65,536 rows in memory. Strings are references. */

import { assert } from '../../engine/base/error.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import {
  BLOCK_ROWS,
  boolVector,
  type Chunk,
  chunk,
  floatVector,
  intVector,
  refVector,
} from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { StagedForm } from '../segment/staged-column.ts';
import type { Batch } from '../table/batch.ts';

type Piece = { readonly rows: number; readonly data: number; readonly valid: number };

export class ChunkCollector {
  readonly #context: CodecContext;
  readonly #region: Region;
  readonly #type: LogicalType;
  readonly #form: StagedForm;
  readonly #total: number;
  readonly #pieces: Piece[] = [];
  #written = 0;

  /** @param region takes the chunks. @param total rows that will come. */
  constructor(context: CodecContext, region: Region, type: LogicalType, form: StagedForm, total: number) {
    assert(form !== 'codes', 'strings come as references');
    this.#context = context;
    this.#region = region;
    this.#type = type;
    this.#form = form;
    this.#total = total;
  }

  /** Batches of columns that all have `rows` rows. */
  static batches(rows: number, columns: readonly (readonly [id: number, chunks: ChunkCollector])[]): Batch[] {
    const chunks = columns.map(([id, collector]) => [id, collector.finish()] as const);
    return Array.from({ length: Math.ceil(rows / BLOCK_ROWS) }, (_, i) => ({
      rows: Math.min(BLOCK_ROWS, rows - i * BLOCK_ROWS),
      columns: new Map(chunks.map(([id, all]) => [id, all[i]])),
    }));
  }

  /** The next rows: a block, or a page of text. */
  readonly write = (data: number, valid: number, count: number): void => {
    const { arena, kernels } = this.#context;
    const valueBytes = this.#form === 'bool' ? 1 : 8;
    const at = this.#written % BLOCK_ROWS;
    if (at === 0) this.#begin(valueBytes);
    const piece = this.#pieces[this.#pieces.length - 1];
    const to = piece.data + at * valueBytes;
    arena.u8.copyWithin(to, data, data + count * valueBytes);
    if (valid !== 0) arena.u8.copyWithin(piece.valid + at, valid, valid + count);
    if (this.#form === 'refs') {
      const text = this.#region.alloc((kernels.refs_bytes(to, count) >>> 0) + 16);
      kernels.refs_copy(to, count, text, to);
    }
    this.#written += count;
  };

  finish(): Chunk[] {
    assert(this.#written === this.#total, `${this.#written} of ${this.#total} rows came`);
    return this.#pieces.map(({ rows, data, valid }) => {
      const hasNulls = valid !== 0 && this.#context.kernels.mask_count(valid, rows) < rows;
      const nulls = hasNulls ? valid : 0;
      if (this.#form === 'f64') return chunk(floatVector(rows, data, 8, nulls));
      if (this.#form === 'bool') return chunk(boolVector(rows, data, nulls));
      if (this.#form === 'refs') return chunk(refVector(rows, data, nulls));
      return chunk(intVector(rows, data, 8, 0n, nulls));
    });
  }

  #begin(valueBytes: number): void {
    const rows = Math.min(BLOCK_ROWS, this.#total - this.#written);
    const data = this.#region.alloc(rows * valueBytes);
    const valid = this.#type.nullable ? this.#region.alloc(rows) : 0;
    if (valid !== 0) this.#context.arena.fill(valid, rows, 1);
    this.#pieces.push({ rows, data, valid });
  }
}
