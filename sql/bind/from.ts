/**
 * FROM: tables, WITH queries, subqueries, table functions.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { Dialect } from '../../engine/function/row.ts';
import { listedIds } from '../../engine/plan/computed.ts';
import { column, literal, rewrite } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import {
  FLOAT64,
  isInteger,
  type LogicalType,
  STRING,
  timestamp,
  type Value,
} from '../../engine/type/type.ts';
import type { CallExpression, Expression, Identifier, Span } from '../ast/expression.ts';
import type { Join, Sample, TableAlias, TableExpression } from '../ast/query.ts';
import { appendedTables } from './append.ts';
import { CATALOG_TABLES, catalogTable } from './catalog-table.ts';
import { CLICKHOUSE_FUNCTIONS, clickhouseRows } from './clickhouse-function.ts';
import type { Parameter, TableInfo, Through } from './context.ts';
import { dictionaryTable } from './dictionary.ts';
import { bindArrayJoin, bindUnnest, isUnnest } from './expand.ts';
import { ExpressionBinder } from './expression.ts';
import { externTable } from './extern.ts';
import { ANY_FILE, FILE_FUNCTIONS, fileRequest, fileTable, inputTable, placesOf } from './file.ts';
import { bindJoin, crossJoin } from './join.ts';
import { bindBehind, joinLateral, mayBeLateral } from './lateral.ts';
import { LOOKUP_SCHEMA, lookupPlan } from './lookup.ts';
import { momentPlan } from './moment-sequence.ts';
import { bindPivot } from './pivot.ts';
import { columnsOfPlan, ONE_ROW, project } from './plan.ts';
import { randomlySampled } from './random-sample.ts';
import { bindRecursive, lastRows } from './recursive.ts';
import { sampled } from './sample.ts';
import {
  type BoundQuery,
  NO_WITH,
  type Relation,
  type Scope,
  type ScopeColumn,
  type WithQuery,
  type WithScope,
} from './scope.ts';
import { endlessPlan, SEQUENCES, sequencePlan } from './sequence.ts';
import type { Session } from './session.ts';
import { shownColumn } from './shown-column.ts';
import { expandTable } from './sql-function.ts';
import { throughRows } from './through.ts';
import { bindUnpivot } from './unpivot.ts';
import { rowsAlone, structuredRows } from './values-function.ts';
import { bindView, isDictionary, isView, targetOf, type View } from './view.ts';
import { namedQuery, WRITTEN_TABLES, writtenTable } from './written-table.ts';

export function bindFrom(
  items: readonly TableExpression[],
  withScope: WithScope,
  session: Session,
): Relation {
  const [first, ...others] = items;
  if (first === undefined) return { plan: ONE_ROW, columns: [] };
  let relation = bindTable(first, withScope, session);
  for (const item of others) {
    if (isUnnest(item)) {
      relation = bindUnnest(item, relation, false, withScope, session);
      continue;
    }
    relation = bindNext(relation, item, null, item, withScope, session);
  }
  return relation;
}

/** An item behind others, which it may read; `join` null: all pairs. */
function bindNext(
  left: Relation,
  item: TableExpression,
  join: Join | null,
  where: Span,
  withScope: WithScope,
  session: Session,
): Relation {
  const plainly = (right: Relation): Relation =>
    join === null ? crossJoin(left, right) : bindJoin(join, [left, right], withScope, session);
  if (!mayBeLateral(item, session)) return plainly(bindTable(item, withScope, session));
  const behind = bindBehind(left, withScope, session, (around) => bindTable(item, around, session));
  if (behind.around.columns.size === 0) return plainly(behind.relation);
  return joinLateral(left, behind, join, where, withScope, session);
}

