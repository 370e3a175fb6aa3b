/** Functions of maps. A map is stored as the array of its pairs is, so functions of arrays serve it. */

import type { Expr } from '../../plan/expr.ts';
import { type Lambda, lambdaOf } from '../../plan/lambda.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  fieldsOf,
  INT64,
  isFloat,
  isInteger,
  isSigned,
  keyOf,
  type LogicalType,
  map,
  notNull,
  tuple,
  UINT64,
} from '../../type/type.ts';
import { apply, retype, text } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import { commonOf } from '../choice-type.ts';
import type { Argument, FunctionRow, LambdaParameters, Resolve, ResolveContext, TableRow } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { composed, lambdaOfCall, partsOf, unnamed } from './compose.ts';
import { arrayOperation, conditionOf, lambdaIn, mapped } from './lambda.ts';
import { withLambda } from './lambda-array.ts';

const isMap = (arg: Argument | undefined): boolean => arg?.type.id === 'map';
const pairOf = (type: LogicalType): LogicalType =>
  tuple([
    { name: null, type: keyOf(type) },
    { name: null, type: elementOf(type) },
  ]);
export const asPairs = (value: Expr): Expr => retype(value, array(pairOf(value.type)));
export const ofPairs = (pairs: Expr): Expr => {
  const [key, value] = fieldsOf(elementOf(pairs.type));
  return retype(pairs, map(notNull(key.type), value.type));
};

/** All keys, or all values, of a map. */
export const part = (of: 'keys' | 'values', value: Expr): Expr => {
  const result = array(of === 'keys' ? keyOf(value.type) : elementOf(value.type));
  return apply(`map_${of}`, [value, text(typeText(notNull(value.type)))], result);
};

/** A lambda's parameters are a key and its value. */
export const overPairs: LambdaParameters = (others, parameters) => {
  const of = others.find(isMap);
  return of === undefined || parameters !== 2 ? undefined : [keyOf(of.type), elementOf(of.type)];
};

const given = (lambda: Lambda, value: Expr): Expr =>
  mapped(lambda, [part('keys', value), part('values', value)]);

type Fits = (args: readonly Argument[]) => boolean;
/** (lambda, map) */
const lambdaAndMap: Fits = (args) => args.length === 2 && args[0].parameters !== undefined && isMap(args[1]);

const byCondition = (name: string, result?: LogicalType): Resolve =>
  composed(lambdaAndMap, ([by, of]) => {
    const mask = given(conditionOf(lambdaIn(by)), of);
    if (result !== undefined) return arrayOperation(name, [mask, asPairs(of)], result);
    return ofPairs(arrayOperation(name, [mask, asPairs(of)], asPairs(of).type));
  });

/** The lambda gives a pair. */
const applied: Resolve = composed(
  (args) => lambdaAndMap(args) && args[0].type.id === 'tuple' && fieldsOf(args[0].type).length === 2,
  ([by, of]) => ofPairs(given(lambdaIn(by), of)),
);

/** ([lambda,] [limit,] map), by what the lambda gives, else by the keys. */
const sorted = (name: string, limited: boolean): Resolve =>
  composed(
    (args) => {
      const rest = args[0]?.parameters === undefined ? args : args.slice(1);
      return rest.length === (limited ? 2 : 1) && isMap(rest.at(-1)) && (!limited || isInteger(rest[0].type));
    },
    (args) => {
      const lambda = lambdaOf(args[0]);
      const of = args.at(-1) as Expr;
      const keys = lambda === undefined ? asPairs(of) : given(lambda, of);
      const limit = limited ? [cast(args[args.length - 2], INT64, WIDEN)] : [];
      return ofPairs(arrayOperation(name, [keys, asPairs(of), ...limit], asPairs(of).type));
    },
  );

/** The map whose keys or values are like a pattern, or whether there is one. */
const like = (of: 'keys' | 'values', extract: boolean): Resolve =>
  composed(
    ([value, pattern, ...more]) =>
      more.length === 0 &&
      isMap(value) &&
      pattern?.type.id === 'string' &&
      (of === 'keys' ? keyOf(value.type) : elementOf(value.type)).id === 'string',
    ([value, pattern], call) => {
      const list = part(of, value);
      const test = lambdaOfCall((x, p) => call('like', x, p), [elementOf(list.type)], [pattern]);
      const mask = mapped(conditionOf(test), [list]);
      if (!extract) return arrayOperation('exists', [mask, list], BOOL);
      return ofPairs(arrayOperation('filter', [mask, asPairs(value)], asPairs(value).type));
    },
  );

