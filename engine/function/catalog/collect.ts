/**
 * Aggregates that collect values: into arrays, into texts, the different ones, the most frequent ones.
 *
 * Elements are packed before they are collected, so that an array is its elements one after the other (type/packed.ts). ClickHouse leaves
 * NULLs out, SQL's arrays keep them, texts never have them.
 */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  INT64,
  isFloat,
  isInteger,
  isSigned,
  keyOf,
  type LogicalType,
  laneOf,
  map,
  notNull,
  nullable,
  STRING,
  tuple,
  UINT64,
  type Value,
} from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { SUMS } from '../aggregate/block-aggregate.ts';
import { apply, choose, int, nullOf, text } from '../call.ts';
import type { Argument, FunctionRow, ResolveContext } from '../row.ts';
import { aggregate, named } from '../signature.ts';
import { filtered, orNull, plainLane } from './aggregate.ts';

type Resolve = FunctionRow['resolve'];

/** What ClickHouse's topK takes at most, and gives without a parameter. */
const MAX_TOP = 65536;
const TOP = 10;
const COMMA = ',';

/** An element of an array of such values; NULL where it is left out. */
function packed(x: Expr, keepsNulls: boolean): Expr {
  const element = apply(`pack_element_${laneOf(x.type)}`, [x, text(typeText(notNull(x.type)))], STRING);
  if (keepsNulls || !x.type.nullable) return element;
  return choose(apply('is_null', [x], BOOL), nullOf(STRING), element, nullable(STRING));
}

const collects = (arg: Argument | undefined): arg is Argument =>
  arg !== undefined && arg.type.id !== 'state' && arg.type.id !== 'null';

/** The array's type; ClickHouse has an empty one for no rows, others NULL. */
const arrayType = (element: LogicalType, { dialect }: ResolveContext): LogicalType =>
  dialect === 'clickhouse' ? array(notNull(element)) : nullable(array(nullable(element)));

function countOf(value: Value | undefined, name: string, byDefault: number | null): number {
  if (value === undefined && byDefault !== null) return byDefault;
  const count = Number(value ?? Number.NaN);
  if (Number.isInteger(count) && count > 0 && count <= 0xffffffff) return count;
  throw new BasaltError('BAD_ARGUMENTS', `The parameter of ${name} is how many values there are at most`);
}

function oneParameter({ parameters = [] }: ResolveContext, name: string, byDefault: number | null): number {
  if (parameters.length <= 1) return countOf(parameters[0], name, byDefault);
  throw new BasaltError(
    'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
    `Aggregate function ${name} takes one parameter or none`,
  );
}

/** Druid's `size`: an argument that bounds bytes there. */
const isSize = (arg: Argument | undefined): boolean => arg === undefined || typeof arg.value === 'bigint';

/** Values of all rows. */
const listed: Resolve = (args, context) => {
  const [x, size] = args;
  if (!collects(x) || args.length > (context.dialect === 'druid' ? 2 : 1) || !isSize(size)) return undefined;
  const keepsNulls = context.dialect !== 'clickhouse';
  return {
    fn: 'list_str',
    params: [0, oneParameter(context, 'groupArray', 0)],
    casts: args.map(({ type }) => type),
    prepare: ([value]) => [packed(value, keepsNulls)],
    type: arrayType(x.type, context),
  };
};

const lastListed: Resolve = (args, context) => {
  const found = args.length === 1 ? listed(args, { ...context, parameters: undefined }) : undefined;
  return found && { ...found, params: [0, oneParameter(context, 'groupArrayLast', null), 1] };
};

/** The smallest values. */
const sorted: Resolve = (args, context) => {
  const [x] = args;
  if (args.length !== 1 || !collects(x)) return undefined;
  return {
    fn: 'sorted_list_str',
    params: [0, oneParameter(context, 'groupArraySorted', null)],
    casts: [x.type],
    prepare: ([value]) => {
      const element = packed(value, false);
      return [element, element];
    },
    type: arrayType(x.type, context),
  };
};

/** Elements of arrays. */
const concatenated: Resolve = (args, context) => {
  const [x, size] = args;
  if (x?.type.id !== 'array' || args.length > 2 || !isSize(size)) return undefined;
  return {
    fn: 'list_str',
    params: [0],
    casts: args.map(({ type }) => type),
    prepare: ([value]) => [apply('array_inside', [value], STRING)],
    type: arrayType(elementOf(x.type), context),
  };
};

