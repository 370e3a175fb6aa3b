/**
 * Names that are spelled like words the grammar reserves (`t.group`, `1 AS left`): a word is one where only a name can stand, which what is
 * before and behind it says. Such tokens become names before the parser sees them, so the grammar need not know of them.
 */

import { Sql } from '../grammar/generated/Sql.js';
import { EOF, type SqlToken } from './token.ts';

/** Where a dialect takes them: behind AS and a dot (`labels`), also where an expression begins (`operands`). */
export type KeywordNames = 'labels' | 'operands' | null;

/** Words that are no names elsewhere; NULL stays a type behind AS. */
const RESERVED = new Set([
  ...[Sql.ALL, Sql.AND, Sql.AS, Sql.BETWEEN, Sql.CASE, Sql.CONSTRAINT, Sql.CREATE, Sql.CROSS, Sql.DISTINCT],
  ...[
    Sql.ELSE,
    Sql.EXCEPT,
    Sql.FALSE,
    Sql.FROM,
    Sql.FULL,
    Sql.GROUP,
    Sql.HAVING,
    Sql.ILIKE,
    Sql.IN,
    Sql.INNER,
  ],
  ...[Sql.INTERSECT, Sql.INTO, Sql.IS, Sql.JOIN, Sql.LEFT, Sql.LIKE, Sql.LIMIT, Sql.NOT, Sql.ON, Sql.OR],
  ...[Sql.ORDER, Sql.OUTER, Sql.RIGHT, Sql.SELECT, Sql.THEN, Sql.TRUE, Sql.UNION, Sql.USING, Sql.WHEN],
  ...[Sql.WHERE, Sql.WITH, Sql.END],
]);
/** Of these, words that begin no expression and do not go on with one behind a comma. */
const OPERANDS = new Set([
  ...[Sql.CONSTRAINT, Sql.CREATE, Sql.CROSS, Sql.FULL, Sql.GROUP, Sql.HAVING, Sql.ILIKE, Sql.INNER, Sql.INTO],
  ...[Sql.JOIN, Sql.LEFT, Sql.LIKE, Sql.LIMIT, Sql.ORDER, Sql.OUTER, Sql.RIGHT, Sql.UNION, Sql.USING],
]);
const OPERATORS = [
  ...[
    Sql.Plus,
    Sql.Minus,
    Sql.Star,
    Sql.Slash,
    Sql.Percent,
    Sql.DoublePipe,
    Sql.Arrow,
    Sql.Question,
    Sql.Colon,
  ],
  ...[Sql.Equal, Sql.DoubleEqual, Sql.NotEqual, Sql.Less, Sql.LessEqual, Sql.Greater, Sql.GreaterEqual],
  ...[Sql.AND, Sql.OR, Sql.LIKE, Sql.ILIKE, Sql.BETWEEN, Sql.IN, Sql.IS],
];
/** An expression begins behind these. */
const BEFORE = new Set([
  ...OPERATORS,
  ...[Sql.LeftParen, Sql.LeftBracket, Sql.Comma, Sql.SELECT, Sql.DISTINCT, Sql.WHERE, Sql.PREWHERE],
  ...[Sql.HAVING, Sql.QUALIFY, Sql.ON, Sql.BY, Sql.NOT, Sql.CASE, Sql.WHEN, Sql.THEN, Sql.ELSE],
]);
/** What follows a label. */
const ENDS = new Set([
  ...[EOF, Sql.Semicolon, Sql.Comma, Sql.RightParen, Sql.RightBracket, Sql.FROM, Sql.WHERE, Sql.PREWHERE],
  ...[Sql.GROUP, Sql.HAVING, Sql.ORDER, Sql.LIMIT, Sql.UNION, Sql.SETTINGS, Sql.FORMAT, Sql.SELECT],
]);
/** What follows an operand. */
const AFTER = new Set([
  ...OPERATORS,
  ...ENDS,
  ...[Sql.AS, Sql.ASC, Sql.DESC, Sql.THEN, Sql.WHEN, Sql.ELSE, Sql.END, Sql.NOT, Sql.Dot, Sql.DoubleColon],
]);

/** CONSTRAINT name CHECK ..., where a column of this name would have a type. */
const isConstraint = (tokens: readonly SqlToken[], at: number): boolean =>
  tokens[at].type === Sql.CONSTRAINT &&
  ([Sql.CHECK, Sql.PRIMARY, Sql.UNIQUE, Sql.FOREIGN].includes(tokens[at + 2].type) ||
    tokens[at + 2].value.toUpperCase() === 'ASSUME');

export function markNames(tokens: readonly SqlToken[], where: Exclude<KeywordNames, null>): void {
  for (let i = 1; i < tokens.length - 1; i++) {
    const [{ type: before }, token, { type: after }] = [tokens[i - 1], tokens[i], tokens[i + 1]];
    // A table function: CREATE TABLE t AS values('a Int32', 1).
    if (where === 'operands' && token.type === Sql.VALUES && before === Sql.AS && after === Sql.LeftParen)
      token.type = Sql.Identifier;
    if (!RESERVED.has(token.type)) continue;
    const isLabel = before === Sql.Dot || (before === Sql.AS && ENDS.has(after));
    const isColumn =
      (before === Sql.LeftParen || before === Sql.Comma) &&
      after === Sql.Identifier &&
      !isConstraint(tokens, i);
    const isPattern = before === Sql.NOT && (token.type === Sql.LIKE || token.type === Sql.ILIKE);
    const isOperand =
      OPERANDS.has(token.type) && !isPattern && ((BEFORE.has(before) && AFTER.has(after)) || isColumn);
    if (isLabel || (where === 'operands' && isOperand)) token.type = Sql.Identifier;
  }
}
