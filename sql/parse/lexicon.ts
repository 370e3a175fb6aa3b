/**
 * How the three dialects spell things: the one table the scanner is driven by.
 */

import type { Dialect } from '../../engine/function/row.ts';
import type { KeywordNames } from './keyword-name.ts';

export type Lexicon = {
  /** `\n`, `\'` and friends inside '...' and quoted names. */
  readonly backslashEscapes: boolean;
  /** Quote characters of names. */
  readonly nameQuotes: string;
  /** `$tag$ ... $tag$` is a string. */
  readonly heredocs: boolean;
  /** `E'...'` has backslash escapes. */
  readonly escapeStrings: boolean;
  /** `U&'\00e9'`. */
  readonly unicodeStrings: boolean;
  /** `#` and `//`-less comment starts besides `--` and slash-star. */
  readonly hashComments: boolean;
  /** END is a name where no CASE can end. */
  readonly endIsName: boolean;
  /** Reserved words as names. */
  readonly keywordNames: KeywordNames;
  /** Underscores between digits and 0x / 0b literals. */
  readonly prefixedIntegers: boolean;
  /** `@>`, `<->`, `~~`, `!` ... */
  readonly moreOperators: boolean;
};

export const LEXICONS: Record<Dialect, Lexicon> = {
  standard: {
    backslashEscapes: false,
    nameQuotes: '"',
    heredocs: true,
    escapeStrings: true,
    unicodeStrings: false,
    hashComments: false,
    endIsName: false,
    keywordNames: 'labels',
    prefixedIntegers: true,
    moreOperators: true,
  },
  druid: {
    backslashEscapes: false,
    nameQuotes: '"',
    heredocs: false,
    escapeStrings: false,
    unicodeStrings: true,
    hashComments: false,
    endIsName: false,
    keywordNames: null,
    prefixedIntegers: false,
    moreOperators: false,
  },
  clickhouse: {
    backslashEscapes: true,
    nameQuotes: '"`',
    heredocs: true,
    escapeStrings: false,
    unicodeStrings: false,
    hashComments: true,
    endIsName: true,
    keywordNames: 'operands',
    prefixedIntegers: true,
    moreOperators: false,
  },
};
