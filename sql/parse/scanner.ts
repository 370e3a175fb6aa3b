/**
 * Text to tokens, one pass, driven by a {@link Lexicon}. Stands where ANTLR's lexer would: dialects differ most
 * in their strings, a hand scanner needs no warm-up, and `INSERT` must split off its data with the same rules.
 *
 * Offsets are UTF-16 units. Nothing here recurses, so no input can overflow the stack.
 */

import { bytesOfText, textOfByte, textOfBytes } from '../../engine/base/bytes-text.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { Sql } from '../grammar/generated/Sql.js';
import { markNames } from './keyword-name.ts';
import type { Lexicon } from './lexicon.ts';
import { positionAt, syntaxError } from './position.ts';
import { EOF, SqlToken } from './token.ts';

/** More tokens than this in one statement is refused before the parser sees them. */
export const MAX_TOKENS = 500_000;

/** Keyword spelling (upper case) to token type: every ALL_CAPS name of the vocabulary. */
export const KEYWORDS: ReadonlyMap<string, number> = new Map(
  Sql.symbolicNames.flatMap((name, type) =>
    typeof name === 'string' && /^[A-Z_]+$/.test(name) && name !== 'EOF' ? [[name, type] as const] : [],
  ),
);

/** Longest first within one first character. */
const SYMBOLS: readonly (readonly [string, number])[] = [
  ['<=>', Sql.NullSafeEqual],
  ['<->', Sql.Apart],
  ['!~~*', Sql.NotLikeCaseless],
  ['!~~', Sql.NotLike],
  ['~~~', Sql.Glob],
  ['~~*', Sql.LikeCaseless],
  ['~~', Sql.Like],
  ['<@', Sql.IsIn],
  ['@>', Sql.Has],
  ['^@', Sql.BeginsWith],
  ['->>', Sql.LongArrow],
  ['::', Sql.DoubleColon],
  ['->', Sql.Arrow],
  ['=>', Sql.FatArrow],
  ['<<', Sql.ShiftLeft],
  ['>>', Sql.ShiftRight],
  ['**', Sql.DoubleStar],
  ['||', Sql.DoublePipe],
  ['//', Sql.DoubleSlash],
  ['==', Sql.DoubleEqual],
  ['!=', Sql.NotEqual],
  ['<>', Sql.NotEqual],
  ['<=', Sql.LessEqual],
  ['>=', Sql.GreaterEqual],
  ['(', Sql.LeftParen],
  [')', Sql.RightParen],
  ['[', Sql.LeftBracket],
  [']', Sql.RightBracket],
  ['{', Sql.LeftBrace],
  ['}', Sql.RightBrace],
  [',', Sql.Comma],
  ['.', Sql.Dot],
  [';', Sql.Semicolon],
  [':', Sql.Colon],
  ['?', Sql.Question],
  ['+', Sql.Plus],
  ['-', Sql.Minus],
  ['*', Sql.Star],
  ['/', Sql.Slash],
  ['%', Sql.Percent],
  ['^', Sql.Caret],
  ['=', Sql.Equal],
  ['<', Sql.Less],
  ['>', Sql.Greater],
  ['~', Sql.Tilde],
  ['&', Sql.Ampersand],
  ['|', Sql.Pipe],
  ['!', Sql.Bang],
  ['@', Sql.At],
];

/** PostgreSQL's and DuckDB's; elsewhere these signs are others, or nothing. */
const MORE_OPERATORS = new Set([
  ...[Sql.Apart, Sql.IsIn, Sql.Has, Sql.BeginsWith, Sql.Glob, Sql.Bang, Sql.At],
  ...[Sql.Like, Sql.NotLike, Sql.LikeCaseless, Sql.NotLikeCaseless],
]);

const SYMBOLS_BY_CHAR: (readonly (readonly [string, number])[] | undefined)[] = [];
for (const [symbol] of SYMBOLS) {
  SYMBOLS_BY_CHAR[symbol.charCodeAt(0)] ??= SYMBOLS.filter(([s]) => s[0] === symbol[0]);
}

