/**
 * One column of all inputs in the order of a merge: what the inputs have staged, a few thousand rows at a time.
 *
 * References point into what an input has in memory: they are good until the next rows are taken.
 */

import { assert } from '../../engine/base/error.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { SegmentReader } from '../segment/reader.ts';
import type { StagedForm } from '../segment/staged-column.ts';
import type { ColumnDefinition } from '../table/definition.ts';
import { hasNulls, InputColumn } from './input-column.ts';
import { columnForm, type MergedStrings } from './merged-strings.ts';

export class OrderedColumn {
  readonly form: StagedForm;
  /** May a value be NULL? Then validity is taken with the values. */
  readonly isNullable: boolean;
  readonly #context: CodecContext;
  readonly #inputs: readonly InputColumn[];
  readonly #region: Region;
  /** Ones, for rows without NULLs among others with them. */
  readonly #allValid: number;
  /** u32 by input: the next value, its validity, and the rows that are staged. */
  readonly #heads: number;
  readonly #validHeads: number;
  readonly #left: number;

  constructor(
    context: CodecContext,
    frames: Frames,
    definition: ColumnDefinition,
    readers: readonly SegmentReader[],
    strings: MergedStrings | null,
  ) {
    const { arena, scratch } = context;
    this.#context = context;
    this.form = columnForm(definition, strings);
    this.isNullable = this.form !== 'codes' && readers.some((reader) => hasNulls(reader, definition));
    this.#inputs = readers.map(
      (reader, i) =>
        new InputColumn(context, frames, reader, definition, this.form, strings?.inputs[i] ?? null),
    );
    this.#region = new Region(arena, scratch.owner, 4);
    this.#allValid = this.#region.alloc(VECTOR_ROWS);
    arena.fill(this.#allValid, VECTOR_ROWS, 1);
    this.#heads = this.#region.allocZero(readers.length * 4);
    this.#validHeads = this.#region.allocZero(readers.length * 4);
    this.#left = this.#region.allocZero(readers.length * 4);
  }

  /**
   * Puts the next rows at `data`, and whether they are there at `valid`: as many as the inputs have staged, at most
   * `most`. Answers how many; 0 when an input had to stage more first.
   */
  take(order: number, most: number, data: number, valid: number): number {
    const { arena, kernels } = this.#context;
    const rows = kernels.merge_span(order, most, this.#left);
    if (rows === 0) {
      this.#refill(arena.u8[order]);
      return 0;
    }
    if (this.isNullable) kernels.merge_take_u8(order, rows, this.#validHeads, valid);
    if (this.form === 'bool') kernels.merge_take_u8(order, rows, this.#heads, data);
    else kernels.merge_take_u64(order, rows, this.#heads, data);
    return rows;
  }

  free(): void {
    for (const input of this.#inputs) input.free();
    this.#region.free();
  }

  #refill(input: number): void {
    const { u32 } = this.#context.arena;
    const column = this.#inputs[input];
    assert(column.next(), 'the order asks for more rows than an input has');
    u32[(this.#heads >>> 2) + input] = column.data;
    u32[(this.#validHeads >>> 2) + input] = column.valid === 0 ? this.#allValid : column.valid;
    u32[(this.#left >>> 2) + input] = column.rows;
  }
}
