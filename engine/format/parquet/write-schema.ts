/**
 * Result columns as Parquet writes them: the schema elements of each type, and its values as the writing library takes them.
 *
 * Types keep what they mean where Parquet has a word for it; enums and addresses become texts. Timestamps without a zone are local
 * times, those with one are instants, as DuckDB and ClickHouse read them.
 */

import type { SchemaElement } from 'hyparquet';
import { BasaltError } from '../../base/error.ts';
import { STANDARD_NESTED, valueText } from '../../function/value-text.ts';
import { exactUnits } from '../../type/exact.ts';
import { type Item, unpackItem } from '../../type/nested.ts';
import { elementOf, fieldsOf, isNested, keyOf, type LogicalType, type Value } from '../../type/type.ts';

/** What the writing library takes: numbers, bigints, texts, arrays, pairs of maps, objects of structs. */
export type Written = null | boolean | number | bigint | string | readonly Written[] | WrittenFields;
export type WrittenFields = { readonly [name: string]: Written };

type Repetition = SchemaElement['repetition_type'];
type Scalar = {
  readonly element: Omit<SchemaElement, 'name' | 'repetition_type'>;
  readonly value: (value: Exclude<Value, null>) => Written;
};

const number = (value: Value): number => Number(value);
const same = (value: Exclude<Value, null>): Written => value;

const int = (bits: 8 | 16 | 32 | 64, isSigned: boolean): Scalar => ({
  element: {
    type: bits === 64 ? 'INT64' : 'INT32',
    converted_type: `${isSigned ? 'INT' : 'UINT'}_${bits}`,
    logical_type: { type: 'INTEGER', bitWidth: bits, isSigned },
  },
  value: bits === 64 ? (isSigned ? same : (v) => BigInt.asUintN(64, v as bigint)) : number,
});

const TEXT_ELEMENT = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
} as const;

const asText = (type: LogicalType): Scalar => ({
  element: TEXT_ELEMENT,
  value: (v) => valueText(v, type, { zone: 'UTC', style: STANDARD_NESTED }),
});

function scalarOf(type: LogicalType): Scalar {
  switch (type.id) {
    case 'int8':
      return int(8, true);
    case 'int16':
      return int(16, true);
    case 'int32':
      return int(32, true);
    case 'int64':
    case 'span':
      return int(64, true);
    case 'uint8':
      return int(8, false);
    case 'uint16':
      return int(16, false);
    case 'uint32':
      return int(32, false);
    case 'uint64':
      return int(64, false);
    case 'bfloat16':
    case 'float32':
      return { element: { type: 'FLOAT' }, value: same };
    case 'float64':
      return { element: { type: 'DOUBLE' }, value: same };
    case 'bool':
      return { element: { type: 'BOOLEAN' }, value: same };
    case 'null':
    case 'string':
    case 'json':
    case 'fixedstring':
      return { element: TEXT_ELEMENT, value: same };
    case 'date':
      return {
        element: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
        value: number,
      };
    case 'timestamp':
      return timestampScalar(type);
    case 'time':
      return timeScalar(type);
    case 'decimal':
      return decimalScalar(type);
    case 'uuid':
      return {
        ...asText(type),
        element: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
      };
    // Parquet's integers have up to 64 bits, and its decimals no place for all of 128.
    case 'int128':
    case 'int256':
    case 'uint128':
    case 'uint256':
    case 'duration':
    case 'ipv4':
    case 'ipv6':
    case 'enum8':
    case 'enum16':
    case 'multi':
    case 'variant':
    case 'state':
      return asText(type);
    case 'array':
    case 'map':
    case 'tuple':
      throw new BasaltError('LOGICAL_ERROR', `${type.id} is no scalar`);
  }
}

/** Units that Parquet has: digits after the second. */
const UNITS = [
  [3, 'MILLIS'],
  [6, 'MICROS'],
  [9, 'NANOS'],
] as const;

