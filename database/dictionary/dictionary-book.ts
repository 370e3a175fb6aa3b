/**
 * Dictionaries as they are loaded: at the first use, anew when their lifetime has passed at a use, or when they are told to. Those who read
 * rows keep them until they are done, whatever is loaded meanwhile; a load that fails leaves the rows that were there.
 *
 * A dictionary is loaded once at a time, whoever asks. Sources may read other dictionaries: who waits for whom is known, so that two that
 * read each other end in an error and not in waiting.
 */

import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { Random } from '../../engine/base/random.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import type { TableInfo } from '../../sql/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SourceRules } from '../ingest/index.ts';
import { orAborted } from '../statement/or-aborted.ts';
import type { PlanContext } from '../statement/query.ts';
import { type LoadedRows, loadRows } from './dictionary-load.ts';

/** Behind a load that failed; meanwhile the rows from before are good. */
const RETRY_MS = 5000;

/** Rows with those who read them. */
type Held = LoadedRows & { readers: number; isCurrent: boolean };

type State = {
  held: Held | null;
  loading: Promise<void> | null;
  /** Dictionaries that its source waits for. */
  readonly waitsFor: Set<number>;
  readonly status: DictionaryStatus;
  dueMs: number;
};

/** What system.dictionaries shows besides the definition. Times: 0 = never. */
export type DictionaryStatus = {
  startedMs: number;
  loadedMs: number;
  durationMs: number;
  errors: number;
  lastError: string;
  queries: number;
};

export type ListedDictionary = {
  readonly table: TableInfo;
  readonly status: DictionaryStatus;
  readonly isLoading: boolean;
  /** null: not loaded. */
  readonly rows: (Pick<LoadedRows, 'bytes' | 'load'> & { readonly count: number }) | null;
};

export class DictionaryBook {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rules: SourceRules;
  readonly #states = new Map<number, State>();
  readonly #closing = new AbortController();

  constructor(catalog: Catalog, clock: Clock, random: Random, rules: SourceRules) {
    this.#catalog = catalog;
    this.#clock = clock;
    this.#random = random;
    this.#rules = rules;
  }

  /** Its rows as they are to be read now, for the caller to release. */
  async snapshot(table: TableInfo, context: PlanContext): Promise<Snapshot> {
    const { isDirect = false } = table.view?.dictionary ?? {};
    this.sweep();
    const state = this.#stateOf(table.id);
    state.status.queries++;
    if (isDirect) return ofRows(await this.#read(table, state, context), (rows) => rows.free());
    if (state.held === null || this.#isDue(table, state)) await this.#loaded(table, state, context);
    const { held } = state;
    if (held === null) throw new BasaltError('LOGICAL_ERROR', `${table.name} is not loaded`);
    held.readers++;
    return ofRows(held, () => {
      held.readers--;
      freeUnused(held);
    });
  }

  /** Loads it anew now. @throws what loading it throws */
  async reload(table: TableInfo, context: PlanContext): Promise<void> {
    const state = this.#stateOf(table.id);
    await state.loading?.catch(() => {});
    state.dueMs = 0;
    await this.#loaded(table, state, context, true);
  }

  isLoaded(tableId: number): boolean {
    return this.#states.get(tableId)?.held != null;
  }

  list(): readonly ListedDictionary[] {
    return this.#catalog.tables().flatMap((table): ListedDictionary[] => {
      if (table.view?.dictionary === undefined) return [];
      const state = this.#states.get(table.id);
      const { held = null, loading = null, status = NEVER } = state ?? {};
      const rows = held && { bytes: held.bytes, load: held.load, count: held.keyed.rows };
      return [{ table, status, isLoading: loading !== null, rows }];
    });
  }

