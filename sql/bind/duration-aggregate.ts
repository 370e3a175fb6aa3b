/**
 * Sums and averages of intervals, and averages of times of day: aggregates of the numbers that these are made of. An interval is three,
 * which do not carry into each other: months, days and microseconds.
 */

import { apply } from '../../engine/function/call.ts';
import { cast, retype, WIDEN } from '../../engine/function/cast.ts';
import type { Expr } from '../../engine/plan/expr.ts';
import { DURATION, INT64, nullable, TIME } from '../../engine/type/type.ts';
import type { CallExpression } from '../ast/expression.ts';
import type { Session } from './session.ts';

/** Aggregates of numbers, by name, and what their results make together. */
export type Composed = {
  readonly calls: readonly (readonly [name: string, arg: Expr])[];
  readonly finish: (results: readonly Expr[]) => Expr;
};

const PARTS = ['interval_months', 'interval_days', 'interval_micros'] as const;
const WHOLE = nullable(INT64);

/** undefined: it is no such call. @param args of the call, bound */
export function composedOfNumbers(
  node: CallExpression,
  args: readonly Expr[],
  session: Session,
): Composed | undefined {
  const [arg, ...more] = args;
  const [, isSum, isAverage] = /^(?:(sum)|(avg|mean))$/i.exec(node.name) ?? [];
  if (session.dialect !== 'standard' || arg === undefined || more.length > 0) return undefined;
  if (isSum === undefined && isAverage === undefined) return undefined;
  const isTime = arg.type.id === 'time' && isAverage !== undefined;
  if (arg.type.id !== 'duration' && !isTime) return undefined;
  if (node.distinct)
    throw session.refuse(node, `${node.name} with DISTINCT`, 'Use a subquery with SELECT DISTINCT');
  const made =
    (fn: string, type: typeof DURATION) =>
    (results: readonly Expr[]): Expr =>
      apply(
        fn,
        results.map((result) => cast(result, WHOLE, WIDEN)),
        nullable(type),
      );
  if (isTime) {
    const micros = retype(arg, { ...INT64, nullable: arg.type.nullable });
    return {
      calls: [
        ['sum', micros],
        ['count', arg],
      ],
      finish: made('clock_average', TIME),
    };
  }
  const sums = PARTS.map((part) => ['sum', apply(part, [arg], INT64)] as const);
  return isSum === undefined
    ? { calls: [...sums, ['count', arg]], finish: made('interval_average', DURATION) }
    : { calls: sums, finish: made('interval_of_parts', DURATION) };
}
