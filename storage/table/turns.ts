/** One after the other, in the order they came: changes of a table that must see each other whole. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Somebody has the turn, or waits for it. */
  get isTaken(): boolean {
    return this.#waiting > 0;
  }

  /** Resolves when all that came before has ended, well or not. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Runs `work` when all that came before has ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    const done = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = done.catch(() => {});
    return done;
  }
}
