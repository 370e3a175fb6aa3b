/**
 * From a plan to stages: cuts the tree wherever all rows must be seen before the next operator can start.
 *
 * Between two cuts a plan is one or several pipes: a union's inputs, and an outer join's unmatched rows, are pipes of
 * their own that go through the same operators one after the other, so that nothing of them is stored.
 *
 * Invariant: stages come in dependency order; those with the result sink are the last pipes.
 */

import { BasaltError } from '../base/error.ts';
import { expandDistinct } from '../plan/expand-distinct.ts';
import type { JoinPlan, LimitPlan, Plan, ScanPlan, SortPlan } from '../plan/node.ts';
import type { LogicalType } from '../type/type.ts';
import type { AggregateSpec } from './aggregate/sink.ts';
import { MAX_STAGES } from './control.ts';
import type { SortSpec } from './sort/spec.ts';
import type { SinkSpec, SourceSpec, Stage, StepSpec } from './stage/stage.ts';

export type Physical = {
  readonly stages: readonly Stage[];
  /** By scan number. */
  readonly scans: readonly ScanPlan[];
};

/** A source and the operators that stream after it, not yet ended by a sink. */
type Pipe = { readonly source: SourceSpec; readonly steps: readonly StepSpec[]; readonly serial: boolean };
type Open = readonly Pipe[];

const pipe = (source: SourceSpec, serial = false): Open => [{ source, steps: [], serial }];

export function physicalPlan(plan: Plan): Physical {
  const builder = new StageBuilder();
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
  #limits = 0;

  /** Ends every pipe with the sink; answers the stages. */
  close(open: Open, sink: SinkSpec, serial = false): number[] {
    return open.map((p) => {
      const id = this.stages.length;
      // Which rows a LIMIT lets through, and the order of a result, hang on the order of morsels.
      const limited = p.steps.some((s) => s.kind === 'limit');
      const sorted = p.source.kind === 'sorted';
      this.stages.push({
        id,
        source: p.source,
        steps: p.steps,
        sink,
        serial: serial || p.serial || (sorted && limited),
        ordered: sorted && sink.kind === 'result',
      });
      return id;
    });
  }

  open(plan: Plan): Open {
    switch (plan.kind) {
      case 'scan': {
        const scan = this.scans.length;
        this.scans.push(plan);
        return pipe({ kind: 'scan', scan, plan });
      }
      case 'values':
        return pipe({ kind: 'values', plan }, true);
      case 'range':
        return pipe({ kind: 'range', plan });
      case 'filter':
        return this.#then(this.open(plan.input), { kind: 'filter', predicate: plan.predicate });
      case 'project':
        return this.#then(this.open(plan.input), { kind: 'project', exprs: plan.exprs });
      case 'limit':
        return this.#limit(plan);
      case 'aggregate': {
        const expanded = expandDistinct(plan);
        if (expanded.kind !== 'aggregate') return this.open(expanded);
        const spec: AggregateSpec = { keys: expanded.keys, aggregates: expanded.aggregates };
        const input = this.open(expanded.input);
        if (spec.keys.length === 0)
          return pipe({ kind: 'total', from: this.close(input, { kind: 'total', spec }), spec }, true);
        return pipe({ kind: 'groups', from: this.close(input, { kind: 'aggregate', spec }), spec });
      }
      case 'sort':
        return this.#sort(plan);
      case 'join':
        return this.#join(plan);
      case 'union':
        return plan.inputs.flatMap((input) => this.open(input));
    }
  }

  #then(open: Open, step: StepSpec): Open {
    return open.map((p) => ({ ...p, steps: [...p.steps, step] }));
  }

  #sort(plan: SortPlan): Open {
    const spec: SortSpec = {
      types: typesOf(plan.input),
      keys: plan.keys,
      limit: plan.limit,
      offset: plan.offset,
    };
    const from = this.close(this.open(plan.input), { kind: 'sort', spec });
    return pipe({ kind: 'sorted', from, spec });
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
    const [build] = this.close(this.#onePipe(plan.right), { kind: 'build', plan }, true);
    const probe = this.#then(this.open(plan.left), { kind: 'probe', build, plan });
    if (plan.join !== 'right' && plan.join !== 'full') return probe;
    return [...probe, ...pipe({ kind: 'unmatched', build, plan }, true)];
  }

  #onePipe(plan: Plan): Open {
    const open = this.open(plan);
    if (open.length === 1) return open;
    const types = typesOf(plan);
    return pipe({ kind: 'stored', from: this.close(open, { kind: 'store', types }), types });
  }
}

/** LIMIT above a sort, with only projections between, becomes the sort's own limit. */
function limitIntoSort(plan: Plan, { limit, offset }: LimitPlan): Plan | null {
  if (plan.kind === 'sort' && plan.limit === null && plan.offset === 0) return { ...plan, limit, offset };
  if (plan.kind !== 'project') return null;
  const input = limitIntoSort(plan.input, { limit, offset } as LimitPlan);
  return input === null ? null : { ...plan, input };
}
