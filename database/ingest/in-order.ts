/**
 * Runs tasks side by side and hands their results over in the order of the input.
 *
 * Bounded: no further item is taken while `isFull`. Whatever happens, every item that was started is released: after its
 * result has been used, or when the work is given up and its task has ended.
 */

export type InOrderOptions<T, R> = {
  readonly start: (item: T) => Promise<R>;
  readonly use: (result: R, item: T) => Promise<void>;
  readonly release: (item: T) => void;
  /** Whether the items under way are as many as may be. */
  readonly isFull: (underWay: readonly T[]) => boolean;
  readonly signal?: AbortSignal | undefined;
};

export async function inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  { start, use, release, isFull, signal }: InOrderOptions<T, R>,
): Promise<void> {
  const running: { readonly item: T; readonly result: Promise<R> }[] = [];
  const settle = async (): Promise<void> => {
    const [first] = running;
    const result = await first.result;
    running.shift();
    try {
      await use(result, first.item);
    } finally {
      release(first.item);
    }
  };
  try {
    for await (const item of items) {
      const result = start(item);
      // Errors surface where the result is awaited; until then they must not count as unhandled.
      result.catch(() => {});
      running.push({ item, result });
      signal?.throwIfAborted();
      while (running.length > 0 && isFull(running.map((entry) => entry.item))) await settle();
    }
    while (running.length > 0) await settle();
  } finally {
    // A task that is still running may write into its memory: wait for it before giving the memory back.
    for (const { item, result } of running) {
      await result.catch(() => {});
      release(item);
    }
  }
}
