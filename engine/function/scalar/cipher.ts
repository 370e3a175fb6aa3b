/** Encryption: the mode, the text, the key, the initialization vector and what is signed with it. */

import { bytesOfText, textOfBytes } from '../../base/bytes-text.ts';
import { BasaltError } from '../../base/error.ts';
import { type Cipher, cipherOf, decrypted, encrypted, type Sizes } from '../cipher.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const TEXTS = ['str', 'str', 'str', 'str', 'str'] as const;

const applied =
  (sizes: Sizes, of: (cipher: Cipher, data: Uint8Array) => Uint8Array) =>
  (mode: string, text: string, key: string, iv?: string, extra?: string): string => {
    const bytes = (given: string | undefined) => (given === undefined ? null : bytesOfText(given));
    return textOfBytes(
      of(cipherOf(mode, bytesOfText(key), bytes(iv), bytes(extra), sizes), bytesOfText(text)),
    );
  };

const decrypt = applied('exact', decrypted);

/** NULL where the text is not of this key; mistakes in the key itself stay errors. */
function tryDecrypt(...args: Parameters<typeof decrypt>): string | null {
  try {
    return decrypt(...args);
  } catch (error) {
    if (error instanceof BasaltError && error.errorName === 'OPENSSL_ERROR') return null;
    throw error;
  }
}

const cipher = (id: string, evaluate: Implementation['evaluate']): Implementation =>
  implement(id, TEXTS, 'str', evaluate, { variadic: true });

export const CIPHER: readonly Implementation[] = [
  cipher('encrypt', applied('exact', encrypted)),
  cipher('decrypt', decrypt),
  cipher('try_decrypt', tryDecrypt),
  cipher('encrypt_mysql', applied('mysql', encrypted)),
  cipher('decrypt_mysql', applied('mysql', decrypted)),
];
