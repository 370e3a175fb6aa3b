/** Rules of ORDER BY and of ordinals. */

import type { Dialect } from '../../engine/function/row.ts';
import type { Expression, SortItem } from '../ast/expression.ts';
import type { Session } from './session.ts';

/**
 * Where NULLs go when nothing is said: last in standard (DuckDB) and ClickHouse whatever the direction; in Druid
 * they are the smallest values.
 */
export function nullsFirst(item: SortItem, dialect: Dialect): boolean {
  if (item.nulls !== null) return item.nulls === 'first';
  return dialect === 'druid' && !item.descending;
}

/** `ORDER BY 2`, `GROUP BY 1`: index of the select item; undefined when the expression is no position. */
export function ordinalOf(
  node: Expression,
  count: number,
  clause: string,
  session: Session,
): number | undefined {
  if (node.kind !== 'number' || node.decimal) return undefined;
  const position = Number(node.text);
  if (position < 1 || position > count) {
    throw session.error(
      'BAD_ARGUMENTS',
      node,
      `${clause} ${node.text}: the select list has ${count} columns`,
    );
  }
  return position - 1;
}
