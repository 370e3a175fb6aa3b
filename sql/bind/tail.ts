/** ORDER BY and LIMIT over a body of a query, and where there are none. */

import type { Expression, SortItem } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Bounds } from './limit.ts';

/** What stands over a body: the select list's names must stay in reach of ORDER BY. */
export type Tail = {
  readonly orderBy: readonly SortItem[] | 'all';
  readonly interpolate: Query['interpolate'];
  readonly limit: number | null;
  readonly limitIsPercent: boolean;
  readonly offset: number;
  readonly withTies: boolean;
  readonly limitBy: (Bounds & { readonly by: readonly Expression[] }) | null;
};

export const NO_TAIL: Tail = {
  orderBy: [],
  interpolate: [],
  limit: null,
  limitIsPercent: false,
  offset: 0,
  withTies: false,
  limitBy: null,
};
