/** Values as they are. */

import { implement } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';

export const SAME_VALUES: readonly Implementation[] = (['i64', 'f64', 'bool', 'str'] as const).map((lane) =>
  // Nothing may fold it: what it gives is no constant.
  implement(`materialize_${lane}`, [lane], lane, (value: Scalar) => value, {
    ...(lane === 'i64' ? { integers: 'bigint' as const } : {}),
    deterministic: false,
  }),
);
