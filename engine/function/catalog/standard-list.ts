/** Functions of lists that only the standard dialect has, under DuckDB's names: one row each, and the operation of scalar/list-standard.ts. */

import { type Expr, literal } from '../../plan/expr.ts';
import { ARRAY_END } from '../../type/nested.ts';
import {
  array,
  BOOL,
  elementOf,
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  type LogicalType,
  map,
  notNull,
  nullable,
  tuple,
  UINT64,
} from '../../type/type.ts';
import { apply, int, unlessNull } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { firstOf, scalar } from '../signature.ts';
import { asFloats, commonArray, elementIn, from, isArray, operation, type Shape, several } from './array.ts';
import { ofArrays } from './distance.ts';
import { momentsBetween } from './duration.ts';
import { arrayOperation } from './lambda.ts';
import { arrayOf } from './nested.ts';

const isNull = (arg: Argument | undefined): boolean => arg?.type.id === 'null';
const isCount = (arg: Argument | undefined): boolean => arg !== undefined && isInteger(arg.type);

/** NULL in the place of a list is one without elements. */
const orEmpty = (list: Expr): Expr =>
  list.type.nullable
    ? apply('coalesce_str', [list, literal(ARRAY_END, notNull(list.type))], notNull(list.type))
    : list;

const NOTHING = array(nullable({ id: 'null', nullable: true }));
/** The literal NULL as a list of what there is none of. */
const asList = (arg: Argument): Argument => (isNull(arg) ? { type: nullable(NOTHING) } : arg);

/** A list, and a value that is to be among its elements, before or behind them. */
const added =
  (name: 'append' | 'prepend', listAt: 0 | 1): Resolve =>
  (args, context) => {
    if (args.length !== 2) return undefined;
    const [list, item] = [asList(args[listAt]), args[1 - listAt]];
    if (!isArray(list)) return undefined;
    const common = commonArray([elementIn(list), item.type], context);
    if (common === undefined) return undefined;
    const of = elementOf(common);
    const casts = listAt === 0 ? [nullable(common), of] : [of, nullable(common)];
    return {
      casts,
      build: (values) => arrayOperation(name, [orEmpty(values[listAt]), values[1 - listAt]], common),
    };
  };

/** Lists that are NULL are left out; of nothing else there is NULL. */
const concatenated: Resolve = (args, context) => {
  if (args.length === 0 || args.every(isNull)) return undefined;
  const lists = args.map(asList);
  if (!lists.every(isArray)) return undefined;
  const common = commonArray(lists.map(elementIn), context);
  if (common === undefined) return undefined;
  return {
    casts: lists.map(() => nullable(common)),
    build: (values) => arrayOperation('concat', values.map(orEmpty), common),
  };
};

/** `a || b` of lists: NULL if one is. */
export const joinedLists: Resolve = (args, context) => {
  const lists = args.length === 2 ? concatenated(args, context) : undefined;
  const build = lists?.build;
  return build && { casts: lists.casts, build: (values) => unlessNull(values, build(values)) };
};

const DIRECTIONS: Readonly<Record<string, boolean>> = {
  ASC: false,
  ASCENDING: false,
  DESC: true,
  DESCENDING: true,
};
const NULL_PLACES: Readonly<Record<string, boolean>> = { 'NULLS FIRST': true, 'NULLS LAST': false };
const said = (table: Readonly<Record<string, boolean>>, arg: Argument): boolean | undefined =>
  typeof arg.value === 'string' ? table[arg.value.toUpperCase()] : undefined;

/** (list [, order [, nulls]]); a list in reverse is told of its NULLs alone. @param reversed undefined: an argument may say so */
const ordered =
  (name: 'sort_as' | 'order', reversed?: true): Resolve =>
  (args) => {
    const [list, ...words] = args;
    if (!isArray(list) || words.length > (reversed ? 1 : 2)) return undefined;
    const descending = reversed ?? (words[0] === undefined ? false : said(DIRECTIONS, words[0]));
    const where = words[reversed ? 0 : 1];
    const nullsFirst = where === undefined ? false : said(NULL_PLACES, where);
    if (descending === undefined || nullsFirst === undefined) return undefined;
    const result = name === 'order' ? array(nullable(INT64)) : notNull(list.type);
    return {
      casts: args.map((arg) => arg.type),
      build: ([of]) =>
        arrayOperation(name, [of, literal(descending, BOOL), literal(nullsFirst, BOOL)], result),
    };
  };

