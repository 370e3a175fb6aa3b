/** COPY as a statement over a query. */

import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Copy, CopyOption } from '../ast/statement.ts';
import type { CopyContext, CopyOptionContext } from '../grammar/generated/Sql.js';
import { identifierOf, nameParts } from './name.ts';
import { buildQuery } from './query.ts';
import { settingValue } from './setting.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

export function buildCopy(context: CopyContext, source: Source): Copy {
  const where = span(context);
  if (context.FROM() !== null)
    throw source.refuse(where, 'COPY ... FROM', "INSERT INTO table SELECT * FROM 'file' reads a file");
  const query = context.query();
  return {
    kind: 'copy',
    query:
      query === null
        ? tableQuery(
            nameParts(context.qualifiedName()!),
            context.identifier().map((i) => identifierOf(i)),
            where,
          )
        : buildQuery(query, source),
    path: context.StringLiteral()!.getText(),
    options: context.copyOption().map((option) => optionOf(option, source)),
    ...where,
  };
}

/** SELECT * FROM table, or the columns that are named. */
function tableQuery(name: readonly Identifier[], columns: readonly Identifier[], where: Span): Query {
  const star: Expression = { kind: 'star', table: [], except: [], replace: [], ...where };
  const items = columns.map((column): Expression => ({ kind: 'name', parts: [column], ...column }));
  return {
    with: [],
    recursive: false,
    body: {
      kind: 'select',
      distinct: false,
      distinctOn: [],
      items: (items.length === 0 ? [star] : items).map((value) => ({ value, alias: null })),
      from: [{ kind: 'table', name, alias: null, final: false, ...where }],
      prewhere: null,
      where: null,
      groupBy: [],
      groupingSets: null,
      grouped: false,
      withTotals: false,
      having: null,
      windows: [],
      qualify: null,
      ...where,
    },
    orderBy: [],
    interpolate: [],
    limit: null,
    offset: null,
    withTies: false,
    limitBy: null,
    ...where,
  };
}

function optionOf(context: CopyOptionContext, source: Source): CopyOption {
  const [name, ...list] = context.identifier().map((i) => identifierOf(i));
  const value = context.settingValue();
  if (value !== null) return { name, value: settingValue(value, source) };
  return { name, value: list.length > 0 ? list : true };
}
