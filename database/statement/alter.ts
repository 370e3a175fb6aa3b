/** ALTER TABLE of columns, names and comments: one record, after writing rows anew where a new type needs it. */

import { column, type Expr, rewrite as rewriteExpr } from '../../engine/plan/expr.ts';
import type { Plan, ProjectPlan, ScanPlan } from '../../engine/plan/node.ts';
import type { BoundColumnCommand } from '../../sql/index.ts';
import type { BuiltSegment, TableChange, TableDefinition } from '../../storage/index.ts';
import { changeColumns, type Rewritten } from '../catalog/change-columns.ts';
import type { PlanContext } from './query.ts';
import { buildPlan } from './write.ts';

export async function alterColumns(
  tableId: number,
  commands: readonly BoundColumnCommand[],
  context: PlanContext,
): Promise<void> {
  const { store, catalog } = context.environment;
  const tried = changeColumns(catalog.definition(tableId), commands);
  const change: TableChange = {
    define: (table) => changeColumns(table, commands).table,
    settles: tried.settles,
    revise: (segment, before) => changeColumns(before, commands).revise(segment),
    ...(tried.rewritten.size === 0
      ? {}
      : {
          rewrite: (before: TableDefinition, after: TableDefinition) =>
            writeAnew(before, after, changeColumns(before, commands).rewritten, context),
        }),
  };
  await store.alterTable(tableId, change);
  context.environment.wrote();
}

/** All rows with the columns they are to have. */
async function writeAnew(
  before: TableDefinition,
  after: TableDefinition,
  rewritten: ReadonlyMap<number, Rewritten>,
  context: PlanContext,
): Promise<readonly BuiltSegment[]> {
  const kept = before.columns.filter(
    ({ id }) =>
      after.columns.some((c) => c.id === id) || [...rewritten.values()].some(({ from }) => from === id),
  );
  const scan: ScanPlan = {
    kind: 'scan',
    tableId: before.id,
    tableName: before.name,
    columnIds: kept.map((c) => c.id),
    filter: null,
    schema: kept.map(({ name, type }) => ({ name, type })),
  };
  const columns = after.columns.flatMap(
    (target): { readonly id: number; readonly name: string; readonly expr: Expr }[] => {
      const { from = target.id, cast = null } = rewritten.get(target.id) ?? {};
      const at = kept.findIndex((c) => c.id === from);
      if (at === -1) return [];
      const source = column(at, kept[at].type);
      const expr =
        cast === null ? source : rewriteExpr(cast, (node) => (node.kind === 'column' ? source : node));
      return [{ id: target.id, name: target.name, expr }];
    },
  );
  const plan: ProjectPlan = {
    kind: 'project',
    input: scan,
    exprs: columns.map(({ expr }) => expr),
    schema: columns.map(({ name, expr }) => ({ name, type: expr.type })),
  };
  return buildPlan(
    after,
    columns.map(({ id }) => id),
    plan satisfies Plan,
    context,
  );
}
