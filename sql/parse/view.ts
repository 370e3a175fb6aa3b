/** CREATE, DROP and ALTER VIEW to AST. */

import type { RenameTables } from '../ast/alter.ts';
import type { CreateMaterializedView, CreateView, StatementBody } from '../ast/statement.ts';
import type {
  AlterViewContext,
  CreateMaterializedViewContext,
  CreateViewContext,
  DropViewContext,
} from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import { buildQuery } from './query.ts';
import { buildRefresh } from './refresh.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { checkBehaviour, tableName, tableParts } from './statement.ts';
import { typeNameOf } from './type-name.ts';
import { buildViewSecurity } from './view-security.ts';

export function buildCreateView(context: CreateViewContext, source: Source): CreateView {
  const comments = context.StringLiteral();
  const security = context.viewSecurity();
  if (comments.length > 1) throw source.error(span(context), 'COMMENT is given twice');
  return {
    kind: 'create view',
    view: tableName(context.qualifiedName(), source, context.temporary() !== null),
    ifNotExists: context.EXISTS() !== null,
    orReplace: context.REPLACE() !== null,
    columns: context.viewColumn().map((column) => {
      const type = column.typeName();
      return {
        name: identifierOf(column.identifier()),
        type: type === null ? null : typeNameOf(type, source),
        comment: column.StringLiteral()?.getText() ?? null,
        ...span(column),
      };
    }),
    query: buildQuery(context.query(), source),
    text: null,
    comment: comments[0]?.getText() ?? null,
    security: security === null ? null : buildViewSecurity([security], source),
  };
}

export function buildCreateMaterializedView(
  context: CreateMaterializedViewContext,
  source: Source,
): CreateMaterializedView {
  if (source.dialect !== 'clickhouse')
    throw source.refuse(
      span(context),
      'CREATE MATERIALIZED VIEW outside of the ClickHouse dialect',
      'Use CREATE VIEW, or CREATE TABLE AS and INSERT ... SELECT',
    );
  const view = tableName(context.qualifiedName(0)!, source);
  const to = context._target ?? null;
  const word = context.Identifier();
  if (word !== null && word.getText().toUpperCase() !== 'POPULATE')
    throw source.error(
      span(context),
      `Syntax error at \`${word.getText()}\``,
      'Write POPULATE, or AS SELECT ...',
    );
  const refresh = context.refresh();
  if (refresh !== null && word !== null)
    throw source.error(
      span(refresh),
      'POPULATE with REFRESH',
      'Leave it out: the view is filled at once, unless EMPTY is written',
    );
  const parts = tableParts(context, source);
  if (to !== null && (parts.engine !== null || word !== null))
    throw source.error(
      span(to),
      `When creating a materialized view you can't declare both 'TO [db].[table]' and '${word === null ? 'ENGINE' : 'POPULATE'}'`,
      word === null
        ? 'The table is there, with an engine of its own'
        : 'INSERT INTO the table what is there already',
    );
  const query = buildQuery(context.query(), source);
  const comment = context.StringLiteral()?.getText() ?? parts.comment;
  return {
    kind: 'create materialized view',
    view,
    ifNotExists: context.EXISTS() !== null,
    to: to === null ? null : tableName(to, source),
    inner: {
      ...parts,
      kind: 'create table',
      table: { ...view, name: { ...view.name, text: `.inner.${view.name.text}`, quoted: true } },
      ifNotExists: false,
      orReplace: false,
      empty: word === null,
      as: query,
      like: null,
      comment: null,
    },
    query,
    comment,
    security: buildViewSecurity(context.viewSecurity(), source),
    refresh: refresh === null ? null : buildRefresh(refresh, source),
    isEmpty: context.EMPTY() !== null,
  };
}

export function buildDropView(context: DropViewContext, source: Source): StatementBody {
  checkBehaviour(context.identifier(), source);
  return {
    kind: 'drop view',
    views: context.qualifiedName().map((name) => tableName(name, source, context.temporary() !== null)),
    ifExists: context.EXISTS() !== null,
  };
}

export const buildAlterView = (context: AlterViewContext, source: Source): RenameTables => ({
  kind: 'rename tables',
  only: 'view',
  ifExists: context.EXISTS() !== null,
  pairs: [
    {
      from: tableName(context.qualifiedName(0)!, source),
      to: tableName(context.qualifiedName(1)!, source),
    },
  ],
});
