/** What ALTER TABLE makes of columns that no segment has, and of constraints: both lie in the table's options. */

import { type Constraint, listedIds, mapVirtual, type VirtualColumn } from '../../engine/plan/computed.ts';
import type { BoundPlace } from '../../sql/index.ts';
import { nextColumnId, type TableDefinition } from '../../storage/index.ts';
import { namedColumns, optionsOf } from './table-options.ts';

export const virtualsOf = (table: TableDefinition): readonly VirtualColumn[] =>
  optionsOf(table).virtual ?? [];

export const constraintsOf = (table: TableDefinition): readonly Constraint[] =>
  optionsOf(table).constraints ?? [];

export const virtualNamed = (table: TableDefinition, name: string): VirtualColumn | undefined =>
  virtualsOf(table).find((c) => c.name === name);

/** Id of the column of a name, of whichever kind. */
export const idNamed = (table: TableDefinition, name: string): number | undefined =>
  (virtualNamed(table, name) ?? table.columns.find((c) => c.name === name))?.id;

/** @param idOf what the column's expression calls others */
export function withVirtual(
  table: TableDefinition,
  column: Omit<VirtualColumn, 'after'>,
  place: BoundPlace,
  idOf: (ref: number) => number,
): TableDefinition {
  const id = nextColumnId(table);
  const last = listed(table).at(-1) ?? null;
  const after = place === null ? last : place.after === null ? null : (idNamed(table, place.after) ?? last);
  const added = mapVirtual({ ...column, after: null }, (ref) => (ref === column.id ? id : idOf(ref)));
  return { ...withVirtuals(table, [...virtualsOf(table), { ...added, after }]), nextColumnId: id + 1 };
}

export const withoutVirtual = (table: TableDefinition, id: number): TableDefinition =>
  withVirtuals(
    table,
    virtualsOf(listedWithout(table, id)).filter((c) => c.id !== id),
  );

export const withVirtualAs = (table: TableDefinition, by: VirtualColumn): TableDefinition =>
  withVirtuals(
    table,
    virtualsOf(table).map((c) => (c.id === by.id ? by : c)),
  );

/** What was listed behind the column is listed behind the one before it. */
export function listedWithout(table: TableDefinition, id: number): TableDefinition {
  const ids = listed(table);
  const before = ids[ids.indexOf(id) - 1] ?? null;
  return withVirtuals(
    table,
    virtualsOf(table).map((c) => (c.after === id ? { ...c, after: before } : c)),
  );
}

/** The stored column that a new one goes behind, when it is to be listed behind that name; null: it is the first. */
export function storedBefore(table: TableDefinition, name: string): number | null {
  const ids = listed(table);
  const before = ids.slice(0, ids.indexOf(idNamed(table, name) ?? -1) + 1);
  return before.findLast((id) => table.columns.some((c) => c.id === id)) ?? null;
}

export function withConstraints(table: TableDefinition, all: readonly Constraint[]): TableDefinition {
  const { constraints: _, ...rest } = optionsOf(table);
  return { ...table, options: all.length === 0 ? rest : { ...rest, constraints: all } };
}

function withVirtuals(table: TableDefinition, all: readonly VirtualColumn[]): TableDefinition {
  const { virtual: _, ...rest } = optionsOf(table);
  return { ...table, options: all.length === 0 ? rest : { ...rest, virtual: all } };
}

const listed = (table: TableDefinition): readonly number[] =>
  listedIds({ columns: namedColumns(table), virtual: virtualsOf(table) });
