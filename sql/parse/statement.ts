/**
 * Statement parse trees to AST.
 */

import type { ParserRuleContext } from 'antlr4ng';
import type { Expression, Identifier } from '../ast/expression.ts';
import type {
  ColumnDefinition,
  ConstraintDefinition,
  CreateTable,
  CreateView,
  IndexDefinition,
  Output,
  ProjectionDefinition,
  Settings,
  SettingValue,
  Statement,
  StatementBody,
  TableName,
  TtlElement,
} from '../ast/statement.ts';
import { TABLE_SETTINGS } from '../dialect/table-setting.ts';
import type {
  CreateTableContext,
  EngineArgumentContext,
  IdentifierContext,
  QualifiedNameContext,
  SetSettingsContext,
  SettingContext,
  StatementBodyContext,
  StatementContext,
  TableClauseContext,
  TableElementContext,
  TableFunctionContext,
} from '../grammar/generated/Sql.js';
import { OnClusterContext, Sql } from '../grammar/generated/Sql.js';
import {
  buildAlterTable,
  buildCommentOn,
  buildExchangeTables,
  buildRenameTables,
  partitionName,
} from './alter.ts';
import { buildAttach } from './attach.ts';
import { checkOf, columnOf } from './column.ts';
import { buildCopy } from './copy.ts';
import { buildDatabase } from './database.ts';
import { buildCreateDictionary, buildDropDictionary } from './dictionary.ts';
import { explainForm } from './explain.ts';
import { buildExpression } from './expression.ts';
import { buildCreateExternalTable, buildDropExternalTable } from './external-table.ts';
import { buildCreateFunction, buildDropFunction } from './function.ts';
import { buildInsert } from './insert.ts';
import { buildAlterRows, buildDelete, buildUpdate } from './mutation.ts';
import { identifierOf, nameParts } from './name.ts';
import { projectionOf } from './projection.ts';
import { buildQuery, tableFunction } from './query.ts';
import { refuseStatement } from './refuse.ts';
import { selectFrom } from './select-from.ts';
import { selectItems } from './select-item.ts';
import { settingValue } from './setting.ts';
import { buildShow } from './show.ts';
import { buildCreateIndex, buildDropIndex, indexOf } from './skip-index.ts';
import { sortItems } from './sort-item.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { buildSystem } from './system.ts';
import { ttlOf } from './ttl.ts';
import { buildAlterView, buildCreateMaterializedView, buildCreateView, buildDropView } from './view.ts';

export function buildStatement(context: StatementContext, source: Source): Statement {
  const body = buildBody(context.statementBody(), source);
  const leading = context.setSettings().map((s) => settingsOfSet(s, source));
  const within = context.statementBody().insert()?.setting() ?? [];
  const output = outputOf(
    context,
    source,
    Object.assign({}, ...leading, amongTableSettings(body), settingsOf(within, source)) as Settings,
  );
  return { text: source.text, body, output, ...span(context) };
}

/** Those that stand among the settings of a table and are the statement's. */
function amongTableSettings(body: StatementBody): Settings {
  if (body.kind === 'create materialized view') return body.inner.statementSettings;
  return body.kind === 'create table' ? body.statementSettings : {};
}

/** ON CLUSTER, wherever the statement has it. */
function clusterOf(body: StatementBodyContext, source: Source): Output['cluster'] {
  const statement = body.getChild(0) as ParserRuleContext;
  const clause = statement.children.find((child) => child instanceof OnClusterContext);
  if (clause === undefined) return null;
  if (source.dialect !== 'clickhouse')
    throw source.refuse(span(clause), 'ON CLUSTER', 'Basalt is one process: leave it out');
  const text = clause.StringLiteral();
  return { name: text === null ? identifierOf(clause.identifier()!).text : text.getText(), ...span(clause) };
}

