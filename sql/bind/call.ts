/**
 * Applies functions of the function table to bound arguments: resolves, casts, builds, and complains.
 *
 * ClickHouse shows truth as UInt8: there every function that answers yes or no is bound as `bool_to_i64` of the
 * condition, which conditions (WHERE, AND, IF) take off again, so that plans see plain conditions everywhere.
 */

import { arityOf, arityText } from '../../engine/function/arity.ts';
import { apply } from '../../engine/function/call.ts';
import { cast, WIDEN } from '../../engine/function/cast.ts';
import { findFunction, findWindowFunction, nearestFunction } from '../../engine/function/index.ts';
import type { Argument, FunctionRow, Resolution, ResolveContext } from '../../engine/function/row.ts';
import { type Expr, literal } from '../../engine/plan/expr.ts';
import { lambdaOf } from '../../engine/plan/lambda.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { ARRAY_END } from '../../engine/type/nested.ts';
import {
  BOOL,
  isInteger,
  type LogicalType,
  notNull,
  nullable,
  type,
  typeName,
} from '../../engine/type/type.ts';
import type { Span } from '../ast/expression.ts';
import { absentFunction } from '../dialect/absent-function.ts';
import { callOverValues } from './multi-value.ts';

import type { Session } from './session.ts';
import { callByType } from './variant-value.ts';

export function argumentOf(expr: Expr): Argument {
  if (expr.kind === 'literal' && expr.value !== null) return { type: expr.type, value: expr.value };
  const lambda = lambdaOf(expr);
  return lambda === undefined ? { type: expr.type } : { type: expr.type, parameters: lambda.parameters };
}

/** The row of a scalar or aggregate function; unknown names get a hint. */
export function functionNamed(name: string, where: Span, session: Session): FunctionRow {
  const row = findFunction(session.dialect, name);
  if (row !== undefined) return row;
  const windowed = findWindowFunction(session.dialect, name);
  if (windowed !== undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      where,
      `${name} is a window function`,
      `Write ${windowed.syntax} OVER (ORDER BY ...)`,
    );
  const absent = absentFunction(session.dialect, name);
  if (absent !== undefined) throw session.refuse(where, name, absent);
  const near = nearestFunction(session.dialect, name);
  const isLoud = session.dialect !== 'clickhouse' && name === name.toUpperCase();
  throw session.error(
    'UNKNOWN_FUNCTION',
    where,
    `Unknown function ${name}`,
    near === undefined ? undefined : `Did you mean ${isLoud ? near.toUpperCase() : near}?`,
  );
}

export function resolve(
  row: FunctionRow,
  name: string,
  args: readonly Expr[],
  where: Span,
  session: Session,
  parameters?: Pick<ResolveContext, 'parameters' | 'parameterTypes'>,
): Resolution {
  const found = (() => {
    try {
      return row.resolve(
        args.map(argumentOf),
        parameters === undefined ? session.resolveContext : { ...session.resolveContext, ...parameters },
      );
    } catch (error) {
      throw session.at(where, error);
    }
  })();
  if (found !== undefined) return found;
  const arity = arityOf(row.syntax);
  if (arity !== undefined && (args.length < arity.min || args.length > arity.max)) {
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      where,
      `${name} takes ${arityText(arity)}, not ${args.length}`,
      `Write ${row.syntax}. ${row.doc}`,
    );
  }
  const types = args.map((a) => dialectTypeName(a.type, session.dialect)).join(', ');
  const isVariant = args.some((a) => a.type.id === 'variant');
  throw session.error(
    'ILLEGAL_TYPE_OF_ARGUMENT',
    where,
    `${name} does not take (${types})`,
    isVariant
      ? "Cast the value to one type, or take those of one: d.Int64, dynamicElement(d, 'Int64')"
      : `Write ${row.syntax}. ${row.doc}`,
  );
}

/** Arguments cast to what the resolution wants. */
export function castArguments(
  args: readonly Expr[],
  resolution: Resolution,
  where: Span,
  session: Session,
): Expr[] {
  return args.map((arg, i) => implicitCast(arg, resolution.casts[i] ?? arg.type, where, session));
}