const listAnd =
  (other: (element: LogicalType) => boolean, of: LogicalType): Shape =>
  (args) =>
    args.length === 2 && args.every(isArray) && other(elementIn(args[1]))
      ? { casts: [args[0].type, array(nullable(of))], result: notNull(args[0].type) }
      : undefined;

/** (list, size [, value]): NULL where no value is said. */
const resized: Resolve = (args, context) => {
  const [list, size, value] = args;
  if (args.length < 2 || args.length > 3 || !isArray(list) || !(isCount(size) || isNull(size)))
    return undefined;
  const common = commonArray([elementIn(list), ...(value === undefined ? [] : [value.type])], context);
  if (common === undefined) return undefined;
  const element = nullable(elementOf(common));
  const of = array(element);
  return {
    casts: [list.type.nullable ? nullable(of) : of, nullable(INT64), element].slice(0, args.length),
    build: ([from, count, filler = literal(null, element)]) => {
      const known = apply('coalesce_i64', [count, int(0)], INT64);
      return arrayOperation('resize_up', [from, known, arrayOf([filler], element)], of);
    },
  };
};

/** (list, ... [, as long as the shortest]): NULL where one is shorter. */
const zipped: Resolve = (args) => {
  const isCut = args.at(-1)?.type.id === 'bool';
  const lists = (isCut ? args.slice(0, -1) : args).map(asList);
  if (lists.length === 0 || !lists.every(isArray)) return undefined;
  const pair = tuple(lists.map((list) => ({ name: null, type: nullable(elementIn(list)) })));
  return {
    casts: [...lists.map((list) => list.type), ...(isCut ? [BOOL] : [])],
    build: (values) => {
      const cut = isCut ? values[values.length - 1] : literal(false, BOOL);
      return arrayOperation(
        'zip_to',
        [cut, ...values.slice(0, lists.length).map(orEmpty)],
        array(nullable(pair)),
      );
    },
  };
};

/** generate_series(last), (first, last [, step]), with the last. */
const through: Resolve = (args) => {
  if (args.length < 1 || args.length > 3 || !args.every((arg) => isCount(arg) || isNull(arg)))
    return undefined;
  return {
    casts: args.map(() => nullable(INT64)),
    build: (given) => {
      const [from, to, step] = given.length === 1 ? [int(0), given[0], int(1)] : [...given, int(1)];
      return unlessNull(given, arrayOperation('range_through', [from, to, step], array(nullable(INT64))));
    },
  };
};

/** Of vectors without NULLs. @param finish what becomes of the number */
const ofVectors =
  (name: string, finish: (value: Expr) => Expr = (value) => value): Resolve =>
  (args, context) => {
    const vectors = args.map((arg) =>
      isArray(arg) && isNumeric(elementIn(arg)) ? { type: floatsOf(arg.type) } : arg,
    );
    const found = ofArrays(name, 2, 0)(vectors, context);
    if (found?.build === undefined) return undefined;
    const { build } = found;
    return {
      casts: vectors.map(({ type }) => type),
      build: (values) =>
        asFloat32(
          finish(build(values.map((list) => arrayOperation('all_known', [list], notNull(list.type))))),
        ),
    };
  };

/** Elements as DuckDB computes with them: FLOAT as it is, else DOUBLE. */
const floatsOf = (list: LogicalType): LogicalType =>
  elementOf(list).id === 'float32' ? asFloats(list) : { ...list, element: nullable(FLOAT64) };

/** Vectors of FLOAT give a FLOAT. */
const asFloat32 = (value: Expr): Expr =>
  value.type.id === 'float32' ? apply('f64_to_f32', [value], value.type) : value;

