/**
 * Offsets in a text to lines and columns, and syntax errors made from them. Lines and columns count from 1.
 */

import { BasaltError, type Position } from '../../engine/base/error.ts';

export function positionAt(text: string, start: number, end: number): Position {
  const lineOf = (offset: number): { line: number; column: number } => {
    let line = 1;
    let lineStart = 0;
    for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = at + 1;
    }
    return { line, column: offset - lineStart + 1 };
  };
  const from = lineOf(start);
  const to = lineOf(Math.max(start, end));
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column, offset: start };
}

export function syntaxError(
  text: string,
  start: number,
  end: number,
  message: string,
  hint?: string,
): BasaltError {
  const position = positionAt(text, start, end);
  return new BasaltError('SYNTAX_ERROR', `${message} (line ${position.line}, column ${position.column})`, {
    position,
    ...(hint === undefined ? {} : { hint }),
  });
}
