/**
 * Runs one stage on one thread, a morsel at a time, so that a thread can share itself among queries.
 *
 * `step` does one morsel and answers false when none is left; `finish` gives what this thread leaves for later
 * stages. A run is closed exactly once, whatever happened.
 */

import { sharedTerms } from '../../plan/shared-terms.ts';
import { type EngineContext, TaskContext } from '../context.ts';
import { Control } from '../control.ts';
import { Draws } from '../expression/draw.ts';
import { OnceEvaluators } from '../expression/once.ts';
import { type Input, lazyInput, type Push } from '../input.ts';
import { KeptStrings } from '../keep-strings.ts';
import { StageMeter } from '../profile/stage-meter.ts';
import type { StageRecord } from '../profile/stage-record.ts';
import type { StageInputs } from './inputs.ts';
import type { Emit } from './result.ts';
import { makeSink, type Sink } from './sink.ts';
import { makeSource, type Source } from './source.ts';
import {
  exprsOfStage,
  isBounded,
  keepsDictionaries,
  keepsStrings,
  type Stage,
  type StagePartial,
} from './stage.ts';
import { makeStep, type Step } from './step.ts';

/** What a thread leaves of a stage: for later stages, and for the profile. */
export type StageResult = { readonly partial: StagePartial; readonly record: StageRecord };

/** Numbers of operators: the steps follow the source, and the sink follows them. */
const SOURCE = 0;
const FIRST_STEP = 1;
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
  /** In the order of operators. */
  readonly #steps: readonly Step[];
  #fleeting = false;
  #morsel = 0;

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
    const shared = inputs.sharesTerms ? sharedTerms(exprsOfStage(stage)) : null;
    if (shared !== null && shared.size > 0) task.once = new OnceEvaluators(shared);
    task.keyed = inputs.keyed;
    task.draws = new Draws(task, inputs.seed, stage.source.kind, stage.pipe);
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
    const steps: Step[] = [];
    for (const [i, spec] of [...stage.steps.entries()].toReversed()) {
      const into = push;
      const step = this.#measured(FIRST_STEP + i, () => makeStep(task, spec, inputs, into));
      push = meter === null ? step.consume : meter.into(FIRST_STEP + i, step.consume);
      steps.unshift(step);
    }
    this.#steps = steps;
    this.#push = push;
    this.#source = this.#measured(SOURCE, () => makeSource(task, stage, inputs, this.#sink));
    this.#fleeting = this.#source.fleeting === true;
  }

  /** See {@link isBounded}; reading what was spilled takes its time. */
  get bounded(): boolean {
    return isBounded(this.#stage) && !this.#fleeting;
  }

  /** Does the next morsel; false when there is none. */
  step(): boolean {
    if (this.#steps.some(({ ended }) => ended?.() === true)) return false;
    this.#task.check();
    const morsel = this.#task.control.nextMorsel(this.#stage.id);
    if (morsel >= this.#source.morsels) return false;
    this.#morsel = morsel;
    this.#task.place.morsel = morsel;
    this.#task.place.row = 0;
    this.#measured(SOURCE, () => this.#source.run(morsel, this.#push));
    this.#measured(this.#lastOperator, () => this.#sink.endMorsel?.(morsel));
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
      probes: this.#steps.flatMap(({ finish }, i) =>
        finish === undefined ? [] : [this.#measured(FIRST_STEP + i, finish)],
      ),
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
    if (!this.keeps) this.#task.close();
  }

  /** Frames and readers must stay open after it, until {@link release}. */
  get keeps(): boolean {
    return keepsDictionaries(this.#stage);
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
    return FIRST_STEP + this.#stage.steps.length;
  }

  /** Runs a piece of an operator's work, on its account when the query is profiled. */
  #measured<T>(operator: number, work: () => T): T {
    const { meter } = this.#task;
    return meter === null ? work() : meter.run(operator, work);
  }
}

/** The same rows, with copies of their strings. */
const lastingInput = (input: Input, strings: KeptStrings): Input =>
  lazyInput(input.rows, (c) => {
    const v = input.column(c);
    return v.kind === 'ref' ? { ...v, data: strings.keep(v.data, v.rows) } : v;
  });
