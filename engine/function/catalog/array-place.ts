/** Functions of arrays by the places of their elements: moving, cutting, filling, picking. */

import { literal } from '../../plan/expr.ts';
import { lambdaOf } from '../../plan/lambda.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  elementOf,
  INT64,
  isInteger,
  isNumeric,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  type TypeId,
  timestamp,
  tuple,
  type,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, text } from '../call.ts';
import { commonOf } from '../choice-type.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar, firstOf } from '../signature.ts';
import { elementIn, from, isArray, operation, type Shape, same, summed } from './array.ts';
import { composed } from './compose.ts';
import { overGiven } from './higher-order.ts';
import { arrayOperation } from './lambda.ts';
import { withLambda } from './lambda-array.ts';
import { arrayOf } from './nested.ts';

const _UINT32 = type('uint32');
const asGiven = (args: readonly Argument[]): LogicalType[] => args.map((arg) => arg.type);
const isCount = (arg: Argument | undefined): boolean => arg !== undefined && isInteger(arg.type);
const _isNumbers = (arg: Argument): boolean => isArray(arg) && isNumeric(elementIn(arg));

/** Arrays of any types. */
export const each =
  (result: LogicalType | ((types: readonly LogicalType[]) => LogicalType), least = 1): Shape =>
  (args) =>
    args.length >= least && args.every(isArray)
      ? { casts: asGiven(args), result: typeof result === 'function' ? result(args.map(elementIn)) : result }
      : undefined;

/** An array and an integer; the same type out, or one of its elements. */
const withCount =
  (result: (list: LogicalType) => LogicalType = (list) => list): Shape =>
  (args) =>
    args.length === 2 && isArray(args[0]) && isCount(args[1])
      ? { casts: [args[0].type, INT64], result: result(args[0].type) }
      : undefined;

/** (array, places [, filler]) */
const shift =
  (name: string): Resolve =>
  (args, context) => {
    const [list, places, filler, ...more] = args;
    if (more.length > 0 || !isArray(list) || !isCount(places)) return undefined;
    const element = elementIn(list);
    if (filler !== undefined && commonOf([element, filler.type], context.dialect)?.id !== element.id)
      return undefined;
    const empty = filler === undefined ? [literal(element.nullable ? null : zeroOf(element), element)] : [];
    const shape: Shape = () => ({
      casts: [list.type, INT64, element].slice(0, args.length),
      result: list.type,
    });
    return operation(name, shape, empty)(args, context);
  };

/** (count, array): the first of the array in an order, without NULL. */
const best = (order: 'arraySort' | 'arrayReverseSort'): Resolve =>
  composed(
    (args) => {
      const rest = args[0]?.parameters === undefined ? args : args.slice(1);
      return rest.length >= 2 && isCount(rest[0]) && rest.slice(1).every(isArray);
    },
    (args, call) => {
      const at = lambdaOf(args[0]) === undefined ? 0 : 1;
      const lists = args.filter((_, i) => i !== at);
      const sorted = call(order, ...lists);
      const element = notNull(elementOf(sorted.type));
      return arrayOperation('first_of_order', [sorted, args[at]], array(element));
    },
  );

const flattened: Resolve = (args, context) => {
  if (context.dialect !== 'clickhouse' || args.length !== 1 || !isArray(args[0])) return undefined;
  let element = elementIn(args[0]);
  while (element.id === 'array') element = elementOf(element);
  return operation('flatten_deep', () => ({ casts: asGiven(args), result: array(element) }))(args, context);
};

const emptyToSingle: Resolve = (args, context) => {
  if (args.length !== 1 || !isArray(args[0])) return undefined;
  const of = elementIn(args[0]);
  const single = arrayOf([literal(of.nullable ? null : zeroOf(of), of)], of);
  return operation('single_if_empty', same, [single])(args, context);
};

/** NULL where the array or map has no such place. */
const elementOrNull: Resolve = (args) => {
  const [list, index] = args;
  if (args.length !== 2 || !isArray(list) || !isCount(index)) return undefined;
  const element = nullable(elementIn(list));
  return {
    casts: [list.type, INT64],
    build: ([of, at]) =>
      apply(`array_element_${laneOf(element)}`, [of, text(typeText(notNull(of.type))), at], element),
  };
};

const UNALIGNED = (types: readonly LogicalType[]): LogicalType =>
  array(tuple(types.map((t) => ({ name: null, type: nullable(t) }))));

const shuffle =
  (name: string, counts: number): Resolve =>
  (args, context) => {
    if (args.length !== 2 + counts || !isArray(args[0]) || !args.slice(1).every(isCount)) return undefined;
    const shape: Shape = () => ({
      casts: [args[0].type, INT64, INT64].slice(0, args.length),
      result: args[0].type,
    });
    return operation(name, shape)(args, context);
  };

/** Name and type of the elements. */
const EMPTY: readonly (readonly [name: string, element: LogicalType])[] = [
  ...(
    [
      'Int8',
      'Int16',
      'Int32',
      'Int64',
      'UInt8',
      'UInt16',
      'UInt32',
      'UInt64',
      'Float32',
      'Float64',
      'String',
      'Date',
    ] as const
  ).map((name) => [name, type(name.toLowerCase() as TypeId)] as const),
  ['DateTime', timestamp(0)],
];