export function bindTable(item: TableExpression, withScope: WithScope, session: Session): Relation {
  session.spend(item);
  switch (item.kind) {
    case 'table':
      return bindNamed(item, withScope, session);
    case 'subquery':
      return relationOf(session.bindQuery(item.query, withScope), item.alias, null, item, session);
    case 'file':
      return scanOf(
        fileTable({ ...ANY_FILE, ...placesOf([item.path], item, session) }, item, session),
        item.alias,
        item,
        session,
      );
    case 'extern': {
      if (isAppend(item.call) && item.columns.length === 0 && session.dialect === 'druid') {
        const named = (name: Identifier): Relation =>
          bindTable(
            { kind: 'table', name: [name], alias: null, final: false, at: name.at, end: name.end },
            withScope,
            session,
          );
        const plan = appendedTables(item.call, named, session);
        return relationOf({ plan }, item.alias, null, item, session);
      }
      const binder = constantsOf(withScope, session);
      const table = externTable(item, (node) => evaluateConstant(binder.bind(node)), session);
      return scanOf(table, item.alias, item, session);
    }
    case 'function':
      if (isUnnest(item)) return bindUnnest(item, { plan: ONE_ROW, columns: [] }, false, withScope, session);
      return unqualified(item, bindTableFunction(item, withScope, session), session);
    case 'sample': {
      const { plan, columns } = bindTable(item.of, withScope, session);
      return { plan: randomlySampled(plan, item.sample, session), columns };
    }
    case 'array join':
      return bindArrayJoin(item, bindTable(item.left, withScope, session), withScope, session);
    case 'pivot':
    case 'unpivot': {
      const source = bindTable(item.source, withScope, session);
      const plan =
        item.kind === 'pivot'
          ? bindPivot(item, source, withScope, session)
          : bindUnpivot(item, source, withScope, session);
      return relationOf({ plan }, item.alias, null, item, session);
    }
    case 'join':
      if (isUnnest(item.right)) return bindUnnestJoin(item, item.right, withScope, session);
      return bindNext(bindTable(item.left, withScope, session), item.right, item, item, withScope, session);
  }
}

/** In ClickHouse a function in FROM has no name but its alias. */
const unqualified = (
  item: Extract<TableExpression, { kind: 'function' }>,
  relation: Relation,
  { dialect }: Session,
): Relation =>
  dialect !== 'clickhouse' || item.alias !== null
    ? relation
    : { ...relation, columns: relation.columns.map((c) => ({ ...c, table: null })) };

const isAppend = (node: Expression): node is CallExpression =>
  node.kind === 'call' && node.name.toUpperCase() === 'APPEND';

/** What is unnested belongs to each row of the left side, so there is nothing to join on. */
function bindUnnestJoin(
  item: Join,
  unnest: Parameters<typeof bindUnnest>[0],
  withScope: WithScope,
  session: Session,
): Relation {
  const always = item.on === null || (item.on.kind === 'boolean' && item.on.value);
  const kinds: readonly Join['join'][] = ['cross', 'inner', 'left'];
  if (!always || item.using.length > 0 || !kinds.includes(item.join))
    throw session.refuse(
      item,
      `A ${item.join} join with UNNEST on a condition`,
      'Write CROSS JOIN UNNEST(a), or LEFT JOIN UNNEST(a) ON TRUE',
    );
  return bindUnnest(
    unnest,
    bindTable(item.left, withScope, session),
    item.join === 'left',
    withScope,
    session,
  );
}

function bindNamed(
  item: Extract<TableExpression, { kind: 'table' }>,
  withScope: WithScope,
  session: Session,
): Relation {
  const only = item.name.length === 1 ? item.name[0].text : null;
  const shared = only === null ? undefined : findWith(only, withScope, session);
  if (shared !== undefined) {
    if (shared.kind === 'bound') return shared.relation;
    const alias = item.alias ?? { name: item.name[0], columns: [] };
    if (shared.kind === 'self') return relationOf({ plan: lastRows(shared) }, alias, null, item, session);
    const recursive = shared.recursive ? bindRecursive(item.name[0].text, shared, session) : null;
    if (recursive !== null) return relationOf({ plan: recursive }, alias, null, item, session);
    const bound = session.bindQuery(shared.query, shared.scope);
    return relationOf(bound, alias, shared.columns, item, session);
  }
  const endless = endlessPlan(item, session);
  if (endless !== null) {
    const relation = relationOf({ plan: endless }, aliasOf(item, item.name[1].text), null, item, session);
    return {
      ...relation,
      columns: relation.columns.map((c) => ({ ...c, schema: item.alias === null ? 'system' : null })),
    };
  }
  const kept = lookupPlan(item, session);
  if (kept !== null) {
    const relation = relationOf({ plan: kept }, aliasOf(item, item.name[1].text), null, item, session);
    const schema = item.alias === null ? LOOKUP_SCHEMA : null;
    return { ...relation, columns: relation.columns.map((c) => ({ ...c, schema })) };
  }
  const table = session.table(item.name, item);
  if (table.view?.materialized !== undefined) return materializedOf(table, item, session);
  if (isDictionary(table)) checkNotWithin(table, item, session);
  else if (isView(table)) return viewOf(table, item, [], withScope, session);
  if (table.through !== undefined) return throughOf(table, table.through, item, session);
  return scanOf(table, item.alias, item, session, {
    final: isFinal(table, item, session),
    sample: item.sample,
  });
}

