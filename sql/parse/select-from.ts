/** Queries that statements mean without writing them. */

import type { Expression, Identifier, Span } from '../ast/expression.ts';
import { type Query, type TableExpression, WITHOUT_TAIL } from '../ast/query.ts';

/** `*`, without its place. */
export const ALL_COLUMNS = {
  kind: 'star',
  table: [],
  except: [],
  replace: [],
  rename: [],
  only: null,
  apply: [],
} as const;

/** SELECT * FROM table, or the columns that are named. */
export function selectFrom(table: TableExpression, columns: readonly Identifier[] = []): Query {
  const star: Expression = { ...ALL_COLUMNS, at: table.at, end: table.end };
  const items = columns.map((column): Expression => ({ kind: 'name', parts: [column], ...column }));
  return selectOf(items.length === 0 ? [star] : items, [table], table);
}

/** SELECT values FROM tables. */
export function selectOf(
  values: readonly Expression[],
  from: readonly TableExpression[],
  { at, end }: Span,
): Query {
  const where: Span = { at, end };
  return {
    with: [],
    recursive: false,
    body: {
      kind: 'select',
      distinct: false,
      distinctOn: [],
      items: values.map((value) => ({ value, alias: null })),
      from,
      prewhere: null,
      where: null,
      groupBy: [],
      groupingSets: null,
      grouped: false,
      withTotals: false,
      having: null,
      windows: [],
      qualify: null,
      sample: null,
      ...where,
    },
    ...WITHOUT_TAIL,
    ...where,
  };
}
