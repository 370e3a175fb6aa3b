/**
 * Finds where the SQL of `INSERT INTO t ... FORMAT x` ends and its data begins, in bytes, before any parsing:
 * what follows is data and may be gigabytes.
 *
 * Only the statement's own words are looked at: comments, quoted text and parentheses are stepped over. Data
 * starts after the format's name and the white space up to and including one line end.
 */

export type InsertSplit = {
  /** What the text is so far: an insert with its data at `dataStart`; no such insert; or not yet known. */
  readonly kind: 'insert' | 'other' | 'unknown';
  readonly dataStart: number;
};

const OTHER: InsertSplit = { kind: 'other', dataStart: 0 };
const UNKNOWN: InsertSplit = { kind: 'unknown', dataStart: 0 };

const isWord = (c: number): boolean =>
  (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || c >= 128;
const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);

const QUOTES = new Set([39, 34, 96]);

/** Words after which an insert carries no data of its own; a query does where it reads `input(...)`. */
const NO_DATA = new Set(['VALUES', 'WATCH']);
const QUERY = new Set(['SELECT', 'WITH']);

/** Words that a name comes after, which may look like a keyword. */
const NAME_FOLLOWS = new Set(['INTO', 'TABLE']);

/** @param whole the text is complete, so that its end is an end */
export function splitInsert(text: Uint8Array, whole: boolean): InsertSplit {
  const open = whole ? OTHER : UNKNOWN;
  let at = 0;
  let words = 0;
  let depth = 0;
  let before = '';
  let isQuery = false;
  let readsInput = false;
  while (at < text.length) {
    const c = text[at];
    if (isSpace(c)) at++;
    else if (startsComment(text, at)) {
      at = commentEnd(text, at);
      if (at < 0) return open;
    } else if (QUOTES.has(c)) {
      at = quoteEnd(text, at);
      if (at < 0) return open;
    } else if (isWord(c)) {
      let end = at;
      while (end < text.length && isWord(text[end])) end++;
      if (end === text.length && !whole) return UNKNOWN;
      const word = ascii(text, at, end).toUpperCase();
      if (words === 0 && word !== 'INSERT') return OTHER;
      words++;
      const isName = before === '' || NAME_FOLLOWS.has(before);
      if (depth === 0 && !isName && NO_DATA.has(word)) return OTHER;
      if (depth === 0 && !isName && word === 'FORMAT')
        return isQuery && !readsInput ? OTHER : afterFormat(text, end, whole);
      if (depth === 0 && !isName && QUERY.has(word)) isQuery = true;
      before = word;
      at = end;
    } else {
      // After a dot comes the rest of a name.
      if (c === 46) before = 'TABLE';
      if (c === 44) before = ',';
      if (c === 40) depth++;
      if (c === 40 && before === 'INPUT') readsInput = true;
      if (c === 41) depth--;
      if (words === 0 && c !== 40) return OTHER;
      at++;
    }
  }
  return open;
}

function afterFormat(text: Uint8Array, from: number, whole: boolean): InsertSplit {
  let at = from;
  while (at < text.length && isSpace(text[at])) at++;
  const nameStart = at;
  while (at < text.length && isWord(text[at])) at++;
  if (at === text.length && !whole) return UNKNOWN;
  if (at === nameStart) return OTHER;
  if (ascii(text, nameStart, at).toUpperCase() === 'VALUES') return OTHER;
  while (at < text.length && (text[at] === 32 || text[at] === 9 || text[at] === 13 || text[at] === 59)) at++;
  if (at === text.length && !whole) return UNKNOWN;
  if (text[at] === 10) at++;
  return { kind: 'insert', dataStart: at };
}

const startsComment = (text: Uint8Array, at: number): boolean =>
  (text[at] === 45 && text[at + 1] === 45) || (text[at] === 47 && text[at + 1] === 42) || text[at] === 35;

function commentEnd(text: Uint8Array, at: number): number {
  if (text[at] !== 47) {
    const newline = text.indexOf(10, at);
    return newline < 0 ? -1 : newline + 1;
  }
  for (let i = at + 2; i + 1 < text.length; i++) if (text[i] === 42 && text[i + 1] === 47) return i + 2;
  return -1;
}

function quoteEnd(text: Uint8Array, at: number): number {
  const quote = text[at];
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === 92) i++;
    else if (text[i] === quote) return i + 1;
  }
  return -1;
}

const ascii = (text: Uint8Array, from: number, to: number): string => {
  let word = '';
  for (let i = from; i < to && i < from + 64; i++) word += String.fromCharCode(text[i]);
  return word;
};