const hasValue: Resolve = composed(
  (args) => args.length === 2 && isMap(args[0]),
  ([of, wanted], call) => call('has', part('values', of), wanted),
);

/** What all maps can be cast to; undefined: nothing. */
export function commonMap(args: readonly Argument[], { dialect }: ResolveContext): LogicalType | undefined {
  if (args.length === 0 || !args.every(isMap)) return undefined;
  const [key, value] = [keyOf, elementOf].map((of) =>
    commonOf(
      args.map(({ type }) => of(type)),
      dialect,
    ),
  );
  return key === undefined || value === undefined ? undefined : map(notNull(key), value);
}

const combined =
  (name: string, arity: number, widen: (value: LogicalType) => LogicalType | undefined = (t) => t): Resolve =>
  (args, context) => {
    const common = commonMap(args, context);
    if (common === undefined || (arity > 0 && args.length !== arity)) return undefined;
    const value = widen(elementOf(common));
    if (value === undefined) return undefined;
    const result = map(keyOf(common), value);
    return {
      casts: args.map(() => result),
      build: (values) => ofPairs(arrayOperation(name, values.map(asPairs), array(pairOf(result)))),
    };
  };

/** Sums have 64 bits. */
const summed = (type: LogicalType): LogicalType | undefined => {
  if (isFloat(type)) return FLOAT64;
  return isInteger(type) ? (isSigned(type) ? INT64 : UINT64) : undefined;
};

/** The same of a tuple of keys and values. */
const ofTuples =
  (resolve: Resolve): Resolve =>
  (args, context) => {
    const found = resolve(args, context);
    if (found !== undefined) return found;
    const maps = args.map(({ type }) => mapOfLists(type));
    if (maps.length === 0 || maps.includes(undefined)) return undefined;
    const inner = resolve(
      maps.map((type) => ({ type: type as LogicalType })),
      context,
    );
    if (inner?.build === undefined) return undefined;
    return {
      casts: args.map(({ type }) => type),
      build: (values) => {
        const sums = inner.build(
          values.map((value, i) => cast(zipped(partsOf(value)), inner.casts[i], WIDEN)),
        );
        return unnamed([part('keys', sums), part('values', sums)]);
      },
    };
  };

function mapOfLists(type: LogicalType): LogicalType | undefined {
  if (type.id !== 'tuple' || fieldsOf(type).length !== 2) return undefined;
  const [keys, values] = fieldsOf(type).map((field) => field.type);
  return keys.id === 'array' && values.id === 'array' ? map(elementOf(keys), elementOf(values)) : undefined;
}

const zipped = ([keys, values]: readonly Expr[]): Expr => {
  const of = map(elementOf(keys.type), elementOf(values.type));
  return ofPairs(arrayOperation('zip', [keys, values], array(pairOf(of))));
};

/** (map [, last]) or (keys, values [, last]): every key between the first and the last one. */
const series: Resolve = composed(
  (args) => {
    const lists = args[0]?.type.id === 'array' ? 2 : 1;
    const of = lists === 2 ? [args[0], args[1]] : [args[0]];
    if (args.length < lists || args.length > lists + 1) return false;
    if (lists === 1 ? !isMap(args[0]) : !of.every((arg) => arg?.type.id === 'array')) return false;
    const numbers =
      lists === 1
        ? [keyOf(args[0].type), elementOf(args[0].type)]
        : of.map((arg) => elementOf((arg as Argument).type));
    return numbers.every(isInteger) && args.slice(lists).every(({ type }) => isInteger(type));
  },
  (args) => {
    const isLists = args[0].type.id === 'array';
    const of = isLists ? zipped(args) : args[0];
    const last = args.slice(isLists ? 2 : 1).map((value) => cast(value, INT64, WIDEN));
    const filled = ofPairs(arrayOperation('series', [asPairs(of), ...last], asPairs(of).type));
    return isLists ? unnamed([part('keys', filled), part('values', filled)]) : filled;
  },
);

const LIKES: readonly TableRow<string>[] = (['keys', 'values'] as const).flatMap((of): TableRow<string>[] => {
  const word = of === 'keys' ? 'Key' : 'Value';
  return [
    [
      `mapContains${word}Like`,
      like(of, false),
      `mapContains${word}Like(map, pattern)`,
      `Whether one of the ${of} is LIKE the pattern.`,
      `SELECT mapContains${word}Like(map('ab', 'ab'), 'a%')`,
      '1',
    ],
    [
      `mapExtract${word}Like`,
      like(of, true),
      `mapExtract${word}Like(map, pattern)`,
      `The pairs whose ${word.toLowerCase()} is LIKE the pattern.`,
      `SELECT toString(mapExtract${word}Like(map('ab', 'ab', 'c', 'c'), 'a%'))`,
      "{'ab':'ab'}",
    ],
  ];
});