const negated = (value: Expr): Expr => apply('neg_f64', [value], value.type);
const opposite = (value: Expr): Expr =>
  apply('sub_f64', [literal(1, FLOAT64), cast(value, FLOAT64, WIDEN)], value.type);

const crossed: Resolve = (args) =>
  args.length === 2 && args.every((arg) => isArray(arg) && isNumeric(elementIn(arg)))
    ? {
        casts: args.map(({ type }) => floatsOf(type)),
        build: ([a, b]) =>
          arrayOperation(
            'cross',
            [a, b].map((list) => arrayOperation('all_known', [list], notNull(list.type))),
            array(nullable(elementOf(floatsOf(args[0].type)))),
          ),
      }
    : undefined;

const NULLABLE_LIST: Shape = (args) =>
  args.length === 1 && isArray(args[0])
    ? { casts: [args[0].type], result: nullable(elementIn(args[0])) }
    : undefined;

/** `list_x, list_y`: with array_ as well. */
const withArrays = (names: string): string[] =>
  names.split(', ').flatMap((name) => (name.startsWith('list_') ? [name, `array_${name.slice(5)}`] : [name]));

type Row = readonly [
  names: string | readonly string[],
  resolve: Resolve,
  args: string,
  doc: string,
  example: string,
  result: string,
];

