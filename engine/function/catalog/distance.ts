/** Norms of vectors, distances between them, and products; vectors are tuples or arrays of numbers. */

import { type Expr, literal } from '../../plan/expr.ts';
import { BOOL, elementOf, FLOAT64, fieldsOf, isNumeric, type LogicalType, type } from '../../type/type.ts';
import { unlessNull } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve, TableRow } from '../row.ts';
import { clickhouseScalar, firstOf } from '../signature.ts';
import { asFloats } from './array.ts';
import { type Call, composed, isTuple, partsOf, typeOfCall, unnamed } from './compose.ts';
import { arrayOperation } from './lambda.ts';
import { dotOfTuples, sumOf } from './tuple.ts';

type Norm = 'l1' | 'l2' | 'l2_squared' | 'linf' | 'lp';

const isVector = ({ type }: Argument): boolean => type.id === 'array' && isNumeric(elementOf(type));
const isPower = (arg: Argument | undefined): boolean => arg !== undefined && isNumeric(arg.type);
const toFloat = (value: Expr): Expr => cast(value, FLOAT64, WIDEN);

/** Of the fields of a tuple, with the types that functions of its fields have. */
function tupleNorm(norm: Norm, values: readonly Expr[], p: Expr | undefined, call: Call): Expr {
  const sizes = (): Expr[] => values.map((value) => call('abs', value));
  const squares = (): Expr =>
    sumOf(
      values.map((value) => call('multiply', value, value)),
      call,
    );
  switch (norm) {
    case 'l1':
      return sumOf(sizes(), call);
    case 'l2':
      return call('sqrt', squares());
    case 'l2_squared':
      return squares();
    case 'linf':
      return unlessNull(
        values,
        sizes()
          .map(toFloat)
          .reduce((most, size) => call('greatest', most, size)),
      );
    case 'lp': {
      const power = p ?? literal(2, FLOAT64);
      const raised = sizes().map((size) => call('pow', size, power));
      return call('pow', sumOf(raised, call), call('divide', literal(1, FLOAT64), power));
    }
  }
}

/** The type of what is computed of arrays of floats: Float32 where all are. */
const floatOf = (args: readonly Argument[]): LogicalType =>
  args.filter(isVector).every(({ type }) => elementOf(type).id === 'float32') ? type('float32') : FLOAT64;

export const ofArrays =
  (name: string, arrays: number, parameters: number): Resolve =>
  (args) => {
    const vectors = args.slice(0, arrays);
    if (args.length !== arrays + parameters || !vectors.every(isVector) || !args.slice(arrays).every(isPower))
      return undefined;
    return {
      casts: args.map(({ type }, i) => (i < arrays ? asFloats(type) : type)),
      build: (values) =>
        arrayOperation(
          name,
          values.map((value, i) => (i < arrays ? value : toFloat(value))),
          floatOf(args),
        ),
    };
  };

const norm = (of: Norm): Resolve =>
  firstOf(
    ofArrays(`norm_${of}`, 1, of === 'lp' ? 1 : 0),
    composed(
      (args) => args.length === (of === 'lp' ? 2 : 1) && isTuple(args[0]) && args.slice(1).every(isPower),
      ([tuple, p], call) => tupleNorm(of, partsOf(tuple), p, call),
    ),
  );

const twoTuples = (args: readonly Argument[], more: number): boolean =>
  args.length === 2 + more &&
  args.slice(0, 2).every(isTuple) &&
  fieldsOf(args[0].type).length === fieldsOf(args[1].type).length;

const distance = (of: Norm): Resolve =>
  firstOf(
    ofArrays(`distance_${of}`, 2, of === 'lp' ? 1 : 0),
    composed(
      (args) => twoTuples(args, of === 'lp' ? 1 : 0),
      ([a, b, p], call) => {
        const others = partsOf(b);
        const apart = partsOf(a).map((value, i) => call('minus', value, others[i]));
        return tupleNorm(of, apart, p, call);
      },
    ),
  );

const normalized = (of: Norm): Resolve =>
  composed(
    (args) => args.length === (of === 'lp' ? 2 : 1) && isTuple(args[0]) && args.slice(1).every(isPower),
    ([tuple, p], call) => {
      const values = partsOf(tuple);
      const size = tupleNorm(of, values, p, call);
      return unnamed(values.map((value) => call('divide', value, size)));
    },
  );

const cosine: Resolve = firstOf(
  ofArrays('cosine', 2, 0),
  composed(
    (args) => twoTuples(args, 0),
    ([a, b], call) => {
      const [left, right] = [partsOf(a), partsOf(b)];
      const product = sumOf(
        left.map((value, i) => call('multiply', value, right[i])),
        call,
      );
      const sizes = call(
        'multiply',
        tupleNorm('l2', left, undefined, call),
        tupleNorm('l2', right, undefined, call),
      );
      return call('minus', literal(1, FLOAT64), call('divide', product, sizes));
    },
  ),
);