const isSpace = (c: number): boolean =>
  c === 32 || (c >= 9 && c <= 13) || c === 0xa0 || c === 0xfeff || c === 0x2028 || c === 0x2029;
const isDigit = (c: number): boolean => c >= 48 && c <= 57;
/** What word processors make of quotes. */
const isTypographicQuote = (c: number): boolean => c >= 0x2018 && c <= 0x201f;
const isWordStart = (c: number): boolean =>
  (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || (c > 0xa0 && !isTypographicQuote(c));
const isWordPart = (c: number): boolean => isWordStart(c) || isDigit(c) || c === 36;

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
  e: '\x1b',
};

/** A word that has been scanned: where it ends and what it says. */
type Scanned = { readonly end: number; readonly value: string };

/** Offset behind the white space and comments at `at`. */
export function skipSpace(text: string, at: number, lexicon: Lexicon): number {
  for (;;) {
    const c = text.charCodeAt(at);
    if (isSpace(c)) at += 1;
    else if (c === 45 && text.charCodeAt(at + 1) === 45) at = lineEnd(text, at);
    else if (c === 35 && lexicon.hashComments) at = lineEnd(text, at);
    else if (c === 47 && text.charCodeAt(at + 1) === 42) at = blockCommentEnd(text, at);
    else return at;
  }
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end + 1;
}

function blockCommentEnd(text: string, start: number): number {
  const end = text.indexOf('*/', start + 2);
  if (end === -1)
    throw syntaxError(text, start, start + 2, 'This comment is never closed', 'Close it with */');
  return end + 2;
}

/** The string or name that starts with the quote at `at`. Doubling the quote always escapes it. */
export function scanQuoted(text: string, at: number, backslash: boolean): Scanned {
  const quote = text[at];
  let value = '';
  let from = at + 1;
  for (let i = from; i < text.length; i++) {
    const c = text[i];
    if (c === quote) {
      value += text.slice(from, i);
      // Bytes that were written one by one may be a character together.
      if (text[i + 1] !== quote)
        return { end: i + 1, value: value.isWellFormed() ? value : textOfBytes(bytesOfText(value)) };
      i += 1;
      from = i;
    } else if (c === '\\' && backslash) {
      value += text.slice(from, i);
      const hex = text[i + 1] === 'x' ? /^[0-9a-fA-F]{2}/.exec(text.slice(i + 2, i + 4)) : null;
      if (hex !== null) {
        value += textOfByte(Number.parseInt(hex[0], 16));
        i += 3;
      } else {
        value += ESCAPES[text[i + 1]] ?? text[i + 1] ?? '';
        i += 1;
      }
      from = i + 1;
    }
  }
  throw syntaxError(
    text,
    at,
    text.length,
    quote === "'" ? 'This string is never closed' : 'This quoted name is never closed',
    `Close it with ${quote}${backslash ? '' : `; a ${quote} inside is written ${quote}${quote}`}`,
  );
}

function scanHeredoc(text: string, at: number): Scanned | undefined {
  const tag = /^\$[A-Za-z_0-9]*\$/.exec(text.slice(at, at + 66))?.[0];
  if (tag === undefined) return undefined;
  const end = text.indexOf(tag, at + tag.length);
  if (end === -1)
    throw syntaxError(text, at, at + tag.length, 'This string is never closed', `Close it with ${tag}`);
  return { end: end + tag.length, value: text.slice(at + tag.length, end) };
}

