/**
 * The steps of stages: operators that pass batches on as they come.
 */

import type { TaskContext } from '../context.ts';
import { Expander } from '../expand.ts';
import { compile } from '../expression/compile.ts';
import { RowFetcher } from '../fetch.ts';
import { type Input, lazyInput, narrowInput, type Push } from '../input.ts';
import { isSpilled, type TablePartial, tableSet } from '../join/build.ts';
import type { BuildPartial } from '../join/build-sink.ts';
import { PartitionStore } from '../join/partition-store.ts';
import { JoinProbe } from '../join/probe.ts';
import { KeyEvaluator, leftSide } from '../join/side.ts';
import { RowFilter } from '../row-filter.ts';
import type { StageInputs } from './inputs.ts';
import { type ProbePartial, type StepSpec, sinkPartials } from './stage.ts';

export type Step = {
  readonly consume: Push;
  /** No row that came now would get any further. */
  readonly ended?: () => boolean;
  /** Left rows of a join that has to go through files. */
  readonly finish?: () => ProbePartial;
};

/** @param push where its rows go */
export function makeStep(task: TaskContext, step: StepSpec, inputs: StageInputs, push: Push): Step {
  switch (step.kind) {
    case 'filter': {
      const filter = new RowFilter(task, step.predicate);
      return {
        consume(input) {
          const kept = filter.apply(input);
          if (kept.rows > 0) push(kept);
        },
      };
    }
    case 'project': {
      const exprs = step.exprs.map((e) => compile(e, task));
      return { consume: (input) => push(lazyInput(input.rows, (c) => exprs[c](input))) };
    }
    case 'expand': {
      const expander = new Expander(task, step.spec, push);
      return { consume: (input) => expander.consume(input) };
    }
    case 'probe':
      return probe(task, step, inputs, push);
    case 'limit':
      return new LimitStep(task, step, push);
    case 'fetch': {
      const fetcher = new RowFetcher(task, step.spec, inputs.parts[step.spec.scan]);
      return { consume: (input) => push(fetcher.fetch(input)) };
    }
  }
}

/** Left rows meet the tables, or, when the right side was spilled, go to partitions of their own. */
function probe(
  task: TaskContext,
  { plan, build, rows }: Extract<StepSpec, { kind: 'probe' }>,
  { partials }: StageInputs,
  push: Push,
): Step {
  const builds = sinkPartials<BuildPartial>(partials, rows);
  if (isSpilled(builds)) {
    const keys = new KeyEvaluator(task, plan, plan.leftKeys);
    const store = new PartitionStore(task, leftSide(plan));
    return {
      consume: (input) => store.append(input, keys.keys(input)),
      finish: () => ({ build, rows: store.finish() }),
    };
  }
  const tables = tableSet(task, plan, builds, sinkPartials<TablePartial>(partials, [build]));
  const join = new JoinProbe(task, plan, push);
  return { consume: (input) => join.consume(input, tables) };
}

/** Rows are counted over all threads; order is whoever comes first. */
class LimitStep {
  readonly #task: TaskContext;
  readonly #counter: number;
  readonly #first: number;
  readonly #end: number;
  readonly #push: Push;
  #ended = false;

  constructor(
    task: TaskContext,
    { counter, limit, offset }: Extract<StepSpec, { kind: 'limit' }>,
    push: Push,
  ) {
    this.#task = task;
    this.#counter = counter;
    this.#first = offset;
    this.#end = limit === null ? Number.POSITIVE_INFINITY : offset + limit;
    this.#push = push;
  }

  consume = (input: Input): void => {
    const { arena, control, scratch } = this.#task;
    const before = control.claimRows(this.#counter, input.rows);
    const from = Math.max(0, this.#first - before);
    const to = Math.min(input.rows, this.#end - before);
    if (from < to) {
      if (from === 0 && to === input.rows) this.#push(input);
      else {
        const sel = scratch.alloc(input.rows * 2);
        for (let i = from; i < to; i++) arena.u16[sel / 2 + i - from] = i;
        this.#push(narrowInput(this.#task, input, sel, to - from));
      }
    }
    this.#ended = before + input.rows >= this.#end;
  };

  ended = (): boolean => this.#ended;
}
