/** Binders of expressions in definitions: over no column, or over the columns of the table that is defined. */

import { column } from '../../engine/plan/expr.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import { shownColumn } from '../bind/shown-column.ts';

export const constantBinder = (session: Session): ExpressionBinder => columnBinder([], session, 'DEFAULT');

type Named = { readonly name: string; readonly type: LogicalType };

/** @param clause for messages. @param idOf what a column is bound as; its position where nothing is said. */
export const columnBinder = <C extends Named>(
  columns: readonly C[],
  session: Session,
  clause: string,
  idOf: (column: C, position: number) => number = (_, position) => position,
): ExpressionBinder =>
  new ExpressionBinder(
    session,
    {
      columns: columns.map((c, position) => ({
        name: c.name,
        table: null,
        schema: null,
        expr: shownColumn(column(idOf(c, position), c.type), session),
        hidden: false,
      })),
      aliases: new Map(),
      with: NO_WITH,
    },
    null,
    clause,
  );
