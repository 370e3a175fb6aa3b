/**
 * Which columns of a plan a join above it compares with its right side. Where the join drops rows without a partner, scans below may
 * pass such rows over (scan-filter.ts): a wish is handed down from node to node as long as what it loses would be lost above.
 */

import type { Expr } from '../../plan/expr.ts';
import type { AggregatePlan, JoinPlan, JoinType, ProjectPlan } from '../../plan/node.ts';
import type { WindowPlan } from '../../plan/window.ts';
import type { JoinStages } from '../stage/stage.ts';

/** The node's column that each left key of the join is; -1 = none. */
export type KeyWish = { readonly stages: JoinStages; readonly columns: readonly number[] };

/** Joins whose left rows do not come out without a partner. */
const DROPS_LEFT: ReadonlySet<JoinType> = new Set(['inner', 'right', 'semi', 'right semi', 'right anti']);
/** A left row that is left out takes nothing else with it, and leaves nothing behind. */
const LEFT_MAY_GO: ReadonlySet<JoinType> = new Set(['inner', 'cross', 'left', 'semi', 'anti']);
const RIGHT_MAY_GO: ReadonlySet<JoinType> = new Set(['inner', 'cross', 'right']);

const columnOf = (expr: Expr | undefined): number => (expr?.kind === 'column' ? expr.index : -1);

/** Wishes with other columns; those that ask for none are no wishes. */
function mapped(wishes: readonly KeyWish[], column: (column: number) => number): KeyWish[] {
  return wishes
    .map(({ stages, columns }) => ({ stages, columns: columns.map((c) => (c < 0 ? -1 : column(c))) }))
    .filter(({ columns }) => columns.some((c) => c >= 0));
}

/** What a join wishes of its left side. */
export const wishOf = (stages: JoinStages): KeyWish[] =>
  DROPS_LEFT.has(stages.plan.join)
    ? mapped([{ stages, columns: stages.plan.leftKeys.map((_, k) => k) }], (k) =>
        columnOf(stages.plan.leftKeys[k]),
      )
    : [];

export const throughProject = (wishes: readonly KeyWish[], { exprs }: ProjectPlan): KeyWish[] =>
  mapped(wishes, (c) => columnOf(exprs[c]));

/** What computes columns behind those of its input. */
export const throughWidth = (wishes: readonly KeyWish[], width: number): KeyWish[] =>
  mapped(wishes, (c) => (c < width ? c : -1));

/** Whole groups go. */
export const throughAggregate = (wishes: readonly KeyWish[], { keys }: AggregatePlan): KeyWish[] =>
  mapped(wishes, (c) => columnOf(keys[c]));

/** Whole partitions go. */
export const throughWindow = (wishes: readonly KeyWish[], { partition }: WindowPlan): KeyWish[] =>
  mapped(wishes, (c) => (partition.some((expr) => columnOf(expr) === c) ? c : -1));

export function toLeft(wishes: readonly KeyWish[], { join, left }: JoinPlan): KeyWish[] {
  return LEFT_MAY_GO.has(join) ? throughWidth(wishes, left.schema.length) : [];
}

/** Where one partner is picked, another must not come into its place: only rows of whole keys may go. */
const mayLose = ({ pick, rightKeys }: JoinPlan, column: number): boolean =>
  pick === undefined || rightKeys.some((key) => columnOf(key) === column);

/** Right rows may go where they would, and where their only partners do. */
export function toRight(wishes: readonly KeyWish[], plan: JoinPlan): KeyWish[] {
  if (plan.join === 'right semi' || plan.join === 'right anti') return [...wishes];
  const width = plan.left.schema.length;
  const partner = (column: number): number =>
    plan.nullSafe ? -1 : columnOf(plan.rightKeys[plan.leftKeys.findIndex((key) => columnOf(key) === column)]);
  return mapped(wishes, (c) => {
    if (c >= width) return RIGHT_MAY_GO.has(plan.join) && mayLose(plan, c - width) ? c - width : -1;
    return LEFT_MAY_GO.has(plan.join) ? partner(c) : -1;
  });
}
