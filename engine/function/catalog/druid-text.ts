/** Functions of Druid's SQL that read and write texts of numbers and addresses; and patterns, which ClickHouse has, too. */

import { typeText } from '../../type/literal.ts';
import { BOOL, INT64, type LogicalType, nullable, STRING, tuple } from '../../type/type.ts';
import { apply, text } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import { INTEGER, LOOSE_INTEGER, literalInt, scalar, simple, TEXT } from '../signature.ts';
import { tupleOf } from './nested.ts';

const sized = (fn: string): Resolve =>
  simple(fn, [LOOSE_INTEGER, INTEGER], STRING, { defaults: [literalInt(2)] });

const isPlain = ({ id }: LogicalType): boolean => /^(u?int\d+|float\d+|bool|string|null)$/.test(id);

/** (pattern, value, ...) */
const formatted =
  (style: 'java' | 'printf'): Resolve =>
  (args, context) => {
    const [pattern, ...values] = args;
    const target = pattern === undefined ? undefined : TEXT(pattern, context);
    if (target === undefined || (style === 'printf' && !values.every(({ type }) => isPlain(type))))
      return undefined;
    const casts = values.map(({ type }) => (isPlain(type) ? type : { ...STRING, nullable: type.nullable }));
    return {
      casts: [target, ...casts],
      build: ([of, ...given]) => {
        const fields = casts.map((type) => ({ name: null, type }));
        const packed = fields.length === 0 ? text('') : tupleOf(given, fields);
        return apply('format_text', [of, packed, text(typeText(tuple(fields))), text(style)], STRING);
      },
    };
  };

/** Text, or the number that it is. */
const ipv4Long: Resolve = (args, context) => {
  const [address] = args;
  if (args.length !== 1) return undefined;
  return address.type.id === 'int64'
    ? { casts: [address.type], build: ([value]) => value }
    : simple('ipv4_long', [TEXT], nullable(INT64))(args, context);
};

/** Addresses that are numbers are shown as texts first. */
const within =
  (fn: string): Resolve =>
  (args) => {
    const [address, network] = args;
    if (args.length !== 2 || network.type.id !== 'string') return undefined;
    const isNumber = fn === 'ipv4_within' && address.type.id === 'int64';
    if (!isNumber && address.type.id !== 'string') return undefined;
    return {
      casts: [address.type, network.type],
      build: ([of, net]) =>
        apply(
          fn,
          [isNumber ? apply('ipv4_of_long', [of], nullable(STRING)) : cast(of, of.type, WIDEN), net],
          BOOL,
        ),
    };
  };

const DRUID: readonly TableRow<string>[] = [
  [
    'human_readable_binary_byte_format',
    sized('binary_size'),
    'human_readable_binary_byte_format(bytes [, digits])',
    'A number of bytes with a unit of 1,024 of the one below.',
    'SELECT HUMAN_READABLE_BINARY_BYTE_FORMAT(1048576)',
    '1.00 MiB',
  ],
  [
    'human_readable_decimal_byte_format',
    sized('decimal_size'),
    'human_readable_decimal_byte_format(bytes [, digits])',
    'A number of bytes with a unit of 1,000 of the one below.',
    'SELECT HUMAN_READABLE_DECIMAL_BYTE_FORMAT(1500000, 1)',
    '1.5 MB',
  ],
  [
    'human_readable_decimal_format',
    sized('decimal_number'),
    'human_readable_decimal_format(number [, digits])',
    'A number with a unit of 1,000 of the one below.',
    'SELECT HUMAN_READABLE_DECIMAL_FORMAT(-1500000)',
    '-1.50 M',
  ],
  [
    'parse_long',
    simple('parse_long', [TEXT, INTEGER], nullable(INT64), { defaults: [literalInt(10)] }),
    'parse_long(text [, radix])',
    'The whole number that a text is in a base; NULL where it is none.',
    "SELECT PARSE_LONG('ff', 16)",
    '255',
  ],
  [
    'decode_base64_utf8',
    simple('base64_decode', [TEXT], STRING),
    'decode_base64_utf8(text)',
    'The text that another has in base 64.',
    "SELECT DECODE_BASE64_UTF8('YmFzYWx0')",
    'basalt',
  ],
  [
    'string_format',
    formatted('java'),
    'string_format(pattern, value, ...)',
    "Values written by a pattern, as Java's String.format does.",
    "SELECT STRING_FORMAT('%d-%s-%.2f', 7, 'x', 0.5)",
    '7-x-0.50',
  ],
  [
    'ipv4_parse',
    ipv4Long,
    'ipv4_parse(address)',
    'An address of IPv4 as a number; NULL where it is none.',
    "SELECT IPV4_PARSE('192.168.0.1')",
    '3232235521',
  ],
  [
    'ipv4_stringify',
    simple('ipv4_of_long', [LOOSE_INTEGER], nullable(STRING)),
    'ipv4_stringify(number)',
    'A number as an address of IPv4; NULL where it is none.',
    'SELECT IPV4_STRINGIFY(3232235521)',
    '192.168.0.1',
  ],
  [
    'ipv4_match',
    within('ipv4_within'),
    'ipv4_match(address, network)',
    'Whether an address of IPv4 lies in a network.',
    "SELECT IPV4_MATCH('192.168.0.1', '192.168.0.0/16')",
    'true',
  ],
  [
    'ipv6_match',
    within('ipv6_within'),
    'ipv6_match(address, network)',
    'Whether an address of IPv6 lies in a network.',
    "SELECT IPV6_MATCH('2001:db8::1', '2001:db8::/32')",
    'true',
  ],
];

export const DRUID_TEXTS: readonly FunctionRow[] = [
  ...DRUID.map(([name, ...row]) => scalar({ druid: [name] }, ...row)),
  scalar(
    { clickhouse: ['printf'] },
    formatted('printf'),
    'printf(pattern, value, ...)',
    "Values written by a pattern, as C's printf does.",
    "SELECT printf('%05d|%-4s|%.2f', 42, 'ab', 2.5)",
    '00042|ab  |2.50',
  ),
];
