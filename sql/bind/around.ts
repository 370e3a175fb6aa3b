/**
 * The query block around a subquery, as the subquery sees it: each of its columns that the subquery reads becomes an outer column,
 * which unnesting replaces. What is not found here may be a column of a block further out.
 */

import { columnsOf, type Expr, exprKey } from '../../engine/plan/expr.ts';
import type { Identifier } from '../ast/expression.ts';
import { findColumn, type Scope } from './scope.ts';
import type { Session } from './session.ts';

export class Around {
  /** What each outer column is, over the columns of this block. */
  readonly columns = new Map<number, Expr>();
  readonly #scope: Scope;
  readonly #session: Session;
  readonly #byKey = new Map<string, Expr>();

  constructor(scope: Scope, session: Session) {
    this.#scope = scope;
    this.#session = session;
  }

  find(parts: readonly Identifier[]): Expr | undefined {
    const own = findColumn(parts, this.#scope, this.#session);
    return own === undefined ? this.#scope.with.around?.find(parts) : this.outer(own.expr);
  }

  /** An expression of this block, as the subquery names it. */
  outer(expr: Expr): Expr {
    if (columnsOf(expr).length === 0) return expr;
    const key = exprKey(expr);
    let outer = this.#byKey.get(key);
    if (outer === undefined) {
      const id = this.#session.numbers(1);
      outer = { kind: 'outer', id, type: expr.type };
      this.#byKey.set(key, outer);
      this.columns.set(id, expr);
    }
    return outer;
  }
}
