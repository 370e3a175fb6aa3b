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
import { NO_STATISTICS, type Statistics } from '../plan/statistics.ts';
import type { WindowPlan } from '../plan/window.ts';
import type { LogicalType } from '../type/type.ts';
import type { AggregateSpec } from './aggregate/sink.ts';
import { MAX_STAGES } from './control.ts';
import type { FillSpec } from './fill.ts';
import {
  type KeyWish,
  throughAggregate,
  throughProject,
  throughWidth,
  throughWindow,
  toLeft,
  toRight,
  wishOf,
} from './join/key-wish.ts';
import { isWhole } from './join/scan-filter.ts';
import { endsWithRight } from './join/unmatched.ts';
import { type LateColumns, lateColumns } from './late-columns.ts';
import type { SortSpec } from './sort/spec.ts';
import type { JoinStages, SinkSpec, SourceSpec, Stage, StepSpec } from './stage/stage.ts';
import { windowSpec } from './window/spec.ts';

export type Physical = {
  readonly stages: readonly Stage[];
  /** By scan number. */
  readonly scans: readonly ScanPlan[];
};

/** A source and the operators that stream after it, not yet ended by a sink. */
type Pipe = { readonly source: SourceSpec; readonly steps: readonly StepSpec[]; readonly serial: boolean };
type Open = readonly Pipe[];

const pipe = (source: SourceSpec, serial = false): Open => [{ source, steps: [], serial }];

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
  return { stages: withAskedTables(builder.stages), scans: builder.scans };
}

