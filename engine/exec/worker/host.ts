/**
 * The worker's side: keeps the stages it was given and shares its time among them.
 *
 * A stage runs a morsel at a time; after SLICE_MS the next one gets a turn and waiting messages are read, so a short
 * query is not stuck behind a long one. A stage whose results nobody has taken yet waits.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { assert, BasaltError } from '../../base/error.ts';
import { loadKernels } from '../../kernel/load.ts';
import { referenceKernels } from '../../kernel/ref/index.ts';
import { Arena } from '../../memory/arena.ts';
import { FrameCache } from '../../memory/frame-cache.ts';
import type { EngineContext, PartOpener } from '../context.ts';
import { Control } from '../control.ts';
import { transferables } from '../stage/result.ts';
import { StageRun } from '../stage/run.ts';
import type { FromWorker, ToWorker, WorkerStart } from './message.ts';

const SLICE_MS = 5;
/** Result batches under way before a query's threads wait for its reader. */
const MAX_PENDING = 32;
const BLOCKED_MS = 1;

/** Work of another layer on a worker; its answer must be plain data. */
export type CallHandler = (payload: unknown, engine: EngineContext) => unknown;

export type WorkerOptions = {
  readonly openers: ReadonlyMap<string, PartOpener>;
  readonly calls: ReadonlyMap<string, CallHandler>;
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
  const engine: EngineContext = { arena, kernels, frames: new FrameCache(arena), openers: options.openers };
  const active: Active[] = [];
  const held = new Map<number, StageRun[]>();
  let scheduled = false;

  const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const fail = (task: number, error: unknown): void =>
    send({ kind: 'failed', task, error: BasaltError.from(error).toData() });

  const schedule = (blocked: boolean): void => {
    if (scheduled) return;
    scheduled = true;
    if (blocked) setTimeout(turn, BLOCKED_MS);
    else setImmediate(turn);
  };

  const turn = (): void => {
    scheduled = false;
    let worked = false;
    for (const entry of [...active]) {
      if (entry.control.pending > MAX_PENDING && !entry.control.cancelled) continue;
      worked = true;
      if (runSlice(entry)) continue;
      active.splice(active.indexOf(entry), 1);
    }
    if (active.length > 0) schedule(!worked);
  };

  /** One time slice; false when the stage has ended. */
  const runSlice = ({ task, run, control }: Active): boolean => {
    const until = performance.now() + SLICE_MS;
    try {
      while (run.step()) {
        if (performance.now() >= until || control.pending > MAX_PENDING) return true;
      }
      const result = run.finish();
      run.close();
      send({ kind: 'done', task, result });
    } catch (error) {
      fail(task, error);
    }
    return false;
  };

  const startStage = (message: Extract<ToWorker, { kind: 'stage' }>): void => {
    const control = new Control(arena, message.inputs.control);
    const run = new StageRun(engine, message.stage, message.inputs, (batch) => {
      control.addPending(1);
      send({ kind: 'batch', task: message.task, batch }, transferables(batch));
    });
    held.set(message.query, [...(held.get(message.query) ?? []), run]);
    active.push({ task: message.task, query: message.query, run, control });
    schedule(false);
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

  port.on('message', (message: ToWorker) => {
    try {
      if (message.kind === 'stage') startStage(message);
      else if (message.kind === 'release') release(message);
      else call(message).catch((error: unknown) => fail(message.task, error));
    } catch (error) {
      fail(message.task, error);
    }
  });
}
