/** CREATE of tables, views and dictionaries, where nothing else has the name, or it is to be replaced. */

import { BasaltError, type Position } from '../../engine/base/error.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { BoundStatement, CreateTableSpec, ViewSpec } from '../../sql/index.ts';
import type { TableDefinition } from '../../storage/index.ts';
import { newTable, newView, withLayoutOf } from '../catalog/catalog.ts';
import { isView, optionsOf } from '../catalog/table-options.ts';
import { dictionarySettings } from '../dictionary/dictionary-load.ts';
import { isSystemTable } from '../system/table.ts';
import { catalogChanged } from './catalog-changed.ts';
import { checkTableDrops } from './drop-limit.ts';
import { createFilled } from './filled-table.ts';
import type { PlanContext } from './query.ts';
import type { StatementContext } from './run.ts';
import { insertPlan } from './write.ts';

export async function createTable(
  statement: Extract<BoundStatement, { kind: 'createTable' }>,
  context: StatementContext,
): Promise<void> {
  const { as, like, ifNotExists, orReplace, where } = statement;
  const spec = placed(statement.spec, context);
  const { catalog, store } = context.environment;
  if (spec.isTemporary !== true && !catalog.schemas().includes(spec.schema))
    throw new BasaltError('UNKNOWN_DATABASE', `There is no schema ${spec.schema}`);
  const existing = catalog.named(spec.schema, spec.name);
  if (existing !== undefined) {
    if (ifNotExists) return;
    checkAttached(existing, where);
    if (!orReplace)
      throw new BasaltError('TABLE_ALREADY_EXISTS', `Table ${spec.name} already exists`, {
        position: where,
        hint: 'Write IF NOT EXISTS, or choose another name',
      });
    checkTableDrops([existing.id], catalog, context.settings);
  }
  const likeId = like?.id ?? null;
  const table = newTable(spec);
  const wanted =
    likeId === null || isSystemTable(likeId) ? table : withLayoutOf(catalog.definition(likeId), table);
  if (as !== null) await createTableAs(wanted, as, existing?.id ?? null, context);
  else await store.changeTables({ create: [wanted], drop: existing === undefined ? [] : [existing.id] });
  if (existing === undefined) return;
  await catalog.dropOrphans();
  catalogChanged(context.environment);
}

/** Nothing else can have the name of what is detached. */
function checkAttached(existing: TableDefinition, where: Position): void {
  const { name, detached, view } = optionsOf(existing);
  if (detached === undefined) return;
  throw new BasaltError(
    'TABLE_ALREADY_EXISTS',
    `Table ${name} already exists (detached${detached === 'permanently' ? ' permanently' : ''})`,
    {
      position: where,
      hint: `ATTACH ${view?.dictionary === undefined ? 'TABLE' : 'DICTIONARY'} ${name}, or choose another name`,
    },
  );
}

/** What is temporary is in the session's own schema. */
function placed<S extends CreateTableSpec | ViewSpec>(spec: S, { session }: StatementContext): S {
  if (spec.isTemporary !== true) return spec;
  if (session.temporarySchema !== null) return { ...spec, schema: session.temporarySchema };
  throw new BasaltError('BAD_ARGUMENTS', `${spec.name} is temporary, and the request has no session`, {
    hint: 'Name one, in this request and those that read it: session_id=...',
  });
}

export async function createView(
  statement: Extract<BoundStatement, { kind: 'createView' }>,
  context: StatementContext,
): Promise<void> {
  const { ifNotExists, orReplace, where } = statement;
  const spec = placed(statement.spec, context);
  const { catalog, store } = context.environment;
  const existing = catalog.named(spec.schema, spec.name);
  if (existing !== undefined) {
    if (ifNotExists) return;
    checkAttached(existing, where);
    if (!orReplace || !isView(existing) || optionsOf(existing).view?.dictionary !== undefined)
      throw new BasaltError('TABLE_ALREADY_EXISTS', `${spec.name} already exists`, {
        position: where,
        hint: isView(existing) ? 'Write CREATE OR REPLACE VIEW' : 'It is a table',
      });
  }
  await store.changeTables({ create: [newView(spec)], drop: existing === undefined ? [] : [existing.id] });
}

export async function createDictionary(
  { spec, ifNotExists, orReplace, where }: Extract<BoundStatement, { kind: 'createDictionary' }>,
  { environment }: StatementContext,
): Promise<void> {
  const { catalog, store } = environment;
  const existing = catalog.named(spec.schema, spec.name);
  if (existing !== undefined) {
    if (ifNotExists) return;
    checkAttached(existing, where);
    const isSame = optionsOf(existing).view?.dictionary !== undefined;
    if (!orReplace || !isSame)
      throw new BasaltError(
        isSame ? 'DICTIONARY_ALREADY_EXISTS' : 'TABLE_ALREADY_EXISTS',
        `${isSame ? 'Dictionary' : 'Table'} ${spec.name} already exists`,
        { position: where, hint: isSame ? 'Write CREATE OR REPLACE DICTIONARY' : 'Choose another name' },
      );
  }
  if (spec.view.dictionary !== undefined) dictionarySettings(spec.view.dictionary);
  await store.changeTables({ create: [newView(spec)], drop: existing === undefined ? [] : [existing.id] });
  catalogChanged(environment);
}

/** With a table of its own, if it has one, which is filled before anybody sees the view. */
export async function createMaterializedView(
  { spec, inner, populate, ifNotExists, where }: Extract<BoundStatement, { kind: 'createMaterializedView' }>,
  context: StatementContext,
): Promise<void> {
  const { catalog, store } = context.environment;
  const existing = catalog.named(spec.schema, spec.name);
  if (existing !== undefined) {
    if (ifNotExists) return;
    checkAttached(existing, where);
    throw new BasaltError('TABLE_ALREADY_EXISTS', `${spec.name} already exists`, {
      position: where,
      hint: 'Write IF NOT EXISTS, or drop it first',
    });
  }
  const own = inner === null ? [] : [newTable(inner)];
  if (populate === null) await store.changeTables({ create: [...own, newView(spec)] });
  else {
    for (const table of own) await createTableAs(table, populate, null, context);
    await store.changeTables({ create: [newView(spec)] });
  }
  catalogChanged(context.environment);
}

async function createTableAs(
  wanted: ReturnType<typeof newTable>,
  as: Plan,
  replaced: number | null,
  context: PlanContext,
): Promise<void> {
  const { rows, bytes } = await createFilled(wanted, replaced, context, (hidden) =>
    insertPlan(
      hidden,
      hidden.columns.map((c) => c.id),
      as,
      context,
    ),
  );
  context.tally.wrote(rows, bytes);
}
