/** Implementations of functions of texts that DuckDB has and no other dialect: groups of matches, graphemes, paths, sizes in bytes, formats. */

import { bytesOfText } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { packItem } from '../../type/nested.ts';
import { packUnsigned } from '../../type/packed.ts';
import { array, nullable, STRING, tuple } from '../../type/type.ts';
import { DIGESTS } from '../digest.ts';
import { type FmtValue, fillBraces, fillPercents } from '../fmt.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import { regexOf } from './pattern.ts';
import { memoOfTexts } from './text-search.ts';

const TEXTS = array(nullable(STRING));
const packTexts = (texts: readonly string[]): string => packItem(texts, TEXTS);

type Match = { readonly start: number; readonly end: number; readonly group: (at: number) => string };

/** Matches, empty ones as well: behind such a one the search goes on a character further. */
function* matches(text: string, pattern: string, flags: string): Generator<Match> {
  const matcher = regexOf(pattern, flags).matcher(text);
  while (matcher.find())
    yield { start: matcher.start(), end: matcher.end(), group: (at) => matcher.group(at) ?? '' };
}

function allGroups(text: string, pattern: string, group: number, flags: string): string {
  const count = regexOf(pattern, flags).matcher('').groupCount();
  return packTexts(
    group < 0 || group > count
      ? []
      : Array.from(matches(text, pattern, flags), (match) => match.group(group)),
  );
}

const namesOf = memoOfTexts();

/** The groups of the first match under names; empty where there is none. */
function namedGroups(text: string, pattern: string, names: string, flags: string): string {
  const fields = namesOf(names).map((name) => ({ name, type: nullable(STRING) }));
  const count = regexOf(pattern, flags).matcher('').groupCount();
  if (fields.length > count)
    throw new BasaltError('BAD_ARGUMENTS', `There are more names than the ${count} groups of '${pattern}'`);
  const [match] = matches(text, pattern, flags);
  return packItem(
    fields.map((_, i) => match?.group(i + 1) ?? ''),
    tuple(fields),
  );
}

function fullMatch(text: string, pattern: string, flags: string): boolean {
  return regexOf(pattern, flags).matcher(text).matches();
}

/** A pattern of the shell: `*`, `?`, `[a-c]`, `[!a]`. */
function globMatch(text: string, pattern: string): boolean {
  const regex = pattern.replace(/\[!?[^\]]+\]|[\s\S]/gu, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (piece.length > 1 && piece.startsWith('['))
      return piece.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return escaped(piece);
  });
  return regexOf(regex, 's').matcher(text).matches();
}

function pieces(text: string, pattern: string, flags: string): string {
  if (pattern === '') return packTexts(text === '' ? [''] : Array.from(text));
  const found: string[] = [];
  let from = 0;
  for (const { start, end } of matches(text, pattern, flags)) {
    if (start === end) continue;
    found.push(text.slice(from, start));
    from = end;
  }
  return packTexts([...found, text.slice(from)]);
}

/** What RE2 takes for a sign of its own, and more: all of ASCII that is no letter, digit or underscore. */
const escaped = (text: string): string => text.replace(/[^A-Za-z0-9_\u0080-\uffff]/g, '\\$&');

const segmenter = new Intl.Segmenter();
const graphemes = (text: string): string[] => Array.from(segmenter.segment(text), ({ segment }) => segment);

/** So many from the start; from a negative count all but the last. */
const leading = (text: string, count: number): string => graphemes(text).slice(0, count).join('');
const trailing = (text: string, count: number): string => {
  const all = graphemes(text);
  return all.slice(count < 0 ? -count : Math.max(0, all.length - count)).join('');
};

/** As substring has characters: places before the first are there to be counted. */
function within(text: string, from: number, count: number): string {
  const all = graphemes(text);
  const start = from < 0 ? Math.max(all.length + from, 0) : from - 1;
  return all.slice(Math.max(0, start), Math.max(0, start + count)).join('');
}

const SEPARATORS: Readonly<Record<string, RegExp>> = {
  system: /\//,
  both_slash: /[\\/]/,
  forward_slash: /\//,
  backslash: /\\/,
};

function separatorOf(name: string): RegExp {
  const found = SEPARATORS[name];
  if (found !== undefined) return found;
  throw new BasaltError('BAD_ARGUMENTS', `'${name}' is no separator of paths`, {
    hint: `Known: ${Object.keys(SEPARATORS).join(', ')}`,
  });
}

/** The names of a path; the root is one of them. */
function pathParts(path: string, separator: string): string[] {
  const by = separatorOf(separator);
  const parts = path.split(by).filter((part) => part !== '');
  return by.test(path.slice(0, 1)) ? [path.slice(0, 1), ...parts] : parts;
}

function fileName(path: string, withoutEnding: boolean, separator: string): string {
  const name = path.split(separatorOf(separator)).at(-1) as string;
  const dot = name.lastIndexOf('.');
  return withoutEnding && dot >= 0 ? name.slice(0, dot) : name;
}

function folder(path: string, separator: string): string {
  const by = separatorOf(separator);
  const at = Array.from(path).findLastIndex((letter) => by.test(letter));
  return path.slice(0, Math.max(0, at));
}

function firstFolder(path: string, separator: string): string {
  const parts = pathParts(path, separator);
  return separatorOf(separator).test(path) ? (parts[0] ?? '') : '';
}

