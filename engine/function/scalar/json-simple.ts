/**
 * ClickHouse's simpleJSON functions: what stands behind the first `"name":` of a text, wherever that is. They read no JSON, and so are as
 * wrong about it as ClickHouse's are.
 */

import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

/** Where the value begins; -1 where the name does not occur. */
function valueAt(text: string, name: string): number {
  const key = `"${name}":`;
  const at = text.indexOf(key);
  return at < 0 ? -1 : at + key.length;
}

const NUMBER = /"?([+-]?\d*\.?\d*(?:[eE][+-]?\d+)?)/y;

function numberText(text: string, name: string): string {
  const at = valueAt(text, name);
  if (at < 0) return '';
  NUMBER.lastIndex = at;
  return NUMBER.exec(text)?.[1] ?? '';
}

function integer(text: string, name: string): bigint {
  const digits = /^[+-]?\d+/.exec(numberText(text, name))?.[0];
  return digits === undefined ? 0n : BigInt.asIntN(64, BigInt(digits.replace(/^\+/, '')));
}

function float(text: string, name: string): number {
  const value = Number(numberText(text, name));
  return Number.isNaN(value) ? 0 : value;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters may stand in these strings
const CONTROL = /[\u0000-\u001f]/g;

/** Up to the quote that ends it; empty where it never ends or has an escape that means nothing. */
function string(text: string, name: string): string {
  const at = valueAt(text, name);
  const found = at < 0 || text[at] !== '"' ? null : /^"(?:[^"\\]|\\.)*"/s.exec(text.slice(at));
  if (found === null) return '';
  try {
    const escaped = found[0].replace(CONTROL, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return JSON.parse(escaped) as string;
  } catch {
    return '';
  }
}

/** Up to the comma or bracket that ends it, blanks included; nothing ends it, it is none. */
function raw(text: string, name: string): string {
  const from = valueAt(text, name);
  if (from < 0) return '';
  let depth = 0;
  let quoted = false;
  let at = from;
  for (; at < text.length; at++) {
    const c = text[at];
    if (quoted) {
      if (c === '\\') at++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      if (depth === 0) break;
      depth--;
    } else if (c === ',' && depth === 0) break;
  }
  return at < text.length ? text.slice(from, at) : '';
}

export const JSON_SIMPLE: readonly Implementation[] = [
  implement(
    'simple_json_has',
    ['str', 'str'],
    'bool',
    (text: string, name: string) => valueAt(text, name) >= 0,
  ),
  implement('simple_json_int', ['str', 'str'], 'i64', integer),
  implement('simple_json_float', ['str', 'str'], 'f64', float),
  implement('simple_json_bool', ['str', 'str'], 'bool', (text: string, name: string) =>
    text.startsWith('true', valueAt(text, name)),
  ),
  implement('simple_json_string', ['str', 'str'], 'str', string),
  implement('simple_json_raw', ['str', 'str'], 'str', raw),
];
