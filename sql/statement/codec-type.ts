/** Types of columns as codecs see them: what they are made of, and how wide ClickHouse has it. */

import { elementOf, fieldsOf, keyOf, type LogicalType } from '../../engine/type/type.ts';

/** What values of the type are made of; nothing of JSON and of variants. */
export function leavesOf(type: LogicalType): readonly LogicalType[] {
  switch (type.id) {
    case 'array':
      return leavesOf(elementOf(type));
    case 'map':
      return [...leavesOf(keyOf(type)), ...leavesOf(elementOf(type))];
    case 'tuple':
      return fieldsOf(type).flatMap((field) => leavesOf(field.type));
    case 'json':
    case 'variant':
      return [];
    default:
      return [{ ...type, nullable: false }];
  }
}

/** Bytes of ClickHouse's values; 0: of no fixed size. */
export function bytesOf(type: LogicalType): number {
  switch (type.id) {
    case 'string':
    case 'duration':
      return 0;
    case 'fixedstring':
      return type.length ?? 0;
    case 'uuid':
    case 'ipv6':
      return 16;
    case 'decimal': {
      const digits = type.precision ?? 0;
      return digits <= 9 ? 4 : digits <= 18 ? 8 : digits <= 38 ? 16 : 32;
    }
    case 'date':
      return 2;
    case 'timestamp':
    case 'time':
      return type.precision === 0 ? 4 : 8;
    case 'span':
      return 8;
    default:
      return Number(/\d+$/.exec(type.id === 'ipv4' ? 'uint32' : type.id)?.[0] ?? 8) / 8;
  }
}

export const isFloat = ({ id }: LogicalType): boolean =>
  id === 'bfloat16' || id === 'float32' || id === 'float64';
export const isNumeric = ({ id }: LogicalType): boolean =>
  !['string', 'fixedstring', 'uuid', 'ipv6', 'duration'].includes(id);
export const hasCommonDivisors = (type: LogicalType): boolean =>
  isNumeric(type) && !isFloat(type) && !['enum8', 'enum16', 'ipv4'].includes(type.id);
