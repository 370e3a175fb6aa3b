/** What ALTER TABLE makes of a table's projections. They are over ids of columns, so a rename is none of their business. */

import { BasaltError } from '../../engine/base/error.ts';
import { mapProjection, projectedColumns } from '../../engine/plan/projection.ts';
import type { BoundPlace, ProjectionSpec } from '../../sql/index.ts';
import type { ColumnDefinition, TableDefinition } from '../../storage/index.ts';
import { optionsOf, projectionsOf, type TableOptions } from './table-options.ts';

/** Behind the others, unless it has a place. @param idOf what its expressions call columns */
export function withProjection(
  table: TableDefinition,
  spec: ProjectionSpec,
  place: BoundPlace,
  idOf: (ref: number) => number,
): TableDefinition {
  const known = projectionsOf(table);
  const { nextProjectionId: id = 0 } = optionsOf(table);
  if (known.some(({ name }) => name === spec.name))
    throw new BasaltError(
      'ILLEGAL_PROJECTION',
      `Cannot add projection ${spec.name}: projection with this name already exists`,
    );
  const at =
    place === null
      ? known.length
      : place.after === null
        ? 0
        : known.findIndex(({ name }) => name === place.after) + 1;
  return withProjections(table, {
    projections: known.toSpliced(at, 0, { id, ...mapProjection(spec, idOf) }),
    nextProjectionId: id + 1,
  });
}

export const withoutProjection = (table: TableDefinition, gone: string): TableDefinition =>
  withProjections(table, { projections: projectionsOf(table).filter(({ name }) => name !== gone) });

const withProjections = (
  table: TableDefinition,
  changed: Pick<TableOptions, 'projections' | 'nextProjectionId'>,
): TableDefinition => ({ ...table, options: { ...optionsOf(table), ...changed } });

/** Every column that a projection reads is there. */
export function checkProjections(table: TableDefinition): void {
  for (const projection of projectionsOf(table)) {
    if (projectedColumns(projection).every((id) => table.columns.some((c) => c.id === id))) continue;
    throw new BasaltError(
      'UNKNOWN_IDENTIFIER',
      `Cannot apply ALTER because it breaks projection ${projection.name}: a column that it reads would be missing`,
      { hint: `DROP PROJECTION ${projection.name} in the same statement` },
    );
  }
}

/** What is kept of segments would not be what is in them any more. */
export function checkUnprojected(
  table: TableDefinition,
  { id, name }: ColumnDefinition,
  action: string,
): void {
  const reading = projectionsOf(table).find((projection) => projectedColumns(projection).includes(id));
  if (reading === undefined) return;
  throw new BasaltError(
    'ALTER_OF_COLUMN_IS_FORBIDDEN',
    `Cannot ${action} column ${name} because it breaks projection ${reading.name}`,
    { hint: `DROP PROJECTION ${reading.name}, and add it again afterwards` },
  );
}