function scanNumber(
  text: string,
  at: number,
  lexicon: Lexicon,
  integerOnly: boolean,
): Scanned & { decimal: boolean } {
  if (lexicon.prefixedIntegers && text[at] === '0') {
    const prefixed = /^0(x[0-9a-fA-F]+|b[01]+)/i.exec(text.slice(at, at + 70));
    if (prefixed !== null) return { end: at + prefixed[0].length, value: prefixed[0], decimal: false };
  }
  let i = at;
  const digits = (): void => {
    while (
      isDigit(text.charCodeAt(i)) ||
      (text[i] === '_' && lexicon.prefixedIntegers && isDigit(text.charCodeAt(i + 1)))
    )
      i += 1;
  };
  digits();
  let decimal = false;
  if (!integerOnly) {
    if (text[i] === '.') {
      decimal = true;
      i += 1;
      digits();
    }
    const exponent = /^[eE][+-]?[0-9]+/.exec(text.slice(i, i + 8));
    if (exponent !== null) {
      decimal = true;
      i += exponent[0].length;
    }
  }
  return { end: i, value: text.slice(at, i).replaceAll('_', ''), decimal };
}

/** Tokens after which a dot is a separator, not the start of a number. */
const BEFORE_DOT = new Set([
  Sql.Identifier,
  Sql.QuotedIdentifier,
  Sql.RightParen,
  Sql.RightBracket,
  Sql.IntegerLiteral,
]);

/** All tokens of a statement, the last one EOF. */
export function scan(text: string, lexicon: Lexicon): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = skipSpace(text, 0, lexicon);
  const push = (type: number, end: number, value: string): void => {
    tokens.push(new SqlToken(type, at, end - 1, value, tokens.length));
    at = end;
  };
  while (at < text.length) {
    if (tokens.length >= MAX_TOKENS) {
      throw new BasaltError('QUERY_IS_TOO_LARGE', `The statement has more than ${MAX_TOKENS} words`, {
        position: positionAt(text, at, at),
        hint: 'Send rows as data of an INSERT, or lists as a table',
      });
    }
    const c = text.charCodeAt(at);
    const previous = tokens.at(-1)?.type;
    const quoted = scanString(text, at, c, lexicon);
    if (quoted !== undefined) push(Sql.StringLiteral, quoted.end, quoted.value);
    else if (isWordStart(c)) {
      let end = at + 1;
      while (isWordPart(text.charCodeAt(end))) end += 1;
      const word = text.slice(at, end);
      const keyword =
        word.length <= 16 && previous !== Sql.Dot ? KEYWORDS.get(word.toUpperCase()) : undefined;
      push(keyword ?? Sql.Identifier, end, word);
    } else if (
      isDigit(c) ||
      (c === 46 && isDigit(text.charCodeAt(at + 1)) && !(previous !== undefined && BEFORE_DOT.has(previous)))
    ) {
      const number = scanNumber(text, at, lexicon, previous === Sql.Dot);
      if (isWordStart(text.charCodeAt(number.end))) {
        throw syntaxError(
          text,
          at,
          number.end + 1,
          `A number runs into a word at \`${text.slice(at, number.end + 8)}\``,
          'Put a space between them, or quote the name',
        );
      }
      push(number.decimal ? Sql.DecimalLiteral : Sql.IntegerLiteral, number.end, number.value);
    } else if (lexicon.nameQuotes.includes(text[at])) {
      const name = scanQuoted(text, at, lexicon.backslashEscapes);
      push(Sql.QuotedIdentifier, name.end, name.value);
    } else if (c === 36 && isDigit(text.charCodeAt(at + 1))) {
      let end = at + 2;
      while (isDigit(text.charCodeAt(end))) end += 1;
      push(Sql.NumberedParameter, end, text.slice(at + 1, end));
    } else {
      const symbol = SYMBOLS_BY_CHAR[c]?.find(
        ([s, type]) => text.startsWith(s, at) && (lexicon.moreOperators || !MORE_OPERATORS.has(type)),
      );
      if (symbol === undefined) throw strangeCharacter(text, at);
      push(symbol[1], at + symbol[0].length, symbol[0]);
    }
    at = skipSpace(text, at, lexicon);
  }
  tokens.push(new SqlToken(EOF, text.length, text.length - 1, '<end>', tokens.length));
  markQueryParens(tokens);
  if (lexicon.endIsName) markEnds(tokens);
  if (lexicon.keywordNames !== null) markNames(tokens, lexicon.keywordNames);
  return tokens;
}

