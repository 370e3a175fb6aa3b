/**
 * The hash that ClickHouse names a partition by: SipHash-2-4 with key 0 and 128 bits of result (as ClickHouse folds
 * them), over each field's tag and bytes (FieldVisitorHash). It runs once a segment that is listed, never over rows.
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { sip128 } from '../../engine/kernel/ref/hash/sip.ts';
import { bytesOfWord } from '../../engine/kernel/ref/hash/word.ts';
import type { Value } from '../../engine/type/type.ts';

export type HashedValue =
  | { readonly kind: 'unsigned' | 'signed'; readonly value: bigint }
  | { readonly kind: ExactKind; readonly value: bigint }
  | { readonly kind: 'other'; readonly value: Value };

/** Decimals and wide integers by their bits. */
type ExactKind = `decimal${32 | 64 | 128 | 256}` | `${'' | 'u'}int${128 | 256}`;

/** ClickHouse's Field::Types. */
const TAG = { null: 0, unsigned: 1, signed: 2, float: 3, text: 16 } as const;

/** The same of {@link ExactKind}s, with the bytes of each. */
const EXACT: Readonly<Record<ExactKind, readonly [tag: number, bytes: number]>> = {
  uint128: [4, 16],
  int128: [5, 16],
  decimal32: [19, 4],
  decimal64: [20, 8],
  decimal128: [21, 16],
  decimal256: [23, 32],
  uint256: [24, 32],
  int256: [25, 32],
};

export function partitionHash(values: readonly HashedValue[]): string {
  const bytes: number[] = [];
  const word = (value: bigint): void => {
    for (let i = 0n; i < 64n; i += 8n) bytes.push(Number((value >> i) & 0xffn));
  };
  for (const { kind, value } of values) {
    if (kind !== 'other' && kind !== 'unsigned' && kind !== 'signed') {
      const [tag, size] = EXACT[kind];
      bytes.push(tag, ...bytesOfWord(value, size));
    } else if (kind !== 'other') {
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

/** 32 hexadecimal digits, each half from its lowest byte on. */
export function sipHash128(bytes: Uint8Array): string {
  const hash = sip128(bytes);
  const half = (value: bigint): string => {
    const digits = BigInt.asUintN(64, value).toString(16).padStart(16, '0');
    return (digits.match(/../g) ?? []).reverse().join('');
  };
  return half(hash) + half(hash >> 64n);
}
