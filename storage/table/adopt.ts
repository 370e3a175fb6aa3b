/**
 * A segment as a segment of another table, or of its own table later: no byte of it changes. Its file is told by its own
 * identity, its columns by the ids they have in the file (`stored` of segment/meta.ts).
 *
 * Invariant: every row keeps every value it had. What it did not have it gets as of now, and keeps.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { exprKey } from '../../engine/plan/expr.ts';
import { granulePages, mapSkipIndexes, type SkipIndex } from '../../engine/plan/skip-index.ts';
import { sameValues, typeName, type Value } from '../../engine/type/type.ts';
import type { ColumnStatistics, IndexMeta, SegmentMeta } from '../segment/meta.ts';
import type { ColumnDefinition, TableDefinition } from './definition.ts';

/** All rows have `value`; what the file has, if anything, is not looked at. */
export const constantColumn = (id: number, value: Value, rows: number): ColumnStatistics => ({
  id,
  min: value,
  max: value,
  nullCount: value === null ? rows : 0,
  stored: null,
});

/** The segment with the column's value written down, where it has none of its own. */
export function pinned(meta: SegmentMeta, { id, default: value }: ColumnDefinition): SegmentMeta {
  if (meta.columns.some((column) => column.id === id)) return meta;
  return { ...meta, columns: [...meta.columns, constantColumn(id, value, meta.rows)] };
}

/** The segment with the column's default in all rows, whatever they had. */
export const cleared = (meta: SegmentMeta, { id, default: value }: ColumnDefinition): SegmentMeta => ({
  ...meta,
  columns: [...meta.columns.filter((column) => column.id !== id), constantColumn(id, value, meta.rows)],
});

/**
 * @param columns what the ids of `meta` mean
 * @param sameTable columns are the same by id, whatever they are called now; those that are gone, and all of another
 *   table, by name. The same name with another type is refused.
 * @param indexIds of a segment of another table: what its indexes are here; null: the same.
 */
export function adopted(
  meta: SegmentMeta,
  columns: readonly ColumnDefinition[],
  to: TableDefinition,
  id: number,
  sameTable: boolean,
  indexIds: ReadonlyMap<number, number> | null = null,
): SegmentMeta {
  const statistics = to.columns.map((target): ColumnStatistics => {
    const source = sourceOf(target, columns, to, sameTable);
    if (source === undefined) return constantColumn(target.id, target.default, meta.rows);
    const found = meta.columns.find((column) => column.id === source.id);
    if (found === undefined) return constantColumn(target.id, source.default, meta.rows);
    const { min, max, nullCount, stored = source.id } = found;
    if (nullCount > 0 && !target.type.nullable) throw otherType(to, source, target);
    const bounds = { id: target.id, min, max, nullCount };
    return stored === target.id ? bounds : { ...bounds, stored };
  });
  const { indexes = [], ...rest } = meta;
  const kept = indexIds === null ? indexes : renumbered(indexes, indexIds);
  return { ...rest, id, columns: statistics, ...(kept.length === 0 ? {} : { indexes: kept }) };
}

/** What the segment has of indexes that the other table has, too. */
const renumbered = (indexes: readonly IndexMeta[], ids: ReadonlyMap<number, number>): readonly IndexMeta[] =>
  indexes.flatMap((index) => {
    const id = ids.get(index.id);
    if (id === undefined) return [];
    const { stored = index.id, ...sizes } = index;
    return [stored === id ? { ...sizes, id } : { ...sizes, id, stored }];
  });

/** Ids of indexes of one table by those of the same indexes in another one of the same columns. */
export function sharedIndexes(from: TableDefinition, to: TableDefinition): ReadonlyMap<number, number> {
  const keyOf = ({ columns }: TableDefinition, index: SkipIndex): string => {
    const [{ terms, kind }] = mapSkipIndexes([index], (id) => columns.findIndex((c) => c.id === id));
    return JSON.stringify([terms.map(exprKey), kind, granulePages(index)]);
  };
  const ids = new Map<number, number>();
  for (const index of from.indexes ?? []) {
    const key = keyOf(from, index);
    const taken = new Set(ids.values());
    const same = to.indexes?.find((other) => !taken.has(other.id) && keyOf(to, other) === key);
    if (same !== undefined) ids.set(index.id, same.id);
  }
  return ids;
}

function sourceOf(
  target: ColumnDefinition,
  columns: readonly ColumnDefinition[],
  to: TableDefinition,
  sameTable: boolean,
): ColumnDefinition | undefined {
  const same = sameTable ? columns.find((c) => c.id === target.id) : undefined;
  if (same !== undefined) return same;
  const isElsewhere = ({ id }: ColumnDefinition): boolean => sameTable && to.columns.some((c) => c.id === id);
  const namesake = columns.find((c) => c.name === target.name && !isElsewhere(c));
  if (namesake !== undefined && !sameValues(namesake.type, target.type))
    throw otherType(to, namesake, target);
  return namesake;
}

const otherType = (to: TableDefinition, source: ColumnDefinition, target: ColumnDefinition): BasaltError =>
  new BasaltError(
    'INCOMPATIBLE_COLUMNS',
    `Column ${target.name} of table ${to.name} is ${typeName(target.type)}, the rows were written as ${typeName(source.type)}`,
    { hint: 'Read them in a table of the old shape, and INSERT ... SELECT' },
  );
