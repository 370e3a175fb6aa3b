/**
 * What a finished build side tells the probe side's scan (a runtime filter): rows whose key is outside its ends, or not
 * among its keys, will find no partner, so blocks are passed over by their zones and rows before other columns are read. Small sides are
 * asked themselves, large ones through Bloom filters (key-filter.ts).
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
  keyFilters,
  rowsOf,
  SMALL_BUILD_ROWS,
  type TablePartial,
  tableSet,
} from './build.ts';
import type { BuildPartial } from './build-sink.ts';
import { type JoinKeys, KeyEvaluator } from './side.ts';

/** Names the join's stages, and the scan's column that each left key is; -1 = none. */
export type ScanFilterSpec = {
  readonly build: number;
  readonly rows: readonly number[];
  readonly plan: JoinPlan;
  readonly columns: readonly number[];
};

/** The scan has all of the key. */
export const isWhole = ({ columns }: ScanFilterSpec): boolean =>
  columns.length > 0 && columns.every((c) => c >= 0);

const TRIAL_ROWS = 32768;

export class ScanFilter {
  /** Nothing can match. */
  readonly empty: boolean;
  /** Column indices, not ids, of the scan. */
  readonly ranges: readonly (Omit<Range, 'columnId'> & { readonly column: number })[];
  readonly #task: TaskContext;
  readonly #mayMatch: ((keys: JoinKeys, rows: number) => number) | null;
  readonly #keys: KeyEvaluator;
  #tested = 0;
  #passed = 0;

  constructor(
    task: TaskContext,
    spec: ScanFilterSpec,
    builds: readonly BuildPartial[],
    partials: readonly TablePartial[],
  ) {
    const { plan, columns } = spec;
    this.#task = task;
    this.empty = rowsOf(builds) === 0;
    this.ranges = plan.nullSafe
      ? []
      : keyEnds(builds).flatMap((ends, k) =>
          ends === null || columns[k] < 0
            ? []
            : [{ column: columns[k], lo: ends.min, hi: ends.max, strings: null }],
        );
    this.#mayMatch = isWhole(spec) ? lookUp(task, plan, builds, partials) : null;
    const keys = plan.leftKeys.map(
      (key, k) => ({ kind: 'column', index: columns[k], type: key.type }) as const,
    );
    this.#keys = new KeyEvaluator(task, plan, keys);
  }

  /** The rows that may find a partner. */
  apply(input: Input): Input {
    if (this.#mayMatch === null || input.rows === 0) return input;
    if (this.#tested >= TRIAL_ROWS && this.#passed * 2 > this.#tested) return input;
    const mask = this.#mayMatch(this.#keys.keys(input), input.rows);
    const kept = maskedInput(this.#task, input, mask);
    this.#tested += input.rows;
    this.#passed += kept.rows;
    return kept;
  }
}

/** A mask of the rows whose keys the right side has, or may have; null: that is not known, or costs as much as the join. */
function lookUp(
  task: TaskContext,
  plan: JoinPlan,
  builds: readonly BuildPartial[],
  partials: readonly TablePartial[],
): ((keys: JoinKeys, rows: number) => number) | null {
  const count = rowsOf(builds);
  if (count === 0 || isSpilled(builds)) return null;
  if (count > SMALL_BUILD_ROWS && denseRange(plan, builds) === null) {
    const filters = keyFilters(task, plan, partials);
    return (keys, rows) => filters.mayHave(keys, rows);
  }
  const tables = tableSet(task, plan, builds, partials);
  return (keys, rows) => {
    const mask = task.scratch.alloc(rows);
    task.kernels.mask_of_u32(tables.find(keys, rows), rows, mask);
    return mask;
  };
}
