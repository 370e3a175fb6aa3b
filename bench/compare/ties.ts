/**
 * How to judge a query, from its own text: what its ORDER BY leaves open is open.
 *
 * The last ORDER BY outside of parentheses and the LIMIT behind it are cut off; what is ordered by must be columns of the result.
 */

import type { Ties } from './suite.ts';

export function tiesOf(sql: string): Ties {
  const text = sql.trim().replace(/;$/, '').trimEnd();
  const order = lastOutside(text, /\bORDER\s+BY\b/gi);
  const limit = lastOutside(text, /\bLIMIT\b/gi);
  const end = Math.min(order?.at ?? text.length, limit?.at ?? text.length);
  return {
    from: text.slice(0, end).trimEnd(),
    orderBy: order === null ? '' : text.slice(order.at + order.length, limit?.at).trim(),
    limit: limit === null ? '' : text.slice(limit.at + limit.length).trim(),
  };
}

/** The last match that no parenthesis encloses. */
function lastOutside(text: string, pattern: RegExp): { at: number; length: number } | null {
  let found: { at: number; length: number } | null = null;
  for (const match of text.matchAll(pattern)) {
    const before = text.slice(0, match.index);
    const depth = before.split('(').length - before.split(')').length;
    if (depth === 0) found = { at: match.index, length: match[0].length };
  }
  return found;
}
