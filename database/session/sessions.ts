/**
 * The sessions of a database: its caller's own, and those that requests name by an id, as ClickHouse's HTTP interface has them.
 *
 * A named session is one statement's at a time, and ends when none has come for its timeout. There are at most `MOST_SESSIONS`, so
 * what clients forget stays bounded.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Timer } from '../../engine/base/timer.ts';
import type { Store } from '../../storage/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { QueryOptions, SessionOptions } from '../types.ts';
import { Session } from './session.ts';

/** ClickHouse's `default_session_timeout` and `max_session_timeout`. */
const TIMEOUT_MS = 60_000;
const LONGEST_MS = 3_600_000;

const MOST_SESSIONS = 10_000;

/** A statement in its session; `leave` is for when it has ended. */
export type Visit = { readonly session: Session; readonly leave: () => void };

type Named = { readonly session: Session; busy: boolean; stopTimer: () => void };

const stay = (): void => {};

export class Sessions {
  readonly #store: Store;
  readonly #catalog: Catalog;
  readonly #timer: Timer;
  readonly #named = new Map<string, Named>();
  readonly #ending = new Set<Promise<void>>();
  #next = 0;
  readonly own: Session;

  constructor(store: Store, catalog: Catalog, timer: Timer) {
    this.#store = store;
    this.#catalog = catalog;
    this.#timer = timer;
    this.own = this.#create();
  }

  /** SESSION_NOT_FOUND, SESSION_IS_LOCKED, INVALID_SESSION_TIMEOUT */
  enter({ session, isolated }: Pick<QueryOptions, 'session' | 'isolated'>): Visit {
    if (session !== undefined) return this.#enter(session);
    return { session: isolated === true ? new Session(null) : this.own, leave: stay };
  }

  /** Nothing of a session is left when this resolves. */
  async close(): Promise<void> {
    for (const { stopTimer } of this.#named.values()) stopTimer();
    this.#named.clear();
    await Promise.all(this.#ending);
    if (this.#store.failed === null) await this.#catalog.dropTransient();
  }

  #create(): Session {
    return new Session(`.temporary.${this.#next++}`);
  }

  #enter({ id, timeoutMs = TIMEOUT_MS, mustExist = false, ends = false }: SessionOptions): Visit {
    if (!(timeoutMs >= 0 && timeoutMs <= LONGEST_MS))
      throw new BasaltError(
        'INVALID_SESSION_TIMEOUT',
        `A session waits for at most ${LONGEST_MS / 1000} seconds, not ${timeoutMs / 1000}`,
      );
    const named = this.#named.get(id) ?? this.#begin(id, mustExist);
    if (named.busy)
      throw new BasaltError('SESSION_IS_LOCKED', `Session ${id} is locked by a concurrent client`, {
        hint: 'Send its statements one after the other, or use another session_id',
      });
    named.busy = true;
    named.stopTimer();
    const end = (): void => {
      if (this.#named.get(id) !== named) return;
      this.#named.delete(id);
      this.#end(named.session);
    };
    let left = false;
    const leave = (): void => {
      if (left || this.#named.get(id) !== named) return;
      left = true;
      named.busy = false;
      if (ends) end();
      else named.stopTimer = this.#timer.after(timeoutMs, end);
    };
    return { session: named.session, leave };
  }

  #begin(id: string, mustExist: boolean): Named {
    if (mustExist)
      throw new BasaltError('SESSION_NOT_FOUND', `Session ${id} is not there, or has ended`, {
        hint: 'Leave session_check out to begin it',
      });
    if (this.#named.size === MOST_SESSIONS)
      throw new BasaltError('LIMIT_EXCEEDED', `There are ${MOST_SESSIONS} sessions already`, {
        hint: 'End some with close_session=1, or give them a shorter session_timeout',
      });
    const named = { session: this.#create(), busy: false, stopTimer: stay };
    this.#named.set(id, named);
    return named;
  }

  #end({ temporarySchema }: Session): void {
    if (temporarySchema === null) return;
    const dropped = this.#catalog
      .dropTemporary(temporarySchema)
      .catch((error: unknown) => {
        this.#store.backgroundError = BasaltError.from(error);
      })
      .finally(() => this.#ending.delete(dropped));
    this.#ending.add(dropped);
  }
}