  /** Lets go of what was dropped. */
  sweep(): void {
    if (this.#states.size === 0) return;
    const known = new Set(this.#catalog.tables().map(({ id }) => id));
    for (const [id, state] of this.#states) {
      if (known.has(id)) continue;
      this.#states.delete(id);
      replace(state, null);
    }
  }

  close(): void {
    this.#closing.abort(new BasaltError('DATABASE_CLOSED', 'The database was closed'));
    for (const state of this.#states.values()) replace(state, null);
    this.#states.clear();
  }

  #stateOf(tableId: number): State {
    const known = this.#states.get(tableId);
    if (known !== undefined) return known;
    const state: State = { held: null, loading: null, waitsFor: new Set(), status: { ...NEVER }, dueMs: 0 };
    this.#states.set(tableId, state);
    return state;
  }

  #isDue({ view }: TableInfo, { dueMs }: State): boolean {
    return (view?.dictionary?.lifetime.maxSeconds ?? 0) > 0 && this.#clock.nowMs() >= dueMs;
  }

  /** Ends when it is loaded; a load that fails is an error only where no rows are there, or it was asked for. */
  async #loaded(table: TableInfo, state: State, context: PlanContext, isAsked = false): Promise<void> {
    const waiting = context.loading?.at(-1);
    if (waiting !== undefined) this.#wait(waiting, table);
    state.loading ??= this.#load(table, state, context).finally(() => {
      state.loading = null;
      state.waitsFor.clear();
    });
    try {
      await orAborted(state.loading, context.signal);
    } catch (error) {
      if (isAsked || state.held === null || context.signal.aborted) throw error;
    }
  }

  /** Notes that one waits for another. @throws TOO_DEEP where that one waits for it */
  #wait(waiting: number, wanted: TableInfo): void {
    const reaches = (from: number): boolean =>
      from === waiting || [...(this.#states.get(from)?.waitsFor ?? [])].some(reaches);
    if (reaches(wanted.id))
      throw new BasaltError('TOO_DEEP', `The dictionary ${wanted.name} reads itself`, {
        hint: 'Its source reads a dictionary that reads it: name another one',
      });
    this.#states.get(waiting)?.waitsFor.add(wanted.id);
  }

  async #load(table: TableInfo, state: State, context: PlanContext): Promise<void> {
    const { minSeconds = 0, maxSeconds = 0 } = table.view?.dictionary?.lifetime ?? {};
    try {
      const rows = await this.#read(table, state, context);
      if (this.#states.get(table.id) !== state) {
        rows.free();
        throw new BasaltError('UNKNOWN_TABLE', `The dictionary ${table.name} was dropped meanwhile`);
      }
      replace(state, { ...rows, readers: 0, isCurrent: true });
      const seconds = minSeconds + this.#random.float() * (maxSeconds - minSeconds);
      state.dueMs = this.#clock.nowMs() + seconds * 1000;
    } catch (error) {
      state.dueMs = this.#clock.nowMs() + RETRY_MS;
      throw error;
    }
  }

  async #read(table: TableInfo, state: State, context: PlanContext): Promise<LoadedRows> {
    const { status } = state;
    const { loading = [], environment } = context;
    if (loading.includes(table.id)) this.#wait(table.id, table);
    status.startedMs = this.#clock.nowMs();
    try {
      // Others may wait for it: it does not end with the statement that was first.
      const { signal } = this.#closing;
      const rows = await loadRows(table, {
        environment,
        signal,
        rules: this.#rules,
        loading: [...loading, table.id],
      });
      status.loadedMs = this.#clock.nowMs();
      status.durationMs = status.loadedMs - status.startedMs;
      status.lastError = '';
      return rows;
    } catch (error) {
      status.errors++;
      const { row, errorName, message } = BasaltError.from(error);
      status.lastError = `Code: ${row.code}. DB::Exception: ${message}. (${errorName})`;
      throw error;
    }
  }
}

const NEVER: Readonly<DictionaryStatus> = {
  startedMs: 0,
  loadedMs: 0,
  durationMs: 0,
  errors: 0,
  lastError: '',
  queries: 0,
};

const ofRows = <R extends LoadedRows>(rows: R, release: (rows: R) => void): Snapshot => ({
  parts: rows.parts,
  rows: rows.keyed.rows,
  keyed: rows.keyed,
  release: () => release(rows),
});

function replace(state: State, next: Held | null): void {
  const { held } = state;
  state.held = next;
  if (held === null) return;
  held.isCurrent = false;
  freeUnused(held);
}

function freeUnused(held: Held): void {
  if (!held.isCurrent && held.readers === 0) held.free();
}
