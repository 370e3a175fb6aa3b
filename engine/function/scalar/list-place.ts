/** Operations of whole arrays (array.ts) by the places of their elements: numbering, moving, picking. */

import { BasaltError } from '../../base/error.ts';
import { SeededRandom } from '../../base/random.ts';
import { type Item, packElement } from '../../type/nested.ts';
import { elementOf, type LogicalType } from '../../type/type.ts';
import { bounded, integer, keyOf, type List, type Operation, scalar } from './list.ts';

/** Elements at one position of several arrays, as one key. */
function rowKeys(lists: readonly List[], types: readonly LogicalType[]): string[] {
  const [{ length }] = lists;
  if (lists.some((list) => list.length !== length))
    throw new BasaltError(
      'SIZES_OF_ARRAYS_DONT_MATCH',
      'Arrays that are numbered together have different lengths',
    );
  return Array.from({ length }, (_, i) =>
    JSON.stringify(lists.map((list, k) => packElement(list[i], elementOf(types[k])))),
  );
}

/** Different keys by their first place, from 1. */
function dense(keys: readonly string[]): bigint[] {
  const numbers = new Map<string, bigint>();
  return keys.map((key) => {
    const known = numbers.get(key) ?? BigInt(numbers.size + 1);
    numbers.set(key, known);
    return known;
  });
}

/** Of equal keys the first, the second ... */
function repeats(keys: readonly string[]): bigint[] {
  const seen = new Map<string, bigint>();
  return keys.map((key) => {
    const count = (seen.get(key) ?? 0n) + 1n;
    seen.set(key, count);
    return count;
  });
}

/** Numbers for what lies `depth` levels deep in a list, in the list's shape; they begin again with each list at level `begin`. */
function numberDeep(
  list: List,
  type: LogicalType,
  begin: number,
  depth: number,
  number: (keys: string[]) => bigint[],
): Item {
  const keysOf = (items: List, of: LogicalType, levels: number): string[] =>
    levels === 1
      ? items.map((item) => packElement(item, elementOf(of)))
      : items.flatMap((item) => keysOf(item as List, elementOf(of), levels - 1));
  const shape = (items: List, levels: number, numbers: Iterator<bigint>): Item =>
    items.map((item) =>
      levels > 1 ? shape(item as List, levels - 1, numbers) : (numbers.next().value as bigint),
    );
  if (begin > 1)
    return list.map((item) => numberDeep(item as List, elementOf(type), begin - 1, depth - 1, number));
  return shape(list, depth, number(keysOf(list, type, depth)).values());
}

const deep =
  (number: (keys: string[]) => bigint[]): Operation =>
  ([list, begin, depth], [type]) =>
    numberDeep(list, type, integer(begin), integer(depth), number);

/** The array moved to the left by so many places, what falls out coming in on the other side. */
function rotated(list: List, places: number): List {
  const n = list.length;
  if (n === 0) return list;
  const by = ((places % n) + n) % n;
  return [...list.slice(by), ...list.slice(0, by)];
}

function shifted(list: List, places: number, filler: Item): List {
  const by = Math.max(-list.length, Math.min(list.length, places));
  const room = Array<Item>(Math.abs(by)).fill(filler);
  return by >= 0 ? [...list.slice(by), ...room] : [...room, ...list.slice(0, by)];
}

/** Elements that are in an odd or any number of arrays, each once. */
function gathered(
  lists: readonly List[],
  [type]: readonly LogicalType[],
  wanted: (count: number) => boolean,
): List {
  const key = keyOf(type);
  const found = new Map<string, { item: Item; count: number }>();
  for (const list of lists)
    for (const [text, item] of new Map(list.map((item) => [key(item), item])))
      found.set(text, { item, count: (found.get(text)?.count ?? 0) + 1 });
  return [...found.values()].filter(({ count }) => wanted(count)).map(({ item }) => item);
}

function isPart(list: readonly string[], wanted: readonly string[]): boolean {
  for (let at = 0; at + wanted.length <= list.length; at++)
    if (wanted.every((key, i) => list[at + i] === key)) return true;
  return false;
}

