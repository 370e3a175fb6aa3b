/** Digests of bytes, by their names; the one place that takes them from Node. */

import { createHash, createHmac } from 'node:crypto';
import { keccak256, md4 } from '../kernel/ref/hash/old-digest.ts';

export type Digest = {
  /** Of the result. */
  readonly bytes: number;
  readonly of: (bytes: Uint8Array) => Uint8Array;
};

const node = (name: string, bytes: number): Digest => ({
  bytes,
  of: (data) => createHash(name).update(data).digest(),
});

export const DIGESTS: Readonly<Record<string, Digest>> = {
  MD4: { bytes: 16, of: md4 },
  MD5: node('md5', 16),
  SHA1: node('sha1', 20),
  SHA224: node('sha224', 28),
  SHA256: node('sha256', 32),
  SHA384: node('sha384', 48),
  SHA512: node('sha512', 64),
  SHA512_256: node('sha512-256', 32),
  RIPEMD160: node('ripemd160', 20),
  keccak256: { bytes: 32, of: keccak256 },
};

/** @param name as Node has it */
export const hmac = (name: string, key: Uint8Array, data: Uint8Array): Uint8Array =>
  createHmac(name, key).update(data).digest();
