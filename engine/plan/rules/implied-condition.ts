/**
 * What an OR over several tables says about one of them: `(a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4)` can only be true
 * where `a.x = 1 OR a.x = 3` is. The implied condition is applied early, to fewer columns; the OR itself stays.
 */

import { allOf, anyOf, conjuncts } from '../../function/call.ts';
import { columnsOf, type Expr } from '../expr.ts';
import { cannotFail } from './cannot-fail.ts';

/** A condition on the wanted columns only that is true wherever `condition` is; null when there is none. */
export function impliedCondition(condition: Expr, wanted: (column: number) => boolean): Expr | null {
  if (condition.kind !== 'call' || condition.fn !== 'or') return null;
  const branches = condition.args.map((branch) =>
    conjuncts(branch).flatMap((c) => impliedBy(c, wanted) ?? []),
  );
  return branches.every((branch) => branch.length > 0) ? anyOf(branches.map(allOf)) : null;
}

function impliedBy(condition: Expr, wanted: (column: number) => boolean): Expr | null {
  const columns = columnsOf(condition);
  if (columns.length > 0 && columns.every(wanted)) return cannotFail(condition) ? condition : null;
  return impliedCondition(condition, wanted);
}
