/** Sorts of which so few rows come out that what is only shown of these is fetched afterwards (engine/exec/late-columns.ts). */

import type { SortPlan } from './node.ts';

const MAX_ROWS = 512;

export const isShortSort = ({ limit, offset }: Pick<SortPlan, 'limit' | 'offset'>): boolean =>
  limit !== null && limit + offset <= MAX_ROWS;