function sizeText(bytes: number, base: number, units: readonly string[]): string {
  const sign = bytes < 0 ? '-' : '';
  let left = Math.abs(bytes);
  if (left < base) return `${sign}${left} ${left === 1 ? 'byte' : 'bytes'}`;
  let at = -1;
  while (left >= base && at < units.length - 1) {
    left /= base;
    at += 1;
  }
  return `${sign}${(Math.floor(left * 10) / 10).toFixed(1)} ${units[at]}`;
}

const BINARY = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const DECIMAL = ['kB', 'MB', 'GB', 'TB', 'PB', 'EB'];
const UNIT_POWERS = ['', 'k', 'm', 'g', 't'];

function sizeOf(text: string): bigint {
  const [, number, unit = '', binary, bytes] =
    /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)(b|bytes?)\s*$/i.exec(text) ?? [];
  const power = UNIT_POWERS.indexOf(unit.toLowerCase());
  if (number === undefined || bytes === undefined || (binary !== '' && power === 0))
    throw new BasaltError('BAD_ARGUMENTS', `'${text}' is no number of bytes`, {
      hint: "Write '16 KiB' (1024 bytes each), '2 MB' (1000 * 1000 bytes each)",
    });
  return BigInt(Math.floor(Number(number) * (binary === '' ? 1000 : 1024) ** power));
}

/** Digits of a number that is not negative. */
function inBase(value: bigint, base: number, length: number): string {
  if (value < 0n) throw new BasaltError('BAD_ARGUMENTS', `to_base takes no negative number: ${value}`);
  if (base < 2 || base > 36) throw new BasaltError('BAD_ARGUMENTS', `A base is 2 to 36, not ${base}`);
  if (length < 0 || length > 64) throw new BasaltError('BAD_ARGUMENTS', `A length is 0 to 64, not ${length}`);
  return value.toString(base).toUpperCase().padStart(length, '0');
}

/** Each character of `from` as the one at its place in `to`; what has no place is left out. */
function translated(text: string, from: string, to: string): string {
  const others = Array.from(to);
  const places = new Map(
    Array.from(from)
      .map((letter, at) => [letter, others[at] ?? ''])
      .reverse() as [string, string][],
  );
  return Array.from(text, (letter) => places.get(letter) ?? letter).join('');
}

const valuesOf = (kinds: string, texts: readonly string[]): FmtValue[] =>
  texts.map((text, i) => ({ kind: kinds[i] as FmtValue['kind'], text }));

const md5Number = (text: string): bigint =>
  BigInt(
    `0x${Buffer.from(DIGESTS['MD5'].of(bytesOfText(text)))
      .reverse()
      .toString('hex')}`,
  );

export const STANDARD_TEXT: readonly Implementation[] = [
  // text, pattern, group, flags.
  implement('regex_all_groups', ['str', 'str', 'i64', 'str'], 'str', allGroups),
  // text, pattern, names, flags.
  implement('regex_named_groups', ['str', 'str', 'str', 'str'], 'str', namedGroups),
  implement('regex_full_match', ['str', 'str', 'str'], 'bool', fullMatch),
  implement('regex_pieces', ['str', 'str', 'str'], 'str', pieces),
  implement('glob_match', ['str', 'str'], 'bool', globMatch),
  implement('translate_each', ['str', 'str', 'str'], 'str', translated),
  implement('regex_escape', ['str'], 'str', escaped),
  implement('grapheme_count', ['str'], 'i64', (text: string) => graphemes(text).length),
  implement('grapheme_left', ['str', 'i64'], 'str', leading),
  implement('grapheme_right', ['str', 'i64'], 'str', trailing),
  implement('grapheme_slice', ['str', 'i64', 'i64'], 'str', within),
  implement('path_parts', ['str', 'str'], 'str', (path: string, by: string) =>
    packTexts(pathParts(path, by)),
  ),
  implement('path_file', ['str', 'bool', 'str'], 'str', fileName),
  implement('path_folder', ['str', 'str'], 'str', folder),
  implement('path_first', ['str', 'str'], 'str', firstFolder),
  implement('size_text', ['f64'], 'str', (bytes: number) => sizeText(bytes, 1024, BINARY)),
  implement('size_text_decimal', ['f64'], 'str', (bytes: number) => sizeText(bytes, 1000, DECIMAL)),
  implement('size_of_text', ['str'], 'i64', sizeOf),
  implement(
    'text_in_base',
    ['i64', 'i64', 'i64'],
    'str',
    (value: bigint, base: bigint, length: bigint) => inBase(value, Number(base), Number(length)),
    { integers: 'bigint' },
  ),
  implement('md5_number', ['str'], 'str', (text: string) => packUnsigned(md5Number(text), 128)),
  // pattern, kinds of the values, values as texts.
  implement(
    'fmt_braces',
    ['str', 'str', 'str'],
    'str',
    (pattern: string, kinds: string, ...texts: readonly string[]) =>
      fillBraces(pattern, valuesOf(kinds, texts)),
    { variadic: true },
  ),
  implement(
    'fmt_percents',
    ['str', 'str', 'str'],
    'str',
    (pattern: string, kinds: string, ...texts: readonly string[]) =>
      fillPercents(pattern, valuesOf(kinds, texts)),
    { variadic: true },
  ),
];
