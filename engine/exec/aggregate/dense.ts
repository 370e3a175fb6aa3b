/**
 * Grouping by small codes without hashing: the group number is the codes themselves, packed (DESIGN.md D6).
 *
 * It serves as long as every key of a batch is a dictionary code, a boolean or a narrow integer and the product of
 * their ranges stays small; a new dictionary or integer base starts a new array, after the old one was flushed as
 * states. Cell numbers: sum of digit * stride, digit 0 = NULL.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import { sameDictionary } from '../../vector/passing-dictionary.ts';
import type { Dictionary, Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import type { KeyShape } from '../key.ts';
import { type AggregateArguments, AggregateStates } from './state.ts';

/** Cells of one array at most: states of a few words each stay in the second-level cache. */
const MAX_CELLS = 1 << 17;
const ROWS_PER_FLUSH_BATCH = 8192;

type Digit =
  | { readonly kind: 'dict'; readonly dictionary: Dictionary; readonly cells: number }
  | { readonly kind: 'int'; readonly base: bigint; readonly width: number; readonly cells: number }
  | { readonly kind: 'bool'; readonly cells: number };

/** States of `n` groups: key words, hashes are the receiver's to compute. */
export type Flush = (keys: readonly number[], states: readonly number[], n: number) => void;

export class DenseGroups {
  readonly #task: TaskContext;
  readonly #shape: KeyShape;
  readonly #states: AggregateStates;
  /** State column that counts all rows of a cell, if an aggregate keeps one anyway. */
  readonly #countStar: number | null;
  readonly #ownSeen: number;
  readonly #flush: Flush;
  #digits: Digit[] = [];
  #cells = 0;

  constructor(
    task: TaskContext,
    region: Region,
    shape: KeyShape,
    calls: readonly AggregateCall[],
    flush: Flush,
  ) {
    this.#task = task;
    this.#shape = shape;
    this.#states = new AggregateStates(task, region, calls, true, 1);
    this.#countStar = wordOfCountStar(this.#states, calls);
    this.#ownSeen = this.#countStar === null ? region.allocZero(MAX_CELLS * 8) : 0;
    this.#flush = flush;
  }

  /** Cells of the array there is. */
  get cells(): number {
    return this.#cells;
  }

  /** Arena bytes of the states' blocks. */
  get blockBytes(): number {
    return this.#states.heap.bytes;
  }

  /** Takes the batch if its keys are small enough; false leaves it to hashing. */
  consume(keys: readonly Vector[], args: readonly AggregateArguments[], rows: number): boolean {
    if (!this.#sameDigits(keys)) {
      const digits = keys.map(digitOf);
      let cells = 1;
      for (const digit of digits) {
        if (digit === undefined) return false;
        cells *= digit.cells;
        if (cells > MAX_CELLS) return false;
      }
      this.flush();
      this.#digits = digits as Digit[];
      this.#cells = cells;
      this.#states.ensure(cells, 0);
      this.#states.begin(0, cells);
    }
    const gids = this.#number(keys, rows);
    if (this.#countStar === null) this.#task.kernels.agg_count_g(gids, 0, rows, this.#ownSeen);
    this.#states.update(gids, args, rows);
    return true;
  }

  /** Hands all groups on and empties the array. */
  flush(): void {
    const { arena, scratch, kernels } = this.#task;
    if (this.#cells === 0) return;
    const seen = this.#countStar === null ? this.#ownSeen : this.#states.columns[this.#countStar];
    for (let from = 0; from < this.#cells; ) {
      const mark = scratch.mark();
      const cells = scratch.alloc(ROWS_PER_FLUSH_BATCH * 4);
      let n = 0;
      for (; from < this.#cells && n < ROWS_PER_FLUSH_BATCH; from++) {
        const at = (seen >>> 2) + from * 2;
        if ((arena.u32[at] | arena.u32[at + 1]) !== 0) arena.u32[(cells >>> 2) + n++] = from;
      }
      if (n > 0) {
        const states = this.#states.columns.map((column) => {
          const out = scratch.alloc(n * 8);
          kernels.take_u64(column, cells, n, out);
          return out;
        });
        this.#flush(this.#keyWords(cells, n), states, n);
      }
      scratch.reset(mark);
    }
    if (this.#countStar === null) arena.fill(this.#ownSeen, this.#cells * 8, 0);
    this.#states.heap.clear();
    this.#cells = 0;
    this.#digits = [];
  }

  #sameDigits(keys: readonly Vector[]): boolean {
    if (this.#cells === 0) return false;
    for (let k = 0; k < keys.length; k++) {
      const digit = this.#digits[k];
      const v = keys[k];
      if (digit.kind !== v.kind) return false;
      if (digit.kind === 'dict' && (v.dictionary === null || !sameDictionary(digit.dictionary, v.dictionary)))
        return false;
      if (digit.kind === 'int' && (digit.base !== v.base || digit.width !== v.width)) return false;
    }
    return true;
  }

  #number(keys: readonly Vector[], rows: number): number {
    const { kernels, scratch, arena } = this.#task;
    const gids = scratch.alloc(rows * 4);
    let stride = 1;
    keys.forEach((v, k) => {
      const digit = this.#digits[k];
      const first = k === 0 ? 1 : 0;
      // Codes already are digits: 0 is NULL. Others leave room for NULL below them.
      const add = digit.kind === 'dict' ? 0 : 1;
      let data = v.data;
      let width = v.width;
      if (v.valid !== 0) {
        data = scratch.alloc(rows * 4);
        width = 4;
        for (let i = 0; i < rows; i++) {
          const value = v.width === 1 ? arena.u8[v.data + i] : arena.u16[(v.data >>> 1) + i];
          arena.u32[(data >>> 2) + i] = arena.u8[v.valid + i] === 0 ? 0xffffffff : value;
        }
      }
      if (width === 1) kernels.index_add_u8(data, rows, add, stride, first, gids);
      else if (width === 2) kernels.index_add_u16(data, rows, add, stride, first, gids);
      else kernels.index_add_u32(data, rows, add, stride, first, gids);
      stride *= digit.cells;
    });
    return gids;
  }

