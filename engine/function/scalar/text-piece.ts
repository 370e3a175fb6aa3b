/** ClickHouse's pieces of texts: tokens, n-grams, what regular expressions find and what stands between. */

import { byteStringOf, textOfByteString } from '../../base/byte-string.ts';
import { BasaltError } from '../../base/error.ts';
import { packItem } from '../../type/nested.ts';
import { array, STRING } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import { FuzzyProgram } from '../regex/fuzzy.ts';
import type { Implementation } from '../row.ts';
import { cached, regexOf } from './pattern.ts';
import { memoOfTexts, packNumbers, packTexts } from './text-search.ts';

const LISTS = array(array(STRING));
const NEWLINES = 's';

/** Runs of letters and digits, where all beyond ASCII counts as letters. */
const WORDS = /[0-9A-Za-z\u0080-\uffff]+/g;
export const wordsOf = (text: string): string[] => text.match(WORDS) ?? [];

/** @param most 0: all of them */
const limited = (list: readonly string[], most: number): string =>
  packTexts(most > 0 ? list.slice(0, most) : list);

function ngrams(text: string, length: number): string {
  if (length < 1)
    throw new BasaltError('BAD_ARGUMENTS', `ngram length must be at least 1, but got ${length}`);
  const characters = Array.from(text);
  const found: string[] = [];
  for (let at = 0; at + length <= characters.length; at++)
    found.push(characters.slice(at, at + length).join(''));
  return packTexts(found);
}

type Found = { readonly start: number; readonly end: number; readonly groups: readonly string[] };

/** Matches until one that is empty; `groups` begins with the whole. */
function* matches(text: string, pattern: string, flags = NEWLINES): Generator<Found> {
  const matcher = regexOf(pattern, flags).matcher(text);
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start === end) return;
    const count = matcher.groupCount();
    yield { start, end, groups: Array.from({ length: count + 1 }, (_, i) => matcher.group(i) ?? '') };
  }
}

/** Of a regular expression that has groups. */
function groupsOf(pattern: string): number {
  const count = regexOf(pattern, NEWLINES).matcher('').groupCount();
  if (count > 0) return count;
  throw new BasaltError('BAD_ARGUMENTS', `There are no groups in regexp: ${pattern}`, {
    hint: 'Put what is wanted into brackets, or use extractAll',
  });
}

function splitByRegex(pattern: string, text: string, most: number): string {
  if (pattern === '') return limited(Array.from(byteStringOf(text), textOfByteString), most);
  const found: string[] = [];
  let from = 0;
  for (const { start, end } of matches(text, pattern)) {
    found.push(text.slice(from, start));
    from = end;
  }
  return limited([...found, text.slice(from)], most);
}

/** Matches that are not empty; behind an empty one the search goes on a character further. */
function countMatches(text: string, pattern: string, flags: string): number {
  const matcher = regexOf(pattern, flags).matcher(text);
  let count = 0;
  while (matcher.find()) if (matcher.end() > matcher.start()) count += 1;
  return count;
}

function regexGroup(text: string, pattern: string, index: number | null): string {
  const matcher = regexOf(pattern, NEWLINES).matcher(text);
  const count = matcher.groupCount();
  const group = index ?? Math.min(1, count);
  if (group < 0 || group > count)
    throw new BasaltError(
      'ARGUMENT_OUT_OF_BOUND',
      `Index value ${group} for regexp pattern ${pattern} is out of range, should be in [0, ${count}]`,
    );
  return matcher.find() ? (matcher.group(group) ?? '') : '';
}

const patternsOf = memoOfTexts();
const tokensOf = memoOfTexts();
/** Numbers of the patterns that are found, from 1; those whose match ends first come first. */
function found(text: string, patterns: string): number[] {
  return firstByEnd(
    patternsOf(patterns).map((pattern) => {
      const matcher = regexOf(pattern, NEWLINES).matcher(text);
      return matcher.find() ? matcher.end() : -1;
    }),
  );
}

/** @param ends of matches, -1 for none */
const firstByEnd = (ends: readonly number[]): number[] =>
  ends
    .map((end, i) => ({ number: i + 1, end }))
    .filter(({ end }) => end >= 0)
    .sort((a, b) => a.end - b.end || a.number - b.number)
    .map(({ number }) => number);

const fuzzyOf = cached((pattern, distance) => {
  regexOf(pattern, NEWLINES);
  return new FuzzyProgram(regexOf(byteStringOf(pattern), NEWLINES), pattern, Number(distance));
});

