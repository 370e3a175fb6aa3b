/** Rows of VALUES some of which are drawn at random: the others are constants. */

import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { drawOf, isDraw } from '../../engine/plan/draw.ts';
import { column, type Expr, exprKey, literal, rewrite } from '../../engine/plan/expr.ts';
import type { Plan, Schema } from '../../engine/plan/node.ts';
import { isDeterministic } from '../../engine/plan/rules/deterministic.ts';
import { ONE_ROW } from './plan.ts';

/** @param cells by row; types of a column are those of the schema */
export function rowsPlan(cells: readonly (readonly Expr[])[], schema: Schema): Plan {
  const drawn = schema.map((_, i) => cells.some((row) => !isDeterministic(row[i])));
  if (!drawn.includes(true))
    return { kind: 'values', rows: cells.map((row) => row.map(evaluateConstant)), schema };
  const isOneCall = (i: number): boolean => {
    const [first, ...others] = cells.map((row) => callKey(row[i]));
    return others.every((key) => key === first);
  };
  if (!schema.every((_, i) => !drawn[i] || isOneCall(i))) {
    const inputs = cells.map((exprs): Plan => ({ kind: 'project', input: ONE_ROW, exprs, schema }));
    return { kind: 'union', inputs, schema };
  }
  // What stands alike in all rows of a column is drawn for each of them.
  const constants = cells.map((row) => row.map((cell, i) => (drawn[i] ? null : evaluateConstant(cell))));
  const exprs = schema.map((field, i) => (drawn[i] ? cells[0][i] : column(i, field.type)));
  return { kind: 'project', input: { kind: 'values', rows: constants, schema }, exprs, schema };
}

/** A key that is equal for what is written alike, whatever its draws are called. */
const callKey = (expr: Expr): string =>
  exprKey(
    rewrite(expr, (node) =>
      node.kind === 'call' && isDraw(node)
        ? {
            ...node,
            args: [literal(drawOf(node).name.replace(/^.* /, ''), node.args[0].type), ...node.args.slice(1)],
          }
        : node,
    ),
  );
