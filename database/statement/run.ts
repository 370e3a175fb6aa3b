/**
 * One bound statement to its effect: the table of what each kind of statement does.
 *
 * A statement with a result answers lazily: nothing runs until its batches are read. A statement without one has
 * happened, durably, when the promise resolves.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Execution } from '../../engine/exec/executor.ts';
import { physicalPlan } from '../../engine/exec/physical.ts';
import type { Plan, Schema, ValuesPlan } from '../../engine/plan/node.ts';
import { STRING } from '../../engine/type/type.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import { type BoundStatement, type CreateTableSpec, dialectTypeName } from '../../sql/index.ts';
import { CREATING, newTable, type TableOptions } from '../catalog/catalog.ts';
import type { Settings } from '../setting/setting.ts';
import { isSystemTable } from '../system/table.ts';
import type { Environment } from './environment.ts';
import { explainPlan, explainStages } from './explain.ts';
import { runPlan } from './query.ts';
import { insertData, insertPlan } from './write.ts';

export type StatementContext = {
  readonly environment: Environment;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly data: AsyncIterable<Uint8Array> | Blob | null;
  readonly kill: (queryId: string) => boolean;
  /** Changes of the session: USE and SET. */
  readonly session: {
    readonly use: (schema: string) => void;
    readonly set: (values: BoundStatement['settings']) => void;
  };
};

export type Outcome =
  | {
      readonly kind: 'rows';
      readonly schema: Schema;
      readonly batches: AsyncIterable<ResultBatch>;
      readonly execution: () => Execution | null;
    }
  | { readonly kind: 'done'; readonly rowsWritten: number; readonly bytesWritten: number };

const DONE: Outcome = { kind: 'done', rowsWritten: 0, bytesWritten: 0 };

/** Kinds that change nothing: what a read-only caller may do. */
const READS: ReadonlySet<BoundStatement['kind']> = new Set([
  'query',
  'explain',
  'showCreateTable',
  'use',
  'set',
]);
export const isRead = (statement: BoundStatement): boolean => READS.has(statement.kind);

export async function runStatement(statement: BoundStatement, context: StatementContext): Promise<Outcome> {
  const { environment, settings, signal } = context;
  const { store, catalog } = environment;
  switch (statement.kind) {
    case 'query':
      return rows(statement.plan, statement.schema, context);
    case 'insert':
      return insert(statement, context);
    case 'createTable':
      return createTable(statement, context);
    case 'dropTable':
      for (const table of statement.tables) if (table.id !== null) await store.dropTable(stored(table.id));
      return DONE;
    case 'truncateTable': {
      if (statement.table.id === null) return DONE;
      await store.publish(stored(statement.table.id), [], { replaces: () => true });
      return DONE;
    }
    case 'createSchema':
      await catalog.createSchema(statement.name, statement.ifNotExists);
      return DONE;
    case 'dropSchema':
      await catalog.dropSchema(statement.name, statement.ifExists);
      return DONE;
    case 'showCreateTable': {
      const { id } = statement.table;
      if (id === null || isSystemTable(id))
        throw new BasaltError('UNKNOWN_TABLE', `${statement.table.name} is not a stored table`);
      return text('statement', [createTableText(catalog.definition(id))], context);
    }
    case 'use':
      context.session.use(statement.schema);
      return DONE;
    case 'set':
      settings.with(plain(statement.values));
      context.session.set(statement.values);
      return DONE;
    case 'explain':
      return explain(statement, context);
    case 'optimizeTable': {
      if (statement.table.id === null) return DONE;
      const id = stored(statement.table.id);
      await store.flush(id);
      while (await store.mergeOnce(id)) signal.throwIfAborted();
      return DONE;
    }
    case 'killQuery':
      if (!context.kill(statement.queryId))
        throw new BasaltError('NOT_FOUND', `No query ${statement.queryId} is running`);
      return DONE;
  }
}

/** Setting values of a statement: bigints are what the parser reads integers as. */
export const plain = (values: BoundStatement['settings']): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(values).map(([name, v]) => [name, typeof v === 'bigint' ? Number(v) : (v ?? '')]),
  );

function stored(id: number): number {
  if (isSystemTable(id)) throw new BasaltError('ACCESS_DENIED', 'System tables cannot be changed');
  return id;
}

function rows(plan: Plan, schema: Schema, { environment, settings, signal }: StatementContext): Outcome {
  const { batches, execution } = runPlan(environment, plan, settings, signal);
  return { kind: 'rows', schema, batches, execution };
}

async function insert(
  statement: Extract<BoundStatement, { kind: 'insert' }>,
  { environment, settings, signal, data }: StatementContext,
): Promise<Outcome> {
  const table = environment.catalog.definition(stored(statement.tableId));
  const { source, columnIds } = statement;
  if (source.kind === 'plan') {
    const { rows: written, bytes } = await insertPlan(
      environment,
      table,
      columnIds,
      source.plan,
      settings,
      signal,
    );
    return { kind: 'done', rowsWritten: written, bytesWritten: bytes };
  }
  if (data === null) {
    throw new BasaltError('INCORRECT_DATA', `INSERT ... FORMAT ${source.format} came without rows`, {
      hint: 'Put the rows after the FORMAT clause',
    });
  }
  const { rows: written, bytes } = await insertData(
    environment,
    table,
    columnIds,
    source.format,
    data,
    settings,
    signal,
  );
  return { kind: 'done', rowsWritten: written, bytesWritten: bytes };
}

