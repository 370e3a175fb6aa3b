/**
 * Tables of joins that take one partner a left row: any, or the nearest by an inequality (ASOF).
 *
 * Rows of equal keys are a group, and a group is a run of (word, row number) by ascending words, in which the nearest is found by
 * halving. Words are the right side of the inequality so that their unsigned order goes away from the left row; joins that take any row
 * have no words. Of equal words in a group one row is kept, the one whose columns are least, so an answer hangs on no order of threads.
 */

import { BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import type { JoinPick, JoinPlan } from '../../plan/node.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import type { Input } from '../input.ts';
import { validOf, wordsOf } from '../lane.ts';
import { orderWords } from '../sort/keys.ts';
import type { BuildRows } from './build-rows.ts';
import { growSlots, type HashTable } from './hash-table.ts';

const RUN_ENTRY_BYTES = 16;
const KEY_BITS = 64;
const RADIX_BITS = 8;

/** The words of one side, and which rows have one (0 = all); `words` 0: all are the same. */
type Words = { readonly words: number; readonly valid: number };
const NO_WORDS: Words = { words: 0, valid: 0 };

/** Computes the words of one side's batches. */
export class PickWords {
  readonly #task: TaskContext;
  readonly #pick: JoinPick;
  readonly #evaluate: Evaluator | null;
  readonly #side: 'left' | 'right';

  constructor(task: TaskContext, pick: JoinPick, side: 'left' | 'right') {
    this.#task = task;
    this.#pick = pick;
    this.#side = side;
    this.#evaluate = pick.kind === 'any' ? null : compile(pick[side], task);
  }

  /** In scratch. */
  of(input: Input): Words {
    const pick = this.#pick;
    if (this.#evaluate === null || pick.kind === 'any') return NO_WORDS;
    const v = this.#evaluate(input);
    const words = this.#task.scratch.alloc(v.rows * 8);
    const descending = pick.op === 'le' || pick.op === 'lt';
    const key = { expr: pick[this.#side], descending, nullsFirst: false };
    orderWords(this.#task, v.lane, key, wordsOf(this.#task, v), v.rows, words);
    return { words, valid: validOf(this.#task, v) };
  }
}

/** Groups these pages' rows by key, and orders each group. */
export function buildRuns(
  task: TaskContext,
  region: Region,
  plan: JoinPlan,
  pick: JoinPick,
  rows: BuildRows,
  pages: readonly number[],
): HashTable {
  const { kernels, arena } = task;
  const total = pages.reduce((sum, page) => sum + rows.pageRows(page), 0);
  if (total * RUN_ENTRY_BYTES >= 2 ** 32) {
    throw new BasaltError(
      'LIMIT_EXCEEDED',
      `${total} right rows of an ASOF or ANY join are in one partition`,
      {
        hint: 'Join by more equalities, or filter the right side',
      },
    );
  }
  const reps = region.alloc(total * 4 + 4);
  // Links become numbers of groups.
  const {
    slots,
    mask,
    used: groups,
  } = growSlots(task, region, plan, rows, pages, (page, to) =>
    kernels.join_group(
      to.slots,
      to.mask,
      page,
      to.rows,
      to.keys,
      to.nullKey,
      rows.keyPages,
      rows.kinds,
      rows.side.keyWords,
      rows.links,
      to.used,
      reps,
    ),
  );
  const starts = region.allocZero(groups * 4 + 4);
  const ends = region.alloc(groups * 4 + 4);
  const runs = region.alloc(total * RUN_ENTRY_BYTES + RUN_ENTRY_BYTES);
  const [words, numbers] = [region.alloc(total * 8 + 8), region.alloc(total * 4 + 4)];
  const count = candidates(task, pick, rows, pages, { words, numbers, counts: starts });
  const sorted = pick.kind === 'any' ? { words, numbers } : radixSorted(task, region, words, numbers, count);
  kernels.join_starts(starts, ends, groups);
  const { side } = rows;
  const width = side.hash;
  const kinds = region.alloc(width + 1);
  const columns = region.alloc(width * 4 + 4);
  arena.u32.set(rows.pageTables.slice(0, width), columns >>> 2);
  arena.u8.set(
    side.layout.columns.slice(0, width).map((c) => (c.string ? 1 : 0)),
    kinds,
  );
  for (let at = 0; at < count; at += VECTOR_ROWS) {
    task.check();
    const n = Math.min(VECTOR_ROWS, count - at);
    const [from, ids] = [sorted.words + at * 8, sorted.numbers + at * 4];
    kernels.join_runs(from, ids, n, rows.links, starts, ends, columns, kinds, width, runs);
  }
  for (let at = 0; at < groups; at += VECTOR_ROWS) {
    const n = Math.min(VECTOR_ROWS, groups - at);
    kernels.join_link_runs(reps + at * 4, starts + at * 4, ends + at * 4, n, runs, rows.links);
  }
  return { slots, mask, keys: groups, unique: true };
}

/** Rows that can be a partner, one behind the other; answers how many. */
function candidates(
  task: TaskContext,
  pick: JoinPick,
  rows: BuildRows,
  pages: readonly number[],
  out: { readonly words: number; readonly numbers: number; readonly counts: number },
): number {
  const { kernels, scratch } = task;
  const right = new PickWords(task, pick, 'right');
  let count = 0;
  for (const page of pages) {
    task.check();
    const mark = scratch.mark();
    const { words, valid } = right.of(rows.pageInput(page));
    const links = rows.pageColumn(page, rows.side.hash);
    const [toWords, toNumbers] = [out.words + count * 8, out.numbers + count * 4];
    const n = rows.pageRows(page);
    count += kernels.join_candidates(page, n, words, valid, links, out.counts, toWords, toNumbers);
    scratch.reset(mark);
  }
  return count;
}

/** Row numbers by ascending words: a stable radix sort. */
function radixSorted(
  task: TaskContext,
  region: Region,
  words: number,
  numbers: number,
  n: number,
): { readonly words: number; readonly numbers: number } {
  const counts = region.alloc(2 ** RADIX_BITS * 4);
  let from = { words, numbers };
  let to = { words: region.alloc(n * 8 + 8), numbers: region.alloc(n * 4 + 4) };
  for (let shift = 0; shift < KEY_BITS; shift += RADIX_BITS) {
    task.check();
    const { kernels } = task;
    if (kernels.sort_pass_u64(from.words, from.numbers, n, shift, counts, to.words, to.numbers) !== 0)
      [from, to] = [to, from];
  }
  return from;
}
