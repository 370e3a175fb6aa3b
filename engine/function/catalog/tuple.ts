/** Functions of tuples: arithmetic field by field, and what is said of their fields. */

import type { Expr } from '../../plan/expr.ts';
import { fieldsOf, isNumeric, type LogicalType, STRING, sameType } from '../../type/type.ts';
import { text } from '../call.ts';
import { commonOf } from '../choice-type.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { type Call, composed, isTuple, partsOf, tupleLike, unnamed } from './compose.ts';
import { arrayOf, tupleOf } from './nested.ts';

const widthOf = (arg: Argument): number => fieldsOf(arg.type).length;
const pairs = (args: readonly Argument[]): boolean =>
  args.length === 2 && args.every(isTuple) && widthOf(args[0]) === widthOf(args[1]);
const withNumber = ([tuple, number, ...more]: readonly Argument[]): boolean =>
  more.length === 0 && isTuple(tuple) && number !== undefined && isNumeric(number.type);

const alike = (args: readonly Argument[]): boolean =>
  args.length >= 2 && args.every((arg) => isTuple(arg) && widthOf(arg) === widthOf(args[0]));

/** A function of two numbers, of the fields of two tuples, then of that and the fields of a third one. */
export const fieldByField = (name: string): Resolve =>
  composed(alike, ([first, ...others], call) =>
    unnamed(
      others.reduce((values, other) => {
        const fields = partsOf(other);
        return values.map((value, i) => call(name, value, fields[i]));
      }, partsOf(first)),
    ),
  );

/** A function of two numbers, of each field and a number. */
export const fieldsBy = (name: string): Resolve =>
  composed(withNumber, ([tuple, number], call) =>
    unnamed(partsOf(tuple).map((value) => call(name, value, number))),
  );

const fieldsFrom = (name: string): Resolve =>
  composed(
    ([number, tuple, ...more]) => withNumber([tuple, number, ...more]),
    ([number, tuple], call) => unnamed(partsOf(tuple).map((value) => call(name, number, value))),
  );

export const negated: Resolve = composed(
  (args) => args.length === 1 && isTuple(args[0]),
  ([tuple], call) => unnamed(partsOf(tuple).map((value) => call('negate', value))),
);

export const sumOf = (values: readonly Expr[], call: Call): Expr =>
  values.reduce((sum, value) => call('plus', sum, value));

/** The sum of the products of the fields. */
export const dotOfTuples: Resolve = composed(pairs, ([a, b], call) => {
  const others = partsOf(b);
  return sumOf(
    partsOf(a).map((value, i) => call('multiply', value, others[i])),
    call,
  );
});

/** What ClickHouse's operators mean of tuples; of two factors the dot product. */
export const TUPLE_OPERATORS: Readonly<Record<string, readonly Resolve[]>> = {
  '+': [fieldByField('plus')],
  '-': [fieldByField('minus')],
  '*': [dotOfTuples, fieldsBy('multiply'), fieldsFrom('multiply')],
  '/': [fieldsBy('divide')],
  '%': [fieldsBy('modulo')],
  'unary -': [negated],
};

const hamming: Resolve = composed(pairs, ([a, b], call) => {
  const others = partsOf(b);
  return sumOf(
    partsOf(a).map((value, i) => call('notEquals', value, others[i])),
    call,
  );
});

const concatenated: Resolve = composed(
  (args) => args.length > 0 && args.every(isTuple),
  (tuples) =>
    tupleOf(
      tuples.flatMap(partsOf),
      tuples.flatMap(({ type }) => fieldsOf(type).map((field) => ({ name: null, type: field.type }))),
    ),
);

const nameAt = (type: LogicalType, i: number): string => fieldsOf(type)[i].name ?? String(i + 1);

const names: Resolve = composed(
  (args) => args.length === 1 && isTuple(args[0]),
  ([{ type }]) =>
    arrayOf(
      fieldsOf(type).map((_, i) => text(nameAt(type, i))),
      STRING,
    ),
);

const commonField = ({ type }: Argument, context: ResolveContext): LogicalType | undefined =>
  commonOf(
    fieldsOf(type).map((field) => field.type),
    context.dialect,
  );

const nameValuePairs: Resolve = composed(
  (args, context) => {
    if (args.length !== 1 || !isTuple(args[0])) return false;
    const [first, ...others] = fieldsOf(args[0].type);
    return (
      others.every(({ type }) => sameType(type, first.type)) && commonField(args[0], context) !== undefined
    );
  },
  ([tuple]) => {
    const made = partsOf(tuple).map((value, i) => unnamed([text(nameAt(tuple.type, i)), value]));
    return arrayOf(made, made[0].type);
  },
);

