/**
 * Druid's functions of arrays and of multi-value strings: ARRAY_x and MV_x are one row each, and differ in what they give: an array,
 * or a multi-value. Both take either; what is no array is an array of one.
 */

import type { Expr } from '../../plan/expr.ts';
import { typeText } from '../../type/literal.ts';
import { MULTI, MULTI_ARRAY } from '../../type/multi.ts';
import {
  array,
  BOOL,
  elementOf,
  INT64,
  isNumeric,
  type LogicalType,
  laneOf,
  notNull,
  nullable,
  STRING,
} from '../../type/type.ts';
import { apply, bool, choose, nullOf, text } from '../call.ts';
import { cast, commonType, retype, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { scalar } from '../signature.ts';
import { arrayOf } from './nested.ts';

/** A list; one of its elements; a list that may be given as its only element; a whole number; a text; and ? where it may be missing. */
type Kind = 'list' | 'item' | 'items' | 'int' | 'int?' | 'text';
type Result = 'list' | 'filtered' | 'item' | 'int' | 'bool' | 'text';
type Flavor = 'array' | 'mv';

const isList = ({ id }: LogicalType): boolean => id === 'array' || id === 'multi';
const fits = (kind: Kind, { type }: Argument): boolean => {
  if (kind === 'int' || kind === 'int?') return isNumeric(type) || type.id === 'null';
  if (kind === 'list') return isList(type) || type.id === 'string' || type.id === 'null';
  return kind === 'items' || !isList(type);
};

/** Of what a list has, or of the one value that it is. */
function elementIn({ type }: Argument): LogicalType {
  if (type.id === 'array') return elementOf(type);
  return type.id === 'multi' ? STRING : type;
}

function listFrom(expr: Expr, of: LogicalType): Expr {
  const { type } = expr;
  if (type.id === 'null') return nullOf(of);
  if (type.id === 'array') return cast(expr, of, WIDEN);
  if (type.id === 'multi' || (type.id === 'string' && elementOf(of).id === 'string'))
    return cast(apply('multi_to_array', [retype(expr, MULTI)], MULTI_ARRAY), of, WIDEN);
  return arrayOf([cast(expr, elementOf(of), WIDEN)], elementOf(of));
}

const typeOf = (result: Result, list: LogicalType): LogicalType =>
  ({ list, filtered: list, item: elementOf(list), int: INT64, bool: BOOL, text: STRING })[result];

function resolver(kinds: readonly Kind[], result: Result, operation: string, flavor: Flavor): Resolve {
  const least = kinds.filter((kind) => !kind.endsWith('?')).length;
  return (args) => {
    if (args.length < least || args.length > kinds.length || !args.every((arg, i) => fits(kinds[i], arg)))
      return undefined;
    const elements = args.filter((_, i) => ['list', 'item', 'items'].includes(kinds[i])).map(elementIn);
    let common: LogicalType = elements[0] ?? STRING;
    for (const element of elements) common = commonType(common, element) ?? STRING;
    const list = array(nullable(common.id === 'null' ? STRING : common));
    return {
      casts: args.map(({ type }) => type),
      build: (given) => {
        const values = given.map((value, i) => argument(value, kinds[i], list));
        return shown(calledOn(operation, values, typeOf(result, list), flavor), result, flavor);
      },
    };
  };
}

function argument(value: Expr, kind: Kind, list: LogicalType): Expr {
  if (kind === 'list') return listFrom(value, list);
  if (kind === 'items') return isList(value.type) ? listFrom(value, list) : itemIn(value, elementOf(list));
  if (kind === 'item') return itemIn(value, elementOf(list));
  return itemIn(value, nullable(kind === 'text' ? STRING : INT64));
}

/** A value that may be NULL, as an array of one. */
const itemIn = (value: Expr, element: LogicalType): Expr =>
  arrayOf([value.type.id === 'null' ? nullOf(element) : cast(value, element, WIDEN)], element);

function call(operation: string, values: readonly Expr[], result: LogicalType): Expr {
  const types = values.map(({ type }) => typeText(notNull(type)));
  const told = [text(operation), text(typeText(notNull(result))), text(JSON.stringify(types))];
  return apply(`array_op_${laneOf(result)}`, [...told, ...values], nullable(result));
}

/** A multi-value that is NULL holds NULL, where that is asked for by a literal: then Druid asks for values, else for arrays. */
function calledOn(operation: string, values: readonly Expr[], result: LogicalType, flavor: Flavor): Expr {
  const found = call(operation, values, result);
  const [list, wanted] = values;
  if (operation === 'concat') return apply('coalesce_str', [found, list], nullable(result));
  if (flavor === 'array' || result.id !== 'bool' || !list.type.nullable || wanted.kind !== 'literal')
    return found;
  const nothing = arrayOf([nullOf(elementOf(list.type))], elementOf(list.type));
  const holds = call(operation, [nothing, wanted], result);
  return apply(
    'coalesce_bool',
    [found, choose(holds, bool(true), nullOf(BOOL), nullable(BOOL))],
    nullable(BOOL),
  );
}

function shown(value: Expr, result: Result, flavor: Flavor): Expr {
  if (flavor === 'array') return value;
  if (result === 'list') return apply('array_to_multi', [cast(value, MULTI_ARRAY, WIDEN)], MULTI);
  if (result === 'filtered') return apply('array_to_stored_multi', [cast(value, MULTI_ARRAY, WIDEN)], MULTI);
  return result === 'item' ? cast(value, STRING, WIDEN) : value;
}

type Row = readonly [
  name: string,
  kinds: readonly Kind[],
  result: Result,
  operation: string,
  syntax: string,
  doc: string,
  example: string,
  value: string,
];

const BOTH: readonly Row[] = [
  ['length', ['list'], 'int', 'length', '(array)', 'How many values there are.', "(ARRAY['a', 'b'])", '2'],
  [
    'offset',
    ['list', 'int'],
    'item',
    'at_offset',
    '(array, offset)',
    'The value at an offset from 0; NULL where there is none.',
    "(ARRAY['a', 'b'], 1)",
    'b',
  ],
  [
    'ordinal',
    ['list', 'int'],
    'item',
    'at_ordinal',
    '(array, position)',
    'The value at a position from 1; NULL where there is none.',
    "(ARRAY['a', 'b'], 1)",
    'a',
  ],
  [
    'offset_of',
    ['list', 'item'],
    'int',
    'offset_of',
    '(array, value)',
    'The first offset of a value, from 0; NULL where it is not there.',
    "(ARRAY['a', 'b'], 'b')",
    '1',
  ],
  [
    'ordinal_of',
    ['list', 'item'],
    'int',
    'ordinal_of',
    '(array, value)',
    'The first position of a value, from 1; NULL where it is not there.',
    "(ARRAY['a', 'b'], 'b')",
    '2',
  ],
  [
    'contains',
    ['list', 'items'],
    'bool',
    'has_all',
    '(array, wanted)',
    'Whether a value is there, or all values of another array.',
    "(ARRAY['a', 'b'], 'b')",
    'true',
  ],
  [
    'overlap',
    ['list', 'items'],
    'bool',
    'has_any',
    '(array, other)',
    'Whether both have a value in common.',
    "(ARRAY['a', 'b'], ARRAY['b', 'c'])",
    'true',
  ],
  [
    'append',
    ['list', 'item'],
    'list',
    'append',
    '(array, value)',
    'The array with a value behind it.',
    "(ARRAY['a'], 'b')",
    '["a","b"]',
  ],
  [
    'prepend',
    ['item', 'list'],
    'list',
    'prepend_to',
    '(value, array)',
    'The array with a value before it.',
    "('b', ARRAY['a'])",
    '["b","a"]',
  ],
  [
    'concat',
    ['list', 'items'],
    'list',
    'concat',
    '(array, other)',
    'The values of both.',
    "(ARRAY['a'], ARRAY['b'])",
    '["a","b"]',
  ],
  [
    'slice',
    ['list', 'int', 'int?'],
    'list',
    'slice_range',
    '(array, start [, end])',
    'The values from an offset to before another; NULL where start is below 0, or beyond the length or the end.',
    "(ARRAY['a', 'b', 'c'], 1, 3)",
    '["b","c"]',
  ],
  [
    'to_string',
    ['list', 'text'],
    'text',
    'join_all',
    '(array, separator)',
    'The values as one text.',
    "(ARRAY['a', 'b'], '-')",
    'a-b',
  ],
];

const FILTERS: readonly Row[] = [
  [
    'filter_only',
    ['list', 'items'],
    'filtered',
    'only',
    '(values, array)',
    'The values that are in an array; NULL where there is none.',
    "(ARRAY['a', 'b', 'c'], ARRAY['b', 'c'])",
    '["b","c"]',
  ],
  [
    'filter_none',
    ['list', 'items'],
    'filtered',
    'none',
    '(values, array)',
    'The values that are not in an array; NULL where there is none.',
    "(ARRAY['a', 'b', 'c'], ARRAY['b'])",
    '["a","c"]',
  ],
  [
    'filter_regex',
    ['list', 'text'],
    'filtered',
    'only_matching',
    '(values, pattern)',
    'The values that a regular expression matches as a whole; NULL where there is none.',
    "(ARRAY['ab', 'b'], 'a.*')",
    'ab',
  ],
  [
    'filter_prefix',
    ['list', 'text'],
    'filtered',
    'only_prefixed',
    '(values, prefix)',
    'The values that begin with a prefix; NULL where there is none.',
    "(ARRAY['ab', 'b'], 'a')",
    'ab',
  ],
];

/** Results that are arrays are shown as multi-values, whose text is JSON. */
function rowOf(
  [name, kinds, result, operation, syntax, doc, example, value]: Row,
  flavor: Flavor,
): FunctionRow {
  const full = `${flavor}_${name}`.toUpperCase();
  const called = `${full}${example}`;
  const sql = result === 'list' && flavor === 'array' ? `ARRAY_TO_MV(${called})` : called;
  const resolve = resolver(kinds, result, operation, flavor);
  return {
    ...scalar({ druid: [full.toLowerCase()] }, resolve, `${full}${syntax}`, doc, `SELECT ${sql}`, value),
    takesMulti: true,
  };
}

const split = (flavor: Flavor): FunctionRow => {
  const name = `STRING_TO_${flavor.toUpperCase()}`;
  const sql = `${name}('a,b', ',')`;
  return scalar(
    { druid: [name.toLowerCase()] },
    resolver(['text', 'text'], 'list', 'split_by', flavor),
    `${name}(text, pattern)`,
    'The pieces of a text between matches of a regular expression.',
    `SELECT ${flavor === 'array' ? `ARRAY_TO_MV(${sql})` : sql}`,
    '["a","b"]',
  );
};

const toArray: Resolve = ([arg, ...more]) =>
  arg === undefined || more.length > 0 || !fits('list', arg) || arg.type.id === 'array'
    ? undefined
    : { casts: [arg.type], build: ([value]) => listFrom(value, MULTI_ARRAY) };

const toMulti: Resolve = ([arg, ...more]) =>
  arg === undefined || more.length > 0 || arg.type.id !== 'array'
    ? undefined
    : { casts: [arg.type], build: ([value]) => shown(value, 'list', 'mv') };

/** NULL where the value is NULL, in the array or not. */
const inArray: Resolve = (args, context) => {
  const found = resolver(['list', 'item'], 'int', 'ordinal_of', 'array')(args.toReversed(), context);
  if (args.length !== 2 || found?.build === undefined) return undefined;
  const { build, casts } = found;
  return {
    casts: casts.toReversed(),
    build: ([value, list]) => {
      const isIn = apply('is_not_null', [build([list, value])], BOOL);
      const noValue = value.type.nullable ? apply('is_null', [value], BOOL) : bool(false);
      const noList = list.type.nullable ? apply('is_null', [list], BOOL) : bool(false);
      return choose(
        noValue,
        nullOf(BOOL),
        choose(noList, nullOf(BOOL), isIn, nullable(BOOL)),
        nullable(BOOL),
      );
    },
  };
};

export const DRUID_ARRAYS: readonly FunctionRow[] = [
  ...BOTH.flatMap((row) => [rowOf(row, 'array'), rowOf(row, 'mv')]),
  ...FILTERS.map((row) => rowOf(row, 'mv')),
  split('array'),
  split('mv'),
  {
    ...scalar(
      { druid: ['mv_to_array'] },
      toArray,
      'MV_TO_ARRAY(values)',
      'The values of a multi-value string as an array.',
      "SELECT ARRAY_LENGTH(MV_TO_ARRAY('a'))",
      '1',
    ),
    takesMulti: true,
  },
  scalar(
    { druid: ['array_to_mv'] },
    toMulti,
    'ARRAY_TO_MV(array)',
    'An array as a multi-value string.',
    "SELECT ARRAY_TO_MV(ARRAY['a', 'b'])",
    '["a","b"]',
  ),
  scalar(
    { druid: ['scalar_in_array'] },
    inArray,
    'SCALAR_IN_ARRAY(value, array)',
    'Whether an array has a value; NULL if the value is NULL.',
    "SELECT SCALAR_IN_ARRAY('b', ARRAY['a', 'b'])",
    'true',
  ),
];
