/** DELETE, UPDATE and ClickHouse's ALTER TABLE ... DELETE | UPDATE to AST. */

import type { Expression } from '../ast/expression.ts';
import type { Assignment, Delete, TableName, Update } from '../ast/statement.ts';
import type {
  AlterRowsContext,
  AssignmentContext,
  AssignmentsContext,
  DeleteFromContext,
  ExpressionContext,
  UpdateContext,
} from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { refuseCluster, tableName } from './statement.ts';

export function buildDelete(context: DeleteFromContext, source: Source): Delete {
  refuseCluster(context.onCluster(), source);
  const where = condition(context, 'DELETE', source);
  return { kind: 'delete', table: tableName(context.qualifiedName(), source), where };
}

export function buildUpdate(context: UpdateContext, source: Source): Update {
  refuseCluster(context.onCluster(), source);
  const table = tableName(context.qualifiedName(), source);
  return updateOf(table, context.assignments(), condition(context, 'UPDATE', source), source);
}

export function buildAlterRows(context: AlterRowsContext, source: Source): Delete | Update {
  refuseCluster(context.onCluster(), source);
  const [command, more] = context.alterRowsCommand();
  if (more !== undefined)
    throw source.refuse(span(more), 'Several changes in one ALTER TABLE', 'Write a statement for each');
  const table = tableName(context.qualifiedName(), source);
  const assignments = command.assignments();
  if (assignments !== null)
    return updateOf(table, assignments, condition(command, 'ALTER TABLE ... UPDATE', source), source);
  return { kind: 'delete', table, where: condition(command, 'ALTER TABLE ... DELETE', source) };
}

type ConditionContext = Pick<DeleteFromContext, 'IN' | 'WHERE' | 'start' | 'stop'> & {
  expression(i: number): ExpressionContext | null;
};

/** The WHERE; standard SQL may leave it out, and then all rows are meant. */
function condition(context: ConditionContext, what: string, source: Source): Expression | null {
  if (context.IN() !== null)
    throw source.refuse(
      span(context as DeleteFromContext),
      'IN PARTITION',
      'Leave it out: partitions without such rows are not read',
    );
  const where = context.WHERE() === null ? null : context.expression(0);
  if (where !== null) return buildExpression(where, source);
  if (source.dialect !== 'clickhouse') return null;
  throw source.error(
    span(context as DeleteFromContext),
    `Syntax error: ${what} needs WHERE`,
    'Write WHERE 1 to mean all rows',
  );
}

function updateOf(
  table: TableName,
  assignments: AssignmentsContext,
  where: Expression | null,
  source: Source,
): Update {
  return {
    kind: 'update',
    table,
    assignments: assignments.assignment().map((assignment) => assignmentOf(assignment, source)),
    where,
  };
}

function assignmentOf(context: AssignmentContext, source: Source): Assignment {
  const expression = context.expression();
  const where = span(context);
  const value: Expression =
    expression === null ? { kind: 'default', ...where } : buildExpression(expression, source);
  return { name: identifierOf(context.identifier()), value, ...where };
}
