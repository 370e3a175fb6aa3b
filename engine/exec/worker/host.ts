/**
 * The worker's side: keeps the stages it was given and shares its time among them.
 *
 * A stage runs a morsel at a time; after SLICE_MS the next one gets a turn and waiting messages are read, so a short
 * query is not stuck behind a long one. The morsel of a join can take much longer, since joins multiply rows: at its
 * next check it reads the messages that came and gives a slice to every other stage, on its own stack; so does whoever
 * builds a large table, or spills. Only bounded stages are let in that way, and they let nobody in themselves: what is
 * on the stack always comes back soon.
 * A stage whose results nobody has taken yet waits.
 */

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Clock, systemClock } from '../../base/clock.ts';
import { assert, BasaltError } from '../../base/error.ts';
import { loadKernels } from '../../kernel/load.ts';
import { referenceKernels } from '../../kernel/ref/index.ts';
import { Arena } from '../../memory/arena.ts';
import { FrameCache } from '../../memory/frame-cache.ts';
import type { OpenSpillSpace } from '../../memory/spill.ts';
import type { ResultBatch } from '../../vector/batch.ts';
import type { EngineContext, PartOpener } from '../context.ts';
import { Control } from '../control.ts';
import { transferables } from '../stage/result.ts';
import { StageRun } from '../stage/run.ts';
import type { FromWorker, ToWorker, WorkerStart } from './message.ts';
import { Turn } from './turn.ts';

const SLICE_MS = 5;
const BLOCKED_MS = 1;

/** Work of another layer on a worker; its answer must be plain data. */
export type CallHandler = (payload: unknown, engine: EngineContext) => unknown;

export type WorkerOptions = {
  readonly openers: ReadonlyMap<string, PartOpener>;
  readonly calls: ReadonlyMap<string, CallHandler>;
  readonly openSpill?: OpenSpillSpace;
  /** Cuts time slices and measures operators; default the system's. */
  readonly clock?: Clock;
};

type Active = {
  readonly task: number;
  readonly query: number;
  readonly run: StageRun;
  readonly control: Control;
};

/** Entry of a worker thread. */
export function runWorker(options: WorkerOptions): void {
  assert(parentPort !== null, 'runWorker outside a worker');
  const port = parentPort;
  const start = workerData as WorkerStart;
  const arena = Arena.attach(start.memory);
  const kernels = start.kernels === 'reference' ? referenceKernels(arena) : loadKernels(arena, start.module);
  const clock = options.clock ?? systemClock;
  const engine: EngineContext = {
    arena,
    kernels,
    frames: new FrameCache(arena, start.pinLog),
    openers: options.openers,
    ...(options.openSpill === undefined ? {} : { openSpill: options.openSpill }),
    clock,
    breathe: () => breathe(),
  };
  const turn = new Turn(arena, start.turn);
  const active: Active[] = [];
  const held = new Map<number, StageRun[]>();
  /** Stages that are on the stack now. */
  const running = new Set<Active>();
  let scheduled = false;
  let breatheAtMs = 0;

  const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const fail = (task: number, error: unknown): void =>
    send({ kind: 'failed', task, error: BasaltError.from(error).toData() });

  const schedule = (blocked: boolean): void => {
    if (scheduled) return;
    scheduled = true;
    if (blocked) setTimeout(round, BLOCKED_MS);
    else setImmediate(round);
  };

  const round = (): void => {
    scheduled = false;
    let worked = false;
    for (const entry of [...active]) {
      // A longer morsel before it may have let it in, and it may have ended there.
      if (!active.includes(entry)) continue;
      if (entry.run.blocked) continue;
      worked = true;
      runSlice(entry);
    }
    if (active.length > 0) schedule(!worked);
  };

  /** One time slice of a stage that is active and not on the stack; takes it off the list when it has ended. */
  const runSlice = (entry: Active): void => {
    assert(
      active.includes(entry) && !running.has(entry),
      'a stage runs once at a time, and not after its end',
    );
    const { task, query, run } = entry;
    const until = clock.monotonicMs() + SLICE_MS;
    breatheAtMs = until;
    running.add(entry);
    try {
      const isOver = (): boolean => {
        while (run.step()) if (clock.monotonicMs() >= until || run.blocked) return false;
        return true;
      };
      const result = turn.of(query, () => (isOver() ? run.finish() : null));
      if (result === null) return;
      run.close();
      if (!run.keeps) letGo(entry);
      send({ kind: 'done', task, result });
    } catch (error) {
      fail(task, error);
    } finally {
      running.delete(entry);
    }
    const at = active.indexOf(entry);
    if (at >= 0) active.splice(at, 1);
  };

  /** Called from inside of morsels: lets others in when this one holds the thread for too long. */
  const breathe = (): void => {
    // Never from a stage that is only being made: it is not on the list yet that a message to let go of it looks at.
    if (running.size !== 1 || clock.monotonicMs() < breatheAtMs) return;
    breatheAtMs = Number.POSITIVE_INFINITY;
    for (let m = receiveMessageOnPort(port); m !== undefined; m = receiveMessageOnPort(port)) {
      receive(m.message as ToWorker);
    }
    for (const entry of [...active]) {
      if (!active.includes(entry) || running.has(entry)) continue;
      // A cancelled stage ends at its first check, so it may always come in.
      if ((entry.run.bounded && !entry.run.blocked) || entry.control.cancelled) runSlice(entry);
    }
    breatheAtMs = clock.monotonicMs() + SLICE_MS;
  };

  const startStage = (message: Extract<ToWorker, { kind: 'stage' }>): void => {
    const control = new Control(arena, message.inputs.control);
    const emit = (batch: ResultBatch | null, morsel: number): void => {
      if (batch !== null) control.addPending(1);
      send({ kind: 'batch', task: message.task, batch, morsel }, batch === null ? [] : transferables(batch));
    };
    const run = turn.of(message.query, () => new StageRun(engine, message.stage, message.inputs, emit));
    held.set(message.query, [...(held.get(message.query) ?? []), run]);
    active.push({ task: message.task, query: message.query, run, control });
    schedule(false);
  };

  const letGo = ({ query, run }: Active): void => {
    const others = (held.get(query) ?? []).filter((r) => r !== run);
    if (others.length > 0) held.set(query, others);
    else held.delete(query);
  };

  const release = ({ task, query }: Extract<ToWorker, { kind: 'release' }>): void => {
    for (const entry of active.filter((a) => a.query === query)) active.splice(active.indexOf(entry), 1);
    for (const run of held.get(query) ?? []) run.release();
    held.delete(query);
    send({ kind: 'done', task, result: null });
  };

  const call = async ({ task, name, payload }: Extract<ToWorker, { kind: 'call' }>): Promise<void> => {
    const handler = options.calls.get(name);
    assert(handler !== undefined, `no handler for calls of ${name}`);
    send({ kind: 'done', task, result: await handler(payload, engine) });
  };

  const receive = (message: ToWorker): void => {
    try {
      if (message.kind === 'stage') startStage(message);
      else if (message.kind === 'release') release(message);
      // Work of other layers does not pause: it never runs inside of a query's morsel.
      else setImmediate(() => call(message).catch((error: unknown) => fail(message.task, error)));
    } catch (error) {
      fail(message.task, error);
    }
  };

  port.on('message', receive);
}