/** Text literals are read strictly; everything else only widens, or is read the dialect's way. */
export function implicitCast(arg: Expr, to: LogicalType, where: Span, session: Session): Expr {
  try {
    const converted = cast(arg, to, {
      ...session.castOptions(arg.type.id === 'string'),
      ...(arg.kind === 'literal' && session.dialect !== 'druid' ? { onBadValue: 'error' as const } : {}),
    });
    if (arg.kind === 'literal' && arg.type.id === 'string' && converted.kind !== 'literal')
      throw unreadable(arg, to, where, session);
    return converted;
  } catch (error) {
    throw session.at(where, error);
  }
}

function unreadable(arg: Expr, to: LogicalType, where: Span, session: Session): Error {
  const name = typeName({ ...to, nullable: false });
  return session.error(
    'TYPE_MISMATCH',
    where,
    `'${String(arg.kind === 'literal' ? arg.value : '')}' is not ${/^[aei]/.test(name) ? 'an' : 'a'} ${name}`,
    name === 'interval'
      ? "Write '1 day' or '1 year 2 months 04:05:06'"
      : 'Cast one side to the type of the other',
  );
}

export function callScalar(
  name: string,
  args: readonly Expr[],
  where: Span,
  session: Session,
  row = functionNamed(name, where, session),
): Expr {
  const over = callOverValues(name, args, row, where, session, (other, values) =>
    callScalar(other, values, where, session),
  );
  if (over !== undefined) return over;
  const byType = callByType(args, row, session, (values) => callScalar(name, values, where, session, row));
  if (byType !== undefined) return byType;
  const resolution = resolve(row, name, args, where, session);
  const converted = castArguments(args, resolution, where, session);
  try {
    const result =
      resolution.build !== undefined
        ? resolution.build(converted)
        : apply(
            resolution.fn,
            [...converted, ...(resolution.extra ?? []).map((e) => literal(e.value, e.type))],
            resolution.type,
          );
    return shown(result, row, args, session);
  } catch (error) {
    throw session.at(where, error);
  }
}

/** ClickHouse: a condition as UInt8, unless it was made of Bool values; arrays and maps are empty where they would be NULL. */
function shown(result: Expr, row: FunctionRow, args: readonly Expr[], session: Session): Expr {
  if (session.dialect !== 'clickhouse') return result;
  if (result.type.nullable && (result.type.id === 'array' || result.type.id === 'map'))
    return apply('coalesce_str', [result, literal(ARRAY_END, notNull(result.type))], notNull(result.type));
  if (result.type.id !== 'bool') return result;
  const keepsBool = args.some((a) => a.type.id === 'bool') && !COMPARES.has(row.names.standard?.[0] ?? '');
  return keepsBool || row.givesBool === true || GIVE_TRUTH.has(row.names.clickhouse?.[0] ?? '')
    ? result
    : asNumber(result);
}

/** Functions of ClickHouse that say Bool. */
const GIVE_TRUTH = new Set(['toBool', 'isDynamicElementInSharedData']);

const COMPARES = new Set([
  '=',
  '<>',
  '<',
  '<=',
  '>',
  '>=',
  'is null',
  'is not null',
  'is distinct from',
  'is not distinct from',
]);

export const asNumber = (condition: Expr): Expr => apply('bool_to_i64', [condition], type('uint8'));

/** An expression where a condition must stand. */
export function asCondition(expr: Expr, where: Span, session: Session): Expr {
  const t = expr.type;
  if (t.id === 'bool') return expr;
  if (t.id === 'null') return literal(null, nullable(BOOL));
  if (isInteger(t) && session.dialect !== 'druid') return cast(expr, BOOL, WIDEN);
  throw session.error(
    'TYPE_MISMATCH',
    where,
    `A condition is expected here, not ${dialectTypeName(t, session.dialect)}`,
    'Compare the value with something',
  );
}