function timestampScalar({ precision = 3, zone }: LogicalType): Scalar {
  const [digits, unit] = UNITS.find(([most]) => precision <= most) ?? UNITS[2];
  const factor = 10n ** BigInt(digits - precision);
  return {
    element: {
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: zone !== undefined, unit },
    },
    value: (v) => (v as bigint) * factor,
  };
}

/** What is no time of a day stays a text. */
function timeScalar(type: LogicalType): Scalar {
  if (type.precision !== undefined) return asText(type);
  return {
    element: {
      type: 'INT64',
      converted_type: 'TIME_MICROS',
      logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' },
    },
    value: same,
  };
}

const INT32_DIGITS = 9;
const INT64_DIGITS = 18;

function decimalScalar(type: LogicalType): Scalar {
  const { precision = 38, scale = 0 } = type;
  // The least bytes that hold all numbers of so many digits, and a sign.
  const bytes = Math.ceil(((10n ** BigInt(precision)).toString(2).length + 1) / 8);
  const physical =
    precision <= INT32_DIGITS
      ? ({ type: 'INT32' } as const)
      : precision <= INT64_DIGITS
        ? ({ type: 'INT64' } as const)
        : ({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: bytes } as const);
  return {
    element: {
      ...physical,
      converted_type: 'DECIMAL',
      precision,
      scale,
      logical_type: { type: 'DECIMAL', precision, scale },
    },
    value: (v) => exactUnits(v, type),
  };
}

/** A column's schema elements, depth first, as footers list them. */
export function elementsOf(name: string, type: LogicalType, isOptional = type.nullable): SchemaElement[] {
  const repetition_type: Repetition = isOptional ? 'OPTIONAL' : 'REQUIRED';
  switch (type.id) {
    case 'array':
      return [
        { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elementsOf('element', elementOf(type)),
      ];
    case 'map':
      return [
        { name, repetition_type, num_children: 1, converted_type: 'MAP', logical_type: { type: 'MAP' } },
        { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
        ...elementsOf('key', keyOf(type), false),
        ...elementsOf('value', elementOf(type)),
      ];
    case 'tuple': {
      const fields = fieldsOf(type);
      return [
        { name, repetition_type, num_children: fields.length },
        ...fields.flatMap((field, i) => elementsOf(fieldName(field.name, i), field.type)),
      ];
    }
    default:
      return [{ name, repetition_type, ...scalarOf(type).element }];
  }
}

/** Fields without names are numbered from 1, as ClickHouse does. */
const fieldName = (name: string | null, index: number): string => name ?? String(index + 1);

/** From a lane's value to what is written. */
export function writtenOf(type: LogicalType): (value: Exclude<Value, null>) => Written {
  if (!isNested(type)) return scalarOf(type).value;
  const write = itemWriter(type);
  return (value) => write(unpackItem(value as string, type));
}

function itemWriter(type: LogicalType): (item: Exclude<Item, null>) => Written {
  const inner = (of: LogicalType): ((item: Item) => Written) => {
    const write = itemWriter(of);
    return (item) => (item === null ? null : write(item));
  };
  switch (type.id) {
    case 'array': {
      const write = inner(elementOf(type));
      return (items) => (items as readonly Item[]).map(write);
    }
    case 'map': {
      const key = inner(keyOf(type));
      const value = inner(elementOf(type));
      return (pairs) =>
        (pairs as readonly (readonly [Item, Item])[]).map(([k, v]) => ({ key: key(k), value: value(v) }));
    }
    case 'tuple': {
      const fields = fieldsOf(type).map((field, i) => [fieldName(field.name, i), inner(field.type)] as const);
      return (items) =>
        Object.fromEntries(fields.map(([name, write], i) => [name, write((items as readonly Item[])[i])]));
    }
    default: {
      const { value } = scalarOf(type);
      return (item) => value(item as Exclude<Value, null>);
    }
  }
}
