/** What operations of whole arrays (array.ts) are made of. */

import { BasaltError } from '../../base/error.ts';
import { type Item, packElement } from '../../type/nested.ts';
import { elementOf, type LogicalType } from '../../type/type.ts';

export type List = readonly Item[];
/** Arguments as lists of items, and their types; an argument that was no array is a list of one. */
export type Operation = (args: readonly List[], types: readonly LogicalType[]) => Item;

/** Elements a function may make, so that a small text cannot fill the memory. */
export const MAX_ELEMENTS = 1_000_000;

export const bounded = (count: bigint | number): number => {
  if (Number(count) <= MAX_ELEMENTS) return Math.max(0, Number(count));
  throw new BasaltError('LIMIT_EXCEEDED', `An array would have more than ${MAX_ELEMENTS} elements`);
};

/** Equal for equal elements, ascending as they do. */
export const keyOf = (type: LogicalType) => {
  const element = elementOf(type);
  return (item: Item): string => packElement(item, element);
};

export const scalar = (list: List): Item => list[0];
export const integer = (list: List): number => Number(list[0] as bigint);
export const asNumber = (item: Item): number => Number(item as bigint | number | boolean);
