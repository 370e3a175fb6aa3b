/**
 * The statements that have ended, newest last: what `system.query_log` lists. In memory, bounded in number and in bytes
 * of text; the oldest leave first. It does not outlive the process.
 *
 * Times in milliseconds since 1970, sizes in bytes.
 */

import type { BasaltError } from '../../engine/base/error.ts';
import type { ClientInterface, Statistics } from '../types.ts';

export type QueryLogEntry = {
  readonly type: 'QueryFinish' | 'ExceptionBeforeStart' | 'ExceptionWhileProcessing';
  readonly startedMs: number;
  readonly endedMs: number;
  readonly queryId: string;
  /** Cut to `log_queries_cut_to_length`. */
  readonly query: string;
  /** ClickHouse's word for what kind of statement it was; empty when that did not become known. */
  readonly kind: string;
  readonly schema: string;
  readonly user: string;
  readonly interface: ClientInterface;
  readonly comment: string;
  readonly threads: number;
  readonly statistics: Statistics;
  readonly error: BasaltError | null;
};

/** Of one entry besides its texts, roughly. */
const ENTRY_BYTES = 512;
/** Leaving entries are only cut off for good when there are many of them. */
const MIN_COMPACT = 1024;

export class QueryLog {
  #entries: QueryLogEntry[] = [];
  #first = 0;
  #bytes = 0;

  /** Adds an entry; the oldest leave until no more than `maxEntries` of `maxBytes` are left. */
  add(entry: QueryLogEntry, maxEntries: number, maxBytes: number): void {
    this.#entries.push(entry);
    this.#bytes += bytesOf(entry);
    while (this.#first < this.#entries.length && (this.size > maxEntries || this.#bytes > maxBytes)) {
      this.#bytes -= bytesOf(this.#entries[this.#first++]);
    }
    if (this.#first < MIN_COMPACT || this.#first * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }

  get size(): number {
    return this.#entries.length - this.#first;
  }

  /** Oldest first. */
  list(): readonly QueryLogEntry[] {
    return this.#entries.slice(this.#first);
  }
}

/** JavaScript's texts take up to two bytes a unit. */
const bytesOf = ({ query, comment, error }: QueryLogEntry): number =>
  ENTRY_BYTES + 2 * (query.length + comment.length + (error?.text.length ?? 0));
