/**
 * Functions of arrays that take a lambda: it is applied to the elements, and an operation of whole arrays makes the result of what it gave
 * and of the first array. Where the lambda may be missing, what counts are the elements themselves.
 */

import { BasaltError } from '../../base/error.ts';
import { column, type Expr, literal, rewrite } from '../../plan/expr.ts';
import type { Lambda } from '../../plan/lambda.ts';
import { dialectTypeName } from '../../type/dialect-name.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  BOOL,
  elementOf,
  fieldsOf,
  INT64,
  isInteger,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  sameType,
  type,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, int, text } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, LambdaParameters, Resolve, ResolveContext } from '../row.ts';
import { arrayOperation, conditionOf, elementsOf, folded, lambdaIn, mapped } from './lambda.ts';

export const isList = ({ type }: Argument): boolean => type.id === 'array';
const isLambda = ({ parameters }: Argument): boolean => parameters !== undefined;

/** One parameter for each array; or for each field of the one array's tuples. */
export const overElements: LambdaParameters = (others, parameters) => {
  const types = others.filter(isList).map(({ type }) => elementOf(type));
  if (types.length === parameters) return types;
  if (types.length !== 1 || types[0].id !== 'tuple') return undefined;
  const fields = fieldsOf(types[0]).map((field) => field.type);
  return fields.length === parameters ? fields : undefined;
};

/** A lambda of the fields of tuples as one of the tuples. */
function ofTuples(lambda: Lambda, element: LogicalType): Lambda {
  const { body, parameters } = lambda;
  const of = text(typeText(notNull(element)));
  const field = (at: number, type: LogicalType): Expr =>
    apply(`tuple_field_${laneOf(type)}`, [column(0, element), of, int(at)], type);
  const over = (e: Expr): Expr => {
    if (e.kind !== 'column') return e;
    return e.index < parameters ? field(e.index, e.type) : { ...e, index: e.index - parameters + 1 };
  };
  return { ...lambda, parameters: 1, body: rewrite(body, over) };
}

/** The lambda over the elements of the arrays. */
function given(lambda: Lambda, lists: readonly Expr[]): Expr {
  const isSpread = lists.length === 1 && lambda.parameters > 1;
  return mapped(isSpread ? ofTuples(lambda, elementsOf(lists[0])) : lambda, lists);
}

const identity = (list: Expr): Lambda => ({ body: column(0, elementsOf(list)), parameters: 1, captured: [] });

/** ClickHouse's conditions are UInt8; other integers are none. */
function checkCondition(type: LogicalType, { dialect }: ResolveContext): void {
  const isTruth = type.id === 'bool' || type.id === 'null';
  if (isTruth || (dialect === 'clickhouse' ? type.id === 'uint8' : isInteger(type))) return;
  throw new BasaltError(
    'ILLEGAL_TYPE_OF_ARGUMENT',
    `A lambda that is a condition must return UInt8 or Nullable(UInt8), found ${dialectTypeName(type, dialect)}`,
    { hint: 'Compare the value with something' },
  );
}

type Options = {
  /** Without a lambda the elements count. */
  readonly optional?: boolean;
  /** Integers before the arrays. */
  readonly counts?: number;
};

/** @param make of what the lambda gave (its truth, if it is a condition), the first array, and integers before it */
function over(
  isCondition: boolean,
  make: (given: Expr, list: Expr, context: ResolveContext, counts: readonly Expr[]) => Expr | undefined,
  { optional = false, counts = 0 }: Options = {},
): Resolve {
  return (args, context) => {
    const lists = args.filter((arg) => isList(arg) && !isLambda(arg));
    const lambda = args.find(isLambda);
    const numbers = args.filter((arg) => !isList(arg) && !isLambda(arg));
    if (lambda === undefined ? !optional || lists.length !== 1 : lists.length === 0) return undefined;
    if (numbers.length !== counts || !numbers.every(({ type }) => isInteger(type))) return undefined;
    if (isCondition) checkCondition(lambda?.type ?? elementOf(lists[0].type), context);
    const at = args.map((arg) => (isLambda(arg) ? 'lambda' : isList(arg) ? 'list' : 'count'));
    return {
      casts: args.map((arg, i) => (at[i] === 'count' ? INT64 : arg.type)),
      build: (values) => {
        const [arrays, ints] = ['list', 'count'].map((kind) => values.filter((_, i) => at[i] === kind));
        const [list] = arrays;
        const found = lambda === undefined ? undefined : lambdaIn(values[at.indexOf('lambda')]);
        const applied = isCondition ? conditionOf(found ?? identity(list)) : found;
        const result = make(applied === undefined ? list : given(applied, arrays), list, context, ints);
        if (result !== undefined) return result;
        throw new BasaltError(
          'ILLEGAL_TYPE_OF_ARGUMENT',
          `The function does not take ${dialectTypeName(lambda?.type ?? elementsOf(list), context.dialect)}`,
        );
      },
    };
  };
}

/** Elements of the first array, by a condition; the result has its type, or another made of it. */
export const byCondition = (
  name: string,
  result: (list: LogicalType, context: ResolveContext) => LogicalType = (list) => list,
  options: Options = {},
): Resolve =>
  over(
    true,
    (mask, list, context) => arrayOperation(name, [mask, list], result(notNull(list.type), context)),
    options,
  );

