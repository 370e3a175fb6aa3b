/**
 * Which rows of a merge stay, once rows of equal key are marked: the table's policy reads the columns it decides by
 * (version, sign) in the order of the rows. Nothing where rows only fold.
 */

import { assert } from '../../engine/base/error.ts';
import type { Frames } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { decidingColumns, ruleOf } from '../../engine/plan/row-policy.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import { type DecisionMode, deciderOf } from '../policy/decider.ts';
import type { RowFates } from '../policy/row-fates.ts';
import { ZeroRows } from '../policy/zero-rows.ts';
import type { SegmentReader } from '../segment/reader.ts';
import { columnOf, type TableDefinition } from '../table/definition.ts';
import { fateColumn } from './merge-column.ts';
import { mergeText } from './merged-strings.ts';
import { OrderedColumn } from './ordered-column.ts';
import type { RowOrder } from './row-order.ts';

/** Yields between steps. */
export function* decideFates(
  context: CodecContext,
  frames: Frames,
  table: TableDefinition,
  readers: readonly SegmentReader[],
  order: RowOrder,
  mode: DecisionMode = 'merge',
): Generator<void, void> {
  const { policy } = table;
  const { fates } = order;
  if (fates === null) return;
  const open = (id: number): OrderedColumn =>
    new OrderedColumn(context, frames, columnOf(table, id), readers, null);
  const zeros = ZeroRows.of(context, table, fates);
  if (zeros !== null) {
    try {
      for (const id of zeros.columnIds)
        yield* markSomething(context, frames, table, readers, order, fates, zeros, id);
      zeros.leaveOut();
    } finally {
      zeros.free();
    }
  }
  const decider = deciderOf(context.arena, table, fates, mode);
  if (decider === null) return;
  yield* inOrder(context, decidingColumns(policy).map(open), order, (at, rows, columns) => {
    decider.decide(at, rows, columns);
  });
  decider.end();
}

/** Combines a column, and marks the rows in which it is something. */
function* markSomething(
  context: CodecContext,
  frames: Frames,
  table: TableDefinition,
  readers: readonly SegmentReader[],
  order: RowOrder,
  fates: RowFates,
  zeros: ZeroRows,
  id: number,
): Generator<void, void> {
  const definition = columnOf(table, id);
  const strings = yield* mergeText(context, definition, readers);
  try {
    const column = new OrderedColumn(context, frames, definition, readers, strings);
    const pass = { context, definition, rule: ruleOf(table.policy, id), order, fates };
    yield* fateColumn(pass, column, zeros.column(id, column.form, null));
  } finally {
    strings?.free();
  }
}

/** Takes columns in the order of the rows, the same rows of each, and frees them. */
function* inOrder(
  { arena, scratch }: CodecContext,
  columns: readonly OrderedColumn[],
  order: RowOrder,
  each: (at: number, rows: number, data: readonly number[]) => void,
): Generator<void, void> {
  const region = new Region(arena, scratch.owner, 4);
  try {
    const data = columns.map(() => region.alloc(VECTOR_ROWS * 8));
    const valid = columns.map(({ isNullable }) => (isNullable ? region.alloc(VECTOR_ROWS) : 0));
    let first = 0;
    for (let block = 0; block < order.blockCount; block++) {
      const blockRows = order.blockRows(block);
      for (let start = 0; start < blockRows; start += VECTOR_ROWS) {
        const rows = Math.min(VECTOR_ROWS, blockRows - start);
        columns.forEach((column, c) => {
          assert(column.form === 'i64', 'rows are decided by integers');
          for (let at = 0; at < rows; ) {
            const valids = valid[c] === 0 ? 0 : valid[c] + at;
            at += column.take(order.block(block) + start + at, rows - at, data[c] + at * 8, valids);
          }
        });
        each(first, rows, data);
        first += rows;
        yield;
      }
    }
  } finally {
    for (const column of columns) column.free();
    region.free();
  }
}
