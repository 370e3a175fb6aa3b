/**
 * A stage: what one thread does with its share of the morsels of one source, until a point where all threads must
 * meet. Plain data; the same description runs on the main thread, on a worker, or on all of them.
 *
 * A plan becomes a list of stages in dependency order (physical.ts): every stage leaves one partial result per thread,
 * which later stages name by stage number.
 */

import type { Expr } from '../../plan/expr.ts';
import type { JoinPlan, RangePlan, ScanPlan, ValuesPlan } from '../../plan/node.ts';
import { type LogicalType, laneOf } from '../../type/type.ts';
import type { AggregateSpec } from '../aggregate/sink.ts';
import type { ExpandSpec } from '../expand.ts';
import type { FetchSpec } from '../fetch.ts';
import type { FillSpec } from '../fill.ts';
import type { SidePartial } from '../join/partition-store.ts';
import type { ScanFilterSpec } from '../join/scan-filter.ts';
import type { SortSpec } from '../sort/spec.ts';
import type { WindowSpec } from '../window/spec.ts';

export type SourceSpec =
  /** `scan` numbers the query's scans; the coordinator hands the pruned parts over under that number. */
  | {
      readonly kind: 'scan';
      readonly scan: number;
      readonly plan: ScanPlan;
      /** What joins further on tell the scan about the rows they will drop. */
      readonly filters: readonly ScanFilterSpec[];
    }
  | { readonly kind: 'values'; readonly plan: ValuesPlan }
  | { readonly kind: 'range'; readonly plan: RangePlan }
  | { readonly kind: 'groups'; readonly from: readonly number[]; readonly spec: AggregateSpec }
  | { readonly kind: 'total'; readonly from: readonly number[]; readonly spec: AggregateSpec }
  | { readonly kind: 'sorted'; readonly from: readonly number[]; readonly spec: SortSpec }
  | { readonly kind: 'window'; readonly from: readonly number[]; readonly spec: WindowSpec }
  | { readonly kind: 'fill'; readonly from: readonly number[]; readonly spec: FillSpec }
  /** Right rows of a join, by partition; gives no rows but leaves hash tables. */
  | {
      readonly kind: 'tables';
      readonly from: readonly number[];
      readonly plan: JoinPlan;
      /** A scan asks for the keys before it passes rows on. */
      readonly isAsked: boolean;
    }
  | ({ readonly kind: 'unmatched' } & JoinStages)
  /** The join's spilled partitions; nothing when all was in memory. `probes`: the stages that have its left rows. */
  | ({ readonly kind: 'grace'; readonly probes: readonly number[] } & JoinStages);

/** Where a join's right side is: stages that partitioned it, and the one that made its tables. */
export type JoinStages = {
  readonly rows: readonly number[];
  readonly build: number;
  readonly plan: JoinPlan;
};

export type StepSpec =
  | { readonly kind: 'filter'; readonly predicate: Expr }
  | { readonly kind: 'expand'; readonly spec: ExpandSpec }
  | { readonly kind: 'project'; readonly exprs: readonly Expr[] }
  | {
      readonly kind: 'limit';
      readonly limit: number | null;
      readonly offset: number;
      readonly counter: number;
    }
  | ({ readonly kind: 'probe' } & JoinStages)
  | { readonly kind: 'fetch'; readonly spec: FetchSpec };

export type SinkSpec =
  | { readonly kind: 'result'; readonly types: readonly LogicalType[] }
  /** For sources that leave what they make themselves. */
  | { readonly kind: 'none' }
  | { readonly kind: 'aggregate'; readonly spec: AggregateSpec }
  | { readonly kind: 'total'; readonly spec: AggregateSpec }
  | { readonly kind: 'sort'; readonly spec: SortSpec }
  | { readonly kind: 'build'; readonly plan: JoinPlan };

export type Stage = {
  readonly id: number;
  /** Its number among the pipes that end in the same. */
  readonly pipe: number;
  readonly source: SourceSpec;
  readonly steps: readonly StepSpec[];
  readonly sink: SinkSpec;
  /** Runs on one thread: its work cannot be shared. */
  readonly serial: boolean;
  /** Its results are passed on in the order of its morsels, whichever thread made them. */
  readonly ordered: boolean;
};

