/** ClickHouse's functions of network addresses, UUIDs and snowflakes. */

import { literal } from '../../plan/expr.ts';
import {
  isInteger,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
  tuple,
  type,
  UINT64,
} from '../../type/type.ts';
import { apply, int } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import {
  BYTES,
  clickhouseScalar,
  firstOf,
  INTEGER,
  literalInt,
  type Param,
  simple,
  TEXT,
} from '../signature.ts';

const UINT8 = type('uint8');
const UINT32 = type('uint32');
const IPV6 = type('ipv6');
const BYTES16: LogicalType = { id: 'fixedstring', nullable: false, length: 16 };
const ONE = literalInt(1);
const pairOf = (id: 'ipv4' | 'ipv6'): LogicalType =>
  tuple([0, 1].map(() => ({ name: null, type: type(id) })));

const of =
  (...ids: readonly string[]): Param =>
  (arg) =>
    ids.includes(arg.type.id) ? arg.type : undefined;
const NUMBER4 = of('uint8', 'uint16', 'uint32', 'ipv4', 'null');
const FIXED16: Param = (arg) =>
  (arg.type.id === 'fixedstring' && arg.type.length === 16) || arg.type.id === 'null' ? arg.type : undefined;
const PREFIX: Param = (arg, context) => (arg.type.id === 'uint8' ? INTEGER(arg, context) : undefined);

/** Of 16 bytes, which an IPv6 becomes. */
const ofBytes16 =
  (fn: string, more: readonly Param[], result: LogicalType): Resolve =>
  (args, context) => {
    if (args[0]?.type.id !== 'ipv6') return simple(fn, [FIXED16, ...more], result)(args, context);
    const rest = simple(fn, [of('ipv6'), ...more], result)(args, context);
    if (rest === undefined) return undefined;
    return {
      casts: rest.casts,
      build: ([address, ...others]) =>
        apply(fn, [apply('ipv6_bytes', [address], BYTES16), ...others], result),
    };
  };

/** An address is its text there. */
const inRange: Resolve = (args, context) => {
  const address = args[0]?.type;
  if (args.length !== 2 || address === undefined || args[1].type.id !== 'string') return undefined;
  if (!['string', 'ipv4', 'ipv6'].includes(address.id)) return undefined;
  return {
    casts: args.map((arg) => arg.type),
    build: ([value, range]) =>
      apply('ip_in_range', [cast(value, STRING, { ...WIDEN, timeZone: context.timeZone }), range], UINT8),
  };
};

const uuidMoment: Resolve = (args) => {
  const zone = args[1]?.value;
  if (args.length < 1 || args.length > 2 || args[0].type.id !== 'uuid') return undefined;
  if (args.length === 2 && typeof zone !== 'string') return undefined;
  return {
    casts: args.map((arg) => arg.type),
    build: ([id]) => apply('uuid_ms', [id], timestamp(3, false, typeof zone === 'string' ? zone : undefined)),
  };
};

const snowflakeOf =
  (whole: boolean): Resolve =>
  (args) => {
    const moment = args[0]?.type;
    if (args.length < 1 || args.length > 2 || moment?.id !== 'timestamp') return undefined;
    if ((moment.precision === 0) !== whole || (args[1] !== undefined && !isInteger(args[1].type)))
      return undefined;
    return {
      casts: args.map((arg) => arg.type),
      build: ([value, epoch]) =>
        apply('snowflake_of', [value, int(10 ** (moment.precision ?? 0)), epoch ?? int(0)], UINT64),
    };
  };

const snowflakeMoment =
  (precision: 0 | 3): Resolve =>
  (args) => {
    const zone = args[2]?.value;
    if (args.length < 1 || args.length > 3 || args[0].type.id !== 'uint64') return undefined;
    if (args[1] !== undefined && !isInteger(args[1].type)) return undefined;
    if (args.length === 3 && typeof zone !== 'string') return undefined;
    const result = timestamp(precision, false, typeof zone === 'string' ? zone : undefined);
    return {
      casts: args.map((arg) => arg.type),
      build: ([id, epoch]) =>
        apply('snowflake_ticks', [id, int(precision === 0 ? 1000 : 1), epoch ?? literal(0n, UINT64)], result),
    };
  };

