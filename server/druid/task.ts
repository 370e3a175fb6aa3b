/**
 * Ingestion tasks: a bounded queue, a few running at once, and a bounded memory of those that have ended.
 *
 * A task is a spec or a statement of Druid's SQL. Its states are Druid's: WAITING for a place, RUNNING, then SUCCESS or
 * FAILED for good. Passwords inside a spec are masked before it is shown to anyone.
 */

import { randomUUID } from 'node:crypto';
import { type IngestPlan, parseSpec } from '../../database/ingest/index.ts';
import { maskedText } from '../../database/statement/masked-text.ts';
import type { IngestReport, QueryOptions } from '../../database/types.ts';
import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { Random } from '../../engine/base/random.ts';
import type { ServerDatabase } from '../database.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { SqlRequest } from './request.ts';

export type TaskState = 'WAITING' | 'RUNNING' | 'SUCCESS' | 'FAILED';

export type Task = {
  readonly id: string;
  readonly type: string;
  readonly dataSource: string;
  readonly createdMs: number;
  /** As it was posted. */
  readonly payload: unknown;
  readonly controller: AbortController;
  readonly work: (task: Task) => Promise<void>;
  state: TaskState;
  startMs: number;
  durationMs: number;
  rows: number;
  /** Of a spec that has ended well. */
  report: IngestReport | null;
  error: BasaltError | null;
};

export type TaskLimits = {
  readonly maxRunningTasks: number;
  readonly maxPendingTasks: number;
  readonly maxFinishedTasks: number;
};

/** Druid's type of tasks that are statements. */
export const SQL_TASK = 'query_controller';
const LETTERS = 'abcdefghijklmnop';

export class TaskRegistry {
  readonly #database: ServerDatabase;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #limits: TaskLimits;
  readonly #tasks = new Map<string, Task>();
  readonly #waiting: Task[] = [];
  readonly #running = new Map<Task, Promise<void>>();

