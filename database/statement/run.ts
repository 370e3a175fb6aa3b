/**
 * One bound statement to its effect: the table of what each kind of statement does.
 *
 * A statement with a result answers lazily: nothing runs until its batches are read. A statement without one has
 * happened, durably, when the promise resolves.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import type { InputData } from '../../engine/format/index.ts';
import type { Plan, Schema, ValuesPlan } from '../../engine/plan/node.ts';
import { INT64, STRING } from '../../engine/type/type.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import type { BoundChange, BoundStatement, TableRef } from '../../sql/index.ts';
import { optionsOf } from '../catalog/table-options.ts';
import type { SourceRules } from '../ingest/index.ts';
import type { Session } from '../session/session.ts';
import { isSystemTable, stored } from '../system/table.ts';
import { alterColumns } from './alter.ts';
import { catalogChanged } from './catalog-changed.ts';
import { checkTable } from './check.ts';
import { createDictionary, createMaterializedView, createTable, createView } from './create.ts';
import { dropSchema, dropTables } from './drop.ts';
import { checkTableDrops } from './drop-limit.ts';
import { ESTIMATES, estimatePlan } from './estimate.ts';
import { DRUID_PLAN_COLUMNS, druidPlanRow, profileText } from './explain.ts';
import { ingestRows } from './ingest.ts';
import { modifyQuery, modifyRefresh, modifyView } from './modify-view.ts';
import { type Changed, deleteRows, updateRows } from './mutation.ts';
import { nodeStatus } from './on-cluster.ts';
import { optimizeTable } from './optimize.ts';
import { alterPartitions } from './partition.ts';
import { type Behind, explainPipeline, explainPlan, type PlanContext, runPlan, textsOf } from './query.ts';
import { exchangeTables, renameTables } from './rename.ts';
import { returnedRows } from './returned-rows.ts';
import type { RunningStatement } from './running.ts';
import { createText } from './show-create.ts';
import { runSystemCommand } from './system-command.ts';
import { insertData, insertPlan } from './write.ts';

export type StatementContext = PlanContext & {
  readonly data: InputData | null;
  /** The same statement bound to the tables as they are now. */
  readonly bindAgain: () => Promise<BoundStatement>;
  /** Where files may be written. */
  readonly rules: SourceRules;
  /** Another statement, if it is running; `ends`: it is to end now. */
  readonly running: (queryId: string, ends: boolean) => RunningStatement | undefined;
  /** What USE, SET and CREATE TEMPORARY change. */
  readonly session: Session;
};

export type Outcome =
  | {
      readonly kind: 'rows';
      readonly schema: Schema;
      readonly batches: AsyncGenerator<ResultBatch>;
      /** The row of WITH TOTALS once the batches have ended; null: none. */
      readonly totals?: () => ResultBatch | null;
    }
  | { readonly kind: 'done' };

const DONE: Outcome = { kind: 'done' };

/** Kinds that change nothing: what a read-only caller may do. */
const READS: ReadonlySet<BoundStatement['kind']> = new Set([
  'query',
  'explain',
  'checkTable',
  'showCreateTable',
  'use',
  'set',
]);
export const isRead = (statement: BoundStatement): boolean => READS.has(statement.kind);

export async function runStatement(statement: BoundStatement, context: StatementContext): Promise<Outcome> {
  const outcome = await runHere(statement, context);
  if (!statement.onCluster) return outcome;
  if (outcome.kind === 'rows') await outcome.batches.return(undefined);
  const status = nodeStatus(context.settings);
  return status === null ? DONE : values(status.rows, status.schema, context);
}

