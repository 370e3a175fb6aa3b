/**
 * A column of which not every row is written: rows come in order with their fates, what they become goes out in blocks
 * (text in pages of 8,192 rows).
 *
 * Without a rule rows of the output are picked; with one, rows of equal key are combined into the first of them. A row
 * that folds into the one before may come much later than it: the output's last row stays open until the next begins.
 *
 *   form   a value, in and out        NULL
 *   i64    8-byte integer             valid byte 0
 *   f64    8-byte float               valid byte 0
 *   bool   one byte                   valid byte 0
 *   codes  8-byte code                code 0
 *   refs   u64 reference              valid byte 0; strings are copied, so what comes in may go afterwards
 */

import { Region } from '../../engine/memory/region.ts';
import type { CombineRule } from '../../engine/plan/row-policy.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { StagedForm } from '../segment/staged-column.ts';
import type { ColumnWriter } from '../segment/writer.ts';
import { type Combiner, combinerOf } from './combine.ts';
import { TextCombiner } from './combine-texts.ts';
import { FATE } from './row-fates.ts';

export type FatedColumnOptions = {
  readonly type: LogicalType;
  readonly form: StagedForm;
  /** null: the row that stays gives the value. */
  readonly rule: CombineRule | null;
  /** May any value that comes be NULL? For codes always false. */
  readonly isNullable: boolean;
  /** Rows of the whole output, at most. */
  readonly mostRows: number;
  /** Takes finished rows; it may overwrite them. `valid` is 0 when all are there. */
  readonly write: (data: number, valid: number, rows: number) => void;
};

export class FatedColumn {
  readonly #context: CodecContext;
  readonly #options: FatedColumnOptions;
  readonly #combine: Combiner | null;
  /** Of columns whose combined values are texts. */
  readonly #combined: TextCombiner | null;
  readonly #capacity: number;
  readonly #valueBytes: number;
  readonly #region: Region;
  /** Strings of the page under way. */
  readonly #texts: Region;
  readonly #data: number;
  readonly #valid: number;
  readonly #picked: number;
  #filled = 0;

