/** What goes into aggregates that collect values, and what becomes of them. */

import { bytesOfText } from '../../base/bytes-text.ts';
import { typeOfText } from '../../type/literal.ts';
import { ARRAY_END, type Item, laneValueOf, packField, unpackItem } from '../../type/nested.ts';
import { array, elementOf, fieldsOf, type LogicalType, notNull, STRING } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const TEXTS = array({ ...STRING, nullable: true });

const NULL_FIRST = '\x00';
const VALUE = '\x01';
const NULL_LAST = '\x02';
/** What a packed field is where it is NULL, and what stands before it where it could be. */
const NO_FIELD = '\x7f';

/** Ascends as the text descends: each byte of UTF-8 turned over, in two characters of seven bits. */
function turned(text: string): string {
  let out = '';
  for (const byte of bytesOfText(text)) {
    const rest = 255 - byte;
    out += String.fromCharCode(rest >> 7, rest & 127);
  }
  return out;
}

/** What ascends by bytes as the value does, with NULL and NaN below every other. */
function lowKey(item: Item, type: LogicalType): string {
  if (item === null || Number.isNaN(item)) return '\x00';
  if (type.id === 'tuple') {
    const items = item as readonly Item[];
    return `\x01${fieldsOf(type)
      .map((field, i) => lowKey(items[i], field.type))
      .join('')}`;
  }
  if (type.id !== 'array') return `\x01${packField(laneValueOf(item, type), notNull(type))}`;
  const element = elementOf(type);
  return `\x01${(item as readonly Item[]).map((of) => `\x01${lowKey(of, element)}`).join('')}\x00`;
}

export const COLLECT: readonly Implementation[] = [
  // A packed element of a type, as a key whose unknown parts are the lowest.
  implement(
    'low_key',
    ['str', 'str'],
    'str',
    (element: string, typeText: string) => {
      const type = notNull(typeOfText(typeText));
      return lowKey(unpackItem(element + ARRAY_END, array(type))[0], type);
    },
    { takesTypes: true },
  ),
  // A packed field (type/packed.ts): what ascends by bytes as ORDER BY wants it. Of the three truths the first says that it descends.
  implement(
    'order_key',
    ['str', 'bool', 'bool', 'bool'],
    'str',
    (field: string, descending: boolean, nullsFirst: boolean, mayBeNull: boolean) => {
      if (mayBeNull && field === NO_FIELD) return nullsFirst ? NULL_FIRST : NULL_LAST;
      const value = mayBeNull ? field.slice(1) : field;
      return VALUE + (descending ? turned(value) : value);
    },
  ),
  // A packed array: its elements without the end.
  implement('array_inside', ['str'], 'str', (text: string) =>
    text.endsWith(ARRAY_END) ? text.slice(0, -1) : text,
  ),
  // A packed array of texts, a separator.
  implement(
    'join_texts',
    ['str', 'str'],
    'str',
    (texts: string, separator: string) => unpackItem(texts, TEXTS).join(separator),
    { takesTypes: true },
  ),
  // The same, with nothing between what is empty and what follows, as ClickHouse's groupConcat has it.
  implement(
    'append_texts',
    ['str', 'str'],
    'str',
    (texts: string, separator: string) =>
      (unpackItem(texts, TEXTS) as readonly string[]).reduce(
        (out, next) => (out === '' ? next : out + separator + next),
        '',
      ),
    { takesTypes: true },
  ),
];