  /** Key words of cells (u32 numbers). */
  #keyWords(cells: number, n: number): number[] {
    const { arena, scratch, kernels } = this.#task;
    const nulls = this.#shape.nullWord ? scratch.allocZero(n * 8) : 0;
    let stride = 1;
    const words = this.#digits.map((digit, k) => {
      const codes = scratch.alloc(n * 4);
      for (let i = 0; i < n; i++) {
        const code = Math.floor(arena.u32[(cells >>> 2) + i] / stride) % digit.cells;
        arena.u32[(codes >>> 2) + i] = code;
        if (code === 0 && nulls !== 0) arena.u32[(nulls >>> 2) + 2 * i] |= 1 << k;
      }
      stride *= digit.cells;
      const out = scratch.alloc(n * 8);
      if (digit.kind === 'dict') {
        kernels.take_u64(this.#task.dictionaryRefs(digit.dictionary), codes, n, out);
        if (nulls !== 0) this.#zeroNulls(codes, n, out);
      } else {
        const base = digit.kind === 'int' ? digit.base : 0n;
        for (let i = 0; i < n; i++) {
          const code = arena.u32[(codes >>> 2) + i];
          arena.i64[out / 8 + i] = code === 0 ? 0n : base + BigInt(code - 1);
        }
      }
      return out;
    });
    if (nulls !== 0) words.push(nulls);
    return words;
  }

  #zeroNulls(codes: number, n: number, out: number): void {
    const { u32 } = this.#task.arena;
    for (let i = 0; i < n; i++) {
      if (u32[(codes >>> 2) + i] !== 0) continue;
      u32[(out >>> 2) + 2 * i] = 0;
      u32[(out >>> 2) + 2 * i + 1] = 0;
    }
  }
}

/** Position of count(*)'s word among the state columns. */
function wordOfCountStar(states: AggregateStates, calls: readonly AggregateCall[]): number | null {
  let word = 0;
  for (let i = 0; i < calls.length; i++) {
    if (calls[i].fn === 'count_star' && calls[i].filter === null) return word;
    word += states.aggregators[i].words;
  }
  return null;
}

function digitOf(v: Vector): Digit | undefined {
  if (v.kind === 'dict' && v.dictionary !== null)
    return { kind: 'dict', dictionary: v.dictionary, cells: v.dictionary.count };
  if (v.kind === 'bool') return { kind: 'bool', cells: 3 };
  // Two-byte integers would need 65,537 cells, flushed at every change of base.
  if (v.kind === 'int' && v.width === 1) return { kind: 'int', base: v.base, width: 1, cells: 257 };
  return undefined;
}
