/**
 * Statements under way, by query id: each with one signal that its caller, its time limit, KILL QUERY and the end of the
 * database can raise.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Settings } from '../setting/setting.ts';

const DEFAULT_SECONDS = 300;

export type RunningStatement = {
  readonly queryId: string;
  readonly signal: AbortSignal;
  readonly done: () => void;
};

export class RunningStatements {
  readonly #controllers = new Map<string, AbortController>();
  #next = 1;

  /** Registers a statement; `done` must be called when it has ended. */
  start(givenId: string | undefined, settings: Settings, outer: AbortSignal | undefined): RunningStatement {
    const queryId = givenId ?? `basalt-${this.#next++}`;
    if (this.#controllers.has(queryId)) {
      throw new BasaltError('BAD_ARGUMENTS', `A query with id ${queryId} is running already`);
    }
    const controller = new AbortController();
    const seconds = settings.number('max_execution_time') || DEFAULT_SECONDS;
    const timer = setTimeout(() => {
      const text = `The query ran longer than ${seconds} seconds (max_execution_time)`;
      controller.abort(new BasaltError('TIMEOUT_EXCEEDED', text));
    }, seconds * 1000);
    timer.unref();
    const forward = (): void => controller.abort(outer?.reason);
    if (outer?.aborted) forward();
    outer?.addEventListener('abort', forward, { once: true });
    this.#controllers.set(queryId, controller);
    const done = (): void => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', forward);
      this.#controllers.delete(queryId);
    };
    return { queryId, signal: controller.signal, done };
  }

  /** False when no such query is running. */
  kill(queryId: string): boolean {
    const controller = this.#controllers.get(queryId);
    controller?.abort(new BasaltError('QUERY_WAS_CANCELLED', `Query ${queryId} was killed`));
    return controller !== undefined;
  }

  abortAll(reason: BasaltError): void {
    for (const controller of this.#controllers.values()) controller.abort(reason);
  }
}
