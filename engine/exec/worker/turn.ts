/**
 * What a worker runs at this moment, in two shared words, so that the coordinator can tell a query that is stuck from one that waits for its
 * turn behind others.
 */

import type { Arena } from '../../memory/arena.ts';

export const TURN_BYTES = 8;
const QUERY = 0; // 0: none
const NUMBER = 1; // another one whenever the query changes

export class Turn {
  readonly address: number;
  readonly #words: Int32Array;
  readonly #at: number;

  /** @param address TURN_BYTES zeroed bytes, the same on both sides */
  constructor(arena: Arena, address: number) {
    this.address = address;
    this.#words = arena.i32;
    this.#at = address / 4;
  }

  /** Runs work of a query; turns of others may lie in it. */
  of<T>(query: number, work: () => T): T {
    const before = Atomics.load(this.#words, this.#at + QUERY);
    this.#begin(query);
    try {
      return work();
    } finally {
      this.#begin(before);
    }
  }

  #begin(query: number): void {
    Atomics.store(this.#words, this.#at + QUERY, query);
    Atomics.add(this.#words, this.#at + NUMBER, 1);
  }

  /** For the next worker at this place, when one has been lost. */
  reset(): void {
    this.#begin(0);
  }

  /** The number of the query's turn; null: another one's, or none. */
  numberOf(query: number): number | null {
    return Atomics.load(this.#words, this.#at + QUERY) === query
      ? Atomics.load(this.#words, this.#at + NUMBER)
      : null;
  }
}
