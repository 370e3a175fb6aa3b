/**
 * Network addresses and UUIDs as ClickHouse's functions have them: as numbers, as 16 bytes, as text, in ranges; and moments of
 * identifiers that hold one. Texts of addresses are read strictly, without blanks and leading zeros.
 */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { bytesOfWord, wordAt } from '../../kernel/ref/hash/word.ts';
import { ipv4Text, ipv6Text, parseIpv4, parseIpv6, uuidText } from '../../type/address.ts';
import { packItem } from '../../type/nested.ts';
import { PackedReader, packUnsigned } from '../../type/packed.ts';
import { tuple, type } from '../../type/type.ts';
import { BIG, implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const STRICT_IPV4 = /^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/;
const BLANK = /\s/;

const ipv4Of = (text: string): bigint | undefined =>
  STRICT_IPV4.test(text) && !text.endsWith('.') ? parseIpv4(text) : undefined;
const ipv6Of = (text: string): bigint | undefined =>
  text.includes(':') && !BLANK.test(text) ? parseIpv6(text) : undefined;
const MAPPED = 0xffffn << 32n;
/** An address of IPv4 as the one of IPv6 that stands for it. */
const mapped = (address: bigint | undefined): bigint | undefined =>
  address === undefined ? undefined : MAPPED | address;
const eitherOf = (text: string): bigint | undefined => ipv6Of(text) ?? mapped(ipv4Of(text));

/** 16 bytes, the most significant first, as the text of a fixed string. */
const bytes16 = (value: bigint): string => textOfBytes(bytesOfWord(value, 16).reverse());
const value16 = (text: string): bigint => wordAt(bytesOfText(text).slice().reverse(), 0, 16);
const unpacked = (packed: string): bigint => new PackedReader(packed).unsigned(128);

function required<T>(value: T | undefined, version: 4 | 6): T {
  if (value !== undefined) return value;
  throw new BasaltError(
    version === 4 ? 'CANNOT_PARSE_IPV4' : 'CANNOT_PARSE_IPV6',
    `Invalid IPv${version} value`,
    {
      hint: `IPv${version}StringToNumOrNull gives NULL instead`,
    },
  );
}

/** The first and the last address that begin with as many bits. */
function range(address: bigint, prefix: bigint, bits: bigint): readonly [bigint, bigint] {
  const rest = bits - (prefix > bits ? bits : prefix);
  const low = (address >> rest) << rest;
  return [low, low | ((1n << rest) - 1n)];
}

const pairOf = (id: 'ipv4' | 'ipv6') => tuple([0, 1].map(() => ({ name: null, type: type(id) })));
const IPV4_PAIR = pairOf('ipv4');
const IPV6_PAIR = pairOf('ipv6');

const wrongRange = (message: string): BasaltError =>
  new BasaltError('CANNOT_PARSE_TEXT', message, { hint: 'A range is an address, / and a number of bits' });

function inRange(text: string, cidr: string): boolean {
  const slash = cidr.lastIndexOf('/');
  if (slash === -1) throw wrongRange(`The text does not contain '/': ${cidr}`);
  const [of, prefix] = [cidr.slice(0, slash), cidr.slice(slash + 1)];
  const narrow = ipv4Of(of);
  const base = narrow ?? ipv6Of(of);
  if (base === undefined) throw wrongRange(`Neither IPv4 nor IPv6 address: '${of}'`);
  const bits = narrow === undefined ? 128 : 32;
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)
    throw wrongRange(`The CIDR has a malformed prefix bits: ${cidr}`);
  const narrowOwn = ipv4Of(text);
  const own = narrowOwn ?? ipv6Of(text);
  if (own === undefined) throw wrongRange(`Neither IPv4 nor IPv6 address: '${text}'`);
  const rest = BigInt(bits - Number(prefix));
  return (narrow === undefined) === (narrowOwn === undefined) && own >> rest === base >> rest;
}

function cut(address: bigint, of6: bigint, of4: bigint): string {
  const count = address >> 32n === 0xffffn ? of4 : of6;
  if (of6 < 0n || of6 > 16n || of4 < 0n || of4 > 16n)
    throw new BasaltError('ILLEGAL_TYPE_OF_ARGUMENT', `cutIPv6 cuts 0 to 16 bytes, not ${of6} and ${of4}`);
  return ipv6Text((address >> (8n * count)) << (8n * count));
}

/** Microsoft's variant has its first three groups turned round. */
function variantOf(text: string, variant: bigint): string {
  if (variant !== 1n && variant !== 2n)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `Expected UUID variant 1 or 2, got ${variant}`);
  if (variant === 1n) return text;
  const bytes = bytesOfText(text).slice();
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ])
    bytes.subarray(from, to).reverse();
  return textOfBytes(bytes);
}

const ZERO16 = '\0'.repeat(16);
/** Where the groups of a UUID begin; between them stands any sign. */
const GROUPS = [0, 9, 14, 19, 24, 36];

