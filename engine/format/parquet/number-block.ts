/**
 * Rows of a numeric, boolean or time column on their way to a chunk: dense values of pages are spread over the rows of a
 * block, NULLs between them, and narrowed when the block is full. Its buffers are used again for the next block.
 */

import type { Region } from '../../memory/region.ts';
import { type Lane, laneOf } from '../../type/type.ts';
import { BLOCK_ROWS, boolVector, type Chunk, chunk, constVector } from '../../vector/vector.ts';
import type { ReadContext } from '../builder.ts';
import type { ReadColumn } from '../column.ts';
import { finishFloats, finishInts, keepBytes } from '../finish.ts';

export class NumberBlock {
  readonly #context: ReadContext;
  readonly #column: ReadColumn;
  readonly #lane: Lane;
  readonly #data: number;
  readonly #valid: number;
  readonly #bounds: number;
  readonly #fill: bigint;
  #nulls = 0;
  rows = 0;

  /** @param scratch holds the block's buffers */
  constructor(context: ReadContext, scratch: Region, column: ReadColumn, maxRows: number) {
    const rows = Math.min(BLOCK_ROWS, maxRows);
    this.#context = context;
    this.#column = column;
    this.#lane = laneOf(column.type);
    this.#data = scratch.alloc(rows * 8 + 16);
    this.#valid = scratch.alloc(rows + 16);
    this.#bounds = scratch.alloc(16);
    this.#fill = fillBits(column, this.#lane);
  }

  /** Appends n rows; `valid` 0 or one byte a row. Answers the dense values taken from `values` on. */
  place(values: number, first: number, valid: number, n: number): number {
    const { arena, kernels } = this.#context;
    const width = this.#lane === 'bool' ? 1 : 8;
    const from = values + first * width;
    const to = this.#data + this.rows * width;
    let taken = n;
    if (valid === 0) {
      arena.u8.copyWithin(to, from, from + n * width);
      arena.u8.fill(1, this.#valid + this.rows, this.#valid + this.rows + n);
    } else {
      arena.u8.copyWithin(this.#valid + this.rows, valid, valid + n);
      taken =
        width === 1
          ? kernels.expand_u8(from, valid, n, Number(this.#fill), to)
          : kernels.expand_u64(from, valid, n, this.#fill, to);
      this.#nulls += n - taken;
    }
    this.rows += n;
    return taken;
  }

  /** The rows as a chunk; the block is empty after. */
  finish(): Chunk {
    const { rows } = this;
    const context = this.#context;
    const keepsNulls = this.#nulls > 0 && this.#column.type.nullable;
    const isAllNull = keepsNulls && this.#nulls === rows;
    const valid = keepsNulls && !isAllNull ? keepBytes(context, this.#valid, rows) : 0;
    this.rows = 0;
    this.#nulls = 0;
    if (isAllNull) return chunk(constVector(this.#lane, rows, null));
    if (this.#lane === 'i64') return chunk(finishInts(context, this.#data, valid, rows, this.#bounds));
    if (this.#lane === 'bool') return chunk(boolVector(rows, keepBytes(context, this.#data, rows), valid));
    return chunk(finishFloats(context, this.#column.type, this.#data, valid, rows));
  }
}

/** What a NULL row holds: the column's fill, as the bits of its lane. */
function fillBits({ type, fill }: ReadColumn, lane: Lane): bigint {
  if (type.nullable || fill === undefined || fill === null) return 0n;
  if (lane === 'bool') return fill === true ? 1n : 0n;
  if (lane === 'i64') return BigInt.asIntN(64, BigInt(fill as bigint | number));
  return new BigInt64Array(new Float64Array([Number(fill)]).buffer)[0];
}
