/**
 * Refreshable materialized views: their queries run again when their time has come, and what comes out takes the place of the target's
 * rows, or is added to them, in one record of the manifest together with when that was. So no refresh is seen in part, and none is lost or
 * done twice by a restart, which goes on with the times in the manifest.
 *
 * A view is refreshed once at a time, and MAX_RUNNING views are. One timer waits for whatever is due first; it keeps no process alive.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { Random } from '../../engine/base/random.ts';
import type { Timer } from '../../engine/base/timer.ts';
import type { RefreshInfo, TableInfo } from '../../sql/index.ts';
import type { TableDefinition } from '../../storage/index.ts';
import { optionsOf, refreshKey } from '../catalog/table-options.ts';
import type { Environment } from '../statement/environment.ts';
import { orAborted } from '../statement/or-aborted.ts';
import { StatementTally } from '../statement/tally.ts';
import type { Statistics } from '../types.ts';
import { add, nextSlot } from './refresh-time.ts';
import { refreshView } from './refresh-view.ts';

const MAX_RUNNING = 4;

/** What the manifest keeps. */
export type RefreshRecord = {
  /** What was due until then is done, or was not to be. */
  readonly afterMs: number;
  /** When the last refresh that succeeded ended; 0: none did. */
  readonly successMs: number;
  readonly durationMs: number;
};

type Running = { readonly stop: AbortController; readonly tally: StatementTally; readonly startMs: number };

type State = {
  view: TableInfo;
  refresh: RefreshInfo;
  record: RefreshRecord | null;
  /** -Infinity: now. */
  nextMs: number;
  /** Refreshes that failed since the last time it was due. */
  failures: number;
  error: BasaltError | null;
  /** Of the last refresh; 0: none. */
  lastMs: number;
  last: Statistics | null;
  running: Running | null;
  isStopped: boolean;
  waiting: (() => void)[];
};

export type ListedRefresh = Pick<
  State,
  'view' | 'record' | 'nextMs' | 'failures' | 'error' | 'lastMs' | 'last'
> & {
  readonly status: 'Disabled' | 'Scheduled' | 'WaitingForDependencies' | 'Running';
  readonly now: Statistics | null;
};

export type RefreshAction = 'refresh' | 'wait' | 'stop' | 'start' | 'cancel';

export class Refresher {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #random: Random;
  readonly #states = new Map<number, State>();
  readonly #ending = new Set<Promise<void>>();
  #cancel: () => void = () => {};
  #version = -1;
  #isClosed = false;

  constructor(environment: Environment, clock: Clock, timer: Timer, random: Random) {
    this.#environment = environment;
    this.#clock = clock;
    this.#timer = timer;
    this.#random = random;
    this.wake();
  }

  /** There may be other views than before. */
  wake(): void {
    const { version } = this.#environment.store;
    if (this.#isClosed || version === this.#version) return;
    this.#version = version;
    const isRefreshed = (table: TableDefinition): boolean =>
      optionsOf(table).view?.materialized?.refresh !== undefined;
    if (this.#states.size === 0 && !this.#environment.store.tables().some(isRefreshed)) return;
    this.#look();
    this.#go();
  }

  async act(action: RefreshAction, tableIds: readonly number[], signal: AbortSignal): Promise<void> {
    this.wake();
    for (const id of tableIds) {
      const state = this.#states.get(id);
      if (state === undefined) continue;
      if (action === 'wait') await this.#wait(state, signal);
      else if (action === 'refresh') {
        state.failures = 0;
        state.nextMs = Number.NEGATIVE_INFINITY;
        if (state.running === null) this.#start(state);
      } else if (action === 'start') state.isStopped = false;
      else {
        if (action === 'stop') state.isStopped = true;
        state.running?.stop.abort(new BasaltError('QUERY_WAS_CANCELLED', 'The refresh was cancelled'));
      }
    }
    this.#go();
  }

  list(): readonly ListedRefresh[] {
    this.wake();
    return [...this.#states.values()].map((state) => ({
      ...state,
      status: this.#statusOf(state),
      now: state.running?.tally.statistics(0) ?? null,
    }));
  }