const SORTS: readonly TableRow<string>[] = [
  ['mapSort', 'sort_by', false, "{'a':2,'b':1}", 'ascending'] as const,
  ['mapReverseSort', 'reverse_sort_by', false, "{'b':1,'a':2}", 'descending'] as const,
  ['mapPartialSort', 'partial_sort_by', true, "{'a':2,'b':1}", 'ascending as far as the limit'] as const,
  [
    'mapPartialReverseSort',
    'partial_reverse_sort_by',
    true,
    "{'b':1,'a':2}",
    'descending as far as the limit',
  ] as const,
].map(([name, operation, limited, result, order]): TableRow<string> => {
  const [take, limit] = limited ? [`${name}([lambda,] limit, map)`, '1, '] : [`${name}([lambda,] map)`, ''];
  return [
    name,
    sorted(operation, limited),
    take,
    `The pairs ${order}, by their keys or by what the lambda gives.`,
    `SELECT toString(${name}(${limit}map('b', 1, 'a', 2)))`,
    result,
  ];
});

const ROWS: readonly TableRow<string>[] = [
  [
    'mapApply',
    applied,
    'mapApply(lambda, map)',
    'The map of the pairs that the lambda gives for keys and values.',
    "SELECT toString(mapApply((k, v) -> (k, v * 2), map('a', 1)))",
    "{'a':2}",
  ],
  [
    'mapFilter',
    byCondition('filter'),
    'mapFilter(lambda, map)',
    'The pairs of which the lambda is true.',
    "SELECT toString(mapFilter((k, v) -> v > 1, map('a', 1, 'b', 2)))",
    "{'b':2}",
  ],
  [
    'mapExists',
    byCondition('exists', BOOL),
    'mapExists(lambda, map)',
    'Whether the lambda is true of a pair.',
    "SELECT mapExists((k, v) -> v = 1, map('a', 1, 'b', 2))",
    '1',
  ],
  [
    'mapAll',
    byCondition('all', BOOL),
    'mapAll(lambda, map)',
    'Whether the lambda is true of all pairs.',
    "SELECT mapAll((k, v) -> v = 1, map('a', 1, 'b', 2))",
    '0',
  ],
  ...SORTS,
  ...LIKES,
  [
    'mapContainsValue',
    hasValue,
    'mapContainsValue(map, value)',
    'Whether the map has the value.',
    "SELECT mapContainsValue(map('a', 1), 1)",
    '1',
  ],
  [
    'mapConcat',
    combined('concat', 0),
    'mapConcat(map, ...)',
    'The pairs of all maps.',
    "SELECT toString(mapConcat(map('a', 1), map('b', 2)))",
    "{'a':1,'b':2}",
  ],
  [
    'mapUpdate',
    combined('map_update', 2),
    'mapUpdate(map, other)',
    'The map with the values of another, and its other pairs.',
    "SELECT toString(mapUpdate(map('a', 1, 'b', 2), map('b', 3)))",
    "{'a':1,'b':3}",
  ],
  [
    'mapAdd',
    ofTuples(combined('map_add', 0, summed)),
    'mapAdd(map, map, ...)',
    'The sums of the values of each key.',
    "SELECT toString(mapAdd(map('a', 1), map('a', 2)))",
    "{'a':3}",
  ],
  [
    'mapSubtract',
    ofTuples(combined('map_subtract', 0, summed)),
    'mapSubtract(map, map, ...)',
    'The values of each key less those of the other maps.',
    "SELECT toString(mapSubtract(map('a', 3), map('a', 2)))",
    "{'a':1}",
  ],
  [
    'mapPopulateSeries',
    series,
    'mapPopulateSeries(map [, last]) or mapPopulateSeries(keys, values [, last])',
    'The map with all numbers between its keys, whose values are 0.',
    'SELECT toString(mapPopulateSeries(map(1, 10, 3, 20)))',
    '{1:10,2:0,3:20}',
  ],
];

export const MAPS: readonly FunctionRow[] = ROWS.map((row) => {
  const made = clickhouseScalar(row);
  return made.syntax.includes('lambda') ? withLambda(made, overPairs) : made;
});
