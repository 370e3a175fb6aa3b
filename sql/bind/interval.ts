/**
 * INTERVALs: `INTERVAL 1 DAY`, `INTERVAL '1' DAY`, `INTERVAL '1 day 2 hours'`. In the standard dialect they are durations, in ClickHouse's
 * spans of one unit, or tuples of some; in Druid's they are added to moments only, as counts of units.
 */

import { cast, WIDEN } from '../../engine/function/cast.ts';
import { unnamed } from '../../engine/function/catalog/compose.ts';
import { durationOf } from '../../engine/function/catalog/duration.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { literal } from '../../engine/plan/expr.ts';
import {
  DURATION,
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  NULL_TYPE,
  type SpanUnit,
  STRING,
  span,
} from '../../engine/type/type.ts';
import type { Expression, ExpressionOf } from '../ast/expression.ts';
import { INTERVAL_UNITS } from '../dialect/interval-unit.ts';
import { implicitCast } from './call.ts';
import { valueLiteral } from './literal.ts';
import type { Session } from './session.ts';

export type IntervalPart = { readonly count: Expr; readonly unit: string };

type Binder = { readonly session: Session; bind(node: Expression): Expr };

export function intervalParts(node: ExpressionOf<'interval'>, binder: Binder): readonly IntervalPart[] {
  const { session } = binder;
  if (node.unit !== null && node.value.kind !== 'string') {
    const count = binder.bind(node.value);
    if (!isInteger(count.type) && session.dialect === 'druid')
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

/** As a value. */
export function intervalValue(node: ExpressionOf<'interval'>, binder: Binder): Expr {
  return binder.session.dialect === 'clickhouse' ? spansOf(node, binder) : duration(node, binder);
}

function spansOf(node: ExpressionOf<'interval'>, binder: Binder): Expr {
  const spans = intervalParts(node, binder).map(({ count, unit }) =>
    count.type.id === 'null'
      ? literal(null, NULL_TYPE)
      : implicitCast(count, span(unit as SpanUnit), node, binder.session),
  );
  return spans.length === 1 ? spans[0] : unnamed(spans);
}

function duration({ value, unit, ...where }: ExpressionOf<'interval'>, binder: Binder): Expr {
  const { session } = binder;
  if (unit === null) {
    if (value.kind === 'string') return implicitCast(literal(value.value, STRING), DURATION, where, session);
    throw session.error('SYNTAX_ERROR', where, 'This INTERVAL has no unit', 'Write INTERVAL 1 DAY');
  }
  if (unit === 'nanosecond')
    throw session.refuse(where, 'An INTERVAL of nanoseconds', 'Intervals have microseconds');
  const bound = binder.bind(value);
  const count = bound.type.id === 'string' ? implicitCast(bound, FLOAT64, value, session) : bound;
  if (count.type.id === 'null') return literal(null, { ...DURATION, nullable: true });
  if (!isNumeric(count.type))
    throw session.error('TYPE_MISMATCH', value, 'An INTERVAL counts units', 'Write INTERVAL 1 DAY');
  try {
    return durationOf(count, unit);
  } catch (error) {
    throw session.at(where, error);
  }
}

/** Count and unit of a span; other values as they are. */
export function splitInterval(value: Expr): Expr[] {
  const { type } = value;
  return type.id === 'span' ? [cast(value, INT64, WIDEN), literal(type.unit ?? 'day', STRING)] : [value];
}