  /** Nothing runs after this resolved. */
  async stop(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    for (const { running } of this.#states.values())
      running?.stop.abort(new BasaltError('DATABASE_CLOSED', 'The database was closed'));
    await Promise.all(this.#ending);
  }

  /** The views as they are defined now, with what the manifest has of them. */
  #look(): void {
    const { catalog, store } = this.#environment;
    const found = catalog.tables().filter((t) => t.view?.materialized?.refresh !== undefined);
    const ids = new Set(found.map(({ id }) => id));
    for (const [id, state] of this.#states) {
      if (ids.has(id)) continue;
      state.running?.stop.abort(new BasaltError('UNKNOWN_TABLE', 'The view was dropped'));
      this.#states.delete(id);
      for (const done of state.waiting.splice(0)) done();
    }
    for (const view of found) {
      const refresh = view.view!.materialized!.refresh!;
      const known = this.#states.get(view.id);
      if (known !== undefined) {
        known.view = view;
        if (known.refresh.text === refresh.text) continue;
        known.refresh = refresh;
        if (known.running === null) known.nextMs = this.#nextOf(known);
        continue;
      }
      const record = (store.value(refreshKey(view.id)) as RefreshRecord | undefined) ?? begun(refresh);
      const state: State = {
        view,
        refresh,
        record,
        nextMs: 0,
        failures: 0,
        error: null,
        lastMs: record?.successMs ?? 0,
        last: null,
        running: null,
        isStopped: false,
        waiting: [],
      };
      state.nextMs = this.#nextOf(state);
      this.#states.set(view.id, state);
    }
  }

  #nextOf({ refresh, record }: Pick<State, 'refresh' | 'record'>): number {
    if (record === null) return Number.NEGATIVE_INFINITY;
    const { kind, period, spreadSeconds } = refresh;
    const spread = (this.#random.float() - 0.5) * spreadSeconds * 1000;
    const due = kind === 'every' ? nextSlot(refresh, record.afterMs) : add(record.afterMs, period, 1);
    return due + Math.round(spread);
  }

  /** Starts what is due, and waits for what is due next. */
  #go(): void {
    this.#cancel();
    if (this.#isClosed) return;
    const idle = (): State[] =>
      [...this.#states.values()].filter((s) => s.running === null && !s.isStopped && this.#isReady(s));
    const nowMs = this.#clock.nowMs();
    for (const state of idle())
      if (state.nextMs <= nowMs && this.#ending.size < MAX_RUNNING) this.#start(state);
    const next = Math.min(...idle().flatMap(({ nextMs }) => (nextMs > nowMs ? [nextMs] : [])));
    if (Number.isFinite(next)) this.#cancel = this.#timer.after(next - nowMs, () => this.#due());
  }

  #due(): void {
    this.wake();
    this.#go();
  }

  /** Views that it depends on were refreshed since it was, or for the same time. */
  #isReady({ refresh, record }: State): boolean {
    const { kind, dependsOn } = refresh;
    if (dependsOn.length === 0 || record === null) return true;
    const sinceMs = kind === 'every' ? nextSlot(refresh, record.afterMs) : record.afterMs;
    return dependsOn.every(({ schema, name }) => {
      const other = [...this.#states.values()].find(
        ({ view }) => view.schema === schema && view.name === name,
      );
      return other === undefined || (other.record?.successMs ?? 0) >= sinceMs;
    });
  }

  #statusOf(state: State): ListedRefresh['status'] {
    if (state.running !== null) return 'Running';
    if (state.isStopped) return 'Disabled';
    const isDue = state.nextMs <= this.#clock.nowMs();
    return isDue && !this.#isReady(state) ? 'WaitingForDependencies' : 'Scheduled';
  }

  #start(state: State): void {
    const startMs = this.#clock.nowMs();
    const running: Running = { stop: new AbortController(), tally: new StatementTally(), startMs };
    state.running = running;
    const ended = this.#run(state, running).finally(() => {
      this.#ending.delete(ended);
      state.running = null;
      for (const done of state.waiting.splice(0)) done();
      this.#go();
    });
    this.#ending.add(ended);
  }

  async #run(state: State, { stop, tally, startMs }: Running): Promise<void> {
    const { view, refresh } = state;
    // A moment chosen before its slot stands for the slot.
    const slotMs = refresh.kind === 'every' ? startMs + (refresh.spreadSeconds * 1000) / 2 : startMs;
    let record = state.record;
    try {
      await refreshView(view, refresh, this.#environment, stop.signal, tally, () => {
        const endMs = this.#clock.nowMs();
        const afterMs = refresh.kind === 'every' ? slotMs : endMs;
        record = { afterMs, successMs: endMs, durationMs: endMs - startMs };
        return [[refreshKey(view.id), record]];
      });
      state.error = null;
      state.failures = 0;
    } catch (error) {
      state.error = BasaltError.from(error);
      state.failures++;
    }
    state.lastMs = this.#clock.nowMs();
    state.last = tally.statistics(state.lastMs - startMs);
    const { retries, firstBackoffMs, maxBackoffMs } = state.refresh;
    if (state.failures > 0 && state.failures <= retries && !stop.signal.aborted) {
      state.nextMs = state.lastMs + Math.min(maxBackoffMs, firstBackoffMs * 2 ** (state.failures - 1));
      return;
    }
    // What failed for good is done: the next time counts.
    if (state.failures > 0) record = { ...(record ?? NEVER), afterMs: slotMs };
    state.failures = 0;
    state.record = record;
    state.nextMs = this.#nextOf(state);
  }

  /** Until the refresh under way has ended, which a retry of it is not. @throws REFRESH_FAILED */
  async #wait(state: State, signal: AbortSignal): Promise<void> {
    const isDue = !state.isStopped && state.nextMs <= this.#clock.nowMs() && this.#isReady(state);
    if (state.running !== null || isDue)
      await orAborted(new Promise<void>((done) => state.waiting.push(done)), signal);
    if (state.error === null) return;
    throw new BasaltError('REFRESH_FAILED', `Refresh failed: ${state.error.text}`, {
      hint: 'SYSTEM REFRESH VIEW tries again',
    });
  }
}

const NEVER: RefreshRecord = { afterMs: 0, successMs: 0, durationMs: 0 };

/** A view that was made EMPTY is first refreshed when it is due the next time. */
const begun = ({ emptySinceMs }: RefreshInfo): RefreshRecord | null =>
  emptySinceMs === null ? null : { ...NEVER, afterMs: emptySinceMs };
