/** INTERVALs as counts of units: `INTERVAL 1 DAY`, `INTERVAL '1' DAY`, `INTERVAL '1 day 2 hours'`. */

import type { Expr } from '../../engine/plan/expr.ts';
import { isInteger } from '../../engine/type/type.ts';
import type { Expression, ExpressionOf } from '../ast/expression.ts';
import { INTERVAL_UNITS } from '../dialect/interval-unit.ts';
import { valueLiteral } from './literal.ts';
import type { Session } from './session.ts';

export type IntervalPart = { readonly count: Expr; readonly unit: string };

type Binder = { readonly session: Session; bind(node: Expression): Expr };

export function intervalParts(node: ExpressionOf<'interval'>, binder: Binder): readonly IntervalPart[] {
  const { session } = binder;
  if (node.unit !== null && node.value.kind !== 'string') {
    const count = binder.bind(node.value);
    if (!isInteger(count.type))
      throw session.error('TYPE_MISMATCH', node, 'An INTERVAL counts whole units', 'Use a smaller unit');
    return [{ count, unit: node.unit }];
  }
  if (node.value.kind !== 'string')
    throw session.error('SYNTAX_ERROR', node, 'This INTERVAL has no unit', 'Write INTERVAL 1 DAY');
  const text = node.value.value.trim();
  if (node.unit !== null) return [{ count: whole(text, node, session), unit: node.unit }];
  const parts: IntervalPart[] = [];
  const words = text.split(/\s+/);
  for (let i = 0; i < words.length; i += 2) {
    const unit = (words[i + 1] ?? '').toLowerCase().replace(/s$/, '');
    if (!INTERVAL_UNITS.has(unit))
      throw session.error(
        'SYNTAX_ERROR',
        node,
        `'${text}' is not an interval`,
        "Write INTERVAL '1 day' or INTERVAL 1 DAY",
      );
    parts.push({ count: whole(words[i], node, session), unit });
  }
  return parts;
}

function whole(text: string, node: Expression, session: Session): Expr {
  if (!/^[+-]?\d{1,15}$/.test(text))
    throw session.error(
      'SYNTAX_ERROR',
      node,
      `'${text}' is not a whole number`,
      'An INTERVAL counts whole units',
    );
  return valueLiteral(Number(text), session);
}
