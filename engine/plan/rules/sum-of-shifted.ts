/**
 * `sum(x + c)` is `sum(x) + c * count(x)`, and equal aggregates are computed once: ninety sums over one column cost two.
 *
 * Only for x of at most 32 bits: then neither side can leave 64 bits, and the answers are the same.
 */

import { bitsOf, isInteger } from '../../type/type.ts';
import { type AggregateCall, aggregateKey, call, column, type Expr, literal } from '../expr.ts';
import type { AggregatePlan, Plan } from '../node.ts';
import { mapInputs } from './map-inputs.ts';

export function sumOfShifted(plan: Plan): Plan {
  const changed = mapInputs(plan, sumOfShifted);
  return changed.kind === 'aggregate' ? shareAggregates(changed) : changed;
}

/** c beyond this times 2^32 rows would leave 64 bits. */
const MAX_SHIFT = 1n << 30n;
const SIGN: Readonly<Record<string, bigint>> = { add_checked_i64: 1n, sub_checked_i64: -1n };
const NARROW_BITS = 32;

function shareAggregates(plan: AggregatePlan): Plan {
  const kept = new Map<string, { readonly index: number; readonly call: AggregateCall }>();
  const keep = (aggregate: AggregateCall): Expr => {
    const key = aggregateKey(aggregate);
    const index = kept.get(key)?.index ?? kept.size;
    if (index === kept.size) kept.set(key, { index, call: aggregate });
    return column(plan.keys.length + index, aggregate.type);
  };
  const shifts = plan.aggregates.map(shiftOf);
  // One shifted sum alone would only be two aggregates in the place of one.
  const worthwhile = shifts.filter((s) => s !== null).length > 1;
  const outputs = plan.aggregates.map((aggregate, i): Expr => {
    const shift = worthwhile ? shifts[i] : null;
    if (shift === null) return keep(aggregate);
    const sum = keep({ ...aggregate, args: [shift.of] });
    const counted = { ...aggregate.type, nullable: false };
    const count = keep(
      shift.of.type.nullable
        ? { ...aggregate, fn: 'count', args: [shift.of], type: counted }
        : { ...aggregate, fn: 'count_star', args: [], type: counted },
    );
    const added = call('mul_checked_i64', [count, literal(shift.by, counted)], counted);
    return call('add_checked_i64', [sum, added], aggregate.type);
  });
  if (kept.size === plan.aggregates.length && !worthwhile) return plan;
  const calls = [...kept.values()].map((k) => k.call);
  const keys = plan.schema.slice(0, plan.keys.length);
  const input: AggregatePlan = {
    ...plan,
    aggregates: calls,
    schema: [...keys, ...calls.map((c, i) => ({ name: `a${i}`, type: c.type }))],
  };
  return {
    kind: 'project',
    input,
    exprs: [...keys.map((field, i) => column(i, field.type)), ...outputs],
    schema: plan.schema,
  };
}

/** The narrow integer and the constant that a sum's argument adds to it; null for other aggregates. */
function shiftOf(aggregate: AggregateCall): { readonly of: Expr; readonly by: bigint } | null {
  const [arg] = aggregate.args;
  if (aggregate.fn !== 'sum_checked_i64' || aggregate.distinct || arg.kind !== 'call') return null;
  const sign = SIGN[arg.fn];
  const [of, by] = arg.args;
  if (sign === undefined || by.kind !== 'literal' || typeof by.value !== 'bigint') return null;
  if (!isInteger(of.type) || bitsOf(of.type) > NARROW_BITS) return null;
  if (by.value > MAX_SHIFT || by.value < -MAX_SHIFT) return null;
  return { of, by: sign * by.value };
}