function throughOf(
  table: TableInfo,
  through: Through,
  item: Extract<TableExpression, { kind: 'table' }>,
  session: Session,
): Relation {
  const plan = throughRows(
    table,
    through,
    item,
    (inner) => (of) => bindTable(of, { ...NO_WITH, around: null }, inner),
    session,
  );
  const shown: Identifier = { text: table.name, quoted: true, at: item.at, end: item.end };
  const alias = item.alias ?? { name: shown, columns: [] };
  const relation = relationOf({ plan }, alias, null, item, session);
  const schema = item.alias === null ? doorSchema(table.schema, session) : null;
  const listed = table.columns.length;
  return {
    plan,
    columns: relation.columns.map((c, i) => ({ ...c, schema, ...(i < listed ? {} : { unlisted: true }) })),
  };
}

/** The rows of a dictionary come from a query that does not read them. */
function checkNotWithin(table: TableInfo, where: Span, session: Session): void {
  if (session.views.includes(table.id))
    throw session.error(
      'TOO_DEEP',
      where,
      `The dictionary ${table.name} reads itself`,
      'Name another source',
    );
}

/** The columns of a materialized view in the table that has its rows. */
function materializedOf(
  view: TableInfo,
  item: Extract<TableExpression, { kind: 'table' }>,
  session: Session,
): Relation {
  const target = targetOf(view, session);
  if (target === undefined)
    throw session.error(
      'UNKNOWN_TABLE',
      item,
      `The table that ${view.name} writes to is gone`,
      'Make it again, or drop the view',
    );
  const scanned = scanOf(target, item.alias, item, session, {
    final: isFinal(target, item, session),
    sample: item.sample,
  });
  const known = new Set(view.columns.map((c) => c.name));
  const own = scanned.columns.filter((c) => item.alias !== null || known.has(c.name) || c.unlisted === true);
  const schema = doorSchema(view.schema, session);
  const named = item.alias === null ? own.map((c) => ({ ...c, table: view.name, schema })) : own;
  return { plan: scanned.plan, columns: named };
}

function viewOf(
  view: View,
  item: Span & { readonly alias: TableAlias | null; readonly final?: boolean },
  args: readonly Expression[],
  withScope: WithScope,
  session: Session,
): Relation {
  if (item.final === true)
    throw session.error(
      'ILLEGAL_FINAL',
      item,
      `${view.name} is a view: it has no rows of its own`,
      'Write FINAL in the query of the view',
    );
  const binder = constantsOf(withScope, session);
  const parameterOf = (node: Expression): Parameter => {
    const bound = binder.bind(node);
    const value = evaluateConstant(bound);
    // Days and ticks say nothing without their type: such values are given as their text.
    const known = typeof value !== 'bigint' || isInteger(bound.type);
    return known ? value : evaluateConstant(cast(bound, STRING, session.castOptions(false)));
  };
  const bound = bindView(view, args, parameterOf, item, session);
  const shown: Identifier = { text: view.name, quoted: true, at: item.at, end: item.end };
  const relation = relationOf(bound, item.alias ?? { name: shown, columns: [] }, null, item, session);
  if (item.alias !== null) return relation;
  const schema = doorSchema(view.schema, session);
  return { ...relation, columns: relation.columns.map((c) => ({ ...c, schema })) };
}

