/**
 * Runs one stage on one thread, a morsel at a time, so that a thread can share itself among queries.
 *
 * `step` does one morsel and answers false when none is left; `finish` gives what this thread leaves for later
 * stages. A run is closed exactly once, whatever happened.
 */

import type { SpillPlan } from '../../memory/spill.ts';
import { laneOf } from '../../type/type.ts';
import type { ResultBatch } from '../../vector/batch.ts';
import { intVector, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import { AggregateMerge } from '../aggregate/merge.ts';
import { type AggregatePartial, AggregateSink } from '../aggregate/sink.ts';
import { mergeTotals, TOTAL_BATCH_ROWS, type TotalPartial, TotalSink } from '../aggregate/total.ts';
import { type EngineContext, TaskContext } from '../context.ts';
import { Control } from '../control.ts';
import { compile } from '../expression/compile.ts';
import { RowFetcher } from '../fetch.ts';
import { type Input, lazyInput, maskedInput, narrowInput, type Push } from '../input.ts';
import { isSpilled, TableBuilder, type TablePartial, tableSet } from '../join/build.ts';
import { type BuildPartial, JoinBuildSink } from '../join/build-sink.ts';
import { GraceJoin } from '../join/grace.ts';
import { PartitionStore } from '../join/partition-store.ts';
import { JoinProbe } from '../join/probe.ts';
import { ScanFilter } from '../join/scan-filter.ts';
import { KeyEvaluator, leftSide } from '../join/side.ts';
import { pushUnmatchedPage } from '../join/unmatched.ts';
import { KeptStrings } from '../keep-strings.ts';
import { denseVector, maskOf, wordOfValue } from '../lane.ts';
import { StageMeter } from '../profile/stage-meter.ts';
import type { StageRecord } from '../profile/stage-record.ts';
import { type SortPartial, SortSink } from '../sort/sink.ts';
import { SortedSource } from '../sort/source.ts';
import type { SortSpec } from '../sort/spec.ts';
import { fitsPile, TopSink } from '../sort/top-sink.ts';
import { type Emit, ResultSink } from './result.ts';
import { type ScanParts, ScanSource } from './scan.ts';
import {
  isBounded,
  keepsDictionaries,
  keepsStrings,
  type Partials,
  type SourceSpec,
  type Stage,
  type StagePartial,
  type StepSpec,
  sinkPartials,
} from './stage.ts';

/** What a stage needs besides its description; plain data. */
export type StageInputs = {
  /** Arena owner of the query's memory. */
  readonly owner: number;
  readonly control: number;
  /** Threads that may run the stage at once. */
  readonly threads: number;
  /** Where and when to spill; null = nowhere. */
  readonly spill: SpillPlan | null;
  /** Pruned parts by scan number. */
  readonly parts: readonly ScanParts[];
  /** Partials of earlier stages: [stage][thread]. */
  readonly partials: Partials;
  /** Every operator is measured. */
  readonly profile: boolean;
};

/** What a thread leaves of a stage: for later stages, and for the profile. */
export type StageResult = { readonly partial: StagePartial; readonly record: StageRecord };

interface Source {
  readonly morsels: number;
  /** Strings it passes on are gone with the next morsel: whoever keeps references must copy them. */
  readonly fleeting?: boolean;
  run(morsel: number, push: Push): void;
  /** What a source without a sink leaves. */
  finish?(): unknown;
}
type Sink = { consume(input: Input): void; endMorsel?(morsel: number): void; finish(): unknown };
type ProbeStep = Extract<StepSpec, { kind: 'probe' }>;

/** The operator that all others follow. */
const SOURCE = 0;
/** Result batches under way before a query's threads wait for its reader. */
const MAX_PENDING = 32;
/** Morsels of an ordered result per thread that may be under way. */
const MORSELS_AHEAD = 2;

export class StageRun {
  readonly #task: TaskContext;
  readonly #stage: Stage;
  readonly #source: Source;
  readonly #sink: Sink;
  readonly #push: Push;
  readonly #emit: Emit;
  readonly #maxAhead: number;
  readonly #probes: { readonly build: number; readonly operator: number; readonly store: PartitionStore }[] =
    [];
  #fleeting = false;
  #morsel = 0;
  #stopped = false;

  constructor(engine: EngineContext, stage: Stage, inputs: StageInputs, emit: Emit) {
    const task = new TaskContext(
      engine,
      new Control(engine.arena, inputs.control),
      inputs.owner,
      inputs.spill,
    );
    this.#task = task;
    this.#stage = stage;
    if (keepsStrings(stage)) task.keepStrings();
    this.#maxAhead = inputs.threads * MORSELS_AHEAD;
    this.#emit = emit;
    task.meter = inputs.profile ? new StageMeter(engine.clock, stage.steps.length + 2) : null;
    const { meter } = task;
    this.#sink = makeSink(task, stage, (batch) => emit(batch, this.#morsel));
    const strings = new KeptStrings(task, task.strings);
    // An operator takes its batches through the meter, if there is one: unprofiled queries have nothing in between.
    let push: Push = (input) =>
      this.#sink.consume(this.#fleeting && task.keepsStrings ? lastingInput(input, strings) : input);
    if (meter !== null) push = meter.into(this.#lastOperator, push);
    for (const [i, step] of [...stage.steps.entries()].toReversed()) {
      const into = push;
      const operator = SOURCE + 1 + i;
      push = this.#measured(operator, () => this.#makeStep(step, operator, inputs, into));
      if (meter !== null) push = meter.into(operator, push);
    }
    this.#push = push;
    this.#source = this.#measured(SOURCE, () => makeSource(task, stage, inputs));
    this.#fleeting = this.#source.fleeting === true;
  }

  /** See {@link isBounded}; reading what was spilled takes its time. */
  get bounded(): boolean {
    return isBounded(this.#stage) && !this.#fleeting;
  }

  /** Does the next morsel; false when there is none. */
  step(): boolean {
    if (this.#stopped) return false;
    this.#task.check();
    const morsel = this.#task.control.nextMorsel(this.#stage.id);
    if (morsel >= this.#source.morsels) return false;
    this.#morsel = morsel;
    this.#measured(SOURCE, () => this.#source.run(morsel, this.#push));
    this.#sink.endMorsel?.(morsel);
    if (this.#stage.ordered) this.#emit(null, morsel);
    return true;
  }

  /**
   * More results are under way than the reader has taken: time to wait. Of an ordered stage the morsels ahead count,
   * not the batches: whoever has the earliest morsel must be able to end it, since all others wait for that.
   */
  get blocked(): boolean {
    const { control } = this.#task;
    if (control.cancelled) return false;
    if (!this.#stage.ordered) return control.pending > MAX_PENDING;
    return control.peekMorsel(this.#stage.id) >= control.deliveredMorsels + this.#maxAhead;
  }

  finish(): StageResult {
    const partial = {
      sink: this.#leave(),
      probes: this.#probes.map(({ build, operator, store }) => ({
        build,
        rows: this.#measured(operator, () => store.finish()),
      })),
    };
    const { meter, counters, keptBytes } = this.#task;
    return {
      partial,
      record: { read: counters.record(), heapBytes: keptBytes, operators: meter?.records() ?? [] },
    };
  }

  /** Frames and readers go now; later stages read `heap`, which goes with the query's owner. */
  close(): void {
    this.#task.scratch.free();
    this.#task.spill?.close();
    if (!keepsDictionaries(this.#stage)) this.#task.close();
  }

  /** Lets go of frames kept for later stages. */
  release(): void {
    this.#task.close();
  }

  #leave(): unknown {
    const source = this.#source;
    if (source.finish !== undefined) return this.#measured(SOURCE, () => source.finish?.());
    return this.#measured(this.#lastOperator, () => this.#sink.finish());
  }

  get #lastOperator(): number {
    return this.#stage.steps.length + 1;
  }

  /** Runs a piece of an operator's work, on its account when the query is profiled. */
  #measured<T>(operator: number, work: () => T): T {
    const { meter } = this.#task;
    return meter === null ? work() : meter.run(operator, work);
  }

  #makeStep(step: StepSpec, operator: number, inputs: StageInputs, push: Push): Push {
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
      case 'probe':
        return this.#probe(step, operator, inputs, push);
      case 'limit':
        return (input) => this.#limit(step, input, push);
      case 'fetch': {
        const fetcher = new RowFetcher(task, step.spec, inputs.parts[step.spec.scan]);
        return (input) => push(fetcher.fetch(input));
      }
    }
  }

  /** Left rows meet the tables, or, when the right side was spilled, go to partitions of their own. */
  #probe(step: ProbeStep, operator: number, inputs: StageInputs, push: Push): Push {
    const task = this.#task;
    const { plan, build } = step;
    const builds = sinkPartials<BuildPartial>(inputs.partials, step.rows);
    if (isSpilled(builds)) {
      const keys = new KeyEvaluator(task, plan, plan.leftKeys);
      const store = new PartitionStore(task, leftSide(plan));
      this.#probes.push({ build, operator, store });
      return (input) => store.append(input, keys.keys(input));
    }
    const tables = tableSet(task, plan, builds, sinkPartials<TablePartial>(inputs.partials, [build]));
    const probe = new JoinProbe(task, plan, push);
    return (input) => probe.consume(input, tables);
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

/** Joined rows come in the order in which threads happened to partition them. */
const hasJoin = ({ source, steps }: Stage): boolean =>
  'build' in source || steps.some((step) => step.kind === 'probe');

function sortSink(task: TaskContext, spec: SortSpec): Sink {
  const wanted = spec.limit === null ? Number.POSITIVE_INFINITY : spec.limit + spec.offset;
  return fitsPile(spec, wanted) ? new TopSink(task, spec, wanted) : new SortSink(task, spec);
}

function makeSink(task: TaskContext, stage: Stage, emit: (batch: ResultBatch) => void): Sink {
  const { sink } = stage;
  switch (sink.kind) {
    case 'result': {
      const result = new ResultSink(task, sink.types, emit);
      return { consume: (input) => result.consume(input), finish: () => null };
    }
    case 'none':
      return { consume: () => undefined, finish: () => null };
    case 'aggregate':
      return new AggregateSink(task, sink.spec);
    case 'total':
      return new TotalSink(task, sink.spec.aggregates, hasJoin(stage));
    case 'sort':
      return sortSink(task, sink.spec);
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
        batchRows(stage),
        source.filters.map(
          (spec) =>
            new ScanFilter(
              task,
              spec,
              sinkPartials<BuildPartial>(inputs.partials, spec.rows),
              sinkPartials<TablePartial>(inputs.partials, [spec.build]),
            ),
        ),
      );
      return { morsels: scan.morsels, run: (morsel, push) => scan.run(morsel, push) };
    }
    case 'values':
      return once((push) => pushValues(task, source, push));
    case 'range':
      return rangeSource(task, source);
    case 'groups': {
      const partials = sinkPartials<AggregatePartial>(inputs.partials, source.from);
      return new AggregateMerge(task, source.spec, partials);
    }
    case 'total':
      return once((push) =>
        mergeTotals(
          task,
          source.spec.aggregates,
          source.from.flatMap((f, pipe) =>
            sinkPartials<TotalPartial>(inputs.partials, [f]).map((p) => inPipe(p, pipe)),
          ),
          push,
        ),
      );
    case 'sorted': {
      const partials = sinkPartials<SortPartial>(inputs.partials, source.from);
      return new SortedSource(task, source.spec, partials);
    }
    case 'tables':
      return new TableBuilder(task, source.plan, sinkPartials<BuildPartial>(inputs.partials, source.from));
    case 'grace':
      return graceSource(task, source, inputs);
    case 'unmatched':
      return unmatchedSource(task, source, inputs);
  }
}

function graceSource(
  task: TaskContext,
  source: Extract<SourceSpec, { kind: 'grace' }>,
  { partials }: StageInputs,
): Source {
  const right = sinkPartials<BuildPartial>(partials, source.rows);
  if (!isSpilled(right)) return { morsels: 0, run: () => undefined };
  const left = source.probes
    .flatMap((stage) => partials[stage].flatMap((p) => p.probes))
    .filter((p) => p.build === source.build);
  return new GraceJoin(
    task,
    source.plan,
    left.map((p) => p.rows),
    right,
  );
}

function unmatchedSource(
  task: TaskContext,
  { plan, rows, build }: Extract<SourceSpec, { kind: 'unmatched' }>,
  { partials }: StageInputs,
): Source {
  const builds = sinkPartials<BuildPartial>(partials, rows);
  if (isSpilled(builds)) return { morsels: 0, run: () => undefined };
  const tables = tableSet(task, plan, builds, sinkPartials<TablePartial>(partials, [build]));
  return {
    morsels: tables.rows.pageCount,
    run: (page, push) => pushUnmatchedPage(task, plan, tables.rows, page, push),
  };
}

/** Morsel numbers that tell the order of pipes, too. */
const inPipe = ({ blocks }: TotalPartial, pipe: number): TotalPartial => ({
  blocks: pipe === 0 ? blocks : blocks.map((x, i) => (i % 2 === 0 ? x + pipe * 2 ** 32 : x)),
});

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

/** The same rows, with strings in the heap. */
const lastingInput = (input: Input, strings: KeptStrings): Input =>
  lazyInput(input.rows, (c) => {
    const v = input.column(c);
    return v.kind === 'ref' ? { ...v, data: strings.keep(v.data, v.rows) } : v;
  });
