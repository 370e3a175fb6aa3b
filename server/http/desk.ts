/**
 * Where queries of both doors start and end: gate, timeout, cancel by id, metrics.
 *
 * An {@link ActiveQuery} must be ended exactly once whatever happens; leaving its `batches` early cancels the
 * query. An error that a cancel or timeout caused carries that cause, not the executor's words for it.
 */

import type { QueryOptions, RunningQuery } from '../../database/types.ts';
import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import type { ServerDatabase } from '../database.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Gate } from './gate.ts';
import { Pacer, slices } from './pace.ts';

export type Door = 'druid' | 'clickhouse';

export type ActiveQuery = {
  readonly query: RunningQuery;
  /** In slices, with turns for others in between. */
  readonly batches: AsyncIterable<ResultBatch>;
  readonly end: (error: BasaltError | null) => void;
  /** Raised when the query is to end: by id, by its time limit, or because its client has hung up. */
  readonly signal: AbortSignal;
  readonly elapsedMs: () => number;
};

export type StartOptions = {
  readonly door: Door;
  readonly queryId: string;
  readonly timeoutMs: number;
  /** Aborted when the client hangs up. */
  readonly hangUp: AbortSignal;
};

export class Desk {
  readonly #database: ServerDatabase;
  readonly #gate: Gate;
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #active = new Map<string, AbortController>();

  constructor(database: ServerDatabase, gate: Gate, metrics: Metrics, clock: Clock) {
    this.#database = database;
    this.#gate = gate;
    this.#metrics = metrics;
    this.#clock = clock;
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** Cancels the query of an id; false when there is none. */
  cancel(queryId: string): boolean {
    const controller = this.#active.get(queryId);
    controller?.abort(new BasaltError('QUERY_WAS_CANCELLED', `Query ${queryId} was cancelled`));
    return controller !== undefined;
  }

  cancelAll(reason: BasaltError): void {
    for (const controller of this.#active.values()) controller.abort(reason);
  }

  async start(sql: string, options: QueryOptions, start: StartOptions): Promise<ActiveQuery> {
    const { door, queryId, timeoutMs, hangUp } = start;
    if (this.#active.has(queryId)) {
      throw new BasaltError('BAD_ARGUMENTS', `Query with id = ${queryId} is already running`);
    }
    const startMs = this.#clock.monotonicMs();
    const controller = new AbortController();
    const onHangUp = (): void =>
      controller.abort(new BasaltError('QUERY_WAS_CANCELLED', 'The client has hung up'));
    if (hangUp.aborted) onHangUp();
    hangUp.addEventListener('abort', onHangUp);
    const timer = setTimeout(
      () =>
        controller.abort(
          new BasaltError('TIMEOUT_EXCEEDED', `Timeout exceeded: the query ran longer than ${timeoutMs} ms`),
        ),
      Math.min(timeoutMs, 0x7fffffff),
    );
    this.#active.set(queryId, controller);
    let leave = (): void => {};
    let ended = false;
    const end = (error: BasaltError | null): void => {
      if (ended) return;
      ended = true;
      leave();
      clearTimeout(timer);
      hangUp.removeEventListener('abort', onHangUp);
      this.#active.delete(queryId);
      this.#metrics.query(door, error, this.#clock.monotonicMs() - startMs);
    };
    const cause = (error: unknown): BasaltError =>
      controller.signal.aborted ? BasaltError.from(controller.signal.reason) : BasaltError.from(error);
    try {
      leave = await this.#gate.enter(controller.signal);
      const query = await this.#database.run(sql, {
        ...options,
        interface: 'http',
        queryId,
        signal: controller.signal,
      });
      return {
        query,
        batches: paced(query.batches, new Pacer(this.#clock), cause),
        end,
        signal: controller.signal,
        elapsedMs: () => this.#clock.monotonicMs() - startMs,
      };
    } catch (error) {
      const known = cause(error);
      end(known);
      throw known;
    }
  }
}

async function* paced(
  batches: AsyncIterable<ResultBatch>,
  pacer: Pacer,
  cause: (error: unknown) => BasaltError,
): AsyncGenerator<ResultBatch> {
  try {
    for await (const batch of batches) {
      for (const slice of slices(batch)) {
        yield slice;
        await pacer.breathe();
      }
    }
  } catch (error) {
    throw cause(error);
  }
}
