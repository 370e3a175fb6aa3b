/**
 * Aggregates of the elements of arrays: `array_reduce_<lane>(spec, types, array, ...)`. Only the executor has aggregates
 * (exec/expression/reduce-elements.ts), so a call is never folded.
 */

import { BasaltError } from '../../base/error.ts';
import type { LogicalType } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

export type ReduceSpec = {
  /** Of the aggregate, as plans have it. */
  readonly fn: string;
  readonly params: readonly number[];
  readonly type: LogicalType;
  /** The last array says which elements count. */
  readonly filtered: boolean;
};

export const reduceSpecText = (spec: ReduceSpec): string => JSON.stringify(spec);
export const reduceSpecOf = (text: string): ReduceSpec => JSON.parse(text) as ReduceSpec;

const evaluate = (): never => {
  throw new BasaltError('NOT_IMPLEMENTED', 'An aggregate of an array is no constant', {
    hint: 'Select it from a table, or write its value',
  });
};

export const REDUCE: readonly Implementation[] = (['i64', 'f64', 'bool', 'str'] as const).map((lane) =>
  implement(`array_reduce_${lane}`, ['str'], lane, evaluate, { variadic: true, takesTypes: true }),
);
