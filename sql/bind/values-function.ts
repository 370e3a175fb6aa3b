/** ClickHouse's table function: `VALUES('a Int8, b String', (1, 'x'), ...)`, or rows alone, whose columns are called c1, c2 and so on. */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { Plan } from '../../engine/plan/node.ts';
import type { Expression, Span } from '../ast/expression.ts';
import { type Query, WITHOUT_TAIL } from '../ast/query.ts';
import { ExpressionBinder } from './expression.ts';
import { columnsOf } from './file.ts';
import type { WithScope } from './scope.ts';
import type { Session } from './session.ts';

/** The rows as a query, where no structure says their types. */
export function rowsAlone(args: readonly Expression[], where: Span): Query | null {
  const [first] = args;
  if (first === undefined || (first.kind === 'string' && args.length > 1)) return null;
  const { at, end } = where;
  return {
    with: [],
    recursive: false,
    body: { kind: 'values', rows: args.map(rowOf), at, end },
    ...WITHOUT_TAIL,
    at,
    end,
  };
}

const rowOf = (arg: Expression): readonly Expression[] => (arg.kind === 'tuple' ? arg.items : [arg]);

/** @param args the structure, then rows */
export function structuredRows(
  args: readonly Expression[],
  where: Span,
  withScope: WithScope,
  session: Session,
): Plan {
  const [structure, ...rows] = args;
  if (structure === undefined || structure.kind !== 'string')
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      where,
      'VALUES takes rows',
      "Write VALUES('a Int64, b String', (1, 'x'), (2, 'y'))",
    );
  const columns = columnsOf(structure.value, structure, session) ?? [];
  const binder = new ExpressionBinder(
    session,
    { columns: [], aliases: new Map(), with: { ...withScope, around: null } },
    null,
    'VALUES',
  );
  const values = rows.map((arg) => {
    const row = columns.length === 1 ? [arg] : rowOf(arg);
    if (row.length !== columns.length)
      throw session.error(
        'BAD_ARGUMENTS',
        arg,
        `A row of VALUES has ${row.length} values, its structure ${columns.length} columns`,
      );
    return row.map((e, i) =>
      evaluateConstant(binder.explicitCast(binder.bind(e), columns[i].type, false, e)),
    );
  });
  return { kind: 'values', rows: values, schema: columns.map(({ name, type }) => ({ name, type })) };
}
