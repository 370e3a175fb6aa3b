/** Operations of maps, which come as arrays of their pairs (array.ts). */

import { orderOfText } from '../../base/text-order.ts';
import { type Item, packField } from '../../type/nested.ts';
import { elementOf, fieldsOf, type LogicalType } from '../../type/type.ts';
import { bounded, type List, type Operation } from './list.ts';

type Pair = readonly [Item, Item];

const pairKey = (type: LogicalType): ((pair: Item) => string) => {
  const [{ type: key }] = fieldsOf(elementOf(type));
  return (pair) => packField((pair as Pair)[0], key);
};

const combine = (a: Item, b: Item, sign: 1 | -1): Item => {
  if (typeof a === 'bigint' && typeof b === 'bigint') return BigInt.asIntN(64, a + BigInt(sign) * b);
  return (a as number) + sign * (b as number);
};

/** Ascending by key; what only later maps have counts from zero. */
const totals =
  (sign: 1 | -1): Operation =>
  (maps, [type]) => {
    const key = pairKey(type);
    const sums = new Map<string, [Item, Item]>();
    maps.forEach((pairs, i) => {
      for (const pair of pairs as readonly Pair[]) {
        const known = sums.get(key(pair));
        const step = i === 0 ? 1 : sign;
        const zero = typeof pair[1] === 'bigint' ? 0n : 0;
        if (known === undefined) sums.set(key(pair), [pair[0], combine(zero, pair[1], step)]);
        else known[1] = combine(known[1], pair[1], step);
      }
    });
    return [...sums].sort(([a], [b]) => orderOfText(a, b)).map(([, pair]) => pair);
  };

function series(pairs: List, last: List | undefined): Item {
  // Of a key that is there twice the first counts.
  const known = new Map((pairs as readonly (readonly [bigint, Item])[]).toReversed());
  const keys = [...known.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (keys.length === 0) return [];
  const from = keys[0];
  const to = last === undefined ? keys[keys.length - 1] : (last[0] as bigint);
  return Array.from({ length: bounded(to - from + 1n) }, (_, i) => {
    const key = from + BigInt(i);
    return [key, known.get(key) ?? 0n];
  });
}

export const LIST_MAPS: Readonly<Record<string, Operation>> = {
  map_add: totals(1),
  map_subtract: totals(-1),
  map_update: ([pairs, others], [type]) => {
    const key = pairKey(type);
    const replaced = new Set(others.map(key));
    return [...pairs.filter((pair) => !replaced.has(key(pair))), ...others];
  },
  series: ([pairs, last]) => series(pairs, last),
};