async function runHere(statement: BoundStatement, context: StatementContext): Promise<Outcome> {
  const { environment, signal } = context;
  const { store, catalog, dictionaries } = environment;
  switch (statement.kind) {
    case 'query':
      return queryRows(statement, context);
    case 'insert':
      return insert(statement, context);
    case 'appendFile': {
      const { tableId, fileFormat, plan } = statement;
      const rows = runPlan(plan, context, undefined, new Map());
      const written = await environment.ownFiles.append(stored(tableId), fileFormat, plan.schema, rows);
      context.tally.wrote(written.rows, written.bytes);
      return DONE;
    }
    case 'discard':
      return discardRows(statement, context);
    case 'ingest':
    case 'delete':
    case 'update':
      return changeRows(statement, context);
    case 'alterRows':
      return alterRows(statement, context);
    case 'createTable':
      await createTable(statement, context);
      return DONE;
    case 'createView':
      await createView(statement, context);
      return DONE;
    case 'createMaterializedView':
      await createMaterializedView(statement, context);
      return DONE;
    case 'refreshViews':
      await environment.refresher().act(statement.action, statement.tableIds, signal);
      return DONE;
    case 'modifyRefresh':
      await modifyRefresh(statement, environment);
      return DONE;
    case 'modifySecurity':
      await modifyView(statement.tableId, (view) => ({ ...view, security: statement.security }), environment);
      return DONE;
    case 'createDictionary':
      await createDictionary(statement, context);
      return DONE;
    case 'reloadDictionaries':
      for (const table of catalog.tables())
        if (
          statement.tableIds.includes(table.id) &&
          (!statement.onlyLoaded || dictionaries.isLoaded(table.id))
        )
          await dictionaries.reload(table, context);
      return DONE;
    case 'modifyQuery':
      await modifyQuery(statement, environment);
      return DONE;
    case 'createFunction': {
      const { fn, ifNotExists, orReplace } = statement;
      if (!(await catalog.createFunction(fn, orReplace)) && !ifNotExists)
        throw new BasaltError('FUNCTION_ALREADY_EXISTS', `The function ${fn.name} exists already`, {
          hint: 'Write CREATE OR REPLACE',
        });
      return DONE;
    }
    case 'dropFunction':
      if (statement.fn !== null) await catalog.dropFunction(statement.fn);
      return DONE;
    case 'dropTable':
      await dropTables(known(statement.tables), statement.sync, context);
      return DONE;
    case 'detachTable':
      if (statement.table.id !== null)
        await catalog.detachTable(stored(statement.table.id), statement.permanently);
      catalogChanged(environment);
      return DONE;
    case 'attachTable':
      if (statement.tableId !== null) await catalog.attachTable(statement.tableId);
      catalogChanged(environment);
      return DONE;
    case 'undropTable':
      await catalog.undropTable(statement.tableId);
      catalogChanged(environment);
      return DONE;
    case 'detachSchema':
      if (statement.name !== null) await catalog.detachSchema(statement.name);
      catalogChanged(environment);
      return DONE;
    case 'attachSchema':
      if (statement.name !== null) await catalog.attachSchema(statement.name);
      catalogChanged(environment);
      return DONE;
    case 'alterTable':
      if (statement.table.id !== null) await alterColumns(stored(statement.table.id), statement, context);
      return DONE;
    case 'alterPartitions':
      if (statement.table.id !== null)
        await alterPartitions(stored(statement.table.id), statement.commands, environment, context.settings);
      return DONE;
    case 'renameTables':
      known(statement.pairs.map(({ from }) => from));
      await renameTables(statement, environment);
      return DONE;
    case 'exchangeTables':
      known([statement.left, statement.right]);
      await exchangeTables(statement, environment);
      return DONE;
    case 'truncateTables':
      checkTableDrops(known(statement.tables), catalog, context.settings);
      for (const { id } of statement.tables) {
        if (id === null) continue;
        const { through } = optionsOf(catalog.definition(stored(id)));
        if (through?.kind === 'own file') await environment.ownFiles.truncate(id, through.format);
        else await store.publish(id, [], { replaces: () => true });
      }
      return DONE;
    case 'createSchema':
      await catalog.createSchema(statement.name, statement);
      return DONE;
    case 'renameSchema':
      await catalog.renameSchema(statement.from, statement.to);
      return DONE;
    case 'commentSchema':
      await catalog.commentSchema(statement.name, statement.text);
      return DONE;
    case 'dropSchema':
      await dropSchema(statement, context);
      return DONE;
    case 'showCreateTable': {
      const { id } = statement.table;
      if (id === null || isSystemTable(id))
        throw new BasaltError('UNKNOWN_TABLE', `${statement.table.name} is not a stored table`);
      return text(
        'statement',
        [createText(catalog.definition(id), catalog.innerOf(catalog.definition(id)))],
        context,
      );
    }
    case 'use':
      context.session.schema = statement.schema;
      return DONE;
    case 'set':
      setInSession(statement.values, context.session);
      return DONE;
    case 'explain':
      return explain(statement, context);
    case 'optimizeTable': {
      if (statement.table.id === null) return DONE;
      if (statement.duplicates !== null)
        await changeRows(statement.duplicates, context, (bound) => (bound as typeof statement).duplicates);
      await optimizeTable(environment, stored(statement.table.id), statement, context);
      return DONE;
    }
    case 'copyTo':
      return copyRows(statement, context);
    case 'checkTable':
      return checkTable(statement, context);
    case 'system':
      runSystemCommand(statement, environment);
      return DONE;
    case 'killQuery':
      return killQuery(statement, context);
  }
}

