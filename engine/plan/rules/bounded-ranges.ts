/**
 * A condition on the values of a sequence says where it begins and ends: `system.numbers` is endless without this. The condition stays.
 */

import { conjuncts } from '../../function/call.ts';
import type { Expr } from '../expr.ts';
import type { Plan, RangePlan } from '../node.ts';
import { mapInputs } from './map-inputs.ts';

export function boundedRanges(plan: Plan): Plan {
  const changed = mapInputs(plan, boundedRanges);
  if (changed.kind !== 'filter' || changed.input.kind !== 'range') return changed;
  const input = bounded(changed.input, conjuncts(changed.predicate));
  return input === changed.input ? changed : { ...changed, input };
}

/** Inclusive. */
type Bounds = { readonly low?: bigint; readonly high?: bigint };

function bounded(range: RangePlan, conditions: readonly Expr[]): RangePlan {
  const { start, step, count } = range;
  if (step <= 0n || start < 0n) return range;
  let first = 0n;
  let end = BigInt(count);
  for (const condition of conditions) {
    const { low, high } = boundsOf(condition) ?? {};
    if (low !== undefined && low > start + first * step) first = (low - start + step - 1n) / step;
    if (high !== undefined) end = min(end, high < start ? 0n : (high - start) / step + 1n);
  }
  if (first === 0n && end === BigInt(count)) return range;
  return { ...range, start: start + first * step, count: Number(end > first ? end - first : 0n) };
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);

const COMPARISON = /^(eq|lt|le|gt|ge)_[iu]64$/;

/** What a condition says of the one column; undefined: nothing. */
function boundsOf(condition: Expr): Bounds | undefined {
  if (condition.kind === 'in') {
    const values = condition.list.filter((value) => typeof value === 'bigint' && value >= 0n) as bigint[];
    if (condition.negated || condition.arg.kind !== 'column' || values.length < condition.list.length)
      return undefined;
    return values.reduce<Bounds>(
      ({ low, high }, value) => ({
        low: low === undefined || value < low ? value : low,
        high: high === undefined || value > high ? value : high,
      }),
      {},
    );
  }
  if (condition.kind !== 'call') return undefined;
  const [left, right] = condition.args;
  const op = COMPARISON.exec(condition.fn)?.[1];
  if (op === undefined || left.kind !== 'column' || right.kind !== 'literal') return undefined;
  const { value } = right;
  if (typeof value !== 'bigint' || value < 0n) return undefined;
  const low = op === 'eq' || op === 'ge' ? value : op === 'gt' ? value + 1n : undefined;
  const high = op === 'eq' || op === 'le' ? value : op === 'lt' ? value - 1n : undefined;
  return { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
}
