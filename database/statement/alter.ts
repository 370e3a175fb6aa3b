/** ALTER TABLE of columns, indexes, names and comments: one record, after writing rows anew where a new type needs it. */

import { column, type Expr, rewrite as rewriteExpr } from '../../engine/plan/expr.ts';
import type { Plan, ProjectPlan, ScanPlan } from '../../engine/plan/node.ts';
import type {
  BoundColumnCommand,
  BoundMaterialize,
  BoundProjected,
  BoundStatement,
} from '../../sql/index.ts';
import type { BuiltSegment, TableChange, TableDefinition } from '../../storage/index.ts';
import { changeColumns, type Rewritten } from '../catalog/change-columns.ts';
import { indexNamed } from '../catalog/change-indexes.ts';
import { choiceOf } from '../catalog/partition-choice.ts';
import { projectionsOf } from '../catalog/table-options.ts';
import { clearProjection, materialize } from '../projection/keep-projection.ts';
import type { PlanContext } from './query.ts';
import { buildPlan } from './write.ts';

type Altered = Extract<BoundStatement, { kind: 'alterTable' }>;

export async function alterColumns(
  tableId: number,
  { commands, materialize: indexes, projected }: Pick<Altered, 'commands' | 'materialize' | 'projected'>,
  context: PlanContext,
): Promise<void> {
  if (commands.length > 0 || indexes.length + projected.length === 0)
    await change(tableId, commands, context);
  for (const command of indexes) await materializeIndex(tableId, command, context);
  for (const command of projected) await changeProjected(tableId, command, context);
  if (commands.some(({ kind }) => kind === 'dropProjection')) await context.environment.catalog.dropOrphans();
}

/** What is in memory becomes segments before, so that all of the table is materialized. */
async function changeProjected(
  tableId: number,
  { name, partition, action }: BoundProjected,
  { environment, signal }: PlanContext,
): Promise<void> {
  const { store, catalog } = environment;
  const table = catalog.definition(tableId);
  const projection = projectionsOf(table).find((p) => p.name === name);
  if (projection === undefined) return;
  const chosen = partition === null ? () => true : choiceOf(partition, table);
  if (action === 'clear') return clearProjection(environment, table, projection, chosen);
  await store.flush(tableId);
  await materialize(environment, table, projection, chosen, signal);
}

/** Writes segments that lack the index anew, each by itself. */
async function materializeIndex(
  tableId: number,
  { name, partition }: BoundMaterialize,
  { environment, signal }: PlanContext,
): Promise<void> {
  const { store, catalog } = environment;
  const table = catalog.definition(tableId);
  const { id } = indexNamed(table, name);
  const chosen = partition === null ? () => true : choiceOf(partition, table);
  await store.rewrite(
    tableId,
    signal,
    (meta) => chosen(meta) && meta.indexes?.some((index) => index.id === id) !== true,
  );
}

async function change(
  tableId: number,
  commands: readonly BoundColumnCommand[],
  context: PlanContext,
): Promise<void> {
  const { store, catalog } = context.environment;
  const tried = changeColumns(catalog.definition(tableId), commands);
  const tableChange: TableChange = {
    define: (table) => changeColumns(table, commands).table,
    settles: tried.settles,
    revise: (segment, before) => changeColumns(before, commands).revise(segment),
    ...(tried.rewritten.size === 0 && !tried.fills
      ? {}
      : {
          rewrite: (before: TableDefinition, after: TableDefinition) =>
            writeAnew(before, after, changeColumns(before, commands).rewritten, context),
        }),
  };
  await store.alterTable(tableId, tableChange);
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
