/** Calls that nobody wrote. */

import type { CallExpression, Expression, Span } from './expression.ts';

/** `name(args)` at a place of the text. @param nameEnd where its name ends; nothing said: where the call does */
export const callNamed = (
  name: string,
  args: readonly Expression[],
  { at, end }: Span,
  nameEnd = end,
): CallExpression => ({
  kind: 'call',
  name,
  nameEnd,
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

/** The same, whose name has no place of its own. */
export const plainCall = (name: string, args: readonly Expression[], where: Span): CallExpression =>
  callNamed(name, args, where, where.at);
