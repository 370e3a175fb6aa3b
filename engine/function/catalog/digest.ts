/** Digests of texts, and ClickHouse's hashes of one integer, one URL or one text. */

import { BasaltError } from '../../base/error.ts';
import { literal } from '../../plan/expr.ts';
import { isFloat, isInteger, isSigned, type LogicalType, STRING, type, UINT64 } from '../../type/type.ts';
import { apply } from '../call.ts';
import { DIGESTS as ALGORITHMS } from '../digest.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { BYTES, clickhouseScalar, firstOf, INTEGER, type Param, scalar, simple, TEXT } from '../signature.ts';

const INT32 = type('int32');
const fixed = (length: number): LogicalType => ({ id: 'fixedstring', nullable: false, length });

/** By name: digits of the digest of `abc`. */
const OF_ABC: Readonly<Record<string, string>> = {
  MD4: 'A448017AAF21D8525FC10AE87AA6729D',
  MD5: '900150983CD24FB0D6963F7D28E17F72',
  SHA1: 'A9993E364706816ABA3E25717850C26C9CD0D89D',
  SHA224: '23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7',
  SHA256: 'BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD',
  SHA384: 'CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C825A7',
  SHA512:
    'DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F',
  SHA512_256: '53048E2681941EF99B2E29B76B4C7DABE4C2D0C634FC6D46E0E2F13107E7AF23',
  RIPEMD160: '8EB208F7E05D987A9B044A8E98C6B087F15A0BFC',
  keccak256: '4E03657AEA45A94FC7D47BA826C8D667C0D1E6E33A64A036EC44F58FA12D6C45',
};

/** Digests that standard SQL gives as digits. */
const IN_DIGITS = ['MD5', 'SHA1', 'SHA256'];

/** Of HMAC: as ClickHouse has them, without regard to case. */
const HMACS = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512-256', 'ripemd160'];

const hmac: Resolve = (args, context) => {
  const name = args[0]?.value;
  if (args.length !== 3 || typeof name !== 'string') return undefined;
  const known = HMACS.find((one) => one === name.toLowerCase());
  if (known === undefined)
    throw new BasaltError('BAD_ARGUMENTS', `Invalid hash algorithm: '${name}'`, {
      hint: `Take one of ${HMACS.join(', ')}`,
    });
  return simple('hmac', [TEXT, BYTES, BYTES], STRING)(args, context);
};

const isWord = ({ type: own }: Argument): boolean =>
  isInteger(own) ||
  own.id === 'null' ||
  own.id === 'date' ||
  own.id === 'ipv4' ||
  (own.id === 'timestamp' && own.precision === 0) ||
  (own.id === 'decimal' && (own.precision ?? 0) <= 18);
const WORD: Param = (arg, context) => (isWord(arg) ? arg.type : INTEGER(arg, context));

const KEY: Param = (arg, context) => (isInteger(arg.type) ? arg.type : INTEGER(arg, context));

const whole =
  (ids: readonly string[]): Param =>
  (arg) =>
    ids.includes(arg.type.id) ? arg.type : undefined;

/** Java has no unsigned integers. */
const javaHash: Resolve = (args, context) => {
  if (args.length > 1)
    throw new BasaltError('NOT_IMPLEMENTED', 'Java hash is not combineable for multiple arguments');
  const own = args[0]?.type;
  if (own !== undefined && isInteger(own) && !isSigned(own))
    throw new BasaltError('NOT_IMPLEMENTED', 'Unsigned types are not supported', {
      hint: 'Cast to Int32 or Int64',
    });
  return firstOf(
    simple('java_hash_text', [BYTES], INT32),
    simple('java_hash_long', [whole(['int64'])], INT32),
    simple('java_hash_int', [whole(['int8', 'int16', 'int32'])], INT32),
  )(args, context);
};

const micros: Param = (arg) => (arg.type.id === 'timestamp' ? { ...arg.type, precision: 6 } : undefined);

const iceberg = firstOf(
  simple(
    'iceberg_hash_i64',
    [whole(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'date'])],
    INT32,
  ),
  simple('iceberg_hash_i64', [micros], INT32),
  simple('iceberg_hash_f64', [(arg) => (isFloat(arg.type) ? arg.type : undefined)], INT32),
  simple('iceberg_hash_uuid', [whole(['uuid'])], INT32),
  simple('iceberg_hash_text', [BYTES], INT32),
);

