/** Expressions as they were written, which follow their columns when those are renamed. */

import type { Written } from '../../engine/plan/computed.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Session } from '../bind/session.ts';

type Named = { readonly name: string };

/**
 * The expression with a column's id in the place of its name.
 * @param where it stands, parentheses and all. @param idOf its position where nothing is said.
 */
export function writtenOver<C extends Named>(
  value: Expression | Query,
  { at, end }: Span,
  columns: readonly C[],
  session: Session,
  idOf: (column: C, position: number) => number = (_, position) => position,
): Written {
  const found: (string | number)[] = [];
  let from = at;
  for (const name of namesIn(value).sort((a, b) => a.at - b.at)) {
    const position = columns.findIndex((c) => session.same(name.text, c.name));
    if (position === -1 || name.at < from) continue;
    found.push(session.text.slice(from, name.at), idOf(columns[position], position));
    from = name.end;
  }
  found.push(session.text.slice(from, end));
  return found.filter((piece) => piece !== '');
}

export type Name = Span & { readonly text: string };

/** Every name in an expression, wherever it stands: what a table may have as a column. */
export function namesIn(node: unknown): Name[] {
  if (Array.isArray(node)) return node.flatMap(namesIn);
  if (typeof node !== 'object' || node === null) return [];
  if ('kind' in node && node.kind === 'name') {
    const { parts, at, end } = node as Extract<Expression, { kind: 'name' }>;
    return [{ text: parts[parts.length - 1].text, at, end }];
  }
  return Object.values(node).flatMap(namesIn);
}
