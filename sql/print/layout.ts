/** How SQL is laid out: clauses and lists on lines of their own, as ClickHouse's formatter has them, or all of it on one line. */

import type { Query } from '../ast/query.ts';

export type Layout = {
  /** What stands before a line that is indented so deep. */
  readonly line: (depth: number) => string;
  /** What is between the parentheses of a subquery and the query. */
  readonly inside: (depth: number) => string;
  /** The text of a query whose lines are indented so deep, but for the first. Passed in: queries hold expressions. */
  readonly query: (query: Query, depth: number) => string;
};

const INDENT = '    ';

export const layoutOf = (
  isOneLine: boolean,
  query: (q: Query, depth: number, layout: Layout) => string,
): Layout => {
  const lines = (depth: number): string => `\n${INDENT.repeat(depth)}`;
  const layout: Layout = {
    line: isOneLine ? () => ' ' : lines,
    inside: isOneLine ? () => '' : lines,
    query: (q, depth) => query(q, depth, layout),
  };
  return layout;
};

/** In parentheses of its own lines. */
export const subqueryText = (query: Query, depth: number, { inside, query: text }: Layout): string =>
  `(${inside(depth + 1)}${text(query, depth + 1)}${inside(depth)})`;

/** Words that are no names where they stand bare. */
const NO_NAMES = /^(all|distinct|from|null|select|table|values)$/i;

export const nameText = (text: string): string =>
  /^[A-Za-z_]\w*$/.test(text) && !NO_NAMES.test(text) ? text : quotedName(text);

export const quotedName = (text: string): string =>
  `\`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

export const pathText = (parts: readonly { readonly text: string }[]): string =>
  parts.map(({ text }) => nameText(text)).join('.');