/** The flattened elements of arrays in arrays. */
const flat = (list: List): List =>
  list.flatMap((item) => (Array.isArray(item) ? flat(item as List) : [item]));

function transposed(rows: List): List {
  const lists = rows as readonly List[];
  const width = lists[0]?.length ?? 0;
  if (lists.some(({ length }) => length !== width))
    throw new BasaltError('SIZES_OF_ARRAYS_DONT_MATCH', 'The rows of a matrix have different lengths');
  return Array.from({ length: width }, (_, i) => lists.map((list) => list[i]));
}

/** An order that the seed says; the first `count` places are drawn from all elements. */
function shuffled(list: List, count: number, seed: bigint): List {
  const random = new SeededRandom(Number(BigInt.asUintN(32, seed)));
  const out = [...list];
  for (let i = 0; i < Math.min(count, out.length - 1); i++) {
    const from = i + random.below(out.length - i);
    [out[i], out[from]] = [out[from], out[i]];
  }
  return out;
}

export const LIST_PLACES: Readonly<Record<string, Operation>> = {
  enumerate_dense: (lists, types) => dense(rowKeys(lists, types)),
  enumerate_repeats: (lists, types) => repeats(rowKeys(lists, types)),
  enumerate_dense_deep: deep(dense),
  enumerate_repeats_deep: deep(repeats),
  count_distinct_rows: (lists, types) => BigInt(new Set(rowKeys(lists, types)).size),
  rotate: ([list, places]) => rotated(list, integer(places)),
  rotate_right: ([list, places]) => rotated(list, -integer(places)),
  shift: ([list, places, filler]) => shifted(list, integer(places), scalar(filler)),
  shift_right: ([list, places, filler]) => shifted(list, -integer(places), scalar(filler)),
  shingles: ([list, size]) => {
    const length = integer(size);
    if (length < 1 || length > list.length)
      throw new BasaltError(
        'BAD_ARGUMENTS',
        `An array of ${list.length} elements has no shingles of ${length}`,
      );
    return Array.from({ length: list.length - length + 1 }, (_, i) => list.slice(i, i + length));
  },
  except: ([list, unwanted], [type]) => {
    const keys = new Set(unwanted.map(keyOf(type)));
    return list.filter((item) => !keys.has(keyOf(type)(item)));
  },
  union: (lists, types) => gathered(lists, types, () => true),
  symmetric_difference: (lists, types) => gathered(lists, types, (count) => count < lists.length),
  jaccard: ([a, b], [type]) => {
    const [left, right] = [a, b].map((list) => new Set(list.map(keyOf(type))));
    const common = [...left].filter((key) => right.has(key)).length;
    return common / (a.length + b.length - common);
  },
  has_part: ([list, wanted], [type]) => isPart(list.map(keyOf(type)), wanted.map(keyOf(type))),
  flatten_deep: ([list]) => flat(list),
  transpose: ([rows]) => transposed(rows),
  zip_unaligned: (lists) =>
    Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, i) =>
      lists.map((list) => list[i] ?? null),
    ),
  single_if_empty: ([list, filler]) => (list.length === 0 ? filler : list),
  replicate: ([value, list]) => Array<Item>(list.length).fill(scalar(value)),
  first_of_order: ([list, count]) => list.filter((item) => item !== null).slice(0, bounded(integer(count))),
  shuffle: ([list, seed]) => shuffled(list, list.length, scalar(seed) as bigint),
  partial_shuffle: ([list, count, seed]) => {
    const limit = integer(count);
    return shuffled(list, limit < 1 ? list.length : limit, scalar(seed) as bigint);
  },
  sums_not_negative: ([list]) => {
    let total: bigint | number = typeof list[0] === 'number' ? 0 : 0n;
    return list.map((item) => {
      total =
        typeof total === 'number'
          ? total + (item as number)
          : BigInt.asIntN(64, total + BigInt(item as bigint));
      if (total < 0) total = typeof total === 'number' ? 0 : 0n;
      return total;
    });
  },
};
