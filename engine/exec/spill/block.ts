/**
 * Rows in a spill file: blocks of columns with the bytes of their strings behind them.
 *
 *   block  = column* heap
 *   column = rows * the bytes its shape says, rows rounded up to a multiple of 8
 *   heap   = bytes of all strings, column by column; references count from the block's first byte
 *
 * A block is made in one contiguous buffer, so writing and reading are one call each; blocks are cut small enough for
 * that. What is known of a block stands in memory, with whoever wrote it.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { SpillFile } from './task-spill.ts';

/** Bytes a row has of one column, and whether its words are string references. */
export type ColumnShape = { readonly width: 1 | 2 | 4 | 8; readonly string: boolean };

/** Where a block lies; plain data. */
export type SpilledBlock = { readonly offset: number; readonly bytes: number; readonly rows: number };

/** Bytes of one block, unless a single row has more. */
const MAX_BLOCK_BYTES = 1 << 20;
/** What kernels may write or read beyond the end of strings. */
export const STRING_SLACK_BYTES = 8;

/** Up to a multiple of 8: rows of every column, so that all begin at whole words; bytes of the heap. */
export const padded = (n: number): number => Math.ceil(n / 8) * 8;

/** Writes rows [0, rows) of dense columns; `done` is told of every block in order, with its first row. */
export function writeRows(
  task: TaskContext,
  file: SpillFile,
  shape: readonly ColumnShape[],
  columns: readonly number[],
  rows: number,
  done: (block: SpilledBlock, firstRow: number) => void,
  firstRow = 0,
): void {
  if (rows === 0) return;
  const { arena, kernels, scratch } = task;
  let flat = 0;
  let strings = 0;
  shape.forEach((column, c) => {
    flat += padded(rows) * column.width;
    if (column.string) strings += kernels.refs_bytes(columns[c], rows) >>> 0;
  });
  const bytes = padded(flat + strings);
  if (bytes > MAX_BLOCK_BYTES && rows > 1) {
    const half = rows >>> 1;
    const upper = columns.map((address, c) => address + half * shape[c].width);
    writeRows(task, file, shape, columns, half, done, firstRow);
    writeRows(task, file, shape, upper, rows - half, done, firstRow + half);
    return;
  }
  const mark = scratch.mark();
  const block = scratch.alloc(bytes + STRING_SLACK_BYTES);
  let at = block;
  let heap = block + flat;
  shape.forEach((column, c) => {
    if (column.string) {
      kernels.refs_keep(columns[c], rows, heap, at);
      heap += kernels.refs_bytes(columns[c], rows) >>> 0;
      kernels.refs_move(at, rows, -block >>> 0);
    } else {
      arena.u8.copyWithin(at, columns[c], columns[c] + rows * column.width);
    }
    at += padded(rows) * column.width;
  });
  const offset = file.append(arena.u8.subarray(block, block + bytes));
  scratch.reset(mark);
  done({ offset, bytes, rows }, firstRow);
}

/** Reads a block into the region; answers the addresses of its columns. */
export function readRows(
  task: TaskContext,
  region: Region,
  name: string,
  shape: readonly ColumnShape[],
  block: SpilledBlock,
): number[] {
  const { kernels } = task;
  let at = region.alloc(block.bytes + STRING_SLACK_BYTES);
  const start = at;
  task.spilled.read(name, block.offset, at, block.bytes);
  return shape.map((column) => {
    const address = at;
    if (column.string) kernels.refs_move(address, block.rows, start);
    at += padded(block.rows) * column.width;
    return address;
  });
}
