/** Identifiers, dotted names and sort items of the parse tree. */

import type { ParserRuleContext } from 'antlr4ng';
import type { Identifier, SortItem } from '../ast/expression.ts';
import type { QualifiedNameContext, SortItemContext } from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import type { Source } from './source.ts';
import { span, tokenOf } from './span.ts';

/** Of an `identifier` or `bareAlias`: one token. */
export function identifierOf(context: ParserRuleContext): Identifier {
  const token = tokenOf(context);
  return {
    text: token.value,
    quoted: token.type === Sql.QuotedIdentifier,
    at: token.start,
    end: token.stop + 1,
  };
}

export const nameParts = (context: QualifiedNameContext): Identifier[] =>
  context.identifier().map(identifierOf);

export const sortItems = (contexts: readonly SortItemContext[], source: Source): SortItem[] =>
  contexts.map((c) => {
    if (c.FILL() !== null)
      throw source.refuse(span(c), 'WITH FILL', 'Join with numbers() or generate_series() instead');
    return {
      value: buildExpression(c.expression(), source),
      descending: c.DESC() !== null || c.DESCENDING() !== null,
      nulls: c.FIRST() !== null ? 'first' : c.LAST() !== null ? 'last' : null,
    };
  });