/** Elements of the first array, in an order or a selection that keys say. */
export const byKeys = (name: string, options: Options = {}): Resolve =>
  over(false, (keys, list, _, counts) => arrayOperation(name, [keys, list, ...counts], notNull(list.type)), {
    optional: true,
    ...options,
  });

/** A function of one array, of what a lambda gives if there is one. */
export const overGiven = (of: Resolve): Resolve =>
  over(
    false,
    (list, _, context) => {
      const found = of([{ type: list.type }], context);
      return found?.build?.([cast(list, found.casts[0], WIDEN)]);
    },
    { optional: true },
  );

/** One element: the type's zero where there is none, or NULL. */
export const oneOf = (name: string, orNull: boolean): Resolve =>
  over(true, (mask, list) => {
    const element = elementsOf(list);
    const found = arrayOperation(name, [mask, list], nullable(element));
    if (orNull || element.nullable) return found;
    const zero = literal(zeroOf(element), notNull(element));
    return apply(`coalesce_${laneOf(element)}`, [found, zero], notNull(element));
  });

export const MAP: Resolve = over(false, (list, _, { dialect }) =>
  dialect === 'clickhouse' || list.type.id !== 'array'
    ? list
    : { ...list, type: { ...array(nullable(elementsOf(list))), nullable: list.type.nullable } },
);

export const FILTER = byCondition('filter');
export const EXISTS = byCondition('exists', () => BOOL, { optional: true });
export const EVERY = byCondition('all', () => BOOL, { optional: true });
export const COUNT = byCondition('count_where', () => type('uint32'), { optional: true });
export const INDEX = (name: string): Resolve => byCondition(name, () => type('uint32'));
export const SPLIT = (name: string): Resolve => byCondition(name, (list) => array(list));

/** Before the elements there is what the lambda gave last; the initial value is the last argument. */
export const overFolded: LambdaParameters = (others, parameters) => {
  const initial = others.at(-1);
  const lists = others.slice(0, -1);
  if (initial === undefined || !lists.every(isList) || parameters !== others.length) return undefined;
  return [initial.type, ...lists.map(({ type }) => elementOf(type))];
};

export const FOLD: Resolve = (args, { dialect }) => {
  const [lambda, ...others] = args;
  const initial = others.at(-1);
  if (!isLambda(lambda) || others.length < 2 || initial === undefined) return undefined;
  if (!sameType(lambda.type, initial.type))
    throw new BasaltError(
      'TYPE_MISMATCH',
      `Return type of lambda function must be the same as the accumulator type, inferred return type of lambda: ${dialectTypeName(lambda.type, dialect)}, inferred type of accumulator: ${dialectTypeName(initial.type, dialect)}`,
      { hint: 'Cast the initial value to the type of what the lambda returns' },
    );
  return {
    casts: args.map((arg) => arg.type),
    build: (values) => folded(lambdaIn(values[0]), values.at(-1) as Expr, values.slice(1, -1)),
  };
};

/** DuckDB: the element, and its position if a second parameter asks for it. */
export const withPosition: LambdaParameters = (others, parameters) => {
  if (others.length === 0 || !isList(others[0]) || parameters < 1 || parameters > 2) return undefined;
  return [nullable(elementOf(others[0].type)), INT64].slice(0, parameters);
};

/** The lists that a lambda with a position goes over. */
const numbered =
  (resolve: Resolve): Resolve =>
  (args, context) => {
    const [list, lambda] = args;
    if (args.length !== 2 || !isList(list) || !isLambda(lambda)) return undefined;
    if (lambda.parameters === 1) return resolve(args, context);
    const found = resolve([list, lambda, { type: array(INT64) }], context);
    return found?.build === undefined
      ? undefined
      : {
          casts: found.casts.slice(0, 2),
          build: ([of, by]) => found.build([of, by, arrayOperation('enumerate', [of], array(INT64))]),
        };
  };

export const LIST_MAP = numbered(MAP);
export const LIST_FILTER = numbered(FILTER);

/** DuckDB: what was made last, the element, and its position if asked for. */
export const overReduced: LambdaParameters = (others, parameters) => {
  if (others.length < 1 || others.length > 2 || !isList(others[0])) return undefined;
  const element = nullable(elementOf(others[0].type));
  return parameters < 2 || parameters > 3 ? undefined : [element, element, INT64].slice(0, parameters);
};

/** Without an initial value the first element is it. */
export const REDUCE: Resolve = (args) => {
  const [list, lambda, initial] = args;
  if (args.length < 2 || args.length > 3 || !isList(list) || !isLambda(lambda)) return undefined;
  const element = nullable(elementOf(list.type));
  return {
    casts: [list.type, lambda.type, ...(initial === undefined ? [] : [element])],
    build: ([of, by, first]) => {
      const from = lambdaIn(by);
      const body = cast(from.body, element, WIDEN);
      const plain = notNull(of.type);
      const rest = first === undefined ? arrayOperation('without_first_of_some', [of], plain) : of;
      const start =
        first ?? apply(`array_element_${laneOf(element)}`, [of, text(typeText(plain)), int(1)], element);
      const positions = arrayOperation('enumerate', [of], array(INT64));
      const numbers =
        first === undefined ? arrayOperation('without_first', [positions], array(INT64)) : positions;
      return folded({ ...from, body }, start, from.parameters === 3 ? [rest, numbers] : [rest]);
    },
  };
};
