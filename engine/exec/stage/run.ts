/**
 * Runs one stage on one thread, a morsel at a time, so that a thread can share itself among queries.
 *
 * `step` does one morsel and answers false when none is left; `finish` gives what this thread leaves for later
 * stages. A run is closed exactly once, whatever happened.
 */

import { assert } from '../../base/error.ts';
import { laneOf } from '../../type/type.ts';
import { intVector, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import { AggregateMerge } from '../aggregate/merge.ts';
import { type AggregatePartial, AggregateSink } from '../aggregate/sink.ts';
import { mergeTotals, TOTAL_BATCH_ROWS, type TotalPartial, TotalSink } from '../aggregate/total.ts';
import { type EngineContext, TaskContext } from '../context.ts';
import { Control } from '../control.ts';
import { compile } from '../expression/compile.ts';
import { type Input, lazyInput, maskedInput, narrowInput, type Push } from '../input.ts';
import { type JoinBuild, JoinBuildSink } from '../join/build.ts';
import { JoinProbe, pushUnmatchedRight } from '../join/probe.ts';
import { denseVector, maskOf, wordOfValue } from '../lane.ts';
import { StageMeter } from '../profile/stage-meter.ts';
import type { StageRecord } from '../profile/stage-record.ts';
import { RowStore, type StoredRows, storedInput } from '../row-store.ts';
import { mergeSorted } from '../sort/merge.ts';
import { SortSink } from '../sort/sink.ts';
import { type Emit, ResultSink } from './result.ts';
import { type ScanParts, ScanSource } from './scan.ts';
import { keepsStrings, type SourceSpec, type Stage, type StagePartial, type StepSpec } from './stage.ts';

/** What a stage needs besides its description; plain data. */
export type StageInputs = {
  /** Arena owner of the query's memory. */
  readonly owner: number;
  readonly control: number;
  /** Pruned parts by scan number. */
  readonly parts: readonly ScanParts[];
  /** Partials of earlier stages: [stage][thread]. */
  readonly partials: readonly (readonly StagePartial[])[];
  /** Every operator is measured. */
  readonly profile: boolean;
};

/** What a thread leaves of a stage: for later stages, and for the profile. */
export type StageResult = { readonly partial: StagePartial; readonly record: StageRecord };

type Source = { readonly morsels: number; readonly run: (morsel: number, push: Push) => void };
type Sink = { consume(input: Input): void; endMorsel?(morsel: number): void; finish(): StagePartial };

export class StageRun {
  readonly #task: TaskContext;
  readonly #stage: Stage;
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #push: Push;
  #stopped = false;

  constructor(engine: EngineContext, stage: Stage, inputs: StageInputs, emit: Emit) {
    const task = new TaskContext(engine, new Control(engine.arena, inputs.control), inputs.owner);
    this.#task = task;
    this.#stage = stage;
    if (!keepsStrings(stage)) task.strings = task.scratch;
    this.#sink = makeSink(task, stage, emit);
    const meter = inputs.profile ? new StageMeter(engine.clock, stage.steps.length + 2) : null;
    task.meter = meter;
    // An operator takes its batches through the meter, if there is one: unprofiled queries have nothing in between.
    let operator = stage.steps.length + 1;
    let push: Push = (input) => this.#sink.consume(input);
    if (meter !== null) push = meter.into(operator, push);
    for (const step of stage.steps.toReversed()) {
      push = this.#makeStep(step, inputs, push);
      operator--;
      if (meter !== null) push = meter.into(operator, push);
    }
    this.#push = push;
    this.#source = makeSource(task, stage, inputs);
  }

  /** Does the next morsel; false when there is none. */
  step(): boolean {
    if (this.#stopped) return false;
    this.#task.check();
    const morsel = this.#task.control.nextMorsel(this.#stage.id);
    if (morsel >= this.#source.morsels) return false;
    const { meter } = this.#task;
    if (meter === null) this.#source.run(morsel, this.#push);
    else meter.run(0, () => this.#source.run(morsel, this.#push));
    this.#sink.endMorsel?.(morsel);
    return true;
  }

  finish(): StageResult {
    const { meter, counters, heap } = this.#task;
    const sink = this.#stage.steps.length + 1;
    const partial = meter === null ? this.#sink.finish() : meter.run(sink, () => this.#sink.finish());
    const record = {
      read: counters.record(),
      heapBytes: heap.bytes,
      operators: meter?.records() ?? [],
    };
    return { partial, record };
  }

  /** Frames and readers go now; later stages read `heap`, which goes with the query's owner. */
  close(): void {
    this.#task.scratch.free();
    if (!keepsStrings(this.#stage)) this.#task.close();
  }

  /** Lets go of frames kept for later stages. */
  release(): void {
    this.#task.close();
  }

  #makeStep(step: StepSpec, inputs: StageInputs, push: Push): Push {
    const task = this.#task;
    switch (step.kind) {
      case 'filter': {
        const predicate = compile(step.predicate, task);
        return (input) => {
          const kept = maskedInput(task, input, maskOf(task, predicate(input)));
          if (kept.rows > 0) push(kept);
        };
      }
      case 'project': {
        const exprs = step.exprs.map((e) => compile(e, task));
        return (input) => push(lazyInput(input.rows, (c) => exprs[c](input)));
      }
      case 'probe': {
        const [build] = inputs.partials[step.build] as readonly JoinBuild[];
        const probe = new JoinProbe(task, step.plan, build, push);
        return (input) => probe.consume(input);
      }
      case 'limit':
        return (input) => this.#limit(step, input, push);
    }
  }

  /** Rows are counted over all threads; order is whoever comes first. */
  #limit(step: Extract<StepSpec, { kind: 'limit' }>, input: Input, push: Push): void {
    const task = this.#task;
    const before = task.control.claimRows(step.counter, input.rows);
    const end = step.limit === null ? Number.POSITIVE_INFINITY : step.offset + step.limit;
    const from = Math.max(0, step.offset - before);
    const to = Math.min(input.rows, end - before);
    if (from < to) {
      if (from === 0 && to === input.rows) push(input);
      else {
        const sel = task.scratch.alloc(input.rows * 2);
        for (let i = from; i < to; i++) task.arena.u16[sel / 2 + i - from] = i;
        push(narrowInput(task, input, sel, to - from));
      }
    }
    if (before + input.rows >= end) this.#stopped = true;
  }
}

function makeSink(task: TaskContext, stage: Stage, emit: Emit): Sink {
  const { sink } = stage;
  switch (sink.kind) {
    case 'result': {
      const result = new ResultSink(task, sink.types, emit);
      return { consume: (input) => result.consume(input), finish: () => null };
    }
    case 'store': {
      const store = new RowStore(task, task.heap, sink.types);
      return {
        consume: (input) => store.append(input.rows, (c) => input.column(c)),
        finish: () => store.describe(),
      };
    }
    case 'aggregate':
      return new AggregateSink(task, sink.spec);
    case 'total':
      return new TotalSink(task, sink.spec.aggregates);
    case 'sort':
      return new SortSink(task, sink.spec);
    case 'build':
      return new JoinBuildSink(task, sink.plan);
  }
}

function makeSource(task: TaskContext, stage: Stage, inputs: StageInputs): Source {
  const { source } = stage;
  const once = (run: (push: Push) => void): Source => ({ morsels: 1, run: (_, push) => run(push) });
  switch (source.kind) {
    case 'scan': {
      const scan = new ScanSource(
        task,
        source.plan,
        inputs.parts[source.scan],
        keepsStrings(stage),
        batchRows(stage),
      );
      return { morsels: scan.morsels, run: (morsel, push) => scan.run(morsel, push) };
    }
    case 'values':
      return once((push) => pushValues(task, source, push));
    case 'range':
      return rangeSource(task, source);
    case 'groups': {
      const partials = inputs.partials[source.from] as readonly AggregatePartial[];
      const merge = new AggregateMerge(task, source.spec, partials);
      const morsels = AggregateMerge.morsels(partials);
      return { morsels, run: (morsel, push) => merge.run(morsel, morsels, push) };
    }
    case 'total':
      return once((push) =>
        mergeTotals(
          task,
          source.spec.aggregates,
          inputs.partials[source.from] as readonly TotalPartial[],
          push,
        ),
      );
    case 'sorted':
      return once((push) =>
        mergeSorted(task, source.spec, inputs.partials[source.from] as readonly StoredRows[], push),
      );
    case 'stored':
      return storedSource(task, source, inputs);
    case 'unmatched': {
      const [build] = inputs.partials[source.build] as readonly JoinBuild[];
      return once((push) => pushUnmatchedRight(task, source.plan, build, push));
    }
  }
}

function pushValues(task: TaskContext, { plan }: Extract<SourceSpec, { kind: 'values' }>, push: Push): void {
  const { arena, scratch } = task;
  for (let from = 0; from < plan.rows.length; from += VECTOR_ROWS) {
    const mark = scratch.mark();
    const rows = Math.min(VECTOR_ROWS, plan.rows.length - from);
    const vectors = plan.schema.map((field, c): Vector => {
      const lane = laneOf(field.type);
      const data = scratch.allocZero(rows * 8);
      const valid = scratch.alloc(rows);
      for (let i = 0; i < rows; i++) {
        const value = plan.rows[from + i][c];
        arena.u8[valid + i] = value === null ? 0 : 1;
        if (value === null) continue;
        if (lane === 'bool') arena.u8[data + i] = value ? 1 : 0;
        else arena.u64[data / 8 + i] = BigInt.asUintN(64, wordOfValue(task, lane, value));
      }
      return denseVector(lane, rows, data, valid);
    });
    push(lazyInput(rows, (c) => vectors[c]));
    scratch.reset(mark);
  }
}

/** Totals keep no rows, so they can take longer batches and pay for fewer of them. */
const batchRows = (stage: Stage): number =>
  stage.sink.kind === 'total' && stage.steps.length === 0 ? TOTAL_BATCH_ROWS : VECTOR_ROWS;

const RANGE_MORSEL_ROWS = 65536;

function rangeSource(task: TaskContext, { plan }: Extract<SourceSpec, { kind: 'range' }>): Source {
  return {
    morsels: Math.ceil(plan.count / RANGE_MORSEL_ROWS),
    run(morsel, push) {
      const { scratch } = task;
      const end = Math.min(plan.count, (morsel + 1) * RANGE_MORSEL_ROWS);
      for (let from = morsel * RANGE_MORSEL_ROWS; from < end; from += VECTOR_ROWS) {
        task.check();
        const mark = scratch.mark();
        const rows = Math.min(VECTOR_ROWS, end - from);
        const data = scratch.alloc(rows * 8);
        task.kernels.series_i64(rows, plan.start + plan.step * BigInt(from), plan.step, data);
        push(lazyInput(rows, () => intVector(rows, data, 8, 0n, 0)));
        scratch.reset(mark);
      }
      const made = end - morsel * RANGE_MORSEL_ROWS;
      task.counters.readBlock(made, made, made * 8);
      task.control.addRead(made, made * 8);
    },
  };
}

function storedSource(
  task: TaskContext,
  source: Extract<SourceSpec, { kind: 'stored' }>,
  inputs: StageInputs,
): Source {
  const stores = source.from.flatMap((stage) => inputs.partials[stage] as readonly StoredRows[]);
  const morsels = stores.flatMap((stored) =>
    Array.from({ length: Math.ceil(stored.rows / VECTOR_ROWS) }, (_, i) => ({
      stored,
      from: i * VECTOR_ROWS,
    })),
  );
  return {
    morsels: morsels.length,
    run(morsel, push) {
      assert(morsel < morsels.length, 'stored morsel');
      const { stored, from } = morsels[morsel];
      const mark = task.scratch.mark();
      push(storedInput(task, stored, from, Math.min(VECTOR_ROWS, stored.rows - from)));
      task.scratch.reset(mark);
    },
  };
}
