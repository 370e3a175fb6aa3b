/** Operations of whole lists (array.ts) that DuckDB has and ClickHouse has not. NULL elements count for nothing, of no others there is none. */

import { BasaltError } from '../../base/error.ts';
import { orderOfText } from '../../base/text-order.ts';
import { type Item, packField } from '../../type/nested.ts';
import { array, elementOf, fieldsOf, isFloat, type LogicalType } from '../../type/type.ts';
import { asNumber, integer, keyOf, type List, type Operation } from './list.ts';
import { sliceOf } from './slice.ts';

const known = (list: List): List => list.filter((item) => item !== null);
const ofSome = <T extends Item>(list: List, make: (values: List) => T): T | null => {
  const values = known(list);
  return values.length === 0 ? null : make(values);
};

/** Refused where an element is NULL: what is computed with it would be a number. */
function allKnown(list: List): List {
  if (!list.includes(null)) return list;
  throw new BasaltError(
    'BAD_ARGUMENTS',
    'An element of the list is NULL, which stands for no number or place',
    {
      hint: 'Leave it out: list_filter(list, x -> x IS NOT NULL)',
    },
  );
}

type Counted = { readonly item: Item; readonly key: string; count: number };

/** How often each element is there, in the order of their first places. */
function counts(list: List, type: LogicalType): Counted[] {
  const key = keyOf(type);
  const found = new Map<string, Counted>();
  for (const item of known(list)) {
    const text = key(item);
    const entry = found.get(text);
    if (entry === undefined) found.set(text, { item, key: text, count: 1 });
    else entry.count += 1;
  }
  return [...found.values()];
}

const frequent = (list: List, type: LogicalType): Counted[] =>
  counts(list, type).sort((a, b) => b.count - a.count);

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return (sorted[Math.floor(at)] + sorted[Math.ceil(at)]) / 2;
}

/** Positions from 1 in the order of the elements. */
function order(list: List, type: LogicalType, descending: boolean, nullsFirst: boolean): number[] {
  const key = keyOf(type);
  const float = isFloat(elementOf(type));
  const marked = list.map((item, at) => ({
    at,
    // No number is greater than what is none.
    rank: item === null ? (nullsFirst ? -1 : 2) : float && Number.isNaN(item) ? (descending ? 0 : 1) : 0.5,
    text: item === null ? '' : key(item),
  }));
  const direction = descending ? -1 : 1;
  marked.sort((a, b) => a.rank - b.rank || direction * orderOfText(a.text, b.text));
  return marked.map(({ at }) => at);
}

const isSet = (list: List | undefined): boolean => list?.[0] === true;

/** Every so many elements between two places, backwards where the step is negative. */
function stepped(list: List, step: bigint): List {
  const size = Number(step < 0n ? -step : step);
  const from = step < 0n ? list.toReversed() : list;
  return from.filter((_, at) => at % size === 0);
}

/** Pairs of a map; no key twice, and none that is NULL. */
function pairsOf(keys: List, values: List, type: LogicalType): List {
  const key = keyOf(type);
  if (keys.includes(null))
    throw new BasaltError('BAD_ARGUMENTS', 'A key of a map is NULL', { hint: 'Leave such entries out' });
  if (new Set(keys.map(key)).size < keys.length)
    throw new BasaltError('BAD_ARGUMENTS', 'A map has a key twice', { hint: 'Give each key one value' });
  return keys.map((item, at): Item => [item, values[at]]);
}

export const LIST_STANDARD: Readonly<Record<string, Operation>> = {
  product_or_null: ([list]) =>
    ofSome(list, (values) => values.reduce((total: number, item) => total * asNumber(item), 1)),
  mode: ([list], [type]) => frequent(list, type)[0]?.item ?? null,
  mad: ([list]) =>
    ofSome(list, (values) => {
      const numbers = values.map(asNumber);
      const median = middle(numbers);
      return middle(numbers.map((x) => Math.abs(x - median)));
    }),
  histogram: ([list], [type]) =>
    ofSome(list, () =>
      counts(list, type)
        .sort((a, b) => orderOfText(a.key, b.key))
        .map(({ item, count }): Item => [item, BigInt(count)]),
    ),
  most_frequent: ([list, count], [type]) => {
    if (!((count[0] as bigint) > 0n))
      throw new BasaltError('BAD_ARGUMENTS', `The most frequent values are 1 or more, not ${count[0]}`);
    return ofSome(list, () =>
      frequent(list, type)
        .slice(0, asNumber(count[0]))
        .map(({ item }) => item),
    );
  },
  count_different: ([list], [type]) => BigInt(counts(list, type).length),
  common_once: ([list, other], [type]) => {
    const key = keyOf(type);
    const there = new Set(known(other).map(key));
    return counts(list, type)
      .filter((entry) => there.has(entry.key))
      .map(({ item }) => item);
  },
  order: ([list, descending, nullsFirst], [type]) =>
    order(list, type, isSet(descending), isSet(nullsFirst)).map((at) => BigInt(at + 1)),
  sort_as: ([list, descending, nullsFirst], [type]) =>
    order(list, type, isSet(descending), isSet(nullsFirst)).map((at) => list[at]),
  all_known: ([list]) => allKnown(list),
  where: ([list, mask]) => {
    const wanted = allKnown(mask);
    return list.filter((_, at) => wanted[at] === true);
  },
  select: ([list, places]) => allKnown(places).map((place) => list[asNumber(place) - 1] ?? null),
  zip_to: ([shortest, ...lists]) => {
    const lengths = lists.map((list) => list.length);
    const length = isSet(shortest) ? Math.min(...lengths) : Math.max(...lengths);
    return Array.from({ length }, (_, at): Item => lists.map((list) => list[at] ?? null));
  },
  map_of_lists: ([keys, values], [type]) => {
    if (keys.length === values.length) return pairsOf(keys, values, type);
    throw new BasaltError('BAD_ARGUMENTS', `A map of ${keys.length} keys has ${values.length} values`);
  },
  map_of_entries: ([entries], [type]) => {
    const [{ type: key }] = fieldsOf(elementOf(type));
    const known = allKnown(entries) as readonly List[];
    return pairsOf(
      known.map((entry) => entry[0]),
      known.map((entry) => entry[1]),
      array(key),
    );
  },
  map_together: (maps, [type]) => {
    const [{ type: key }] = fieldsOf(elementOf(type));
    const pairs = (maps.flat(1) as readonly List[]).map((pair) => [packField(pair[0], key), pair] as const);
    return [...new Map(pairs).values()];
  },
  first_place: ([list, wanted], [type]) => {
    const key = keyOf(type);
    const textOf = (item: Item): string | null => (item === null ? null : key(item));
    const text = textOf(wanted[0]);
    return BigInt(list.findIndex((item) => textOf(item) === text) + 1);
  },
  between_by: ([list, low, high, step]) => {
    const by = step[0] as bigint;
    if (by === 0n) throw new BasaltError('BAD_ARGUMENTS', 'The step of a slice is 0');
    const [first, last] = by > 0n ? [low, high] : [high, low];
    const { from, to } = sliceOf(list.length, integer(first), integer(last));
    return stepped(list.slice(from, to), by);
  },
  cross: ([a, b]) => {
    const [x, y] = [a.map(asNumber), b.map(asNumber)];
    return [0, 1, 2].map((i) => x[(i + 1) % 3] * y[(i + 2) % 3] - x[(i + 2) % 3] * y[(i + 1) % 3]);
  },
};
