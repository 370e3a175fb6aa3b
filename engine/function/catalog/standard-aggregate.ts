/** Aggregates of the standard dialect that ClickHouse has under other names: what they resolve to is that row's. */

import type { FunctionRow, Resolve } from '../row.ts';
import { aggregate } from '../signature.ts';
import { plainRow } from './plain-table.ts';

/** Names, the name of the row, arguments, doc, of the example, its result. */
const ROWS: readonly (readonly [string, string, string, string, string, string])[] = [
  ['covar_pop', 'covarPop', 'y, x', 'Covariance.', 'b, a', '3.7778'],
  ['covar_samp', 'covarSamp', 'y, x', 'Covariance estimated from a sample.', 'b, a', '5.6667'],
  ['corr', 'corr', 'y, x', 'Correlation.', 'a, a', '1.0'],
  ['entropy', 'entropy', 'x', 'Entropy of the values, in bits.', 'a % 1', '0.0'],
  ['skew_pop', 'skewPop', 'x', 'Skewness of all values.', 'a % 2', '0.7071'],
  ['kurt_pop', 'kurtPop', 'x', 'Kurtosis of all values.', 'a', '1.5'],
  ['fsum, sumkahan, kahan_sum', 'sumKahan', 'x', 'Sum as a float that loses nothing.', 'a', '7.0'],
];

const borrowed =
  (name: string): Resolve =>
  (args, context) =>
    plainRow(name)?.resolve(args, context);

export const STANDARD_AGGREGATES: readonly FunctionRow[] = ROWS.map(
  ([names, of, args, doc, example, result]) => {
    const [name, ...more] = names.split(', ');
    return aggregate(
      { standard: [name, ...more] },
      borrowed(of),
      `${name}(${args})`,
      doc,
      `SELECT round(${name}(${example}), 4) FROM (VALUES (1, 2), (2, 3), (4, 9)) AS t(a, b)`,
      result,
    );
  },
);
