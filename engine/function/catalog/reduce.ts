/** Aggregates of the elements of arrays, by name. */

import { BasaltError } from '../../base/error.ts';
import { column, type Expr } from '../../plan/expr.ts';
import { typesText } from '../../type/literal.ts';
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
  STRING,
  type Value,
} from '../../type/type.ts';
import { apply, int, text, unlessNull } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Application, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { reduceSpecText } from '../scalar/reduce.ts';
import { scalar } from '../signature.ts';
import { composed, lambdaOfCall } from './compose.ts';
import { isList } from './higher-order.ts';
import { arrayOperation, mapped } from './lambda.ts';

/** `quantiles(0.5, 0.9)`: a name and its parameters. */
function named(
  written: string,
  context: ResolveContext,
): { row: FunctionRow; parameters?: readonly Value[] } {
  const [, name, list] = /^\s*(\w+)\s*(?:\(([^()]*)\))?\s*$/.exec(written) ?? [];
  const row = name === undefined ? undefined : context.aggregateNamed?.(name);
  if (row === undefined)
    throw new BasaltError('BAD_ARGUMENTS', `There is no aggregate function ${written.slice(0, 100)}`, {
      hint: "Write its name, as in arrayReduce('sum', list)",
    });
  const parameters = (list ?? '').split(',').map((part) => part.trim());
  if (list === undefined) return { row };
  return { row, parameters: parameters.map((part) => (Number.isNaN(Number(part)) ? part : Number(part))) };
}

export const reduce: Resolve = (args, context) => {
  const [name, ...lists] = args;
  if (typeof name?.value !== 'string' || lists.length === 0 || !lists.every(isList)) return undefined;
  const { row, parameters } = named(name.value, context);
  const elements = lists.map(({ type }) => elementOf(type));
  const found = row.resolve(
    elements.map((type) => ({ type })),
    { ...context, parameters },
  );
  if (found === undefined || found.build !== undefined) return undefined;
  return {
    casts: [STRING, ...lists.map(({ type }) => type)],
    build: ([, ...values]) => reduced(found, values, name.value as string),
  };
};

function firstKnown<T, R>(items: readonly T[], make: (item: T) => R | undefined): [T, R] | undefined {
  for (const item of items) {
    const made = make(item);
    if (made !== undefined) return [item, made];
  }
  return undefined;
}

/** list_aggregate(list, name, ...): what stands behind the name are constants of the aggregate, as a separator is. */
const aggregated: Resolve = (args, context) => {
  const [list, name, ...constants] = args;
  if (list === undefined || typeof name?.value !== 'string' || constants.some((c) => c.value === undefined))
    return undefined;
  if (list.type.id === 'null') return { casts: args.map((arg) => arg.type), build: ([value]) => value };
  if (!isList(list)) return undefined;
  const { row } = named(name.value, context);
  const element = elementOf(list.type);
  // Of a list of nothing known any type will do.
  const types = element.id === 'null' ? [INT64, BOOL, STRING].map(nullable) : [element];
  const found = firstKnown(types, (type) => row.resolve([{ type }, ...constants], context));
  if (found === undefined || found[1].build !== undefined) return undefined;
  const [type, resolution] = found;
  const kept = { ...array(type), nullable: list.type.nullable };
  return {
    casts: args.map((arg, i) => (i === 0 ? kept : arg.type)),
    build: ([of, , ...given]) => unlessNull([of], reduced(resolution, [of, ...given], name.value as string)),
  };
};

type Found = Application & { readonly casts: readonly LogicalType[] };

/** What an aggregate takes of the elements of arrays, as arrays; last the one that says which of them count, if there is one. */
export function elementInputs(
  { filterArg, casts, prepare }: Found,
  values: readonly Expr[],
): readonly Expr[] {
  const columns = values.map((value, i) => {
    if (value.kind === 'literal' && value.type.id !== 'array') return value;
    const element = elementOf(value.type);
    return cast(column(i, element), casts[i] ?? element, WIDEN);
  });
  const given = columns.filter((_, i) => i !== filterArg);
  const filter = filterArg === undefined ? [] : [columns[filterArg]];
  return [...(prepare?.(given) ?? given), ...filter].map((body): Expr => {
    const whole = body.kind === 'column' ? values[body.index] : undefined;
    const lists = values.filter(({ type }) => type.id === 'array');
    return whole ?? mapped({ body, parameters: lists.length, captured: [] }, lists);
  });
}

/** An aggregate that takes the elements of arrays, of these. */
export function reduced(found: Found, values: readonly Expr[], name: string): Expr {
  const { filterArg, fn, params = [], type } = found;
  const inputs = [...elementInputs(found, values)];
  if (found.distinct === true) {
    if (inputs.length > 1)
      throw new BasaltError('NOT_IMPLEMENTED', `${name} of arrays with a condition is not supported`);
    inputs[0] = arrayOperation('distinct', [inputs[0]], notNull(inputs[0].type));
  }
  const spec = reduceSpecText({ fn, params, type, filtered: filterArg !== undefined });
  const types = typesText(inputs.map((input) => notNull(input.type)));
  const result = apply(`array_reduce_${laneOf(type)}`, [text(spec), text(types), ...inputs], type);
  return found.finish?.(result) ?? result;
}

/** (name, ranges, array, ...): of the elements that each pair of a position and a length says. */
const inRanges: Resolve = composed(
  ([name, ranges, ...lists]) =>
    typeof name?.value === 'string' &&
    ranges !== undefined &&
    isList(ranges) &&
    elementOf(ranges.type).id === 'tuple' &&
    fieldsOf(elementOf(ranges.type)).length === 2 &&
    fieldsOf(elementOf(ranges.type)).every(({ type }) => isInteger(type)) &&
    lists.length > 0 &&
    lists.every(isList),
  ([name, ranges, ...lists], call) => {
    const of = lambdaOfCall(
      (range, ...whole) => {
        const [from, length] = [1, 2].map((i) => call('tupleElement', range, int(i)));
        return call('arrayReduce', name, ...whole.map((list) => call('arraySlice', list, from, length)));
      },
      [elementOf(ranges.type)],
      lists,
    );
    return mapped(of, [ranges]);
  },
);

export const REDUCTIONS: readonly FunctionRow[] = [
  scalar(
    { clickhouse: ['arrayReduce'] },
    reduce,
    "arrayReduce('aggregate', array, ...)",
    'An aggregate function of the elements of arrays.',
    "SELECT arrayReduce('max', [1, 3, 2])",
    '3',
  ),
  scalar(
    { clickhouse: ['arrayReduceInRanges'] },
    inRanges,
    "arrayReduceInRanges('aggregate', ranges, array, ...)",
    'An aggregate function of the elements in each range, a pair of a position and a length.',
    "SELECT toString(arrayReduceInRanges('sum', [(1, 2), (2, 2)], [1, 2, 3]))",
    '[3,5]',
  ),
  scalar(
    { standard: ['list_aggregate', 'list_aggr', 'array_aggregate', 'array_aggr', 'aggregate'] },
    aggregated,
    "list_aggregate(list, 'aggregate', ...)",
    'An aggregate function of the elements of a list; what it takes besides them follows its name.',
    "SELECT list_aggregate([1, 3, 2], 'max')",
    '3',
  ),
];
