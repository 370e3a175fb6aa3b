/**
 * Lambdas. A bound lambda is an expression over its parameters, columns 0, 1 ..., followed by what it reads besides (columns of the
 * rows, parameters of lambdas around it), each of which is an ordinary argument of the call: rules that move, prune and replace columns
 * need not know of lambdas.
 *
 * While a call is resolved a lambda is an argument, {@link lambdaExpr}; what the call becomes holds the body as literal text (body.ts).
 */

import { typesOfText } from '../type/literal.ts';
import { INT64, STRING } from '../type/type.ts';
import { bodyOf, bodyText } from './body.ts';
import { type CallExpr, type Expr, literal } from './expr.ts';

export type Lambda = {
  readonly body: Expr;
  readonly parameters: number;
  /** In the order of the body's columns from `parameters` on. */
  readonly captured: readonly Expr[];
};

const LAMBDA = 'lambda';

/** Its type is that of what it gives. */
export const lambdaExpr = ({ body, parameters, captured }: Lambda): CallExpr => ({
  kind: 'call',
  fn: LAMBDA,
  args: [literal(bodyText(body), STRING), literal(BigInt(parameters), INT64), ...captured],
  type: body.type,
});

/** undefined: the argument is no lambda. */
export function lambdaOf(expr: Expr | undefined): Lambda | undefined {
  if (expr?.kind !== 'call' || expr.fn !== LAMBDA) return undefined;
  const [body, parameters, ...captured] = expr.args;
  if (body.kind !== 'literal' || parameters.kind !== 'literal') return undefined;
  return { body: bodyOf(String(body.value)), parameters: Number(parameters.value), captured };
}

/** Functions that apply a lambda (function/scalar/lambda.ts); a fold has a parameter besides the elements. */
const APPLY = /^array_(map$|fold_)/;

/** Of a call that applies a lambda: its body, and how many of the arguments behind the types are parameters; the others are captured. */
export function appliedLambda({ fn, args }: CallExpr): { body: Expr; parameters: number } | null {
  const form = APPLY.exec(fn)?.[1];
  const [body, types] = args;
  if (form === undefined || body?.kind !== 'literal' || types?.kind !== 'literal') return null;
  const arrays = typesOfText(String(types.value)).length;
  return { body: bodyOf(String(body.value)), parameters: form === 'fold_' ? arrays + 1 : arrays };
}
