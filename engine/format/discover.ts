/**
 * Schemas from samples: which columns a stream of rows has, and of which types.
 *
 * A key's type is the narrowest of bool, int64, float64, string that every sampled value fits; NULL fits all,
 * nested values are strings (their JSON text). Columns come in order of first appearance and are nullable.
 */

import { type LogicalType, type } from '../type/type.ts';
import { parseJson } from './json/read.ts';
import { NumberText } from './raw.ts';

export type Discovered = { readonly name: string; readonly type: LogicalType };

type Seen = 'none' | 'bool' | 'int64' | 'float64' | 'string';

const join = (a: Seen, b: Seen): Seen => {
  if (a === b || b === 'none') return a;
  if (a === 'none') return b;
  const numbers = (a === 'int64' || a === 'float64') && (b === 'int64' || b === 'float64');
  return numbers ? 'float64' : 'string';
};

const typeOf = (seen: Seen): LogicalType => type(seen === 'none' ? 'string' : seen, true);

function seenOf(value: unknown): Seen {
  if (value === null) return 'none';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int64' : 'float64';
  if (value instanceof NumberText) return /^-?\d{1,18}$/.test(value.source) ? 'int64' : 'float64';
  return 'string';
}

/** Columns of JSON objects, one a line; lines that are none are ignored. */
export function discoverJson(lines: Iterable<string>): Discovered[] {
  const found = new Map<string, Seen>();
  for (const line of lines) {
    let row: unknown;
    try {
      row = parseJson(line);
    } catch {
      continue;
    }
    if (typeof row !== 'object' || row === null || Array.isArray(row)) continue;
    for (const [name, value] of Object.entries(row)) {
      found.set(name, join(found.get(name) ?? 'none', seenOf(value)));
    }
  }
  return [...found].map(([name, seen]) => ({ name, type: typeOf(seen) }));
}

function seenOfText(text: string): Seen {
  if (text === '') return 'none';
  if (/^-?(?:0|[1-9]\d{0,17})$/.test(text)) return 'int64';
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) return 'float64';
  return text === 'true' || text === 'false' ? 'bool' : 'string';
}

/** Columns of delimited rows under the given names. */
export function discoverDelimited(names: readonly string[], rows: Iterable<readonly string[]>): Discovered[] {
  const seen = names.map((): Seen => 'none');
  for (const row of rows) {
    for (let i = 0; i < names.length && i < row.length; i++) seen[i] = join(seen[i], seenOfText(row[i]));
  }
  return names.map((name, i) => ({ name, type: typeOf(seen[i]) }));
}
