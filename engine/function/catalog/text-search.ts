/** ClickHouse's search in strings, one row for each way of reading: bytes or UTF8, with case or without. */

import { array, BOOL, isInteger, isSigned, type LogicalType, UINT64 } from '../../type/type.ts';
import type { FunctionRow, Resolve } from '../row.ts';
import { BYTES, INTEGER, literalInt, type Param, scalar, simple, TEXT_LIST } from '../signature.ts';

/** What stands at the end of a name, which implementations it means, and in which words. */
const WAYS = [
  ['', 'bytes', ''],
  ['CaseInsensitive', 'bytes_caseless', ', whatever the case of ASCII letters'],
  ['UTF8', 'chars', ', in characters'],
  ['CaseInsensitiveUTF8', 'chars_caseless', ', in characters and in any case'],
] as const;

const START: Param = (arg, context) =>
  isInteger(arg.type) && isSigned(arg.type) ? undefined : INTEGER(arg, context);
const ONE = literalInt(1);

const fromStart = (fn: string): Resolve => simple(fn, [BYTES, BYTES, START], UINT64, { defaults: [ONE] });

/** Where a needle of whole characters is sought from the start, indexes know the function. */
const position =
  (way: string): Resolve =>
  (args, context) => {
    const needle = args[1]?.value;
    const whole = args.length === 2 && typeof needle === 'string' && needle.isWellFormed() && needle !== '';
    const text = args[0]?.type.id === 'string';
    if (whole && text && way === 'bytes')
      return simple('position_bytes', [BYTES, BYTES], UINT64)(args, context);
    return fromStart(`position_${way}_from`)(args, context);
  };

const severally = (fn: string, result: LogicalType): Resolve => simple(fn, [BYTES, TEXT_LIST], result);

/** name, how it is resolved, syntax, doc, arguments, result. */
const FAMILIES: readonly (readonly [string, (way: string) => Resolve, string, string, string, string])[] = [
  [
    'position',
    position,
    'text, needle [, start]',
    'Position of the first occurrence, from 1; 0 if there is none',
    "'basalt', 'salt'",
    '3',
  ],
  [
    'countSubstrings',
    (way) => fromStart(`count_${way}`),
    'text, needle [, start]',
    'How often the needle occurs',
    "'banana', 'an'",
    '2',
  ],
  [
    'hasSubsequence',
    (way) => simple(`subsequence_${way}`, [BYTES, BYTES], BOOL),
    'text, needle',
    "Whether the needle's characters occur in their order",
    "'basalt', 'bat'",
    '1',
  ],
  [
    'multiSearchAny',
    (way) => severally(`multi_any_${way}`, BOOL),
    'text, needles',
    'Whether one of the needles occurs',
    "'basalt', ['x', 'salt']",
    '1',
  ],
  [
    'multiSearchFirstIndex',
    (way) => severally(`multi_first_index_${way}`, UINT64),
    'text, needles',
    'Number of the first needle that occurs, from 1; 0 if none does',
    "'basalt', ['x', 'salt']",
    '2',
  ],
  [
    'multiSearchFirstPosition',
    (way) => severally(`multi_first_position_${way}`, UINT64),
    'text, needles',
    'Position of the leftmost occurrence of a needle, from 1; 0 if there is none',
    "'basalt', ['x', 'salt']",
    '3',
  ],
  [
    'multiSearchAllPositions',
    (way) => severally(`multi_positions_${way}`, array(UINT64)),
    'text, needles',
    'Position of the first occurrence of each needle, from 1; 0 if there is none',
    "'basalt', ['x', 'salt']",
    '[0,3]',
  ],
];

const families = FAMILIES.flatMap(([name, resolve, syntax, doc, args, result]) =>
  WAYS.map(([suffix, way, words]): FunctionRow => {
    const call = `${name}${suffix}(${args})`;
    return scalar(
      { clickhouse: [name + suffix] },
      resolve(way),
      `${name}${suffix}(${syntax})`,
      `${doc}${words}.`,
      `SELECT ${result.startsWith('[') ? `toString(${call})` : call}`,
      result,
    );
  }),
);

export const TEXT_SEARCHES: readonly FunctionRow[] = [
  ...families,
  scalar(
    { clickhouse: ['locate'] },
    simple('locate_bytes', [BYTES, BYTES, START], UINT64, { defaults: [ONE] }),
    'locate(needle, text [, start])',
    'Byte position of the first occurrence, from 1; 0 if there is none.',
    "SELECT locate('salt', 'basalt')",
    '3',
  ),
];