/** Texts of all rows with a separator between. */
function joined(
  join: 'join_texts' | 'append_texts',
  x: Argument,
  rest: readonly Argument[],
  separator: string,
  context: ResolveContext,
) {
  const target = x.type.nullable ? nullable(STRING) : STRING;
  const type = { ...array(STRING), nullable: orNull(STRING, [x], context).nullable };
  return {
    fn: 'list_str',
    casts: [target, ...rest.map((arg) => arg.type)],
    prepare: ([value]: readonly Expr[]) => [packed(value, false)],
    finish: (list: Expr) => apply(join, [list, text(separator)], { ...STRING, nullable: type.nullable }),
    type,
  };
}

const stringAgg: Resolve = (args, context) => {
  const [x, ...rest] = args;
  const [separator, size] = rest;
  if (!collects(x) || rest.length > (context.dialect === 'druid' ? 2 : 1) || !isSize(size)) return undefined;
  if (separator !== undefined && typeof separator.value !== 'string') return undefined;
  const found = joined('join_texts', x, rest, (separator?.value ?? COMMA) as string, context);
  return { ...found, params: [0] };
};

const groupConcat: Resolve = (args, context) => {
  const [x] = args;
  const [separator = '', most] = context.parameters ?? [];
  if (args.length !== 1 || !collects(x)) return undefined;
  if (typeof separator !== 'string')
    throw new BasaltError('BAD_ARGUMENTS', 'The first parameter of groupConcat is the separator, a text');
  return {
    ...joined('append_texts', x, [], separator, context),
    params: [0, countOf(most, 'groupConcat', 0)],
  };
};

const tallied =
  (fn: 'different_str' | 'top_str', name: string, byDefault: number, weighted: boolean): Resolve =>
  (args, context) => {
    const [x, weight] = args;
    if (!collects(x) || args.length !== (weighted ? 2 : 1)) return undefined;
    if (weight !== undefined && !isInteger(weight.type)) return undefined;
    const most = oneParameter(context, name, byDefault);
    if (fn === 'top_str' && most > MAX_TOP)
      throw new BasaltError(
        'ARGUMENT_OUT_OF_BOUND',
        `Too large parameter for ${name}: ${most}, at most ${MAX_TOP}`,
      );
    return {
      fn,
      params: [0, most],
      casts: args.map(({ type }) => type),
      prepare: ([value, by = int(1)]) => [packed(value, false), by],
      type: arrayType(x.type, context),
    };
  };

/** The type of sums of such values; undefined where there are none. */
function sumType(type: LogicalType): LogicalType | undefined {
  if (isFloat(type)) return FLOAT64;
  return isInteger(type) ? (isSigned(type) ? INT64 : UINT64) : undefined;
}

const typed = (type: LogicalType): Expr => text(typeText(notNull(type)));

/** Sums of the values of each key, of maps or of arrays of keys and of values. */
const summedByKey: Resolve = (args) => {
  const [x, y] = args;
  const isMap = args.length === 1 && x.type.id === 'map';
  const areArrays = args.length === 2 && x.type.id === 'array' && y.type.id === 'array';
  if (!isMap && !areArrays) return undefined;
  const key = notNull(isMap ? keyOf(x.type) : elementOf(x.type));
  const sum = sumType(elementOf(isMap ? x.type : y.type));
  if (sum === undefined) return undefined;
  const arrays = [array(key), array(sum)].map((type) => ({ name: null, type }));
  return {
    fn: `sum_map_${laneOf(sum)}`,
    params: [0, isMap ? SUMS.map : SUMS.arrays],
    casts: args.map(({ type }) => type),
    prepare: (given) => [
      isMap
        ? apply('pairs_of_map', [given[0], typed(x.type)], STRING)
        : apply('pairs_of_arrays', [...given, typed(x.type), typed(y.type)], STRING),
    ],
    type: isMap ? map(key, sum) : tuple(arrays),
  };
};

/** Sums of the elements at each place. */
const summedByPlace: Resolve = (args) => {
  const [x] = args;
  if (args.length !== 1 || x.type.id !== 'array') return undefined;
  const sum = sumType(elementOf(x.type));
  if (sum === undefined) return undefined;
  return {
    fn: `sum_map_${laneOf(sum)}`,
    params: [0, SUMS.array],
    casts: [x.type],
    prepare: ([list]) => [apply('pairs_of_positions', [list, typed(x.type)], STRING)],
    type: array(sum),
  };
};