/** Of NULL, Spark's seed. */
const sparkHash: Resolve = (args, context) => {
  const found = simple('spark_xx_hash_64', [TEXT], type('int64'))(args, context);
  if (found?.fn === undefined || !args[0].type.nullable) return found;
  const { casts, fn, type: of } = found;
  return {
    casts,
    build: ([value]) => apply('coalesce_i64', [apply(fn, [value], of), literal(42n, of)], of),
  };
};

const ROWS: readonly TableRow[] = [
  [
    ['HMAC', 'hmac'],
    hmac,
    'HMAC(algorithm, text, key)',
    'The keyed digest of a text.',
    "SELECT hex(HMAC('md5', 'a', 'b'))",
    '5E69FAE25F4B4F3E8CC5DE09A8163520',
  ],
  [
    ['intHash32'],
    simple('int_hash_32', [WORD], type('uint32')),
    'intHash32(integer)',
    'A hash of 32 bits of an integer.',
    'SELECT intHash32(42)',
    '1228623923',
  ],
  [
    ['intHash64'],
    simple('int_hash_64', [WORD], UINT64),
    'intHash64(integer)',
    'A hash of 64 bits of an integer.',
    'SELECT toString(intHash64(42))',
    '11490350930367293593',
  ],
  [
    ['javaHash'],
    javaHash,
    'javaHash(value)',
    "Java's hash of a text of bytes, an Int8, Int16, Int32 or Int64.",
    "SELECT javaHash('abc')",
    '96354',
  ],
  [
    ['javaHashUTF16LE'],
    simple('java_hash_utf16', [BYTES], INT32),
    'javaHashUTF16LE(text)',
    "Java's hash of a text in UTF-16.",
    "SELECT javaHashUTF16LE(unhex('61006200'))",
    '3105',
  ],
  [
    ['hiveHash'],
    simple('hive_hash_text', [BYTES], INT32),
    'hiveHash(text)',
    "Hive's hash of a text.",
    "SELECT hiveHash('abc')",
    '96354',
  ],
  [
    ['icebergHash'],
    iceberg,
    'icebergHash(value)',
    "Iceberg's hash of a value, by which it makes buckets.",
    'SELECT icebergHash(1)',
    '1392991556',
  ],
  [
    ['xxHash64Spark'],
    sparkHash,
    'xxHash64Spark(text)',
    "Spark's xxHash64 of a text.",
    "SELECT xxHash64Spark('ABC')",
    '4105715581806190027',
  ],
  [
    ['URLHash'],
    firstOf(simple('url_hash', [TEXT], UINT64), simple('url_hash_level', [TEXT, INTEGER], UINT64)),
    'URLHash(url [, level])',
    'cityHash64 of a URL without `/`, `?` or `#` at its end; with a level, of so many steps of its hierarchy behind the host.',
    "SELECT toString(URLHash('http://a.b/c/'))",
    '8221617853224851587',
  ],
  [
    ['jumpConsistentHash'],
    simple('jump_hash', [KEY, INTEGER], INT32),
    'jumpConsistentHash(key, buckets)',
    'The bucket of a key, which few keys leave when buckets are added.',
    'SELECT jumpConsistentHash(256, 4)',
    '3',
  ],
];

export const DIGESTS: readonly FunctionRow[] = [
  ...Object.entries(ALGORITHMS).map(([name, { bytes }]) =>
    clickhouseScalar([
      [name],
      simple(`digest_${name}`, [BYTES], fixed(bytes)),
      `${name}(text)`,
      `The ${name} digest: ${bytes} bytes.`,
      `SELECT hex(${name}('abc'))`,
      OF_ABC[name],
    ]),
  ),
  ...IN_DIGITS.map((name) =>
    scalar(
      { standard: [name.toLowerCase()] },
      simple(`digest_hex_${name}`, [TEXT], STRING),
      `${name.toLowerCase()}(text)`,
      `The ${name} digest in digits of base 16.`,
      `SELECT ${name.toLowerCase()}('abc')`,
      OF_ABC[name].toLowerCase(),
    ),
  ),
  ...ROWS.map(clickhouseScalar),
];
