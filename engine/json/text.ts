/** Documents written anew: without blanks, with no more escapes than are needed, numbers as a dialect writes them. */

import { floatText } from '../function/number-text.ts';
import { contentOf, textOf } from './find.ts';
import { JsonScanner, type JsonVisitor, KIND, type Kind } from './scanner.ts';

/** How a number that is not written as an integer looks. */
export type NumberStyle = 'clickhouse' | 'standard';

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '/': '\\/',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};
const escapeOf = (c: string): string =>
  ESCAPES[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes
const PLAIN = /["\\\u0000-\u001f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ClickHouse escapes
const CLICKHOUSE = /["\\\u0000-\u001f\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ClickHouse escapes
const SLASHES = /["\\/\u0000-\u001f\u2028\u2029]/g;

/** @param escapes `slashes`: those of toJSONString */
export function quoteJson(text: string, escapes: NumberStyle | 'slashes'): string {
  const pattern = escapes === 'standard' ? PLAIN : escapes === 'slashes' ? SLASHES : CLICKHOUSE;
  return `"${text.replace(pattern, escapeOf)}"`;
}

/** A number as written, as the dialect writes it: integers keep their digits, and so do floats beyond all doubles. */
export function numberText(written: string, kind: Kind, style: NumberStyle): string {
  if (kind === KIND.int) return written === '-0' ? '0' : written;
  const value = Number(written);
  if (!Number.isFinite(value)) return written;
  const text = floatText(value);
  return style === 'clickhouse' || /[.e]/.test(text) ? text : `${text}.0`;
}

class Compact implements JsonVisitor {
  text = '';
  readonly #style: NumberStyle;

  constructor(style: NumberStyle) {
    this.#style = style;
  }

  member(scanner: JsonScanner, from: number, to: number, escaped: boolean): Kind {
    if (!this.text.endsWith('{')) this.text += ',';
    this.text += `${quoteJson(contentOf(scanner.bytes, from, to, escaped), this.#style)}:`;
    return this.write(scanner);
  }

  element(scanner: JsonScanner, index: number): Kind {
    if (index > 0) this.text += ',';
    return this.write(scanner);
  }

  write(scanner: JsonScanner): Kind {
    const first = scanner.peek();
    if (first === 0x7b || first === 0x5b) {
      this.text += first === 0x7b ? '{' : '[';
      const kind = scanner.value(this);
      this.text += first === 0x7b ? '}' : ']';
      return kind;
    }
    const kind = scanner.value(null);
    const { bytes, from, to, escaped } = scanner;
    if (kind === KIND.string) this.text += quoteJson(contentOf(bytes, from, to, escaped), this.#style);
    else if (kind === KIND.int || kind === KIND.float)
      this.text += numberText(textOf(bytes, from, to), kind, this.#style);
    else this.text += textOf(bytes, from, to);
    return kind;
  }
}

/** The value in bytes [from, to), which is known to be one. */
export function compactText(bytes: Uint8Array, from: number, to: number, style: NumberStyle): string {
  const scanner = new JsonScanner();
  scanner.open(bytes, from, to);
  const out = new Compact(style);
  out.write(scanner);
  return out.text;
}
