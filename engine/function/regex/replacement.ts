/**
 * The text that takes a match's place, in its pieces: `\1` (ClickHouse, DuckDB) and `$1` (Druid) are groups of one digit, as in RE2,
 * two backslashes are one; everything else stands for itself.
 */

/** A group's number, or fixed text. */
export type ReplacementPiece = number | string;

export function replacementPieces(to: string): ReplacementPiece[] {
  const pieces: ReplacementPiece[] = [];
  let text = '';
  for (let i = 0; i < to.length; i++) {
    const digit = /\d/.test(to[i + 1] ?? '');
    if ((to[i] === '\\' || to[i] === '$') && digit) {
      if (text !== '') pieces.push(text);
      text = '';
      pieces.push(Number(to[++i]));
    } else {
      if (to[i] === '\\' && to[i + 1] === '\\') i++;
      text += to[i];
    }
  }
  if (text !== '') pieces.push(text);
  return pieces;
}
