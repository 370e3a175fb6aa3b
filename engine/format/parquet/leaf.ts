/**
 * What the values of one Parquet column are: how they lie in pages (physical type) and what they mean (logical type).
 *
 * A {@link Leaf} is plain data that travels to workers. Columns that cannot be read say why in `refusal`, so that only a
 * table that wants such a column is an error.
 */

import type { SchemaElement } from 'hyparquet';

export type Physical =
  | 'BOOLEAN'
  | 'INT32'
  | 'INT64'
  | 'INT96'
  | 'FLOAT'
  | 'DOUBLE'
  | 'BYTE_ARRAY'
  | 'FIXED_LEN_BYTE_ARRAY';

export type Meaning =
  | { readonly kind: 'bool' | 'float' | 'string' | 'uuid' | 'date' | 'int96' }
  | { readonly kind: 'int'; readonly signed: boolean; readonly bits?: number }
  | { readonly kind: 'decimal'; readonly scale: number; readonly precision: number }
  /** Ticks of 10^-precision seconds since 1970; local times are taken as UTC. */
  | { readonly kind: 'timestamp'; readonly precision: number }
  /** Ticks of 10^-precision seconds since midnight. */
  | { readonly kind: 'time'; readonly precision: number };

export type Leaf = {
  readonly name: string;
  /** Position among the column chunks of a row group. */
  readonly index: number;
  readonly physical: Physical;
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly typeLength: number;
  /** Levels of an entry with a value: optional and repeated nodes of the schema down to it, and the repeated ones of them. */
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  readonly meaning: Meaning;
  /** Why values cannot be read; null: they can. */
  readonly refusal: string | null;
};

const PLAIN: Record<Physical, Meaning> = {
  BOOLEAN: { kind: 'bool' },
  INT32: { kind: 'int', signed: true },
  INT64: { kind: 'int', signed: true },
  INT96: { kind: 'int96' },
  FLOAT: { kind: 'float' },
  DOUBLE: { kind: 'float' },
  BYTE_ARRAY: { kind: 'string' },
  FIXED_LEN_BYTE_ARRAY: { kind: 'string' },
};

const int = (signed: boolean, bits: number): Meaning => ({ kind: 'int', signed, bits });
/** The older annotations that say more than the physical type. */
const CONVERTED: Record<string, Meaning> = {
  DATE: { kind: 'date' },
  TIMESTAMP_MILLIS: { kind: 'timestamp', precision: 3 },
  TIMESTAMP_MICROS: { kind: 'timestamp', precision: 6 },
  TIME_MILLIS: { kind: 'time', precision: 3 },
  TIME_MICROS: { kind: 'time', precision: 6 },
  INT_8: int(true, 8),
  INT_16: int(true, 16),
  UINT_8: int(false, 8),
  UINT_16: int(false, 16),
  UINT_32: int(false, 32),
  UINT_64: int(false, 64),
};
const PRECISION = { MILLIS: 3, MICROS: 6, NANOS: 9 } as const;
const REFUSED = /^(INTERVAL|FLOAT16|VARIANT|GEOMETRY|GEOGRAPHY)$/;

/** Physical types that can mean it. */
const CARRIERS: Record<Meaning['kind'], RegExp> = {
  bool: /^BOOLEAN$/,
  int: /^INT(32|64)$/,
  int96: /^INT96$/,
  float: /^(FLOAT|DOUBLE)$/,
  string: /BYTE_ARRAY$/,
  uuid: /^FIXED_LEN_BYTE_ARRAY$/,
  date: /^INT32$/,
  timestamp: /^INT64$/,
  time: /^INT(32|64)$/,
  decimal: /^INT(32|64)$|BYTE_ARRAY$/,
};

export function leafOf(
  element: SchemaElement,
  index: number,
  maxDefinition: number,
  maxRepetition: number,
): Leaf {
  const physical = (element.type ?? 'BYTE_ARRAY') as Physical;
  const meaning = meaningOf(element, physical);
  return {
    name: element.name,
    index,
    physical,
    typeLength: element.type_length ?? 0,
    maxDefinition,
    maxRepetition,
    meaning,
    refusal: refusalOf(element, physical, meaning),
  };
}

const MAX_SCALE = 76;

/** A damaged footer may lack the unit of a time or the scale of a decimal. */
const isWhole = (meaning: Meaning): boolean =>
  meaning.kind === 'decimal'
    ? Number.isInteger(meaning.scale) && meaning.scale >= 0 && meaning.scale <= MAX_SCALE
    : (meaning.kind !== 'timestamp' && meaning.kind !== 'time') || meaning.precision !== undefined;

function refusalOf(element: SchemaElement, physical: Physical, meaning: Meaning): string | null {
  const annotation = element.logical_type?.type ?? element.converted_type ?? '';
  if (REFUSED.test(annotation)) return `is of type ${annotation}`;
  if (!CARRIERS[meaning.kind].test(physical))
    return `is of type ${annotation}, but has values of type ${physical}`;
  if (!isWhole(meaning)) return `is of type ${annotation} without saying which`;
  if (physical === 'FIXED_LEN_BYTE_ARRAY' && !((element.type_length ?? 0) > 0))
    return 'has values of no length';
  return null;
}

function meaningOf(element: SchemaElement, physical: Physical): Meaning {
  const { logical_type: logical, converted_type: converted } = element;
  switch (logical?.type) {
    case 'DECIMAL':
      return { kind: 'decimal', scale: logical.scale, precision: logical.precision };
    case 'DATE':
      return { kind: 'date' };
    case 'UUID':
      return { kind: 'uuid' };
    case 'TIMESTAMP':
      return { kind: 'timestamp', precision: PRECISION[logical.unit] };
    case 'TIME':
      return { kind: 'time', precision: PRECISION[logical.unit] };
    case 'INTEGER':
      return int(logical.isSigned, logical.bitWidth);
  }
  if (converted === 'DECIMAL')
    return { kind: 'decimal', scale: element.scale ?? 0, precision: element.precision ?? 0 };
  return CONVERTED[converted ?? ''] ?? PLAIN[physical];
}
