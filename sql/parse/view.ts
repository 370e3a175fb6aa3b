/** CREATE, DROP and ALTER VIEW to AST. */

import type { RenameTables } from '../ast/alter.ts';
import type { CreateView, StatementBody } from '../ast/statement.ts';
import type { AlterViewContext, CreateViewContext, DropViewContext } from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import { buildQuery } from './query.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { checkBehaviour, refuseCluster, tableName } from './statement.ts';
import { typeNameOf } from './type-name.ts';

export function buildCreateView(context: CreateViewContext, source: Source): CreateView {
  refuseCluster(context.onCluster(), source);
  const comments = context.StringLiteral();
  if (comments.length > 1) throw source.error(span(context), 'COMMENT is given twice');
  return {
    kind: 'create view',
    view: tableName(context.qualifiedName(), source),
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
  };
}

export function buildDropView(context: DropViewContext, source: Source): StatementBody {
  refuseCluster(context.onCluster(), source);
  checkBehaviour(context.identifier(), source);
  return {
    kind: 'drop view',
    views: context.qualifiedName().map((name) => tableName(name, source)),
    ifExists: context.EXISTS() !== null,
  };
}

export const buildAlterView = (context: AlterViewContext, source: Source): RenameTables => ({
  kind: 'rename tables',
  viewsOnly: true,
  ifExists: context.EXISTS() !== null,
  pairs: [
    {
      from: tableName(context.qualifiedName(0)!, source),
      to: tableName(context.qualifiedName(1)!, source),
    },
  ],
});
