/**
 * LIKE and regular expressions. Regular expressions have RE2's semantics (linear time, no backtracking) through
 * re2js, loaded when the first one is compiled; compiled patterns are kept, because one pattern meets many values.
 *
 * LIKE never becomes a backtracking expression either: its pieces between `%` are searched left to right.
 */

import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import { re2 } from '../regex/re2.ts';
import { type ReplacementPiece, replacementPieces } from '../regex/replacement.ts';
import type { Implementation } from '../row.ts';

/** A LIKE pattern: literal pieces with single-character wildcards, between runs of `%`. */
type Like = {
  readonly pieces: readonly (readonly string[])[];
  readonly anchoredStart: boolean;
  readonly anchoredEnd: boolean;
};

const ANY = '';

function compileLike(pattern: string, escapeWith: string): Like {
  const pieces: string[][] = [[]];
  const characters = Array.from(pattern);
  for (let i = 0; i < characters.length; i++) {
    const c = characters[i];
    if (c === escapeWith && escapeWith !== '') {
      i += 1;
      if (i === characters.length) {
        throw new BasaltError(
          'BAD_ARGUMENTS',
          `The LIKE pattern '${pattern}' ends with its escape character`,
        );
      }
      pieces[pieces.length - 1].push(characters[i]);
    } else if (c === '%') {
      if (pieces[pieces.length - 1].length > 0 || pieces.length === 1) pieces.push([]);
    } else {
      pieces[pieces.length - 1].push(c === '_' ? ANY : c);
    }
  }
  return {
    pieces,
    anchoredStart: pieces[0].length > 0 || pieces.length === 1,
    anchoredEnd: pieces[pieces.length - 1].length > 0 || pieces.length === 1,
  };
}

function pieceFits(piece: readonly string[], text: readonly string[], at: number): boolean {
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] !== ANY && piece[i] !== text[at + i]) return false;
  }
  return true;
}

function matchesLike(text: string, like: Like): boolean {
  const characters = Array.from(text);
  const { pieces } = like;
  if (pieces.length === 1)
    return characters.length === pieces[0].length && pieceFits(pieces[0], characters, 0);
  const first = pieces[0];
  const last = pieces[pieces.length - 1];
  if (characters.length < first.length + last.length) return false;
  if (!pieceFits(first, characters, 0)) return false;
  const lastAt = characters.length - last.length;
  if (!pieceFits(last, characters, lastAt)) return false;
  let at = first.length;
  for (let p = 1; p < pieces.length - 1; p++) {
    const piece = pieces[p];
    while (at + piece.length <= lastAt && !pieceFits(piece, characters, at)) at += 1;
    if (at + piece.length > lastAt) return false;
    at += piece.length;
  }
  return true;
}

/** Compiled patterns kept per kind; a query uses few, so the bound is generous. */
const MAX_CACHED = 256;

export function cached<T>(
  compile: (pattern: string, extra: string) => T,
): (pattern: string, extra: string) => T {
  const cache = new Map<string, T>();
  return (pattern, extra) => {
    const key = `${extra}\0${pattern}`;
    let value = cache.get(key);
    if (value === undefined) {
      if (cache.size >= MAX_CACHED) cache.clear();
      value = compile(pattern, extra);
      cache.set(key, value);
    }
    return value;
  };
}

const likeOf = cached(compileLike);

/** Flags: `i` caseless, `s` dot matches newline (ClickHouse). */
export const regexOf = cached((pattern, flags) => {
  const { RE2JS } = re2();
  try {
    return RE2JS.compile(
      pattern,
      (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('s') ? RE2JS.DOTALL : 0),
    );
  } catch (cause) {
    throw new BasaltError(
      'CANNOT_COMPILE_REGEXP',
      `The regular expression '${pattern}' is wrong: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'The syntax is RE2: no look-around, no back references',
        cause,
      },
    );
  }
});

function extract(text: string, pattern: string, group: number, flags: string): string | null {
  const matcher = regexOf(pattern, flags).matcher(text);
  if (!matcher.find() || group < 0 || group > matcher.groupCount()) return null;
  return matcher.group(group) ?? '';
}

/** The replacement as re2js writes it: `$1` is a group; a backslash keeps signs, and a digit behind a group, from being more. */
const re2Replacement = (pieces: readonly ReplacementPiece[]): string =>
  pieces
    .map((piece) => (typeof piece === 'number' ? `$${piece}` : piece.replace(/[\\$]|^\d/g, '\\$&')))
    .join('');

function replaceMatches(text: string, pattern: string, to: string, flags: string, all: boolean): string {
  const matcher = regexOf(pattern, flags).matcher(text);
  const pieces = replacementPieces(to);
  for (const group of pieces) {
    if (typeof group === 'number' && group > matcher.groupCount()) {
      throw new BasaltError(
        'BAD_ARGUMENTS',
        `The replacement '${to}' names group ${group}, '${pattern}' has ${matcher.groupCount()}`,
      );
    }
  }
  const wanted = re2Replacement(pieces);
  return all ? matcher.replaceAll(wanted, true) : matcher.replaceFirst(wanted, true);
}

export const PATTERN: readonly Implementation[] = [
  implement('like', ['str', 'str', 'str'], 'bool', (text: string, pattern: string, escapeWith: string) =>
    matchesLike(text, likeOf(pattern, escapeWith)),
  ),
  implement('ilike', ['str', 'str', 'str'], 'bool', (text: string, pattern: string, escapeWith: string) =>
    matchesLike(text.toLowerCase(), likeOf(pattern.toLowerCase(), escapeWith)),
  ),
  // text, pattern, flags.
  implement('regex_match', ['str', 'str', 'str'], 'bool', (text: string, pattern: string, flags: string) =>
    regexOf(pattern, flags).matcher(text).find(),
  ),
  // text, pattern, group, flags.
  implement('regex_extract_null', ['str', 'str', 'i64', 'str'], 'str', extract),
  implement(
    'regex_extract_empty',
    ['str', 'str', 'i64', 'str'],
    'str',
    (text: string, pattern: string, group: number, flags: string) =>
      extract(text, pattern, group, flags) ?? '',
  ),
  // text, pattern, replacement, flags.
  implement(
    'regex_replace_all',
    ['str', 'str', 'str', 'str'],
    'str',
    (text: string, pattern: string, to: string, flags: string) =>
      replaceMatches(text, pattern, to, flags, true),
  ),
  implement(
    'regex_replace_one',
    ['str', 'str', 'str', 'str'],
    'str',
    (text: string, pattern: string, to: string, flags: string) =>
      replaceMatches(text, pattern, to, flags, false),
  ),
];