function scanString(text: string, at: number, c: number, lexicon: Lexicon): Scanned | undefined {
  if (c === 39) return scanQuoted(text, at, lexicon.backslashEscapes);
  if (c === 36 && lexicon.heredocs) return scanHeredoc(text, at);
  if (lexicon.escapeStrings && (c === 69 || c === 101) && text[at + 1] === "'")
    return scanQuoted(text, at + 1, true);
  if (lexicon.unicodeStrings && (c === 85 || c === 117) && text[at + 1] === '&' && text[at + 2] === "'") {
    const raw = scanQuoted(text, at + 2, false);
    const decode = (_: string, four?: string, six?: string): string =>
      four === undefined && six === undefined
        ? '\\'
        : String.fromCodePoint(Math.min(Number.parseInt(four ?? six ?? '', 16), 0x10ffff));
    return {
      end: raw.end,
      value: raw.value.replace(/\\(?:\\|([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6}))/g, decode),
    };
  }
  return undefined;
}

function strangeCharacter(text: string, at: number): BasaltError {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const hint =
    character === '`'
      ? 'Quote names with double quotes in this dialect'
      : isTypographicQuote(text.charCodeAt(at))
        ? `Use straight quotes: ' for text, " for names`
        : undefined;
  return syntaxError(text, at, at + character.length, `\`${character}\` has no meaning here`, hint);
}

/** Words that begin a query where a table follows; else they are names. */
const PIVOTS = new Set([Sql.PIVOT, Sql.PIVOT_WIDER, Sql.UNPIVOT, Sql.PIVOT_LONGER]);
const PIVOTED = new Set([
  ...[Sql.Identifier, Sql.QuotedIdentifier, Sql.StringLiteral, Sql.LeftParen, Sql.QueryParen],
]);

/** A parenthesis that opens a query gets its own type, so that the parser never has to look far ahead. */
function markQueryParens(tokens: readonly SqlToken[]): void {
  for (let i = 1; i < tokens.length; i++) {
    const type = tokens[i].type;
    const isPivot = PIVOTS.has(type) && PIVOTED.has(tokens[i + 1]?.type);
    if (type !== Sql.SELECT && type !== Sql.WITH && type !== Sql.VALUES && type !== Sql.FROM && !isPivot)
      continue;
    const before = tokens[i - 1];
    if (type === Sql.FROM && tokens[i - 2]?.type === Sql.TRIM) continue;
    if (before.type === Sql.LeftParen) before.type = Sql.QueryParen;
  }
}

/** Tokens that something must follow, so that no CASE ends behind them. */
const OPEN = new Set([
  ...[
    Sql.LeftParen,
    Sql.LeftBracket,
    Sql.Comma,
    Sql.CASE,
    Sql.WHEN,
    Sql.THEN,
    Sql.ELSE,
    Sql.AND,
    Sql.OR,
    Sql.NOT,
  ],
  ...[Sql.Plus, Sql.Minus, Sql.Star, Sql.Slash, Sql.Percent, Sql.DoublePipe, Sql.Arrow],
  ...[Sql.Equal, Sql.DoubleEqual, Sql.NotEqual, Sql.Less, Sql.LessEqual, Sql.Greater, Sql.GreaterEqual],
]);

/** A column may be called `end`. */
function markEnds(tokens: readonly SqlToken[]): void {
  let open = 0;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token.type === Sql.CASE) open += 1;
    if (token.type !== Sql.END) continue;
    if (open === 0 || OPEN.has(tokens[i - 1].type)) token.type = Sql.Identifier;
    else open -= 1;
  }
}