/** Values that stand in FROM. */
const constantsOf = (withScope: WithScope, session: Session): ExpressionBinder =>
  new ExpressionBinder(
    session,
    { columns: [], aliases: new Map(), with: { ...withScope, around: null } } satisfies Scope,
    null,
    'arguments of a table function',
  );

function findWith(name: string, withScope: WithScope, session: Session): WithQuery | undefined {
  const exact = withScope.queries.get(name);
  if (exact !== undefined || session.dialect !== 'standard') return exact;
  for (const [known, value] of withScope.queries) if (session.same(name, known)) return value;
  return undefined;
}

/** FINAL is asked for by the table's reader, or by a setting for all tables that have it. */
function isFinal(table: TableInfo, item: Span & { readonly final: boolean }, session: Session): boolean {
  const hasPolicy = table.policy !== undefined && table.policy.kind !== 'append';
  // It never has two rows of a key.
  if (hasPolicy && table.engine === 'Join') return true;
  if (!item.final)
    return (
      hasPolicy && session.dialect === 'clickhouse' && Number(session.context.settings['final'] ?? 0) !== 0
    );
  if (session.dialect !== 'clickhouse')
    throw session.refuse(item, 'FINAL outside of the ClickHouse dialect', 'Ask in the ClickHouse dialect');
  if (!hasPolicy)
    throw session.error(
      'ILLEGAL_FINAL',
      item,
      `Storage ${table.engine ?? table.name} doesn't support FINAL`,
      'The table keeps every row that was inserted: leave FINAL out',
    );
  return true;
}

type ScanOptions = { readonly final?: boolean; readonly sample?: Sample | undefined };

/** A table's rows with all columns that can be read. */
export function scanOf(
  table: TableInfo,
  alias: TableAlias | null,
  where: Span,
  session: Session,
  { final = false, sample }: ScanOptions = {},
): Relation {
  const scanned = storedScan(table, alias, where, session, final);
  const aliases = aliasColumns(table, scanned, session);
  const stored = sampledRows(table, scanned, sample, session);
  if (aliases.size === 0) return stored;
  // Below joins, which have NULLs and defaults where there is no row.
  const fields = columnsOfPlan(stored.plan);
  const made = [...aliases];
  const plan = project(
    stored.plan,
    [...fields, ...made.map(([, c]) => c.expr)],
    [...stored.plan.schema.map((f) => f.name), ...made.map(([, c]) => c.name)],
  );
  const computed = made.map(([id, c], i): [number, ScopeColumn] => [
    id,
    { ...c, expr: column(fields.length + i, c.expr.type) },
  ]);
  if (session.dialect !== 'standard')
    return { plan, columns: [...stored.columns, ...computed.map(([, c]) => c)] };
  const all = new Map([...table.columns.map((c, i) => [c.id, stored.columns[i]] as const), ...computed]);
  const others = stored.columns.slice(table.columns.length);
  return { plan, columns: [...listedIds(table).flatMap((id) => all.get(id) ?? []), ...others] };
}

/** Those of the rows that are asked for; a table that can be sampled says how many rows each one stands for. */
function sampledRows(
  table: TableInfo,
  { plan, columns }: Relation,
  sample: Sample | undefined,
  session: Session,
): Relation {
  if ((sample === undefined && table.sampleBy === undefined) || plan.kind !== 'scan')
    return { plan, columns };
  const { plan: rows, factor } =
    sample === undefined ? { plan, factor: 1 } : sampled(table, plan, sample, session);
  const [first] = columns;
  const weight: ScopeColumn = {
    name: '_sample_factor',
    table: first.table,
    schema: first.schema,
    expr: literal(factor, FLOAT64),
    hidden: false,
    unlisted: true,
  };
  return { plan: rows, columns: [...columns, weight] };
}

