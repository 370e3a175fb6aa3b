/**
 * Escaping of UTF-8 bytes, one table per format: for each byte, what stands in its place.
 *
 * JSON as ClickHouse writes it: `/` too (output_format_json_escape_forward_slashes), control characters as upper-case
 * \u00XX, and U+2028, U+2029. JSON as Druid's Jackson writes it: quotes, backslashes and control characters.
 * TabSeparated: \b \f \r \n \t \0 \' \\.
 */

import type { ByteSink } from './byte-sink.ts';

type EscapeTable = readonly (Uint8Array | null)[];

const encoder = new TextEncoder();

const table = (rows: Record<string, string>, controls: boolean): EscapeTable =>
  Array.from({ length: 256 }, (_, byte) => {
    const named = byte < 128 ? rows[String.fromCharCode(byte)] : undefined;
    if (named !== undefined) return encoder.encode(named);
    if (!controls || byte >= 32) return null;
    return encoder.encode(`\\u00${byte.toString(16).toUpperCase().padStart(2, '0')}`);
  });

const JSON_ROWS = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

export const JSON_ESCAPES = table(JSON_ROWS, true);
export const JSON_SLASH_ESCAPES = table({ ...JSON_ROWS, '/': '\\/' }, true);
const LINE_SEPARATORS = [encoder.encode('\\u2028'), encoder.encode('\\u2029')];
export const TSV_ESCAPES = table(
  {
    '\b': '\\b',
    '\f': '\\f',
    '\r': '\\r',
    '\n': '\\n',
    '\t': '\\t',
    '\0': '\\0',
    "'": "\\'",
    '\\': '\\\\',
  },
  false,
);
export const CSV_ESCAPES = table({ '"': '""' }, false);

/** Writes bytes [from, to) with the table's escapes. */
export function writeEscaped(
  sink: ByteSink,
  bytes: Uint8Array,
  from: number,
  to: number,
  escapes: EscapeTable,
): void {
  const out = sink.reserve((to - from) * 6);
  let at = sink.size;
  const start = at;
  for (let i = from; i < to; i++) {
    const escaped = escapes[bytes[i]];
    if (escaped === null) {
      out[at++] = bytes[i];
      continue;
    }
    for (let k = 0; k < escaped.length; k++) out[at++] = escaped[k];
  }
  sink.advance(at - start);
}

/** A JSON string with its quotes, as ClickHouse writes it. */
export function writeClickHouseJsonString(sink: ByteSink, bytes: Uint8Array, from: number, to: number): void {
  const out = sink.reserve((to - from) * 6 + 2);
  const start = sink.size;
  let at = start;
  out[at++] = 34;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    const escaped = JSON_SLASH_ESCAPES[byte];
    if (escaped === null) {
      // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
      if (byte === 0xe2 && i + 2 < to && bytes[i + 1] === 0x80 && (bytes[i + 2] & 0xfe) === 0xa8) {
        const separator = LINE_SEPARATORS[bytes[i + 2] & 1];
        out.set(separator, at);
        at += separator.length;
        i += 2;
      } else out[at++] = byte;
      continue;
    }
    for (let k = 0; k < escaped.length; k++) out[at++] = escaped[k];
  }
  out[at++] = 34;
  sink.advance(at - start);
}

/** A JSON string with its quotes, as Druid writes it. */
export function writeJsonString(sink: ByteSink, bytes: Uint8Array, from: number, to: number): void {
  sink.byte(34);
  writeEscaped(sink, bytes, from, to, JSON_ESCAPES);
  sink.byte(34);
}
