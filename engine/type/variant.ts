/**
 * Values that bring their own type: ClickHouse's Variant and Dynamic.
 *
 * ```
 * variant := text(name) text(type) value    name: ClickHouse's, by which values of different types are ordered; type: a word (literal.ts);
 *                                           value: the packed form of one that is not NULL (packed.ts)
 * ```
 *
 * What a column may hold is not part of a value, so a variant that comes to have more types, or any, is the same bytes. A value is never
 * NULL and never a variant itself: NULL is that of the column.
 */

import { clickhouseTypeName } from './dialect-name.ts';
import { typeOfWord, typeWord } from './literal.ts';
import { type Item, laneValueOf, packField, readField } from './nested.ts';
import { PackedReader, packText } from './packed.ts';
import {
  DYNAMIC,
  elementOf,
  fieldsOf,
  keyOf,
  type LogicalType,
  notNull,
  plainType,
  sameValues,
  type Value,
  variant,
} from './type.ts';

export type Typed = { readonly type: LogicalType; readonly value: Exclude<Value, null> };

const heads = new WeakMap<LogicalType, string>();

/** What all values of a type begin with. */
function variantHead(type: LogicalType): string {
  let head = heads.get(type);
  if (head === undefined) {
    const own = plainType(notNull(type));
    head = packText(clickhouseTypeName(own)) + packText(typeWord(own));
    heads.set(type, head);
  }
  return head;
}

/** @param type of no variant */
export const packVariant = (value: Exclude<Value, null>, type: LogicalType): string =>
  variantHead(type) + packField(value, notNull(type));

export function unpackVariant(packed: string): Typed {
  const reader = new PackedReader(packed);
  reader.text();
  const type = typeOfWord(reader.text());
  return { type, value: readField(reader, type) as Exclude<Value, null> };
}

/** Of types that are variants, NULL or others; undefined: one of them can be anything. */
const membersOf = (types: readonly LogicalType[]): readonly LogicalType[] | undefined => {
  const members: LogicalType[] = [];
  for (const type of types) {
    if (type.id === 'variant') {
      if (type.types === undefined) return undefined;
      members.push(...type.types);
    } else if (type.id !== 'null') members.push(plainType(notNull(type)));
  }
  return members;
};

/** The variant that values of all these types fit in. */
export function variantOf(types: readonly LogicalType[]): LogicalType {
  const members = membersOf(types);
  if (members === undefined) return DYNAMIC;
  const byName = new Map(members.map((type) => [clickhouseTypeName(type), type]));
  return variant(
    Array.from(byName, ([name, type]) => ({ name, type }))
      .sort(byTheirName)
      .map(({ type }) => type),
  );
}

const byTheirName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/** An item with each of its values as the variant that `to` has in its place. */
export function variantItem(item: Item, from: LogicalType, to: LogicalType): Item {
  if (item === null || from.id === 'variant') return item;
  if (to.id === 'variant') return packVariant(laneValueOf(item, from) as Exclude<Value, null>, from);
  const items = item as readonly Item[];
  switch (to.id) {
    case 'array':
      return items.map((element) => variantItem(element, elementOf(from), elementOf(to)));
    case 'map':
      return (items as readonly (readonly [Item, Item])[]).map(([key, value]) => [
        variantItem(key, keyOf(from), keyOf(to)),
        variantItem(value, elementOf(from), elementOf(to)),
      ]);
    case 'tuple':
      return items.map((field, i) => variantItem(field, fieldsOf(from)[i].type, fieldsOf(to)[i].type));
    default:
      return item;
  }
}

/** Whether a type differs from another one only by having variants in the place of values that they hold. */
export function holdsAsVariants(to: LogicalType, from: LogicalType): boolean {
  if (to.id === 'variant') return from.id === 'variant' ? holdsAll(to, from) : hasMember(to, from);
  if (to.id !== from.id) return false;
  if (to.id === 'array') return holdsAsVariants(elementOf(to), elementOf(from));
  if (to.id === 'map')
    return holdsAsVariants(keyOf(to), keyOf(from)) && holdsAsVariants(elementOf(to), elementOf(from));
  if (to.id !== 'tuple') return sameValues(to, from);
  const [wide, own] = [fieldsOf(to), fieldsOf(from)];
  return wide.length === own.length && wide.every(({ type }, i) => holdsAsVariants(type, own[i].type));
}

/** Whether all values of a variant are values of another one. */
export const holdsAll = (to: LogicalType, { types }: LogicalType): boolean =>
  to.types === undefined || (types?.every((type) => hasMember(to, type)) ?? false);

/** Whether a variant's values can be of a type that is none. */
export const hasMember = ({ types }: LogicalType, type: LogicalType): boolean =>
  types === undefined ||
  types.some((of) => clickhouseTypeName(of) === clickhouseTypeName(plainType(notNull(type))));