function outputOf(context: StatementContext, source: Source, leading: Settings): Output {
  let format: string | null = null;
  let settings = leading;
  const isOfQuery = endsInViewQuery(context.statementBody());
  for (const clause of context.outputClause()) {
    if (isOfQuery && clause.SETTINGS() !== null)
      throw source.refuse(
        span(clause),
        "SETTINGS of a view's query",
        'Give them to the statements that read the view, or to those that insert',
      );
    if (clause.INTO() !== null)
      throw source.refuse(span(clause), 'INTO OUTFILE', 'Redirect the output of the client');
    if (clause.FORMAT() !== null)
      format = clause.NULL() === null ? identifierOf(clause.identifier()!).text : 'Null';
    else settings = { ...settings, ...settingsOf(clause.setting(), source) };
  }
  return { format, settings, cluster: clusterOf(context.statementBody(), source) };
}

/** ClickHouse keeps what stands behind it with the view. */
const endsInViewQuery = (body: StatementBodyContext): boolean =>
  body.createView() !== null ||
  body.createMaterializedView() !== null ||
  body.alterTable()?.alterCommand().at(-1)?.tableCommand()?.QUERY() != null;

function buildBody(context: StatementBodyContext, source: Source): StatementBody {
  const query = context.query();
  if (query !== null) return { kind: 'query', query: buildQuery(query, source) };
  const insert = context.insert();
  if (insert !== null) return buildInsert(insert, source);
  const createTable = context.createTable();
  if (createTable !== null) return buildCreateTable(createTable, source);
  const remove = context.deleteFrom();
  if (remove !== null) return buildDelete(remove, source);
  const update = context.update();
  if (update !== null) return buildUpdate(update, source);
  const alterRows = context.alterRows();
  if (alterRows !== null) return buildAlterRows(alterRows, source);
  return buildCommand(context, source);
}

