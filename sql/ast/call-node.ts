/** Calls that nobody wrote. */

import type { CallExpression, Expression, Span } from '../ast/expression.ts';

/** `name(args)` at a place of the text. */
export const callOf = (name: string, args: readonly Expression[], { at, end }: Span): CallExpression => ({
  kind: 'call',
  name,
  nameEnd: end,
  args,
  parameters: null,
  distinct: false,
  filter: null,
  orderBy: [],
  over: null,
  nulls: null,
  at,
  end,
});
