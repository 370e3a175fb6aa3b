/** Forms of a text: Unicode's normal ones, what is valid, escapes of XML, character sets, checksums, a format filled in. */

import { isAscii } from '../../base/byte-string.ts';
import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

/** A checksum of reflected bits: its polynomial, what it begins with and is joined with at the end. */
function checksum(bits: number, polynomial: bigint, mask: bigint): (text: string) => bigint {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let i = 0; i < 8; i++) value = (value >> 1n) ^ ((value & 1n) === 1n ? polynomial : 0n);
    return value;
  });
  return (text) => {
    let value = mask;
    for (const byte of bytesOfText(text)) value = (value >> 8n) ^ table[Number(value & 255n) ^ byte];
    return BigInt.asIntN(64, BigInt.asUintN(bits, value ^ mask));
  };
}

const CRC_IEEE = 0xedb88320n;

const XML: Readonly<Record<string, string>> = { '<': 'lt', '>': 'gt', '&': 'amp', '"': 'quot', "'": 'apos' };
const OF_XML = new Map(Object.entries(XML).map(([sign, name]) => [name, sign]));

const toXml = (text: string): string => text.replace(/[<>&"']/g, (sign) => `&${XML[sign]};`);
const fromXml = (text: string): string =>
  text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]+));/g, (whole, hex, digits, name) => {
    if (name !== undefined) return OF_XML.get(name) ?? whole;
    const code = hex === undefined ? Number(digits) : Number.parseInt(hex, 16);
    return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });

const MARKS = /\p{Mn}/gu;
const plain = (text: string): string => text.normalize('NFD').replace(MARKS, '').normalize('NFC');

/** One sign for each run of bytes that are no character. */
const valid = (text: string): string =>
  text.replace(/[\udc80-\udcff]+/g, (run) => (run.isWellFormed() ? run : '\ufffd'));

type Charset = { readonly read: (bytes: Uint8Array) => string; readonly write: (text: string) => Uint8Array };

const units16 = (text: string, little: boolean): Uint8Array => {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), little);
  return bytes;
};
const SUBSTITUTE = 0x1a;
const oneByte = (most: number): Charset => ({
  read: (bytes) =>
    Array.from(bytes, (byte) => (byte <= most ? String.fromCharCode(byte) : '\ufffd')).join(''),
  write: (text) =>
    Uint8Array.from(Array.from(text), (sign) => {
      const code = sign.codePointAt(0)!;
      return code <= most ? code : SUBSTITUTE;
    }),
});
const wide = (little: boolean): Charset => ({
  read: (bytes) => new TextDecoder(little ? 'utf-16le' : 'utf-16be', { ignoreBOM: true }).decode(bytes),
  write: (text) => units16(text, little),
});

const CHARSETS = new Map<string, Charset>([
  ['utf-8', { read: (bytes) => textOfBytes(bytes), write: (text) => bytesOfText(text) }],
  ['utf-16le', wide(true)],
  ['utf-16be', wide(false)],
  ['utf-16', { read: wide(true).read, write: (text) => units16(`\ufeff${text}`, true) }],
  ['iso-8859-1', oneByte(255)],
  ['us-ascii', oneByte(127)],
]);

function charset(name: string): Charset {
  const known = CHARSETS.get(name.toLowerCase());
  if (known !== undefined) return known;
  throw new BasaltError('BAD_ARGUMENTS', `No character set is called ${name} here`, {
    hint: `There are ${[...CHARSETS.keys()].join(', ')}`,
  });
}

const bad = (message: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', message, {
    hint: '{} and {0} stand for arguments, {{ and }} for brackets',
  });

/** Literal pieces and numbers of arguments. */
function piecesOf(format: string, count: number): readonly (string | number)[] {
  const pieces: (string | number)[] = [];
  let next = 0;
  let manual: boolean | undefined;
  for (const [token] of format.matchAll(/\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+/g)) {
    if (token === '{{' || token === '}}') pieces.push(token[0]);
    else if (token === '{') throw bad('Last open curly brace is not closed');
    else if (token === '}') throw bad('Closed curly brace without open one');
    else if (token[0] !== '{') pieces.push(token);
    else {
      const digits = token.slice(1, -1);
      if (!/^\d{0,9}$/.test(digits)) throw bad(`Not a number in curly braces: ${token}`);
      if (manual !== undefined && manual !== (digits !== ''))
        throw bad('Cannot switch between automatic field numbering and manual field specification');
      manual = digits !== '';
      const index = manual ? Number(digits) : next++;
      if (index >= count) throw bad(`Argument is too big for formatting: there are ${count}`);
      pieces.push(index);
    }
  }
  return pieces;
}

function fill(format: string, ...values: readonly string[]): string {
  return piecesOf(format, values.length)
    .map((piece) => (typeof piece === 'number' ? values[piece] : piece))
    .join('');
}

const quoteMeta = (text: string): string => text.replace(/[\0\\|()^$.[\]?*+{:-]/g, '\\$&');

export const TEXT_FORM: readonly Implementation[] = [
  implement('crc_32', ['str'], 'i64', checksum(32, CRC_IEEE, 0xffffffffn), { integers: 'bigint' }),
  implement('crc_32_ieee', ['str'], 'i64', checksum(32, CRC_IEEE, 0n), { integers: 'bigint' }),
  implement('crc_64', ['str'], 'i64', checksum(64, 0xc96c5795d7870f42n, 0n), { integers: 'bigint' }),
  ...(['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form) =>
    implement(`normalize_${form}`, ['str'], 'str', (text: string) => text.normalize(form)),
  ),
  implement('without_marks', ['str'], 'str', plain),
  implement('is_ascii', ['str'], 'i64', (text: string) => (isAscii(text) ? 1 : 0)),
  implement('is_utf8', ['str'], 'i64', (text: string) => (text.isWellFormed() ? 1 : 0)),
  implement('to_utf8', ['str'], 'str', valid),
  implement('xml_encode', ['str'], 'str', toXml),
  implement('xml_decode', ['str'], 'str', fromXml),
  // text, from, to.
  implement('convert_charset', ['str', 'str', 'str'], 'str', (text: string, from: string, to: string) =>
    textOfBytes(charset(to).write(charset(from).read(bytesOfText(text)))),
  ),
  implement('fill_format', ['str'], 'str', fill, { variadic: true }),
  implement('quote_meta', ['str'], 'str', quoteMeta),
];
