/**
 * Bitmaps: states of `groupBitmap`, which are sets of integers (engine/sketch/value-set.ts), one at a time. An operation sees the sets as
 * ascending lists of unsigned words, and gives a set, a number, a truth value or a packed array:
 *
 *   bitmap_set(operation, state, argument, ...)   bitmap_number(...)   bitmap_truth(...)   bitmap_list(operation, type, state)
 */

import { damagedState, viewOf } from '../../sketch/byte-reader.ts';
import { typeOfText } from '../../type/literal.ts';
import { packItem, unpackItem } from '../../type/nested.ts';
import { packBytes, unpackBytes } from '../../type/packed.ts';
import { array, INT64 } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

type Words = readonly bigint[];

const WORD_BYTES = 8;
/** Words of 64 bits, one a value. */
const WIDTH = 1;
const LISTS = array(INT64);

/** @throws CORRUPTED_DATA */
function wordsOf(state: string): Words {
  const bytes = unpackBytes(state);
  if (bytes.length === 0) return [];
  if (bytes[0] !== WIDTH || (bytes.length - 1) % WORD_BYTES !== 0)
    throw damagedState(`a bitmap of ${bytes.length} bytes`);
  const view = viewOf(bytes, 1, 'a set');
  const words: bigint[] = [];
  for (let at = 1; at + WORD_BYTES <= bytes.length; at += WORD_BYTES) words.push(view.getBigUint64(at, true));
  return words;
}

function stateOf(words: Words): string {
  if (words.length === 0) return '';
  const bytes = new Uint8Array(1 + words.length * WORD_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = WIDTH;
  words.forEach((word, i) => {
    view.setBigUint64(1 + i * WORD_BYTES, word, true);
  });
  return packBytes(bytes);
}

const ascending = (words: Iterable<bigint>): Words => [...words].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Of two sets. */
const PAIRS: Readonly<Record<string, (a: Words, b: Words) => Words>> = {
  and: (a, b) => a.filter((word) => new Set(b).has(word)),
  or: (a, b) => ascending(new Set([...a, ...b])),
  xor: (a, b) => {
    const [left, right] = [new Set(a), new Set(b)];
    return ascending([...a.filter((word) => !right.has(word)), ...b.filter((word) => !left.has(word))]);
  },
  andnot: (a, b) => {
    const out = new Set(b);
    return a.filter((word) => !out.has(word));
  },
};

/** Several as one. @param operation of {@link PAIRS} */
export function combinedBitmaps(operation: string, states: readonly string[]): string {
  const pair = PAIRS[operation];
  return states.length === 0 ? '' : stateOf(states.map(wordsOf).reduce((all, words) => pair(all, words)));
}

/** Of a set and two numbers. */
const CUTS: Readonly<Record<string, (words: Words, a: bigint, b: bigint) => Words>> = {
  in_range: (words, from, to) => words.filter((word) => word >= from && word < to),
  limit: (words, from, count) => words.filter((word) => word >= from).slice(0, Number(count)),
  part: (words, offset, count) => words.slice(Number(offset), Number(offset) + Number(count)),
};

/** What ClickHouse says of an empty set. */
const NO_LEAST = 0xffff_ffffn;

const NUMBERS: Readonly<Record<string, (words: Words) => bigint>> = {
  count: (words) => BigInt(words.length),
  min: (words) => words[0] ?? NO_LEAST,
  max: (words) => words.at(-1) ?? 0n,
};

const BIG = { integers: 'bigint' } as const;

export const BITMAP: readonly Implementation[] = [
  ...Object.entries(PAIRS).flatMap(([name, combine]) => {
    const both = (a: string, b: string): Words => combine(wordsOf(a), wordsOf(b));
    return [
      implement(`bitmap_${name}`, ['str', 'str'], 'str', (a: string, b: string) => stateOf(both(a, b)), BIG),
      implement(
        `bitmap_${name}_count`,
        ['str', 'str'],
        'i64',
        (a: string, b: string) => BigInt(both(a, b).length),
        BIG,
      ),
    ];
  }),
  ...Object.entries(CUTS).map(([name, cut]) =>
    implement(
      `bitmap_${name}`,
      ['str', 'i64', 'i64'],
      'str',
      (state: string, a: bigint, b: bigint) => stateOf(cut(wordsOf(state), unsigned(a), unsigned(b))),
      BIG,
    ),
  ),
  ...Object.entries(NUMBERS).map(([name, number]) =>
    implement(
      `bitmap_${name}`,
      ['str'],
      'i64',
      (state: string) => BigInt.asIntN(64, number(wordsOf(state))),
      BIG,
    ),
  ),
  implement(
    'bitmap_has',
    ['str', 'i64'],
    'bool',
    (state: string, value: bigint) => wordsOf(state).includes(unsigned(value)),
    BIG,
  ),
  // A state, its values as an array of 64-bit integers from and to.
  implement(
    'bitmap_transform',
    ['str', 'str', 'str'],
    'str',
    (state: string, from: string, to: string) => {
      const [olds, news] = [from, to].map((list) => unpackItem(list, LISTS) as readonly bigint[]);
      const changes = new Map(olds.map((word, i) => [unsigned(word), unsigned(news[i] ?? word)]));
      return stateOf(ascending(new Set(wordsOf(state).map((word) => changes.get(word) ?? word))));
    },
    BIG,
  ),
  // A state, the type of the array.
  implement(
    'bitmap_list',
    ['str', 'str'],
    'str',
    (state: string, type: string) =>
      packItem(
        wordsOf(state).map((word) => BigInt.asIntN(64, word)),
        typeOfText(type),
      ),
    { integers: 'bigint', takesTypes: true },
  ),
];
