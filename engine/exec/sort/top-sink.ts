/**
 * ORDER BY ... LIMIT on one thread, for limits that are not too large: keeps only rows that can still be among the first N.
 *
 * Rows pile up to a multiple of N, are put in order and cut to N; from then on rows beyond the N-th are refused, key by
 * key, before anything of them is copied.
 */

import { VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { type Input, maskedInput } from '../input.ts';
import { KeptStrings } from '../keep-strings.ts';
import { wordsOf } from '../lane.ts';
import { integerOfWord, keyColumns } from './keys.ts';
import { SortRows } from './rows.ts';
import { RUN_ROWS, RunBuffer } from './run.ts';
import type { SortPartial } from './sink.ts';
import { KIND_REF_DESCENDING, KIND_WORD, type SortSpec, sortLayout } from './spec.ts';

const MIN_PILE = 16384;
/** Of the first pile: the sooner rows are refused, the more of them are not even read. */
const FIRST_PILE = 1024;
/** A column of a pile of twice as many rows stays within 2 MiB. */
const MAX_TOP_ROWS = 2 * RUN_ROWS - VECTOR_ROWS;
/** What a pile may come to where it is not a small one. */
const MAX_PILE_BYTES = 8 << 20;

/** Whether the first `wanted` rows are few enough to be kept in a pile. */
export function fitsPile(spec: SortSpec, wanted: number): boolean {
  if (wanted * 2 <= MIN_PILE) return true;
  return wanted <= MAX_TOP_ROWS && wanted * 2 * sortLayout(spec).rowBytes <= MAX_PILE_BYTES;
}

/** Comparison numbers of the kernels. */
const LT = 2;
const LE = 3;
const GT = 4;
const GE = 5;

export class TopSink {
  readonly #task: TaskContext;
  readonly #spec: SortSpec;
  readonly #rows: SortRows;
  readonly #buffer: RunBuffer;
  readonly #wanted: number;
  #strings: KeptStrings;
  /** Empty: the place for those that stay. */
  #nextStrings: KeptStrings;
  /** Key words of the N-th row; rows above it are refused. Empty until there are N rows. */
  #bound: readonly bigint[] = [];

  constructor(task: TaskContext, spec: SortSpec, wanted: number) {
    this.#task = task;
    this.#spec = spec;
    this.#wanted = wanted;
    this.#rows = new SortRows(task, spec);
    this.#buffer = new RunBuffer(task, this.#rows.layout);
    this.#strings = new KeptStrings(task, task.region());
    this.#nextStrings = new KeptStrings(task, task.region());
  }

  consume(input: Input): void {
    if (this.#wanted === 0) return;
    const kept = this.#refuse(input);
    if (kept.rows === 0) return;
    this.#buffer.append(this.#rows.columns(kept, this.#strings), kept.rows);
    const pile = this.#bound.length === 0 ? FIRST_PILE : MIN_PILE;
    if (this.#buffer.rows >= Math.max(pile, this.#wanted * 2)) this.#cut();
  }

  /** The first key, an integer, of the N-th row; null: there are none so many yet, or it is NULL there. */
  readonly last = (): bigint | null => {
    if (this.#bound.length === 0) return null;
    const [{ expr, descending, nullsFirst }] = this.#spec.keys;
    if (!expr.type.nullable) return integerOfWord(this.#bound[0], descending);
    const [flag, word] = this.#bound;
    return flag === (nullsFirst ? 1n : 0n) ? integerOfWord(word, descending) : null;
  };

  finish(): SortPartial {
    const { rows } = this.#buffer;
    if (rows === 0) return { runs: [], rows: 0 };
    if (rows > this.#wanted) this.#buffer.keepFirst(this.#wanted);
    return { rows: this.#buffer.rows, runs: this.#buffer.sortedRuns(this.#task.heap) };
  }

  #cut(): void {
    const { u64 } = this.#task.arena;
    const { firstKey, kinds } = this.#rows.layout;
    this.#buffer.keepFirst(this.#wanted);
    this.#moveStrings();
    const last = this.#wanted - 1;
    this.#bound = kinds.map((_, k) => u64[this.#buffer.columns[firstKey + k] / 8 + last]);
  }

  /** Strings of refused rows go: those that stay move to a region of their own. */
  #moveStrings(): void {
    const old = this.#strings;
    if (old.bytes === 0) return;
    const { arena, scratch } = this.#task;
    const rows = this.#wanted;
    const mark = scratch.mark();
    this.#strings = this.#nextStrings;
    this.#nextStrings = old;
    this.#rows.layout.shape.forEach(({ string }, c) => {
      if (!string) return;
      const column = this.#buffer.columns[c];
      const moved = this.#strings.keep(column, rows);
      arena.u8.copyWithin(column, moved, moved + rows * 8);
    });
    scratch.reset(mark);
    old.free();
  }

  /** Rows that may still be among the first: below the bound in a key, equal in all keys before it; or equal in all. */
  #refuse(input: Input): Input {
    if (this.#bound.length === 0) return input;
    const { kernels, scratch, arena } = this.#task;
    const { rows } = input;
    // Rows that are in for sure, and rows that were equal in every key so far: only those need the next key.
    const kept = scratch.allocZero(rows);
    const ties = scratch.alloc(rows);
    arena.fill(ties, rows, 1);
    const notAbove = scratch.alloc(rows);
    const below = scratch.alloc(rows);
    let column = 0;
    for (let k = 0; k < this.#spec.keys.length; k++) {
      if (kernels.mask_count(ties, rows) === 0) break;
      const words = keyColumns(
        this.#task,
        [this.#spec.keys[k]],
        [this.#rows.keys[k](input)],
        (v: Vector) => wordsOf(this.#task, v),
        rows,
      );
      for (const address of words) {
        this.#compare(address, column++, rows, notAbove, below);
        kernels.mask_and(ties, notAbove, rows, ties);
        kernels.mask_and(ties, below, rows, below);
        kernels.mask_or(kept, below, rows, kept);
        kernels.mask_not(below, rows, below);
        kernels.mask_and(ties, below, rows, ties);
      }
    }
    kernels.mask_or(kept, ties, rows, kept);
    return maskedInput(this.#task, input, kept);
  }

  /** Masks of the rows whose key column is not above the bound's, and of those below it. */
  #compare(words: number, column: number, rows: number, notAbove: number, below: number): void {
    const { kernels, scratch, arena } = this.#task;
    const kind = this.#rows.layout.kinds[column];
    const bound = this.#bound[column];
    if (kind !== KIND_WORD) {
      const bounds = scratch.alloc(rows * 8);
      const descending = kind === KIND_REF_DESCENDING;
      kernels.fill_u64(rows, BigInt.asIntN(64, bound), bounds);
      kernels.cmp_refs_vv(descending ? GE : LE, words, bounds, rows, notAbove);
      kernels.cmp_refs_vv(descending ? GT : LT, words, bounds, rows, below);
      return;
    }
    kernels.cmp_le_u64_vc(words, rows, BigInt.asIntN(64, bound), notAbove);
    if (bound === 0n) arena.fill(below, rows, 0);
    else kernels.cmp_le_u64_vc(words, rows, BigInt.asIntN(64, bound - 1n), below);
  }
}
