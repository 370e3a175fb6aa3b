/**
 * The hash that ClickHouse names a partition by: SipHash-2-4 with key 0 and 128 bits of result (as ClickHouse folds them:
 * v0 ^ v1, v2 ^ v3), over each field's tag and bytes (FieldVisitorHash). 64-bit arithmetic in bigints: it runs once a
 * segment that is listed, never over rows.
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import type { Value } from '../../engine/type/type.ts';

export type HashedValue =
  | { readonly kind: 'unsigned' | 'signed'; readonly value: bigint }
  | { readonly kind: 'other'; readonly value: Value };

/** ClickHouse's Field::Types. */
const TAG = { null: 0, unsigned: 1, signed: 2, float: 3, text: 16 } as const;

export function partitionHash(values: readonly HashedValue[]): string {
  const bytes: number[] = [];
  const word = (value: bigint): void => {
    for (let i = 0n; i < 64n; i += 8n) bytes.push(Number((value >> i) & 0xffn));
  };
  for (const { kind, value } of values) {
    if (kind !== 'other') {
      bytes.push(TAG[kind]);
      word(BigInt.asUintN(64, value));
    } else if (value === null) bytes.push(TAG.null);
    else if (typeof value === 'number') {
      bytes.push(TAG.float);
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value);
      word(view.getBigUint64(0));
    } else {
      const text = bytesOfText(String(value));
      bytes.push(TAG.text);
      word(BigInt(text.length));
      for (const byte of text) bytes.push(byte);
    }
  }
  return sipHash128(Uint8Array.from(bytes));
}

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotate = (value: bigint, bits: bigint): bigint => u64((value << bits) | (value >> (64n - bits)));

/** 32 hexadecimal digits, each half from its lowest byte on. */
export function sipHash128(bytes: Uint8Array): string {
  let v0 = 0x736f6d6570736575n;
  let v1 = 0x646f72616e646f6dn;
  let v2 = 0x6c7967656e657261n;
  let v3 = 0x7465646279746573n;
  const round = (): void => {
    v0 = u64(v0 + v1);
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = u64(v2 + v3);
    v3 = rotate(v3, 16n) ^ v2;
    v0 = u64(v0 + v3);
    v3 = rotate(v3, 21n) ^ v0;
    v2 = u64(v2 + v1);
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  const take = (word: bigint): void => {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  };
  const padded = new Uint8Array(Math.floor(bytes.length / 8) * 8 + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 0xff;
  const view = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 8) take(view.getBigUint64(at, true));
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  const half = (value: bigint): string => {
    const digits = value.toString(16).padStart(16, '0');
    return (digits.match(/../g) ?? []).reverse().join('');
  };
  return half(v0 ^ v1) + half(v2 ^ v3);
}