/**
 * A morsel takes about as long as its rows tell, and ending the stage no longer: no join multiplies rows, and nothing
 * works on all rows at once. Such a stage may run inside of another's morsel (worker/host.ts).
 */
export const isBounded = ({ source, steps }: Stage): boolean =>
  !steps.some(({ kind }) => kind === 'probe') && !['grace', 'tables', 'window', 'fill'].includes(source.kind);

/** What a thread leaves behind; plain data that crosses threads. */
export type StagePartial = {
  /** The sink's; its shape depends on the sink. */
  readonly sink: unknown;
  readonly probes: readonly ProbePartial[];
};

/** Left rows of a join whose right side was spilled, named by the join's `build` stage. */
export type ProbePartial = { readonly build: number; readonly rows: SidePartial };

/** Partials by stage and thread. */
export type Partials = readonly (readonly StagePartial[])[];

/** What the sinks of these stages left, stage by stage, thread by thread. The caller knows the sinks. */
export const sinkPartials = <T>(partials: Partials, stages: readonly number[]): T[] =>
  stages.flatMap((stage) => partials[stage].map((p) => p.sink as T));

/** The scans whose parts a stage reads. */
export function scansRead({ source, steps }: Stage): Set<number> {
  const read = new Set<number>();
  if (source.kind === 'scan') read.add(source.scan);
  for (const step of steps) if (step.kind === 'fetch') read.add(step.spec.scan);
  return read;
}

/** The earlier stages whose partials a stage reads. */
export function stagesRead({ source, steps }: Stage): Set<number> {
  const read = new Set<number>();
  const join = ({ rows, build }: Pick<JoinStages, 'rows' | 'build'>): void => {
    for (const stage of [...rows, build]) read.add(stage);
  };
  if ('from' in source) for (const stage of source.from) read.add(stage);
  if ('build' in source) join(source);
  if (source.kind === 'grace') for (const stage of source.probes) read.add(stage);
  if (source.kind === 'scan') source.filters.forEach(join);
  for (const step of steps) if (step.kind === 'probe') join(step);
  return read;
}

/**
 * What the stage evaluates over its batches. Places that are not over the same rows may look alike; nothing is mistaken, since what is shared
 * is found by the batch.
 */
export function exprsOfStage({ source, steps, sink }: Stage): readonly Expr[] {
  const scanned = source.kind === 'scan' && source.plan.filter !== null ? [source.plan.filter] : [];
  return [...scanned, ...steps.flatMap(exprsOfStep), ...exprsOfSink(sink)];
}

function exprsOfStep(step: StepSpec): readonly Expr[] {
  switch (step.kind) {
    case 'filter':
      return [step.predicate];
    case 'expand':
      return step.spec.arrays;
    case 'project':
      return step.exprs;
    case 'probe':
      return step.plan.leftKeys;
    case 'limit':
    case 'fetch':
      return [];
  }
}

function exprsOfSink(sink: SinkSpec): readonly Expr[] {
  switch (sink.kind) {
    case 'aggregate':
    case 'total': {
      const { keys, aggregates } = sink.spec;
      return [...keys, ...aggregates.flatMap((a) => (a.filter === null ? a.args : [...a.args, a.filter]))];
    }
    case 'sort':
      return sink.spec.keys.map((k) => k.expr);
    case 'build':
      return sink.plan.rightKeys;
    case 'result':
    case 'none':
      return [];
  }
}

/** The sink keeps references to strings, so they and the source's frames must stay until it lets go of them. */
export const keepsStrings = ({ sink }: Stage): boolean =>
  (sink.kind === 'aggregate' || sink.kind === 'total') && hasStrings(sink);

/** The sink, or a join that has to go through files, keeps references into dictionaries: readers must stay open. */
export const keepsDictionaries = ({ sink, steps }: Stage): boolean =>
  hasStrings(sink) ||
  steps.some(
    (step) =>
      step.kind === 'probe' &&
      [...step.plan.left.schema, ...step.plan.leftKeys].some(({ type }) => isString(type)),
  );

function hasStrings(sink: SinkSpec): boolean {
  switch (sink.kind) {
    case 'result':
    case 'none':
      return false;
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