const dotOfArrays: Resolve = (args, context) => {
  if (args.length !== 2 || !args.every(isVector)) return undefined;
  const types = args.map(({ type }) => elementOf(type));
  const isSmall = types.every(({ id }) => id === 'float32');
  const result = isSmall ? type('float32') : typeOfCall('multiply', types, context);
  return {
    casts: args.map(({ type }) => type),
    build: (values) => arrayOperation('dot', result.id === 'float64' ? values.map(floats) : values, result),
  };
};

const floats = (list: Expr): Expr => cast(list, { ...list.type, element: FLOAT64 }, WIDEN);

/** A curve's area, from scores and labels. */
const area =
  (name: string, scaled: boolean): Resolve =>
  (args) => {
    const [scores, labels, scale, ...more] = args;
    if (args.length < 2 || more.length > 0 || !isVector(scores) || !isVector(labels)) return undefined;
    if (scale !== undefined && (!scaled || typeof scale.value !== 'boolean')) return undefined;
    return {
      casts: args.map(({ type }, i) => (i === 2 ? BOOL : type)),
      build: (values) => arrayOperation(name, values, FLOAT64),
    };
  };

/** Norm, part of the names, what it is, of (3, 4), between (1, 2) and (4, 6), and (3, 4) divided by it. */
const NAMES: readonly (readonly [Norm, string, string, string, string, string])[] = [
  ['l1', 'L1', 'the sum of the sizes', '7', '7', '(0.42857142857142855,0.5714285714285714)'],
  ['l2', 'L2', 'the root of the sum of the squares', '5.0', '5.0', '(0.6,0.8)'],
  ['linf', 'Linf', 'the largest size', '4.0', '4.0', '(0.75,1)'],
];

const ROWS: readonly TableRow[] = [
  ...NAMES.flatMap(([of, name, what, ofOne, between, unit]): TableRow[] => [
    [
      [`${name}Norm`, `norm${name}`],
      norm(of),
      `${name}Norm(vector)`,
      `The norm of a vector: ${what}.`,
      `SELECT ${name}Norm((3, 4))`,
      ofOne,
    ],
    [
      [`${name}Distance`, `distance${name}`],
      distance(of),
      `${name}Distance(a, b)`,
      `The distance between two vectors: ${what} of their differences.`,
      `SELECT ${name}Distance((1, 2), (4, 6))`,
      between,
    ],
    [
      [`${name}Normalize`, `normalize${name}`],
      normalized(of),
      `${name}Normalize(tuple)`,
      `The tuple divided by its norm: ${what}.`,
      `SELECT toString(${name}Normalize((3, 4)))`,
      unit,
    ],
  ]),
  [
    ['LpNorm', 'normLp'],
    norm('lp'),
    'LpNorm(vector, p)',
    'The norm of a vector: the p-th root of the sum of the p-th powers of the sizes.',
    'SELECT LpNorm((3, 4), 2)',
    '5.0',
  ],
  [
    ['LpDistance', 'distanceLp'],
    distance('lp'),
    'LpDistance(a, b, p)',
    'The distance between two vectors: the p-th root of the sum of the p-th powers of their differences.',
    'SELECT LpDistance((1, 2), (4, 6), 2)',
    '5.0',
  ],
  [
    ['LpNormalize', 'normalizeLp'],
    normalized('lp'),
    'LpNormalize(tuple, p)',
    'The tuple divided by its norm of p-th powers.',
    'SELECT toString(LpNormalize((3, 4), 2))',
    '(0.6,0.8)',
  ],
  [
    ['L2SquaredNorm', 'normL2Squared'],
    norm('l2_squared'),
    'L2SquaredNorm(vector)',
    'The sum of the squares.',
    'SELECT L2SquaredNorm((3, 4))',
    '25',
  ],
  [
    ['L2SquaredDistance', 'distanceL2Squared'],
    distance('l2_squared'),
    'L2SquaredDistance(a, b)',
    'The sum of the squares of the differences.',
    'SELECT L2SquaredDistance((1, 2), (4, 6))',
    '25',
  ],
  [
    ['cosineDistance'],
    cosine,
    'cosineDistance(a, b)',
    'One less the cosine of the angle between two vectors.',
    'SELECT cosineDistance((1, 0), (0, 1))',
    '1.0',
  ],
  [
    ['dotProduct', 'scalarProduct', 'arrayDotProduct'],
    firstOf(dotOfArrays, dotOfTuples),
    'dotProduct(a, b)',
    'The sum of the products of the elements of two vectors.',
    'SELECT dotProduct((1, 2), (3, 4))',
    '11',
  ],
  [
    ['arrayROCAUC', 'arrayAUC'],
    area('roc_area', true),
    'arrayROCAUC(scores, labels [, scaled])',
    'The area under the ROC curve of a classifier.',
    'SELECT arrayROCAUC([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])',
    '0.75',
  ],
  [
    ['arrayAUCPR', 'arrayPRAUC'],
    area('precision_area', false),
    'arrayAUCPR(scores, labels)',
    'The area under the curve of precision over recall of a classifier.',
    'SELECT arrayAUCPR([0.1, 0.9], [0, 1])',
    '1.0',
  ],
];

export const DISTANCES: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
