/**
 * From a plan to stages: cuts the tree wherever all rows must be seen before the next operator can start.
 *
 * Invariant: stages come in dependency order, and the last one has the result sink.
 */

import { BasaltError } from '../base/error.ts';
import { expandDistinct } from '../plan/expand-distinct.ts';
import type { JoinPlan, LimitPlan, Plan, ScanPlan, SortPlan } from '../plan/node.ts';
import { NO_STATISTICS, type Statistics } from '../plan/statistics.ts';
import type { LogicalType } from '../type/type.ts';
import type { AggregateSpec } from './aggregate/sink.ts';
import { MAX_STAGES } from './control.ts';
import type { SortSpec } from './sort/sink.ts';
import type { SinkSpec, SourceSpec, Stage, StepSpec } from './stage/stage.ts';

export type Physical = {
  readonly stages: readonly Stage[];
  /** By scan number. */
  readonly scans: readonly ScanPlan[];
};

/** A source and the operators that stream after it, not yet ended by a sink. */
type Open = { readonly source: SourceSpec; readonly steps: readonly StepSpec[]; readonly serial: boolean };

export function physicalPlan(plan: Plan, statistics: Statistics = NO_STATISTICS): Physical {
  const builder = new StageBuilder(statistics);
  const open = builder.open(plan);
  builder.close(open, { kind: 'result', types: typesOf(plan) });
  if (builder.stages.length > MAX_STAGES) {
    throw new BasaltError(
      'LIMIT_EXCEEDED',
      `The query needs ${builder.stages.length} stages, at most ${MAX_STAGES} are possible`,
      {
        hint: 'Use fewer joins, unions and subqueries in one statement',
      },
    );
  }
  return { stages: builder.stages, scans: builder.scans };
}

const typesOf = (plan: Plan): LogicalType[] => plan.schema.map((f) => f.type);

class StageBuilder {
  readonly stages: Stage[] = [];
  readonly scans: ScanPlan[] = [];
  readonly #statistics: Statistics;
  #limits = 0;

  constructor(statistics: Statistics) {
    this.#statistics = statistics;
  }

  close(open: Open, sink: SinkSpec, serial = open.serial): number {
    const id = this.stages.length;
    this.stages.push({ id, source: open.source, steps: open.steps, sink, serial });
    return id;
  }

  open(plan: Plan): Open {
    switch (plan.kind) {
      case 'scan': {
        const scan = this.scans.length;
        this.scans.push(plan);
        return { source: { kind: 'scan', scan, plan }, steps: [], serial: false };
      }
      case 'values':
        return { source: { kind: 'values', plan }, steps: [], serial: true };
      case 'range':
        return { source: { kind: 'range', plan }, steps: [], serial: false };
      case 'filter':
        return this.#then(this.open(plan.input), { kind: 'filter', predicate: plan.predicate });
      case 'project':
        return this.#then(this.open(plan.input), { kind: 'project', exprs: plan.exprs });
      case 'limit':
        return this.#limit(plan);
      case 'aggregate': {
        const expanded = expandDistinct(plan, this.#statistics);
        if (expanded.kind !== 'aggregate') return this.open(expanded);
        const spec: AggregateSpec = { keys: expanded.keys, aggregates: expanded.aggregates };
        const input = this.open(expanded.input);
        if (spec.keys.length === 0) {
          const from = this.close(input, { kind: 'total', spec });
          return { source: { kind: 'total', from, spec }, steps: [], serial: true };
        }
        const from = this.close(input, { kind: 'aggregate', spec });
        return { source: { kind: 'groups', from, spec }, steps: [], serial: false };
      }
      case 'sort':
        return this.#sort(plan);
      case 'join':
        return this.#join(plan);
      case 'union': {
        const types = typesOf(plan);
        const from = plan.inputs.map((input) => this.close(this.open(input), { kind: 'store', types }));
        return { source: { kind: 'stored', from, types }, steps: [], serial: false };
      }
    }
  }

  #then(open: Open, step: StepSpec): Open {
    return { ...open, steps: [...open.steps, step] };
  }

  #sort(plan: SortPlan): Open {
    const spec: SortSpec = {
      types: typesOf(plan.input),
      keys: plan.keys,
      limit: plan.limit,
      offset: plan.offset,
    };
    const from = this.close(this.open(plan.input), { kind: 'sort', spec });
    return { source: { kind: 'sorted', from, spec }, steps: [], serial: true };
  }

  #limit(plan: LimitPlan): Open {
    const sorted = limitIntoSort(plan.input, plan);
    if (sorted !== null) return this.open(sorted);
    return this.#then(this.open(plan.input), {
      kind: 'limit',
      limit: plan.limit,
      offset: plan.offset,
      counter: this.#limits++,
    });
  }

  #join(plan: JoinPlan): Open {
    const build = this.close(this.open(plan.right), { kind: 'build', plan }, true);
    const probe = this.#then(this.open(plan.left), { kind: 'probe', build, plan });
    if (plan.join !== 'right' && plan.join !== 'full') return probe;
    const types = typesOf(plan);
    const matched = this.close(probe, { kind: 'store', types });
    const rest: Open = { source: { kind: 'unmatched', build, plan }, steps: [], serial: true };
    const unmatched = this.close(rest, { kind: 'store', types });
    return { source: { kind: 'stored', from: [matched, unmatched], types }, steps: [], serial: false };
  }
}

/** LIMIT above a sort, with only projections between, becomes the sort's own limit. */
function limitIntoSort(plan: Plan, { limit, offset }: LimitPlan): Plan | null {
  if (plan.kind === 'sort' && plan.limit === null && plan.offset === 0) return { ...plan, limit, offset };
  if (plan.kind !== 'project') return null;
  const input = limitIntoSort(plan.input, { limit, offset } as LimitPlan);
  return input === null ? null : { ...plan, input };
}
