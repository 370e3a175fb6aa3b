/**
 * What every branch of an OR demands is demanded once: `(a AND x) OR (a AND y)` is `a AND (x OR y)`. So an equality that is
 * repeated in every branch can become the key of a join.
 *
 * Both are the same in three-valued logic, where AND and OR are minimum and maximum over false < NULL < true. Only conditions
 * that cannot fail move, since they leave their place behind a guard.
 */

import { allOf, anyOf, conjuncts } from '../../function/call.ts';
import { type CallExpr, type Expr, exprKey, rewrite } from '../expr.ts';
import type { Plan } from '../node.ts';
import { cannotFail } from './cannot-fail.ts';
import { mapConditions } from './map-conditions.ts';
import { mapInputs } from './map-inputs.ts';

export const factorOr = (plan: Plan): Plan => mapConditions(mapInputs(plan, factorOr), factored);

const factored = (condition: Expr): Expr =>
  rewrite(condition, (node) => {
    if (node.kind !== 'call') return node;
    // What was an OR may have become an AND: those within an AND are one.
    if (node.fn === 'and') return allOf(node.args);
    return node.fn === 'or' ? factor(node) : node;
  });

function factor(or: CallExpr): Expr {
  const [first, ...others] = or.args.map(conjuncts);
  const keysOfOthers = others.map((branch) => new Set(branch.map(exprKey)));
  const common = first.filter((c) => cannotFail(c) && keysOfOthers.every((keys) => keys.has(exprKey(c))));
  if (common.length === 0) return or;
  const taken = new Set(common.map(exprKey));
  const rests = [first, ...others].map((branch) => branch.filter((c) => !taken.has(exprKey(c))));
  // A branch that asks for nothing more holds whenever another one does.
  if (rests.some((rest) => rest.length === 0)) return allOf(common);
  return allOf([...common, anyOf(rests.map(allOf))]);
}
