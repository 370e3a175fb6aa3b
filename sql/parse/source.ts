/**
 * What every part of the parser shares about the text at hand: the text, its dialect, and how to complain.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { Dialect } from '../../engine/function/row.ts';
import type { Expression, Span } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import { type Operation, PRECEDENCE } from '../dialect/precedence.ts';
import type { QueryContext } from '../grammar/generated/Sql.js';
import { positionAt, syntaxError } from './position.ts';

export class Source {
  readonly text: string;
  readonly dialect: Dialect;
  readonly precedence: Record<Operation, number>;
  /** AND / OR nodes that stood in parentheses and so must not be extended. */
  readonly parenthesised = new WeakSet<Expression>();
  /** Expressions contain queries and queries expressions: given here, the two files need not know each other. */
  readonly buildQuery: (context: QueryContext) => Query;
  #parameters = 0;

  constructor(text: string, dialect: Dialect, buildQuery: (context: QueryContext, source: Source) => Query) {
    this.text = text;
    this.dialect = dialect;
    this.precedence = PRECEDENCE[dialect];
    this.buildQuery = (context) => buildQuery(context, this);
  }

  /** Index of the next `?`, from 0. */
  nextParameter(): number {
    return this.#parameters++;
  }

  error(where: Span, message: string, hint?: string): BasaltError {
    return syntaxError(this.text, where.at, where.end, message, hint);
  }

  /** Understood, but not done. */
  refuse(where: Span, what: string, hint: string): BasaltError {
    return new BasaltError('NOT_IMPLEMENTED', `${what} is not supported`, {
      position: positionAt(this.text, where.at, where.end),
      hint,
    });
  }
}
