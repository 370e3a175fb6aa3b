/**
 * Who may add rows to a table: any number of inserts at once, or one change of the table itself.
 *
 * Invariant: while it is closed no insert is between its first and its last step, so that the memtable, the WAL and the
 * segments of the table are at rest. Changes wait for inserts under way and for each other; inserts wait for changes.
 * Flushes and merges do not pass: they move rows, and add none.
 */

export class WriteGate {
  /** Inserts inside. */
  #inside = 0;
  #closed: Promise<void> | null = null;
  /** Called when the last insert leaves. */
  #onEmpty: (() => void) | null = null;

  /** Runs an insert once the gate is open. */
  async pass<T>(insert: () => Promise<T>): Promise<T> {
    while (this.#closed !== null) await this.#closed;
    this.#inside++;
    try {
      return await insert();
    } finally {
      if (--this.#inside === 0) this.#onEmpty?.();
    }
  }

  /** Runs a change with nobody inside. */
  async close<T>(change: () => Promise<T>): Promise<T> {
    while (this.#closed !== null) await this.#closed;
    let open = (): void => {};
    this.#closed = new Promise<void>((resolve) => {
      open = resolve;
    });
    try {
      if (this.#inside > 0) {
        await new Promise<void>((resolve) => {
          this.#onEmpty = resolve;
        });
      }
      this.#onEmpty = null;
      return await change();
    } finally {
      this.#closed = null;
      open();
    }
  }
}
