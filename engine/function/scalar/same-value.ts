/** Values as they are: calls that are built, and so not folded, make no constant of one. */

import { implement } from '../implementation.ts';
import type { Implementation, Scalar } from '../row.ts';

export const SAME_VALUES: readonly Implementation[] = (['i64', 'f64', 'bool', 'str'] as const).map((lane) =>
  implement(
    `materialize_${lane}`,
    [lane],
    lane,
    (value: Scalar) => value,
    lane === 'i64' ? { integers: 'bigint' } : {},
  ),
);
