/**
 * One statement from its first byte to its end: who asked what and when, what it has done so far, and the entry it leaves
 * in the query log. Ends once, whoever says so first.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { BoundStatement } from '../../sql/index.ts';
import type { Settings } from '../setting/setting.ts';
import type { QueryLog } from '../system/query-log.ts';
import type { ClientInterface, Statistics } from '../types.ts';
import { StatementTally } from './tally.ts';

/** What is known of a statement when it comes in. */
export type StatementFacts = {
  readonly queryId: string;
  readonly query: string;
  readonly schema: string;
  readonly user: string;
  readonly interface: ClientInterface;
};

/** ClickHouse's words for kinds of statements. */
const KINDS: Readonly<Record<BoundStatement['kind'], string>> = {
  query: 'Select',
  insert: 'Insert',
  appendFile: 'Insert',
  discard: 'Insert',
  ingest: 'Insert',
  delete: 'Delete',
  update: 'Update',
  createTable: 'Create',
  createView: 'Create',
  createMaterializedView: 'Create',
  createDictionary: 'Create',
  reloadDictionaries: 'System',
  refreshViews: 'System',
  modifyRefresh: 'Alter',
  modifySecurity: 'Alter',
  modifyQuery: 'Alter',
  createFunction: 'Create',
  dropFunction: 'Drop',
  createSchema: 'Create',
  dropTable: 'Drop',
  dropSchema: 'Drop',
  undropTable: 'Create',
  detachTable: 'Drop',
  detachSchema: 'Drop',
  attachTable: 'Create',
  attachSchema: 'Create',
  truncateTables: 'Drop',
  renameSchema: 'Rename',
  commentSchema: 'Alter',
  alterTable: 'Alter',
  alterPartitions: 'Alter',
  alterRows: 'Alter',
  renameTables: 'Rename',
  exchangeTables: 'Rename',
  showCreateTable: 'Show',
  use: 'Use',
  set: 'Set',
  explain: 'Explain',
  optimizeTable: 'Optimize',
  checkTable: 'Check',
  copyTo: 'Copy',
  system: 'System',
  killQuery: 'KillQuery',
};

export class StatementRecord {
  readonly facts: StatementFacts;
  readonly tally = new StatementTally();
  readonly #log: QueryLog;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #startMs: number;
  #settings: Settings;
  #kind = '';
  #begun = false;
  #finalMs: number | null = null;

  constructor(log: QueryLog, clock: Clock, facts: StatementFacts, settings: Settings) {
    this.facts = facts;
    this.#log = log;
    this.#clock = clock;
    this.#settings = settings;
    this.#startedMs = clock.nowMs();
    this.#startMs = clock.monotonicMs();
  }

  /** It is understood, with these settings, and begins to run: what fails from here on fails while processing. */
  begins(kind: BoundStatement['kind'], settings: Settings): void {
    this.#kind = KINDS[kind];
    this.#settings = settings;
    this.#begun = true;
  }

  readonly statistics = (): Statistics =>
    this.tally.statistics(this.#finalMs ?? this.#clock.monotonicMs() - this.#startMs);

  end(error: unknown): void {
    if (this.#finalMs !== null) return;
    this.#finalMs = this.#clock.monotonicMs() - this.#startMs;
    if (this.#settings.boolean('log_queries')) this.#write(error === null ? null : BasaltError.from(error));
  }

  #write(error: BasaltError | null): void {
    const settings = this.#settings;
    const statistics = this.statistics();
    if (error === null && statistics.elapsedMs < settings.number('log_queries_min_query_duration_ms')) return;
    const { query, ...facts } = this.facts;
    this.#log.add(
      {
        ...facts,
        query: query.slice(0, settings.number('log_queries_cut_to_length')),
        type:
          error === null ? 'QueryFinish' : this.#begun ? 'ExceptionWhileProcessing' : 'ExceptionBeforeStart',
        startedMs: this.#startedMs,
        endedMs: this.#clock.nowMs(),
        kind: this.#kind,
        comment: settings.string('log_comment'),
        threads: this.tally.profile()?.threads ?? 1,
        statistics,
        error,
      },
      settings.number('query_log_max_entries'),
      settings.number('query_log_max_bytes'),
    );
  }
}
