/**
 * Bounds how deep a statement nests before anything recurses over it (parser, binder, rules, evaluation).
 *
 * An upper bound from tokens alone: a bracket or CASE adds one level, and so does every operator that could
 * make the tree of its expression one deeper. Commas, AND, OR and clause words start a new expression; AND and
 * OR chains become one flat node, so they cost nothing however long they are.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { Sql } from '../grammar/generated/Sql.js';
import { positionAt } from './position.ts';
import type { SqlToken } from './token.ts';

export const MAX_DEPTH = 400;

const OPEN = new Set([Sql.LeftParen, Sql.QueryParen, Sql.LeftBracket, Sql.CASE]);
const CLOSE = new Set([Sql.RightParen, Sql.RightBracket, Sql.END]);
const DEEPER = new Set([
  Sql.Plus,
  Sql.Minus,
  Sql.Star,
  Sql.Slash,
  Sql.DoubleSlash,
  Sql.Percent,
  Sql.Caret,
  Sql.DoubleStar,
  Sql.Ampersand,
  Sql.Pipe,
  Sql.ShiftLeft,
  Sql.ShiftRight,
  Sql.Tilde,
  Sql.DoublePipe,
  Sql.DIV,
  Sql.MOD,
  Sql.NOT,
  Sql.Question,
  Sql.Colon,
  Sql.Arrow,
  Sql.DoubleColon,
  Sql.Equal,
  Sql.DoubleEqual,
  Sql.NotEqual,
  Sql.Less,
  Sql.LessEqual,
  Sql.Greater,
  Sql.GreaterEqual,
  Sql.IS,
  Sql.INTERVAL,
  Sql.UNION,
  Sql.JOIN,
  Sql.ARRAY,
]);
const RESTART = new Set([
  Sql.Comma,
  Sql.AND,
  Sql.OR,
  Sql.SELECT,
  Sql.FROM,
  Sql.WHERE,
  Sql.GROUP,
  Sql.HAVING,
  Sql.ORDER,
  Sql.WHEN,
  Sql.THEN,
  Sql.ELSE,
  Sql.Semicolon,
]);

export function checkDepth(text: string, tokens: readonly SqlToken[]): void {
  /** Depth reached so far in the current expression, and the deepest of this bracket, per open bracket. */
  const currents: number[] = [];
  const deepests: number[] = [];
  let current = 0;
  let deepest = 0;
  for (const token of tokens) {
    const type = token.type;
    if (OPEN.has(type)) {
      currents.push(current);
      deepests.push(deepest);
      current = 0;
      deepest = 0;
    } else if (CLOSE.has(type) && currents.length > 0) {
      const inner = Math.max(current, deepest) + 1;
      current = Math.max(currents.pop() ?? 0, inner);
      deepest = Math.max(deepests.pop() ?? 0, current);
    } else if (DEEPER.has(type)) {
      current += 1;
    } else if (RESTART.has(type)) {
      deepest = Math.max(deepest, current);
      current = 0;
    }
    if (currents.length > MAX_DEPTH || current > MAX_DEPTH) {
      throw new BasaltError('TOO_DEEP', `The statement nests deeper than ${MAX_DEPTH} levels`, {
        position: positionAt(text, token.start, token.stop + 1),
        hint: 'Split it with WITH or a subquery',
      });
    }
  }
}
