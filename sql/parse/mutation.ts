/** DELETE, UPDATE and ClickHouse's ALTER TABLE ... DELETE | UPDATE to AST. */

import type { PartitionName } from '../ast/alter.ts';
import type { Expression, Identifier } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import type { AlterRows, Assignment, Delete, Returning, TableName, Update } from '../ast/statement.ts';
import type {
  AlterRowsCommandContext,
  AlterRowsContext,
  AssignmentContext,
  AssignmentsContext,
  DeleteFromContext,
  ReturningContext,
  RowsAliasContext,
  TableExpressionContext,
  UpdateContext,
} from '../grammar/generated/Sql.js';
import { partitionName } from './alter.ts';
import { buildExpression } from './expression.ts';
import { identifierOf } from './name.ts';
import { buildTableExpression } from './query.ts';
import { selectItems } from './select-item.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { tableName } from './statement.ts';

export function buildDelete(context: DeleteFromContext, source: Source): Delete {
  return {
    kind: 'delete',
    table: tableName(context.qualifiedName(), source),
    alias: aliasOf(context.rowsAlias()),
    using: otherTables(context.tableExpression(), 'DELETE ... USING', source),
    partition: partitionOf(context, source),
    where: condition(context, 'DELETE', source),
    returning: returningOf(context.returning(), source),
  };
}

export function buildUpdate(context: UpdateContext, source: Source): Update {
  return {
    kind: 'update',
    table: tableName(context.qualifiedName(), source),
    alias: aliasOf(context.rowsAlias()),
    assignments: assignmentsOf(context.assignments(), source),
    from: otherTables(context.fromClause()?.tableExpression() ?? [], 'UPDATE ... FROM', source),
    partition: partitionOf(context, source),
    where: condition(context, 'UPDATE', source),
    returning: returningOf(context.returning(), source),
  };
}

export function buildAlterRows(context: AlterRowsContext, source: Source): AlterRows {
  const table = tableName(context.qualifiedName(), source);
  return { kind: 'alter rows', changes: context.alterRowsCommand().map((c) => changeOf(c, table, source)) };
}

function changeOf(
  command: AlterRowsCommandContext,
  table: TableName,
  source: Source,
): AlterRows['changes'][number] {
  const partition = partitionOf(command, source);
  const column = command.identifier();
  if (column !== null)
    return {
      kind: 'materialize column',
      table,
      name: identifierOf(column),
      ifExists: command.EXISTS() !== null,
      partition,
      ...span(command),
    };
  const alone = { table, alias: null, returning: null, partition } as const;
  const assignments = command.assignments();
  if (assignments === null)
    return {
      kind: 'delete',
      ...alone,
      using: [],
      where: condition(command, 'ALTER TABLE ... DELETE', source),
    };
  return {
    kind: 'update',
    ...alone,
    assignments: assignmentsOf(assignments, source),
    from: [],
    where: condition(command, 'ALTER TABLE ... UPDATE', source),
  };
}

const aliasOf = (context: RowsAliasContext | null): Identifier | null =>
  context === null ? null : identifierOf(context.identifier() ?? context.bareAlias()!);

function otherTables(
  contexts: readonly TableExpressionContext[],
  what: string,
  source: Source,
): readonly TableExpression[] {
  if (contexts.length > 0 && source.dialect !== 'standard')
    throw source.refuse(span(contexts[0]), what, 'Ask in the standard dialect, or read it by a subquery');
  return contexts.map((c) => buildTableExpression(c, source));
}

export function returningOf(context: ReturningContext | null, source: Source): Returning {
  if (context === null) return null;
  if (source.dialect !== 'standard')
    throw source.refuse(span(context), 'RETURNING', 'Ask in the standard dialect, or SELECT the rows');
  return selectItems(context.selectItem(), source);
}

function partitionOf(context: Pick<DeleteFromContext, 'partitionRef'>, source: Source): PartitionName | null {
  const partition = context.partitionRef();
  if (partition !== null && source.dialect !== 'clickhouse')
    throw source.refuse(span(partition), 'IN PARTITION', 'Say it in WHERE: other partitions are not read');
  return partition === null ? null : partitionName(partition, source);
}

type ConditionContext = Pick<DeleteFromContext, 'expression' | 'start' | 'stop'>;

/** The WHERE; standard SQL may leave it out, and then all rows are meant. */
function condition(context: ConditionContext, what: string, source: Source): Expression | null {
  const where = context.expression();
  if (where !== null) return buildExpression(where, source);
  if (source.dialect !== 'clickhouse') return null;
  throw source.error(
    span(context as DeleteFromContext),
    `Syntax error: ${what} needs WHERE`,
    'Write WHERE 1 to mean all rows',
  );
}

const assignmentsOf = (context: AssignmentsContext, source: Source): readonly Assignment[] =>
  context.assignment().map((assignment) => assignmentOf(assignment, source));

function assignmentOf(context: AssignmentContext, source: Source): Assignment {
  const expression = context.expression();
  const where = span(context);
  const value: Expression =
    expression === null ? { kind: 'default', ...where } : buildExpression(expression, source);
  return { name: identifierOf(context.identifier()), value, ...where };
}
