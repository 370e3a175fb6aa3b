/** CHECK and ASSUME of tables. In ClickHouse a condition that is NULL is violated, by the standard it is not. */

import type { Constraint } from '../../engine/plan/computed.ts';
import { call, type Expr, literal } from '../../engine/plan/expr.ts';
import { BOOL } from '../../engine/type/type.ts';
import type { ConstraintDefinition } from '../ast/statement.ts';
import { asCondition } from '../bind/call.ts';
import type { Session } from '../bind/session.ts';
import { bindOver, type Readable } from './column.ts';
import { functionOfTheMoment } from './of-the-moment.ts';
import { writtenOver } from './written.ts';

/** @param taken names that the table's other constraints have. */
export function bindConstraint(
  definition: ConstraintDefinition,
  columns: readonly Readable[],
  taken: readonly string[],
  session: Session,
): Constraint {
  const { name, kind, value, text } = definition;
  const moment = functionOfTheMoment(value, session);
  if (moment !== undefined && !columns.some((c) => c.name === moment))
    throw session.error(
      'BAD_ARGUMENTS',
      value,
      `A constraint cannot depend on ${moment}: rows would violate it by growing old`,
      'Compare with a column that holds the moment',
    );
  if (name !== null && taken.includes(name.text))
    throw session.error('ILLEGAL_COLUMN', name, `The table has a constraint ${name.text} already`);
  const stored = columns.filter((c) => c.kind !== 'ephemeral');
  const holds = asCondition(bindOver(stored, value, 'CONSTRAINT', session), value, session);
  return {
    name: name?.text ?? freeName(taken),
    kind,
    violated: unless(holds, session.dialect !== 'clickhouse'),
    text: writtenOver(value, text, columns, session, (c) => c.id),
  };
}

function unless(holds: Expr, mayBeNull: boolean): Expr {
  const no = literal(false, BOOL);
  const unknown = { when: call('is_null', [holds], BOOL), value: no };
  const branches = [{ when: holds, value: no }, ...(mayBeNull ? [unknown] : [])];
  return { kind: 'case', branches, otherwise: literal(true, BOOL), type: BOOL };
}

function freeName(taken: readonly string[]): string {
  for (let i = 1; ; i++) if (!taken.includes(`check_${i}`)) return `check_${i}`;
}
