/** AES in ClickHouse's modes; the one place that takes it from Node. */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { BasaltError } from '../base/error.ts';

const BLOCK = 16;
/** Bytes of the tag behind what GCM encrypts, and of the initialization vector that MySQL's functions take of longer ones. */
const TAG = 16;

type Chaining = 'ecb' | 'cbc' | 'ofb' | 'ctr' | 'gcm';
const NAME = /^aes-(128|192|256)-(ecb|cbc|ofb|ctr|gcm)$/;

/** What a mode and its arguments are, checked as ClickHouse checks them. */
export type Cipher = {
  readonly name: 'aes-128-gcm';
  readonly chaining: Chaining;
  readonly key: Uint8Array;
  readonly iv: Uint8Array | null;
  readonly extra: Uint8Array | null;
};

/** How keys and vectors of other sizes are taken: refused, or as MySQL folds them. */
export type Sizes = 'exact' | 'mysql';

const bad = (message: string, hint?: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', message, hint === undefined ? {} : { hint });

export function cipherOf(
  mode: string,
  key: Uint8Array,
  iv: Uint8Array | null,
  extra: Uint8Array | null,
  sizes: Sizes,
): Cipher {
  const [, bits, chaining] = NAME.exec(mode) ?? [];
  if (chaining === undefined)
    throw bad(`Invalid mode: ${mode}`, 'Modes are aes-{128,192,256}-{ecb,cbc,ofb,ctr,gcm}');
  const bytes = Number(bits) / 8;
  if (sizes === 'mysql' && chaining === 'gcm')
    throw bad('Unsupported cipher mode', 'Use encrypt and decrypt');
  if (extra !== null && chaining !== 'gcm') throw bad('AAD can be only set for GCM-mode');
  if (sizes === 'exact' ? key.length !== bytes : key.length < bytes)
    throw bad(`Invalid key size: ${key.length} expected ${bytes}`);
  return {
    name: mode as Cipher['name'],
    chaining: chaining as Chaining,
    key: key.length === bytes ? key : folded(key, bytes),
    iv: vectorOf(chaining as Chaining, iv, sizes),
    extra,
  };
}

/** Zeros where none is given; ECB has none. */
function vectorOf(chaining: Chaining, iv: Uint8Array | null, sizes: Sizes): Uint8Array | null {
  const size = iv?.length ?? 0;
  if (chaining === 'gcm') {
    if (size === 0) throw bad('Invalid IV size 0 != expected size 12');
    return iv;
  }
  if (chaining === 'ecb') return null;
  if (size === 0) return new Uint8Array(BLOCK);
  if (sizes === 'exact' ? size !== BLOCK : size < BLOCK)
    throw bad(`Invalid IV size: ${size} expected ${BLOCK}`);
  return iv!.subarray(0, BLOCK);
}

/** The bytes behind the size joined with the first ones, again and again. */
function folded(key: Uint8Array, size: number): Uint8Array {
  const short = new Uint8Array(size);
  key.forEach((byte, i) => {
    short[i % size] ^= byte;
  });
  return short;
}

/** Of nothing, all but the modes that fill blocks make nothing. */
export function encrypted(cipher: Cipher, data: Uint8Array): Uint8Array {
  const made = createCipheriv(cipher.name, cipher.key, cipher.iv!);
  if (cipher.extra !== null) made.setAAD(cipher.extra);
  const parts = [made.update(data), made.final()];
  return Buffer.concat(cipher.chaining === 'gcm' ? [...parts, made.getAuthTag()] : parts);
}

export function decrypted(cipher: Cipher, data: Uint8Array): Uint8Array {
  const isGcm = cipher.chaining === 'gcm';
  if (isGcm && data.length < TAG)
    throw bad('Encrypted data is smaller than the size of additional data for AEAD mode, cannot decrypt');
  if (data.length % BLOCK !== 0 && (cipher.chaining === 'cbc' || cipher.chaining === 'ecb'))
    throw failed(`data size ${data.length} is not a multiple of the cipher block size ${BLOCK}`);
  if (data.length === 0) return data;
  const made = createDecipheriv(cipher.name, cipher.key, cipher.iv!);
  if (cipher.extra !== null) made.setAAD(cipher.extra);
  if (isGcm) made.setAuthTag(data.subarray(data.length - TAG));
  const body = made.update(isGcm ? data.subarray(0, data.length - TAG) : data);
  try {
    return Buffer.concat([body, made.final()]);
  } catch {
    throw failed('wrong key, initialization vector or data');
  }
}

const failed = (why: string): BasaltError => new BasaltError('OPENSSL_ERROR', `Cannot decrypt: ${why}`);
