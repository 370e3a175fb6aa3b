/** Identifiers and dotted names of the parse tree. */

import type { ParserRuleContext } from 'antlr4ng';
import type { Identifier } from '../ast/expression.ts';
import type { QualifiedNameContext } from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
import { tokenOf } from './span.ts';

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