/** Which tables scans ask for their keys is known when all stages are. */
function withAskedTables(stages: readonly Stage[]): Stage[] {
  const asked = new Set(
    stages
      .flatMap(({ source }) => (source.kind === 'scan' ? source.filters : []))
      .filter(isWhole)
      .map(({ build }) => build),
  );
  return stages.map((stage) =>
    stage.source.kind === 'tables' && asked.has(stage.id)
      ? { ...stage, source: { ...stage.source, isAsked: true } }
      : stage,
  );
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

  /** Ends every pipe with the sink; answers the stages. */
  close(open: Open, sink: SinkSpec, serial = false): number[] {
    return open.map((p, number) => {
      const id = this.stages.length;
      // Which rows a LIMIT lets through, and the order of a result, hang on the order of morsels.
      const limited = p.steps.some((s) => s.kind === 'limit');
      const sorted = ['sorted', 'window', 'fill'].includes(p.source.kind);
      this.stages.push({
        id,
        pipe: number,
        source: this.#withProbes(p.source),
        steps: p.steps,
        sink,
        serial: serial || p.serial || (sorted && limited),
        // A range comes in its order, as users of numbers() and generate_series are used to.
        ordered: (sorted || p.source.kind === 'range') && sink.kind === 'result',
      });
      return id;
    });
  }

  /** @param wishes of joins above, which the plan's scans may fulfil */
  open(plan: Plan, wishes: readonly KeyWish[] = []): Open {
    switch (plan.kind) {
      case 'scan': {
        const scan = this.scans.length;
        this.scans.push(plan);
        return pipe({
          kind: 'scan',
          scan,
          plan,
          filters: wishes.map(({ stages, columns }) => ({ ...stages, columns })),
        });
      }
      case 'values':
        return pipe({ kind: 'values', plan }, true);
      case 'range':
        return pipe({ kind: 'range', plan });
      case 'recursive':
        throw new BasaltError('LOGICAL_ERROR', 'A recursive query runs as a table of its rows');
      case 'filter':
        return this.#then(this.open(plan.input, wishes), { kind: 'filter', predicate: plan.predicate });
      case 'project':
        return this.#then(this.open(plan.input, throughProject(wishes, plan)), {
          kind: 'project',
          exprs: plan.exprs,
        });
      case 'expand': {
        const { arrays, padded, outer, missing } = plan;
        const width = plan.input.schema.length;
        return this.#then(this.open(plan.input, throughWidth(wishes, width)), {
          kind: 'expand',
          spec: { arrays, padded, outer, missing, width },
        });
      }
      case 'limit':
        return this.#limit(plan);
      case 'aggregate': {
        const expanded = expandDistinct(plan, this.#statistics);
        if (expanded.kind !== 'aggregate') return this.open(expanded, wishes);
        const spec: AggregateSpec = { keys: expanded.keys, aggregates: expanded.aggregates };
        const input = this.open(expanded.input, throughAggregate(wishes, expanded));
        if (spec.keys.length === 0)
          return pipe({ kind: 'total', from: this.close(input, { kind: 'total', spec }), spec }, true);
        return pipe({ kind: 'groups', from: this.close(input, { kind: 'aggregate', spec }), spec });
      }
      case 'sort':
        return this.#sort(plan, plan.limit === null && plan.offset === 0 ? wishes : []);
      case 'window':
        return this.#window(plan, throughWindow(wishes, plan));
      case 'join':
        return this.#join(plan, wishes);
      case 'fill': {
        const spec: FillSpec = {
          sort: { types: typesOf(plan.input), keys: plan.keys, limit: null, offset: 0 },
          rule: plan.rule,
          most: plan.most ?? Number.POSITIVE_INFINITY,
        };
        const from = this.close(this.open(plan.input), { kind: 'sort', spec: spec.sort });
        return pipe({ kind: 'fill', from, spec }, true);
      }
      case 'union':
        return plan.inputs.flatMap((input) => this.open(input, wishes));
    }
  }

  #then(open: Open, step: StepSpec): Open {
    return open.map((p) => ({ ...p, steps: [...p.steps, step] }));
  }

  #sort(plan: SortPlan, wishes: readonly KeyWish[]): Open {
    const late = lateColumns(plan);
    if (late !== null) return this.#sortLate(plan, late);
    const spec: SortSpec = {
      types: typesOf(plan.input),
      keys: plan.keys,
      limit: plan.limit,
      offset: plan.offset,
    };
    const from = this.close(this.open(plan.input, wishes), { kind: 'sort', spec });
    return pipe({ kind: 'sorted', from, spec });
  }

  #window(plan: WindowPlan, wishes: readonly KeyWish[]): Open {
    const { input, spec } = windowSpec(plan);
    const from = this.close(this.open(input, wishes), { kind: 'sort', spec: spec.sort });
    return pipe({ kind: 'window', from, spec });
  }

  /** Sorts without the columns that only the first rows need, and fetches them afterwards. */
  #sortLate({ limit, offset }: SortPlan, { narrow, keys, scan, had, project }: LateColumns): Open {
    const number = this.scans.length;
    const spec: SortSpec = { types: typesOf(narrow), keys, limit, offset };
    const from = this.close(this.open(narrow), { kind: 'sort', spec });
    const fetched = this.#then(pipe({ kind: 'sorted', from, spec }), {
      kind: 'fetch',
      spec: { scan: number, plan: scan, had },
    });
    return project === null ? fetched : this.#then(fetched, { kind: 'project', exprs: project.exprs });
  }

  #limit(plan: LimitPlan): Open {
    const sorted = limitIntoSort(plan.input, plan);
    if (sorted !== null) return this.open(sorted);
    return this.#then(this.open(limitIntoFill(plan.input, plan)), {
      kind: 'limit',
      limit: plan.limit,
      offset: plan.offset,
      counter: this.#limits++,
    });
  }

  /**
   * The right side is partitioned, then gets its tables; the left side streams by. Two more pipes follow it: what has to
   * go through files, and right rows without a partner.
   */
  #join(plan: JoinPlan, wishes: readonly KeyWish[]): Open {
    const rows = this.close(this.open(plan.right, toRight(wishes, plan)), { kind: 'build', plan });
    const [build] = this.close(pipe({ kind: 'tables', from: rows, plan, isAsked: false }), { kind: 'none' });
    const stages: JoinStages = { rows, build, plan };
    const left = this.open(plan.left, [...wishOf(stages), ...toLeft(wishes, plan)]);
    const grace = pipe({ kind: 'grace', probes: [], ...stages });
    const unmatched = endsWithRight(plan) ? pipe({ kind: 'unmatched', ...stages }) : [];
    return [...this.#then(left, { kind: 'probe', ...stages }), ...grace, ...unmatched];
  }

  /** Stages with the left rows of a grace join are known when they have been closed, which is before it is. */
  #withProbes(source: SourceSpec): SourceSpec {
    if (source.kind !== 'grace') return source;
    const probes = this.stages.filter((stage) =>
      stage.steps.some((step) => step.kind === 'probe' && step.build === source.build),
    );
    return { ...source, probes: probes.map((stage) => stage.id) };
  }
}

/** LIMIT above a sort, with only projections between, becomes the sort's own limit. */
function limitIntoSort(plan: Plan, { limit, offset }: LimitPlan): Plan | null {
  if (plan.kind === 'sort' && plan.limit === null && plan.offset === 0) return { ...plan, limit, offset };
  if (plan.kind !== 'project') return null;
  const input = limitIntoSort(plan.input, { limit, offset } as LimitPlan);
  return input === null ? null : { ...plan, input };
}

/** What makes rows on its own ends with a LIMIT above it. */
function limitIntoFill(plan: Plan, { limit, offset }: LimitPlan): Plan {
  if (plan.kind === 'fill' && limit !== null) return { ...plan, most: offset + limit };
  return plan.kind === 'project'
    ? { ...plan, input: limitIntoFill(plan.input, { limit, offset } as LimitPlan) }
    : plan;
}
