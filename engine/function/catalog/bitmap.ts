/** Functions of bitmaps, which are states of groupBitmap. */

import type { Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  BOOL,
  elementOf,
  INT64,
  isInteger,
  type LogicalType,
  sameValues,
  stateOf,
  UINT64,
} from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { aggregate, clickhouseScalar } from '../signature.ts';
import { filtered } from './aggregate.ts';
import { composed } from './compose.ts';
import { gathered } from './gathered.ts';
import { arrayOperation } from './lambda.ts';
import { bitmap } from './state.ts';

/** Integers beyond those with a sign are the same 64 bits. */
const WRAP = { ...WIDEN, onBadValue: 'wrap' } as const;

const isBitmap = (arg: Argument | undefined): boolean =>
  arg?.type.id === 'state' && stateOf(arg.type).name === 'groupBitmap';
const isCount = (arg: Argument): boolean => isInteger(arg.type);
const integers = (arg: Argument): boolean => arg.type.id === 'array' && isInteger(elementOf(arg.type));
const wide = (value: Expr): Expr => cast(value, { ...INT64, nullable: value.type.nullable }, WRAP);

const build: Resolve = composed(
  (args) => args.length === 1 && integers(args[0]),
  (args, call) => call('arrayReduce', text('groupBitmapState'), ...args),
);

const toArray: Resolve = composed(
  (args) => args.length === 1 && isBitmap(args[0]),
  ([state]) => {
    const result = array(stateOf(state.type).args[0]);
    return apply('bitmap_list', [state, text(typeText(result))], result);
  },
);

const two = (args: readonly Argument[]): boolean =>
  args.length === 2 &&
  args.every(isBitmap) &&
  sameValues(stateOf(args[0].type).args[0], stateOf(args[1].type).args[0]);

const pair = (fn: string, result?: LogicalType): Resolve =>
  composed(two, ([a, b]) => apply(fn, [a, b], result ?? a.type));

/** The count of what is common, compared. */
const compared = (make: (common: Expr, other: Expr) => Expr): Resolve =>
  composed(two, ([a, b]) => make(apply('bitmap_and_count', [a, b], INT64), b));

const cut = (fn: string): Resolve =>
  composed(
    (args) => args.length === 3 && isBitmap(args[0]) && args.slice(1).every(isCount),
    ([state, a, b]) => apply(fn, [state, wide(a), wide(b)], state.type),
  );

const number = (fn: string): Resolve =>
  composed(
    (args) => args.length === 1 && isBitmap(args[0]),
    ([state]) => apply(fn, [state], UINT64),
  );

const contains: Resolve = composed(
  (args) => args.length === 2 && isBitmap(args[0]) && isCount(args[1]),
  ([state, value]) => apply('bitmap_has', [state, wide(value)], BOOL),
);

const transform: Resolve = composed(
  (args) => args.length === 3 && isBitmap(args[0]) && args.slice(1).every(integers),
  ([state, ...lists]) =>
    apply('bitmap_transform', [state, ...lists.map((list) => cast(list, array(INT64), WRAP))], state.type),
);

const A = 'bitmapBuild([1, 2, 3])';
const B = 'bitmapBuild([3, 4])';

const SETS: readonly (readonly [name: string, fn: string, doc: string, result: string, count: string])[] = [
  ['bitmapAnd', 'bitmap_and', 'Values of both bitmaps', '[3]', '1'],
  ['bitmapOr', 'bitmap_or', 'Values of one of two bitmaps', '[1,2,3,4]', '4'],
  ['bitmapXor', 'bitmap_xor', 'Values of only one of two bitmaps', '[1,2,4]', '3'],
  ['bitmapAndnot', 'bitmap_andnot', 'Values of the first bitmap that the second one lacks', '[1,2]', '2'],
];

