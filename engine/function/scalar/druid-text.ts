/** Druid's functions that read and write texts of numbers and addresses. */

import { BasaltError } from '../../base/error.ts';
import { ipv4Text, parseIpv4, parseIpv6 } from '../../type/address.ts';
import { BIG, implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['K', 'M', 'G', 'T', 'P', 'E'];
const MAX_PRECISION = 3n;

/** With a unit of 1,024 or 1,000 of the one below. @param suffix behind the unit */
function sized(value: bigint, precision: bigint, isBinary: boolean, suffix: string): string {
  if (precision < 0n || precision > MAX_PRECISION)
    throw new BasaltError('BAD_ARGUMENTS', `The precision is 0 to ${MAX_PRECISION}, not ${precision}`);
  const size = value < 0n ? -value : value;
  const sign = value < 0n ? '-' : '';
  const text = (number: number, unit: string): string =>
    `${sign}${number.toFixed(Number(precision))} ${unit}${suffix}`.trimEnd();
  if (size < (isBinary ? 1024n : 1000n)) return `${value} ${suffix}`.trimEnd();
  if (isBinary) {
    const unit = Math.floor((size.toString(2).length - 1) / 10);
    return text(Number(size) / 2 ** (10 * unit), BINARY[unit]);
  }
  let [rest, unit] = [size, 0];
  for (; rest >= 1_000_000n; unit++) rest /= 1000n;
  return text(Number(rest) / 1000, DECIMAL[unit]);
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
const [LEAST, MOST] = [-(1n << 63n), (1n << 63n) - 1n];

/** null: no whole number of 64 bits in the base. */
function parseLong(text: string, radix: bigint): bigint | null {
  if (radix < 2n || radix > 36n) throw new BasaltError('BAD_ARGUMENTS', `A radix is 2 to 36, not ${radix}`);
  const [, sign, digits] = /^([-+]?)([\da-z]+)$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  let value = 0n;
  for (const digit of digits.toLowerCase()) {
    const worth = BigInt(DIGITS.indexOf(digit));
    if (worth >= radix) return null;
    value = value * radix + worth;
    if (value > -LEAST) return null;
  }
  const found = sign === '-' ? -value : value;
  return found > MOST ? null : found;
}

/** Whether an address lies in a network, written as `10.0.0.0/8`, or is a single one. */
function within(parse: (text: string) => bigint | undefined, bits: number) {
  return (text: string, network: string): boolean => {
    const [of, prefix = String(bits), ...more] = network.split('/');
    const [address, base, length] = [parse(text), parse(of), Number(prefix)];
    if (base === undefined || more.length > 0 || !Number.isInteger(length) || length < 0 || length > bits)
      throw new BasaltError('BAD_ARGUMENTS', `${network} is no network`, {
        hint: bits === 32 ? 'Write 10.0.0.0/8' : 'Write 2001:db8::/32',
      });
    const shift = BigInt(bits - length);
    return address !== undefined && address >> shift === base >> shift;
  };
}

export const DRUID_TEXT: readonly Implementation[] = [
  implement(
    'binary_size',
    ['i64', 'i64'],
    'str',
    (x: bigint, digits: bigint) => sized(x, digits, true, 'B'),
    BIG,
  ),
  implement(
    'decimal_size',
    ['i64', 'i64'],
    'str',
    (x: bigint, digits: bigint) => sized(x, digits, false, 'B'),
    BIG,
  ),
  implement(
    'decimal_number',
    ['i64', 'i64'],
    'str',
    (x: bigint, digits: bigint) => sized(x, digits, false, ''),
    BIG,
  ),
  implement('parse_long', ['str', 'i64'], 'i64', parseLong, BIG),
  implement('ipv4_long', ['str'], 'i64', (text: string) => parseIpv4(text) ?? null, BIG),
  implement(
    'ipv4_of_long',
    ['i64'],
    'str',
    (value: bigint) => (value < 0n || value > 0xffff_ffffn ? null : ipv4Text(value)),
    BIG,
  ),
  implement('ipv4_within', ['str', 'str'], 'bool', within(parseIpv4, 32)),
  implement('ipv6_within', ['str', 'str'], 'bool', within(parseIpv6, 128)),
];