const ROWS: readonly TableRow[] = [
  ...EMPTY.map(
    ([name, element]): TableRow => [
      [`emptyArray${name}`],
      (args) => (args.length === 0 ? { casts: [], build: () => literal('\0', array(element)) } : undefined),
      `emptyArray${name}()`,
      `An array of ${name} without elements.`,
      `SELECT toString(emptyArray${name}())`,
      '[]',
    ],
  ),
  [
    ['emptyArrayToSingle'],
    emptyToSingle,
    'emptyArrayToSingle(array)',
    'The array; with the default of its type where it has no elements.',
    'SELECT toString(emptyArrayToSingle(emptyArrayInt8()))',
    '[0]',
  ],
  [
    ['arrayFlatten', 'flatten'],
    flattened,
    'arrayFlatten(array)',
    'The elements of arrays in arrays as one array.',
    'SELECT toString(arrayFlatten([[1], [2, 3]]))',
    '[1,2,3]',
  ],
  [
    ['arrayRotateLeft'],
    operation('rotate', withCount()),
    'arrayRotateLeft(array, places)',
    'The array moved to the left, its first elements coming in at its end.',
    'SELECT toString(arrayRotateLeft([1, 2, 3], 1))',
    '[2,3,1]',
  ],
  [
    ['arrayRotateRight'],
    operation('rotate_right', withCount()),
    'arrayRotateRight(array, places)',
    'The array moved to the right, its last elements coming in at its front.',
    'SELECT toString(arrayRotateRight([1, 2, 3], 1))',
    '[3,1,2]',
  ],
  [
    ['arrayShiftLeft'],
    shift('shift'),
    'arrayShiftLeft(array, places [, filler])',
    'The array moved to the left and filled at its end.',
    'SELECT toString(arrayShiftLeft([1, 2, 3], 1))',
    '[2,3,0]',
  ],
  [
    ['arrayShiftRight'],
    shift('shift_right'),
    'arrayShiftRight(array, places [, filler])',
    'The array moved to the right and filled at its front.',
    'SELECT toString(arrayShiftRight([1, 2, 3], 1))',
    '[0,1,2]',
  ],
  [
    ['arrayShingles'],
    operation('shingles', withCount(array)),
    'arrayShingles(array, size)',
    'All pieces of so many neighbours.',
    'SELECT toString(arrayShingles([1, 2, 3], 2))',
    '[[1,2],[2,3]]',
  ],
  [
    ['arrayTranspose'],
    operation(
      'transpose',
      from((element) => (element.id === 'array' ? array(element) : undefined)),
    ),
    'arrayTranspose(array)',
    'The columns of an array of rows.',
    'SELECT toString(arrayTranspose([[1, 2], [3, 4]]))',
    '[[1,3],[2,4]]',
  ],
  [
    ['arrayZipUnaligned'],
    operation('zip_unaligned', each(UNALIGNED)),
    'arrayZipUnaligned(array, ...)',
    'Tuples of the elements at the same position; NULL behind the end of a shorter array.',
    "SELECT toString(arrayZipUnaligned([1, 2], ['a']))",
    "[(1,'a'),(2,NULL)]",
  ],
  [
    ['replicate'],
    (args, context) =>
      args.length >= 2 && args.slice(1).every(isArray)
        ? operation('replicate', () => ({ casts: asGiven(args), result: array(args[0].type) }))(args, context)
        : undefined,
    'replicate(value, array, ...)',
    'The value as often as the array has elements.',
    'SELECT toString(replicate(1, [5, 6]))',
    '[1,1]',
  ],
  [
    ['arrayElementOrNull'],
    firstOf(
      elementOrNull,
      composed(
        (args) => args.length === 2 && args[0].type.id === 'map',
        ([of, key], call) =>
          call(
            'if',
            call('mapContains', of, key),
            call('arrayElement', of, key),
            literal(null, type('null', true)),
          ),
      ),
    ),
    'arrayElementOrNull(array, position)',
    'The element at a position, or the value of a key; NULL where there is none.',
    'SELECT arrayElementOrNull([1, 2], 5)',
    'null',
  ],
  [
    ['arrayShuffle'],
    shuffle('shuffle', 0),
    'arrayShuffle(array, seed)',
    'The elements in an order that the seed says.',
    'SELECT length(arrayShuffle([1, 2, 3], 41))',
    '3',
  ],
  [
    ['arrayPartialShuffle'],
    shuffle('partial_shuffle', 1),
    'arrayPartialShuffle(array, count, seed)',
    'The array whose first so many elements are drawn by the seed.',
    'SELECT length(arrayPartialShuffle([1, 2, 3], 1, 41))',
    '3',
  ],
];

const BESTS: readonly TableRow[] = [
  [
    ['arrayTopK'],
    best('arrayReverseSort'),
    'arrayTopK([lambda,] count, array, ...)',
    'So many largest elements, descending, without NULL.',
    'SELECT toString(arrayTopK(2, [1, 5, 2]))',
    '[5,2]',
  ],
  [
    ['arrayBottomK'],
    best('arraySort'),
    'arrayBottomK([lambda,] count, array, ...)',
    'So many smallest elements, ascending, without NULL.',
    'SELECT toString(arrayBottomK(2, [1, 5, 2]))',
    '[1,2]',
  ],
  [
    ['arrayCumSumNonNegative'],
    overGiven(
      operation(
        'sums_not_negative',
        from((element, context) => {
          const total = summed(element, context);
          return total === undefined || total.id === 'decimal' ? undefined : array(total);
        }),
      ),
    ),
    'arrayCumSumNonNegative([lambda,] array, ...)',
    'Sums of the elements up to each, which begin again at 0 where they would fall below it.',
    'SELECT toString(arrayCumSumNonNegative([1, -4, 3]))',
    '[1,0,3]',
  ],
];

export const ARRAY_PLACES: readonly FunctionRow[] = [
  ...ROWS.map(clickhouseScalar),
  ...BESTS.map((row) => withLambda(clickhouseScalar(row))),
];
