/**
 * Druid's multi-value strings, which read as VARCHAR: what takes texts is applied to their values one by one, conditions hold where
 * they hold for any value. In other dialects they are arrays.
 *
 * `f(x)` of a multi-value is a call over values (scalar/multi.ts) of `f` with a column in the place of each multi-value. Calls over
 * values of the same multi-value become one, so `CONCAT(UPPER(x), x)` is of one value of x at a time.
 */

import { apply, text } from '../../engine/function/call.ts';
import { retype } from '../../engine/function/cast.ts';
import { arrayOf } from '../../engine/function/catalog/nested.ts';
import type { FunctionRow } from '../../engine/function/row.ts';
import { kindsOf } from '../../engine/function/scalar/multi.ts';
import { bodyText, overValuesOf } from '../../engine/plan/body.ts';
import { column, type Expr, exprKey, rewrite } from '../../engine/plan/expr.ts';
import { typeText } from '../../engine/type/literal.ts';
import { MULTI } from '../../engine/type/multi.ts';
import { BOOL, isNested, type LogicalType, nullable, STRING } from '../../engine/type/type.ts';
import type { Span } from '../ast/expression.ts';
import type { Session } from './session.ts';

export const isMulti = ({ type }: { readonly type: LogicalType }): boolean => type.id === 'multi';

/** Functions that see multi-values as they are; all others see their values. */
const WHOLE = new Set(['coalesce', 'nvl', 'if', 'is true', 'is false', 'and', 'or', 'not']);

/** What is said of no value where its opposite is said of all: the opposite is asked for. */
const OPPOSITES: Readonly<Record<string, string>> = {
  '<>': '=',
  'is not null': 'is null',
  'is distinct from': 'is not distinct from',
};

/** A function of multi-values, by its values; undefined where it takes them as they are, or none is there. */
export function callOverValues(
  name: string,
  args: readonly Expr[],
  row: FunctionRow,
  where: Span,
  session: Session,
  call: (name: string, args: readonly Expr[]) => Expr,
): Expr | undefined {
  if (!args.some(isMulti) || row.takesMulti === true || WHOLE.has(name.toLowerCase())) return undefined;
  const opposite = OPPOSITES[name.toLowerCase()];
  const over = overValues(args, (values) => call(opposite ?? name, values), where, session);
  return opposite === undefined ? over : apply('not', [over], BOOL);
}

type Input = { readonly expr: Expr; readonly kind: string | null };

/** @param build what is said of one value of each multi-value; the other arguments are as they are */
export function overValues(
  args: readonly Expr[],
  build: (values: readonly Expr[]) => Expr,
  where: Span,
  session: Session,
): Expr {
  const inputs = new Inputs(args);
  const body = build(args.map((arg) => inputs.valueOf(arg)));
  const found = inputs.all;
  if (isNested(body.type))
    throw session.refuse(where, 'An array of each value of a multi-value string', 'Use MV_TO_ARRAY(x)');
  if (body.kind === 'literal') return body.type.id === 'bool' ? body : retype(body, MULTI);
  if (found.length === 0) return body;
  const call = [text(bodyText(body)), text(JSON.stringify(found.map(({ kind }) => kind)))];
  const given = [...call, ...found.map(({ expr }) => expr)];
  try {
    if (body.type.id === 'bool') return apply('over_values_any', given, nullable(BOOL));
    return apply('over_values_all', given, MULTI);
  } catch (error) {
    throw session.at(where, error);
  }
}

class Inputs {
  readonly all: Input[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #keysOfArgs: readonly (readonly string[])[];

  constructor(args: readonly Expr[]) {
    this.#keysOfArgs = args.map((arg) => [arg, ...(overOf(arg)?.inputs ?? [])].filter(isMulti).map(exprKey));
  }

  valueOf(arg: Expr): Expr {
    if (!isMulti(arg)) return arg.kind === 'literal' ? arg : this.#single(arg);
    if (arg.kind === 'literal' && arg.value === null) return { ...arg, type: nullable(STRING) };
    const over = overOf(arg);
    if (over === null || !(this.#isShared(over.inputs) || over.body.type.id !== 'string'))
      return column(this.#add({ expr: arg, kind: null }), nullable(STRING));
    const kinds = kindsOf(over.kinds);
    const places = over.inputs.map((expr, i) => this.#add({ expr, kind: kinds[i] }));
    return rewrite(over.body, (e) => (e.kind === 'column' ? { ...e, index: places[e.index] } : e));
  }

  /** Several arguments are of one of them. */
  #isShared(inputs: readonly Expr[]): boolean {
    return inputs
      .filter(isMulti)
      .some((input) => this.#keysOfArgs.filter((keys) => keys.includes(exprKey(input))).length > 1);
  }

  /** One value, in an array, so that it may be of any type. */
  #single(arg: Expr): Expr {
    const kind = typeText(nullable(arg.type));
    return column(this.#add({ expr: arrayOf([arg], nullable(arg.type)), kind }), arg.type);
  }

  #add(input: Input): number {
    const key = exprKey(input.expr);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#byKey.set(key, this.all.length);
    return this.all.push(input) - 1;
  }
}

/** What a multi-value of values that were made of others is. */
function overOf(expr: Expr): ReturnType<typeof overValuesOf> {
  return expr.kind === 'call' && expr.fn === 'over_values_all' ? overValuesOf(expr) : null;
}
