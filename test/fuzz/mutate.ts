/**
 * Damage to a text, drawn from a seed. Crude: tokens lost, doubled, swapped, replaced; characters turned; the end cut
 * off. Fine: a token gives way to another of its kind, so that most texts still parse and reach what comes after the
 * parser.
 */

import type { Random } from '../../engine/base/random.ts';

/** What breaks parsers and arithmetic: bounds of types, odd quotes, deep openings, characters of several bytes. */
const EDGES = [
  '0',
  '-1',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '18446744073709551615',
  '1e308',
  '1e-400',
  '0.1',
  'NULL',
  "''",
  "'\\'",
  '"',
  "'",
  '`',
  '(((((',
  ')',
  '[',
  '{',
  '--',
  '/*',
  '*',
  '%',
  ';',
  '::',
  '?',
  ':x',
  '{x:Int64}',
  '\0',
  '\ufeff',
  '\u{1f980}',
  '\ud800',
  'é',
  "'NaN'",
  "'inf'",
  "'1969-12-31 23:59:59.999'",
  "'9999-99-99'",
  "INTERVAL '1' MONTH",
  'DISTINCT',
  'LIMIT 0',
  'CAST(NULL AS VARCHAR)',
];

const TOKEN = /\s+|[\p{L}_][\p{L}\p{N}_]*|\d+(?:\.\d+)?|'(?:[^'\\]|\\.)*'|./gsu;

export const tokensOf = (text: string): string[] => text.match(TOKEN) ?? [];

const pick = <T>(random: Random, items: readonly T[]): T => items[random.below(items.length)];

type Damage = (tokens: string[], random: Random, others: readonly string[]) => string[];

const DAMAGES: readonly Damage[] = [
  (tokens, random) => tokens.toSpliced(random.below(tokens.length), 1),
  (tokens, random) => {
    const at = random.below(tokens.length);
    return tokens.toSpliced(at, 0, tokens[at]);
  },
  (tokens, random) => {
    const [a, b] = [random.below(tokens.length), random.below(tokens.length)];
    return tokens.with(a, tokens[b]).with(b, tokens[a]);
  },
  (tokens, random, others) => tokens.with(random.below(tokens.length), pick(random, others)),
  (tokens, random, others) => tokens.toSpliced(random.below(tokens.length), 0, ` ${pick(random, others)} `),
  (tokens, random) => tokens.with(random.below(tokens.length), pick(random, EDGES)),
  (tokens, random) => tokens.toSpliced(random.below(tokens.length), 0, ` ${pick(random, EDGES)} `),
  (tokens, random) => tokens.slice(0, 1 + random.below(tokens.length)),
  // A piece of the text once more, somewhere else.
  (tokens, random) => {
    const from = random.below(tokens.length);
    return tokens.toSpliced(
      random.below(tokens.length),
      0,
      ...tokens.slice(from, from + 1 + random.below(8)),
    );
  },
  (tokens, random) => {
    const at = random.below(tokens.length);
    const token = tokens[at];
    const c = random.below(Math.max(1, token.length));
    return tokens.with(
      at,
      token.slice(0, c) + String.fromCharCode(32 + random.below(96)) + token.slice(c + 1),
    );
  },
];

const NUMBERS = [
  '0',
  '1',
  '7',
  '-3',
  '0.5',
  '64',
  '255',
  '65536',
  '2147483648',
  '9223372036854775807',
  '-9223372036854775808',
  '18446744073709551615',
  '1e15',
  '1e308',
  'NULL',
  "'1'",
  '(1 - 1)',
];
const STRINGS = [
  "''",
  "'a'",
  "'2015-09-12 10:00:00'",
  "'2015-09-12'",
  "'1677-01-01 00:00:00'",
  "'9999-12-31 23:59:59'",
  "'P1M'",
  "'PT0S'",
  "'P1W'",
  "'%'",
  "'_'",
  "'(a|b)*'",
  "'[\\'",
  "'\u{1f980}'",
  "'Europe/Berlin'",
  "'month'",
  "'UTC'",
  "'12'",
  "'-0'",
  "'1e400'",
  'NULL',
  "('x' || 'y')",
];
const OPERATORS = [
  '=',
  '<',
  '>',
  '<>',
  '<=',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '||',
  ' AND ',
  ' OR ',
  ' IN ',
  ' LIKE ',
  ' IS NOT DISTINCT FROM ',
];

