/**
 * What a condition asks to be in a text: literal pieces, and of these the tokens and n-grams that must be there as a whole.
 *
 * Only what is certain counts: a token that touches the border of a piece may go on in the text, unless the text begins or
 * ends there, or the condition is about tokens.
 */

import type { CallExpr, Expr } from '../../plan/expr.ts';
import type { SkipIndexKind } from '../../plan/skip-index.ts';
import { unpackItem } from '../../type/nested.ts';
import { array, STRING } from '../../type/type.ts';

/** `from`, `to`: nothing that could belong to a token stands before, or behind, the piece. */
export type Piece = { readonly text: string; readonly from: boolean; readonly to: boolean };

/** Any of these lists, all pieces of which are in the text. */
export type Needles = readonly (readonly Piece[])[];

/** Longer lists are left to the filter itself. */
export const MAX_ALTERNATIVES = 1000;

const whole = (text: string): readonly Piece[] => [{ text, from: true, to: true }];

const TEXTS = array(STRING);
const tokensIn = (packed: string): readonly string[] =>
  (unpackItem(packed, TEXTS) as readonly string[]).filter((token) => !token.includes('\ufffd'));

/** Needles of a condition over the column 0, which is a text; null where none are certain. */
export function needlesOf(expr: Expr): Needles | null {
  if (expr.kind === 'in') {
    if (expr.negated || expr.arg.kind !== 'column' || expr.list.length > MAX_ALTERNATIVES) return null;
    return expr.list.flatMap((value) => (typeof value === 'string' ? [whole(value)] : []));
  }
  if (expr.kind !== 'call') return null;
  const [first, second] = expr.args;
  if (expr.fn === 'eq_str' && first.kind === 'literal') return needlesOf({ ...expr, args: [second, first] });
  if (isFound(expr)) return needlesOf({ ...(first as CallExpr), fn: 'contains_str' });
  if (first?.kind !== 'column' || second?.kind !== 'literal' || typeof second.value !== 'string') return null;
  const { value } = second;
  if (expr.fn === 'has_any_tokens') return tokensIn(value).map(whole);
  if (expr.fn === 'has_all_tokens') return [tokensIn(value).flatMap(whole)];
  const pieces = piecesOf(expr, value);
  // Text that is no UTF-8 is shown with this character.
  return pieces === null || pieces.some(({ text }) => text.includes('\ufffd')) ? null : [pieces];
}

/** `position(text, needle) > 0`, in one of its forms. */
function isFound({ fn, args: [position, bound] }: CallExpr): boolean {
  if (position?.kind !== 'call' || !/^position_(bytes|chars)$/.test(position.fn)) return false;
  if (bound?.kind !== 'literal' || position.args.length !== 2) return false;
  return (
    ((fn === 'gt_i64' || fn === 'ne_i64') && bound.value === 0n) || (fn === 'ge_i64' && bound.value === 1n)
  );
}

function piecesOf({ fn, args }: CallExpr, text: string): readonly Piece[] | null {
  switch (fn) {
    case 'eq_str':
    case 'has_token':
      return whole(text);
    case 'starts_with':
      return [{ text, from: true, to: false }];
    case 'ends_with':
      return [{ text, from: false, to: true }];
    case 'contains_str':
      return [{ text, from: false, to: false }];
    case 'like':
      return likePieces(text, args[2]);
    case 'regex_match':
      return regexPieces(text, args[2]);
    default:
      return null;
  }
}

function likePieces(pattern: string, escapeWith: Expr | undefined): readonly Piece[] | null {
  if (escapeWith?.kind !== 'literal' || typeof escapeWith.value !== 'string') return null;
  const pieces: Piece[] = [];
  let text = '';
  let from = true;
  const end = (to: boolean): void => {
    if (text !== '') pieces.push({ text, from, to });
    text = '';
    from = false;
  };
  const characters = Array.from(pattern);
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i];
    if (c === escapeWith.value) {
      if (++i === characters.length) return null;
      text += characters[i];
    } else if (c === '%' || c === '_') end(false);
    else text += c;
  }
  end(true);
  return pieces;
}

/** A pattern without any operator is a literal. */
function regexPieces(pattern: string, flags: Expr | undefined): readonly Piece[] | null {
  if (flags?.kind !== 'literal' || typeof flags.value !== 'string' || flags.value.includes('i')) return null;
  return /[\\^$.|?*+()[\]{}]/.test(pattern) ? null : [{ text: pattern, from: false, to: false }];
}

const encoder = new TextEncoder();

/** Bytes of what must be in a filter of the kind when the piece is in the text. */
export function gramsOf(piece: Piece, kind: Extract<SkipIndexKind, { bytes: number }>): Uint8Array[] {
  return kind.type === 'tokenbf_v1' ? tokensOf(piece) : ngramsOf(piece.text, kind.length);
}

function tokensOf({ text, from, to }: Piece): Uint8Array[] {
  const tokens: Uint8Array[] = [];
  for (const { 0: token, index } of text.matchAll(/[0-9A-Za-z\u0080-\u{10ffff}]+/gu)) {
    const isCut = (index === 0 && !from) || (index + token.length === text.length && !to);
    if (!isCut) tokens.push(encoder.encode(token));
  }
  return tokens;
}

function ngramsOf(text: string, length: number): Uint8Array[] {
  const characters = Array.from(text);
  const grams: Uint8Array[] = [];
  for (let i = 0; i + length <= characters.length; i++)
    grams.push(encoder.encode(characters.slice(i, i + length).join('')));
  return grams;
}
