/**
 * Which rows of equal key stay: one small state machine a policy, fed with rows in order, a few thousand at a time.
 *
 * Invariants: a decision needs a constant amount of memory whatever the number of rows of one key; nothing is decided
 * by a row that was left out before. Rules are ClickHouse's (its ReplacingSortedAlgorithm, CollapsingSortedAlgorithm
 * and VersionedCollapsingAlgorithm), rows that contradict each other included.
 */

import type { Arena } from '../../engine/memory/arena.ts';
import { columnOf, type TableDefinition } from '../table/definition.ts';
import { FATE, type RowFates } from './row-fates.ts';

/** `final`: for a query with FINAL, which also hides what is only kept for merges to come. */
export type DecisionMode = 'merge' | 'final';

export interface Decider {
  /**
   * The next rows: `first` is the number of the first one, `columns` are addresses of 8-byte integers, one a row and one
   * for each of decidingColumns().
   */
  decide(first: number, rows: number, columns: readonly number[]): void;
  /** After the last row. */
  end(): void;
}

/**
 * @param fates rows that begin a key are marked `row`, others of the key `fold`; ends with `row` and `out` alone.
 */
export function deciderOf(
  arena: Arena,
  table: TableDefinition,
  fates: RowFates,
  mode: DecisionMode,
): Decider | null {
  const { policy } = table;
  switch (policy.kind) {
    case 'append':
    case 'aggregating':
      return null;
    case 'replacing':
      return new ReplacingDecider(arena, fates, {
        versionAt: policy.version === null ? -1 : 0,
        isDeletedAt: policy.isDeleted === null || mode === 'merge' ? -1 : policy.version === null ? 0 : 1,
        isUnsigned: policy.version !== null && columnOf(table, policy.version).type.id === 'uint64',
      });
    case 'collapsing':
      return new CollapsingDecider(arena, fates, mode === 'final');
    case 'versionedCollapsing':
      return new VersionedCollapsingDecider(arena, fates);
  }
}

/** Places of the columns; -1: there is none. */
type ReplacingColumns = {
  readonly versionAt: number;
  readonly isDeletedAt: number;
  /** Versions compare as unsigned integers. */
  readonly isUnsigned: boolean;
};

class ReplacingDecider implements Decider {
  readonly #arena: Arena;
  readonly #fates: RowFates;
  readonly #columns: ReplacingColumns;
  #best = -1;
  #high = 0;
  #low = 0;
  #isDeleted = false;

  constructor(arena: Arena, fates: RowFates, columns: ReplacingColumns) {
    this.#arena = arena;
    this.#fates = fates;
    this.#columns = columns;
  }

  decide(first: number, rows: number, columns: readonly number[]): void {
    const { u8, u32 } = this.#arena;
    const { versionAt, isDeletedAt, isUnsigned } = this.#columns;
    const version = versionAt < 0 ? 0 : columns[versionAt] >>> 2;
    const deleted = isDeletedAt < 0 ? 0 : columns[isDeletedAt] >>> 2;
    // Signed halves compare like unsigned ones with the sign bit turned.
    const flip = isUnsigned ? 0 : 0x80000000;
    for (let i = 0; i < rows; i++) {
      const at = this.#fates.at(first + i);
      const fate = u8[at];
      if (fate === FATE.out) continue;
      const low = version === 0 ? 0 : u32[version + i * 2];
      const high = version === 0 ? 0 : (u32[version + i * 2 + 1] ^ flip) >>> 0;
      if (fate === FATE.row) this.end();
      u8[at] = FATE.out;
      if (fate === FATE.fold && (high < this.#high || (high === this.#high && low < this.#low))) continue;
      this.#best = first + i;
      this.#high = high;
      this.#low = low;
      this.#isDeleted = deleted !== 0 && u32[deleted + i * 2] !== 0;
    }
  }

  end(): void {
    if (this.#best >= 0 && !this.#isDeleted) this.#fates.set(this.#best, FATE.row);
    this.#best = -1;
  }
}

class CollapsingDecider implements Decider {
  readonly #arena: Arena;
  readonly #fates: RowFates;
  readonly #onlyPositive: boolean;
  #firstNegative = -1;
  #lastPositive = -1;
  #positive = 0;
  #negative = 0;
  #lastIsPositive = false;

  constructor(arena: Arena, fates: RowFates, onlyPositive: boolean) {
    this.#arena = arena;
    this.#fates = fates;
    this.#onlyPositive = onlyPositive;
  }

  decide(first: number, rows: number, [sign]: readonly number[]): void {
    const { u8, i32 } = this.#arena;
    for (let i = 0; i < rows; i++) {
      const at = this.#fates.at(first + i);
      if (u8[at] === FATE.out) continue;
      if (u8[at] === FATE.row) this.end();
      u8[at] = FATE.out;
      this.#lastIsPositive = i32[(sign >>> 2) + i * 2] > 0;
      if (this.#lastIsPositive) {
        this.#positive++;
        this.#lastPositive = first + i;
      } else if (this.#negative++ === 0) this.#firstNegative = first + i;
    }
  }

  end(): void {
    const positive = this.#positive;
    const negative = this.#negative;
    if (this.#lastIsPositive || positive !== negative) {
      if (positive <= negative && !this.#onlyPositive && negative > 0)
        this.#fates.set(this.#firstNegative, FATE.row);
      if (positive >= negative && positive > 0) this.#fates.set(this.#lastPositive, FATE.row);
    }
    this.#positive = 0;
    this.#negative = 0;
    this.#lastIsPositive = false;
  }
}

/** Rows that wait for their cancellation, at most: older ones are let through. */
const MOST_WAITING = 8192;

class VersionedCollapsingDecider implements Decider {
  readonly #arena: Arena;
  readonly #fates: RowFates;
  /** Row numbers of one sign, oldest first. */
  readonly #waiting: number[] = [];
  #waitingIsPositive = false;

  constructor(arena: Arena, fates: RowFates) {
    this.#arena = arena;
    this.#fates = fates;
  }

  decide(first: number, rows: number, [sign]: readonly number[]): void {
    const { u8, i32 } = this.#arena;
    const waiting = this.#waiting;
    for (let i = 0; i < rows; i++) {
      const at = this.#fates.at(first + i);
      if (u8[at] === FATE.out) continue;
      if (u8[at] === FATE.row) this.end();
      const isPositive = i32[(sign >>> 2) + i * 2] > 0;
      if (waiting.length > 0 && isPositive !== this.#waitingIsPositive) {
        this.#fates.set(waiting.pop() as number, FATE.out);
        u8[at] = FATE.out;
        continue;
      }
      if (waiting.length >= MOST_WAITING) waiting.shift();
      this.#waitingIsPositive = isPositive;
      waiting.push(first + i);
      u8[at] = FATE.row;
    }
  }

  end(): void {
    this.#waiting.length = 0;
  }
}