/** What is no digit counts as 255, as in ClickHouse. */
function uuidBytes(text: string, variant: bigint): string {
  const signs = bytesOfText(text);
  if (signs.length !== 36) return ZERO16;
  const digit = (at: number): number => {
    const value = Number.parseInt(String.fromCharCode(signs[at]), 16);
    return Number.isNaN(value) ? 255 : value;
  };
  const bytes: number[] = [];
  for (let group = 0; group + 1 < GROUPS.length; group++)
    for (let at = GROUPS[group]; at + 1 < GROUPS[group + 1]; at += 2)
      bytes.push((digit(at) * 16 + digit(at + 1)) & 255);
  return variantOf(textOfBytes(Uint8Array.from(bytes)), variant);
}

/** Bits of a snowflake below its milliseconds. */
const SNOWFLAKE_BITS = 22n;

const MODES = ['', '_or_null', '_or_default'] as const;
const orElse = <T>(value: T | undefined, mode: (typeof MODES)[number], version: 4 | 6, zero: T): T | null =>
  value ?? (mode === '_or_null' ? null : mode === '_or_default' ? zero : required(value, version));

export const ADDRESS: readonly Implementation[] = [
  implement('ipv4_text', ['i64'], 'str', (address: bigint) => ipv4Text(address), BIG),
  implement(
    'ipv4_class_c',
    ['i64'],
    'str',
    (address: bigint) => ipv4Text(address).replace(/\d+$/, 'xxx'),
    BIG,
  ),
  implement('ipv6_text', ['str'], 'str', (bytes: string) => ipv6Text(value16(bytes))),
  ...MODES.flatMap((mode) => [
    implement(`ipv4_num${mode}`, ['str'], 'i64', (text: string) => orElse(ipv4Of(text), mode, 4, 0n), BIG),
    implement(`ipv6_num${mode}`, ['str'], 'str', (text: string) => {
      const found = eitherOf(text);
      return orElse(found === undefined ? undefined : bytes16(found), mode, 6, ZERO16);
    }),
  ]),
  implement('ipv6_bytes', ['str'], 'str', (packed: string) => bytes16(unpacked(packed))),
  implement('ipv4_mapped', ['i64'], 'str', (address: bigint) => packUnsigned(MAPPED | address, 128), BIG),
  implement('ipv4_mapped_bytes', ['i64'], 'str', (address: bigint) => bytes16(MAPPED | address), BIG),
  implement(
    'ipv6_cut',
    ['str', 'i64', 'i64'],
    'str',
    (bytes: string, of6: bigint, of4: bigint) => cut(value16(bytes), of6, of4),
    BIG,
  ),
  implement('is_ipv4', ['str'], 'i64', (text: string) => (ipv4Of(text) === undefined ? 0 : 1)),
  implement('is_ipv6', ['str'], 'i64', (text: string) => (ipv6Of(text) === undefined ? 0 : 1)),
  implement(
    'ipv4_range',
    ['i64', 'i64'],
    'str',
    (address: bigint, prefix: bigint) => packItem(range(address, prefix, 32n), IPV4_PAIR),
    BIG,
  ),
  implement(
    'ipv6_range',
    ['str', 'i64'],
    'str',
    (bytes: string, prefix: bigint) =>
      packItem(
        range(value16(bytes), prefix, 128n).map((end) => packUnsigned(end, 128)),
        IPV6_PAIR,
      ),
    BIG,
  ),
  implement(
    'ip_in_range',
    ['str', 'str'],
    'i64',
    (text: string | null, cidr: string | null) =>
      text !== null && cidr !== null && inRange(text, cidr) ? 1 : 0,
    { nulls: 'custom' },
  ),
  implement('uuid_bytes', ['str', 'i64'], 'str', uuidBytes, BIG),
  implement(
    'uuid_bytes_of',
    ['str', 'i64'],
    'str',
    (packed: string, variant: bigint) => variantOf(bytes16(unpacked(packed)), variant),
    BIG,
  ),
  implement(
    'uuid_text_of',
    ['str', 'i64'],
    'str',
    (bytes: string, variant: bigint) => uuidText(value16(variantOf(bytes, variant))),
    BIG,
  ),
  // Milliseconds of a UUID of version 7; 0 of others.
  implement(
    'uuid_ms',
    ['str'],
    'i64',
    (packed: string) => {
      const value = unpacked(packed);
      return ((value >> 76n) & 15n) === 7n ? value >> 80n : 0n;
    },
    BIG,
  ),
  // ticks, ticks in a second, the epoch in milliseconds.
  implement(
    'snowflake_of',
    ['i64', 'i64', 'i64'],
    'i64',
    (ticks: bigint, scale: bigint, epoch: bigint) =>
      BigInt.asIntN(64, (floorDiv(ticks * 1000n, scale) - epoch) << SNOWFLAKE_BITS),
    BIG,
  ),
  // snowflake, milliseconds in a tick, the epoch.
  implement(
    'snowflake_ticks',
    ['i64', 'i64', 'i64'],
    'i64',
    (id: bigint, scale: bigint, epoch: bigint) =>
      floorDiv((BigInt.asUintN(64, id) >> SNOWFLAKE_BITS) + epoch, scale),
    BIG,
  ),
];

const floorDiv = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);