function buildCommand(context: StatementBodyContext, source: Source): StatementBody {
  const drop = context.dropTable();
  if (drop !== null) {
    checkBehaviour(drop.identifier(), source);
    return {
      kind: 'drop table',
      tables: drop.qualifiedName().map((n) => tableName(n, source, drop.temporary() !== null)),
      ifExists: drop.IF() !== null,
      sync: drop.SYNC() !== null,
    };
  }
  const truncate = context.truncateTable();
  if (truncate !== null) {
    return {
      kind: 'truncate table',
      table: tableName(truncate.qualifiedName(), source, truncate.temporary() !== null),
      ifExists: truncate.IF() !== null,
    };
  }
  const alter = context.alterTable();
  if (alter !== null) return buildAlterTable(alter, source);
  const comment = context.commentOn();
  if (comment !== null) return buildCommentOn(comment, source);
  const createView = context.createView();
  if (createView !== null) return buildCreateView(createView, source);
  const external = context.createExternalTable();
  if (external !== null) return buildCreateExternalTable(external, source);
  const dropExternal = context.dropExternalTable();
  if (dropExternal !== null) return buildDropExternalTable(dropExternal, source);
  const materialized = context.createMaterializedView();
  if (materialized !== null) return buildCreateMaterializedView(materialized, source);
  const dropView = context.dropView();
  if (dropView !== null) return buildDropView(dropView, source);
  const alterView = context.alterView();
  if (alterView !== null) return buildAlterView(alterView, source);
  const createDictionary = context.createDictionary();
  if (createDictionary !== null) return buildCreateDictionary(createDictionary, source);
  const dropDictionary = context.dropDictionary();
  if (dropDictionary !== null) return buildDropDictionary(dropDictionary, source);
  const createFunction = context.createFunction();
  if (createFunction !== null) return buildCreateFunction(createFunction, source);
  const dropFunction = context.dropFunction();
  if (dropFunction !== null) return buildDropFunction(dropFunction, source);
  const createIndex = context.createIndex();
  if (createIndex !== null) return buildCreateIndex(createIndex, source);
  const dropIndex = context.dropIndex();
  if (dropIndex !== null) return buildDropIndex(dropIndex, source);
  const rename = context.renameTable();
  if (rename !== null) return buildRenameTables(rename, source);
  const exchange = context.exchangeTables();
  if (exchange !== null) return buildExchangeTables(exchange, source);
  const attach = buildAttach(context, source);
  if (attach !== null) return attach;
  const database = buildDatabase(context, source);
  if (database !== null) return database;
  const show = context.show();
  if (show !== null) return buildShow(show, source);
  const describe = context.describe();
  if (describe !== null) {
    const name = describe.qualifiedName();
    const query = describe.query();
    const called = describe.tableFunction();
    if (source.dialect === 'clickhouse' && query !== null && query.start?.type === Sql.VALUES)
      throw source.refuse(span(query), 'DESCRIBE values(...)', 'Write DESCRIBE (SELECT * FROM values(...))');
    return {
      kind: 'describe',
      table: name === null ? null : tableName(name, source),
      query:
        called !== null
          ? selectFrom(tableFunction(called, source))
          : query === null
            ? null
            : buildQuery(query, source),
    };
  }
  const summarized = context.summarize();
  if (summarized !== null) {
    if (source.dialect !== 'standard')
      throw source.refuse(span(summarized), 'SUMMARIZE', 'Select the aggregates that you want');
    const name = summarized.qualifiedName();
    const query = summarized.query();
    if (name !== null)
      return {
        kind: 'summarize',
        query: selectFrom({ kind: 'table', name: nameParts(name), alias: null, final: false, ...span(name) }),
        text: span(name),
        isTable: true,
      };
    return { kind: 'summarize', query: buildQuery(query!, source), text: span(query!), isTable: false };
  }
  const pragma = context.pragma();
  if (pragma !== null) {
    const [name, word] = pragma.identifier();
    const text = pragma.StringLiteral();
    const argument = text !== null ? text.getText() : word === undefined ? null : identifierOf(word).text;
    return { kind: 'pragma', name: identifierOf(name), argument };
  }
  const exists = context.exists();
  if (exists !== null) {
    const table = tableName(exists.qualifiedName(), source, exists.temporary() !== null);
    return exists.DATABASE() !== null
      ? { kind: 'exists database', name: table.name }
      : {
          kind: 'exists table',
          table,
          of: exists.VIEW() !== null ? 'view' : exists.DICTIONARY() !== null ? 'dictionary' : null,
        };
  }
  const use = context.use();
  if (use !== null) return { kind: 'use', name: identifierOf(use.identifier()) };
  const set = context.setSettings();
  if (set !== null) return { kind: 'set', settings: settingsOfSet(set, source) };
  const explain = context.explain();
  if (explain !== null) {
    return {
      kind: 'explain',
      form: explainForm(explain, source),
      statement: buildBody(explain.statementBody(), source),
    };
  }
  const optimize = context.optimize();
  if (optimize !== null) {
    const partition = optimize.partitionRef();
    const by = optimize.selectItem();
    return {
      kind: 'optimize table',
      table: tableName(optimize.qualifiedName(), source),
      partition: partition === null ? null : partitionName(partition, source),
      final: optimize.FINAL() !== null,
      deduplicates: optimize.DEDUPLICATE() !== null,
      by: by.length === 0 ? null : selectItems(by, source),
    };
  }
  const copy = context.copy();
  if (copy !== null) return buildCopy(copy, source);
  const check = context.check();
  if (check !== null) {
    const partition = check.partitionRef();
    return {
      kind: 'check table',
      table: tableName(check.qualifiedName(), source),
      partition: partition === null ? null : partitionName(partition, source),
    };
  }
  const system = context.system();
  if (system !== null) return buildSystem(system, source);
  const kill = context.kill();
  if (kill !== null) {
    return {
      kind: 'kill query',
      where: buildExpression(kill.expression(), source),
      mode: kill.TEST() !== null ? 'test' : kill.SYNC() !== null ? 'sync' : 'async',
    };
  }
  throw refuseStatement(context.unsupported()!, source);
}

/** CASCADE and RESTRICT: no table depends on another, so that both say what happens anyway. */
export function checkBehaviour(word: IdentifierContext | null, source: Source): void {
  if (word !== null && !/^(cascade|restrict)$/i.test(identifierOf(word).text))
    throw source.error(span(word), `Syntax error at \`${identifierOf(word).text}\``);
}

/** @param isTemporary the statement says TEMPORARY */
export function tableName(context: QualifiedNameContext, source: Source, isTemporary = false): TableName {
  const parts = nameParts(context);
  if (parts.length > 2) throw source.error(span(context), 'A table name has at most two parts: schema.table');
  if (isTemporary && parts.length === 2)
    throw source.error(
      span(context),
      'Temporary tables cannot be inside a database',
      'Leave the schema out: they are in the session',
    );
  return {
    schema: parts.length === 2 ? parts[0] : null,
    name: parts[parts.length - 1],
    isTemporary,
    ...span(context),
  };
}

