/**
 * `year=2024/month=05/`: folders whose names are columns, as Hive lays tables out. Every row of a file has the values of its path.
 *
 * A column is BIGINT when all its values are whole numbers, else VARCHAR; `__HIVE_DEFAULT_PARTITION__` is NULL.
 */

import { sep } from 'node:path';
import { INT64, type LogicalType, nullable, STRING, type Value } from '../../engine/type/type.ts';

const NULL_NAME = '__HIVE_DEFAULT_PARTITION__';

/** Keys and values of a path, in its order. */
export function partitionsOf(path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const folder of path.split(sep).slice(0, -1)) {
    const at = folder.indexOf('=');
    if (at > 0) found.set(unescaped(folder.slice(0, at)), unescaped(folder.slice(at + 1)));
  }
  return found;
}

/** `key=value` of a row, as {@link partitionsOf} reads it. */
export const partitionFolder = (name: string, value: string | null): string =>
  `${encodeURIComponent(name)}=${value === null ? NULL_NAME : encodeURIComponent(value)}`;

/** Hive writes special characters as in addresses. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Columns that the folders of all paths give. */
export function partitionColumns(
  paths: readonly string[],
): readonly { readonly name: string; readonly type: LogicalType }[] {
  const all = paths.map(partitionsOf);
  const names = [...(all[0]?.keys() ?? [])].filter((name) => all.every((of) => of.has(name)));
  return names.map((name) => {
    const values = all.map((of) => of.get(name) ?? NULL_NAME).filter((value) => value !== NULL_NAME);
    const isWhole = values.length > 0 && values.every((value) => /^-?\d{1,18}$/.test(value));
    return { name, type: nullable(isWhole ? INT64 : STRING) };
  });
}

export function partitionValue(path: string, name: string, type: LogicalType): Value {
  const text = partitionsOf(path).get(name) ?? NULL_NAME;
  if (text === NULL_NAME) return null;
  return type.id === 'int64' ? BigInt(text) : text;
}
