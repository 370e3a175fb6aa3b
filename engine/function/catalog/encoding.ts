/** Bytes as digits and back, under ClickHouse's names and DuckDB's. */

import { literal } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  BOOL,
  bitsOf,
  isFloat,
  isInteger,
  isSigned,
  isWideInteger,
  type LogicalType,
  nullable,
  STRING,
  UINT64,
} from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { MAX_MORTON, tupleOf } from '../scalar/curve.ts';
import { BYTES, NUMBER, scalar, simple } from '../signature.ts';

/** Texts, fixed strings with their zero bytes, and numbers by their bytes. */
const inDigits =
  (name: 'hex' | 'bin'): Resolve =>
  (args, context) => {
    if (args.length !== 1) return undefined;
    const { type } = args[0];
    if (type.id === 'ipv6' || type.id === 'uuid')
      return {
        casts: [type],
        build: ([value]) => apply(`${name}_text`, [apply('ipv6_bytes', [value], STRING)], STRING),
      };
    if (type.id === 'ipv4')
      return { casts: [type], build: ([value]) => apply(`${name}_int`, [value, int(32)], STRING) };
    if (isWideInteger(type))
      return {
        casts: [type],
        build: ([value]) =>
          apply(`${name}_wide`, [value, text(typeText({ ...type, nullable: false }))], STRING),
      };
    if (type.id === 'bfloat16') return undefined;
    if (!isInteger(type) && !isFloat(type)) return simple(`${name}_text`, [BYTES], STRING)(args, context);
    const lane = isFloat(type) ? 'float' : 'int';
    return {
      casts: [type],
      build: ([value]) => apply(`${name}_${lane}`, [value, int(bitsOf(type))], STRING),
    };
  };

const integerOnly = (args: readonly Argument[]): LogicalType | undefined =>
  args.length === 1 && isInteger(args[0].type) ? args[0].type : undefined;

const bitmask =
  (fn: string, result: (type: LogicalType) => LogicalType): Resolve =>
  (args) => {
    const type = integerOnly(args);
    if (type === undefined) return undefined;
    return {
      casts: [type],
      build: ([value]) =>
        apply(
          fn,
          [value, int(bitsOf(type)), literal(isSigned(type), BOOL)],
          result({ ...type, nullable: false }),
        ),
    };
  };

const places: Resolve = (args) => {
  const type = integerOnly(args);
  if (type === undefined) return undefined;
  return {
    casts: [type],
    build: ([value]) => apply('bit_places', [value, int(bitsOf(type))], array(UINT64)),
  };
};

const mortonEncode: Resolve = (args) =>
  args.length > 0 && args.length <= MAX_MORTON && args.every((a) => isInteger(a.type) && !isSigned(a.type))
    ? {
        casts: args.map((a) => (a.type.nullable ? nullable(UINT64) : UINT64)),
        build: (given) => apply('morton_encode', given, UINT64),
      }
    : undefined;

/** The curve of one integer is that integer; Hilbert's goes through at most two dimensions. */
const hilbertEncode: Resolve = (args, context) => {
  if (args.length > 2 || !args.every((a) => isInteger(a.type) && !isSigned(a.type))) return undefined;
  if (args.length === 1) return mortonEncode(args, context);
  return {
    casts: args.map((a) => (a.type.nullable ? nullable(UINT64) : UINT64)),
    build: (given) => apply('hilbert_encode', given, UINT64),
  };
};

const decode =
  (name: 'morton' | 'hilbert', most: number): Resolve =>
  (args) => {
    const count = args[0]?.value;
    if (args.length !== 2 || typeof count !== 'bigint' || count < 1n || count > BigInt(most))
      return undefined;
    if (!isInteger(args[1].type)) return undefined;
    return {
      casts: [args[0].type, UINT64],
      build: ([, code]) =>
        name === 'hilbert' && count === 2n
          ? apply('hilbert_decode', [code], tupleOf(2))
          : apply('morton_decode', [int(count), code], tupleOf(Number(count))),
    };
  };

const ch = (
  name: string,
  resolve: Resolve,
  syntax: string,
  doc: string,
  call: string,
  result: string,
): FunctionRow =>
  scalar({ clickhouse: [name] }, resolve, `${name}(${syntax})`, doc, `SELECT ${call}`, result);