/** The same but for so many edits of bytes. */
function foundFuzzily(text: string, distance: number, patterns: string): number[] {
  if (distance === 0) return found(text, patterns);
  const bytes = byteStringOf(text);
  return firstByEnd(patternsOf(patterns).map((pattern) => fuzzyOf(pattern, String(distance)).find(bytes)));
}

/** Its tokens one after the other, whatever is between. */
function hasPhrase(text: string, phrase: string): boolean {
  const [words, wanted] = [wordsOf(text), wordsOf(phrase)];
  if (wanted.length === 0) return false;
  return words.some((_, at) => wanted.every((word, i) => words[at + i] === word));
}

const reversed = (text: string, separator: string): string =>
  separator === ''
    ? textOfByteString(Array.from(byteStringOf(text)).reverse().join(''))
    : text.split(separator).reverse().join(separator);

export const TEXT_PIECE: readonly Implementation[] = [
  // text, how many at most.
  implement('alpha_tokens', ['str', 'i64'], 'str', (text: string, most: number) =>
    limited(text.match(/[A-Za-z]+/g) ?? [], most),
  ),
  implement('word_tokens', ['str', 'i64'], 'str', (text: string, most: number) =>
    limited(wordsOf(text), most),
  ),
  implement('text_ngrams', ['str', 'i64'], 'str', ngrams),
  implement('text_itself', ['str'], 'str', (text: string) => packTexts(text === '' ? [] : [text])),
  implement('split_regex', ['str', 'str', 'i64'], 'str', splitByRegex),
  implement('reverse_pieces', ['str', 'str'], 'str', reversed),
  implement('regex_all', ['str', 'str'], 'str', (text: string, pattern: string) =>
    packTexts(Array.from(matches(text, pattern), ({ groups }) => groups[Math.min(1, groups.length - 1)])),
  ),
  implement('regex_groups', ['str', 'str'], 'str', (text: string, pattern: string) => {
    groupsOf(pattern);
    const { value } = matches(text, pattern).next();
    return packTexts(value === undefined ? [] : (value as Found).groups.slice(1));
  }),
  implement('regex_groups_by_match', ['str', 'str'], 'str', (text: string, pattern: string) => {
    groupsOf(pattern);
    return packItem(
      Array.from(matches(text, pattern), ({ groups }) => groups.slice(1)),
      LISTS,
    );
  }),
  implement('regex_groups_by_group', ['str', 'str'], 'str', (text: string, pattern: string) => {
    const all = Array.from(matches(text, pattern));
    const lists = Array.from({ length: groupsOf(pattern) }, (_, i) => all.map(({ groups }) => groups[i + 1]));
    return packItem(lists, LISTS);
  }),
  // text, pattern, flags.
  implement('regex_count', ['str', 'str', 'str'], 'i64', countMatches),
  implement('regex_group', ['str', 'str'], 'str', (text: string, pattern: string) =>
    regexGroup(text, pattern, null),
  ),
  implement('regex_group_at', ['str', 'str', 'i64'], 'str', regexGroup),
  implement('multi_match_any', ['str', 'str'], 'i64', (text: string, patterns: string) =>
    found(text, patterns).length > 0 ? 1 : 0,
  ),
  // text, edits, patterns.
  implement(
    'multi_fuzzy_any',
    ['str', 'i64', 'str'],
    'i64',
    (text: string, distance: number, patterns: string) =>
      foundFuzzily(text, distance, patterns).length > 0 ? 1 : 0,
  ),
  implement(
    'multi_fuzzy_all',
    ['str', 'i64', 'str'],
    'str',
    (text: string, distance: number, patterns: string) => packNumbers(foundFuzzily(text, distance, patterns)),
  ),
  // text, tokens.
  implement('has_any_tokens', ['str', 'str'], 'bool', (text: string, tokens: string) => {
    const words = new Set(wordsOf(text));
    return tokensOf(tokens).some((token) => words.has(token));
  }),
  implement('has_all_tokens', ['str', 'str'], 'bool', (text: string, tokens: string) => {
    const [words, wanted] = [new Set(wordsOf(text)), tokensOf(tokens)];
    return wanted.length > 0 && wanted.every((token) => words.has(token));
  }),
  implement('has_phrase', ['str', 'str'], 'i64', (text: string, phrase: string) =>
    hasPhrase(text, phrase) ? 1 : 0,
  ),
  implement('multi_match_all', ['str', 'str'], 'str', (text: string, patterns: string) =>
    packNumbers(found(text, patterns)),
  ),
];
