/**
 * Combinators of ClickHouse that keep several states in a group (aggregate/nest.ts): -ForEach one for each place of arrays, -Map one for each
 * key of maps, -Resample one for each step of a range; and -ArgMin and -ArgMax, whose one state is of the rows with the least or greatest key.
 */

import { BasaltError } from '../../base/error.ts';
import { column, type Expr, literal } from '../../plan/expr.ts';
import { isWide } from '../../type/exact.ts';
import {
  array,
  BOOL,
  elementOf,
  INT64,
  isInteger,
  keyOf,
  type LogicalType,
  map,
  notNull,
  nullable,
  tuple,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { nested } from '../aggregate/nest.ts';
import { anyOf, apply, choose, int, retype } from '../call.ts';
import type { Application, Argument, Resolve, ResolveContext } from '../row.ts';
import { firstOf } from '../signature.ts';
import { nullableAs, PLAIN_CLICKHOUSE } from './aggregate.ts';
import { keyedLists } from './collect-resolve.ts';
import { partsOf } from './compose.ts';
import { arrayOperation, mapped } from './lambda.ts';
import { part } from './map.ts';
import { tupleOf } from './nested.ts';
import { collects, extremeKey } from './packed-element.ts';
import { type PlainRow, plain } from './plain.ts';
import { elementInputs } from './reduce.ts';
import { wideSumOf } from './wide-sum.ts';

type Found = Application & { readonly casts: readonly LogicalType[] };

/** The aggregate inside; undefined where it does not take such values. */
function foundInside(inner: Resolve, args: readonly Argument[], context: ResolveContext): Found | undefined {
  const found = inner(args, context);
  if (found === undefined || found.build !== undefined) return undefined;
  if (found.distinct === true)
    throw new BasaltError('NOT_IMPLEMENTED', 'Different values are not told for each state of a combinator', {
      hint: 'Use groupUniqArray or uniqExact, or group by the values in a subquery',
    });
  return found;
}

/** What becomes of an array of results. */
function finishedEach({ finish, type }: Found): Pick<Application, 'finish'> {
  if (finish === undefined) return {};
  const body = finish(column(0, type));
  return { finish: (list) => mapped({ body, parameters: 1, captured: [] }, [list]) };
}

/** What becomes of results by key, a map or a tuple of two arrays. */
function finishedByKey(
  { finish, type }: Found,
  key: LogicalType,
  isMap: boolean,
): Pick<Application, 'finish'> {
  if (finish === undefined) return {};
  const unnamed = (types: readonly LogicalType[]) => types.map((of) => ({ name: null, type: of }));
  if (!isMap)
    return {
      finish: (both) => {
        const [keys, values] = partsOf(both);
        const finished = mapped({ body: finish(column(0, type)), parameters: 1, captured: [] }, [values]);
        return tupleOf([keys, finished], unnamed([keys.type, finished.type]));
      },
    };
  const value = finish(column(1, type));
  const body = tupleOf([column(0, key), value], unnamed([key, value.type]));
  return {
    finish: (of) => {
      const pairs = mapped({ body, parameters: 2, captured: [] }, [part('keys', of), part('values', of)]);
      return retype(pairs, map(key, value.type));
    },
  };
}

const isArray = ({ type }: Argument): boolean => type.id === 'array' && !type.nullable;

export const forEach =
  (inner: Resolve): Resolve =>
  (args, context) => {
    if (args.length === 0 || !args.every(isArray)) return undefined;
    const elements = args.map(({ type }) => ({ type: elementOf(type) }));
    const found = foundInside(inner, elements, context);
    return (
      found && {
        ...nested('each', found, found.filterArg !== undefined),
        casts: args.map(({ type }) => type),
        prepare: (lists) => elementInputs(found, lists),
        type: array(found.type),
        ...finishedEach(found),
      }
    );
  };

/** Of a map, or of an array of keys and one of values, or of a tuple of both, which is answered by a tuple. */
export const byKeys =
  (inner: Resolve, takes: 'maps' | 'arrays'): Resolve =>
  (args, context) => {
    const [x] = args;
    const isMap = takes === 'maps';
    const types = isMap ? keyAndValue(x?.type) : keyedLists(args);
    if (types === undefined || (isMap && args.length !== 1)) return undefined;
    const [key, value] = types;
    const found = foundInside(inner, [{ type: value }], context);
    if (found === undefined) return undefined;
    const arrays = [array(notNull(key)), array(found.type)].map((type) => ({ name: null, type }));
    return {
      ...nested('key', found, found.filterArg !== undefined),
      casts: args.map(({ type }) => type),
      prepare: (given) => {
        const [keys, ...values] = isMap
          ? [part('keys', given[0]), part('values', given[0])]
          : given.length === 1
            ? partsOf(given[0])
            : given;
        return [keys, ...elementInputs(found, values)];
      },
      type: isMap ? map(notNull(key), found.type) : tuple(arrays),
      ...finishedByKey(found, notNull(key), isMap),
    };
  };

/** Sums by key of numbers of more than 64 bits, in their own type; of two arrays, sums of zero are left out. */
export const wideSumByKey: Resolve = (args, context) => {
  const ofMap = byKeys(ownWideSum, 'maps')(args, context);
  if (ofMap !== undefined) return ofMap;
  const found = byKeys(ownWideSum, 'arrays')(args, context);
  return found?.fn === undefined ? found : { ...found, finish: withoutZeros };
};

const ownWideSum: Resolve = ([{ type }]) =>
  isWide(type)
    ? { fn: `sum_${wideSumOf(type, 'clickhouse')}`, casts: [type], type: notNull(type) }
    : undefined;

function withoutZeros(both: Expr): Expr {
  const [keys, sums] = partsOf(both);
  const sum = elementOf(sums.type);
  const isSome = apply('ne_str', [column(0, sum), literal(zeroOf(sum), sum)], BOOL);
  const mask = mapped({ body: isSome, parameters: 1, captured: [] }, [sums]);
  const kept = [keys, sums].map((list) => arrayOperation('filter', [mask, list], list.type));
  return tupleOf(
    kept,
    kept.map(({ type }) => ({ name: null, type })),
  );
}

const keyAndValue = (type: LogicalType | undefined): readonly LogicalType[] | undefined =>
  type?.id === 'map' ? [keyOf(type), elementOf(type)] : undefined;

/** Most steps of a range. */
const MAX_STEPS = 1 << 20;

type Range = { readonly begin: bigint; readonly end: bigint; readonly step: bigint };

/** The last three of a call's parameters. */
function rangeOf(parameters: ResolveContext['parameters'] = []): Range {
  const [begin, end, step] = parameters.slice(-3).map((value) => (typeof value === 'bigint' ? value : null));
  if (parameters.length < 3 || begin === null || end === null || step === null)
    throw new BasaltError('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', 'A -Resample combinator has three parameters', {
      hint: 'Write sumResample(begin, end, step)(x, key), of whole numbers',
    });
  if (step <= 0n || end < begin)
    throw new BasaltError(
      'ARGUMENT_OUT_OF_BOUND',
      'The range of -Resample has a step above 0, and ends behind its begin',
    );
  if (end - begin > BigInt(MAX_STEPS) * step)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `The range of -Resample has more than ${MAX_STEPS} steps`);
  return { begin, end, step };
}