function queryRows(
  { plan, totals, schema }: Extract<BoundStatement, { kind: 'query' }>,
  context: StatementContext,
): Outcome {
  if (totals === null) return { kind: 'rows', schema, batches: runPlan(plan, context) };
  let row: ResultBatch | null = null;
  const behind: Behind = {
    plan: totals,
    take: (batch) => {
      if (batch.rows > 0) row = batch;
    },
  };
  return {
    kind: 'rows',
    schema,
    batches: runPlan(plan, context, undefined, null, behind),
    totals: () => row,
  };
}

const PARAMETER = 'param_';

function setInSession(values: BoundStatement['settings'], session: Session): void {
  const given = Object.entries(plain(values));
  const isParameter = ([name]: (typeof given)[number]): boolean => name.startsWith(PARAMETER);
  const settings = given.filter((entry) => !isParameter(entry));
  session.settings = session.settings.with(Object.fromEntries(settings));
  const named = given.filter(isParameter).map(([name, value]) => [name.slice(PARAMETER.length), value]);
  session.parameters = { ...session.parameters, ...Object.fromEntries(named) };
}

/** Setting values of a statement: bigints are what the parser reads integers as. */
export const plain = (values: BoundStatement['settings']): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, typeof v === 'bigint' ? Number(v) : (v ?? '')]),
  );

/** Ids of those that there are, each once. */
const known = (tables: readonly TableRef[]): readonly number[] => [
  ...new Set(tables.flatMap(({ id }) => (id === null ? [] : [stored(id)]))),
];

async function insert(
  statement: Extract<BoundStatement, { kind: 'insert' }>,
  context: StatementContext,
): Promise<Outcome> {
  const { environment, settings, signal, data, tally } = context;
  const { source, columnIds } = statement;
  if (source.kind === 'plan') return changeRows(statement, context);
  const table = environment.catalog.definition(stored(statement.tableId));
  if (data === null) {
    throw new BasaltError('INCORRECT_DATA', `INSERT ... FORMAT ${source.format} came without rows`, {
      hint: 'Put the rows after the FORMAT clause',
    });
  }
  const { rows, bytes } = await insertData(environment, table, columnIds, source, data, settings, signal);
  tally.wrote(rows, bytes);
  return DONE;
}

/** What comes is no result: nothing bounds it but time and memory. */
async function discardRows(
  { plan }: Extract<BoundStatement, { kind: 'discard' }>,
  context: StatementContext,
): Promise<Outcome> {
  let rows = 0;
  for await (const batch of runPlan(plan, context, undefined, new Map())) rows += batch.rows;
  context.tally.wrote(rows, 0);
  return DONE;
}

type Change = BoundChange | Extract<BoundStatement, { kind: 'insert' | 'ingest' }>;

/** As often as tables may be altered while a statement waits to change them. */
const MAX_BINDINGS = 10;

/**
 * What changes rows by a plan: bound once more where a table was altered before anything happened.
 *
 * @param changeOf the change, of the whole statement as it was bound again
 */
async function changeRows(
  statement: Change,
  context: StatementContext,
  changeOf = (bound: BoundStatement): Change | null => bound as Change,
): Promise<Outcome> {
  let bound = statement;
  for (let bindings = 1; ; bindings++) {
    try {
      const { rows, bytes, returned } = await changeOnce(bound, context);
      context.tally.wrote(rows, bytes);
      if (bound.kind === 'ingest' || bound.returning === null) return DONE;
      return { kind: 'rows', schema: bound.returning, batches: each(returned ?? []) };
    } catch (error) {
      const { errorName } = BasaltError.from(error);
      if (errorName !== 'INCOMPATIBLE_COLUMNS' || bindings === MAX_BINDINGS) throw error;
      const again = changeOf(await context.bindAgain());
      assert(again !== null, 'the same is to be changed');
      bound = again;
    }
  }
}

type AlterRows = Extract<BoundStatement, { kind: 'alterRows' }>;

/** Each change is a step of its own: one that fails leaves those before it. */
async function alterRows({ changes }: AlterRows, context: StatementContext): Promise<Outcome> {
  for (const [i, change] of changes.entries()) {
    if (change === null) continue;
    await changeRows(change, context, (bound) => (bound as AlterRows).changes[i]);
  }
  return DONE;
}

async function* each(batches: readonly ResultBatch[]): AsyncGenerator<ResultBatch> {
  yield* batches;
}

