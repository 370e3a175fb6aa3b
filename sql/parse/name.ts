/** Identifiers and dotted names of the parse tree. */

import type { ParserRuleContext } from 'antlr4ng';
import type { Identifier } from '../ast/expression.ts';
import type { ColumnNameContext, QualifiedNameContext } from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
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

/** Of a column that a statement defines, changes or fills. */
export function columnNameOf(context: ColumnNameContext, source: Source): Identifier {
  const parts = context.identifier().map(identifierOf);
  const [first] = parts;
  if (parts.length === 1) return first;
  if (source.dialect !== 'clickhouse')
    throw source.error(
      span(context),
      'The name of a column has one part here',
      'Put it in quotes if it has a dot',
    );
  return { text: parts.map(({ text }) => text).join('.'), quoted: true, ...span(context) };
}

export const nameParts = (context: QualifiedNameContext): Identifier[] =>
  context.identifier().map(identifierOf);