/** A table's rows with the columns that segments have, which are the plan's, in their order. */
export function storedScan(
  table: TableInfo,
  alias: TableAlias | null,
  where: Span,
  session: Session,
  final = false,
): Relation {
  const shownColumns = session.dialect === 'druid' ? druidColumns(table) : table.columns;
  const plan: Plan = {
    kind: 'scan',
    tableId: table.id,
    tableName: table.name,
    columnIds: shownColumns.map((c) => c.id),
    filter: null,
    schema: shownColumns.map((c) => ({ name: c.name, type: c.type })),
    ...(final ? { final } : {}),
  };
  const names = renamed(
    shownColumns.map((c) => c.name),
    alias?.columns ?? [],
    where,
    session,
  );
  const name = alias?.name.text ?? table.name;
  // Druid calls the primary time column __time whatever it is called in the table.
  const schema = alias === null ? doorSchema(table.schema, session) : null;
  const columns = shownColumns.map(
    (c, i): ScopeColumn => ({
      name: session.dialect === 'druid' && c.name === table.timeColumn ? '__time' : names[i],
      table: name,
      schema,
      expr: shownColumn(column(i, c.type), session),
      hidden: false,
      ...(c.computed?.kind === 'materialized' && !isListed('materialized', session)
        ? { unlisted: true }
        : {}),
    }),
  );
  return { plan, columns };
}

/** By their ids, over a scan of the stored columns. */
export function aliasColumns(
  { virtual = [], columns: stored }: TableInfo,
  { plan, columns: [first] }: Relation,
  session: Session,
): ReadonlyMap<number, ScopeColumn> {
  const ids = plan.kind === 'scan' ? plan.columnIds : [];
  const typeOf = new Map(stored.map(({ id, type }) => [id, type]));
  const found = new Map<number, ScopeColumn>();
  for (const { id, name, kind, expr } of virtual) {
    if (kind !== 'alias' || expr === null) continue;
    const made = rewrite(expr, (node) =>
      node.kind === 'column' ? column(ids.indexOf(node.index), typeOf.get(node.index) ?? node.type) : node,
    );
    const unlisted = isListed('alias', session) ? {} : { unlisted: true };
    found.set(id, { name, table: first.table, schema: first.schema, expr: made, hidden: false, ...unlisted });
  }
  return found;
}

/** `*` of ClickHouse leaves such columns out, unless a setting asks for them; elsewhere columns are columns. */
const isListed = (kind: 'alias' | 'materialized', session: Session): boolean =>
  session.dialect !== 'clickhouse' ||
  Number(session.context.settings[`asterisk_include_${kind}_columns`] ?? 0) !== 0;

const doorSchema = (schema: string, session: Session): string =>
  schema !== 'main' ? schema : { standard: 'main', druid: 'druid', clickhouse: 'default' }[session.dialect];

/** `__time` comes first at Druid's door, and moments have no zone but the connection's. */
function druidColumns(table: TableInfo): TableInfo['columns'] {
  const columns = table.columns.map((c) =>
    c.type.zone === undefined ? c : { ...c, type: zoneless(c.type) },
  );
  return [
    ...columns.filter((c) => c.name === table.timeColumn),
    ...columns.filter((c) => c.name !== table.timeColumn),
  ];
}

const zoneless = ({ nullable, precision = 3 }: LogicalType): LogicalType => timestamp(precision, nullable);

/** A bound query as a table: its output names, or those the alias gives. */
export function relationOf(
  bound: BoundQuery,
  alias: TableAlias | null,
  more: readonly Identifier[] | null,
  where: Span,
  session: Session,
): Relation {
  const given = alias !== null && alias.columns.length > 0 ? alias.columns : (more ?? []);
  const names = renamed(
    bound.plan.schema.map((f) => f.name),
    given,
    where,
    session,
  );
  return {
    ...bound,
    columns: bound.plan.schema.map((f, i) => ({
      name: names[i],
      table: alias?.name.text ?? null,
      schema: null,
      expr: column(i, f.type),
      hidden: false,
    })),
  };
}

/** The alias, or the name as one. */
const aliasOf = (item: Span & { readonly alias: TableAlias | null }, text: string): TableAlias =>
  item.alias ?? { name: { text, quoted: true, at: item.at, end: item.end }, columns: [] };

