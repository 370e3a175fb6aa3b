/**
 * Inserts slow down, then stop, when merges cannot keep up: queries over thousands of small segments would be slow for
 * everybody, and the manifest would grow with each of them.
 *
 * What counts is the fullest partition, since only segments of one partition are merged with each other. Between the two
 * limits an insert waits, the longer the fewer segments are left; at the second it is refused. Rules and names are
 * ClickHouse's (`parts_to_delay_insert`, `parts_to_throw_insert`, `max_delay_to_insert`). Waiting holds no lock.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Timer } from '../../engine/base/timer.ts';
import { partitionKey } from './partition.ts';
import { closedError, type StoreCore } from './store-core.ts';
import type { Table } from './table.ts';

/** The shortest and the longest an insert waits. */
const MIN_DELAY_MS = 10;
const MAX_DELAY_MS = 1000;

/** Who waits in a program that does nothing else must not see it end. */
const waitingTimer: Timer = {
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
};

type Fullest = {
  readonly version: number;
  readonly total: number;
  readonly count: number;
  readonly partition: string;
};

export class BackPressure {
  readonly #core: StoreCore;
  readonly #timer: Timer;
  readonly #counted = new WeakMap<Table, Fullest>();
  /** Ends what waits. */
  readonly #closing = new AbortController();

  constructor(core: StoreCore) {
    this.#core = core;
    this.#timer = core.options.insertTimer ?? waitingTimer;
  }

  /** Before rows are taken in: resolves when they may come. TOO_MANY_PARTS. */
  async admit(table: Table, signal?: AbortSignal): Promise<void> {
    this.check(table);
    const { delayAt, throwAt } = this.#limits(table);
    const { count } = this.#fullest(table);
    if (delayAt <= 0 || count < delayAt || (throwAt > 0 && throwAt <= delayAt)) return;
    const steps = throwAt > 0 ? throwAt - delayAt : delayAt;
    const delayMs = Math.min(MAX_DELAY_MS, (MAX_DELAY_MS * (count - delayAt + 1)) / steps);
    await this.#wait(Math.max(MIN_DELAY_MS, delayMs), signal);
  }

  /** TOO_MANY_PARTS where no more rows may come. */
  check(table: Table): void {
    const { maxSegments } = this.#core.settings;
    const { name } = table.definition;
    const { count, partition, total } = this.#fullest(table);
    if (total >= maxSegments)
      throw new BasaltError(
        'TOO_MANY_PARTS',
        `Table ${name} has ${total} segments in all its partitions, and may have ${maxSegments}`,
        { hint: 'Use a coarser PARTITION BY: an insert makes a segment of each partition it touches' },
      );
    const { throwAt } = this.#limits(table);
    if (throwAt <= 0 || count < throwAt) return;
    throw new BasaltError(
      'TOO_MANY_PARTS',
      `Too many parts (${count} in partition ${partition}) in table ${name}: merges are slower than inserts`,
      {
        hint: 'Insert fewer and larger batches, wait for merges, or raise parts_to_throw_insert of the table',
      },
    );
  }

  /** As in ClickHouse, 0 is no limit. */
  #limits({ definition: { limits } }: Table): { readonly delayAt: number; readonly throwAt: number } {
    const { settings } = this.#core;
    return {
      delayAt: limits?.partsToDelayInsert ?? settings.partsToDelayInsert,
      throwAt: limits?.partsToThrowInsert ?? settings.partsToThrowInsert,
    };
  }

  /** Inserts that wait fail: the store closes. */
  close(): void {
    this.#closing.abort();
  }

  async #wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const closing = this.#closing.signal;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancel();
        closing.removeEventListener('abort', done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#timer.after(delayMs, done);
      closing.addEventListener('abort', done);
      signal?.addEventListener('abort', done);
      if (closing.aborted || signal?.aborted === true) done();
    });
    if (closing.aborted) throw closedError();
    signal?.throwIfAborted();
  }

  /** Counted once for each record of the manifest. */
  #fullest(table: Table): Fullest {
    const { version } = this.#core.manifest;
    const known = this.#counted.get(table);
    if (known?.version === version) return known;
    const { segments } = table;
    const counts = new Map<string, number>();
    let fullest: Fullest = { version, total: segments.length, count: 0, partition: '' };
    for (const { meta } of segments) {
      const partition = partitionKey(meta.partition);
      const count = (counts.get(partition) ?? 0) + 1;
      counts.set(partition, count);
      if (count > fullest.count) fullest = { ...fullest, count, partition };
    }
    this.#counted.set(table, fullest);
    return fullest;
  }
}