const KINDS: readonly { readonly is: RegExp; readonly instead: readonly string[] }[] = [
  { is: /^\d/, instead: NUMBERS },
  { is: /^'/, instead: STRINGS },
  { is: /^[-+*/%<>=]$/, instead: OPERATORS },
];

/** A token by another of its kind; keywords stay. */
function exchange(tokens: readonly string[], random: Random, words: Words): string[] {
  const at = random.below(tokens.length);
  const token = tokens[at];
  const kind = KINDS.find(({ is }) => is.test(token));
  if (kind !== undefined) return tokens.with(at, pick(random, kind.instead));
  if (tokens[at + 1] === '(' && words.functions.includes(token)) {
    return tokens.with(at, pick(random, words.functions));
  }
  if (!words.columns.includes(token)) return [...tokens];
  return tokens.with(at, random.below(2) === 0 ? pick(random, words.columns) : expression(random, words, 2));
}

/** A made-up expression over columns, functions and values. */
function expression(random: Random, words: Words, depth: number): string {
  const inner = (): string => expression(random, words, depth - 1);
  switch (depth === 0 ? random.below(3) : random.below(8)) {
    case 0:
      return pick(random, NUMBERS);
    case 1:
      return pick(random, STRINGS);
    case 2:
      return pick(random, words.columns);
    case 3:
      return `(${inner()} ${pick(random, OPERATORS)} ${inner()})`;
    case 4:
      return `CASE WHEN ${inner()} THEN ${inner()} ELSE ${inner()} END`;
    case 5:
      return `CAST(${inner()} AS ${pick(random, ['BIGINT', 'VARCHAR', 'DOUBLE', 'TIMESTAMP', 'DATE', 'BOOLEAN'])})`;
    default:
      return `${pick(random, words.functions)}(${Array.from({ length: 1 + random.below(3) }, inner).join(', ')})`;
  }
}

/** The share of texts that are damaged finely only: three in four. */
const CRUDE_ONE_IN = 4;

export type Words = {
  /** Any tokens, for crude damage. */
  readonly any: readonly string[];
  readonly columns: readonly string[];
  readonly functions: readonly string[];
};

/** Some damages; few when they are crude. */
export function mutate(text: string, random: Random, words: Words): string {
  let tokens = tokensOf(text);
  const isCrude = random.below(CRUDE_ONE_IN) === 0;
  for (let n = isCrude ? random.below(3) : 4 + random.below(12); n >= 0 && tokens.length > 0; n--) {
    tokens = isCrude ? pick(random, DAMAGES)(tokens, random, words.any) : exchange(tokens, random, words);
  }
  return tokens.join('');
}

type Json = { [key: string]: Json } | Json[] | string | number | boolean | null;

const JSON_EDGES: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  ' ',
  '0',
  'null',
  '\0',
  '\u{1f980}',
  'P1D',
  'PT0S',
  'P-1M',
  '2015/2016',
  '__proto__',
  'constructor',
  '$.a[0]',
  '(',
  [],
  {},
  [[]],
  [null],
  { type: null },
  { type: 'constructor' },
];

/** A document with one to three of its values replaced, lost, doubled or moved. */
export function mutateJson(document: unknown, random: Random): unknown {
  const copy = structuredClone(document) as Json;
  for (let n = random.below(3); n >= 0; n--) {
    const places = placesOf(copy);
    if (places.length === 0) break;
    const { parent, key } = pick(random, places);
    switch (random.below(5)) {
      case 0:
        remove(parent, key);
        break;
      case 1:
        put(parent, key, [get(parent, key)]);
        break;
      case 2: {
        const from = pick(random, places);
        put(parent, key, structuredClone(get(from.parent, from.key) ?? null));
        break;
      }
      default:
        put(parent, key, structuredClone(pick(random, JSON_EDGES)));
    }
  }
  return copy;
}

type Place = { readonly parent: Json[] | { [key: string]: Json }; readonly key: string };

function placesOf(value: Json): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [{ parent: value, key }, ...placesOf(item)]);
}

const get = (parent: Place['parent'], key: string): Json => (parent as { [key: string]: Json })[key];

function put(parent: Place['parent'], key: string, value: Json): void {
  (parent as { [key: string]: Json })[key] = value;
}

function remove(parent: Place['parent'], key: string): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
}
