/** The default that somebody gave a column, as ClickHouse's SQL writes it. */

import { isNested, isNumeric, type LogicalType, type Value } from '../type/type.ts';
import { CLICKHOUSE_NESTED, valueText } from './value-text.ts';

const TEXT = { zone: 'UTC', style: CLICKHOUSE_NESTED };

export const textLiteral = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Texts, times and addresses in quotes. */
export function defaultText(value: Value, type: LogicalType): string {
  if (value === null) return 'NULL';
  const text = valueText(value, type, TEXT);
  if (isNumeric(type) || type.id === 'bool' || isNested(type)) return text;
  return textLiteral(text);
}
