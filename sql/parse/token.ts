/**
 * Tokens as the generated parser wants them, and a token stream over an array of them.
 *
 * A token knows offsets only (UTF-16 units); line and column are computed when an error needs them. `value` is
 * the decoded content of strings and quoted names; for all others it is the text as written.
 */

import type { CharStream, ParserRuleContext, Token, TokenSource, TokenStream } from 'antlr4ng';

export const EOF = -1;

export class SqlToken implements Token {
  type: number;
  start: number;
  /** Inclusive, as ANTLR counts. */
  stop: number;
  value: string;
  tokenIndex: number;
  readonly channel = 0;
  readonly tokenSource: TokenSource | null = null;
  readonly inputStream: CharStream | null = null;

  constructor(type: number, start: number, stop: number, value: string, tokenIndex: number) {
    this.type = type;
    this.start = start;
    this.stop = stop;
    this.value = value;
    this.tokenIndex = tokenIndex;
  }

  get text(): string {
    return this.value;
  }
  /** Asked for by ANTLR's own messages only, which are not used. */
  get line(): number {
    return 0;
  }
  get column(): number {
    return this.start;
  }
}

/** The smallest TokenStream: all tokens are there, all are on one channel, the last is EOF. */
export class ArrayTokenStream implements TokenStream {
  readonly #tokens: readonly SqlToken[];
  #at = 0;

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens;
  }

  get index(): number {
    return this.#at;
  }
  get size(): number {
    return this.#tokens.length;
  }
  get tokenSource(): TokenSource {
    return NO_SOURCE;
  }
  LA(offset: number): number {
    return this.LT(offset).type;
  }
  LT(offset: number): SqlToken {
    const at = offset < 0 ? this.#at + offset : this.#at + offset - 1;
    return this.#tokens[Math.min(Math.max(at, 0), this.#tokens.length - 1)];
  }
  get(index: number): SqlToken {
    return this.#tokens[index];
  }
  consume(): void {
    if (this.#at < this.#tokens.length - 1) this.#at += 1;
  }
  seek(index: number): void {
    this.#at = Math.min(index, this.#tokens.length - 1);
  }
  mark(): number {
    return -1;
  }
  release(_marker: number): void {}
  setLine(_line: number): void {}
  setColumn(_column: number): void {}
  getSourceName(): string {
    return 'sql';
  }
  getText(): string {
    return this.#tokens.map((t) => t.value).join(' ');
  }
  getTextFromContext(_context: ParserRuleContext): string {
    return this.getText();
  }
  getTextFromInterval(): string {
    return this.getText();
  }
  getTextFromRange(): string {
    return this.getText();
  }
}

const NO_SOURCE: TokenSource = {
  nextToken: () => new SqlToken(EOF, 0, 0, '<end>', 0),
  line: 0,
  column: 0,
  inputStream: null,
  sourceName: 'sql',
  // The parser asks its source for a factory only to make up missing tokens; it bails out instead.
  tokenFactory: {
    create: () => new SqlToken(EOF, 0, 0, '<missing>', 0),
  },
};
