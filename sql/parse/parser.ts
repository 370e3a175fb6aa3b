/**
 * Text to AST: scan, check the bounds, parse, build.
 *
 * Two passes over the tokens at most. The first uses SLL prediction and gives up at the first mistake, which is
 * the fast way for right statements; only if it gives up does the second, with full LL, find out whether the
 * statement is really wrong and what was expected there.
 */

import {
  BailErrorStrategy,
  DefaultErrorStrategy,
  type IntervalSet,
  type Parser,
  PredictionMode,
  type RecognitionException,
  type Token,
} from 'antlr4ng';
import { BasaltError } from '../../engine/base/error.ts';
import { nearest } from '../../engine/function/nearest.ts';
import type { Dialect } from '../../engine/function/row.ts';
import type { Statement } from '../ast/statement.ts';
import { Sql, type StatementContext } from '../grammar/generated/Sql.js';
import { checkDepth } from './depth.ts';
import { LEXICONS } from './lexicon.ts';
import { syntaxError } from './position.ts';
import { buildQuery } from './query.ts';
import { refusedText } from './refuse.ts';
import { KEYWORDS, scan } from './scanner.ts';
import { Source } from './source.ts';
import { buildStatement } from './statement.ts';
import { ArrayTokenStream, EOF, type SqlToken } from './token.ts';

/** Longest statement text taken, in UTF-16 units. Data of an INSERT is split off before and not counted. */
export const MAX_TEXT = 16 * 1024 * 1024;

export function parse(text: string, dialect: Dialect): Statement {
  if (text.length > MAX_TEXT) {
    throw new BasaltError('QUERY_IS_TOO_LARGE', `The statement is longer than ${MAX_TEXT} characters`, {
      hint: 'Send rows as data of an INSERT, or lists as a table',
    });
  }
  const tokens = scan(text, LEXICONS[dialect]);
  if (tokens.length === 1) throw syntaxError(text, 0, text.length, 'The statement is empty');
  checkDepth(text, tokens);
  const tree = parseTokens(text, tokens);
  return buildStatement(tree, new Source(text, dialect, buildQuery));
}

let shared: Sql | undefined;

function parseTokens(text: string, tokens: readonly SqlToken[]): StatementContext {
  const stream = new ArrayTokenStream(tokens);
  const parser = (shared ??= newParser(stream));
  parser.tokenStream = stream;
  parser.interpreter.predictionMode = PredictionMode.SLL;
  parser.errorHandler = new BailErrorStrategy();
  try {
    return parser.statement();
  } catch (error) {
    if (error instanceof BasaltError) throw error;
    stream.seek(0);
    parser.tokenStream = stream;
    parser.interpreter.predictionMode = PredictionMode.LL;
    parser.errorHandler = new FirstErrorStrategy(text);
    try {
      return parser.statement();
    } catch (cause) {
      throw refusedText(text, tokens[0].start) ?? cause;
    }
  }
}

function newParser(stream: ArrayTokenStream): Sql {
  const parser = new Sql(stream);
  parser.removeErrorListeners();
  return parser;
}

/** Throws our error at the first mistake instead of repairing it. */
class FirstErrorStrategy extends DefaultErrorStrategy {
  readonly #text: string;

  constructor(text: string) {
    super();
    this.#text = text;
  }

