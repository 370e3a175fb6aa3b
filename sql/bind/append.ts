/**
 * `TABLE(APPEND('a', 'b'))` of Druid: the rows of several tables under the names of all their columns, with NULL where a table lacks
 * one.
 */

import { literal } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { NULL_TYPE } from '../../engine/type/type.ts';
import type { CallExpression, Identifier } from '../ast/expression.ts';
import { project } from './plan.ts';
import type { Relation } from './scope.ts';
import type { Session } from './session.ts';
import { unionOf } from './set-operation.ts';

/** @param bindTable the table of a name */
export function appendedTables(
  call: CallExpression,
  bindTable: (name: Identifier) => Relation,
  session: Session,
): Plan {
  const tables = call.args.map((arg) => {
    if (arg.kind === 'string') return bindTable({ text: arg.value, quoted: true, at: arg.at, end: arg.end });
    throw session.error(
      'BAD_ARGUMENTS',
      arg,
      'APPEND takes names of tables as texts',
      "Write APPEND('a', 'b')",
    );
  });
  if (tables.length === 0)
    throw session.error('BAD_ARGUMENTS', call, 'APPEND lacks tables', "Write APPEND('a', 'b')");
  const names = [...new Set(tables.flatMap(({ columns }) => columns.map(({ name }) => name)))];
  const inputs = tables.map(({ plan, columns }) => {
    const exprs = names.map(
      (name) => columns.find((column) => column.name === name)?.expr ?? literal(null, NULL_TYPE),
    );
    return project(plan, exprs, names);
  });
  return unionOf(inputs, call, session);
}
