/**
 * Keys with numbers, as the aggregates that sum by key take them (engine/sketch/tally.ts): of each pair the bytes of the packed key, in
 * four characters of seven bits, the key, and the 64 bits of the number in ten characters.
 */

import { bytesOfText } from '../../base/bytes-text.ts';
import { typeOfText } from '../../type/literal.ts';
import { type Item, packField, unpackItem } from '../../type/nested.ts';
import { packUnsigned } from '../../type/packed.ts';
import { elementOf, isFloat, keyOf, type LogicalType } from '../../type/type.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const FLOAT = new DataView(new ArrayBuffer(8));
const LENGTH_BITS = 28;

function bitsOf(value: Item, type: LogicalType): bigint {
  if (!isFloat(type)) return BigInt.asUintN(64, value as bigint);
  FLOAT.setFloat64(0, value as number);
  return FLOAT.getBigUint64(0);
}

/** NULLs are left out. */
function pairsOf(
  keys: readonly Item[],
  keyType: LogicalType,
  values: readonly Item[],
  type: LogicalType,
): string {
  let text = '';
  for (const [i, key] of keys.entries()) {
    const value = values[i];
    if (key === null || value === null || value === undefined) continue;
    const packed = packField(key, keyType);
    const bytes = BigInt(bytesOfText(packed).length);
    text += packUnsigned(bytes, LENGTH_BITS) + packed + packUnsigned(bitsOf(value, type), 64);
  }
  return text;
}

const plain = (type: LogicalType): LogicalType => ({ ...type, nullable: false });
const TYPED = { takesTypes: true } as const;

export const PAIRS: readonly Implementation[] = [
  // A map, its type.
  implement(
    'pairs_of_map',
    ['str', 'str'],
    'str',
    (packed: string, type: string) => {
      const of = typeOfText(type);
      const pairs = unpackItem(packed, of) as readonly (readonly Item[])[];
      const [keys, values] = [pairs.map(([key]) => key), pairs.map(([, value]) => value)];
      return pairsOf(keys, plain(keyOf(of)), values, elementOf(of));
    },
    TYPED,
  ),
  // Two arrays, and their types.
  implement(
    'pairs_of_arrays',
    ['str', 'str', 'str', 'str'],
    'str',
    (keys: string, values: string, keyType: string, type: string) => {
      const [ofKeys, ofValues] = [typeOfText(keyType), typeOfText(type)];
      const key = plain(elementOf(ofKeys));
      return pairsOf(unpackItem(keys, ofKeys), key, unpackItem(values, ofValues), elementOf(ofValues));
    },
    TYPED,
  ),
];
