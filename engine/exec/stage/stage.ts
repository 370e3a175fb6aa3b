/**
 * A stage: what one thread does with its share of the morsels of one source, until a point where all threads must
 * meet. Plain data; the same description runs on the main thread, on a worker, or on all of them.
 *
 * A plan becomes a list of stages in dependency order (physical.ts): every stage but the last leaves one partial
 * result per thread, which later stages name by stage number.
 */

import type { Expr } from '../../plan/expr.ts';
import type { JoinPlan, RangePlan, ScanPlan, ValuesPlan } from '../../plan/node.ts';
import { type LogicalType, laneOf } from '../../type/type.ts';
import type { AggregateSpec } from '../aggregate/sink.ts';
import type { SortSpec } from '../sort/sink.ts';

export type SourceSpec =
  /** `scan` numbers the query's scans; the coordinator hands the pruned parts over under that number. */
  | { readonly kind: 'scan'; readonly scan: number; readonly plan: ScanPlan }
  | { readonly kind: 'values'; readonly plan: ValuesPlan }
  | { readonly kind: 'range'; readonly plan: RangePlan }
  | { readonly kind: 'groups'; readonly from: number; readonly spec: AggregateSpec }
  | { readonly kind: 'total'; readonly from: number; readonly spec: AggregateSpec }
  | { readonly kind: 'sorted'; readonly from: number; readonly spec: SortSpec }
  | { readonly kind: 'stored'; readonly from: readonly number[]; readonly types: readonly LogicalType[] }
  | { readonly kind: 'unmatched'; readonly build: number; readonly plan: JoinPlan };

export type StepSpec =
  | { readonly kind: 'filter'; readonly predicate: Expr }
  | { readonly kind: 'project'; readonly exprs: readonly Expr[] }
  | {
      readonly kind: 'limit';
      readonly limit: number | null;
      readonly offset: number;
      readonly counter: number;
    }
  | { readonly kind: 'probe'; readonly build: number; readonly plan: JoinPlan };

export type SinkSpec =
  | { readonly kind: 'result'; readonly types: readonly LogicalType[] }
  | { readonly kind: 'store'; readonly types: readonly LogicalType[] }
  | { readonly kind: 'aggregate'; readonly spec: AggregateSpec }
  | { readonly kind: 'total'; readonly spec: AggregateSpec }
  | { readonly kind: 'sort'; readonly spec: SortSpec }
  | { readonly kind: 'build'; readonly plan: JoinPlan };

export type Stage = {
  readonly id: number;
  readonly source: SourceSpec;
  readonly steps: readonly StepSpec[];
  readonly sink: SinkSpec;
  /** Runs on one thread: its work cannot be shared, or order matters. */
  readonly serial: boolean;
};

/**
 * A morsel takes about as long as its rows tell, and ending the stage no longer: no join multiplies rows, and nothing
 * works on all rows at once. Such a stage may run inside of another's morsel (worker/host.ts).
 */
export const isBounded = ({ source, steps, sink }: Stage): boolean =>
  !steps.some(({ kind }) => kind === 'probe') && source.kind !== 'sorted' && sink.kind !== 'build';

/** What a thread leaves behind; which shape depends on the sink. `unknown` because it crosses threads as plain data. */
export type StagePartial = unknown;

/** The sink keeps references to strings, so the source's frames must stay for the whole query, not for a morsel. */
export function keepsStrings({ sink }: Stage): boolean {
  switch (sink.kind) {
    case 'result':
      return false;
    case 'store':
      return sink.types.some(isString);
    case 'sort':
      return [...sink.spec.types, ...sink.spec.keys.map((k) => k.expr.type)].some(isString);
    case 'build':
      return [...sink.plan.right.schema, ...sink.plan.rightKeys].some(({ type }) => isString(type));
    case 'aggregate':
    case 'total': {
      const { keys, aggregates } = sink.spec;
      return [...keys, ...aggregates.flatMap((a) => a.args)].some(({ type }) => isString(type));
    }
  }
}

const isString = (type: LogicalType): boolean => laneOf(type) === 'str';
