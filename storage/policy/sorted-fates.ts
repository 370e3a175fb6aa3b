/**
 * Fates of rows that were just sorted (segment/sort-rows.ts): what a merge does to rows of equal key is done to the rows
 * of one insert before they are stored, as ClickHouse does (`optimize_on_insert`).
 *
 * Row numbers are those of staged columns (page << 16 | row); 8,192 of them are looked at at a time.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import { decidingColumns, type RowPolicy } from '../../engine/plan/row-policy.ts';
import { VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { fateStaged } from '../segment/fated-build.ts';
import type { StagedColumn } from '../segment/staged-column.ts';
import type { TableDefinition } from '../table/definition.ts';
import { deciderOf } from './decider.ts';
import { type GatheredRows, gatherRows } from './gather-rows.ts';
import { FATE, RowFates } from './row-fates.ts';
import { ZeroRows } from './zero-rows.ts';

/**
 * null: every row stays as it is.
 * @param region takes the fates.
 * @param rows address of `rowCount` sorted row numbers.
 * @param stage gives a column that is no key column.
 */
export function sortedFates(
  context: CodecContext,
  region: Region,
  table: TableDefinition,
  rows: number,
  rowCount: number,
  keys: readonly StagedColumn[],
  stage: (columnId: number) => StagedColumn,
): RowFates | null {
  const { policy } = table;
  if (policy.kind === 'append') return null;
  const columns = decidingColumns(policy).map(stage);
  for (const { form } of columns) assert(form === 'i64', 'rows are decided by integers');
  const allowed = allowedValues(policy);
  if (allowed.length > 0) {
    inOrder(context, columns, rows, rowCount, (_, count, gathered) => {
      for (const { column, values, role } of allowed)
        checkValues(context, gathered[column].data, count, values, role);
    });
  }
  const fates = new RowFates(region, rowCount);
  let anySame = keys.length === 0 && rowCount > 1;
  if (anySame) for (let row = 1; row < rowCount; row++) fates.set(row, FATE.fold);
  else anySame = markSame(context, fates, rows, rowCount, keys);
  const zeros = ZeroRows.of(context, table, fates);
  if (zeros !== null) {
    try {
      for (const id of zeros.columnIds) {
        const column = stage(id);
        const mark = zeros.column(id, column.form, column.dictionary);
        fateStaged(context, table, column, rows, fates, mark);
      }
      zeros.leaveOut();
    } finally {
      zeros.free();
    }
  }
  if (!anySame) return zeros === null || fates.countRows() === rowCount ? null : fates;
  const decider = deciderOf(context.arena, table, fates, 'merge');
  if (decider === null) return fates;
  inOrder(context, columns, rows, rowCount, (first, count, gathered) => {
    decider.decide(
      first,
      count,
      gathered.map(({ data }) => data),
    );
  });
  decider.end();
  return fates;
}

type Allowed = {
  /** Place among the deciding columns. */
  readonly column: number;
  readonly values: readonly [number, number];
  readonly role: string;
};

/** What columns that decide may hold. */
function allowedValues(policy: RowPolicy): readonly Allowed[] {
  switch (policy.kind) {
    case 'collapsing':
    case 'versionedCollapsing':
      return [{ column: 0, values: [1, -1], role: 'Sign' }];
    case 'replacing':
      if (policy.isDeleted === null) return [];
      return [{ column: policy.version === null ? 0 : 1, values: [1, 0], role: 'is_deleted' }];
    default:
      return [];
  }
}

function checkValues(
  { arena: { i32 } }: CodecContext,
  data: number,
  count: number,
  [a, b]: readonly [number, number],
  role: string,
): void {
  for (let i = 0; i < count; i++) {
    // An Int8 or UInt8: its lower half says it all.
    const value = i32[(data >>> 2) + i * 2];
    if (value === a || value === b) continue;
    throw new BasaltError('INCORRECT_DATA', `Incorrect data: ${role} = ${value} (must be ${a} or ${b})`);
  }
}

function inOrder(
  context: CodecContext,
  columns: readonly StagedColumn[],
  rows: number,
  rowCount: number,
  each: (first: number, count: number, gathered: readonly GatheredRows[]) => void,
): void {
  for (let first = 0; first < rowCount; first += VECTOR_ROWS) {
    const count = Math.min(VECTOR_ROWS, rowCount - first);
    const own = new Region(context.arena, context.scratch.owner, 4);
    try {
      each(
        first,
        count,
        columns.map((column) => gatherRows(context, own, column, rows + first * 4, count)),
      );
    } finally {
      own.free();
    }
  }
}

/** Marks rows that have the key of the row before; answers whether there is one. */
function markSame(
  context: CodecContext,
  fates: RowFates,
  rows: number,
  rowCount: number,
  keys: readonly StagedColumn[],
): boolean {
  const { u8 } = context.arena;
  let anySame = false;
  // One row of each slice is the last of the slice before.
  for (let first = 1; first < rowCount; first += VECTOR_ROWS - 1) {
    const count = Math.min(VECTOR_ROWS - 1, rowCount - first);
    withScratch(context, (scratch) => {
      const gathered = keys.map((key) => ({
        form: key.form,
        ...gatherRows(context, scratch, key, rows + (first - 1) * 4, count + 1),
      }));
      for (let i = 1; i <= count; i++) {
        if (!gathered.every((column) => isSame(context, column, i - 1, i))) continue;
        u8[fates.at(first + i - 1)] = FATE.fold;
        anySame = true;
      }
    });
  }
  return anySame;
}

function isSame(
  { arena: { u8, u32 } }: CodecContext,
  { form, data, valid }: GatheredRows & Pick<StagedColumn, 'form'>,
  a: number,
  b: number,
): boolean {
  if (valid !== 0) {
    if (u8[valid + a] !== u8[valid + b]) return false;
    if (u8[valid + a] === 0) return true;
  }
  if (form === 'bool') return u8[data + a] === u8[data + b];
  const x = (data >>> 2) + a * 2;
  const y = (data >>> 2) + b * 2;
  if (u32[x + 1] !== u32[y + 1]) return false;
  if (u32[x] === u32[y]) return true;
  if (form !== 'refs') return false;
  for (let i = 0; i < u32[x + 1]; i++) if (u8[u32[x] + i] !== u8[u32[y] + i]) return false;
  return true;
}