  constructor(database: ServerDatabase, metrics: Metrics, clock: Clock, random: Random, limits: TaskLimits) {
    this.#database = database;
    this.#metrics = metrics;
    this.#clock = clock;
    this.#random = random;
    this.#limits = limits;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Takes a spec in. @throws BasaltError INVALID_SPEC, TOO_MANY_SIMULTANEOUS_QUERIES */
  submit(spec: unknown): Task {
    const plan = parseSpec(spec);
    if (plan.source === null) {
      throw new BasaltError('INVALID_SPEC', 'spec.ioConfig.inputSource: is missing');
    }
    return this.#take({
      id: plan.id ?? this.#newId(plan, this.#clock.nowMs()),
      type: plan.type,
      dataSource: plan.dataSource,
      payload: spec,
      work: async (task) => {
        task.report = await this.#database.ingest(spec, {
          signal: task.controller.signal,
          onProgress: (progress) => {
            task.rows = progress.rows;
          },
        });
        task.rows = task.report.rowStats.processed + task.report.rowStats.processedWithError;
      },
    });
  }

  /** Takes Druid's INSERT or REPLACE in. @throws BasaltError what is wrong with the statement, TOO_MANY_SIMULTANEOUS_QUERIES */
  async submitSql({ query, queryId, parameters, settings, timeZone }: SqlRequest): Promise<Task> {
    const options: QueryOptions = {
      dialect: 'druid',
      params: parameters,
      settings,
      ...(timeZone === null ? {} : { timeZone }),
    };
    const { isIngestion, table } = await this.#database.check(query, options);
    if (!isIngestion || table === null)
      throw new BasaltError('NOT_IMPLEMENTED', 'Tasks are INSERT and REPLACE ... PARTITIONED BY', {
        hint: 'POST other statements to /druid/v2/sql',
      });
    const id = `query-${queryId ?? randomUUID()}`;
    return this.#take({
      id,
      type: SQL_TASK,
      dataSource: table,
      payload: { type: SQL_TASK, id, spec: { query: { queryType: 'sql', query: maskedText(query) } } },
      work: async (task) => {
        const { signal } = task.controller;
        const running = await this.#database.run(query, { ...options, queryId: id, signal });
        for await (const _ of running.batches);
        task.rows = running.statistics().rowsWritten;
      },
    });
  }

  #take(given: Pick<Task, 'id' | 'type' | 'dataSource' | 'payload' | 'work'>): Task {
    if (this.#waiting.length >= this.#limits.maxPendingTasks) {
      throw new BasaltError(
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `${this.#waiting.length} tasks are waiting already`,
      );
    }
    if (this.#tasks.has(given.id)) throw new BasaltError('BAD_ARGUMENTS', `Task ${given.id} already exists`);
    const task: Task = {
      ...given,
      createdMs: this.#clock.nowMs(),
      controller: new AbortController(),
      state: 'WAITING',
      startMs: 0,
      durationMs: -1,
      rows: 0,
      report: null,
      error: null,
    };
    this.#tasks.set(task.id, task);
    this.#waiting.push(task);
    this.#startNext();
    return task;
  }

  #newId(plan: IngestPlan, nowMs: number): string {
    const letters = Array.from({ length: 8 }, () => LETTERS[this.#random.below(LETTERS.length)]).join('');
    return `${plan.type}_${plan.dataSource}_${letters}_${new Date(nowMs).toISOString()}`;
  }

  #startNext(): void {
    while (this.#running.size < this.#limits.maxRunningTasks) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running.set(task, this.#run(task));
    }
  }

  async #run(task: Task): Promise<void> {
    task.state = 'RUNNING';
    task.startMs = this.#clock.monotonicMs();
    try {
      await task.work(task);
      this.#end(task, 'SUCCESS', null);
    } catch (error) {
      this.#end(task, 'FAILED', BasaltError.from(error));
    } finally {
      this.#running.delete(task);
      this.#startNext();
    }
  }

  #end(task: Task, state: TaskState, error: BasaltError | null): void {
    task.state = state;
    task.error = error;
    task.durationMs = task.startMs === 0 ? 0 : Math.round(this.#clock.monotonicMs() - task.startMs);
    this.#metrics.task(error === null ? 'ok' : 'failed', task.rows);
    this.#forget();
  }

  #forget(): void {
    let finished = 0;
    for (const task of this.#tasks.values()) if (isFinished(task)) finished++;
    for (const task of this.#tasks.values()) {
      if (finished <= this.#limits.maxFinishedTasks) return;
      if (!isFinished(task)) continue;
      this.#tasks.delete(task.id);
      finished--;
    }
  }

  /** @throws BasaltError NOT_FOUND */
  get(id: string): Task {
    const task = this.#tasks.get(id);
    if (task !== undefined) return task;
    throw new BasaltError('NOT_FOUND', `No task has the id ${id}`);
  }

  /** Newest first. */
  list(): Task[] {
    return [...this.#tasks.values()].reverse();
  }

  shutdown(task: Task): void {
    const reason = new BasaltError('QUERY_WAS_CANCELLED', 'Shutdown request from user');
    const at = this.#waiting.indexOf(task);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#end(task, 'FAILED', reason);
    } else task.controller.abort(reason);
  }

  /** Drops what waits and cancels what runs; resolves when all have ended. */
  async close(): Promise<void> {
    for (const task of [...this.#waiting, ...this.#running.keys()]) this.shutdown(task);
    await Promise.all(this.#running.values());
  }
}

export const isFinished = (task: Task): boolean => task.state === 'SUCCESS' || task.state === 'FAILED';

/** Druid's words for the state. */
export const statusCode = (task: Task): string => (isFinished(task) ? task.state : 'RUNNING');
export const runnerStatus = (task: Task): string => (isFinished(task) ? 'NONE' : task.state);

const SECRET = /password|secret|token|accesskey/i;

/** The spec with every password replaced. */
export function masked(value: unknown, key = ''): unknown {
  if (SECRET.test(key) && value !== null && value !== undefined) return '*****';
  if (Array.isArray(value)) return value.map((item) => masked(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, masked(item, name)]));
}
