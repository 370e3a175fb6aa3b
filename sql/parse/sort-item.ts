/** Items of ORDER BY to AST, wherever one stands. */

import type { Expression, Fill, SortItem } from '../ast/expression.ts';
import type { ExpressionContext, FillContext, SortItemContext } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

/** @param mayFill whether rows can be made here: in the ORDER BY of a query */
export const sortItems = (
  contexts: readonly SortItemContext[],
  source: Source,
  mayFill = false,
): SortItem[] =>
  contexts.map((c) => {
    const fill = fillOf(c.fill(), source);
    if (fill !== null && !mayFill)
      throw source.error(fill, 'WITH FILL belongs to the ORDER BY of a query', 'Leave it out here');
    return {
      value: buildExpression(c.expression(), source),
      descending: c.DESC() !== null || c.DESCENDING() !== null,
      nulls: c.FIRST() !== null ? 'first' : c.LAST() !== null ? 'last' : null,
      fill,
    };
  });

function fillOf(context: FillContext | null, source: Source): Fill | null {
  if (context === null) return null;
  const where = span(context);
  if (source.dialect !== 'clickhouse')
    throw source.refuse(where, 'WITH FILL', 'Ask in the ClickHouse dialect, or join with generate_series()');
  const part = (e: ExpressionContext | null | undefined): Expression | null =>
    e === null || e === undefined ? null : buildExpression(e, source);
  const { _first, _last, _step, _staleness } = context;
  return { from: part(_first), to: part(_last), step: part(_step), staleness: part(_staleness), ...where };
}
