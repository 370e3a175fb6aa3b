/** A value written out in SQL, in a column of variants: its type is inferred as that of a text is, not the narrowest that holds it. */

import {
  elementOf,
  FLOAT64,
  fieldsOf,
  INT64,
  isFloat,
  isInteger,
  keyOf,
  type LogicalType,
  UINT64,
  type Value,
} from '../type/type.ts';
import { packVariant } from '../type/variant.ts';
import { fitText, inferText } from './infer-value.ts';
import { CLICKHOUSE_NESTED, type ParseOptions, parseValue, valueText } from './value-text.ts';

/** @param target a variant. undefined: none of its types takes the value */
export function writtenVariant(
  value: Exclude<Value, null>,
  type: LogicalType,
  { types }: LogicalType,
  options: ParseOptions,
): string | undefined {
  const parse = (text: string, of: LogicalType): Value | undefined => parseValue(text, of, options);
  const form = type.id === 'string' ? 'quoted' : 'bare';
  const text = valueText(value, type, { zone: options.zone, style: CLICKHOUSE_NESTED });
  if (types !== undefined) {
    const typed = fitText(text, form, types, parse);
    return typed === undefined ? undefined : packVariant(typed.value, typed.type);
  }
  if (form === 'quoted') {
    const typed = inferText(text, form, parse);
    return packVariant(typed.value, typed.type);
  }
  const wide = type.id === 'uint64' && typeof value === 'bigint' && value < 0n ? UINT64 : inferred(type);
  const widened = parse(text, wide);
  return widened === undefined || widened === null ? undefined : packVariant(widened, wide);
}

function inferred(type: LogicalType): LogicalType {
  const { nullable } = type;
  switch (type.id) {
    case 'array':
      return { ...type, element: inferred(elementOf(type)) };
    case 'map':
      return { ...type, key: inferred(keyOf(type)), element: inferred(elementOf(type)) };
    case 'tuple':
      return {
        ...type,
        fields: fieldsOf(type).map(({ name, type: of }) => ({ name, type: inferred(of) })),
      };
    case 'null':
      return { ...INT64, nullable };
    default:
      if (isInteger(type)) return { ...INT64, nullable };
      return isFloat(type) ? { ...FLOAT64, nullable } : type;
  }
}
