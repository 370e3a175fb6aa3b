/** Operations of Druid's functions of arrays and multi-values, by the rules of scalar/array.ts. Positions count from 0. */

import { type Item, laneValueOf, packElement } from '../../type/nested.ts';
import { elementOf, type LogicalType } from '../../type/type.ts';
import { STANDARD_NESTED, valueText } from '../value-text.ts';
import { regexOf } from './pattern.ts';

type List = readonly Item[];
type Operation = (args: readonly List[], types: readonly LogicalType[]) => Item;

const TEXT = { zone: 'UTC', style: STANDARD_NESTED };

const numberIn = ([item]: List): number => Number(item as bigint);
const keysOf = (list: List, type: LogicalType): readonly string[] =>
  list.map((item) => packElement(item, elementOf(type)));

function at(list: List, place: List, first: 0 | 1): Item {
  const index = numberIn(place) - first;
  return place[0] === null || index < 0 ? null : (list[index] ?? null);
}

function placeOf(list: List, item: List, type: LogicalType, first: 0 | 1): bigint | null {
  const index = keysOf(list, type).indexOf(packElement(item[0], elementOf(type)));
  return index < 0 ? null : BigInt(index + first);
}

/** As Java's copyOfRange does it: beyond the end there are NULLs. */
function slice(list: List, start: List, end: List | undefined): Item {
  const from = numberIn(start);
  const to = end === undefined ? list.length : numberIn(end);
  if (from < 0 || from > list.length || from > to) return null;
  const missing = Math.min(to - Math.max(from, list.length), MAX_PADDING);
  return [...list.slice(from, to), ...Array<Item>(Math.max(0, missing)).fill(null)];
}
const MAX_PADDING = 1_000_000;

function join(list: List, separator: List, type: LogicalType): Item {
  if (list.length === 1 && list[0] === null) return null;
  const element = elementOf(type);
  const texts = list.map((item) =>
    item === null ? 'null' : valueText(laneValueOf(item, element), element, TEXT),
  );
  return texts.join((separator[0] ?? '') as string);
}

/** As Java's String.split does it: no empty texts at the end, nor before a match of nothing at the start. */
function split([text]: List, [pattern]: List): Item {
  if (text === null) return null;
  const whole = text as string;
  const matcher = regexOf((pattern ?? '') as string, '').matcher(whole);
  const parts: string[] = [];
  let from = 0;
  while (matcher.find()) {
    if (matcher.end() === 0) continue;
    parts.push(whole.slice(from, matcher.start()));
    from = matcher.end();
  }
  if (from === 0 && parts.length === 0) return [whole];
  parts.push(whole.slice(from));
  while (parts.length > 0 && parts.at(-1) === '') parts.pop();
  return parts;
}

const kept =
  (wanted: boolean): Operation =>
  ([list, among], [type]) => {
    const keys = new Set(keysOf(among, type));
    return list.filter((item) => keys.has(packElement(item, elementOf(type))) === wanted);
  };

export const DRUID_OPERATIONS: Readonly<Record<string, Operation>> = {
  length: ([list]) => BigInt(list.length),
  at_offset: ([list, place]) => at(list, place, 0),
  at_ordinal: ([list, place]) => at(list, place, 1),
  offset_of: ([list, item], [type]) => placeOf(list, item, type, 0),
  ordinal_of: ([list, item], [type]) => placeOf(list, item, type, 1),
  slice_range: ([list, start, end]) => slice(list, start, end),
  join_all: ([list, separator], [type]) => join(list, separator, type),
  split_by: ([text, pattern]) => split(text, pattern),
  only: kept(true),
  none: kept(false),
  only_matching: ([list, [pattern]]) => {
    const regex = regexOf((pattern ?? '') as string, '');
    return list.filter((item) => item !== null && regex.matcher(item as string).matches());
  },
  only_prefixed: ([list, [prefix]]) =>
    list.filter((item) => item !== null && (item as string).startsWith((prefix ?? '') as string)),
};
