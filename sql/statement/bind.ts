/**
 * Statements to bound statements. Queries go through the binder and then through the plan rules.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { planText } from '../../engine/plan/text.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import type { Expression } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Statement, StatementBody } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { checkCluster } from '../bind/cluster.ts';
import type { BindContext } from '../bind/context.ts';
import { bindQuery } from '../bind/query.ts';
import { NO_WITH } from '../bind/scope.ts';
import { Session } from '../bind/session.ts';
import { isDictionary } from '../bind/view.ts';
import { parse } from '../parse/parser.ts';
import { statementText } from '../print/statement-text.ts';
import { treeText } from '../print/tree-text.ts';
import { bindAlterTable } from './alter.ts';
import { bindAttach, bindAttachDatabase, bindDetach, bindUndrop } from './attach.ts';
import type { BoundPartition, BoundStatement, Output } from './bound.ts';
import { bindCopy, bindCopyFrom } from './copy.ts';
import { bindCreateTable } from './create-table.ts';
import { bindDatabase } from './database.ts';
import { bindDuplicates } from './deduplicate.ts';
import { bindCreateDictionary, bindReload, droppedDictionary } from './dictionary.ts';
import { dictionaryFree } from './dictionary-free.ts';
import { bindCreateFunction, droppedFunction } from './function.ts';
import { bindIngest } from './ingest.ts';
import { bindInsert } from './insert.ts';
import { bindInsertFile } from './insert-file.ts';
import { bindInsertFunction } from './insert-function.ts';
import { knownSchema } from './known-schema.ts';
import { bindCreateMaterializedView } from './materialized-view.ts';
import { bindAlterRows, bindDelete, bindUpdate } from './mutation.ts';
import { bindPartition } from './partition.ts';
import { bindRefreshCommand } from './refresh.ts';
import { bindExchange, bindRename } from './rename.ts';
import {
  describe,
  existsDatabase,
  existsTable,
  rowsOf,
  showCreateDatabase,
  showDatabases,
  showTables,
} from './show.ts';
import { showColumns, showIndexes, showList } from './show-parts.ts';
import { pragma, showAllTables, summarize } from './summarize.ts';
import { rowsRef, tableRef } from './table-ref.ts';
import { bindCreateView, droppedTable, droppedView } from './view.ts';

/** @throws BasaltError of class query, with a position and a hint where there is one. */
export function bind(statement: Statement, context: BindContext): BoundStatement {
  const settings = { ...context.settings, ...statement.output.settings };
  const { format, cluster } = statement.output;
  const dataFormat = statement.body.kind === 'insert' && format !== null ? { dataFormat: format } : {};
  const timeZone = context.timeZoneOf?.(statement.output.settings) ?? context.timeZone;
  const session = new Session(statement.text, { ...context, settings, timeZone, ...dataFormat }, bindQuery);
  if (cluster !== null) checkCluster(cluster.name, cluster, session);
  const output = { format, settings: statement.output.settings, onCluster: cluster !== null };
  try {
    return bindBody(statement.body, output, session);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Each text is of bounded depth, but views and functions put texts into texts.
    throw new BasaltError('TOO_DEEP', 'With its views and functions the statement is nested too deep', {
      hint: 'Nest them less',
      cause: error,
    });
  }
}

const linesOf = (lines: readonly string[]): Plan =>
  rowsOf(
    ['explain'],
    lines.map((line) => [line]),
  );

/** The query as it is bound, before any rule: its nodes with their expressions, and the columns it gives. */
function explainBound(body: StatementBody, session: Session): Plan {
  if (body.kind !== 'query')
    throw session.refuse(
      { at: 0, end: session.text.length },
      `EXPLAIN QUERY TREE of a statement of the kind '${body.kind}'`,
      'It shows queries',
    );
  const { plan } = session.bindQuery(body.query, NO_WITH);
  const columns = plan.schema.map(({ name, type }) => `${name} ${dialectTypeName(type, session.dialect)}`);
  return linesOf([...planText(plan, { rows: () => undefined }), `columns ${columns.join(', ')}`]);
}

/** The statement's text, a line a row: as it is written, whether its tables are there or not. */
function explainSyntax(body: StatementBody, session: Session): Plan {
  const text = statementText(body, false);
  if (text !== null) return linesOf(text.split('\n'));
  throw session.refuse(
    { at: 0, end: session.text.length },
    `EXPLAIN SYNTAX of a statement of the kind '${body.kind}'`,
    'It shows queries, and INSERT INTO ... SELECT',
  );
}

