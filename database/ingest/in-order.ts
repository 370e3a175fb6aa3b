/**
 * Runs range tasks side by side and hands their results over in the order of the input.
 *
 * Bounded: at most `width` ranges are in memory at once. Whatever happens, every owner that was opened is closed:
 * after its result has been used, or when the work is given up.
 */

import type { Arena } from '../../engine/memory/arena.ts';
import type { Range } from './cut.ts';
import type { RangeResult, RangeTask, RunTask } from './range-task.ts';

export type InOrderOptions = {
  readonly arena: Arena;
  readonly runTask: RunTask;
  readonly width: number;
  readonly signal?: AbortSignal;
};

export async function inOrder(
  ranges: AsyncIterable<Range>,
  task: (range: Range) => RangeTask,
  use: (result: RangeResult, range: Range) => Promise<void>,
  options: InOrderOptions,
): Promise<void> {
  const { arena, runTask, width, signal } = options;
  const running: { range: Range; result: Promise<RangeResult> }[] = [];
  const settle = async (): Promise<void> => {
    const first = running[0];
    const result = await first.result;
    running.shift();
    try {
      await use(result, first.range);
    } finally {
      arena.closeOwner(first.range.owner);
    }
  };
  try {
    for await (const range of ranges) {
      const result = runTask(task(range));
      // Errors surface where the result is awaited; until then they must not count as unhandled.
      result.catch(() => {});
      running.push({ range, result });
      signal?.throwIfAborted();
      while (running.length >= width) await settle();
    }
    while (running.length > 0) await settle();
  } finally {
    // A task that is still running may write into its memory: wait for it before giving the memory back.
    for (const { range, result } of running) {
      await result.catch(() => {});
      arena.closeOwner(range.owner);
    }
  }
}