/** NULL where there is none. */
const firstOf = (list: Expr, element: LogicalType): Expr =>
  apply(`array_element_${laneOf(element)}`, [list, typed(list.type), int(1)], nullable(element));

/** The value of the first or the last row, which may be NULL. */
const ofRow =
  (isLast: boolean): Resolve =>
  (args, context) => {
    const found = args.length === 1 ? listed(args, context) : undefined;
    if (found === undefined || found.fn === undefined) return undefined;
    return { ...found, params: [0, 1, isLast ? 1 : 0], finish: (list) => firstOf(list, args[0].type) };
  };

/** The value that most rows have. */
const heavy: Resolve = (args, context) => {
  const found = tallied('top_str', 'anyHeavy', 1, false)(args, context);
  if (found === undefined || found.fn === undefined) return undefined;
  const { type } = args[0];
  return {
    ...found,
    finish: (list) => {
      const first = firstOf(list, type);
      if (type.nullable) return first;
      return apply(`coalesce_${laneOf(type)}`, [first, { kind: 'literal', value: zeroOf(type), type }], type);
    },
  };
};

const last: Resolve = (args, context) =>
  args.length === 1
    ? {
        fn: `anylast_${plainLane(args[0].type)}`,
        casts: [args[0].type],
        type: orNull(args[0].type, args, context),
      }
    : undefined;

const first: Resolve = (args, context) =>
  args.length === 1
    ? {
        fn: `any_${plainLane(args[0].type)}`,
        casts: [args[0].type],
        type: orNull(args[0].type, args, context),
      }
    : undefined;

const bitwise =
  (op: 'and' | 'or' | 'xor'): Resolve =>
  (args, context) => {
    if (args.length !== 1 || !isInteger(args[0].type)) return undefined;
    const type = context.dialect === 'druid' ? INT64 : args[0].type;
    return { fn: `bit_${op}_i64`, casts: [args[0].type], type: orNull(type, args, context) };
  };

type Row = readonly [
  names: FunctionRow['names'],
  resolve: Resolve,
  syntax: string,
  doc: string,
  sql: string,
  result: string,
];

const N = 'numbers(4)';
const T = "(VALUES (1, 'x'), (2, 'y'), (2, 'z')) AS t(a, b)";

const BITS: readonly (readonly ['and' | 'or' | 'xor', result: string])[] = [
  ['and', '0'],
  ['or', '3'],
  ['xor', '1'],
];

const CLICKHOUSE: readonly (readonly [
  names: readonly string[],
  resolve: Resolve,
  syntax: string,
  doc: string,
  call: string,
  result: string,
])[] = [
  [
    ['groupArray', 'array_agg'],
    listed,
    'groupArray[(max)](x)',
    'The values as an array, in the order in which a thread saw them.',
    'groupArray(number)',
    '0,1,2,3',
  ],
  [
    ['groupArrayLast'],
    lastListed,
    'groupArrayLast(max)(x)',
    'The last values as an array.',
    'groupArrayLast(2)(number)',
    '2,3',
  ],
  [
    ['groupArraySorted'],
    sorted,
    'groupArraySorted(max)(x)',
    'The smallest values as an array.',
    'groupArraySorted(2)(number)',
    '0,1',
  ],
  [
    ['groupUniqArray'],
    tallied('different_str', 'groupUniqArray', 0, false),
    'groupUniqArray[(max)](x)',
    'The different values as an array, the smallest first.',
    'groupUniqArray(number)',
    '0,1,2,3',
  ],
  [
    ['topK'],
    tallied('top_str', 'topK', TOP, false),
    'topK[(n)](x)',
    'The n values that most rows have, the most frequent first; 10 without a parameter.',
    'topK(2)(number)',
    '0,1',
  ],
  [
    ['topKWeighted'],
    tallied('top_str', 'topKWeighted', TOP, true),
    'topKWeighted[(n)](x, weight)',
    'The n values whose weights sum up to most, the heaviest first.',
    'topKWeighted(2)(number, number)',
    '3,2',
  ],
  [['anyLast', 'last_value'], last, 'anyLast(x)', 'The value that was seen last.', 'anyLast(number)', '3'],
  [
    ['sumMap'],
    summedByKey,
    'sumMap(map) or sumMap(keys, values)',
    'The sum of the values of each key.',
    'sumMap([number % 2], [number])',
    '0,1,2,4',
  ],
  [
    ['sumForEach'],
    summedByPlace,
    'sumForEach(array)',
    'The sums of the elements at each place.',
    'sumForEach([number, 1])',
    '6,4',
  ],
  [
    ['groupArrayArray'],
    concatenated,
    'groupArrayArray(array)',
    'The elements of all arrays as one.',
    'groupArrayArray([number, 7])',
    '0,7,1,7,2,7,3,7',
  ],
  [['first_value'], first, 'first_value(x)', 'The value that was seen first.', 'first_value(number)', '0'],
  ...BITS.map(
    ([op, result]) =>
      [
        [`groupBit${op[0].toUpperCase()}${op.slice(1)}`, `bit_${op}`],
        bitwise(op),
        `groupBit${op[0].toUpperCase()}${op.slice(1)}(x)`,
        `Bits of all values, combined by ${op.toUpperCase()}.`,
        `groupBit${op[0].toUpperCase()}${op.slice(1)}(number)`,
        op === 'xor' ? '0' : result,
      ] as const,
  ),
];