/** name, what it is called in a sentence, an example encoded. */
const CODECS = [
  ['base32', 'base 32', 'Encoded', 'IVXGG33EMVSA===='],
  ['base58', 'base 58', 'Encoded', '3dc8KtHrwM'],
  ['base64', 'base 64', 'basalt', 'YmFzYWx0'],
  ['base64URL', 'base 64 with - and _, without padding', 'a?>', 'YT8-'],
] as const;

const codecs = CODECS.flatMap(([name, base, plain, encoded]): FunctionRow[] => {
  const tried = `try${name[0].toUpperCase()}${name.slice(1)}Decode`;
  const of = (fn: string): Resolve => simple(`${name}_${fn}`, [BYTES], STRING);
  return [
    ch(`${name}Encode`, of('encode'), 'text', `The bytes in ${base}.`, `${name}Encode('${plain}')`, encoded),
    ch(
      `${name}Decode`,
      of('decode'),
      'text',
      `The bytes that are given in ${base}.`,
      `${name}Decode('${encoded}')`,
      plain,
    ),
    ch(
      tried,
      of('try_decode'),
      'text',
      `The bytes that are given in ${base}; empty if they are not.`,
      `${tried}('!')`,
      '',
    ),
  ];
});

export const ENCODINGS: readonly FunctionRow[] = [
  ...codecs,
  scalar(
    { clickhouse: ['TO_BASE64'] },
    simple('base64_encode', [BYTES], STRING),
    'TO_BASE64(text)',
    'The bytes in base 64.',
    "SELECT TO_BASE64('a')",
    'YQ==',
  ),
  scalar(
    { clickhouse: ['FROM_BASE64'] },
    simple('base64_decode', [BYTES], STRING),
    'FROM_BASE64(text)',
    'The bytes that are given in base 64.',
    "SELECT FROM_BASE64('YQ==')",
    'a',
  ),
  scalar(
    { standard: ['hex', 'to_hex'], clickhouse: ['hex'] },
    inDigits('hex'),
    'hex(value)',
    'The bytes of a text, or of a number without its first zeros, as two digits each.',
    "SELECT hex('abc')",
    '616263',
  ),
  scalar(
    { clickhouse: ['bin'] },
    inDigits('bin'),
    'bin(value)',
    'The bytes of a text, or of a number without its first zeros, as eight digits each.',
    "SELECT bin('a')",
    '01100001',
  ),
  scalar(
    { standard: ['unhex', 'from_hex'], clickhouse: ['unhex'] },
    simple('unhex', [BYTES], STRING),
    'unhex(text)',
    'The bytes whose digits of base 16 are given.',
    "SELECT unhex('616263')",
    'abc',
  ),
  ch(
    'unbin',
    simple('unbin', [BYTES], STRING),
    'text',
    'The bytes whose digits of base 2 are given.',
    "unbin('01100001')",
    'a',
  ),
  ch(
    'char',
    simple('char_of_bytes', [NUMBER], STRING, { variadic: true }),
    'code, ...',
    'The bytes of the given numbers.',
    'char(104, 105)',
    'hi',
  ),
  ch(
    'bitmaskToList',
    bitmask('bitmask_list', () => STRING),
    'integer',
    'The powers of two in an integer, with commas.',
    'bitmaskToList(50)',
    '2,16,32',
  ),
  ch(
    'bitmaskToArray',
    bitmask('bitmask_array', array),
    'integer',
    'The powers of two in an integer.',
    'toString(bitmaskToArray(50))',
    '[2,16,32]',
  ),
  ch(
    'bitPositionsToArray',
    places,
    'integer',
    'The places of the bits that are set, from 0.',
    'toString(bitPositionsToArray(6))',
    '[1,2]',
  ),
  ch(
    'mortonEncode',
    mortonEncode,
    'a, ...',
    'The place on the Z-order curve: the bits of the numbers in turns.',
    'mortonEncode(1, 2, 3)',
    '53',
  ),
  ch(
    'mortonDecode',
    decode('morton', MAX_MORTON),
    'count, code',
    'The numbers at a place on the Z-order curve.',
    'toString(mortonDecode(3, 53))',
    '(1,2,3)',
  ),
  ch('hilbertEncode', hilbertEncode, 'a, b', 'The place on the Hilbert curve.', 'hilbertEncode(3, 4)', '31'),
  ch(
    'hilbertDecode',
    decode('hilbert', 2),
    'count, code',
    'The numbers at a place on the Hilbert curve.',
    'toString(hilbertDecode(2, 31))',
    '(3,4)',
  ),
];
