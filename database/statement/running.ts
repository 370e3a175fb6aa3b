/**
 * Statements under way, by query id: each with what it has done so far, and with one signal that its caller, its time
 * limit, KILL QUERY and the end of the database can raise. `system.processes` lists them.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Timer } from '../../engine/base/timer.ts';
import type { Settings } from '../setting/setting.ts';
import type { Statistics } from '../types.ts';
import type { StatementFacts, StatementRecord } from './record.ts';

const DEFAULT_SECONDS = 300;

export type RunningStatement = StatementFacts & {
  readonly signal: AbortSignal;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  readonly statistics: () => Statistics;
  readonly done: () => void;
};

export class RunningStatements {
  readonly #timer: Timer;
  readonly #running = new Map<string, RunningStatement & { readonly controller: AbortController }>();
  #next = 1;

  constructor(timer: Timer) {
    this.#timer = timer;
  }

  /** An id for a statement that came without one. */
  newId(): string {
    return `basalt-${this.#next++}`;
  }

  /** Registers a statement; `done` must be called when it has ended. */
  start(
    { facts, statistics }: Pick<StatementRecord, 'facts' | 'statistics'>,
    settings: Settings,
    outer: AbortSignal | undefined,
  ): RunningStatement {
    const { queryId } = facts;
    if (this.#running.has(queryId)) {
      throw new BasaltError('BAD_ARGUMENTS', `A query with id ${queryId} is running already`);
    }
    const controller = new AbortController();
    const seconds = settings.number('max_execution_time') || DEFAULT_SECONDS;
    const stopTimer = this.#timer.after(seconds * 1000, () => {
      const text = `The query ran longer than ${seconds} seconds (max_execution_time)`;
      controller.abort(new BasaltError('TIMEOUT_EXCEEDED', text));
    });
    const forward = (): void => controller.abort(outer?.reason);
    if (outer?.aborted) forward();
    outer?.addEventListener('abort', forward, { once: true });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const done = (): void => {
      stopTimer();
      outer?.removeEventListener('abort', forward);
      this.#running.delete(queryId);
      resolve();
    };
    const statement = { ...facts, controller, signal: controller.signal, ended, statistics, done };
    this.#running.set(queryId, statement);
    return statement;
  }

  list(): readonly RunningStatement[] {
    return [...this.#running.values()];
  }

  /** @param ends it is to end now */
  find(queryId: string, ends: boolean): RunningStatement | undefined {
    const statement = this.#running.get(queryId);
    if (ends)
      statement?.controller.abort(new BasaltError('QUERY_WAS_CANCELLED', `Query ${queryId} was killed`));
    return statement;
  }

  abortAll(reason: BasaltError): void {
    for (const { controller } of this.#running.values()) controller.abort(reason);
  }
}
