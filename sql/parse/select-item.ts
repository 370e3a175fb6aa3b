/** Items of select lists, and the names that items and tables are given. */

import type { Identifier } from '../ast/expression.ts';
import type { SelectItem, TableAlias } from '../ast/query.ts';
import type { SelectItemContext, TableAliasContext } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

export const selectItems = (contexts: readonly SelectItemContext[], source: Source): SelectItem[] =>
  contexts.map((item) => {
    if (item.Colon() !== null && source.dialect !== 'standard')
      throw source.refuse(span(item), 'A name before an expression', 'Write expression AS name');
    return { value: buildExpression(item.expression(), source), alias: aliasOf(item) };
  });

function aliasOf(item: SelectItemContext): Identifier | null {
  const text = item.StringLiteral();
  if (text !== null)
    return { text: text.getText(), quoted: true, at: text.symbol.start, end: text.symbol.stop + 1 };
  const name = item.identifier() ?? item.bareAlias();
  return name === null ? null : identifierOf(name);
}

export function tableAliasOf(context: TableAliasContext | null): TableAlias | null {
  if (context === null) return null;
  const bare = context.bareAlias();
  const names = context.identifier().map(identifierOf);
  return bare === null
    ? { name: names[0], columns: names.slice(1) }
    : { name: identifierOf(bare), columns: names };
}