/** Fields of tuples in it become fields of its own, `a.b`. */
function flat(tuple: Expr, prefix: string): { value: Expr; name: string }[] {
  return partsOf(tuple).flatMap((value, i) => {
    const name = `${prefix}${nameAt(tuple.type, i)}`;
    return value.type.id === 'tuple' ? flat(value, `${name}.`) : [{ value, name }];
  });
}

const flattened: Resolve = composed(
  (args) =>
    args.length === 1 && isTuple(args[0]) && fieldsOf(args[0].type).every(({ name }) => name !== null),
  ([tuple]) => {
    const fields = flat(tuple, '');
    return tupleLike(
      fields.map(({ value }) => value),
      fields.map(({ name, value }) => ({ name, type: value.type })),
    );
  },
);

/** Name, the function of each two fields, example. */
const ARITHMETIC: readonly (readonly [name: string, fn: string, a: string, b: string, result: string])[] = [
  ['tuplePlus', 'plus', '(1, 2)', '(2, 3)', '(3,5)'],
  ['tupleMinus', 'minus', '(1, 2)', '(2, 3)', '(-1,-1)'],
  ['tupleMultiply', 'multiply', '(1, 2)', '(2, 3)', '(2,6)'],
  ['tupleDivide', 'divide', '(1, 2)', '(2, 4)', '(0.5,0.5)'],
  ['tupleModulo', 'modulo', '(15, 10)', '(4, 3)', '(3,1)'],
  ['tupleIntDiv', 'intDiv', '(15, 10)', '(5, 3)', '(3,3)'],
  ['tupleIntDivOrZero', 'intDivOrZero', '(15, 10)', '(5, 0)', '(3,0)'],
];

const BY_NUMBER: readonly (readonly [name: string, fn: string, number: string, result: string])[] = [
  ['tupleMultiplyByNumber', 'multiply', '2', '(30,20)'],
  ['tupleDivideByNumber', 'divide', '5', '(3,2)'],
  ['tupleModuloByNumber', 'modulo', '4', '(3,2)'],
  ['tuplePositiveModuloByNumber', 'positiveModulo', '4', '(3,2)'],
  ['tupleIntDivByNumber', 'intDiv', '4', '(3,2)'],
  ['tupleIntDivOrZeroByNumber', 'intDivOrZero', '0', '(0,0)'],
];

const ROWS: readonly TableRow[] = [
  ...ARITHMETIC.map(
    ([name, fn, a, b, result]): TableRow => [
      name === 'tuplePlus'
        ? [name, 'vectorSum']
        : name === 'tupleMinus'
          ? [name, 'vectorDifference']
          : [name],
      fieldByField(fn),
      `${name}(a, b)`,
      `The function ${fn} of the fields of two tuples.`,
      `SELECT toString(${name}(${a}, ${b}))`,
      result,
    ],
  ),
  ...BY_NUMBER.map(
    ([name, fn, number, result]): TableRow => [
      [name],
      fieldsBy(fn),
      `${name}(tuple, number)`,
      `The function ${fn} of each field and a number.`,
      `SELECT toString(${name}((15, 10), ${number}))`,
      result,
    ],
  ),
  [
    ['tupleNegate'],
    negated,
    'tupleNegate(tuple)',
    'The negative of each field.',
    'SELECT toString(tupleNegate((1, -2)))',
    '(-1,2)',
  ],
  [
    ['tupleHammingDistance'],
    hamming,
    'tupleHammingDistance(a, b)',
    'How many fields of two tuples differ.',
    "SELECT tupleHammingDistance((1, 'a'), (1, 'b'))",
    '1',
  ],
  [
    ['tupleConcat'],
    concatenated,
    'tupleConcat(tuple, ...)',
    'The fields of all tuples.',
    "SELECT toString(tupleConcat((1, 2), tuple('a')))",
    "(1,2,'a')",
  ],
  [
    ['tupleNames'],
    names,
    'tupleNames(tuple)',
    'The names of the fields, or their numbers.',
    'SELECT toString(tupleNames((1, 2)))',
    "['1','2']",
  ],
  [
    ['tupleToNameValuePairs'],
    nameValuePairs,
    'tupleToNameValuePairs(tuple)',
    'The fields, all of one type, as an array of names and values.',
    'SELECT toString(tupleToNameValuePairs((5, 6)))',
    "[('1',5),('2',6)]",
  ],
  [
    ['flattenTuple'],
    flattened,
    'flattenTuple(tuple)',
    'A tuple of named tuples as one.',
    "SELECT toString(flattenTuple(CAST((3, ('c', 4)), 'Tuple(a UInt8, b Tuple(c String, d UInt8))')))",
    "(3,'c',4)",
  ],
];

export const TUPLES: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
