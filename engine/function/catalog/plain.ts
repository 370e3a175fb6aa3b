/** ClickHouse's aggregates as rows of tables: a name or more, what they resolve to, and one example of which those of all combinators are made. */

import type { FunctionRow, Resolve } from '../row.ts';
import { aggregate, parametric } from '../signature.ts';
import { filtered } from './aggregate.ts';

export type PlainRow = {
  readonly names: readonly string[];
  readonly resolve: Resolve;
  /** Behind the name: `[(max)](x)`. */
  readonly syntax: string;
  readonly doc: string;
  /** Of the example, over `numbers(4)`. */
  readonly args: string;
  /** `(0.5)`, or nothing. */
  readonly parameters: string;
  readonly result: string;
  /** Other dialects' names. */
  readonly others?: FunctionRow['names'];
};

/** Names of SQL's own have no combinators. */
export const takesCombinators = (name: string): boolean =>
  !name.includes('_') || /^approx_|_value$/.test(name);

export const plain = (
  names: string | readonly string[],
  resolve: PlainRow['resolve'],
  syntax: string,
  doc: string,
  args: string,
  result: string,
  parameters = '',
): PlainRow => ({
  names: typeof names === 'string' ? [names] : names,
  resolve,
  syntax,
  doc,
  args,
  parameters,
  result,
});

/** Each under its names, and with -If. */
export const plainFunctions = (rows: readonly PlainRow[]): readonly FunctionRow[] =>
  rows.flatMap(({ names, resolve, syntax, doc, args, parameters, result }) => {
    const [name] = names;
    return [
      parametric(
        aggregate(
          { clickhouse: names },
          resolve,
          `${name}${syntax}`,
          doc,
          `SELECT ${name}${parameters}(${args}) FROM numbers(4)`,
          result,
        ),
      ),
      parametric(
        aggregate(
          { clickhouse: names.filter(takesCombinators).map((n) => `${n}If`) },
          filtered(resolve),
          `${name}If${syntax.replace(/\)$/, ', condition)')}`,
          `${doc} Only rows where the condition holds.`,
          `SELECT ${name}If${parameters}(${args}, number < 4) FROM numbers(9)`,
          result,
        ),
      ),
    ];
  });

/** Names that combinators are for. */
export const plainNames = (
  rows: readonly PlainRow[],
): readonly (readonly [name: string, resolve: PlainRow['resolve']])[] =>
  rows.flatMap(({ names, resolve }) =>
    names.filter(takesCombinators).map((name) => [name, resolve] as const),
  );
