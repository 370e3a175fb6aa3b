/**
 * Rows whose sums came to nothing: a SummingMergeTree forgets a key when all its sums are zero (NULL, where a column may
 * be NULL). Sums are made column by column before any is written, since any one of them keeps the row.
 *
 * Memory: a byte for each row of the output.
 */

import { assert } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import { ruleOf } from '../../engine/plan/row-policy.ts';
import { type LogicalType, laneOf } from '../../engine/type/type.ts';
import type { CodecContext } from '../codec/context.ts';
import { columnOf, type TableDefinition } from '../table/definition.ts';
import { FatedColumn } from './fated-column.ts';
import { FATE, RowFates } from './row-fates.ts';

export class ZeroRows {
  readonly columnIds: readonly number[];
  readonly #context: CodecContext;
  readonly #table: TableDefinition;
  readonly #fates: RowFates;
  readonly #region: Region;
  /** By row of the output: `row` once a sum is something. */
  readonly #alive: RowFates;
  #fated: FatedColumn | null = null;

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

  /** Begins a column; what it answers takes its rows, at most 8,192 of one block at a time. */
  column(id: number): (data: number, valid: number, first: number, rows: number) => void {
    const { type } = columnOf(this.#table, id);
    let row = 0;
    const fated = new FatedColumn(this.#context, {
      type,
      form: numberForm(type),
      rule: ruleOf(this.#table.policy, id),
      isNullable: type.nullable,
      mostRows: this.#fates.rowCount,
      write: (data, valid, rows) => {
        this.#mark(row, data, valid, rows, type);
        row += rows;
      },
    });
    this.#fated = fated;
    return (data, valid, first, rows) => fated.add(data, valid, this.#fates.at(first), rows);
  }

  endColumn(): void {
    this.#fated?.end();
    this.#fated?.free();
    this.#fated = null;
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
    this.#fated?.free();
    this.#region.free();
  }

  #mark(first: number, data: number, valid: number, rows: number, type: LogicalType): void {
    const isFloat = laneOf(type) === 'f64';
    const { u8, u32 } = this.#context.arena;
    for (let i = 0; i < rows; i++) {
      const at = (data >>> 2) + i * 2;
      if (laneOf(type) === 'bool' && !type.nullable) {
        if (u8[data + i] !== 0) this.#alive.set(first + i, FATE.row);
        continue;
      }
      // As in ClickHouse, 0 of a column that may be NULL is something; -0.0 is zero.
      const isZero = type.nullable
        ? valid !== 0 && u8[valid + i] === 0
        : u32[at] === 0 && (u32[at + 1] === 0 || (isFloat && u32[at + 1] === 0x80000000));
      if (!isZero) this.#alive.set(first + i, FATE.row);
    }
  }
}

function numberForm(type: LogicalType): 'i64' | 'f64' | 'bool' {
  const lane = laneOf(type);
  assert(lane !== 'str', 'sums are of numbers');
  return lane;
}
