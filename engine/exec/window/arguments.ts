/** What an aggregate over frames reads of the rows of a stretch. */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { Columns } from './columns.ts';
import type { CallSpec } from './spec.ts';

/** Words of an aggregate's arguments by row, and which rows count (one byte a row; 0: all). */
export type Arguments = { readonly words: readonly number[]; readonly valid: number };

export function argumentsOf(
  task: TaskContext,
  region: Region,
  { aggregate, filter }: CallSpec,
  rows: number,
  columns: Columns,
): Arguments {
  const used = aggregate!.args.map((arg) => (arg.kind === 'column' ? arg.index : -1));
  const valid = region.alloc(rows + 16);
  task.arena.fill(valid, rows, 1);
  let mayMiss = false;
  const and = (mask: number): void => {
    if (mask === 0) return;
    mayMiss = true;
    task.kernels.mask_and(valid, mask, rows, valid);
  };
  for (const column of used) and(columns.valid(column));
  if (filter !== null) {
    const passes = region.alloc(rows + 16);
    task.kernels.narrow_u64_u8(columns.words(filter), rows, passes);
    and(passes);
    and(columns.valid(filter));
  }
  return { words: used.map((column) => columns.words(column)), valid: mayMiss ? valid : 0 };
}

/** The arguments of rows from `from` on. */
export const behind = ({ words, valid }: Arguments, from: number): Arguments => ({
  words: words.map((address) => address + from * 8),
  valid: valid === 0 ? 0 : valid + from,
});
