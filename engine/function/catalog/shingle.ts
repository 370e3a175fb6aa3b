/** ClickHouse's SimHash and MinHash of texts and its distances by n-grams, one row for each way of cutting them. */

import { typeText } from '../../type/literal.ts';
import { type LogicalType, STRING, tuple, type, UINT64 } from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { SHINGLE_WAYS, type ShingleWay } from '../scalar/shingle.ts';
import { clickhouseScalar, INTEGER, literalInt, simple, TEXT } from '../signature.ts';

/** Parts of a shingle, and hashes, if not said. */
const PARTS = 3;
const HASHES = 6;

const unnamed = (types: readonly LogicalType[]): LogicalType =>
  tuple(types.map((type) => ({ name: null, type })));
const PAIR = unnamed([UINT64, UINT64]);
const textsOf = (count: number): LogicalType => {
  const texts = unnamed(Array.from({ length: count }, () => STRING));
  return unnamed([texts, texts]);
};

const sim = ({ name }: ShingleWay): Resolve =>
  simple(`sim_hash_${name}`, [TEXT, INTEGER], UINT64, { defaults: [literalInt(PARTS)] });

/** The number of hashes says the type, so it is a constant. */
const min =
  ({ name }: ShingleWay, texts: boolean): Resolve =>
  (args) => {
    const count = args[2]?.value ?? BigInt(HASHES);
    if (args.length < 1 || args.length > 3 || args[0].type.id !== 'string' || typeof count !== 'bigint')
      return undefined;
    if (args[2] !== undefined && args[2].value === undefined) return undefined;
    const result = texts ? textsOf(Math.min(25, Math.max(1, Number(count)))) : PAIR;
    return {
      casts: args.map((arg) => arg.type),
      build: ([value, size]) =>
        apply(
          `min_hash_${texts ? 'arg_' : ''}${name}`,
          [value, size ?? int(PARTS), int(count), text(typeText(result))],
          result,
        ),
    };
  };

const nameOf = (kind: string, { words, caseless, utf8 }: ShingleWay): string =>
  `${words ? 'wordShingle' : 'ngram'}${kind}${caseless ? 'CaseInsensitive' : ''}${utf8 ? 'UTF8' : ''}`;
const thingOf = ({ words, caseless, utf8 }: ShingleWay): string =>
  `${words ? 'runs of words' : utf8 ? 'runs of characters' : 'runs of bytes'}${caseless ? ', in any case' : ''}`;

const distances = ['', 'CaseInsensitive', 'UTF8', 'CaseInsensitiveUTF8'].flatMap((suffix) =>
  ['Distance', 'Search'].map((kind): FunctionRow => {
    const name = `ngram${kind}${suffix}`;
    const fn = `ngram_${kind.toLowerCase()}${suffix.startsWith('Case') ? '_caseless' : ''}${suffix.endsWith('UTF8') ? '_chars' : ''}`;
    const unit = suffix.endsWith('UTF8') ? 'three characters' : 'four bytes';
    return clickhouseScalar([
      [name],
      simple(fn, [TEXT, TEXT], type('float32')),
      `${name}(text, needle)`,
      `${kind === 'Distance' ? 'How far texts are from each other, from 0 to 1' : 'How much of the needle is in the text, from 0 to 1'}, by runs of ${unit}${suffix.startsWith('Case') ? ', in any case' : ''}.`,
      `SELECT ${name}('basalt', 'basalt')`,
      kind === 'Distance' ? '0' : '1',
    ]);
  }),
);

export const SHINGLES: readonly FunctionRow[] = SHINGLE_WAYS.flatMap((way) => [
  clickhouseScalar([
    [nameOf('SimHash', way)],
    sim(way),
    `${nameOf('SimHash', way)}(text [, parts])`,
    `A fingerprint that is alike for texts with alike ${thingOf(way)}.`,
    `SELECT ${nameOf('SimHash', way)}('basalt')`,
    way.words ? '2112094254' : way.utf8 ? '2632579394' : '78215488',
  ]),
  clickhouseScalar([
    [nameOf('MinHash', way)],
    min(way, false),
    `${nameOf('MinHash', way)}(text [, parts, hashes])`,
    `Hashes of the smallest and of the largest hashes of ${thingOf(way)}.`,
    `SELECT tupleElement(${nameOf('MinHash', way)}(''), 1) = 0`,
    way.words ? '1' : '0',
  ]),
  clickhouseScalar([
    [nameOf('MinHashArg', way)],
    min(way, true),
    `${nameOf('MinHashArg', way)}(text [, parts, hashes])`,
    `The ${thingOf(way)} with the smallest and the largest hashes.`,
    `SELECT toString(${nameOf('MinHashArg', way)}('basalt', 1, 1))`,
    way.words ? "(('basalt'),('basalt'))" : "(('t'),('s'))",
  ]),
]).concat(distances);
