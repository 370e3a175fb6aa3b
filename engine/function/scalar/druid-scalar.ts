/** What Druid alone has: Java's formats, numbers in words of bytes, addresses as integers. */

import { BasaltError } from '../../base/error.ts';
import { parseIpv4, parseIpv6 } from '../../type/address.ts';
import { BIG, implement } from '../implementation.ts';
import { type JavaValue, javaFixed, javaFormat } from '../java-format.ts';
import type { Implementation } from '../row.ts';

/** @param kinds a letter for each value: a long, a double or a text */
const formatted = (
  kinds: string,
  pattern: string | null,
  ...values: readonly (string | null)[]
): string | null =>
  pattern === null
    ? null
    : javaFormat(
        pattern,
        values.map((value, i): JavaValue => (value === null ? null : READERS[kinds[i]](value))),
      );

const READERS: Readonly<Record<string, (text: string) => JavaValue>> = {
  l: BigInt,
  d: Number,
  s: (text) => text,
};

const LEAST = -(2n ** 63n);
const MOST = 2n ** 63n - 1n;

/** Java's Long.parseLong; hexadecimal numbers may begin with 0x. */
function parseLong(text: string, radix: bigint): bigint | null {
  const base = Number(radix);
  if (base < 2 || base > 36) return null;
  const match = (base === 16 ? /^([+-]?)(?:0x)?([0-9a-z]+)$/i : /^([+-]?)([0-9a-z]+)$/i).exec(text);
  if (match === null) return null;
  let value = 0n;
  for (const letter of match[2]) {
    const digit = Number.parseInt(letter, 36);
    if (digit >= base) return null;
    value = value * radix + BigInt(digit);
    if (value > -LEAST) return null;
  }
  const signed = match[1] === '-' ? -value : value;
  return signed > MOST ? null : signed;
}

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/** Decimal units keep no more than three digits behind the point, cut off before they are rounded. */
function bytesInWords(
  value: bigint,
  base: bigint,
  units: readonly string[],
  suffix: string,
  digits: bigint,
): string {
  if (digits < 0n || digits > 3n)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `A precision of ${digits} digits: 0 to 3 are taken`);
  const size = value < 0n ? -value : value;
  if (size < base) return `${value} ${suffix}`.trimEnd();
  let unit = 1;
  while (size >= base ** BigInt(unit + 1)) unit++;
  const width = base ** BigInt(unit);
  const scaled = base === 1000n ? Number(size / (width / 1000n)) / 1000 : Number(size) / Number(width);
  return `${value < 0n ? '-' : ''}${javaFixed(scaled, Number(digits))} ${units[unit]}${suffix}`;
}

const inWords = (id: string, base: bigint, units: readonly string[], suffix: string): Implementation =>
  implement(
    id,
    ['i64', 'i64'],
    'str',
    (value: bigint, digits: bigint) => bytesInWords(value, base, units, suffix, digits),
    BIG,
  );

const MAX_IPV4 = 0xffff_ffffn;
const isIpv4 = (address: bigint): boolean => address >= 0n && address <= MAX_IPV4;

/** The first bits that an address of the subnet has, and how many of the address are others. */
function subnetOf(
  cidr: string,
  bits: number,
  parse: (text: string) => bigint | undefined,
): readonly [base: bigint, rest: bigint] {
  const [address, prefix, ...more] = cidr.split('/');
  const base = parse(address);
  if (base === undefined || more.length > 0 || !/^\d{1,3}$/.test(prefix ?? '') || Number(prefix) > bits)
    throw new BasaltError('BAD_ARGUMENTS', `'${cidr}' is no subnet of IPv${bits === 32 ? 4 : 6}`, {
      hint: bits === 32 ? "Write '192.168.0.0/16'" : "Write '2001:db8::/32'",
    });
  const rest = BigInt(bits - Number(prefix));
  return [base >> rest, rest];
}

const inIpv4 = (address: bigint | undefined, subnet: string): boolean => {
  const [base, rest] = subnetOf(subnet, 32, parseIpv4);
  return address !== undefined && isIpv4(address) && address >> rest === base;
};

export const DRUID_SCALAR: readonly Implementation[] = [
  implement('java_format', ['str', 'str', 'str'], 'str', formatted, { variadic: true, nulls: 'custom' }),
  implement('parse_long_null', ['str', 'i64'], 'i64', parseLong, BIG),
  inWords('binary_bytes_in_words', 1024n, BINARY, 'B'),
  inWords('decimal_bytes_in_words', 1000n, DECIMAL, 'B'),
  inWords('decimal_in_words', 1000n, DECIMAL, ''),
  implement('ipv4_in_subnet', ['i64', 'str'], 'bool', inIpv4, BIG),
  implement('ipv4_text_in_subnet', ['str', 'str'], 'bool', (text: string, subnet: string) =>
    inIpv4(parseIpv4(text), subnet),
  ),
  implement('ipv6_text_in_subnet', ['str', 'str'], 'bool', (text: string, subnet: string) => {
    const [base, rest] = subnetOf(subnet, 128, parseIpv6);
    const address = parseIpv6(text);
    return address !== undefined && address >> rest === base;
  }),
  implement('ipv4_of_text_null', ['str'], 'i64', (text: string) => parseIpv4(text) ?? null, BIG),
  implement('ipv4_of_i64_null', ['i64'], 'i64', (address: bigint) => (isIpv4(address) ? address : null), BIG),
];
