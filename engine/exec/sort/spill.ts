/**
 * Sorted runs in memory become one run on disk: as many rows as a thread could keep, so that the last merge has few runs
 * to look at.
 *
 * Of every block the key of the first row stays in memory, with its string bytes, for the fences of that merge.
 */

import { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import { type SpilledBlock, STRING_SLACK_BYTES, writeRows } from '../spill/block.ts';
import type { SpillFile } from '../spill/task-spill.ts';
import { RunMerge } from './merge.ts';
import type { DiskBlock, DiskRun, SortedRun } from './run.ts';
import { KIND_WORD, type SortLayout } from './spec.ts';

/** A merge loads one block of every run at a time: small enough for many runs, large enough for a disk. */
const BLOCK_ROWS = 2048;

export function spillRuns(
  task: TaskContext,
  layout: SortLayout,
  runs: readonly SortedRun[],
  file: SpillFile,
): DiskRun {
  const { scratch } = task;
  const blocks: DiskBlock[] = [];
  let rows = 0;
  const region = new Region(task.arena, task.heap.owner, 4);
  const merge = new RunMerge(task, region, layout, runs);
  merge.run(
    0,
    merge.ranges,
    () => true,
    (merged) => {
      for (let from = 0; from < merged.rows; from += BLOCK_ROWS) {
        const mark = scratch.mark();
        const n = Math.min(BLOCK_ROWS, merged.rows - from);
        const columns = layout.shape.map((_, c) => merged.take(c, from, n));
        writeRows(task, file, layout.shape, columns, n, (block: SpilledBlock, first: number) => {
          blocks.push({ ...block, firstRow: rows + first, fence: fenceOf(task, layout, columns, first) });
        });
        rows += n;
        scratch.reset(mark);
      }
    },
  );
  region.free();
  return { kind: 'disk', rows, file: file.name, blocks };
}

/** Address of the key words of a row, with its strings, in the heap. */
function fenceOf(task: TaskContext, layout: SortLayout, columns: readonly number[], row: number): number {
  const { arena, heap, kernels } = task;
  const fence = heap.alloc(layout.kinds.length * 8);
  layout.kinds.forEach((kind, k) => {
    const from = columns[layout.firstKey + k] + row * 8;
    const to = fence + k * 8;
    if (kind === KIND_WORD) arena.u8.copyWithin(to, from, from + 8);
    else kernels.refs_keep(from, 1, heap.alloc((kernels.refs_bytes(from, 1) >>> 0) + STRING_SLACK_BYTES), to);
  });
  return fence;
}