/** ClickHouse: what the function gives whenever it is read. */
function buildFunctionTable(
  context: CreateTableContext,
  called: TableFunctionContext,
  source: Source,
): CreateView {
  const where = span(called);
  if (source.dialect !== 'clickhouse')
    throw source.refuse(
      where,
      'CREATE TABLE ... AS a table function',
      'Write CREATE VIEW v AS SELECT * FROM',
    );
  if (context.tableElement().length > 0 || context.tableClause().length > 0 || context.query() !== null)
    throw source.refuse(
      where,
      'CREATE TABLE ... AS a table function with columns, clauses or a query',
      'Leave them out, or write CREATE TABLE t ENGINE = ... AS SELECT * FROM',
    );
  return {
    kind: 'create view',
    view: tableName(context.qualifiedName(0)!, source, context.temporary() !== null),
    ifNotExists: context.EXISTS() !== null,
    orReplace: context.REPLACE() !== null,
    columns: [],
    query: selectFrom(tableFunction(called, source)),
    text: `SELECT * FROM ${source.text.slice(where.at, where.end)}`,
    comment: null,
    security: null,
  };
}

const isDictionaryEngine = (clause: TableClauseContext, source: Source): boolean =>
  source.dialect === 'clickhouse' && clause.ENGINE() !== null && engineName(clause).text === 'Dictionary';

/** ClickHouse's table over a dictionary: a view of its columns of these names. */
function buildDictionaryTable(
  context: CreateTableContext,
  clause: TableClauseContext,
  source: Source,
): CreateView {
  const { columns, engine, comment } = tableParts(context, source);
  const where = span(clause);
  const [name] = engine?.args ?? [];
  if (
    engine === null ||
    engine.args.length !== 1 ||
    context.tableClause().length > 1 + (comment === null ? 0 : 1)
  )
    throw source.refuse(where, 'ENGINE = Dictionary with other clauses', 'Write ENGINE = Dictionary(name)');
  const table = {
    kind: 'function',
    name: 'dictionary',
    path: [{ text: 'dictionary', quoted: false, ...where }],
    args: [name],
    alias: null,
    ...where,
  } as const;
  return {
    kind: 'create view',
    view: tableName(context.qualifiedName(0)!, source),
    ifNotExists: context.EXISTS() !== null,
    orReplace: context.REPLACE() !== null,
    columns: columns.map((c) => ({ name: c.name, type: c.type, comment: c.comment, at: c.at, end: c.end })),
    query: selectFrom(table),
    text: `SELECT * FROM dictionary(${source.text.slice(name.at, name.end)})`,
    comment,
    security: null,
  };
}

type TableParts = Omit<CreateTable, 'kind' | 'table' | 'ifNotExists' | 'orReplace' | 'empty' | 'as' | 'like'>;