const ROWS: readonly Row[] = [
  [
    'list_append, array_push_back',
    added('append', 0),
    'list, value',
    'The list with a value behind it.',
    'list_append([1], 2)',
    '[1, 2]',
  ],
  [
    ['list_prepend', 'array_prepend'],
    added('prepend', 1),
    'value, list',
    'The list with a value before it.',
    'list_prepend(1, [2])',
    '[1, 2]',
  ],
  [
    'array_push_front',
    added('prepend', 0),
    'list, value',
    'The list with a value before it.',
    'array_push_front([2], 1)',
    '[1, 2]',
  ],
  [
    'list_concat, list_cat',
    concatenated,
    'list, ...',
    'The elements of all lists, without those that are NULL.',
    'list_concat([1], NULL, [2])',
    '[1, 2]',
  ],
  [
    'list_sort',
    ordered('sort_as'),
    'list [, order, nulls]',
    "The elements in an order, 'ASC' or 'DESC', NULL last, or first with 'NULLS FIRST'.",
    "list_sort([3, 1, 2], 'DESC')",
    '[3, 2, 1]',
  ],
  [
    'list_reverse_sort',
    ordered('sort_as', true),
    'list [, nulls]',
    "The elements descending, NULL last, or first with 'NULLS FIRST'.",
    'list_reverse_sort([3, 1, 2])',
    '[3, 2, 1]',
  ],
  [
    'list_grade_up, grade_up',
    ordered('order'),
    'list [, order, nulls]',
    'The positions of the elements in their order.',
    'list_grade_up([30, 10, 20])',
    '[2, 3, 1]',
  ],
  [
    'list_distinct',
    operation(
      'distinct',
      from((element) => array(element)),
    ),
    'list',
    'Each element once, without NULL.',
    'list_distinct([1, 1, 2])',
    '[1, 2]',
  ],
  [
    'list_unique',
    operation(
      'count_different',
      from(() => INT64),
    ),
    'list',
    'How many different elements there are, without NULL.',
    'list_unique([1, 1, 2])',
    '2',
  ],
  [
    'list_intersect',
    operation(
      'common_once',
      several((list) => list, 2),
    ),
    'list, other',
    'Each element that both lists have, once.',
    'list_intersect([1, 2, 3], [3, 2])',
    '[2, 3]',
  ],
  [
    'list_where',
    operation(
      'where',
      listAnd((element) => element.id === 'bool', BOOL),
    ),
    'list, mask',
    'The elements where the mask is true.',
    'list_where([1, 2, 3], [true, false, true])',
    '[1, 3]',
  ],
  [
    'list_select',
    operation('select', listAnd(isInteger, INT64)),
    'list, positions',
    'The elements at these positions; NULL where there is none.',
    'list_select([10, 20, 30], [3, 1])',
    '[30, 10]',
  ],
  [
    'list_resize',
    resized,
    'list, size [, value]',
    'The list cut to a size, or filled up with a value.',
    'list_resize([1], 3, 0)',
    '[1, 0, 0]',
  ],
  [
    'list_zip',
    zipped,
    'list, ... [, cut]',
    'Tuples of the elements at the same position, as many as the longest list has, or as the shortest.',
    "list_zip([1, 2], ['a'])",
    '[(1, a), (2, NULL)]',
  ],
  [
    ['generate_series'],
    firstOf(through, momentsBetween(true)),
    '[first,] last [, step]',
    'Numbers from the first, 0 if not given, to the last, with it; or moments, an INTERVAL apart.',
    'generate_series(1, 3)',
    '[1, 2, 3]',
  ],
  [
    ['list_product'],
    operation(
      'product_or_null',
      from((element) => (isNumeric(element) && element.id !== 'decimal' ? nullable(FLOAT64) : undefined)),
    ),
    'list',
    'The product of the elements; NULL of none.',
    'list_product([2, 3])',
    '6.0',
  ],
  [
    ['list_mode'],
    operation('mode', NULLABLE_LIST),
    'list',
    'The element that is there most often, the first of several.',
    'list_mode([1, 2, 2])',
    '2',
  ],
  [
    ['list_mad'],
    operation(
      'mad',
      from((element) =>
        isInteger(element) || element.id.startsWith('float') ? nullable(FLOAT64) : undefined,
      ),
    ),
    'list',
    'The median of the distances from the median.',
    'list_mad([1, 2, 4])',
    '1.0',
  ],
  [
    ['list_histogram'],
    operation(
      'histogram',
      from((element) => nullable(map(notNull(element), UINT64))),
    ),
    'list',
    'How often each element is there, as a map.',
    'list_histogram([2, 1, 2])',
    '{1=1, 2=2}',
  ],
  [
    ['list_top'],
    operation('most_frequent', (args) =>
      args.length === 2 && isArray(args[0]) && isCount(args[1])
        ? { casts: [args[0].type, INT64], result: nullable(notNull(args[0].type)) }
        : undefined,
    ),
    'list, count',
    'The elements that are there most often.',
    'list_top([1, 2, 2], 1)',
    '[2]',
  ],
  [
    'list_distance, <->',
    ofVectors('distance_l2'),
    'list, other',
    'How far two vectors are apart.',
    'list_distance([1, 2], [4, 6])',
    '5.0',
  ],
  [
    'list_inner_product, list_dot_product',
    ofVectors('dot_floats'),
    'list, other',
    'The inner product of two vectors.',
    'list_inner_product([1, 2], [3, 4])',
    '11.0',
  ],
  [
    'list_negative_inner_product, list_negative_dot_product',
    ofVectors('dot_floats', negated),
    'list, other',
    'The inner product, negated.',
    'list_negative_inner_product([1, 2], [3, 4])',
    '-11.0',
  ],
  [
    'list_cosine_distance, <=>',
    ofVectors('cosine'),
    'list, other',
    'One less the cosine between two vectors.',
    'list_cosine_distance([1, 0], [0, 1])',
    '1.0',
  ],
  [
    'list_cosine_similarity',
    ofVectors('cosine', opposite),
    'list, other',
    'The cosine between two vectors.',
    'list_cosine_similarity([1, 0], [0, 1])',
    '0.0',
  ],
  [
    ['array_cross_product'],
    crossed,
    'list, other',
    'The cross product of two vectors of three numbers.',
    'array_cross_product([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])[3]',
    '1.0',
  ],
];

export const STANDARD_LISTS: readonly FunctionRow[] = ROWS.map(
  ([names, resolve, args, doc, example, result]) => {
    const list = typeof names === 'string' ? withArrays(names) : names;
    const isText = /^[[{]/.test(result);
    return scalar(
      { standard: [...list] },
      firstOf(resolve),
      `${list[0]}(${args})`,
      doc,
      `SELECT ${isText ? `CAST(${example} AS VARCHAR)` : example}`,
      result,
    );
  },
);
