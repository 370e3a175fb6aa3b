/** `array_fold_*`: the body once for each position, over the rows whose arrays have one. */

import type { Mark, Region } from '../../memory/region.ts';
import type { Expr } from '../../plan/expr.ts';
import { type LogicalType, laneOf } from '../../type/type.ts';
import type { Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { validOf, vectorOfWords, wordsOf } from '../lane.ts';
import { bodyInput, ElementCursor } from './element-cursor.ts';
import type { Compile, VectorFunction } from './evaluator.ts';

/** Kernels read strings in pieces of this size. */
const SLACK_BYTES = 16;

export function foldElements(
  body: Expr,
  types: readonly LogicalType[],
  task: TaskContext,
  compile: Compile,
): VectorFunction {
  const lane = laneOf(body.type);
  const cursor = ElementCursor.ofBody(task, body, types, 1);
  const evaluate = compile(body, task);
  const texts = lane === 'str' ? new StepTexts(task) : null;
  return (args, rows) => {
    const { arena, kernels, scratch } = task;
    const { u8, u16 } = arena;
    const captured = args.slice(3 + types.length);
    cursor.open(args.slice(3, 3 + types.length));
    const [words, valid] = copyOf(args[2], task);
    const places = types.map(() => new Uint32Array(2 * rows));
    const live = new Uint16Array(rows);
    let left = 0;
    for (let row = 0; row < rows; row++) {
      if (!cursor.startRow(row)) u8[valid + row] = 0;
      else {
        cursor.save(row, places);
        live[left++] = row;
      }
    }
    while (left > 0) {
      task.check();
      const mark = scratch.mark();
      const { strings } = task;
      task.strings = scratch;
      const sel = scratch.alloc(left * 2);
      cursor.reserve(left);
      const ended: number[] = [];
      let n = 0;
      for (let i = 0; i < left; i++) {
        const row = live[i];
        cursor.restore(row, places);
        if (cursor.next(n)) {
          cursor.save(row, places);
          live[n] = row;
          u16[sel / 2 + n++] = row;
        } else ended.push(row);
      }
      left = n;
      if (n > 0) {
        const own = scratch.alloc(n * 8);
        const ownValid = scratch.alloc(n);
        kernels.gather_u64(words, sel, n, own);
        kernels.gather_u8(valid, sel, n, ownValid);
        const before = vectorOfWords(task, lane, n, own, ownValid);
        const after = evaluate(bodyInput(task, [before, ...cursor.vectors(n)], captured, sel, n));
        put(after, live.subarray(0, n), words, valid, task);
        texts?.keep(live.subarray(0, n), words);
      }
      task.strings = strings;
      scratch.reset(mark);
      texts?.finish(ended, words);
    }
    const all = kernels.mask_count(valid, rows) === rows;
    return vectorOfWords(task, lane, rows, words, all ? 0 : valid);
  };
}

/** Words and validity of the initial values, to be overwritten. */
function copyOf(initial: Vector, task: TaskContext): [words: number, valid: number] {
  const { arena, scratch } = task;
  const { rows } = initial;
  const [words, valid] = [scratch.alloc(rows * 8), scratch.alloc(rows)];
  const from = wordsOf(task, initial);
  const fromValid = validOf(task, initial);
  arena.u8.copyWithin(words, from, from + rows * 8);
  if (fromValid === 0) arena.fill(valid, rows, 1);
  else arena.u8.copyWithin(valid, fromValid, fromValid + rows);
  return [words, valid];
}

/** What the body gave, to the rows it was given for; no text where there is none. */
function put(after: Vector, rows: Uint16Array, words: number, valid: number, task: TaskContext): void {
  const { u8, u32 } = task.arena;
  const [from, fromValid] = [wordsOf(task, after) >>> 2, validOf(task, after)];
  for (let i = 0; i < rows.length; i++) {
    const to = (words >>> 2) + 2 * rows[i];
    const isThere = fromValid === 0 || u8[fromValid + i] === 1;
    u8[valid + rows[i]] = isThere ? 1 : 0;
    u32[to] = isThere ? u32[from + 2 * i] : 0;
    u32[to + 1] = isThere ? u32[from + 2 * i + 1] : 0;
  }
}

/** Texts from one position to the next, for which scratch does not last: in two regions by turns. */
class StepTexts {
  readonly #task: TaskContext;
  readonly #turns: readonly { readonly region: Region; readonly start: Mark }[];
  #turn = 0;

  constructor(task: TaskContext) {
    this.#task = task;
    this.#turns = [task.region(), task.region()].map((region) => ({ region, start: region.mark() }));
  }

  /** Copies the texts of rows; those of the step before are good until the next call. */
  keep(rows: Iterable<number>, words: number): void {
    const { region, start } = this.#turns[this.#turn];
    this.#turn = 1 - this.#turn;
    region.reset(start);
    this.#copy(rows, words, region);
  }

  /** Texts that no further step changes. */
  finish(rows: Iterable<number>, words: number): void {
    this.#copy(rows, words, this.#task.strings);
  }

  #copy(rows: Iterable<number>, words: number, to: Region): void {
    const { u8, u32 } = this.#task.arena;
    for (const row of rows) {
      const ref = (words >>> 2) + 2 * row;
      const length = u32[ref + 1];
      const text = to.alloc(length + SLACK_BYTES);
      u8.copyWithin(text, u32[ref], u32[ref] + length);
      u32[ref] = text;
    }
  }
}
