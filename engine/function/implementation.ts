/**
 * Short ways to write rows of implementations, and to call one.
 */

import { BasaltError } from '../base/error.ts';
import type { Lane, Value } from '../type/type.ts';
import type { Implementation, Scalar } from './row.ts';

type Options = Partial<
  Pick<Implementation, 'variadic' | 'nulls' | 'deterministic' | 'integers' | 'wide' | 'takesTypes'>
>;

export const implement = (
  id: string,
  args: readonly Lane[],
  result: Lane,
  evaluate: Implementation['evaluate'],
  options: Options = {},
): Implementation => ({ id, args, result, evaluate, nulls: 'propagate', deterministic: true, ...options });

/** i64 arguments arrive as bigints. */
export const BIG: Options = { integers: 'bigint' };

/** The first argument is ticks, which may be beyond 2^53. */
export const TICKS: Options = { wide: [0] };

/** The first two arguments are ticks. */
export const TWO_TICKS: Options = { wide: [0, 1] };

/** Lane of argument `i`; the last lane of a variadic row repeats. */
export const laneOfArgument = (row: Implementation, i: number): Lane =>
  row.args[Math.min(i, row.args.length - 1)];

/** The implementation on literal values: integers are bigints outside and what the row asks for inside. */
export function evaluateValues(row: Implementation, values: readonly Value[]): Value {
  if (row.nulls === 'propagate' && values.includes(null)) return null;
  const wantsNumber = row.integers !== 'bigint';
  const args = values.map((v, i): Scalar => {
    if (typeof v !== 'bigint' || !wantsNumber) return v;
    if (!Number.isSafeInteger(Number(v))) {
      if (row.wide?.includes(i) === true) return v;
      throw new BasaltError(
        'VALUE_IS_OUT_OF_RANGE',
        `${row.id}: ${v} is beyond the integers this function is exact for (2^53)`,
      );
    }
    return Number(v);
  });
  const result = (row.evaluate as (...args: readonly Scalar[]) => Scalar)(...args);
  if (row.result === 'i64' && typeof result === 'number') return BigInt(result);
  return result;
}