function bindBody(body: StatementBody, output: Output, session: Session): BoundStatement {
  switch (body.kind) {
    case 'query':
      return bindResult(body.query, output, session);
    case 'insert':
      return body.into === null
        ? { ...(bindInsertFile(body, session) ?? bindInsert(body, session)), ...output }
        : { ...bindInsertFunction(body, body.into, session), ...output };
    case 'ingest':
      return { ...bindIngest(body, session), ...output };
    case 'delete':
      return { ...bindDelete(body, session), ...output };
    case 'update':
      return { ...bindUpdate(body, session), ...output };
    case 'alter rows':
      return { ...bindAlterRows(body, session), ...output };
    case 'create table':
      return { ...bindCreateTable(body, session), ...output };
    case 'drop table':
      return {
        kind: 'dropTable',
        tables: body.tables.map((t) => droppedTable(t, body.ifExists, session)),
        ifExists: body.ifExists,
        sync: body.sync,
        ...output,
      };
    case 'create materialized view':
      return { ...bindCreateMaterializedView(body, session), ...output };
    case 'create view':
      return { ...bindCreateView(body, session), ...output };
    case 'drop view':
      return {
        kind: 'dropTable',
        tables: body.views.map((view) => droppedView(view, body.ifExists, session)),
        ifExists: body.ifExists,
        sync: true,
        ...output,
      };
    case 'create dictionary':
      return { ...bindCreateDictionary(body, session), ...output };
    case 'drop dictionary':
      return {
        kind: 'dropTable',
        tables: [droppedDictionary(body.dictionary, body.ifExists, session)],
        ifExists: body.ifExists,
        sync: true,
        ...output,
      };
    case 'reload dictionary':
      return { ...bindReload(body.dictionary, session), ...output };
    case 'refresh view':
      return { ...bindRefreshCommand(body, session), ...output };
    case 'create function':
      return { ...bindCreateFunction(body, session), ...output };
    case 'drop function':
      return { kind: 'dropFunction', fn: droppedFunction(body.name, body.ifExists, session), ...output };
    case 'detach table':
      return { ...bindDetach(body, session), ...output };
    case 'attach table':
      return { ...bindAttach(body, session), ...output };
    case 'undrop table':
      return { ...bindUndrop(body.table, session), ...output };
    case 'detach database':
    case 'attach database':
      return { ...bindAttachDatabase(body, session), ...output };
    case 'truncate table':
      return {
        kind: 'truncateTables',
        tables: [rowsRef(body.table, 'TRUNCATE', body.ifExists, session)],
        ...output,
      };
    case 'alter table':
      return { ...dictionaryFree(bindAlterTable(body, session), body.table, session), ...output };
    case 'rename tables':
      return { ...bindRename(body, session), ...output };
    case 'exchange tables':
      return { ...bindExchange(body, session), ...output };
    case 'create database':
    case 'drop database':
    case 'rename database':
    case 'comment database':
    case 'truncate database':
      return { ...bindDatabase(body, session), ...output };
    case 'show create database':
      return queryOf(showCreateDatabase(body.name, session), output);
    case 'show tables':
      return queryOf(showTables(body, session), output);
    case 'show dictionaries':
      return queryOf(showTables(body, session, isDictionary), output);
    case 'show databases':
      return queryOf(showDatabases(body.like, session), output);
    case 'show columns':
      return queryOf(showColumns(body, session), output);
    case 'show indexes':
      return queryOf(showIndexes(body, session), output);
    case 'show list':
      return queryOf(showList(body, session), output);
    case 'show create table':
      return { kind: 'showCreateTable', table: tableRef(body.table, false, session), ...output };
    case 'summarize':
      return queryOf(summarize(body, session), output);
    case 'pragma':
      return queryOf(pragma(body, session), output);
    case 'show all tables':
      return queryOf(showAllTables(body.where, session), output);
    case 'describe':
      return queryOf(describe(body, session), output);
    case 'exists table':
      return queryOf(existsTable(body.table, body.of, session), output);
    case 'exists database':
      return queryOf(existsDatabase(body.name, session), output);
    case 'use':
      return { kind: 'use', schema: knownSchema(body.name, session), ...output };
    case 'set':
      return { kind: 'set', values: body.settings, ...output };
    case 'explain':
      if (body.form === 'syntax') return queryOf(explainSyntax(body.statement, session), output);
      if (body.form === 'ast') return queryOf(linesOf(treeText(body.statement)), output);
      if (body.form === 'query tree') return queryOf(explainBound(body.statement, session), output);
      return {
        kind: 'explain',
        form: body.form,
        statement: bindBody(body.statement, output, session),
        ...output,
      };
    case 'optimize table':
      return {
        kind: 'optimizeTable',
        table: rowsRef(body.table, 'OPTIMIZE', false, session),
        final: body.final,
        partition: partitionOf(body, session),
        duplicates: body.deduplicates ? bindDuplicates(body, session) : null,
        ...output,
      };
    case 'copy from':
      return { ...bindCopyFrom(body, session), ...output };
    case 'copy':
      return { ...bindCopy(body, session), ...output };
    case 'check table':
      return {
        kind: 'checkTable',
        table: rowsRef(body.table, 'CHECK', false, session),
        partition: partitionOf(body, session),
        ...output,
      };
    case 'system': {
      const { command, table } = body;
      return {
        kind: 'system',
        command,
        table: table === null ? null : rowsRef(table, 'SYSTEM', false, session),
        ...output,
      };
    }
    case 'kill query':
      return { kind: 'killQuery', plan: killedQueries(body.where, session), mode: body.mode, ...output };
  }
}

function bindResult(query: Query, output: Output, session: Session): BoundStatement {
  session.show(query);
  const bound = session.bindQuery(query, NO_WITH);
  const plan = session.optimized(bound.plan);
  const totals = session.dialect === 'clickhouse' ? (bound.totals?.() ?? null) : null;
  return queryOf(plan, output, totals === null ? null : session.optimized(totals));
}

const queryOf = (plan: Plan, output: Output, totals: Plan | null = null): BoundStatement => ({
  kind: 'query',
  plan,
  totals,
  schema: plan.schema,
  ...output,
});

/** Ids of the queries of which the condition is true, about columns of system.processes. */
function killedQueries(where: Expression, session: Session): Plan {
  const { body } = parse('SELECT query_id FROM system.processes', session.dialect);
  if (body.kind !== 'query' || body.query.body.kind !== 'select')
    throw session.error('LOGICAL_ERROR', where, 'Running queries are SELECTed');
  const query: Query = { ...body.query, body: { ...body.query.body, where } };
  return session.optimized(session.bindQuery(query, NO_WITH).plan);
}

/** The partition that a statement about a whole table may name. */
function partitionOf(
  { table, partition }: Extract<StatementBody, { kind: 'optimize table' | 'check table' }>,
  session: Session,
): BoundPartition | null {
  if (partition === null) return null;
  const parts = tablePath(table);
  return bindPartition(partition, session.table(parts, table), session);
}
