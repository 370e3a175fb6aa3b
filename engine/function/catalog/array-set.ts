/** Functions of arrays that compare elements: numbering equal ones, sets, similarity. */

import { literal } from '../../plan/expr.ts';
import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  type LogicalType,
  notNull,
  nullable,
  sameValues,
  tuple,
  type,
} from '../../type/type.ts';
import { cast, commonType, WIDEN } from '../cast.ts';
import { commonOf } from '../choice-type.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { asFloats, elementIn, isArray, operation, type Shape, several } from './array.ts';
import { each } from './array-place.ts';
import { composed } from './compose.ts';
import { arrayOperation } from './lambda.ts';
import { arrayOf } from './nested.ts';

const asGiven = (args: readonly Argument[]): LogicalType[] => args.map((arg) => arg.type);
const isCount = (arg: Argument | undefined): boolean => arg !== undefined && isInteger(arg.type);
const isNumbers = (arg: Argument): boolean => isArray(arg) && isNumeric(elementIn(arg));
const UINT32 = type('uint32');

const symmetric = several((t) => t);
const sameElements: Shape = (args) =>
  args.length === 2 &&
  args.every(isArray) &&
  sameValues(notNull(elementIn(args[0])), notNull(elementIn(args[1])))
    ? {
        casts: args.map(() =>
          array(args.some((a) => elementIn(a).nullable) ? nullable(elementIn(args[0])) : elementIn(args[0])),
        ),
        result: args[0].type,
      }
    : undefined;

const weightedPair: Shape = (args, context) => {
  if (args.length !== 4 || !args.every(isArray) || !args.slice(2).every(isNumbers)) return undefined;
  const common = commonOf(args.slice(0, 2).map(elementIn), context.dialect);
  return common === undefined
    ? undefined
    : {
        casts: [array(common), array(common), asFloats(args[2].type), asFloats(args[3].type)],
        result: FLOAT64,
      };
};

const removed: Resolve = composed(
  (args) =>
    args.length === 2 && isArray(args[0]) && commonType(elementIn(args[0]), args[1].type) !== undefined,
  ([list, value], call) => {
    // The value may be one that the elements' type has not.
    const of = commonType(elementOf(list.type), value.type)!;
    const rest = call('arrayExcept', cast(list, array(of), WIDEN), arrayOf([cast(value, of, WIDEN)], of));
    return cast(rest, list.type, WIDEN);
  },
);

/** ([begin,] array [, depth]): elements so deep are numbered, anew for each list at level `begin`. */
const deep =
  (name: string): Resolve =>
  (args, context) => {
    const list = args.find(isArray);
    const literals = args.filter((arg) => arg !== list);
    if (list === undefined || literals.some(({ value }) => typeof value !== 'bigint')) return undefined;
    let levels = 0;
    for (let of: LogicalType = list.type; of.id === 'array'; of = elementOf(of)) levels++;
    const last = args.indexOf(list) < args.length - 1 ? (args.at(-1)?.value as bigint) : BigInt(levels);
    const depth = Number(last);
    if (depth < 1 || depth > levels) return undefined;
    let result: LogicalType = UINT32;
    for (let i = 0; i < depth; i++) result = array(result);
    const at = args.indexOf(list);
    const begin = at === 0 ? 1n : (args[0].value as bigint);
    if (begin < 1n || begin > last) return undefined;
    return context.dialect === 'clickhouse'
      ? {
          casts: asGiven(args),
          build: (values) =>
            arrayOperation(name, [values[at], literal(begin, INT64), literal(last, INT64)], result),
        }
      : undefined;
  };

const AREAS = tuple([FLOAT64, FLOAT64, FLOAT64].map((t) => ({ name: null, type: t })));

