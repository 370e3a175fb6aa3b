/** Expressions that give the same for the same row, however often and wherever they are computed. */

import { implementation } from '../../function/registry.ts';
import { children, type Expr } from '../expr.ts';

export const isDeterministic = (expr: Expr): boolean =>
  (expr.kind !== 'call' || implementation(expr.fn).deterministic) && children(expr).every(isDeterministic);