const ROWS: readonly TableRow[] = [
  [
    ['IPv4NumToString', 'INET_NTOA', 'inet_ntoa'],
    simple('ipv4_text', [NUMBER4], STRING),
    'IPv4NumToString(number)',
    'The address of a number.',
    'SELECT IPv4NumToString(toUInt32(16909060))',
    '1.2.3.4',
  ],
  [
    ['IPv4NumToStringClassC'],
    simple('ipv4_class_c', [NUMBER4], STRING),
    'IPv4NumToStringClassC(number)',
    'The address of a number, with xxx for its last byte.',
    'SELECT IPv4NumToStringClassC(toUInt32(16909060))',
    '1.2.3.xxx',
  ],
  [
    ['IPv4StringToNum', 'INET_ATON', 'inet_aton'],
    simple('ipv4_num', [TEXT], UINT32),
    'IPv4StringToNum(text)',
    'The number of an address.',
    "SELECT IPv4StringToNum('1.2.3.4')",
    '16909060',
  ],
  [
    ['IPv4StringToNumOrNull'],
    simple('ipv4_num_or_null', [TEXT], nullable(UINT32)),
    'IPv4StringToNumOrNull(text)',
    'The number of an address; NULL if it is none.',
    "SELECT IPv4StringToNumOrNull('1.2.3.4')",
    '16909060',
  ],
  [
    ['IPv4StringToNumOrDefault'],
    simple('ipv4_num_or_default', [TEXT], UINT32),
    'IPv4StringToNumOrDefault(text)',
    'The number of an address; 0 if it is none.',
    "SELECT IPv4StringToNumOrDefault('1.2.3')",
    '0',
  ],
  [
    ['IPv6NumToString', 'INET6_NTOA', 'inet6_ntoa'],
    ofBytes16('ipv6_text', [], STRING),
    'IPv6NumToString(bytes)',
    'The address of 16 bytes.',
    "SELECT IPv6NumToString(IPv6StringToNum('2001:db8::1'))",
    '2001:db8::1',
  ],
  [
    ['IPv6StringToNum', 'INET6_ATON', 'inet6_aton'],
    simple('ipv6_num', [TEXT], BYTES16),
    'IPv6StringToNum(text)',
    'The 16 bytes of an address.',
    "SELECT hex(IPv6StringToNum('::1'))",
    '00000000000000000000000000000001',
  ],
  [
    ['IPv6StringToNumOrNull'],
    simple('ipv6_num_or_null', [TEXT], nullable(BYTES16)),
    'IPv6StringToNumOrNull(text)',
    'The 16 bytes of an address; NULL if it is none.',
    "SELECT hex(IPv6StringToNumOrNull('::1'))",
    '00000000000000000000000000000001',
  ],
  [
    ['IPv6StringToNumOrDefault'],
    simple('ipv6_num_or_default', [TEXT], BYTES16),
    'IPv6StringToNumOrDefault(text)',
    'The 16 bytes of an address; zeros if it is none.',
    "SELECT hex(IPv6StringToNumOrDefault('x'))",
    '00000000000000000000000000000000',
  ],
  [
    ['IPv4ToIPv6'],
    firstOf(
      simple('ipv4_mapped', [of('ipv4')], IPV6),
      simple('ipv4_mapped_bytes', [of('uint32', 'null')], BYTES16),
    ),
    'IPv4ToIPv6(address)',
    'The address of IPv6 that stands for one of IPv4.',
    'SELECT hex(IPv4ToIPv6(toUInt32(16909060)))',
    '00000000000000000000FFFF01020304',
  ],
  [
    ['cutIPv6'],
    ofBytes16('ipv6_cut', [INTEGER, INTEGER], STRING),
    'cutIPv6(address, bytes, bytes_of_ipv4)',
    'The address with so many zero bytes at its end; of one that stands for IPv4 the second number counts.',
    "SELECT cutIPv6(toIPv6('2001:db8::1:1'), 2, 0)",
    '2001:db8::1:0',
  ],
  [
    ['IPv4CIDRToRange'],
    simple('ipv4_range', [NUMBER4, PREFIX], pairOf('ipv4')),
    'IPv4CIDRToRange(address, bits)',
    'The first and the last address that begin with as many bits.',
    "SELECT toString(IPv4CIDRToRange(toIPv4('1.2.3.4'), 16))",
    "('1.2.0.0','1.2.255.255')",
  ],
  [
    ['IPv6CIDRToRange'],
    ofBytes16('ipv6_range', [PREFIX], pairOf('ipv6')),
    'IPv6CIDRToRange(address, bits)',
    'The first and the last address that begin with as many bits.',
    "SELECT toString(IPv6CIDRToRange(toIPv6('2001:db8::1'), 112))",
    "('2001:db8::','2001:db8::ffff')",
  ],
  [
    ['isIPv4String'],
    simple('is_ipv4', [TEXT], UINT8),
    'isIPv4String(text)',
    'Whether the text is an address of IPv4.',
    "SELECT isIPv4String('1.2.3.4')",
    '1',
  ],
  [
    ['isIPv6String'],
    simple('is_ipv6', [TEXT], UINT8),
    'isIPv6String(text)',
    'Whether the text is an address of IPv6.',
    "SELECT isIPv6String('::1')",
    '1',
  ],
  [
    ['isIPAddressInRange'],
    inRange,
    'isIPAddressInRange(address, range)',
    'Whether the address begins with the bits of a range.',
    "SELECT isIPAddressInRange('127.0.0.1', '127.0.0.0/8')",
    '1',
  ],
  [
    ['UUIDStringToNum'],
    simple('uuid_bytes', [BYTES, INTEGER], BYTES16, { defaults: [ONE] }),
    'UUIDStringToNum(text [, variant])',
    'The 16 bytes of a UUID; of variant 2 the first three groups are turned round.',
    "SELECT hex(UUIDStringToNum('612f3c40-5d3b-217e-707b-6a546a3d7b29'))",
    '612F3C405D3B217E707B6A546A3D7B29',
  ],
  [
    ['UUIDNumToString'],
    simple('uuid_text_of', [FIXED16, INTEGER], STRING, { defaults: [ONE] }),
    'UUIDNumToString(bytes [, variant])',
    'The UUID of 16 bytes.',
    "SELECT UUIDNumToString(UUIDStringToNum('612f3c40-5d3b-217e-707b-6a546a3d7b29'))",
    '612f3c40-5d3b-217e-707b-6a546a3d7b29',
  ],
  [
    ['UUIDToNum'],
    simple('uuid_bytes_of', [of('uuid', 'null'), INTEGER], BYTES16, { defaults: [ONE] }),
    'UUIDToNum(uuid [, variant])',
    'The 16 bytes of a UUID.',
    "SELECT hex(UUIDToNum(toUUID('612f3c40-5d3b-217e-707b-6a546a3d7b29')))",
    '612F3C405D3B217E707B6A546A3D7B29',
  ],
  [
    ['UUIDv7ToDateTime'],
    uuidMoment,
    'UUIDv7ToDateTime(uuid [, zone])',
    'The moment a UUID of version 7 was made; the epoch of others.',
    "SELECT toString(UUIDv7ToDateTime(toUUID('018f05c9-4ab8-7b86-b64e-c9f03fbd45d1'), 'UTC'))",
    '2024-04-22 12:30:29.048',
  ],
  [
    ['dateTimeToSnowflakeID'],
    snowflakeOf(true),
    'dateTimeToSnowflakeID(moment [, epoch])',
    'The first snowflake of a second.',
    "SELECT dateTimeToSnowflakeID(toDateTime('2021-08-15 10:57:56', 'UTC'))",
    '6832626392367104000',
  ],
  [
    ['dateTime64ToSnowflakeID'],
    snowflakeOf(false),
    'dateTime64ToSnowflakeID(moment [, epoch])',
    'The first snowflake of a millisecond.',
    "SELECT dateTime64ToSnowflakeID(toDateTime64('2021-08-15 10:57:56.492', 3, 'UTC'))",
    '6832626394430701568',
  ],
  [
    ['snowflakeIDToDateTime'],
    snowflakeMoment(0),
    'snowflakeIDToDateTime(id [, epoch [, zone]])',
    'The second of a snowflake.',
    "SELECT toString(snowflakeIDToDateTime(7204436857747984384, 0, 'UTC'))",
    '2024-06-06 10:59:58',
  ],
  [
    ['snowflakeIDToDateTime64'],
    snowflakeMoment(3),
    'snowflakeIDToDateTime64(id [, epoch [, zone]])',
    'The millisecond of a snowflake.',
    "SELECT toString(snowflakeIDToDateTime64(7204436857747984384, 0, 'UTC'))",
    '2024-06-06 10:59:58.851',
  ],
];

export const ADDRESSES: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
