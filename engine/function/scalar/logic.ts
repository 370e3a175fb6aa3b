/**
 * Three-valued logic and NULL tests. The NULL tests take any lane: their argument's lane is not looked at. And the
 * checks that a subquery has one value, that a key is one, and that a condition does not hold.
 */

import { BasaltError } from '../../base/error.ts';
import type { Lane } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';

const ANY_NULLS = { nulls: 'custom' } as const;
const VARIADIC = { nulls: 'custom', variadic: true } as const;

function and(...values: (boolean | null)[]): boolean | null {
  if (values.includes(false)) return false;
  return values.includes(null) ? null : true;
}

function or(...values: (boolean | null)[]): boolean | null {
  if (values.includes(true)) return true;
  return values.includes(null) ? null : false;
}

function atMostOneRow(rows: number): boolean {
  if (rows <= 1) return true;
  throw new BasaltError(
    'INCORRECT_RESULT_OF_SCALAR_SUBQUERY',
    `A subquery that stands for one value gave ${rows} rows`,
    { hint: 'Take an aggregate of it, or add LIMIT 1' },
  );
}

function throwIf(holds: boolean, message: string): number {
  if (!holds) return 0;
  throw new BasaltError('FUNCTION_THROW_IF_VALUE_IS_NON_ZERO', message);
}

function boundsInOrder(leastIsMore: number): boolean {
  if (leastIsMore === 0) return true;
  throw new BasaltError(
    'BAD_ARGUMENTS',
    'The minimum value cannot be greater than the maximum value for function clamp',
    {
      hint: 'Write clamp(value, least, most)',
    },
  );
}

const coalesce = (...values: Scalar[]): Scalar => values.find((v) => v !== null) ?? null;

function mapKey(key: Scalar): Scalar {
  if (key !== null) return key;
  throw new BasaltError('BAD_ARGUMENTS', 'A key of a map cannot be NULL', {
    hint: 'Leave such rows out, or give coalesce(key, ...)',
  });
}

const LANES: readonly Lane[] = ['i64', 'f64', 'bool', 'str'];

export const LOGIC: readonly Implementation[] = [
  implement('and', ['bool'], 'bool', and, VARIADIC),
  implement('or', ['bool'], 'bool', or, VARIADIC),
  implement('not', ['bool'], 'bool', (a: boolean) => !a),
  // It is asked of rows alone, never of the values of a dictionary that no row has.
  implement('throw_if', ['bool', 'str'], 'i64', throwIf, { deterministic: false }),
  implement('xor', ['bool', 'bool'], 'bool', (a: boolean, b: boolean) => a !== b),
  implement('is_null', ['i64'], 'bool', (a: Scalar) => a === null, ANY_NULLS),
  implement('is_not_null', ['i64'], 'bool', (a: Scalar) => a !== null, ANY_NULLS),
  implement('is_true', ['bool'], 'bool', (a: boolean | null) => a === true, ANY_NULLS),
  implement('is_false', ['bool'], 'bool', (a: boolean | null) => a === false, ANY_NULLS),
  implement('bounds_in_order', ['i64'], 'bool', boundsInOrder),
  implement('at_most_one_row', ['i64'], 'bool', atMostOneRow),
  ...LANES.map((lane) =>
    implement(
      `coalesce_${lane}`,
      [lane],
      lane,
      coalesce,
      lane === 'i64' ? { ...VARIADIC, integers: 'bigint' } : VARIADIC,
    ),
  ),
  ...LANES.map((lane) =>
    implement(
      `map_key_${lane}`,
      [lane],
      lane,
      mapKey,
      lane === 'i64' ? { ...ANY_NULLS, integers: 'bigint' } : ANY_NULLS,
    ),
  ),
];
