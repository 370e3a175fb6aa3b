/**
 * Aggregates of a few words that rows are added to one by one: by id what they take, how a row and how another state are added, and what
 * they give. The executor keeps their words in columns as it does those of every state of fixed size (exec/aggregate/fold-aggregator.ts).
 */

import type { Lane, LogicalType, Value } from '../../type/type.ts';
import type { FixedState } from './fixed-words.ts';
import { CHANGES } from './fold-change.ts';
import { DECAYS } from './fold-decay.ts';
import { MOMENTS } from './fold-moment.ts';
import { SUMS } from './fold-sum.ts';
import { MEANS_TESTS } from './fold-test.ts';

export type Fold = {
  readonly args: readonly Lane[];
  readonly result: Lane;
  readonly words: number;
  readonly string: false;
  /** Its result hangs on the order of rows. */
  readonly ordered: boolean;
  /** @param row its words are the arguments */
  readonly add: (to: FixedState, row: FixedState, params: readonly number[]) => void;
  readonly merge: (to: FixedState, from: FixedState, params: readonly number[]) => void;
  /** @param type of the result. null: no values */
  readonly value: (state: FixedState, params: readonly number[], type: LogicalType) => Value;
};

export const FOLDS: Readonly<Record<string, Fold>> = {
  ...MOMENTS,
  ...SUMS,
  ...CHANGES,
  ...DECAYS,
  ...MEANS_TESTS,
};
