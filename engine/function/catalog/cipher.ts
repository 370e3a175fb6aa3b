/** ClickHouse's encryption. */

import { BasaltError } from '../../base/error.ts';
import { type LogicalType, nullable, STRING } from '../../type/type.ts';
import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import { BYTES, clickhouseScalar, simple } from '../signature.ts';

/** @param most arguments: MySQL's have nothing that is signed with the text */
const cipher =
  (fn: string, most: number, type: LogicalType = STRING): Resolve =>
  (args, context) => {
    if (args.length < 3 || args.length > most) return undefined;
    if (args[0].type.id === 'string' && args[0].value === undefined)
      throw new BasaltError('ILLEGAL_COLUMN', `The mode of ${fn} is a literal text`);
    return simple(
      fn,
      args.map(() => BYTES),
      type,
    )(args, context);
  };

const KEY = "'keykeykeykeykeyk'";

const ROWS: readonly TableRow[] = [
  [
    ['encrypt'],
    cipher('encrypt', 5),
    'encrypt(mode, text, key [, iv [, aad]])',
    'The text in AES: modes are aes-{128,192,256}-{ecb,cbc,ofb,ctr,gcm}.',
    `SELECT hex(encrypt('aes-128-cbc', '', ${KEY}))`,
    'C11886051F7FD0CD1270FAE323950465',
  ],
  [
    ['decrypt'],
    cipher('decrypt', 5),
    'decrypt(mode, text, key [, iv [, aad]])',
    'What encrypt made the text of.',
    `SELECT decrypt('aes-128-ecb', encrypt('aes-128-ecb', 'abc', ${KEY}), ${KEY})`,
    'abc',
  ],
  [
    ['tryDecrypt'],
    cipher('try_decrypt', 5, nullable(STRING)),
    'tryDecrypt(mode, text, key [, iv [, aad]])',
    'What encrypt made the text of; NULL if that was another key.',
    `SELECT tryDecrypt('aes-128-ecb', 'abc', ${KEY})`,
    'null',
  ],
  [
    ['aes_encrypt_mysql'],
    cipher('encrypt_mysql', 4),
    'aes_encrypt_mysql(mode, text, key [, iv])',
    "The text in AES as MySQL's AES_ENCRYPT has it: longer keys are folded, longer vectors cut.",
    "SELECT hex(aes_encrypt_mysql('aes-128-ecb', 'text', 'keykeykeykeykeykeykey'))",
    'AF81E9179252475C4109031726AD7074',
  ],
  [
    ['aes_decrypt_mysql'],
    cipher('decrypt_mysql', 4),
    'aes_decrypt_mysql(mode, text, key [, iv])',
    'What aes_encrypt_mysql made the text of.',
    `SELECT aes_decrypt_mysql('aes-128-ecb', aes_encrypt_mysql('aes-128-ecb', 'abc', ${KEY}), ${KEY})`,
    'abc',
  ],
];

export const CIPHERS: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
