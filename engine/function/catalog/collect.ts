/** Names, documentation and examples of aggregates that collect values (collect-resolve.ts). */

import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import { aggregate, firstOf, named, parametric } from '../signature.ts';
import { filtered, seen } from './aggregate.ts';
import {
  bitwise,
  concatenated,
  groupConcat,
  heavy,
  lastListed,
  listed,
  ofRow,
  sorted,
  stringAgg,
  summedByKey,
  tallied,
  topped,
} from './collect-resolve.ts';
import { wideSumByKey } from './nest.ts';
import { takesCombinators } from './plain.ts';

const N = 'numbers(4)';
const T = "(VALUES (1, 'x'), (2, 'y'), (2, 'z')) AS t(a, b)";

const BITS: readonly (readonly ['and' | 'or' | 'xor', result: string])[] = [
  ['and', '0'],
  ['or', '3'],
  ['xor', '1'],
];

const CLICKHOUSE: readonly TableRow[] = [
  [
    ['groupArray', 'array_agg'],
    listed,
    'groupArray[(max)](x)',
    'The values as an array, in the order in which a thread saw them.',
    'groupArray(number)',
    '0,1,2,3',
  ],
  [
    ['groupArrayLast'],
    lastListed,
    'groupArrayLast(max)(x)',
    'The last values as an array.',
    'groupArrayLast(2)(number)',
    '2,3',
  ],
  [
    ['groupArraySorted'],
    sorted,
    'groupArraySorted(max)(x)',
    'The smallest values as an array.',
    'groupArraySorted(2)(number)',
    '0,1',
  ],
  [
    ['groupUniqArray'],
    tallied('different_str', 'groupUniqArray', 0),
    'groupUniqArray[(max)](x)',
    'The different values as an array, the smallest first.',
    'groupUniqArray(number)',
    '0,1,2,3',
  ],
  [
    ['topK'],
    topped('topK', false, false),
    "topK[(n [, load [, 'counts']])](x)",
    'The n values that most rows have, the most frequent first; 10 without a parameter.',
    'topK(2)(number)',
    '0,1',
  ],
  [
    ['topKWeighted'],
    topped('topKWeighted', true, false),
    "topKWeighted[(n [, load [, 'counts']])](x, weight)",
    'The n values whose weights sum up to most, the heaviest first.',
    'topKWeighted(2)(number, number)',
    '3,2',
  ],
  [
    ['anyLast', 'last_value'],
    seen('anylast'),
    'anyLast(x)',
    'The value that was seen last.',
    'anyLast(number)',
    '3',
  ],
  [
    ['sumMap', 'sumMappedArrays'],
    firstOf(summedByKey, wideSumByKey),
    'sumMap(map) or sumMap(keys, values)',
    'The sum of the values of each key.',
    'sumMap([number % 2], [number])',
    '0,1,2,4',
  ],
  [
    ['groupArrayArray', 'array_concat_agg'],
    concatenated,
    'groupArrayArray(array)',
    'The elements of all arrays as one.',
    'groupArrayArray([number, 7])',
    '0,7,1,7,2,7,3,7',
  ],
  [
    ['first_value'],
    seen('any'),
    'first_value(x)',
    'The value that was seen first.',
    'first_value(number)',
    '0',
  ],
  ...BITS.map(
    ([op, result]) =>
      [
        [`groupBit${op[0].toUpperCase()}${op.slice(1)}`, `bit_${op}`],
        bitwise(op),
        `groupBit${op[0].toUpperCase()}${op.slice(1)}(x)`,
        `Bits of all values, combined by ${op.toUpperCase()}.`,
        `groupBit${op[0].toUpperCase()}${op.slice(1)}(number)`,
        op === 'xor' ? '0' : result,
      ] as const,
  ),
  [
    ['groupConcat', 'group_concat', 'string_agg'],
    groupConcat,
    'groupConcat[(separator [, max])](x [, separator])',
    'The values as texts, one after the other.',
    "groupConcat('-')(number)",
    '0-1-2-3',
  ],
  [['anyHeavy'], heavy, 'anyHeavy(x)', 'The value that most rows have.', 'anyHeavy(number % 3)', '0'],
];

/** ClickHouse's that have states. */
export const CLICKHOUSE_COLLECTORS: readonly (readonly [name: string, resolve: Resolve])[] =
  CLICKHOUSE.flatMap(([names, resolve]) =>
    names.filter(takesCombinators).map((name) => [name, resolve] as const),
  );

type Shown = TableRow<FunctionRow['names']>;

const OTHERS: readonly Shown[] = [
  [
    { standard: ['array_agg', 'list'], druid: ['array_agg'] },
    listed,
    'array_agg(x)',
    'The values as an array, NULLs among them; with ORDER BY behind x in that order.',
    `SELECT array_to_string(array_agg(b ORDER BY b DESC), '') FROM ${T}`,
    'zyx',
  ],
  [
    { standard: ['string_agg', 'listagg', 'group_concat'], druid: ['string_agg', 'listagg'] },
    stringAgg,
    'string_agg(x [, separator])',
    'The values as texts with a separator between, without NULLs; with ORDER BY behind it in that order.',
    `SELECT string_agg(b, '-' ORDER BY b) FROM ${T}`,
    'x-y-z',
  ],
  ...(['first', 'last'] as const).map(
    (which): Shown => [
      { standard: [which] },
      ofRow(which === 'last'),
      `${which}(x)`,
      `The x of the ${which} row that was seen, which may be NULL; with ORDER BY behind x the ${which} in that order.`,
      `SELECT ${which}(b ORDER BY a DESC, b) FROM ${T}`,
      which === 'first' ? 'y' : 'x',
    ],
  ),
  [
    { druid: ['array_concat_agg'] },
    concatenated,
    'array_concat_agg(array [, size])',
    'The elements of all arrays as one.',
    `SELECT array_to_string(array_concat_agg(ARRAY[a, a]), '') FROM ${T}`,
    '112222',
  ],
  ...BITS.map(
    ([op, result]): Shown => [
      named(['standard', 'druid'], `bit_${op}`),
      bitwise(op),
      `bit_${op}(x)`,
      `Bits of all values, combined by ${op.toUpperCase()}.`,
      `SELECT bit_${op}(a) FROM ${T}`,
      result,
    ],
  ),
];

export const COLLECTORS: readonly FunctionRow[] = [
  ...OTHERS.map((row) => aggregate(...row)),
  ...CLICKHOUSE.flatMap(([names, resolve, syntax, doc, call, result]) => [
    parametric(aggregate({ clickhouse: names }, resolve, syntax, doc, `SELECT ${call} FROM ${N}`, result)),
    parametric(
      aggregate(
        { clickhouse: names.filter(takesCombinators).map((name) => `${name}If`) },
        filtered(resolve),
        syntax.replace(/^\w+/, '$&If').replace(/\)$/, ', condition)'),
        `${doc} Only rows where the condition holds.`,
        `SELECT ${call.replace(/^\w+/, '$&If').replace(/\)$/, ', number < 4)')} FROM numbers(9)`,
        result,
      ),
    ),
  ]),
];
