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

/** Texts, quoted names and comments: what stands in them means nothing here. */
const QUOTED = /'[^']*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** The last match that no parenthesis encloses. */
function lastOutside(text: string, pattern: RegExp): { at: number; length: number } | null {
  const bare = text.replace(QUOTED, (quoted) => ' '.repeat(quoted.length));
  let found: { at: number; length: number } | null = null;
  for (const match of bare.matchAll(pattern)) {
    const before = bare.slice(0, match.index);
    const depth = before.split('(').length - before.split(')').length;
    if (depth === 0) found = { at: match.index, length: match[0].length };
  }
  return found;
}
