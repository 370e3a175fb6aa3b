/**
 * How many queries run at once. A few more may wait for a short time; all others are told to come back later,
 * so that a burst costs waiting and errors, never memory.
 */

import { BasaltError } from '../../engine/base/error.ts';

export type GateOptions = {
  readonly maxRunning: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
};

type Waiter = { readonly go: () => void; readonly fail: (error: BasaltError) => void };

export class Gate {
  readonly #options: GateOptions;
  readonly #waiters: Waiter[] = [];
  #running = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Resolves with the function that leaves the gate. @throws BasaltError TOO_MANY_SIMULTANEOUS_QUERIES, or the signal's reason */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#running >= this.#options.maxRunning) await this.#wait(signal);
    else this.#running++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiters.shift();
      // The place passes on to the next one waiting.
      if (next === undefined) this.#running--;
      else next.go();
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    const { maxWaiting, maxWaitMs } = this.#options;
    if (this.#waiters.length >= maxWaiting) throw full(`${maxWaiting} queries are waiting already`);
    return new Promise((resolve, reject) => {
      const cleanUp = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
      };
      const waiter: Waiter = {
        go: () => {
          cleanUp();
          resolve();
        },
        fail: (error) => {
          cleanUp();
          reject(error);
        },
      };
      const onAbort = (): void => waiter.fail(BasaltError.from(signal.reason));
      const timer = setTimeout(() => waiter.fail(full(`no place came free in ${maxWaitMs} ms`)), maxWaitMs);
      signal.addEventListener('abort', onAbort);
      this.#waiters.push(waiter);
    });
  }
}

const full = (why: string): BasaltError =>
  new BasaltError('TOO_MANY_SIMULTANEOUS_QUERIES', `Too many simultaneous queries: ${why}`, {
    hint: 'Try again later',
  });