/** A time of whole seconds or days is the number of them. */
const isCountable = (type: LogicalType): boolean =>
  isInteger(type) || type.id === 'date' || (type.id === 'timestamp' && type.precision === 0);

export const resample =
  (inner: Resolve): Resolve =>
  (args, context) => {
    const key = args.at(-1);
    if (key === undefined || !isCountable(key.type)) return undefined;
    const { begin, end, step } = rangeOf(context.parameters);
    const parameters = context.parameters?.slice(0, -3);
    const inside = { ...context, parameters: parameters?.length === 0 ? undefined : parameters };
    const found = foundInside(inner, args.slice(0, -1), inside);
    // Rows with a NULL are nowhere, so no step is NULL for it.
    const known = args.slice(0, -1).map(({ type }) => ({ type: notNull(type) }));
    const type = foundInside(inner, known, inside)?.type;
    if (found === undefined || type === undefined) return undefined;
    const numberOf = (at: Expr): Expr => {
      const isOutside = anyOf([
        apply('lt_i64', [at, int(begin)], BOOL),
        apply('ge_i64', [at, int(end)], BOOL),
      ]);
      const steps = apply('sub_wrap_i64', [at, int(begin)], INT64);
      const number = step === 1n ? steps : apply('div_checked_i64', [steps, int(step)], INT64);
      return choose(isOutside, int(-1), number, key.type.nullable ? nullable(INT64) : INT64);
    };
    return {
      ...nested('step', found, found.filterArg !== undefined, Number((end - begin + step - 1n) / step)),
      casts: [...found.casts, key.type],
      prepare: (given) => [numberOf(given[given.length - 1]), ...valueInputs(found, given.slice(0, -1))],
      type: array(type),
      ...finishedEach({ ...found, type }),
    };
  };

