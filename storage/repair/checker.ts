/**
 * Checks segments of a store, on request or in the background, and remembers which are damaged.
 *
 * A damaged segment stays where it is: queries that need its damaged bytes fail and say which they are, all others go on, and no
 * merge takes it, so that what is left of it is not lost. Nothing is deleted. A check that finds it whole again (restored from a
 * backup) forgets the damage.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { SegmentMeta } from '../segment/meta.ts';
import type { SegmentHandle } from '../table/segment-handle.ts';
import { closedError, type StoreCore } from '../table/store-core.ts';
import type { Table } from '../table/table.ts';
import { checkSegment } from './check-segment.ts';

/** What a check found of one segment. */
export type SegmentCheck = {
  readonly meta: SegmentMeta;
  /** null: all is well. */
  readonly error: BasaltError | null;
};

export type Damage = {
  readonly tableId: number;
  readonly meta: SegmentMeta;
  readonly error: BasaltError;
  readonly foundMs: number;
};

/** Called between pieces with the bytes read; may wait, and may end the check by failing. */
export type Pace = (bytes: number) => Promise<void> | void;

const SLICE_MS = 5;

export class Checker {
  readonly #core: StoreCore;

  constructor(core: StoreCore) {
    this.#core = core;
  }

  /** Checks segments of the table one after the other; those that went meanwhile are left out. */
  async *check(
    table: Table,
    isWanted: (handle: SegmentHandle) => boolean,
    pace: Pace,
  ): AsyncGenerator<SegmentCheck, void> {
    for (const handle of table.segments.filter(isWanted)) {
      if (this.#core.closing) throw closedError();
      if (!table.segments.includes(handle)) continue;
      handle.acquire();
      try {
        yield await this.#checkOne(table, handle, pace);
      } finally {
        handle.release();
      }
    }
  }

  async #checkOne(table: Table, { meta }: SegmentHandle, pace: Pace): Promise<SegmentCheck> {
    const { context, options, damaged } = this.#core;
    const tableId = table.definition.id;
    const { fs, dir, clock } = options;
    let error: BasaltError | null = null;
    let bytes = 0;
    const steps = checkSegment(context, fs, dir, meta);
    const turns = takingTurns(clock);
    for (;;) {
      try {
        const step = steps.next();
        if (step.done === true) break;
        bytes = step.value;
      } catch (thrown) {
        steps.return();
        error = BasaltError.from(thrown);
        break;
      }
      try {
        await turns();
        await pace(bytes);
      } catch (ended) {
        steps.return();
        throw ended;
      }
    }
    if (error === null) damaged.delete(meta.id);
    else damaged.set(meta.id, { tableId, meta, error, foundMs: clock.nowMs() });
    return { meta, error };
  }
}

/** Lets others on this thread have a turn every few milliseconds. */
function takingTurns(clock: Clock): () => Promise<void> {
  let untilMs = clock.monotonicMs() + SLICE_MS;
  return async () => {
    if (clock.monotonicMs() < untilMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    untilMs = clock.monotonicMs() + SLICE_MS;
  };
}
