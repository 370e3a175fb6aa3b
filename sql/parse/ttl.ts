/** TTL clauses of tables and columns. What happens to rows otherwise than that they go is refused by name. */

import type { Expression } from '../ast/expression.ts';
import type { TtlElement } from '../ast/statement.ts';
import type {
  ColumnOptionContext,
  TableClauseContext,
  TtlCommandContext,
  TtlElementContext,
} from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

const STANDARD_HINT = 'Create the table in the clickhouse dialect, or DELETE old rows';

export function ttlOf(clause: TableClauseContext | TtlCommandContext, source: Source): readonly TtlElement[] {
  if (source.dialect === 'standard') throw source.refuse(span(clause), 'A TTL clause', STANDARD_HINT);
  return clause.ttlElement().map((element) => elementOf(element, source));
}

export function columnTtl(option: ColumnOptionContext, source: Source): Expression {
  if (source.dialect === 'standard') throw source.refuse(span(option), 'The TTL of a column', STANDARD_HINT);
  return buildExpression(option.expression()!, source);
}

function elementOf(element: TtlElementContext, source: Source): TtlElement {
  const where = span(element);
  if (element.GROUP().length > 0 || element.SET().length > 0)
    throw source.refuse(
      where,
      'TTL ... GROUP BY',
      'Keep totals in a table of their own (AggregatingMergeTree) and let the rows go',
    );
  if (element.CODEC().length > 0)
    throw source.refuse(where, 'TTL ... RECOMPRESS', 'Leave it out: compression is chosen by measured size');
  if (element.identifier().length > 0)
    throw source.refuse(where, 'TTL ... TO DISK and TO VOLUME', 'A database has one folder on one disk');
  const [expires, condition] = element.expression();
  const known = element.expression().length <= 2 && element.DELETE().length <= 1;
  if (!known) throw source.error(where, 'Write TTL time [DELETE] [WHERE condition]');
  return {
    expires: buildExpression(expires, source),
    where: condition === undefined ? null : buildExpression(condition, source),
    ...where,
  };
}
