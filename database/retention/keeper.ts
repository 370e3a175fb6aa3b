/**
 * Background work that lets data go when its time has come: rows by the TTL of their table, segments by Druid's rules, tables that
 * were dropped and kept for UNDROP. On its way
 * it makes what projections keep of new segments.
 *
 * It looks at the bounds of segments once a minute while any table has such a rule, and sleeps while none has. Segments of
 * which all rows have expired go at once; what has to be read and rewritten waits for the table's `merge_with_ttl_timeout`,
 * since rewriting a segment each time one more row expires would cost more than the rows. Timers do not keep the process
 * alive; a failure is kept in the store, and tried again at the next look.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { Timer } from '../../engine/base/timer.ts';
import type { SegmentMeta, TableDefinition } from '../../storage/index.ts';
import { isDropped, isHidden } from '../catalog/table-options.ts';
import { hasProjections, keepProjections } from '../projection/keep-projection.ts';
import type { Environment } from '../statement/environment.ts';
import { dropByRules, hasDropRules } from './drop-by-rules.ts';
import { dropExpired, dueRules, expireRows } from './expire.ts';
import { expiredOf, ttlRules } from './ttl-rule.ts';

/** Between two looks; Druid's coordinator has the same period. */
export const LOOK_MS = 60_000;
/** ClickHouse's default of `merge_with_ttl_timeout`. */
const REWRITE_MS = 4 * 3_600_000;

/** What was seen of one table's rows; forgotten with the process, and when the table is altered. */
type Seen = {
  readonly definition: TableDefinition;
  rewrittenMs: number;
  /** Segments without a row that could still expire. */
  readonly settled: Set<number>;
};

export class Keeper {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #stopping = new AbortController();
  readonly #seen = new Map<number, Seen>();
  #cancel: () => void = () => {};
  #isWaiting = false;
  /** Version of the manifest in which no table had a rule. */
  #idleVersion = -1;
  #running: Promise<void> = Promise.resolve();

  constructor(environment: Environment, clock: Clock, timer: Timer) {
    this.#environment = environment;
    this.#clock = clock;
    this.#timer = timer;
    this.wake();
  }

  /** There may be a table with a rule, or one more row. */
  wake(): void {
    if (this.#isWaiting || this.#stopping.signal.aborted) return;
    const { store } = this.#environment;
    // Rules are in the manifest: without a new record there is no new one.
    if (store.version === this.#idleVersion) return;
    if (!store.tables().some((table) => this.#hasRule(table))) {
      this.#idleVersion = store.version;
      return;
    }
    this.#isWaiting = true;
    this.#cancel = this.#timer.after(LOOK_MS, () => {
      this.#running = this.#look();
    });
  }

  /** Resolves when the look under way has ended. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Nothing runs after this resolved. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#cancel();
    await this.#running;
  }

  #hasRule(table: TableDefinition): boolean {
    return (
      isDropped(table) ||
      ttlRules(table).length > 0 ||
      hasProjections(table) ||
      hasDropRules(this.#environment.store, table)
    );
  }

  async #look(): Promise<void> {
    const { store, catalog } = this.#environment;
    await catalog.dropOverdue(this.#clock.nowMs()).catch((error: unknown) => {
      store.backgroundError = BasaltError.from(error);
    });
    const tables = store.tables().filter((table) => !isHidden(table));
    for (const id of this.#seen.keys()) if (!tables.some((table) => table.id === id)) this.#seen.delete(id);
    for (const table of tables) {
      if (this.#stopping.signal.aborted) break;
      try {
        if (this.#hasRule(table)) await this.#keep(table);
      } catch (error) {
        if (!this.#stopping.signal.aborted) store.backgroundError = BasaltError.from(error);
      }
    }
    this.#isWaiting = false;
    this.wake();
  }

  async #keep(table: TableDefinition): Promise<void> {
    await dropByRules(this.#environment.store, table, this.#clock.nowMs());
    if (hasProjections(table)) await keepProjections(this.#environment, table, this.#stopping.signal);
    if (ttlRules(table).length === 0) return;
    await dropExpired(this.#environment, table, () => true);
    const seen = this.#seenOf(table);
    const nowMs = this.#clock.nowMs();
    if (nowMs - seen.rewrittenMs < (table.limits?.mergeWithTtlTimeoutMs ?? REWRITE_MS)) return;
    const due = this.#due(table, seen, nowMs);
    if (due.size === 0) return;
    seen.rewrittenMs = nowMs;
    await expireRows(this.#environment, table, ({ id }) => due.has(id), this.#stopping.signal);
    const now = this.#environment.store.tableInfo(table.id).segments;
    for (const segment of now) if (isSettled(table, segment, nowMs)) seen.settled.add(segment.id);
    // Hidden rows may be reason for a merge.
    this.#environment.wrote();
  }

  /** Segments that may hold rows or values that have expired. */
  #due(table: TableDefinition, seen: Seen, nowMs: number): Set<number> {
    const { segments } = this.#environment.store.tableInfo(table.id);
    const live = new Set(segments.map(({ id }) => id));
    for (const id of seen.settled) if (!live.has(id)) seen.settled.delete(id);
    const due = segments.filter(
      (segment) => !seen.settled.has(segment.id) && dueRules(table, segment, nowMs).length > 0,
    );
    return new Set(due.map(({ id }) => id));
  }

  #seenOf(table: TableDefinition): Seen {
    const known = this.#seen.get(table.id);
    if (known?.definition === table) return known;
    const seen = { definition: table, rewrittenMs: Number.NEGATIVE_INFINITY, settled: new Set<number>() };
    this.#seen.set(table.id, seen);
    return seen;
  }
}

/** All that can expire in it has, and went. */
const isSettled = (table: TableDefinition, segment: SegmentMeta, nowMs: number): boolean =>
  ttlRules(table).every((rule) => expiredOf(rule, segment, nowMs) === 'all');