/** What stands in the parentheses of a table, and the clauses behind them. */
export function tableParts(
  context: { tableElement(): TableElementContext[]; tableClause(): TableClauseContext[] },
  source: Source,
): TableParts {
  const columns: ColumnDefinition[] = [];
  const indexes: IndexDefinition[] = [];
  const projections: ProjectionDefinition[] = [];
  const constraints: ConstraintDefinition[] = [];
  let primaryKey: Expression | null = null;
  let ttl: readonly TtlElement[] = [];
  for (const element of context.tableElement()) {
    const column = element.columnDefinition();
    const index = element.indexDefinition();
    const projection = element.projectionDefinition();
    if (column !== null) columns.push(columnOf(column, source));
    else if (index !== null) indexes.push(indexOf(index, source));
    else if (projection !== null) projections.push(projectionOf(projection, source));
    else {
      const check = element.tableConstraint()?.checkConstraint() ?? null;
      if (check === null)
        throw source.refuse(
          span(element),
          'A key or a foreign key in a table definition',
          'Leave it out: nothing would enforce it',
        );
      constraints.push(checkOf(check, source));
    }
  }
  let engine: CreateTable['engine'] = null;
  let partitionBy: Expression | null = null;
  let sampleBy: Expression | null = null;
  let orderBy: CreateTable['orderBy'] = null;
  let tableSettings: Settings = {};
  let comment: string | null = null;
  for (const clause of context.tableClause()) {
    const expression = clause.expression();
    if (clause.ENGINE() !== null) {
      engine = {
        name: engineName(clause),
        args: clause.engineArgument().map((arg) => engineArgument(arg, source)),
      };
    } else if (clause.PARTITION() !== null) partitionBy = buildExpression(expression!, source);
    else if (clause.ORDER() !== null || clause.CLUSTER() !== null) {
      orderBy = sortItems(clause.sortItem(), source).flatMap((i) =>
        i.value.kind === 'tuple' ? i.value.items.map((value) => ({ ...i, value })) : [i],
      );
    } else if (clause.PRIMARY() !== null) primaryKey = buildExpression(expression!, source);
    else if (clause.SAMPLE() !== null) sampleBy = buildExpression(expression!, source);
    else if (clause.TTL() !== null) ttl = ttlOf(clause, source);
    else if (clause.SETTINGS() !== null)
      tableSettings = { ...tableSettings, ...settingsOf(clause.setting(), source) };
    else comment = clause.StringLiteral()!.getText();
  }
  return {
    columns,
    indexes,
    projections,
    constraints,
    engine,
    partitionBy,
    orderBy,
    primaryKey,
    sampleBy,
    ttl,
    tableSettings: settingsIf(tableSettings, (name) => TABLE_SETTINGS.has(name)),
    statementSettings: settingsIf(tableSettings, (name) => !TABLE_SETTINGS.has(name)),
    comment,
  };
}

function buildCreateTable(context: CreateTableContext, source: Source): CreateTable | CreateView {
  const called = context.tableFunction();
  if (called !== null) return buildFunctionTable(context, called, source);
  const query = context.query();
  const like = context._source ?? null;
  const isClone = context.CLONE() !== null;
  if (isClone && query !== null)
    throw source.error(span(query), 'CLONE AS takes no query', 'Leave CLONE out, or the query');
  const asked = context.tableClause().find((clause) => isDictionaryEngine(clause, source));
  if (asked !== undefined) return buildDictionaryTable(context, asked, source);
  return {
    kind: 'create table',
    table: tableName(context.qualifiedName(0)!, source, context.temporary() !== null),
    ifNotExists: context.EXISTS() !== null,
    orReplace: context.REPLACE() !== null,
    ...tableParts(context, source),
    empty: context.EMPTY() !== null || context.NO() !== null,
    as:
      query !== null
        ? buildQuery(query, source)
        : isClone
          ? selectFrom({ kind: 'table', name: nameParts(like!), alias: null, final: false, ...span(like!) })
          : null,
    like: like === null ? null : tableName(like, source),
  };
}

const settingsOfSet = (context: SetSettingsContext, source: Source): Settings => {
  if (context.ZONE() !== null) {
    const text = context.StringLiteral();
    const name = context.identifier();
    return { timezone: text !== null ? text.getText() : name === null ? 'UTC' : identifierOf(name).text };
  }
  return settingsOf(context.setting(), source);
};

const settingsIf = (settings: Settings, isMeant: (name: string) => boolean): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => isMeant(name)));

export function settingsOf(contexts: readonly SettingContext[], source: Source): Settings {
  const settings: Record<string, SettingValue> = {};
  for (const setting of contexts) {
    const name = setting
      .identifier()
      .map((i): Identifier => identifierOf(i))
      .map((i) => i.text)
      .join('.');
    settings[name] = settingValue(setting.settingValue(), source);
  }
  return settings;
}

function engineArgument(context: EngineArgumentContext, source: Source): Expression {
  const value = context.expression();
  if (value !== null) return buildExpression(value, source);
  const where = span(context);
  return { kind: 'name', parts: [{ text: context.getText(), quoted: false, ...where }], ...where };
}

/** `Null` and `Join` are words of their own everywhere but here. */
function engineName(clause: TableClauseContext): Identifier {
  const name = clause.identifier();
  if (name !== null) return identifierOf(name);
  return { text: clause.JOIN() === null ? 'Null' : 'Join', quoted: false, ...span(clause) };
}
