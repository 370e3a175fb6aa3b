/** Lambdas as they are written. */

import type { Expression } from '../ast/expression.ts';
import type { Session } from './session.ts';

export type Arrow = { readonly left: Expression; readonly body: Expression };

/** Names on the left of an arrow: one, several in brackets, or `tuple(x, y)`; undefined: something else. */
export function parameterNames(node: Expression): readonly string[] | undefined {
  const items =
    node.kind === 'tuple' ? node.items : node.kind === 'call' && node.name === 'tuple' ? node.args : [node];
  const names = items.map((item) =>
    item.kind === 'name' && item.parts.length === 1 ? item.parts[0].text : '',
  );
  return names.includes('') ? undefined : names;
}

/** DuckDB's arrow reads a path of JSON elsewhere. */
export function arrowOf(node: Expression, { dialect }: Pick<Session, 'dialect'>): Arrow | undefined {
  if (node.kind === 'lambda') return { left: node.parameters, body: node.body };
  if (node.kind === 'binary' && node.op === '->' && dialect === 'standard')
    return { left: node.left, body: node.right };
  if (node.kind === 'call' && node.name === 'lambda' && node.args.length === 2)
    return { left: node.args[0], body: node.args[1] };
  return undefined;
}

/** What a lambda within a function's text calls its parameters. Behind DuckDB's arrow of two operands there is a path of JSON. */
export function namesWithin(
  node: Expression,
  session: Pick<Session, 'dialect'>,
): readonly string[] | undefined {
  const arrow = node.kind === 'binary' ? undefined : arrowOf(node, session);
  return arrow === undefined ? undefined : parameterNames(arrow.left);
}
