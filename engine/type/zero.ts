/** The value that stands where none was given and NULL cannot be, as ClickHouse has it: 0, '', the first name, nothing in it. */

import { exactValue } from './exact.ts';
import { packInterval } from './interval.ts';
import { type Item, packItem, unpackItem } from './nested.ts';
import { packUnsigned } from './packed.ts';
import { entriesOf, fieldsOf, isNested, type LogicalType, laneOf, type Value } from './type.ts';

const ZEROS: Readonly<Record<ReturnType<typeof laneOf>, Value>> = { i64: 0n, f64: 0, bool: false, str: '' };

export function zeroOf(type: LogicalType): Value {
  switch (type.id) {
    case 'decimal':
    case 'int128':
    case 'int256':
    case 'uint128':
    case 'uint256':
      return exactValue(0n, type);
    case 'uuid':
    case 'ipv6':
      return packUnsigned(0n, 128);
    case 'duration':
      return packInterval({ months: 0, days: 0, micros: 0n });
    case 'enum8':
    case 'enum16':
      return BigInt(entriesOf(type)[0][1]);
    case 'fixedstring':
      return '\0'.repeat(type.length ?? 0);
    case 'json':
      return '{}';
    case 'variant':
      return null;
    case 'array':
    case 'map':
      return packItem([], type);
    case 'tuple':
      return packItem(
        fieldsOf(type).map((field) => zeroItem(field.type)),
        type,
      );
    default:
      return ZEROS[laneOf(type)];
  }
}

function zeroItem(type: LogicalType): Item {
  if (type.nullable) return null;
  const zero = zeroOf(type);
  return isNested(type) ? unpackItem(zero as string, type) : zero;
}
