/**
 * The value of an expression without columns, errors and all: LIMIT, DEFAULT, VALUES, arguments of table functions; and of one
 * whose columns are values at hand.
 */

import { BasaltError } from '../base/error.ts';
import type { Expr } from '../plan/expr.ts';
import type { Value } from '../type/type.ts';
import { evaluateValues } from './implementation.ts';
import { wordOf } from './integer.ts';
import { implementation } from './registry.ts';

export const evaluateConstant = (expr: Expr): Value => evaluateOver(expr, []);

/** @param columns by index */
export function evaluateOver(expr: Expr, columns: readonly Value[]): Value {
  const inner = (e: Expr): Value => evaluateOver(e, columns);
  switch (expr.kind) {
    case 'literal':
      return expr.value;
    case 'column':
      if (expr.index < columns.length) return columns[expr.index];
      throw new BasaltError('LOGICAL_ERROR', 'A constant expression reads a column');
    case 'outer':
      throw new BasaltError('LOGICAL_ERROR', 'A constant expression reads a column');
    case 'call':
      return evaluateCall(expr.fn, expr.args.map(inner));
    case 'case': {
      const branch = expr.branches.find((b) => inner(b.when) === true);
      return inner(branch === undefined ? expr.otherwise : branch.value);
    }
    case 'in': {
      const value = inner(expr.arg);
      if (value === null) return null;
      if (expr.list.includes(wordOf(value))) return !expr.negated;
      return expr.list.includes(null) ? null : expr.negated;
    }
  }
}

function evaluateCall(fn: string, args: readonly Value[]): Value {
  try {
    return evaluateValues(implementation(fn), args);
  } catch (error) {
    if (error instanceof RangeError) throw new BasaltError('VALUE_IS_OUT_OF_RANGE', error.message);
    throw error;
  }
}
