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

  /**
   * Runs `work` when all that came before has ended.
   * @param signal whoever waits goes away at once; work under way ends by itself.
   */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#waiting++;
    const left = Promise.withResolvers<never>();
    const leave = (): void => left.reject(signal?.reason);
    signal?.addEventListener('abort', leave);
    const done = this.#last
      .then(() => {
        signal?.removeEventListener('abort', leave);
        signal?.throwIfAborted();
        return work();
      })
      .finally(() => this.#waiting--);
    this.#last = done.catch(() => {});
    return Promise.race([done, left.promise]);
  }
}