  constructor(context: CodecContext, options: FatedColumnOptions) {
    const { arena, scratch } = context;
    const { type, form, rule, isNullable, mostRows } = options;
    this.#context = context;
    this.#options = options;
    this.#capacity = Math.max(1, Math.min(form === 'refs' ? VECTOR_ROWS : BLOCK_ROWS, mostRows));
    this.#valueBytes = form === 'bool' ? 1 : 8;
    this.#region = new Region(arena, scratch.owner, 4);
    this.#texts = new Region(arena, scratch.owner, 4);
    this.#combined = TextCombiner.of(arena, this.#texts, type, rule);
    this.#combine =
      rule === null || rule === 'states' || this.#combined !== null
        ? (this.#combined?.combine ?? null)
        : combinerOf(arena, rule, type, form);
    this.#data = this.#region.alloc(this.#capacity * this.#valueBytes);
    this.#valid = isNullable ? this.#region.alloc(this.#capacity) : 0;
    this.#picked = this.#region.alloc(VECTOR_ROWS * 2);
  }

  /** @param valid 0 when none is NULL. @param rows at most 8,192. */
  add(data: number, valid: number, fates: number, rows: number): void {
    for (let i = 0; i < rows; ) {
      const span = this.#span(fates + i, rows - i);
      if (span === 0) {
        this.#flush();
        continue;
      }
      this.#take(data + i * this.#valueBytes, valid === 0 ? 0 : valid + i, fates + i, span);
      i += span;
    }
  }

  /** After the last row. */
  end(): void {
    if (this.#filled > 0) this.#flush();
  }

  free(): void {
    this.#texts.free();
    this.#region.free();
  }

  /** Rows before the first one that begins an output row there is no room for. */
  #span(fates: number, rows: number): number {
    const { u8 } = this.#context.arena;
    let room = this.#capacity - this.#filled;
    for (let i = 0; i < rows; i++) if (u8[fates + i] === FATE.row && room-- === 0) return i;
    return rows;
  }

  #take(data: number, valid: number, fates: number, rows: number): void {
    const { form } = this.#options;
    const first = this.#filled;
    if (this.#combine === null) this.#pick(data, valid, fates, rows);
    else this.#fold(this.#combine, data, valid, fates, rows);
    this.#combined?.close();
    // What the last row was before may be among what changed.
    if (form === 'refs') this.#keepTexts(this.#combine === null ? first : Math.max(0, first - 1));
  }

  #pick(data: number, valid: number, fates: number, rows: number): void {
    const { arena, kernels } = this.#context;
    const { u8, u16 } = arena;
    const picked = this.#picked >>> 1;
    let count = 0;
    for (let i = 0; i < rows; i++) {
      u16[picked + count] = i;
      if (u8[fates + i] === FATE.row) count++;
    }
    const out = this.#data + this.#filled * this.#valueBytes;
    if (this.#valueBytes === 1) kernels.gather_u8(data, this.#picked, count, out);
    else kernels.gather_u64(data, this.#picked, count, out);
    if (this.#valid !== 0) {
      const outValid = this.#valid + this.#filled;
      if (valid === 0) arena.fill(outValid, count, 1);
      else kernels.gather_u8(valid, this.#picked, count, outValid);
    }
    this.#filled += count;
  }

  #fold(combine: Combiner, data: number, valid: number, fates: number, rows: number): void {
    const { u8, u32 } = this.#context.arena;
    const size = this.#valueBytes;
    const isCoded = this.#options.form === 'codes';
    const copy = (to: number, from: number): void => {
      if (size === 1) u8[to] = u8[from];
      else {
        u32[to >>> 2] = u32[from >>> 2];
        u32[(to >>> 2) + 1] = u32[(from >>> 2) + 1];
      }
    };
    for (let i = 0; i < rows; i++) {
      const fate = u8[fates + i];
      if (fate === FATE.out) continue;
      const from = data + i * size;
      const isNull = isCoded ? u32[from >>> 2] === 0 : valid !== 0 && u8[valid + i] === 0;
      if (fate === FATE.row) {
        copy(this.#data + this.#filled * size, from);
        if (this.#valid !== 0) u8[this.#valid + this.#filled] = isNull ? 0 : 1;
        this.#filled++;
        continue;
      }
      if (isNull) continue;
      const row = this.#filled - 1;
      const to = this.#data + row * size;
      const wasNull = isCoded ? u32[to >>> 2] === 0 : this.#valid !== 0 && u8[this.#valid + row] === 0;
      if (!wasNull) combine(to, from);
      else {
        copy(to, from);
        if (this.#valid !== 0) u8[this.#valid + row] = 1;
      }
    }
  }

  /** Copies the strings of the rows from `first` on: where they came from is let go of. */
  #keepTexts(first: number): void {
    const { kernels } = this.#context;
    const rows = this.#filled - first;
    const data = this.#data + first * 8;
    if (rows <= 0) return;
    if (this.#valid !== 0) kernels.clear_null_refs(data, this.#valid + first, rows);
    const text = this.#texts.alloc((kernels.refs_bytes(data, rows) >>> 0) + 16);
    kernels.refs_copy(data, rows, text, data);
  }

  #flush(): void {
    const { kernels } = this.#context;
    const rows = this.#filled;
    const hasNulls = this.#valid !== 0 && kernels.mask_count(this.#valid, rows) < rows;
    this.#options.write(this.#data, hasNulls ? this.#valid : 0, rows);
    this.#texts.free();
    this.#filled = 0;
  }
}

/** Finished rows go to a column of a segment. */
export const toWriter =
  (writer: ColumnWriter, form: StagedForm): FatedColumnOptions['write'] =>
  (data, valid, rows) => {
    if (form === 'refs') writer.writeText(data, valid, rows);
    else writer.writeBlock({ rows, data, valid });
  };
