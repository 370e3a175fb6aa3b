/** Operations of whole arrays (array.ts) by what a lambda gave for each element: its truth, or a key to sort by. */

import { BasaltError } from '../../base/error.ts';
import { orderOfText } from '../../base/text-order.ts';
import { type Item, packElement } from '../../type/nested.ts';
import { elementOf, isFloat, type LogicalType } from '../../type/type.ts';
import type { List, Operation } from './list.ts';

const isTrue = (item: Item): boolean => item === true;

/** Positions of an array in an order. NULL comes last, before it what is no number. */
function order(keys: List, type: LogicalType, direction: 1 | -1): number[] {
  const element = elementOf(type);
  const float = isFloat(element);
  const rank = (item: Item): number => (item === null ? 2 : float && Number.isNaN(item as number) ? 1 : 0);
  const marked = keys.map((key, at) => ({ at, rank: rank(key), text: packElement(key, element) }));
  marked.sort((a, b) => a.rank - b.rank || (a.rank > 0 ? 0 : direction * orderOfText(a.text, b.text)));
  return marked.map(({ at }) => at);
}

const sortBy =
  (direction: 1 | -1): Operation =>
  ([keys, list], [type]) =>
    order(keys, type, direction).map((at) => list[at]);

/** The first so many of the order, then the others as they stood. */
const partlySorted =
  (direction: 1 | -1): Operation =>
  ([keys, list, limit], [type]) => {
    const wanted = Number(limit[0]);
    if (wanted < 1 || wanted >= list.length) return order(keys, type, direction).map((at) => list[at]);
    const first = order(keys, type, direction).slice(0, wanted);
    const taken = new Set(first);
    return [...first.map((at) => list[at]), ...list.filter((_, at) => !taken.has(at))];
  };

/** Elements where the condition is not true become the one before, or behind. */
function fill(mask: List, list: List, step: 1 | -1): List {
  const out = [...list];
  for (let i = step === 1 ? 1 : out.length - 2; i >= 0 && i < out.length; i += step)
    if (!isTrue(mask[i])) out[i] = out[i - step];
  return out;
}

/** Pieces, each of which begins where `begins` says. */
function split(list: List, begins: (at: number) => boolean): List {
  const pieces: Item[][] = [];
  list.forEach((item, at) => {
    if (at === 0 || begins(at)) pieces.push([]);
    pieces.at(-1)?.push(item);
  });
  return pieces;
}

export const LIST_WHERE: Readonly<Record<string, Operation>> = {
  filter: ([mask, list]) => list.filter((_, at) => isTrue(mask[at])),
  exists: ([mask]) => mask.some(isTrue),
  all: ([mask]) => mask.every(isTrue),
  count_where: ([mask]) => BigInt(mask.filter(isTrue).length),
  first_where: ([mask, list]) => list.find((_, at) => isTrue(mask[at])) ?? null,
  last_where: ([mask, list]) => list.findLast((_, at) => isTrue(mask[at])) ?? null,
  first_index: ([mask]) => BigInt(mask.findIndex(isTrue) + 1),
  last_index: ([mask]) => BigInt(mask.findLastIndex(isTrue) + 1),
  fill: ([mask, list]) => fill(mask, list, 1),
  reverse_fill: ([mask, list]) => fill(mask, list, -1),
  split_before: ([mask, list]) => split(list, (at) => isTrue(mask[at])),
  split_behind: ([mask, list]) => split(list, (at) => isTrue(mask[at - 1])),
  sort_by: sortBy(1),
  reverse_sort_by: sortBy(-1),
  partial_sort_by: partlySorted(1),
  partial_reverse_sort_by: partlySorted(-1),
  compact_by: ([keys, list], [type]) => {
    const texts = keys.map((key) => packElement(key, elementOf(type)));
    return list.filter((_, at) => at === 0 || texts[at] !== texts[at - 1]);
  },
  without_first_of_some: ([list]) => {
    if (list.length > 0) return list.slice(1);
    throw new BasaltError('BAD_ARGUMENTS', 'Cannot reduce an empty list without an initial value');
  },
};
