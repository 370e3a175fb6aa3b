/** Aggregates of the standard dialect that ClickHouse has under other names: what they resolve to is that row's. */

import { literal } from '../../plan/expr.ts';
import { FLOAT64 } from '../../type/type.ts';
import { apply } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { aggregate } from '../signature.ts';
import { plainRow } from './plain-table.ts';

/** Names, the name of the row, arguments, doc, of the example, its result. */
const ROWS: readonly (readonly [string, string, string, string, string, string])[] = [
  ['covar_pop', 'covarPop', 'y, x', 'Covariance.', 'b, a', '3.7778'],
  ['corr', 'corr', 'y, x', 'Correlation.', 'a, a', '1.0'],
  ['entropy', 'entropy', 'x', 'Entropy of the values, in bits.', 'a % 1', '0.0'],
  ['skew_pop', 'skewPop', 'x', 'Skewness of all values.', 'a % 2', '0.7071'],
  ['kurt_pop', 'kurtPop', 'x', 'Kurtosis of all values.', 'a', '1.5'],
  ['fsum, sumkahan, kahan_sum', 'sumKahan', 'x', 'Sum as a float that loses nothing.', 'a', '7.0'],
];

/** The entropy of nothing is 0. */
const entropy: Resolve = (args, context) => {
  const found = borrowed('entropy')(args, context);
  if (found?.fn === undefined) return undefined;
  return { ...found, finish: (bits) => apply('coalesce_f64', [bits, literal(0, FLOAT64)], FLOAT64) };
};

const borrowed =
  (name: string): Resolve =>
  (args, context) =>
    plainRow(name)?.resolve(args, context);

export const STANDARD_AGGREGATES: readonly FunctionRow[] = ROWS.map(
  ([names, of, args, doc, example, result]) => {
    const [name, ...more] = names.split(', ');
    return aggregate(
      { standard: [name, ...more] },
      of === 'entropy' ? entropy : borrowed(of),
      `${name}(${args})`,
      doc,
      `SELECT round(${name}(${example}), 4) FROM (VALUES (1, 2), (2, 3), (4, 9)) AS t(a, b)`,
      result,
    );
  },
);
