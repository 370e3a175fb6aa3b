/** What ALTER TABLE makes of a table's data-skipping indexes. They are over ids of columns, so a rename is none of their business. */

import { BasaltError } from '../../engine/base/error.ts';
import { columnsOf, rewrite } from '../../engine/plan/expr.ts';
import { indexedColumns, mapSkipIndexes, type SkipIndex } from '../../engine/plan/skip-index.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { BoundPlace, IndexSpec } from '../../sql/index.ts';
import type { ColumnDefinition, SegmentMeta, TableDefinition } from '../../storage/index.ts';

/** Behind the others, unless it has a place. */
export function withIndex(
  table: TableDefinition,
  { columns, ...spec }: IndexSpec,
  place: BoundPlace,
): TableDefinition {
  const { indexes = [], nextIndexId: id = 0 } = table;
  if (indexes.some(({ name }) => name === spec.name))
    throw new BasaltError(
      'ILLEGAL_COLUMN',
      `Cannot add index ${spec.name}: index with this name already exists`,
    );
  const idOf = (position: number): number => {
    const found = table.columns.find(({ name }) => name === columns[position]);
    if (found !== undefined) return found.id;
    throw new BasaltError(
      'NOT_FOUND_COLUMN_IN_BLOCK',
      `Table ${table.name} has no column ${columns[position]} any more`,
    );
  };
  const added = mapSkipIndexes([{ ...spec, id }], idOf);
  const at =
    place === null
      ? indexes.length
      : place.after === null
        ? 0
        : indexes.findIndex(({ name }) => name === place.after) + 1;
  return { ...table, indexes: indexes.toSpliced(at, 0, ...added), nextIndexId: id + 1 };
}

export function withoutIndex(table: TableDefinition, name: string): TableDefinition {
  const gone = indexNamed(table, name);
  const { indexes: _, ...rest } = table;
  const indexes = (table.indexes ?? []).filter((index) => index !== gone);
  return indexes.length === 0 ? rest : { ...rest, indexes };
}

export function indexNamed({ indexes = [], name: table }: TableDefinition, name: string): SkipIndex {
  const found = indexes.find((index) => index.name === name);
  if (found !== undefined) return found;
  throw new BasaltError('BAD_ARGUMENTS', `Table ${table} has no index ${name} any more`);
}

export const indexesReading = ({ indexes = [] }: TableDefinition, columnId: number): readonly SkipIndex[] =>
  indexes.filter((index) => indexedColumns(index).includes(columnId));

/** The segment without what it has of these indexes. */
export function withoutIndexes(meta: SegmentMeta, ids: readonly number[]): SegmentMeta {
  if (meta.indexes?.some(({ id }) => ids.includes(id)) !== true) return meta;
  return { ...meta, indexes: meta.indexes.filter(({ id }) => !ids.includes(id)) };
}

/** Every column that an index reads is there. */
export function checkIndexes(table: TableDefinition): void {
  for (const index of table.indexes ?? []) {
    if (indexedColumns(index).every((id) => table.columns.some((c) => c.id === id))) continue;
    throw new BasaltError(
      'UNKNOWN_IDENTIFIER',
      `Cannot apply ALTER because it breaks skip index ${index.name}: a column that it reads would be missing`,
      { hint: `DROP INDEX ${index.name} in the same statement` },
    );
  }
}

/**
 * The table's indexes over a column of a new type.
 * @param keepsBytes its values are stored as they were.
 */
export function withIndexedType(
  table: TableDefinition,
  column: ColumnDefinition,
  to: LogicalType,
  keepsBytes: boolean,
): TableDefinition {
  const reading = indexesReading(table, column.id);
  if (reading.length === 0) return table;
  const [refused] = reading.filter((index) => !keepsBytes || !canFollow(index, column, to));
  if (refused !== undefined)
    throw new BasaltError(
      'ALTER_OF_COLUMN_IS_FORBIDDEN',
      `Cannot change the type of column ${column.name}: the index ${refused.name} reads it`,
      { hint: `DROP INDEX ${refused.name}, and add it again afterwards` },
    );
  const indexes = (table.indexes ?? []).map((index) => ({
    ...index,
    terms: index.terms.map((term) =>
      rewrite(term, (node) =>
        node.kind === 'column' && node.index === column.id ? { ...node, type: to } : node,
      ),
    ),
  }));
  return { ...table, indexes };
}

/** Is the column indexed as it is, and may it be of the type? */
const canFollow = ({ terms, kind }: SkipIndex, { id }: ColumnDefinition, to: LogicalType): boolean =>
  terms.every((term) => term.kind === 'column' || !columnsOf(term).includes(id)) &&
  !(to.nullable && (kind.type === 'tokenbf_v1' || kind.type === 'ngrambf_v1'));