  override recover(recognizer: Parser, error: RecognitionException): void {
    throw explain(this.#text, recognizer, error.offendingToken, error);
  }
  override reportError(recognizer: Parser, error: RecognitionException): void {
    throw explain(this.#text, recognizer, error.offendingToken, error);
  }
  override recoverInline(recognizer: Parser): Token {
    throw explain(this.#text, recognizer, recognizer.getCurrentToken(), null);
  }
  override sync(): void {}
}

/** More candidates than this is no help as a list. */
const MAX_EXPECTED = 6;

function explain(
  text: string,
  parser: Parser,
  offending: Token | null,
  error: RecognitionException | null,
): BasaltError {
  const token = (offending ?? parser.getCurrentToken()) as SqlToken;
  const tokens = expectedTokens(parser, error);
  const expected = expectedNames(tokens);
  const written = text.slice(token.start, token.stop + 1);
  const message = token.type === EOF ? 'The statement ends too early' : `Syntax error at \`${written}\``;
  const words = expected.filter((e) => /^[A-Z_]+$/.test(e));
  const near =
    token.type === Sql.Identifier
      ? nearest(written.toUpperCase(), words.length > 0 ? words : [...KEYWORDS.keys()])
      : undefined;
  const listed =
    expected.length > 0 && expected.length <= MAX_EXPECTED ? `Expected ${expected.join(', ')}` : undefined;
  const hint =
    (near === undefined ? misspeltBefore(text, parser, token, tokens) : `Did you mean ${near}?`) ??
    (tokens?.contains(Sql.Identifier) === true ? keywordHint(token) : undefined) ??
    listed ??
    keywordHint(token);
  return syntaxError(text, token.start, token.stop + 1, message, hint);
}

/** A misspelt keyword often stands just before the token that cannot follow it: `SELECT a FORM t`. */
function misspeltBefore(
  text: string,
  parser: Parser,
  token: SqlToken,
  expected: IntervalSet | null,
): string | undefined {
  // A name that could go on with a dot is one.
  if (token.tokenIndex === 0 || expected?.contains(Sql.Dot) === true) return undefined;
  const before = parser.tokenStream.get(token.tokenIndex - 1) as SqlToken;
  if (before.type !== Sql.Identifier) return undefined;
  const word = text.slice(before.start, before.stop + 1);
  const near = nearest(word.toUpperCase(), KEYWORDS.keys());
  return near === undefined ? undefined : `Did you mean ${near} for \`${word}\`?`;
}

function keywordHint(token: SqlToken): string | undefined {
  if (token.type === EOF) return 'Something is missing at the end';
  const word = token.value.toUpperCase();
  return KEYWORDS.get(word) === token.type
    ? `${word} is a keyword; quote it if it is meant as a name`
    : undefined;
}

function expectedTokens(parser: Parser, error: RecognitionException | null): IntervalSet | null {
  try {
    return error === null ? parser.getExpectedTokens() : error.getExpectedTokens();
  } catch {
    // States without a follow set: no hint is better than no error.
    return null;
  }
}

function expectedNames(set: IntervalSet | null): string[] {
  if (set === null) return [];
  const all = set.toArray();
  const nameOf = (type: number): string => (type === EOF ? 'the end' : displayName(type));
  // Wherever a name may stand, the many words that may be names say nothing.
  const anyName = all.includes(Sql.Identifier);
  const says = (type: number): boolean => !NAME_WORDS.has(type) && !/^[A-Z_]+$/.test(nameOf(type));
  const names = anyName ? ['a name', ...all.filter(says).map(nameOf)] : all.map(nameOf);
  return [...new Set(names)];
}

const NAME_WORDS = new Set([Sql.Identifier, Sql.QuotedIdentifier]);

const DISPLAY: Readonly<Record<string, string>> = {
  LeftParen: '(',
  QueryParen: '(',
  RightParen: ')',
  LeftBracket: '[',
  RightBracket: ']',
  LeftBrace: '{',
  RightBrace: '}',
  Comma: ',',
  Dot: '.',
  Semicolon: ';',
  Colon: ':',
  DoubleColon: '::',
  Question: '?',
  Arrow: '->',
  LongArrow: '->>',
  Plus: '+',
  Minus: '-',
  Star: '*',
  Slash: '/',
  Percent: '%',
  Caret: '^',
  DoublePipe: '||',
  Equal: '=',
  DoubleEqual: '==',
  NotEqual: '<>',
  Less: '<',
  LessEqual: '<=',
  Greater: '>',
  GreaterEqual: '>=',
  NullSafeEqual: '<=>',
  Tilde: '~',
  Ampersand: '&',
  Pipe: '|',
  ShiftLeft: '<<',
  ShiftRight: '>>',
  DoubleStar: '**',
  Identifier: 'a name',
  QuotedIdentifier: 'a quoted name',
  StringLiteral: 'a string',
  IntegerLiteral: 'a number',
  DecimalLiteral: 'a decimal',
  NumberedParameter: 'a parameter',
};

function displayName(type: number): string {
  const name = Sql.symbolicNames[type] ?? '?';
  return DISPLAY[name] ?? name;
}