async function changeOnce(statement: Change, context: StatementContext): Promise<Changed> {
  if (statement.kind === 'ingest') return { ...(await ingestRows(statement, context)), returned: null };
  const table = context.environment.catalog.definition(stored(statement.tableId));
  switch (statement.kind) {
    case 'delete':
      return deleteRows(statement, table, context);
    case 'update':
      return updateRows(statement, table, context);
    case 'insert': {
      const { source, columnIds, nullsAreDefaults, returning } = statement;
      assert(source.kind === 'plan', 'rows that came with a statement come once');
      const returned = returnedRows(returning, columnIds.length, context);
      const options = { returned, nullsAreDefaults };
      const { rows, bytes, inserted } = await insertPlan(table, columnIds, source.plan, context, options);
      // Rows that were inserted before by the same token are not inserted, so they are not returned.
      return { rows, bytes, returned: inserted ? (returned?.batches ?? null) : null };
    }
  }
}

async function copyRows(
  statement: Extract<BoundStatement, { kind: 'copyTo' }>,
  context: StatementContext,
): Promise<Outcome> {
  const { copyTo } = await import('../file/copy-to.ts');
  const batches = runPlan(statement.plan, context);
  const { rows, bytes } = await copyTo(statement, batches, context.rules);
  context.tally.wrote(rows, bytes);
  return values([[BigInt(rows)]], [{ name: 'Count', type: INT64 }], context);
}

/** The plan of a statement's rows, which it answers, writes or adds to a table; null: it has none. */
function rowsOf(statement: BoundStatement): Plan | null {
  switch (statement.kind) {
    case 'query':
    case 'ingest':
    case 'copyTo':
      return statement.plan;
    case 'insert':
      return statement.source.kind === 'plan' ? statement.source.plan : null;
    case 'createTable':
      return statement.as;
    default:
      return null;
  }
}

async function explain(
  statement: Extract<BoundStatement, { kind: 'explain' }>,
  context: StatementContext,
): Promise<Outcome> {
  const inner = statement.statement;
  const plan = rowsOf(inner);
  const { form } = statement;
  const isOfQueries = form === 'analyze' || form === 'estimate' || form === 'pipeline';
  if (plan === null || (isOfQueries && inner.kind !== 'query')) {
    const what = isOfQueries ? `EXPLAIN ${form.toUpperCase()}` : 'EXPLAIN';
    throw new BasaltError('NOT_IMPLEMENTED', `There is no ${what} of such a statement`, {
      hint: 'EXPLAIN its SELECT',
    });
  }
  if (form === 'pipeline') return text('explain', await explainPipeline(plan, context), context);
  if (form === 'estimate') return values(await estimatePlan(plan, context), ESTIMATES, context);
  if (form === 'druid') {
    const schema: Schema = DRUID_PLAN_COLUMNS.map((name) => ({ name, type: STRING }));
    return values([druidPlanRow(inner, plan, await explainPlan(plan, context))], schema, context);
  }
  if (form === 'plan' || form === 'indexes')
    return text('explain', await explainPlan(plan, context, form === 'indexes'), context);
  for await (const _ of runPlan(plan, context, true));
  const profile = context.tally.profile();
  assert(profile !== null, 'a plan that ran has a profile');
  return text('explain', profileText(profile), context);
}

/** The statements that were told to end, as ClickHouse lists them; none is no error. */
async function killQuery(
  { plan, mode }: Extract<BoundStatement, { kind: 'killQuery' }>,
  context: StatementContext,
): Promise<Outcome> {
  const found = (await textsOf(plan, context)).flatMap((id) => context.running(id, mode !== 'test') ?? []);
  if (mode === 'sync') await Promise.all(found.map(({ ended }) => ended));
  const status = KILL_STATUS[mode];
  const schema: Schema = ['kill_status', 'query_id', 'user', 'query'].map((name) => ({ name, type: STRING }));
  return values(
    found.map(({ queryId, user, query }) => [status, queryId, user, query]),
    schema,
    context,
  );
}

const KILL_STATUS = { sync: 'finished', async: 'waiting', test: 'unknown_status' } as const;

const text = (name: string, lines: readonly string[], context: StatementContext): Outcome =>
  values(
    lines.map((line) => [line]),
    [{ name, type: STRING }],
    context,
  );

const values = (rows: ValuesPlan['rows'], schema: Schema, context: StatementContext): Outcome => ({
  kind: 'rows',
  schema,
  batches: runPlan({ kind: 'values', rows, schema }, context, false),
});
