/**
 * The shape of a row in the function tables. Two levels, on purpose:
 *
 * - an **implementation** is what plans name: one id, one exact semantics, fixed lanes, no overloads;
 * - a **function** is what users name: its spellings per dialect, and `resolve`, which picks the
 *   implementation for given argument types and says which casts come first.
 *
 * Documentation, `system.functions`, completion and tests are made from the function rows.
 */

import type { Lane, LogicalType, Value } from '../type/type.ts';

export type Dialect = 'standard' | 'druid' | 'clickhouse';

/**
 * What `evaluate` sees: i64 lanes as number (exact up to 2^53; the executor raises an error beyond) unless the
 * row says `integers: 'bigint'`; f64 as number; bool as boolean; str as string. NULL is null.
 */
export type Scalar = null | boolean | number | bigint | string;

export type Implementation = {
  readonly id: string;
  /** Lanes taken; when `variadic`, the last lane repeats. */
  readonly args: readonly Lane[];
  readonly variadic?: boolean;
  readonly result: Lane;
  /** 'propagate': NULL in, NULL out, `evaluate` never sees null. 'custom': `evaluate` handles null itself. */
  readonly nulls: 'propagate' | 'custom';
  /** False for now(), random(): not folded, not run once per distinct value. */
  readonly deterministic: boolean;
  readonly integers?: 'number' | 'bigint';
  /** The value for one row. The truth that kernels are tested against. May throw a BasaltError. */
  readonly evaluate: (...args: readonly never[]) => Scalar;
};

/** How a function is applied once its argument types are known. */
export type Resolution = {
  /** Implementation id. */
  readonly fn: string;
  /** Type each argument is cast to first; same length as the arguments. */
  readonly casts: readonly LogicalType[];
  readonly type: LogicalType;
  /** Literal arguments appended after the user's (a time zone, a precision, a unit width). */
  readonly extra?: readonly { readonly value: Value; readonly type: LogicalType }[];
};

export type ResolveContext = { readonly dialect: Dialect; readonly timeZone: string };

/** An argument as `resolve` sees it; `value` is set when it is a literal. */
export type Argument = { readonly type: LogicalType; readonly value?: Value };

export type FunctionRow = {
  /** Spellings, lower case; the first of each list is the one documentation shows. */
  readonly names: Partial<Record<Dialect, readonly string[]>>;
  readonly kind: 'scalar' | 'aggregate';
  /** undefined: these argument types do not fit. */
  readonly resolve: (args: readonly Argument[], context: ResolveContext) => Resolution | undefined;
  /** For error texts and documentation: `substring(text, from [, count])`. */
  readonly syntax: string;
  readonly doc: string;
  /** SQL of the row's first dialect and its result as text; runs in a test. */
  readonly example: { readonly sql: string; readonly result: string };
};
