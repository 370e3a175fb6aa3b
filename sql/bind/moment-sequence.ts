/** `generate_series(from, to, interval)` and `range` of it as tables: moments, each by an interval after the one before. */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { momentSeries } from '../../engine/function/interval.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { type Interval, MICROS_PER_DAY, unpackInterval } from '../../engine/type/interval.ts';
import { INT64, timestamp } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import { implicitCast } from './call.ts';
import type { ExpressionBinder } from './expression.ts';
import { project } from './plan.ts';
import { sequencePlan } from './sequence.ts';
import type { Session } from './session.ts';

const MOMENT = timestamp(6);
/** Of steps that the calendar makes: one is found after the other, while the statement is bound. */
const MAX_MOMENTS = 1_000_000;

/** undefined: the step is no interval. */
export function momentPlan(
  name: string,
  args: readonly Expression[],
  binder: ExpressionBinder,
  where: Span,
  session: Session,
): Plan | undefined {
  if (session.dialect !== 'standard' || args.length !== 3) return undefined;
  const [from, to, step] = args.map((arg) => binder.bind(arg));
  if (step.type.id !== 'duration') return undefined;
  const [first, last] = [from, to].map((end, i) =>
    evaluateConstant(implicitCast(end, { ...MOMENT, nullable: end.type.nullable }, args[i], session)),
  );
  const by = evaluateConstant(step);
  const schema = [{ name, type: MOMENT }];
  if (typeof first !== 'bigint' || typeof last !== 'bigint' || typeof by !== 'string')
    return { kind: 'values', rows: [], schema };
  const interval = unpackInterval(by);
  const zone = session.resolveContext.timeZone;
  const width = widthOf(interval, zone);
  if (width !== undefined && width !== 0n) {
    const counted = sequencePlan(name, [first, last, width], name, where, session);
    return project({ ...counted, schema: [{ name, type: INT64 }] }, [column(0, MOMENT)], [name]);
  }
  try {
    const isInclusive = name === 'generate_series';
    const moments = momentSeries(first, last, interval, isInclusive, zone, MAX_MOMENTS);
    return { kind: 'values', rows: moments.map((at) => [BigInt(at)]), schema };
  } catch (error) {
    throw session.at(where, error);
  }
}

/** Microseconds that the step always has, going in one direction; undefined: that depends. */
function widthOf({ months, days, micros }: Interval, zone: string): bigint | undefined {
  const isMixed = days !== 0 && micros !== 0n && days > 0 !== micros > 0n;
  if (months !== 0 || (days !== 0 && zone !== 'UTC') || isMixed) return undefined;
  return BigInt(days) * MICROS_PER_DAY + micros;
}
