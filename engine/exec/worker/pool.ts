/**
 * The coordinator's side: worker threads, started when first needed, shared by all databases of the process.
 *
 * The pool never keeps the process alive by itself: a worker holds it only while it owes an answer. A worker that
 * dies, or is terminated because it is stuck, fails what it was doing, gives back its pins through its log, and is
 * replaced when next needed.
 */

import type { Worker } from 'node:worker_threads';
import { BasaltError } from '../../base/error.ts';
import { kernelModule } from '../../kernel/load.ts';
import type { Arena } from '../../memory/arena.ts';
import type { FrameCache } from '../../memory/frame-cache.ts';
import { Region } from '../../memory/region.ts';
import type { Emit } from '../stage/result.ts';
import type { FromWorker, ToWorker, WorkerStart } from './message.ts';
import { TURN_BYTES, Turn } from './turn.ts';

export type PoolOptions = {
  readonly arena: Arena;
  readonly frames: FrameCache;
  readonly threads: number;
  readonly kernels: 'compiled' | 'reference';
  /** Makes a worker thread of the product's entry; injected because only the product knows its openers and files. */
  readonly spawn: (start: WorkerStart) => Worker;
};

type Waiting = {
  readonly worker: number;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BasaltError) => void;
  readonly onBatch: Emit | undefined;
};

type Call = {
  readonly name: string;
  readonly payload: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BasaltError) => void;
};

type Message = ToWorker extends infer M ? (M extends { task: number } ? Omit<M, 'task'> : never) : never;

export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers: (Worker | null)[];
  readonly #owed: number[];
  readonly #pinLogs: number[];
  readonly #turns: readonly Turn[];
  readonly #waiting = new Map<number, Waiting>();
  /** Calls that no worker has begun. */
  #queue: Call[] = [];
  readonly #isCalled: boolean[];
  #nextTask = 1;
  #started = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#workers = new Array(options.threads).fill(null);
    this.#owed = new Array(options.threads).fill(0);
    this.#isCalled = new Array(options.threads).fill(false);
    this.#pinLogs = Array.from({ length: options.threads }, () => options.frames.allocLog());
    const { arena, threads } = options;
    const words = new Region(arena, arena.openOwner(), 1).allocZero(threads * TURN_BYTES);
    this.#turns = Array.from({ length: threads }, (_, i) => new Turn(arena, words + i * TURN_BYTES));
  }

  get threads(): number {
    return this.#workers.length;
  }

  /** Threads ever started; more than {@link threads} when some were lost. */
  get started(): number {
    return this.#started;
  }

  /** Starts all workers now, so that the first query does not wait for them. */
  warm(): void {
    for (let i = 0; i < this.#workers.length; i++) this.#worker(i);
  }

  /** Sends a message to one worker and resolves with its answer. */
  send(worker: number, message: Message, onBatch?: Emit): Promise<unknown> {
    const task = this.#nextTask++;
    const target = this.#worker(worker);
    return new Promise((resolve, reject) => {
      this.#waiting.set(task, { worker, resolve, reject, onBatch });
      if (this.#owed[worker]++ === 0) target.ref();
      target.postMessage({ ...message, task });
    });
  }

  /** Runs a registered call on the next worker that runs none: calls do not pause, so none may wait behind a long one. */
  call(name: string, payload: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ name, payload, resolve, reject });
      this.#startCalls();
    });
  }

  /** Runs a registered call that pauses often, on the worker that owes least: others may run there meanwhile. */
  async callBeside(name: string, payload: unknown): Promise<unknown> {
    const least = this.#owed.indexOf(Math.min(...this.#owed));
    return this.send(least, { kind: 'call', name, payload });
  }

  #startCalls(): void {
    for (;;) {
      const free = this.#owed.filter((_, worker) => !this.#isCalled[worker]);
      if (free.length === 0) return;
      const call = this.#queue.shift();
      if (call === undefined) return;
      const least = Math.min(...free);
      const worker = this.#owed.findIndex((owed, i) => owed === least && !this.#isCalled[i]);
      this.#isCalled[worker] = true;
      const run = async () => this.send(worker, { kind: 'call', name: call.name, payload: call.payload });
      run()
        .then(call.resolve, call.reject)
        .finally(() => {
          this.#isCalled[worker] = false;
          this.#startCalls();
        });
    }
  }

  /** The number of the query's turn on a worker at this moment; null: it has none. */
  turnOf(worker: number, query: number): number | null {
    return this.#turns[worker].numberOf(query);
  }

  /** Ends a worker that does not answer. What it was doing fails once it has really stopped. */
  terminate(worker: number): void {
    void this.#workers[worker]?.terminate();
  }

  async close(): Promise<void> {
    for (const { reject } of this.#queue)
      reject(new BasaltError('DATABASE_CLOSED', 'The worker threads were ended'));
    this.#queue = [];
    await Promise.all(this.#workers.map((w) => w?.terminate()));
    this.#workers.fill(null);
  }

  #worker(index: number): Worker {
    const known = this.#workers[index];
    if (known !== null) return known;
    const { arena, kernels, spawn } = this.#options;
    this.#started++;
    const worker = spawn({
      memory: arena.memory,
      module: kernelModule(),
      kernels,
      pinLog: this.#pinLogs[index],
      turn: this.#turns[index].address,
    });
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#lost(index, worker, error));
    worker.on('exit', () =>
      this.#lost(
        index,
        worker,
        new BasaltError('ABORTED', 'The thread that worked on it was ended', {
          hint: 'Another query on it did not stop when it was told to: run this one again',
        }),
      ),
    );
    // After the listeners: one for messages keeps the process alive again.
    worker.unref();
    this.#workers[index] = worker;
    return worker;
  }

  #receive(message: FromWorker): void {
    const waiting = this.#waiting.get(message.task);
    if (waiting === undefined) return;
    if (message.kind === 'batch') {
      waiting.onBatch?.(message.batch, message.morsel);
      return;
    }
    this.#waiting.delete(message.task);
    if (--this.#owed[waiting.worker] === 0) this.#workers[waiting.worker]?.unref();
    if (message.kind === 'done') waiting.resolve(message.result);
    else waiting.reject(BasaltError.fromData(message.error));
  }

  #lost(index: number, worker: Worker, error: unknown): void {
    if (this.#workers[index] !== worker) return;
    this.#workers[index] = null;
    this.#owed[index] = 0;
    // It has exited: nothing it does can follow.
    this.#options.frames.reclaim(this.#pinLogs[index]);
    this.#turns[index].reset();
    for (const [task, waiting] of this.#waiting) {
      if (waiting.worker !== index) continue;
      this.#waiting.delete(task);
      waiting.reject(BasaltError.from(error));
    }
  }
}
