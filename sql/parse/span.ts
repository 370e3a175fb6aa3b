/** Where parse tree nodes stand in the text. */

import type { ParserRuleContext } from 'antlr4ng';
import type { Span } from '../ast/expression.ts';
import type { SqlToken } from './token.ts';

export const tokenOf = (context: ParserRuleContext): SqlToken => context.start as SqlToken;

export const startOf = (context: ParserRuleContext): number => tokenOf(context).start;

export const span = (context: ParserRuleContext): Span => {
  const from = tokenOf(context);
  const to = (context.stop ?? context.start) as SqlToken;
  return { at: from.start, end: to.stop + 1 };
};
