/**
 * `x = 1 OR x = 2 OR x IN (3, 4)` is `x IN (1, 2, 3, 4)`: one look into a table in the place of a comparison a value, and a form that
 * bounds, bitmaps and indexes answer. Both are unknown for a NULL.
 */

import { anyOf, isIn } from '../../function/call.ts';
import type { Value } from '../../type/type.ts';
import { columnsOf, type Expr, exprKey, rewrite } from '../expr.ts';
import type { Plan } from '../node.ts';
import { isDeterministic } from './deterministic.ts';
import { mapConditions } from './map-conditions.ts';
import { mapInputs } from './map-inputs.ts';

export const orToIn = (plan: Plan): Plan => mapConditions(mapInputs(plan, orToIn), withLists);

export const withLists = (condition: Expr): Expr => rewrite(condition, gathered);

const EQUAL = /^eq_([iu]64|f64|str)$/;

type Membership = { readonly arg: Expr; readonly list: readonly Value[] };

function gathered(node: Expr): Expr {
  if (node.kind !== 'call' || node.fn !== 'or') return node;
  const groups = new Map<string, { readonly at: number; readonly arg: Expr; readonly list: Value[] }>();
  const branches: Expr[] = [];
  let isChanged = false;
  for (const branch of node.args) {
    const found = membershipOf(branch);
    const key = found === null ? '' : exprKey(found.arg);
    const group = groups.get(key);
    if (found !== null && group !== undefined) {
      group.list.push(...found.list);
      branches[group.at] = isIn(group.arg, group.list);
      isChanged = true;
      continue;
    }
    if (found !== null) groups.set(key, { at: branches.length, arg: found.arg, list: [...found.list] });
    branches.push(branch);
  }
  return isChanged ? anyOf(branches) : node;
}

/** Null: it is no question whether an expression has one of some values. */
function membershipOf(condition: Expr): Membership | null {
  if (condition.kind === 'in') return condition.negated ? null : condition;
  if (condition.kind !== 'call' || !EQUAL.test(condition.fn)) return null;
  const [a, b] = condition.args;
  const [arg, by] = b.kind === 'literal' ? [a, b] : [b, a];
  if (by.kind !== 'literal' || by.value === null) return null;
  return columnsOf(arg).length > 0 && isDeterministic(arg) ? { arg, list: [by.value] } : null;
}