const ROWS: readonly TableRow<string>[] = [
  [
    'bitmapBuild',
    build,
    'bitmapBuild(array)',
    'A bitmap of the integers of an array.',
    'SELECT bitmapCardinality(bitmapBuild([1, 1, 2]))',
    '2',
  ],
  [
    'bitmapToArray',
    toArray,
    'bitmapToArray(bitmap)',
    'The values, ascending.',
    `SELECT toString(bitmapToArray(${A}))`,
    '[1,2,3]',
  ],
  ...SETS.flatMap(([name, fn, doc, result, count]): TableRow<string>[] => [
    [
      name,
      pair(fn),
      `${name}(a, b)`,
      `${doc}.`,
      `SELECT toString(bitmapToArray(${name}(${A}, ${B})))`,
      result,
    ],
    [
      `${name}Cardinality`,
      pair(`${fn}_count`, UINT64),
      `${name}Cardinality(a, b)`,
      `${doc}, counted.`,
      `SELECT ${name}Cardinality(${A}, ${B})`,
      count,
    ],
  ]),
  [
    'bitmapCardinality',
    number('bitmap_count'),
    'bitmapCardinality(bitmap)',
    'How many values there are.',
    `SELECT bitmapCardinality(${A})`,
    '3',
  ],
  [
    'bitmapMin',
    number('bitmap_min'),
    'bitmapMin(bitmap)',
    'The smallest value.',
    `SELECT bitmapMin(${A})`,
    '1',
  ],
  [
    'bitmapMax',
    number('bitmap_max'),
    'bitmapMax(bitmap)',
    'The largest value.',
    `SELECT bitmapMax(${A})`,
    '3',
  ],
  [
    'bitmapContains',
    contains,
    'bitmapContains(bitmap, value)',
    'Whether the value is among those of the bitmap.',
    `SELECT bitmapContains(${A}, 2)`,
    '1',
  ],
  [
    'bitmapHasAny',
    compared((common) => apply('ne_i64', [common, int(0)], BOOL)),
    'bitmapHasAny(a, b)',
    'Whether two bitmaps have a value in common.',
    `SELECT bitmapHasAny(${A}, ${B})`,
    '1',
  ],
  [
    'bitmapHasAll',
    compared((common, other) => apply('eq_i64', [common, apply('bitmap_count', [other], INT64)], BOOL)),
    'bitmapHasAll(a, b)',
    'Whether the first bitmap has all values of the second one.',
    `SELECT bitmapHasAll(${A}, ${B})`,
    '0',
  ],
  [
    'bitmapSubsetInRange',
    cut('bitmap_in_range'),
    'bitmapSubsetInRange(bitmap, from, to)',
    'Values from one up to and without another.',
    `SELECT toString(bitmapToArray(bitmapSubsetInRange(${A}, 2, 3)))`,
    '[2]',
  ],
  [
    'bitmapSubsetLimit',
    cut('bitmap_limit'),
    'bitmapSubsetLimit(bitmap, from, count)',
    'So many values from one on.',
    `SELECT toString(bitmapToArray(bitmapSubsetLimit(${A}, 2, 1)))`,
    '[2]',
  ],
  [
    'subBitmap',
    cut('bitmap_part'),
    'subBitmap(bitmap, offset, count)',
    'So many values behind the first ones.',
    `SELECT toString(bitmapToArray(subBitmap(${A}, 1, 1)))`,
    '[2]',
  ],
  [
    'bitmapTransform',
    transform,
    'bitmapTransform(bitmap, from, to)',
    'The bitmap with some values replaced by others.',
    `SELECT toString(bitmapToArray(bitmapTransform(${A}, [1], [9])))`,
    '[2,3,9]',
  ],
];

/** What bitmaps of all rows have together. @param gives the bitmap of it, or how many values that has */
const together =
  (operation: string, gives: 'bitmap' | 'count'): Resolve =>
  (args) => {
    const [state] = args;
    if (args.length !== 1 || !isBitmap(state)) return undefined;
    return gathered([state.type], (rows) => {
      const all = arrayOperation('bitmaps', [rows, text(operation)], state.type);
      return gives === 'bitmap' ? all : apply('bitmap_count', [all], stateOf(state.type).args[0]);
    });
  };

const TOGETHER = (
  [
    ['And', 'and', 'that all bitmaps have', '0'],
    ['Or', 'or', 'that a bitmap has', '3'],
    ['Xor', 'xor', 'that an odd number of bitmaps have', '1'],
  ] as const
).flatMap(([name, operation, doc, shown]) => {
  const from =
    'FROM (SELECT groupBitmapState(c) AS s FROM (SELECT arrayJoin([1, 2]) AS c) GROUP BY c UNION ALL SELECT groupBitmapState(toUInt8(number % 3 + 1)) AS s FROM numbers(9))';
  return [
    aggregate(
      { clickhouse: [`groupBitmap${name}`] },
      together(operation, 'count'),
      `groupBitmap${name}(bitmap)`,
      `How many values there are ${doc}.`,
      `SELECT groupBitmap${name}(s) ${from}`,
      shown,
    ),
    aggregate(
      { clickhouse: [`groupBitmap${name}If`] },
      filtered(together(operation, 'count')),
      `groupBitmap${name}If(bitmap, condition)`,
      `How many values there are ${doc}, of rows where the condition holds.`,
      `SELECT groupBitmap${name}If(s, 1) ${from}`,
      shown,
    ),
    aggregate(
      { clickhouse: [`groupBitmap${name}State`] },
      together(operation, 'bitmap'),
      `groupBitmap${name}State(bitmap)`,
      `The values ${doc}, as a bitmap.`,
      `SELECT bitmapCardinality(groupBitmap${name}State(s)) ${from}`,
      shown,
    ),
  ];
});

export const BITMAPS: readonly FunctionRow[] = [
  ...ROWS.map(clickhouseScalar),
  aggregate(
    { clickhouse: ['groupBitmap'] },
    bitmap,
    'groupBitmap(x)',
    'How many different integers there are; its states are bitmaps.',
    'SELECT groupBitmap(number % 3) FROM numbers(9)',
    '3',
  ),
  aggregate(
    { clickhouse: ['groupBitmapIf'] },
    filtered(bitmap),
    'groupBitmapIf(x, condition)',
    'How many different integers there are in rows where the condition holds.',
    'SELECT groupBitmapIf(number % 3, number < 2) FROM numbers(9)',
    '2',
  ),
  ...TOGETHER,
];
