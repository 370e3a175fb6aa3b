/**
 * Queries as written. A query is a body, then ORDER BY and LIMIT over it; set operations are flat lists.
 */

import type { Expression, Identifier, SortItem, Span, TypeName, WindowSpecification } from './expression.ts';

export type Query = Span & {
  readonly with: readonly WithItem[];
  readonly recursive: boolean;
  readonly body: QueryBody;
  readonly orderBy: readonly SortItem[] | 'all';
  /** Columns that filled rows take on from the row before; all of them, or none. */
  readonly interpolate: readonly Interpolated[] | 'all';
  readonly limit: Expression | null;
  /** `limit` is a share of all rows: LIMIT 10%. */
  readonly limitIsPercent: boolean;
  readonly offset: Expression | null;
  /** Rows that are equal in the order to the last one come, too. */
  readonly withTies: boolean;
  readonly limitBy: LimitBy | null;
};

/** What may stand behind a body. */
export type QueryTail = Pick<
  Query,
  'orderBy' | 'interpolate' | 'limit' | 'limitIsPercent' | 'offset' | 'withTies' | 'limitBy'
>;

/** Nothing stands there. */
export const WITHOUT_TAIL: QueryTail = {
  orderBy: [],
  interpolate: [],
  limit: null,
  limitIsPercent: false,
  offset: null,
  withTies: false,
  limitBy: null,
};

/** SAMPLE size OFFSET offset, as ClickHouse has it: shares of the rows as fractions of two numbers, or numbers of rows. */
export type Sample = Span & { readonly size: Expression; readonly offset: Expression | null };

/** `value` over the row before; null: its value. */
export type Interpolated = { readonly name: Identifier; readonly value: Expression | null };

/** So many rows of each value of `by`, the first in the order. */
export type LimitBy = Span & {
  readonly limit: Expression;
  readonly offset: Expression | null;
  readonly by: readonly Expression[];
};

export type WithItem = Span &
  (
    | {
        readonly kind: 'query';
        readonly name: Identifier;
        readonly columns: readonly Identifier[];
        readonly query: Query;
      }
    | { readonly kind: 'expression'; readonly name: Identifier; readonly value: Expression }
  );

export type QueryBody = Select | Values | SetOperation | Nested;

export type Nested = Span & { readonly kind: 'nested'; readonly query: Query };

/** Left to right; `operators[i]` stands between inputs i and i + 1. */
export type SetOperation = Span & {
  readonly kind: 'set';
  readonly inputs: readonly QueryBody[];
  readonly operators: readonly {
    readonly op: 'union' | 'intersect' | 'except';
    readonly quantifier: 'all' | 'distinct' | null;
    /** Columns go together by their names, not by their places. */
    readonly byName: boolean;
  }[];
};

export type Values = Span & { readonly kind: 'values'; readonly rows: readonly (readonly Expression[])[] };

export type SelectItem = { readonly value: Expression; readonly alias: Identifier | null };

export type Select = Span & {
  readonly kind: 'select';
  readonly distinct: boolean;
  /** DISTINCT ON: the first row of each value; empty: none. */
  readonly distinctOn: readonly Expression[];
  readonly items: readonly SelectItem[];
  readonly from: readonly TableExpression[];
  readonly prewhere: Expression | null;
  readonly where: Expression | null;
  readonly groupBy: readonly Expression[] | 'all';
  /** Which of `groupBy`, by position, each grouping set has; null where all rows are grouped by all of it. */
  readonly groupingSets: readonly (readonly number[])[] | null;
  /** True for `GROUP BY ()` and friends too: grouping was asked for. */
  readonly grouped: boolean;
  /** One more row beside the result: of all groups. */
  readonly withTotals: boolean;
  readonly having: Expression | null;
  readonly windows: readonly NamedWindow[];
  readonly qualify: Expression | null;
  /** Of the rows of FROM, before WHERE. */
  readonly sample: RandomSample | null;
};

export type NamedWindow = { readonly name: Identifier; readonly window: WindowSpecification };

/** Some of the rows, at random: so many, or a percentage of them. */
export type RandomSample = Span & {
  readonly size: number;
  readonly isPercent: boolean;
  readonly method: 'system' | 'bernoulli' | 'reservoir';
  /** Digits; null: others each time. */
  readonly seed: string | null;
};

export type TableExpression =
  | (Span & { readonly kind: 'sample'; readonly of: TableExpression; readonly sample: RandomSample })
  | (Span & {
      readonly kind: 'table';
      readonly name: readonly Identifier[];
      readonly alias: TableAlias | null;
      readonly final: boolean;
      /** Absent: all rows. */
      readonly sample?: Sample;
    })
  | (Span & {
      readonly kind: 'function';
      readonly name: string;
      /** The name's parts. */
      readonly path: readonly Identifier[];
      readonly args: readonly Expression[];
      readonly alias: TableAlias | null;
    })
  /** FROM 'x.parquet' */
  | (Span & { readonly kind: 'file'; readonly path: string; readonly alias: TableAlias | null })
  /** Druid's TABLE(EXTERN(...)) with the columns that follow it. */
  | (Span & {
      readonly kind: 'extern';
      readonly call: Expression;
      readonly columns: readonly { readonly name: Identifier; readonly type: TypeName }[];
      readonly alias: TableAlias | null;
    })
  | (Span & {
      readonly kind: 'subquery';
      readonly query: Query;
      readonly alias: TableAlias | null;
      /** LATERAL: it may read what stands before it in FROM. */
      readonly lateral: boolean;
    })
  | Join
  | ArrayJoin
  | Pivot
  | Unpivot;

export type TableAlias = { readonly name: Identifier; readonly columns: readonly Identifier[] };

/** `ARRAY JOIN a AS x, b`: `left` keeps rows whose arrays are empty. */
export type ArrayJoin = Span & {
  readonly kind: 'array join';
  readonly left: TableExpression;
  readonly arrays: readonly Expression[];
  readonly outer: boolean;
};

/** What becomes columns: `values` of `value`, a tuple where it is one; null: all that there are. */
export type PivotKey = {
  readonly value: Expression;
  readonly values: readonly { readonly value: Expression; readonly alias: Identifier | null }[] | null;
};

/** A row for each group, with a column of each of `using` for each combination of the keys' values. */
export type Pivot = Span & {
  readonly kind: 'pivot';
  readonly source: TableExpression;
  readonly keys: readonly PivotKey[];
  /** Empty: count(*). */
  readonly using: readonly SelectItem[];
  /** null: by all columns that nothing else names. */
  readonly groupBy: readonly Expression[] | null;
  readonly alias: TableAlias | null;
};

/** A row for each of `columns` in place of each row; a column is a tuple where there are several `values`. */
export type Unpivot = Span & {
  readonly kind: 'unpivot';
  readonly source: TableExpression;
  readonly columns: readonly SelectItem[];
  readonly name: Identifier;
  readonly values: readonly Identifier[];
  readonly includeNulls: boolean;
  readonly alias: TableAlias | null;
};

export type Join = Span & {
  readonly kind: 'join';
  readonly join: 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti';
  /** SEMI and ANTI keep the right side instead. */
  readonly keepRight: boolean;
  /** Which of several partners: all, any one, the nearest; null where nothing is said. */
  readonly strictness: 'all' | 'any' | 'asof' | null;
  /** On all columns whose names both sides have. */
  readonly natural: boolean;
  readonly left: TableExpression;
  readonly right: TableExpression;
  readonly on: Expression | null;
  readonly using: readonly Identifier[];
};
