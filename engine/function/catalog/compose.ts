/** Functions that are made of other functions of the dialect, with their types: what a user could have written. */

import { BasaltError } from '../../base/error.ts';
import { column, type Expr } from '../../plan/expr.ts';
import type { Lambda } from '../../plan/lambda.ts';
import { typeText } from '../../type/literal.ts';
import { fieldsOf, type LogicalType, laneOf, notNull, type TupleField } from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import type { Argument, Resolve, ResolveContext } from '../row.ts';
import { tupleOf } from './nested.ts';

/** A function of the dialect by name. */
export type Call = (name: string, ...args: readonly Expr[]) => Expr;

function callIn({ call }: ResolveContext): Call {
  if (call === undefined)
    throw new BasaltError('LOGICAL_ERROR', 'Functions are composed while statements are bound');
  return (name, ...args) => call(name, args);
}

/** Of ClickHouse, whose names `make` calls. @param fits whether the arguments are such that `make` may see them */
export const composed =
  (
    fits: (args: readonly Argument[], context: ResolveContext) => boolean,
    make: (args: readonly Expr[], call: Call, context: ResolveContext) => Expr,
  ): Resolve =>
  (args, context) =>
    context.dialect === 'clickhouse' && fits(args, context)
      ? { casts: args.map(({ type }) => type), build: (values) => make(values, callIn(context), context) }
      : undefined;

/** The type of a function's result for arguments of these types. */
export const typeOfCall = (
  name: string,
  types: readonly LogicalType[],
  context: ResolveContext,
): LogicalType => callIn(context)(name, ...types.map((type, i) => column(i, type))).type;

/** `f(x, captured)` as a lambda. */
export const lambdaOfCall = (
  make: (...parameters: readonly Expr[]) => Expr,
  types: readonly LogicalType[],
  captured: readonly Expr[],
): Lambda => ({
  body: make(...[...types, ...captured.map(({ type }) => type)].map((type, i) => column(i, type))),
  parameters: types.length,
  captured,
});

export const isTuple = (arg: Argument | undefined): boolean => arg?.type.id === 'tuple';

/** The fields of a tuple, as values. */
export const partsOf = (tuple: Expr): Expr[] => {
  const of = text(typeText(notNull(tuple.type)));
  return fieldsOf(tuple.type).map(({ type }, i) =>
    apply(`tuple_field_${laneOf(type)}`, [tuple, of, int(i)], type),
  );
};

/** A tuple of values, named as the fields are. */
export const tupleLike = (values: readonly Expr[], fields: readonly TupleField[]): Expr =>
  tupleOf(
    values,
    values.map(({ type }, i) => ({ name: fields[i].name, type })),
  );

export const unnamed = (values: readonly Expr[]): Expr =>
  tupleOf(
    values,
    values.map(({ type }) => ({ name: null, type })),
  );
