/**
 * What a finished build side tells the probe side's scan (a runtime filter): rows whose key is outside its ends, or not
 * among its keys, will find no partner, so blocks are passed over by their zones and rows before other columns are read. Integers that lie close
 * together are bits; of other keys small sides are asked themselves, large ones through Bloom filters (key-filter.ts).
 *
 * It only serves joins that drop left rows without a partner. Looking keys up ends when it turns out that most rows
 * pass.
 */

import type { JoinPlan } from '../../plan/node.ts';
import type { TaskContext } from '../context.ts';
import { type Input, maskedInput } from '../input.ts';
import { validOf } from '../lane.ts';
import type { Range } from '../prune.ts';
import {
  isSpilled,
  keyBits,
  keyEnds,
  keyFilters,
  rowsOf,
  SMALL_BUILD_ROWS,
  type TablePartial,
  tableSet,
} from './build.ts';
import type { BuildPartial } from './build-sink.ts';
import { KeyEvaluator } from './side.ts';

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

/** One byte a row, in scratch. */
type Lookup = (input: Input) => number;

export class ScanFilter {
  /** Nothing can match. */
  readonly empty: boolean;
  /** Column indices, not ids, of the scan. */
  readonly ranges: readonly (Omit<Range, 'columnId'> & { readonly column: number })[];
  readonly #task: TaskContext;
  readonly #mayMatch: Lookup | null;
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
    this.#mayMatch = isWhole(spec) ? lookUp(task, spec, builds, partials) : null;
  }

  /** The rows that may find a partner. */
  apply(input: Input): Input {
    if (this.#mayMatch === null || input.rows === 0) return input;
    if (this.#tested >= TRIAL_ROWS && this.#passed * 2 > this.#tested) return input;
    const mask = this.#mayMatch(input);
    const kept = maskedInput(this.#task, input, mask);
    this.#tested += input.rows;
    this.#passed += kept.rows;
    return kept;
  }
}

/** Of rows whose keys the right side has, or may have; null: that is not known, or costs as much as the join. */
function lookUp(
  task: TaskContext,
  { plan, columns }: ScanFilterSpec,
  builds: readonly BuildPartial[],
  partials: readonly TablePartial[],
): Lookup | null {
  const count = rowsOf(builds);
  if (count === 0 || isSpilled(builds)) return null;
  const bits = keyBits(task, plan, builds);
  if (bits !== null)
    return (input) => {
      const v = input.column(columns[0]);
      const found = bits.has(v);
      const valid = validOf(task, v);
      if (valid !== 0) task.kernels.mask_and(valid, found, v.rows, found);
      return found;
    };
  const keys = new KeyEvaluator(
    task,
    plan,
    plan.leftKeys.map((key, k) => ({ kind: 'column', index: columns[k], type: key.type })),
  );
  if (count > SMALL_BUILD_ROWS) {
    const filters = keyFilters(task, plan, partials);
    return (input) => filters.mayHave(keys.keys(input), input.rows);
  }
  const tables = tableSet(task, plan, builds, partials);
  return (input) => {
    const { rows } = input;
    const mask = task.scratch.alloc(rows);
    task.kernels.mask_of_u32(tables.find(keys.keys(input), rows), rows, mask);
    return mask;
  };
}
