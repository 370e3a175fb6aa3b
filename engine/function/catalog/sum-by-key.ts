/**
 * ClickHouse's sums by key besides sumMap: of some keys alone, which a parameter lists, and in the type of the values, which wrap in it. Both
 * are sumMap of what is left, and what becomes of its sums.
 */

import { BasaltError } from '../../base/error.ts';
import { column } from '../../plan/expr.ts';
import { type Item, laneValueOf, unpackItem } from '../../type/nested.ts';
import {
  elementOf,
  isEnum,
  isInteger,
  isNarrowFloat,
  type LogicalType,
  notNull,
  sameValues,
  type,
  type Value,
} from '../../type/type.ts';
import { isIn } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Application, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { aggregate, firstOf, parametric } from '../signature.ts';
import { filtered } from './aggregate.ts';
import { keyedLists, summedByKey } from './collect-resolve.ts';
import { partsOf } from './compose.ts';
import { arrayOperation, mapped } from './lambda.ts';
import { wideSumByKey } from './nest.ts';
import { tupleOf } from './nested.ts';
import { lowBits } from './over-integers.ts';

type Found = Application & { readonly casts: readonly LogicalType[] };
type Sums = (...from: Parameters<Resolve>) => Found | undefined;

const sums: Resolve = firstOf(summedByKey, wideSumByKey);

/** Sums of two arrays, or of a tuple of both: no maps. */
const sumsOfLists: Sums = (args, context) => {
  if (keyedLists(args) === undefined) return undefined;
  const { parameters: _, parameterTypes: _types, ...rest } = context;
  const found = sums(args, rest);
  return found === undefined || found.build !== undefined ? undefined : found;
};

const wraps = (type: LogicalType): boolean => isInteger(type) || isNarrowFloat(type);

/** In the type of the values: integers wrap. A sum that is zero before it does is left out, one that is zero then stays. */
const inTheirType =
  (inner: Sums): Sums =>
  (args, context) => {
    const found = inner(args, context);
    const value = keyedLists(args)?.map(notNull)[1];
    if (found === undefined || value === undefined || !wraps(value)) return found;
    const sum = elementOf((found.type.fields ?? [])[1].type);
    const wrapped = isInteger(value) ? lowBits(column(0, sum), value) : cast(column(0, sum), value, WIDEN);
    return {
      ...found,
      finish: (both) => {
        const [keys, given] = partsOf(found.finish?.(both) ?? both);
        const lists = [keys, mapped({ body: wrapped, parameters: 1, captured: [] }, [given])];
        return tupleOf(
          lists,
          lists.map(({ type }) => ({ name: null, type })),
        );
      },
    };
  };

/** The keys that are listed: the values of a parameter, which are none of keys of another kind. */
function listedKeys(
  { parameters = [], parameterTypes = [] }: ResolveContext,
  key: LogicalType,
): readonly Value[] {
  const [type] = parameterTypes;
  if (parameters.length !== 1)
    throw new BasaltError(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      'sumMapFiltered has one parameter, the array of its keys',
      { hint: 'Write sumMapFiltered([1, 4])(keys, values)' },
    );
  if (type?.id !== 'array')
    throw new BasaltError('ILLEGAL_TYPE_OF_ARGUMENT', 'The parameter of sumMapFiltered is an array of keys', {
      hint: 'Write sumMapFiltered([1, 4])(keys, values)',
    });
  const element = elementOf(type);
  if (!comparesAs(element, key)) return [];
  return unpackItem(String(parameters[0]), type).map((item: Item) => {
    const value = laneValueOf(item, element);
    return typeof value === 'boolean' ? BigInt(value) : value;
  });
}

/** Whether values of both can be the same: ClickHouse compares them as constants, which integers of up to 64 bits are alike. */
const comparesAs = (a: LogicalType, b: LogicalType): boolean =>
  sameValues(a, b) || (isWhole(a) && isWhole(b)) || (isText(a) && isText(b));
const isWhole = (type: LogicalType): boolean => isInteger(type) || type.id === 'bool' || isEnum(type);
const isText = ({ id }: LogicalType): boolean => id === 'string' || id === 'fixedstring';

const ofListedKeys =
  (inner: Sums): Sums =>
  (args, context) => {
    const found = inner(args, context);
    const [key] = keyedLists(args) ?? [];
    if (found === undefined || key === undefined) return undefined;
    // Truth is compared as the number it is.
    const tested = key.id === 'bool' ? cast(column(0, key), type('uint8'), WIDEN) : column(0, key);
    const isListed = isIn(tested, listedKeys(context, key));
    return {
      ...found,
      prepare: (given) => {
        const lists = given.length === 1 ? partsOf(given[0]) : given;
        // Of both, so that they are as long as each other.
        const mask = mapped({ body: isListed, parameters: 2, captured: [] }, lists);
        const kept = lists.map((list) => arrayOperation('filter', [mask, list], list.type));
        return found.prepare?.(kept) ?? kept;
      },
    };
  };

/** names, how, what stands behind them, what they are, parameters and result of the example. */
const ROWS: readonly (readonly [string, Sums, string, string, string, string])[] = [
  [
    'sumMapWithOverflow',
    inTheirType(sumsOfLists),
    '(keys, values)',
    'The sum of the values of each key, in the type of the values, in which it wraps.',
    '',
    '0,1,2,4',
  ],
  [
    'sumMapFiltered',
    ofListedKeys(sumsOfLists),
    '(listed)(keys, values)',
    'The sum of the values of each of the listed keys.',
    '([1])',
    '1,4',
  ],
  [
    'sumMapFilteredWithOverflow',
    ofListedKeys(inTheirType(sumsOfLists)),
    '(listed)(keys, values)',
    'The sum of the values of each of the listed keys, in the type of the values, in which it wraps.',
    '([1])',
    '1,4',
  ],
];

const row = (...from: Parameters<typeof aggregate>): FunctionRow => ({
  ...parametric(aggregate(...from)),
  takesLists: true,
});

export const SUMS_BY_KEY: readonly FunctionRow[] = ROWS.flatMap(
  ([name, resolve, syntax, doc, parameters, result]) => [
    row(
      { clickhouse: [name] },
      resolve,
      `${name}${syntax}`,
      doc,
      `SELECT ${name}${parameters}([number % 2], [number]) FROM numbers(4)`,
      result,
    ),
    row(
      { clickhouse: [`${name}If`] },
      filtered(resolve),
      `${name}If${syntax.replace(/\)$/, ', condition)')}`,
      `${doc} Only rows where the condition holds.`,
      `SELECT ${name}If${parameters}([number % 2], [number], number < 4) FROM numbers(9)`,
      result,
    ),
  ],
);
