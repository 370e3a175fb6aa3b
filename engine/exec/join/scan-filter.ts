/**
 * What a finished build side tells the probe side's scan (a runtime filter): rows whose key is outside its ends, or not
 * among its keys, will find no partner, so blocks are passed over by their zones and rows before other columns are read.
 *
 * It only serves joins that drop left rows without a partner. Looking keys up ends when it turns out that most rows
 * pass.
 */

import type { JoinPlan } from '../../plan/node.ts';
import type { TaskContext } from '../context.ts';
import { type Input, maskedInput } from '../input.ts';
import type { Range } from '../prune.ts';
import {
  denseRange,
  isSpilled,
  keyEnds,
  rowsOf,
  SMALL_BUILD_ROWS,
  type TablePartial,
  tableSet,
} from './build.ts';
import type { BuildPartial } from './build-sink.ts';
import type { TableSet } from './hash-table.ts';
import { KeyEvaluator } from './side.ts';

/** Names the join's stages, and the scan's column that each left key is; -1 = none. */
export type ScanFilterSpec = {
  readonly build: number;
  readonly rows: readonly number[];
  readonly plan: JoinPlan;
  readonly columns: readonly number[];
};

const TRIAL_ROWS = 32768;

export class ScanFilter {
  /** Nothing can match. */
  readonly empty: boolean;
  /** Column indices, not ids, of the scan. */
  readonly ranges: readonly (Omit<Range, 'columnId'> & { readonly column: number })[];
  readonly #task: TaskContext;
  readonly #tables: TableSet | null;
  readonly #keys: KeyEvaluator | null;
  #tested = 0;
  #passed = 0;

  constructor(
    task: TaskContext,
    { plan, columns }: ScanFilterSpec,
    builds: readonly BuildPartial[],
    partials: readonly TablePartial[],
  ) {
    const rows = rowsOf(builds);
    this.#task = task;
    this.empty = rows === 0;
    this.ranges = plan.nullSafe
      ? []
      : keyEnds(builds).flatMap((ends, k) =>
          ends === null || columns[k] < 0
            ? []
            : [{ column: columns[k], lo: ends.min, hi: ends.max, strings: null }],
        );
    const cheap = rows <= SMALL_BUILD_ROWS || denseRange(plan, builds) !== null;
    const exact = rows > 0 && cheap && !isSpilled(builds) && columns.every((c) => c >= 0);
    this.#tables = exact && columns.length > 0 ? tableSet(task, plan, builds, partials) : null;
    const keys = plan.leftKeys.map(
      (key, k) => ({ kind: 'column', index: columns[k], type: key.type }) as const,
    );
    this.#keys = this.#tables === null ? null : new KeyEvaluator(task, plan, keys);
  }

  /** The rows that may find a partner. */
  apply(input: Input): Input {
    if (this.#tables === null || this.#keys === null || input.rows === 0) return input;
    if (this.#tested >= TRIAL_ROWS && this.#passed * 2 > this.#tested) return input;
    const { kernels, scratch } = this.#task;
    const heads = this.#tables.find(this.#keys.keys(input), input.rows);
    const mask = scratch.alloc(input.rows);
    kernels.mask_of_u32(heads, input.rows, mask);
    const kept = maskedInput(this.#task, input, mask);
    this.#tested += input.rows;
    this.#passed += kept.rows;
    return kept;
  }
}