function renamed(
  names: readonly string[],
  given: readonly Identifier[],
  where: Span,
  session: Session,
): readonly string[] {
  if (given.length > names.length) {
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `${given.length} column names are given for ${names.length} columns`,
    );
  }
  return names.map((name, i) => given[i]?.text ?? name);
}

/** Names of functions that give rows. */
export const tableFunctions = (dialect: Dialect): readonly string[] => [
  ...SEQUENCES,
  ...(dialect === 'clickhouse' ? ['values', 'dictionary', ...CLICKHOUSE_FUNCTIONS] : []),
  ...FILE_FUNCTIONS,
  ...CATALOG_TABLES,
  ...WRITTEN_TABLES,
];

function bindTableFunction(
  item: Extract<TableExpression, { kind: 'function' }>,
  withScope: WithScope,
  session: Session,
): Relation {
  const name = item.name.toLowerCase();
  const binder = constantsOf(withScope, session);
  const whole = (node: Expression): bigint => {
    const value = evaluateConstant(binder.bind(node));
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
    throw session.error('BAD_ARGUMENTS', node, `${item.name} takes whole numbers`);
  };
  const file = fileRequest(name, item.args, (node) => evaluateConstant(binder.bind(node)), session);
  if (file !== null) return scanOf(fileTable(file, item, session), item.alias, item, session);
  if (name === 'dictionary' && session.dialect === 'clickhouse') {
    const table = dictionaryTable(item.args, item, session);
    checkNotWithin(table, item, session);
    return scanOf(table, item.alias, item, session);
  }
  if (name === 'input' && session.dialect === 'clickhouse') {
    const table = inputTable(item.args, item, (node) => evaluateConstant(binder.bind(node)), session);
    return scanOf(table, item.alias, item, session);
  }
  if (SEQUENCES.includes(name)) {
    const plan =
      momentPlan(name, item.args, binder, item, session) ??
      sequencePlan(name, item.args.map(whole), item.name, item, session);
    return relationOf({ plan }, aliasOf(item, item.name), null, item, session);
  }
  if (name === 'values' && session.dialect === 'clickhouse') {
    const query = rowsAlone(item.args, item);
    const plan =
      query === null
        ? structuredRows(item.args, item, withScope, session)
        : session.bindQuery(query, { ...NO_WITH, around: null }).plan;
    return relationOf({ plan }, item.alias, null, item, session);
  }
  const evaluate = (node: Expression): Value => evaluateConstant(binder.bind(node));
  const bindInner = (inner: TableExpression): Relation => bindTable(inner, withScope, session);
  const made = clickhouseRows({ item, session, evaluate, bindTable: bindInner });
  if (made !== undefined) {
    const { plan, columns } = relationOf(made, item.alias, null, item, session);
    const listed = columns.length - made.unlisted;
    return { plan, columns: columns.map((c, i) => (i < listed ? c : { ...c, unlisted: true })) };
  }
  const catalogRows = catalogTable(item, evaluate, session);
  if (catalogRows !== undefined)
    return relationOf({ plan: catalogRows }, aliasOf(item, item.name), null, item, session);
  const named = namedQuery(item, evaluate, session);
  if (named !== undefined) {
    const bound = session.expanding(name, item, () =>
      session.bindQuery(named, { ...NO_WITH, around: withScope.around }),
    );
    return relationOf(bound, aliasOf(item, item.name), null, item, session);
  }
  const written = session.sqlFunction(item.name) ?? writtenTable(name, session);
  if (written?.givesRows === true) {
    const query = expandTable(written, item, session);
    const bound = session.expanding(name, item, () =>
      session.bindQuery(query, { ...NO_WITH, around: withScope.around }),
    );
    return relationOf(bound, aliasOf(item, written.name), null, item, session);
  }
  const view = session.findTable(item.path);
  if (view !== undefined && isView(view) && view.view.parameters.length > 0)
    return viewOf(view, item, item.args, withScope, session);
  const known = tableFunctions(session.dialect);
  throw session.error(
    'UNKNOWN_FUNCTION',
    item,
    `Unknown table function ${item.name}`,
    session.didYouMean(name, known) ?? `Known: ${known.join(', ')}`,
  );
}
