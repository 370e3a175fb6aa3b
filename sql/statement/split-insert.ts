/**
 * Splits `INSERT INTO t [(columns)] [SETTINGS ...] FORMAT x <data>` at the data, before any parsing: data is not
 * SQL, and may be long. Only the head is looked at, with the scanner's own rules for names, strings and comments. The same of
 * `INSERT ... SELECT ... FROM input('...') ... FORMAT x <data>`.
 *
 * `VALUES` is not split: its rows may hold expressions and parameters, and belong to the statement.
 */

import type { Dialect } from '../../engine/function/row.ts';
import { LEXICONS, type Lexicon } from '../parse/lexicon.ts';
import { scanQuoted, skipSpace } from '../parse/scanner.ts';

export type SplitInsert = {
  /** The statement up to and including the format's name; parses by itself. */
  readonly statement: string;
  readonly format: string;
  /** Where the data starts in the text, in UTF-16 units. */
  readonly dataStart: number;
};

/** undefined: not an INSERT with a FORMAT. */
export function splitInsert(text: string, dialect: Dialect): SplitInsert | undefined {
  const head = new Head(text, LEXICONS[dialect]);
  if (!head.word('insert') || !head.word('into')) return undefined;
  head.word('table');
  if (!head.destination()) return undefined;
  head.parenthesised();
  if (head.word('settings') && !head.settings()) return undefined;
  if ((head.word('select') || head.word('with')) && !head.inputQuery()) return undefined;
  if (!head.word('format')) return undefined;
  const format = head.name();
  if (format === undefined || format.toLowerCase() === 'values') return undefined;
  return { statement: text.slice(0, head.at), format, dataStart: afterBreak(text, head.at) };
}

/** Blanks and one line break (or a semicolon) part the format's name from the data. */
function afterBreak(text: string, at: number): number {
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  if (text[at] === ';') at += 1;
  if (text[at] === '\r') at += 1;
  return text[at] === '\n' ? at + 1 : at;
}

class Head {
  at = 0;
  readonly #text: string;
  readonly #lexicon: Lexicon;

  constructor(text: string, lexicon: Lexicon) {
    this.#text = text;
    this.#lexicon = lexicon;
  }

  #peekWord(): string | undefined {
    WORD.lastIndex = skipSpace(this.#text, this.at, this.#lexicon);
    return WORD.exec(this.#text)?.[0];
  }

  word(expected: string): boolean {
    if (this.#peekWord()?.toLowerCase() !== expected) return false;
    this.at = WORD.lastIndex;
    return true;
  }

  name(): string | undefined {
    const word = this.#peekWord();
    if (word !== undefined) {
      this.at = WORD.lastIndex;
      return word;
    }
    const start = skipSpace(this.#text, this.at, this.#lexicon);
    if (start >= this.#text.length || !this.#lexicon.nameQuotes.includes(this.#text[start])) return undefined;
    const quoted = scanQuoted(this.#text, start, this.#lexicon.backslashEscapes);
    this.at = quoted.end;
    return quoted.value;
  }

  /** A table, or FUNCTION and one that is called. */
  destination(): boolean {
    const start = this.at;
    if (this.word('function') && this.name() !== undefined && this.#arguments()) return true;
    this.at = start;
    if (this.name() === undefined) return false;
    while (this.symbol('.')) if (this.name() === undefined) return false;
    return true;
  }

  /** What stands in parentheses, whatever it is. */
  #arguments(): boolean {
    if (!this.symbol('(')) return false;
    for (let depth = 1; depth > 0; ) {
      const start = skipSpace(this.#text, this.at, this.#lexicon);
      const c = this.#text[start];
      if (c === undefined) return false;
      if (c === "'" || this.#lexicon.nameQuotes.includes(c))
        this.at = scanQuoted(this.#text, start, this.#lexicon.backslashEscapes).end;
      else {
        depth += c === '(' ? 1 : c === ')' ? -1 : 0;
        this.at = start + 1;
      }
    }
    return true;
  }

  symbol(expected: string): boolean {
    const start = skipSpace(this.#text, this.at, this.#lexicon);
    if (this.#text[start] !== expected) return false;
    this.at = start + 1;
    return true;
  }

  /** A column list, if there is one: names, or `* EXCEPT` a name or a list of its own. */
  parenthesised(): void {
    if (!this.symbol('(')) return;
    if (this.symbol('*') && this.word('except')) this.parenthesised();
    while (this.#dottedName() && this.symbol(',')) {}
    this.symbol(')');
  }

  #dottedName(): boolean {
    do {
      if (this.name() === undefined) return false;
    } while (this.symbol('.'));
    return true;
  }

  /** A query up to its FORMAT; false when it does not read `input(...)`, or has none. */
  inputQuery(): boolean {
    let depth = 0;
    let reads = false;
    for (;;) {
      const start = skipSpace(this.#text, this.at, this.#lexicon);
      const c = this.#text[start];
      if (c === undefined) return false;
      const word = this.#peekWord();
      if (word !== undefined) {
        if (depth === 0 && word.toLowerCase() === 'format') return reads;
        this.at = WORD.lastIndex;
        const open = skipSpace(this.#text, this.at, this.#lexicon);
        reads ||= word.toLowerCase() === 'input' && this.#text[open] === '(';
      } else if (c === "'" || this.#lexicon.nameQuotes.includes(c)) {
        this.at = scanQuoted(this.#text, start, this.#lexicon.backslashEscapes).end;
      } else {
        depth += c === '(' ? 1 : c === ')' ? -1 : 0;
        this.at = start + 1;
      }
    }
  }

  /** `a = 1, b = 'x'`: false when it is something else. */
  settings(): boolean {
    do {
      if (this.name() === undefined || !this.symbol('=')) return false;
      const start = skipSpace(this.#text, this.at, this.#lexicon);
      if (this.#text[start] === "'")
        this.at = scanQuoted(this.#text, start, this.#lexicon.backslashEscapes).end;
      else {
        VALUE.lastIndex = start;
        const value = VALUE.exec(this.#text);
        if (value === null) return false;
        this.at = start + value[0].length;
      }
    } while (this.symbol(','));
    return true;
  }
}

const WORD = /[A-Za-z_\u00a1-\uffff][A-Za-z_0-9$\u00a1-\uffff]*/y;
const VALUE = /[-+]?[A-Za-z_0-9.]+/y;
