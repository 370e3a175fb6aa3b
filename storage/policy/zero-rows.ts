/**
 * Rows whose sums came to nothing: a SummingMergeTree forgets a key when all columns it combines have their type's
 * default: zero, the empty string, or NULL where there can be one. Sums are made column by column before any is written,
 * since any one of them keeps the row.
 *
 * Memory: a byte for each row of the output.
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { Region } from '../../engine/memory/region.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type { CodecContext } from '../codec/context.ts';
import type { SortedDictionary } from '../segment/dictionary-builder.ts';
import type { StagedForm } from '../segment/staged-column.ts';
import { columnOf, type TableDefinition } from '../table/definition.ts';
import type { FatedColumnOptions } from './fated-column.ts';
import { FATE, RowFates } from './row-fates.ts';

export class ZeroRows {
  readonly columnIds: readonly number[];
  readonly #context: CodecContext;
  readonly #table: TableDefinition;
  readonly #fates: RowFates;
  readonly #region: Region;
  /** By row of the output: `row` once a column is something. */
  readonly #alive: RowFates;

  private constructor(
    context: CodecContext,
    table: TableDefinition,
    fates: RowFates,
    ids: readonly number[],
  ) {
    this.columnIds = ids;
    this.#context = context;
    this.#table = table;
    this.#fates = fates;
    this.#region = new Region(context.arena, context.scratch.owner, 1);
    this.#alive = new RowFates(this.#region, fates.countRows());
    for (let block = 0; block < this.#alive.blockCount; block++) {
      context.arena.fill(this.#alive.block(block), this.#alive.blockRows(block), FATE.out);
    }
  }

  /** null: the policy keeps them. */
  static of(context: CodecContext, table: TableDefinition, fates: RowFates): ZeroRows | null {
    const { policy } = table;
    if (policy.kind !== 'aggregating' || policy.dropZeros.length === 0) return null;
    return new ZeroRows(context, table, fates, policy.dropZeros);
  }

  /** Takes the combined rows of a column. @param dictionary of codes. */
  column(id: number, form: StagedForm, dictionary: SortedDictionary | null): FatedColumnOptions['write'] {
    const { u8 } = this.#context.arena;
    const { nullable: mayBeNull } = columnOf(this.#table, id).type;
    const isDefault = this.#isDefault(
      form,
      dictionary,
      bytesOfText(String(zeroOf(columnOf(this.#table, id).type))),
    );
    let row = 0;
    return (data, valid, rows) => {
      for (let i = 0; i < rows; i++, row++) {
        // As in ClickHouse, 0 of a column that may be NULL is something.
        const isNothing = !mayBeNull
          ? isDefault(data, i)
          : form === 'codes'
            ? this.#context.arena.u32[(data >>> 2) + i * 2] === 0
            : valid !== 0 && u8[valid + i] === 0;
        if (!isNothing) this.#alive.set(row, FATE.row);
      }
    };
  }

  /** Marks the rows of keys that came to nothing as left out. */
  leaveOut(): void {
    const { u8 } = this.#context.arena;
    let row = -1;
    let isAlive = false;
    for (let i = 0; i < this.#fates.rowCount; i++) {
      const at = this.#fates.at(i);
      if (u8[at] === FATE.row) isAlive = this.#alive.get(++row) === FATE.row;
      if (!isAlive) u8[at] = FATE.out;
    }
  }

  free(): void {
    this.#region.free();
  }

  /** Is value i at an address its type's default? */
  #isDefault(
    form: StagedForm,
    dictionary: SortedDictionary | null,
    zero: Uint8Array,
  ): (data: number, i: number) => boolean {
    const { u8, u32, f64 } = this.#context.arena;
    switch (form) {
      case 'bool':
        return (data, i) => u8[data + i] === 0;
      case 'f64':
        return (data, i) => f64[(data >>> 3) + i] === 0;
      case 'refs':
        return (data, i) => {
          const [address, length] = [u32[(data >>> 2) + i * 2], u32[(data >>> 2) + i * 2 + 1]];
          return length === zero.length && zero.every((byte, k) => u8[address + k] === byte);
        };
      case 'codes': {
        const lengths = ((dictionary?.refs ?? 0) >>> 2) + 1;
        return (data, i) => u32[lengths + u32[(data >>> 2) + i * 2] * 2] === 0;
      }
      case 'i64':
        return (data, i) => u32[(data >>> 2) + i * 2] === 0 && u32[(data >>> 2) + i * 2 + 1] === 0;
    }
  }
}