/** Names of SQL's own have none. */
const takesCombinators = (name: string): boolean => !name.includes('_') || name.endsWith('_value');

/** ClickHouse's that have states. */
export const CLICKHOUSE_COLLECTORS: readonly (readonly [name: string, resolve: Resolve])[] =
  CLICKHOUSE.flatMap(([names, resolve]) =>
    names.filter(takesCombinators).map((name) => [name, resolve] as const),
  );

const WITHOUT_STATES: typeof CLICKHOUSE = [
  [
    ['groupConcat', 'group_concat'],
    groupConcat,
    'groupConcat[(separator [, max])](x)',
    'The values as texts, one after the other.',
    "groupConcat('-')(number)",
    '0-1-2-3',
  ],
  [['anyHeavy'], heavy, 'anyHeavy(x)', 'The value that most rows have.', 'anyHeavy(number % 3)', '0'],
];

const OTHERS: readonly Row[] = [
  [
    { standard: ['array_agg', 'list'], druid: ['array_agg'] },
    listed,
    'array_agg(x)',
    'The values as an array, NULLs among them; with ORDER BY behind x in that order.',
    `SELECT array_to_string(array_agg(b ORDER BY b DESC), '') FROM ${T}`,
    'zyx',
  ],
  [
    { standard: ['string_agg', 'listagg', 'group_concat'], druid: ['string_agg', 'listagg'] },
    stringAgg,
    'string_agg(x [, separator])',
    'The values as texts with a separator between, without NULLs; with ORDER BY behind it in that order.',
    `SELECT string_agg(b, '-' ORDER BY b) FROM ${T}`,
    'x-y-z',
  ],
  ...(['first', 'last'] as const).map(
    (which): Row => [
      { standard: [which] },
      ofRow(which === 'last'),
      `${which}(x)`,
      `The x of the ${which} row that was seen, which may be NULL; with ORDER BY behind x the ${which} in that order.`,
      `SELECT ${which}(b ORDER BY a DESC, b) FROM ${T}`,
      which === 'first' ? 'y' : 'x',
    ],
  ),
  [
    { druid: ['array_concat_agg'] },
    concatenated,
    'array_concat_agg(array [, size])',
    'The elements of all arrays as one.',
    `SELECT array_to_string(array_concat_agg(ARRAY[a, a]), '') FROM ${T}`,
    '112222',
  ],
  ...BITS.map(
    ([op, result]): Row => [
      named(['standard', 'druid'], `bit_${op}`),
      bitwise(op),
      `bit_${op}(x)`,
      `Bits of all values, combined by ${op.toUpperCase()}.`,
      `SELECT bit_${op}(a) FROM ${T}`,
      result,
    ],
  ),
];

const parametric = (row: FunctionRow): FunctionRow => ({ ...row, parametric: true });

export const COLLECTORS: readonly FunctionRow[] = [
  ...OTHERS.map((row) => aggregate(...row)),
  ...[...CLICKHOUSE, ...WITHOUT_STATES].flatMap(([names, resolve, syntax, doc, call, result]) => [
    parametric(aggregate({ clickhouse: names }, resolve, syntax, doc, `SELECT ${call} FROM ${N}`, result)),
    parametric(
      aggregate(
        { clickhouse: names.filter(takesCombinators).map((name) => `${name}If`) },
        filtered(resolve),
        syntax.replace(/^\w+/, '$&If').replace(/\)$/, ', condition)'),
        `${doc} Only rows where the condition holds.`,
        `SELECT ${call.replace(/^\w+/, '$&If').replace(/\)$/, ', number < 4)')} FROM numbers(9)`,
        result,
      ),
    ),
  ]),
];
