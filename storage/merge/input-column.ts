/**
 * One column of one input, from front to back, 8,192 rows at a time, in the one form that the merge has the column in:
 *
 *   form   `data` points at
 *   i64    8-byte integers              codes  8-byte codes of the merged dictionary (0 = NULL)
 *   f64    8-byte floats                refs   u64 references into the block or page that is in memory
 *   bool   one byte a row
 *
 * Hidden rows are passed over, so there may be fewer. In memory are one block of the input as its frame (of text one page) and these rows of it. What `data` and `valid`
 * point at is good until the next rows are staged.
 */

import { FramePins, type Frames } from '../../engine/memory/frame-cache.ts';
import { type Mark, Region } from '../../engine/memory/region.ts';
import { gather } from '../../engine/vector/gather.ts';
import { liveMask } from '../../engine/vector/hidden-rows.ts';
import { type Chunk, chunk, slice, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import type { ColumnFooter } from '../segment/footer.ts';
import type { SegmentReader } from '../segment/reader.ts';
import { type StagedForm, stageColumn } from '../segment/staged-column.ts';
import type { ColumnDefinition } from '../table/definition.ts';
import type { InputStrings } from './used-strings.ts';

export class InputColumn {
  /** Rows staged; 0 before the first {@link next}. */
  rows = 0;
  data = 0;
  /** One byte a row, or 0 when none of these rows is NULL; always 0 for codes. */
  valid = 0;
  readonly #context: CodecContext;
  readonly #reader: SegmentReader;
  readonly #definition: ColumnDefinition;
  readonly #form: StagedForm;
  readonly #footer: ColumnFooter | undefined;
  /** null: not a string column. */
  readonly #strings: InputStrings | null;
  readonly #region: Region;
  readonly #empty: Mark;
  readonly #pins: FramePins;
  #chunk: Chunk | null = null;
  #block = 0;
  #page = -1;
  /** Address of the u16 numbers of the page's rows that are staged; 0 = all of them. */
  #selected = 0;

  constructor(
    context: CodecContext,
    frames: Frames,
    reader: SegmentReader,
    definition: ColumnDefinition,
    form: StagedForm,
    strings: InputStrings | null,
  ) {
    this.#context = context;
    this.#reader = reader;
    this.#definition = definition;
    this.#form = form;
    this.#footer = reader.columnFooter(definition.id);
    this.#strings = strings;
    this.#region = new Region(context.arena, context.scratch.owner, 4);
    this.#empty = this.#region.mark();
    this.#pins = new FramePins(frames);
  }

  /** Stages the next rows; false when there are none. */
  next(): boolean {
    do if (!this.#turn()) return false;
    while (this.rows === 0);
    withScratch(this.#context, () => {
      if (this.#strings !== null && this.#strings.count > 0) this.#stageCodes(this.#strings);
      else this.#stage();
    });
    return true;
  }

  free(): void {
    this.#pins.release();
    this.#region.free();
  }

  /** On to the next page, of which nothing is read yet; false when there is none. */
  #turn(): boolean {
    if (this.#block < this.#reader.blockCount && ++this.#page * VECTOR_ROWS >= this.#blockRows) {
      this.#block++;
      this.#page = 0;
      this.#chunk = null;
    }
    if (this.#block >= this.#reader.blockCount) return false;
    this.#region.reset(this.#empty);
    this.rows = this.#pageRows;
    this.#selected = 0;
    this.#leaveOutHidden();
    return true;
  }

  #leaveOutHidden(): void {
    const { hidden } = this.#reader;
    if (hidden === null) return;
    const { kernels } = this.#context;
    const rows = this.#pageRows;
    const mask = liveMask(kernels, this.#region, hidden, this.#block, this.#page * VECTOR_ROWS, rows);
    if (mask === 0) return;
    this.#selected = this.#region.alloc(rows * 2);
    this.rows = kernels.mask_select(mask, rows, this.#selected);
  }

  get #pageRows(): number {
    return Math.min(VECTOR_ROWS, this.#blockRows - this.#page * VECTOR_ROWS);
  }

  get #blockRows(): number {
    return this.#reader.blockRows(this.#block);
  }

  #stage(): void {
    const { arena } = this.#context;
    const { id } = this.#definition;
    const batch = { rows: this.rows, columns: new Map([[id, chunk(this.#vector())]]) };
    const staged = stageColumn(this.#context, this.#region, this.#definition, [batch], this.#form);
    this.data = arena.u32[staged.pages >>> 2];
    this.valid = staged.valids === 0 ? 0 : arena.u32[staged.valids >>> 2];
  }

  /** Strings with a dictionary: codes looked up in the merged one, or what they stand for. */
  #stageCodes({ refs, codes }: InputStrings): void {
    const { arena, kernels } = this.#context;
    const { rows } = this;
    this.data = this.#region.alloc(rows * 8);
    this.valid = 0;
    const single = this.#singleCode();
    const isCoded = this.#form === 'codes';
    if (single !== null) {
      const value = isCoded ? BigInt(arena.u32[(codes >>> 2) + single]) : arena.i64[(refs >>> 3) + single];
      kernels.fill_u64(rows, value, this.data);
      if (single === 0 && !isCoded) this.valid = this.#region.allocZero(rows);
      return;
    }
    const { data, width } = this.#vector();
    const suffix = width === 1 ? 'u8' : width === 2 ? 'u16' : 'u32';
    if (isCoded) {
      const mapped = this.#region.alloc(rows * 4);
      kernels[`remap_${suffix}_u32`](data, rows, codes, mapped);
      kernels.widen_u32_i64(mapped, rows, 0n, this.data);
      return;
    }
    kernels[`take_u64_by_${suffix}`](refs, data, rows, this.data);
    this.valid = this.#region.alloc(rows);
    kernels[`valid_of_${suffix}`](data, rows, this.valid);
  }

  /** The input's own code of all rows of the block; null when they differ. */
  #singleCode(): number | null {
    if (this.#footer === undefined) return this.#reader.constantOf(this.#definition.id) === null ? 0 : 1;
    const { encoding, nullCount, base } = this.#footer.blocks[this.#block];
    return encoding !== 'constant' ? null : nullCount > 0 ? 0 : Number(base);
  }

  /** The rows as they are in memory. */
  #vector(): Vector {
    const page = this.#pageVector();
    return this.#selected === 0
      ? page
      : gather(this.#context.kernels, this.#region, page, this.#selected, this.rows);
  }

  /** All rows of the page; reads the block, or the page of text, when it begins. */
  #pageVector(): Vector {
    const { id } = this.#definition;
    if (this.#footer?.kind === 'text') {
      this.#pins.release();
      return this.#reader.textPage(this.#block, this.#page, id, this.#pins);
    }
    if (this.#chunk === null) {
      this.#pins.release();
      this.#chunk = this.#reader.chunk(this.#block, id, this.#pins);
    }
    return slice(this.#chunk, this.#page * VECTOR_ROWS, this.#pageRows);
  }
}

/** May any row of the input be NULL? */
export function hasNulls(reader: SegmentReader, { id }: ColumnDefinition): boolean {
  const footer = reader.columnFooter(id);
  if (footer === undefined) return reader.constantOf(id) === null;
  return [...footer.blocks, ...footer.pages.flat()].some(({ nullCount }) => nullCount > 0);
}
