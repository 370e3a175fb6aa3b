/**
 * What /metrics shows, in Prometheus' format. Gauges are read when asked for; nothing here runs a timer, so an
 * idle server stays idle. Durations in seconds, sizes in bytes, as Prometheus wants them.
 */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { BasaltError } from '../../engine/base/error.ts';
import type { ServerDatabase } from '../database.ts';
import type { Gate } from '../http/gate.ts';

const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300];

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'door' | 'status'>;
  readonly #queries: Counter<'door' | 'outcome'>;
  readonly #durations: Histogram<'door'>;
  readonly #tasks: Counter<'outcome'>;
  readonly #rows: Counter;

  constructor(database: ServerDatabase, gate: Gate) {
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'basalt_http_requests_total',
      help: 'HTTP requests answered.',
      labelNames: ['door', 'status'],
      registers,
    });
    this.#queries = new Counter({
      name: 'basalt_queries_total',
      help: 'Queries ended, by outcome: ok or the name of the error.',
      labelNames: ['door', 'outcome'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'basalt_query_duration_seconds',
      help: 'Time from the request to the last byte of a query.',
      labelNames: ['door'],
      buckets: BUCKETS_SECONDS,
      registers,
    });
    this.#tasks = new Counter({
      name: 'basalt_ingest_tasks_total',
      help: 'Ingestion tasks ended, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.#rows = new Counter({
      name: 'basalt_ingest_rows_total',
      help: 'Rows that ingestion tasks have read.',
      registers,
    });
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    gauge('basalt_queries_running', 'Queries running now.', () => gate.running);
    gauge('basalt_queries_waiting', 'Queries waiting for a place.', () => gate.waiting);
    gauge('basalt_arena_used_bytes', 'Arena memory in use.', () => database.status().memoryUsedBytes);
    gauge(
      'basalt_arena_limit_bytes',
      'Arena memory that may be used.',
      () => database.status().memoryLimitBytes,
    );
    gauge('basalt_read_only', '1 after a failed sync stopped writes.', () =>
      database.status().readOnly ? 1 : 0,
    );
    gauge('process_resident_memory_bytes', 'Resident memory of the process.', () =>
      process.memoryUsage.rss(),
    );
    gauge('process_uptime_seconds', 'Age of the process.', () => process.uptime());
  }

  request(door: string, status: number): void {
    this.#requests.inc({ door, status });
  }

  query(door: string, error: BasaltError | null, elapsedMs: number): void {
    this.#queries.inc({ door, outcome: error === null ? 'ok' : error.errorName });
    this.#durations.observe({ door }, elapsedMs / 1000);
  }

  task(outcome: 'ok' | 'failed', rows: number): void {
    this.#tasks.inc({ outcome });
    this.#rows.inc(rows);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
