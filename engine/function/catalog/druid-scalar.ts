/** What Druid alone has: Java's formats, numbers in words of bytes, addresses as integers. */

import { BOOL, INT64, isFloat, isInteger, type LogicalType, nullable, STRING } from '../../type/type.ts';
import { apply, text } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { ANY_AS_TEXT, fitArguments, LOOSE_INTEGER, literalInt, scalar, simple, TEXT } from '../signature.ts';

const druid = (
  name: string,
  resolve: Resolve,
  args: string,
  doc: string,
  example: string,
  result: string,
): FunctionRow =>
  scalar(
    { druid: [name.toLowerCase()] },
    resolve,
    `${name}(${args})`,
    doc,
    `SELECT ${name}(${example})`,
    result,
  );

/** How the format is told what a value was before it became text. */
const letterOf = (type: LogicalType): string => (isInteger(type) ? 'l' : isFloat(type) ? 'd' : 's');

const stringFormat: Resolve = (args, context) => {
  const texts = args.length === 0 ? undefined : fitArguments(args, [TEXT, ANY_AS_TEXT], context);
  if (texts === undefined) return undefined;
  const kinds = args.slice(1).map(({ type }) => letterOf(type));
  return {
    casts: texts,
    build: (values) => apply('java_format', [text(kinds.join('')), ...values], nullable(STRING)),
  };
};

const inWords = (fn: string): Resolve =>
  simple(fn, [LOOSE_INTEGER, LOOSE_INTEGER], STRING, { defaults: [literalInt(2)] });

/** An address as it is given: as a whole number, or as what is read as text. */
const address =
  (ofInteger: string, ofText: string, rest: readonly (typeof TEXT)[], result: LogicalType): Resolve =>
  (args, context) => {
    const isNumber = args.length > 0 && isInteger(args[0].type);
    return simple(
      isNumber ? ofInteger : ofText,
      [isNumber ? LOOSE_INTEGER : TEXT, ...rest],
      result,
    )(args, context);
  };

const stringify: Resolve = (args, context) => {
  const parsed = address('ipv4_of_i64_null', 'ipv4_of_text_null', [], nullable(INT64))(args, context);
  if (parsed?.fn === undefined) return undefined;
  const { fn, casts, type } = parsed;
  return { casts, build: (values) => apply('ipv4_text', [apply(fn, values, type)], STRING) };
};

export const DRUID_SCALARS: readonly FunctionRow[] = [
  druid(
    'STRING_FORMAT',
    stringFormat,
    'pattern [, values ...]',
    "Values by a pattern of Java's String.format.",
    "'%s: %05.1f%%', 'load', 12.25",
    'load: 012.3%',
  ),
  druid(
    'PARSE_LONG',
    simple('parse_long_null', [TEXT, LOOSE_INTEGER], nullable(INT64), { defaults: [literalInt(10)] }),
    'text [, base]',
    'The whole number a text is in base 2 to 36; NULL if it is none.',
    "'ff', 16",
    '255',
  ),
  druid(
    'DECODE_BASE64_UTF8',
    simple('base64_decode', [TEXT], STRING),
    'text',
    'The text that is given in base 64.',
    "'YmFzYWx0'",
    'basalt',
  ),
  druid(
    'HUMAN_READABLE_BINARY_BYTE_FORMAT',
    inWords('binary_bytes_in_words'),
    'bytes [, precision]',
    'A number in KiB, MiB and so on, with 0 to 3 digits after the point.',
    '6442450944',
    '6.00 GiB',
  ),
  druid(
    'HUMAN_READABLE_DECIMAL_BYTE_FORMAT',
    inWords('decimal_bytes_in_words'),
    'bytes [, precision]',
    'A number in KB, MB and so on, with 0 to 3 digits after the point.',
    '1500000',
    '1.50 MB',
  ),
  druid(
    'HUMAN_READABLE_DECIMAL_FORMAT',
    inWords('decimal_in_words'),
    'number [, precision]',
    'A number in K, M and so on, with 0 to 3 digits after the point.',
    '1500000, 1',
    '1.5 M',
  ),
  druid(
    'IPV4_MATCH',
    address('ipv4_in_subnet', 'ipv4_text_in_subnet', [TEXT], BOOL),
    'address, subnet',
    'Whether an address, as text or as a number, is in a subnet; what is no address is in none.',
    "'192.168.1.5', '192.168.0.0/16'",
    'true',
  ),
  druid(
    'IPV4_PARSE',
    address('ipv4_of_i64_null', 'ipv4_of_text_null', [], nullable(INT64)),
    'address',
    'An address as a number; NULL if it is none.',
    "'192.168.0.1'",
    '3232235521',
  ),
  druid(
    'IPV4_STRINGIFY',
    stringify,
    'address',
    'An address as text; NULL if it is none.',
    '3232235521',
    '192.168.0.1',
  ),
  druid(
    'IPV6_MATCH',
    simple('ipv6_text_in_subnet', [TEXT, TEXT], BOOL),
    'address, subnet',
    'Whether an address of IPv6 is in a subnet; what is no address is in none.',
    "'2001:db8::1', '2001:db8::/32'",
    'true',
  ),
];