async function createTable(
  statement: Extract<BoundStatement, { kind: 'createTable' }>,
  { environment, settings, signal }: StatementContext,
): Promise<Outcome> {
  const { spec, as, ifNotExists, orReplace } = statement;
  const { catalog, store } = environment;
  if (!catalog.schemas().includes(spec.schema))
    throw new BasaltError('UNKNOWN_DATABASE', `There is no schema ${spec.schema}`);
  const existing = catalog.find(spec.schema, spec.name);
  if (existing !== undefined) {
    if (ifNotExists) return DONE;
    if (!orReplace) throw new BasaltError('TABLE_ALREADY_EXISTS', `Table ${spec.name} already exists`);
  }
  if (as === null) {
    if (existing !== undefined) await store.dropTable(existing.id);
    await store.createTable(newTable(spec));
    return DONE;
  }
  return createTableAs(spec, as, existing?.id ?? null, { environment, settings, signal });
}

/** The new table gets its name only when it is filled, so that nobody sees half of it. */
async function createTableAs(
  spec: CreateTableSpec,
  as: Plan,
  replaced: number | null,
  { environment, settings, signal }: Pick<StatementContext, 'environment' | 'settings' | 'signal'>,
): Promise<Outcome> {
  const { store } = environment;
  const wanted = newTable(spec);
  const name = `${CREATING}${environment.clock.nowMs()}.${wanted.name}`;
  const hidden = await store.createTable({
    ...wanted,
    name,
    options: { ...(wanted.options as TableOptions), name },
  });
  try {
    const ids = hidden.columns.map((c) => c.id);
    const { rows: written, bytes } = await insertPlan(environment, hidden, ids, as, settings, signal);
    if (replaced !== null) await store.dropTable(replaced);
    await store.alterTable({ ...hidden, name: wanted.name, options: wanted.options });
    return { kind: 'done', rowsWritten: written, bytesWritten: bytes };
  } catch (error) {
    await store.dropTable(hidden.id);
    throw error;
  }
}

async function explain(
  statement: Extract<BoundStatement, { kind: 'explain' }>,
  context: StatementContext,
): Promise<Outcome> {
  const inner = statement.statement;
  if (inner.kind !== 'query') {
    throw new BasaltError('NOT_IMPLEMENTED', 'EXPLAIN is there for queries only', {
      hint: 'EXPLAIN the SELECT of the statement',
    });
  }
  if (statement.druidPlan) return druidExplain(inner.plan, context);
  const lines = explainPlan(inner.plan);
  if (!statement.analyze) return text('explain', lines, context);
  const start = context.environment.clock.monotonicMs();
  const { batches, execution } = runPlan(context.environment, inner.plan, context.settings, context.signal);
  let count = 0;
  for await (const batch of batches) count += batch.rows;
  const run = execution();
  return text(
    'explain',
    [
      ...lines,
      '',
      ...explainStages(physicalPlan(inner.plan)),
      '',
      `rows ${count}, read ${run?.rowsRead() ?? 0}`,
      `parts read ${run?.pruning.partsRead ?? 0} of ${run?.pruning.parts ?? 0}`,
      `time ${(context.environment.clock.monotonicMs() - start).toFixed(2)} ms`,
    ],
    context,
  );
}

/** Druid's EXPLAIN PLAN FOR: one row of PLAN, RESOURCES, ATTRIBUTES. */
function druidExplain(plan: Plan, context: StatementContext): Outcome {
  const schema: Schema = ['PLAN', 'RESOURCES', 'ATTRIBUTES'].map((name) => ({ name, type: STRING }));
  const tables = explainPlan(plan).flatMap((line) => /^\s*scan (\S+)/.exec(line)?.[1] ?? []);
  const row = [
    JSON.stringify([{ query: { queryType: 'basalt', plan: explainPlan(plan) } }]),
    JSON.stringify([...new Set(tables)].map((name) => ({ name, type: 'DATASOURCE' }))),
    JSON.stringify({ statementType: 'SELECT' }),
  ];
  const values: ValuesPlan = { kind: 'values', rows: [row], schema };
  return rows(values, schema, context);
}

function text(name: string, lines: readonly string[], context: StatementContext): Outcome {
  const schema: Schema = [{ name, type: STRING }];
  return rows({ kind: 'values', rows: lines.map((line) => [line]), schema }, schema, context);
}

function createTableText(table: ReturnType<Environment['catalog']['definition']>): string {
  const columns = table.columns.map((c) => `  ${quoted(c.name)} ${dialectTypeName(c.type, 'clickhouse')}`);
  const order = table.sortKey
    .map((id) => quoted(table.columns.find((c) => c.id === id)?.name ?? ''))
    .join(', ');
  return `CREATE TABLE ${quoted(table.name)}\n(\n${columns.join(',\n')}\n)\nENGINE = MergeTree\nORDER BY ${order === '' ? 'tuple()' : `(${order})`}`;
}

const quoted = (name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll('`', '\\`')}\``;
