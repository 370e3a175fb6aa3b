/**
 * TTL clauses, bound over the table's own columns, and the settings of a table that go with keeping data. Conditions and
 * error numbers are ClickHouse's.
 */

import { cast } from '../../engine/function/cast.ts';
import { columnsOf, type Expr } from '../../engine/plan/expr.ts';
import type { TtlRule } from '../../engine/plan/ttl.ts';
import { type LogicalType, timestamp } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { CreateTable, TtlElement } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import { columnBinder } from './constant.ts';
import { functionOfTheMoment } from './of-the-moment.ts';

/** A column that expressions may read; the id is what they are stored over. */
export type TtlColumn = { readonly id: number; readonly name: string; readonly type: LogicalType };

/**
 * Rules of the table, then those of columns.
 * @param ids of the columns that are written out. @param keyColumns ids whose values must stay.
 */
export function bindTtl(
  body: Pick<CreateTable, 'ttl' | 'columns' | 'engine'>,
  columns: readonly TtlColumn[],
  ids: readonly number[],
  keyColumns: readonly number[],
  session: Session,
): readonly TtlRule[] {
  const ofColumns = body.columns.flatMap((definition, i) =>
    definition.ttl === null
      ? []
      : [columnRule(definition.ttl, columns[ids[i]], columns, keyColumns, session)],
  );
  const rules = [...bindRowTtl(body.ttl, columns, session), ...ofColumns];
  const [where] = [...body.ttl, ...body.columns.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]))];
  const engine = body.engine?.name.text ?? 'MergeTree';
  if (where !== undefined && !engine.endsWith('MergeTree'))
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `Engine ${engine} doesn't support TTL clause`,
      'Use an engine of the MergeTree family',
    );
  if (ofColumns.length > 0 && engine !== 'MergeTree' && !/^(Replicated|Shared)MergeTree$/.test(engine))
    throw session.refuse(
      where,
      `The TTL of a column in a table of the engine ${engine}`,
      'Let whole rows expire, or use MergeTree',
    );
  return rules;
}

/** The TTL of a table: at most one without a condition. */
export function bindRowTtl(
  elements: readonly TtlElement[],
  columns: readonly TtlColumn[],
  session: Session,
): readonly TtlRule[] {
  const [, second] = elements.filter(({ where }) => where === null);
  if (second !== undefined)
    throw session.error(
      'BAD_TTL_EXPRESSION',
      second,
      'More than one DELETE TTL expression without WHERE expression is not allowed',
      'Keep the earliest of them, or give each other one a WHERE',
    );
  return elements.map(({ expires, where, at, end }) => ({
    column: null,
    expires: expiryOf(expires, columns, session),
    where: where === null ? null : conditionOf(where, columns, session),
    text: session.text.slice(at, end),
  }));
}

/** The TTL of a column that is there already, or comes by ALTER TABLE; whose it is, is for the caller to say. */
export const bindColumnTtl = (
  node: Expression,
  columns: readonly TtlColumn[],
  session: Session,
): TtlRule => ({
  column: null,
  expires: expiryOf(node, columns, session),
  where: null,
  text: session.text.slice(node.at, node.end),
});

function columnRule(
  node: Expression,
  target: TtlColumn,
  columns: readonly TtlColumn[],
  keyColumns: readonly number[],
  session: Session,
): TtlRule {
  if (keyColumns.includes(target.id))
    throw session.error(
      'ILLEGAL_COLUMN',
      node,
      `Trying to set TTL for key column ${target.name}`,
      'Rows are sorted or partitioned by it: let whole rows expire instead',
    );
  return { ...bindColumnTtl(node, columns, session), column: target.id };
}

function expiryOf(node: Expression, columns: readonly TtlColumn[], session: Session): Expr {
  const bound = bindOver(node, columns, session);
  if (columnsOf(bound).length === 0)
    throw session.error(
      'BAD_ARGUMENTS',
      node,
      'The TTL expression does not depend on any of the columns of the table',
      'Write a time column and how long it is kept: TTL time + INTERVAL 1 MONTH',
    );
  const { id, nullable, precision = 0 } = bound.type;
  if ((id !== 'date' && id !== 'timestamp') || nullable)
    throw session.error(
      'BAD_TTL_EXPRESSION',
      node,
      `A TTL expression must be a Date or a DateTime that is never NULL, but this is ${nullable ? 'Nullable' : id}`,
      'Convert it: TTL toDateTime(x) + INTERVAL 1 DAY',
    );
  return cast(bound, timestamp(id === 'date' ? 0 : precision), { ...session.strictCast(), timeZone: 'UTC' });
}

function conditionOf(node: Expression, columns: readonly TtlColumn[], session: Session): Expr {
  const bound = bindOver(node, columns, session);
  return cast(bound, { id: 'bool', nullable: bound.type.nullable }, session.strictCast());
}

function bindOver(node: Expression, columns: readonly TtlColumn[], session: Session): Expr {
  const changing = functionOfTheMoment(node, session);
  if (changing !== undefined && !columns.some(({ name }) => name === changing))
    throw session.error(
      'BAD_ARGUMENTS',
      node,
      `TTL expression cannot contain non-deterministic functions, but contains ${changing}`,
      'It is compared with the time of the moment anyway',
    );
  return columnBinder(columns, session, 'TTL', ({ id }) => id).bind(node);
}