const ROWS: readonly TableRow[] = [
  [
    ['arrayEnumerateDense'],
    operation('enumerate_dense', each(array(UINT32))),
    'arrayEnumerateDense(array, ...)',
    'A number for each element, the same for equal ones, in the order of their first places.',
    'SELECT toString(arrayEnumerateDense([10, 20, 10]))',
    '[1,2,1]',
  ],
  [
    ['arrayEnumerateUniq'],
    operation('enumerate_repeats', each(array(UINT32))),
    'arrayEnumerateUniq(array, ...)',
    'For each element how many equal ones there are up to it.',
    'SELECT toString(arrayEnumerateUniq([10, 20, 10]))',
    '[1,1,2]',
  ],
  [
    ['arrayEnumerateDenseRanked'],
    deep('enumerate_dense_deep'),
    'arrayEnumerateDenseRanked([begin,] array [, depth])',
    'arrayEnumerateDense of what lies so deep in an array of arrays.',
    'SELECT toString(arrayEnumerateDenseRanked([[1, 2], [1]]))',
    '[[1,2],[1]]',
  ],
  [
    ['arrayEnumerateUniqRanked'],
    deep('enumerate_repeats_deep'),
    'arrayEnumerateUniqRanked([begin,] array [, depth])',
    'arrayEnumerateUniq of what lies so deep in an array of arrays.',
    'SELECT toString(arrayEnumerateUniqRanked([[1, 2], [1]]))',
    '[[1,1],[2]]',
  ],
  [
    ['arrayUniq'],
    operation('count_distinct_rows', each(UINT32)),
    'arrayUniq(array, ...)',
    'How many different elements there are, or tuples of elements at the same position.',
    'SELECT arrayUniq([1, 1, 2])',
    '2',
  ],
  [
    ['arrayExcept'],
    operation('except', sameElements),
    'arrayExcept(array, unwanted)',
    'The elements that are not in the other array.',
    'SELECT toString(arrayExcept([1, 2, 3], [2]))',
    '[1,3]',
  ],
  [
    ['arrayRemove', 'array_remove'],
    removed,
    'arrayRemove(array, value)',
    'The array without a value.',
    'SELECT toString(arrayRemove([1, 2, 2, 3], 2))',
    '[1,3]',
  ],
  [
    ['arrayUnion'],
    operation('union', symmetric),
    'arrayUnion(array, ...)',
    'The elements that one of the arrays has, each once.',
    'SELECT toString(arraySort(arrayUnion([1, 2], [2, 3])))',
    '[1,2,3]',
  ],
  [
    ['arraySymmetricDifference'],
    operation('symmetric_difference', symmetric),
    'arraySymmetricDifference(array, ...)',
    'The elements that not all of the arrays have, each once.',
    'SELECT toString(arraySort(arraySymmetricDifference([1, 2], [2, 3])))',
    '[1,3]',
  ],
  [
    ['arrayJaccardIndex'],
    operation(
      'jaccard',
      several(() => FLOAT64, 2),
    ),
    'arrayJaccardIndex(a, b)',
    'How many of the different elements of two arrays are in both, as a part of 1.',
    'SELECT arrayJaccardIndex([1, 2], [2])',
    '0.5',
  ],
  [
    ['arrayLevenshteinDistance'],
    operation(
      'levenshtein',
      several(() => UINT32, 2),
    ),
    'arrayLevenshteinDistance(a, b)',
    'How many elements are to be put in, left out or replaced to make one array of the other.',
    'SELECT arrayLevenshteinDistance([1, 2, 4], [1, 2, 3])',
    '1',
  ],
  [
    ['arrayLevenshteinDistanceWeighted'],
    operation('levenshtein_weighted', weightedPair),
    'arrayLevenshteinDistanceWeighted(a, b, a_weights, b_weights)',
    'The least weight of elements to be put in and left out to make one array of the other.',
    "SELECT arrayLevenshteinDistanceWeighted(['a', 'b'], ['a'], [1, 2], [3])",
    '2.0',
  ],
  [
    ['arraySimilarity'],
    operation('similarity', weightedPair),
    'arraySimilarity(a, b, a_weights, b_weights)',
    'One less the weighted distance of two arrays as a part of all weights.',
    "SELECT arraySimilarity(['a', 'b'], ['a'], [1, 1], [2])",
    '0.75',
  ],
  [
    ['hasSubstr'],
    operation(
      'has_part',
      several(() => BOOL, 2),
    ),
    'hasSubstr(array, wanted)',
    'Whether the elements of the other array stand in the array one behind the other.',
    'SELECT hasSubstr([1, 2, 3], [2, 3])',
    '1',
  ],
  [
    ['indexOfAssumeSorted'],
    composed(
      (args) => args.length === 2 && isArray(args[0]),
      (args, call) => call('indexOf', ...args),
    ),
    'indexOfAssumeSorted(array, value)',
    'The first position of the value in an ascending array; 0 where there is none.',
    'SELECT indexOfAssumeSorted([1, 3, 3], 3)',
    '2',
  ],
  [
    ['arrayNormalizedGini'],
    operation('gini', (args) =>
      args.length === 2 && args.every(isNumbers)
        ? { casts: args.map((arg) => asFloats(arg.type)), result: AREAS }
        : undefined,
    ),
    'arrayNormalizedGini(predicted, labels)',
    "Gini's coefficients of predictions and of the labels, and the first divided by the second.",
    'SELECT tupleElement(arrayNormalizedGini([1, 2], [1, 2]), 3)',
    '1.0',
  ],
  [
    ['arrayAutocorrelation'],
    operation('autocorrelation', (args) =>
      args.length >= 1 && args.length <= 2 && isArray(args[0]) && (args.length === 1 || isCount(args[1]))
        ? { casts: [args[0].type, INT64].slice(0, args.length), result: array(FLOAT64) }
        : undefined,
    ),
    'arrayAutocorrelation(array [, lags])',
    'How alike the numbers are to themselves moved by 0, 1, 2 and more places.',
    'SELECT toString(arrayAutocorrelation([1, 2, 3]))',
    '[1,0,-0.5]',
  ],
];

export const ARRAY_SETS: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
