/**
 * Values of one type to and from their packed form (packed.ts): what an array, a map or a tuple is to JavaScript.
 *
 * An {@link Item} is a lane's value (integers as bigints; packed scalars such as a uuid as their own packed text) or a list:
 * the elements of an array, the fields of a tuple, pairs of key and value of a map.
 */

import { assert } from '../base/error.ts';
import { PackedReader, packFloat, packSigned, packText, packUnsigned } from './packed.ts';
import {
  bitsOf,
  elementOf,
  fieldsOf,
  isNested,
  isSigned,
  keyOf,
  type LogicalType,
  laneOf,
  type Value,
} from './type.ts';

export type Item = Value | readonly Item[];

type Codec = { readonly write: (item: Item) => string; readonly read: (from: PackedReader) => Item };

const codecs = new WeakMap<LogicalType, Codec>();

/** @param type an array, a map or a tuple */
export const packItem = (items: readonly Item[], type: LogicalType): string => codecOf(type).write(items);

/** @param type an array, a map or a tuple */
export const unpackItem = (text: string, type: LogicalType): readonly Item[] =>
  codecOf(type).read(new PackedReader(text)) as readonly Item[];

/** One element of an array of `type`s: what stands between the others, without the array's end. */
export const packElement = (item: Item, type: LogicalType): string =>
  item === null ? '\x02' : `\x01${codecOf(type).write(itemOf(item, type))}`;

/** One field of a tuple, of type `type`. */
export const packField = (item: Item, type: LogicalType): string =>
  item === null && type.nullable
    ? '\x7f'
    : `${type.nullable ? '\x01' : ''}${codecOf(type).write(itemOf(item, type))}`;

/** What {@link packField} wrote of a type that is not NULL. */
export const readField = (from: PackedReader, type: LogicalType): Value =>
  laneValueOf(codecOf(type).read(from), type);

/** What ends an array. */
export const ARRAY_END = '\x00';

/** A lane's value as an item. */
export const itemOf = (value: Item, type: LogicalType): Item =>
  isNested(type) && typeof value === 'string' ? unpackItem(value, type) : value;

/** An item as its lane's value. */
export const laneValueOf = (item: Item, type: LogicalType): Value =>
  Array.isArray(item) ? packItem(item as readonly Item[], type) : (item as Value);

function codecOf(type: LogicalType): Codec {
  let codec = codecs.get(type);
  if (codec === undefined) {
    codec = makeCodec(type);
    codecs.set(type, codec);
  }
  return codec;
}

function makeCodec(type: LogicalType): Codec {
  switch (type.id) {
    case 'array':
      return listCodec(elementOf(type));
    case 'map':
      return listCodec({
        id: 'tuple',
        nullable: false,
        fields: [
          { name: null, type: keyOf(type) },
          { name: null, type: elementOf(type) },
        ],
      });
    case 'tuple':
      return tupleCodec(fieldsOf(type).map((field) => field.type));
    default:
      return scalarCodec(type);
  }
}

const END = 0;
const VALUE = 1;
const NO_VALUE = 2;
const NO_FIELD = 0x7f;

function listCodec(element: LogicalType): Codec {
  const { write, read } = codecOf(element);
  return {
    write: (items) => {
      let text = '';
      for (const item of items as readonly Item[]) text += item === null ? '\x02' : `\x01${write(item)}`;
      return `${text}\x00`;
    },
    read: (from) => {
      const items: Item[] = [];
      for (let mark = from.mark(); mark !== END; mark = from.mark()) {
        assert(mark === VALUE || mark === NO_VALUE, 'a packed array is damaged');
        items.push(mark === NO_VALUE ? null : read(from));
      }
      return items;
    },
  };
}

function tupleCodec(types: readonly LogicalType[]): Codec {
  const fields = types.map(optionalCodec);
  return {
    write: (items) => fields.map(({ write }, i) => write((items as readonly Item[])[i])).join(''),
    read: (from) => fields.map(({ read }) => read(from)),
  };
}

function optionalCodec(type: LogicalType): Codec {
  const { write, read } = codecOf(type);
  if (!type.nullable) return { write, read };
  return {
    write: (item) => (item === null ? '\x7f' : `\x01${write(item)}`),
    read: (from) => (from.mark() === NO_FIELD ? null : read(from)),
  };
}

function scalarCodec(type: LogicalType): Codec {
  assert(!isNested(type), 'nested types have codecs of their own');
  const lane = laneOf(type);
  if (type.id === 'null') return { write: () => '', read: () => null };
  if (lane === 'bool')
    return { write: (item) => (item === true ? '\x01' : '\x00'), read: (from) => from.mark() === 1 };
  if (lane === 'f64') return { write: (item) => packFloat(item as number), read: (from) => from.float() };
  if (lane === 'str') return { write: (item) => packText(item as string), read: (from) => from.text() };
  const bits = bitsOf(type);
  if (type.id === 'uint64') {
    // The lane holds its bits as a signed integer.
    return {
      write: (item) => packUnsigned(BigInt.asUintN(64, item as bigint), 64),
      read: (from) => BigInt.asIntN(64, from.unsigned(64)),
    };
  }
  return isSigned(type)
    ? { write: (item) => packSigned(item as bigint, bits), read: (from) => from.signed(bits) }
    : { write: (item) => packUnsigned(item as bigint, bits), read: (from) => from.unsigned(bits) };
}
