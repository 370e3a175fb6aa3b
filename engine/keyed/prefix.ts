/**
 * Prefixes of network addresses as keys: an address of IPv6, or one of IPv4 as the one that stands for it, cut to a number of bits, as its
 * packed form (19 characters of 7 bits, type/packed.ts) with that number in two characters behind it. The row of an address is that of
 * the longest prefix, and cutting the packed form is all it takes to ask for the next one.
 */

import { BasaltError } from '../base/error.ts';
import type { Arena } from '../memory/arena.ts';
import { ipv6Text, parseIpv4, parseIpv6 } from '../type/address.ts';
import { packUnsigned } from '../type/packed.ts';
import { type KeyedRows, NO_ROW, rowOfKey } from './keyed-rows.ts';

const ADDRESS_BITS = 128;
const PACKED_BYTES = 19;
/** Bits of the packed form before those of the address. */
const LEADING_BITS = PACKED_BYTES * 7 - ADDRESS_BITS;
export const PREFIX_BYTES = PACKED_BYTES + 2;
const IPV4 = { mapped: 0xffffn << 32n, bits: 32 };

type Prefix = { readonly address: bigint; readonly bits: number };

function parsePrefix(text: string): Prefix {
  const [address, length, ...more] = text.split('/');
  const four = parseIpv4(address);
  const value = four === undefined ? parseIpv6(address) : IPV4.mapped | four;
  const most = four === undefined ? ADDRESS_BITS : IPV4.bits;
  const given = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (value === undefined || more.length > 0 || !(given <= most))
    throw new BasaltError('CANNOT_PARSE_TEXT', `'${text}' is no address or prefix`, {
      hint: 'Keys of an ip_trie are texts like 10.0.0.0/8 or 2001:db8::/32',
    });
  const bits = given + ADDRESS_BITS - most;
  const rest = BigInt(ADDRESS_BITS - bits);
  return { address: (value >> rest) << rest, bits };
}

/** The prefix that a text names, as all texts of it are written. */
export function prefixText(text: string): string {
  const { address, bits } = parsePrefix(text);
  return `${ipv6Text(address)}/${bits}`;
}

export function prefixKey(text: string): string {
  const { address, bits } = parsePrefix(text);
  return packUnsigned(address, ADDRESS_BITS) + String.fromCharCode(bits >> 4, bits & 15);
}

/** Bits of a key at an address. */
export const prefixBits = ({ u8 }: Arena, key: number): number =>
  u8[key + PACKED_BYTES] * 16 + u8[key + PACKED_BYTES + 1];

/** @param address a packed one @param key room for PREFIX_BYTES */
export function rowOfAddress(
  arena: Arena,
  { key: index, prefixes }: KeyedRows,
  address: number,
  key: number,
): number {
  const { u8 } = arena;
  u8.copyWithin(key, address, address + PACKED_BYTES);
  for (const bits of prefixes) {
    const kept = bits + LEADING_BITS;
    const byte = Math.floor(kept / 7);
    if (byte < PACKED_BYTES) {
      u8[key + byte] &= 0x7f & ~(0x7f >> (kept % 7));
      u8.fill(0, key + byte + 1, key + PACKED_BYTES);
    }
    u8[key + PACKED_BYTES] = bits >> 4;
    u8[key + PACKED_BYTES + 1] = bits & 15;
    const row = rowOfKey(arena, index, key, PREFIX_BYTES);
    if (row !== NO_ROW) return row;
  }
  return NO_ROW;
}