export const best =
  (which: 'least' | 'greatest') =>
  (inner: Resolve): Resolve =>
  (args, context) => {
    const key = args.at(-1);
    if (!collects(key)) return undefined;
    const found = foundInside(inner, args.slice(0, -1), context);
    if (found === undefined) return undefined;
    const isArrayLike = ['array', 'map', 'tuple', 'state'].includes(found.type.id);
    return {
      ...nested('best', found, found.filterArg !== undefined),
      casts: [...found.casts, key.type],
      prepare: (given) => [
        ...valueInputs(found, given.slice(0, -1)),
        extremeKey(given[given.length - 1], which === 'greatest', 'least'),
      ],
      type: isArrayLike ? found.type : nullableAs(found.type, key.type),
      ...(found.finish === undefined ? {} : { finish: found.finish }),
    };
  };

/** What an aggregate takes of values; last what says which rows count. */
function valueInputs({ filterArg, prepare }: Found, values: readonly Expr[]): readonly Expr[] {
  const given = values.filter((_, i) => i !== filterArg);
  const filter = filterArg === undefined ? [] : [values[filterArg]];
  return [...(prepare?.(given) ?? given), ...filter];
}

const of = (name: string): Resolve => new Map(PLAIN_CLICKHOUSE).get(name) as Resolve;

const extremeByKey = (name: 'min' | 'max', doc: string, result: string): PlainRow =>
  plain(
    [`${name}Map`, `${name}MappedArrays`],
    firstOf(byKeys(of(name), 'maps'), byKeys(of(name), 'arrays')),
    '(map) or (keys, values)',
    doc,
    '[number % 2], [number]',
    result,
  );

/** Those with rows of their own: the others have their names by combination.ts. */
export const NESTS: readonly PlainRow[] = [
  extremeByKey(
    'min',
    'The smallest value of each key. Behind any aggregate -Map makes one by key of it.',
    '0,1,0,1',
  ),
  extremeByKey('max', 'The largest value of each key.', '0,1,2,3'),
  plain(
    'sumForEach',
    forEach(of('sum')),
    '(array)',
    'The sums of the elements at each place. Behind any aggregate -ForEach makes one by place of it.',
    '[number, 1]',
    '6,4',
  ),
  plain(
    'sumResample',
    resample(of('sum')),
    '(begin, end, step)(x, key)',
    'The sums of rows in each step of a range of keys. Behind any aggregate -Resample makes one by steps of it.',
    'number, number',
    '1,5',
    '(0, 4, 2)',
  ),
  plain(
    'sumArgMin',
    best('least')(of('sum')),
    '(x, key)',
    'The sum of rows with the smallest key. Behind any aggregate -ArgMin leaves it these rows.',
    'number, number % 2',
    '2',
  ),
  plain(
    'sumArgMax',
    best('greatest')(of('sum')),
    '(x, key)',
    'The sum of rows with the largest key. Behind any aggregate -ArgMax leaves it these rows.',
    'number, number % 2',
    '4',
  ),
];
