/**
 * ClickHouse's functions of dictionaries. A call is two: one finds the row of a key (engine/keyed), others take values out of it, so several
 * attributes of one key look for it once. Types, defaults and places of columns are known while the call is bound.
 */

import { BasaltError } from '../../base/error.ts';
import { type Expr, literal } from '../../plan/expr.ts';
import { unpackItem } from '../../type/nested.ts';
import {
  array,
  BOOL,
  fieldsOf,
  INT64,
  isInteger,
  isTemporal,
  type LogicalType,
  laneOf,
  nullable,
  sameType,
  type TypeId,
  type,
  UINT64,
  type Value,
} from '../../type/type.ts';
import { apply, choose, int, nullOf, retype, unlessNull } from '../call.ts';
import type { Argument, AskedDictionary, FunctionRow, Resolution, Resolve, ResolveContext } from '../row.ts';
import { clickhouseScalar } from '../signature.ts';
import { partsOf } from './compose.ts';
import { tupleOf } from './nested.ts';

type Attribute = {
  readonly column: number;
  readonly type: LogicalType;
  readonly name: string;
  readonly defaultValue: Value;
};

const bad = (message: string, hint?: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', message, hint === undefined ? {} : { hint });

function dictionaryOf(name: Argument | undefined, context: ResolveContext): AskedDictionary | undefined {
  if (typeof name?.value !== 'string') return undefined;
  const found = context.dictionaryNamed?.(name.value);
  if (found !== undefined) return found;
  throw bad(
    `Dictionary (\`${name.value}\`) not found`,
    'CREATE DICTIONARY makes one, SHOW DICTIONARIES lists them',
  );
}

/** Attributes are what is neither key nor range. */
function attributeNamed({ columns, keys, range }: AskedDictionary, name: string): Attribute {
  const first = keys + (range === null ? 0 : 2);
  const column = columns.findIndex((c, i) => i >= first && c.name === name);
  if (column !== -1) return { column, ...columns[column] };
  throw bad(
    `No such attribute '${name}'`,
    `There are ${columns
      .slice(first)
      .map((c) => c.name)
      .join(', ')}`,
  );
}

/** One name, or a tuple of some. */
function attributesOf(of: AskedDictionary, names: Argument): readonly Attribute[] | undefined {
  const { value, type: given } = names;
  if (typeof value !== 'string') return undefined;
  if (given.id === 'string') return [attributeNamed(of, value)];
  if (given.id !== 'tuple' || fieldsOf(given).some((f) => f.type.id !== 'string')) return undefined;
  return unpackItem(value, given).map((name) => attributeNamed(of, name as string));
}

/** The key as the index has it. */
function keyOf(of: AskedDictionary, key: Expr, context: ResolveContext): Expr {
  const call = (name: string, ...args: readonly Expr[]): Expr => {
    if (context.call === undefined) throw bad('Dictionaries are asked where functions are bound');
    return context.call(name, args);
  };
  const types = of.columns.slice(0, of.keys).map((c) => c.type);
  if (of.keyKind === 'tuple') {
    const parts = key.type.id === 'tuple' ? partsOf(key) : [key];
    if (parts.length === types.length && !key.type.nullable)
      return call('tuple', ...parts.map((part, i) => castKey(part, types[i], context)));
    const wanted = types.map((t) => t.id).join(', ');
    throw new BasaltError(
      key.type.id === 'tuple' ? 'TYPE_MISMATCH' : 'ILLEGAL_TYPE_OF_ARGUMENT',
      `The key of the dictionary is a tuple of ${types.length}`,
      { hint: `Write a tuple of (${wanted})` },
    );
  }
  if (of.keyKind === 'value') {
    const [value, ...more] = key.type.id === 'tuple' && types[0].id !== 'tuple' ? partsOf(key) : [key];
    if (more.length === 0) return castKey(value, isInteger(types[0]) ? UINT64 : types[0], context);
    throw new BasaltError(
      'ILLEGAL_TYPE_OF_ARGUMENT',
      `The key of the dictionary is one value, not ${more.length + 1}`,
    );
  }
  const [address] = key.type.id === 'tuple' ? partsOf(key) : [key];
  if (address.type.id === 'ipv6') return address;
  if (address.type.id === 'ipv4') return call('toIPv6', address);
  if (address.type.id === 'fixedstring' && address.type.length === 16)
    return call('toIPv6', call('IPv6NumToString', address));
  if (address.type.id === 'uint32') return call('toIPv6', call('toIPv4', address));
  throw new BasaltError(
    'TYPE_MISMATCH',
    'Key does not match, expected either IPv4 (or UInt32) or IPv6 (or FixedString(16))',
    { hint: 'Write toIPv4(x) or toIPv6(x)' },
  );
}

/** Keys that are integers stay the words they are. */
function castKey(key: Expr, to: LogicalType, context: ResolveContext): Expr {
  if (isInteger(key.type) && sameType(to, UINT64) && key.kind !== 'literal')
    return retype(key, { ...to, nullable: key.type.nullable });
  if (key.kind === 'literal' && typeof key.value === 'bigint' && key.value < 0n && sameType(to, UINT64))
    throw new BasaltError(
      'CANNOT_CONVERT_TYPE',
      'A number below 0 cannot be safely converted into type UInt64',
    );
  if (key.type.id === 'float64' || key.type.id === 'float32')
    if (isInteger(to))
      throw new BasaltError('CANNOT_CONVERT_TYPE', 'A float cannot be safely converted into an integer', {
        hint: 'Write toUInt64(x)',
      });
  return context.castTo === undefined ? key : context.castTo(key, to);
}

type Call = {
  readonly of: AskedDictionary;
  /** The number of the row that the key has; NULL: none. */
  readonly row: Expr;
  /** Where one is NULL, so is what the function gives. */
  readonly asked: readonly Expr[];
};

function found(of: AskedDictionary, args: readonly Expr[], context: ResolveContext): Call {
  const [key, value] = args;
  const table = int(of.tableId);
  const isNull = key.type.id === 'null';
  const given = isNull ? nullOf(UINT64) : keyOf(of, key, context);
  const rowType = nullable(INT64);
  if (of.keyKind === 'prefix' && !isNull)
    return { of, row: apply('keyed_row_prefix', [table, given], rowType), asked: [given] };
  if (of.range === null)
    return { of, row: apply(`keyed_row_${laneOf(given.type)}`, [table, given], rowType), asked: [given] };
  if (!isInteger(value.type) && !isTemporal(value.type))
    throw new BasaltError(
      'ILLEGAL_COLUMN',
      'The value that a range is to hold must be convertible to Int64',
      {
        hint: 'Write toDate(x), toDateTime(x) or an integer',
      },
    );
  const at = castKey(value, of.columns[of.range.from].type, context);
  return {
    of,
    row: apply(`keyed_row_range_${laneOf(given.type)}`, [table, given, at], rowType),
    asked: [given, at],
  };
}

const valueIn = ({ of, row }: Call, { column, type: of_ }: Attribute): Expr =>
  apply(`keyed_value_${laneOf(of_)}`, [int(of.tableId), int(column), row], nullable(of_));

/** What is no literal may fail: it is computed for those alone that have no row. */
const orElse = (call: Call, attribute: Attribute, otherwise: Expr): Expr =>
  otherwise.kind === 'literal'
    ? apply(
        `keyed_value_or_${laneOf(attribute.type)}`,
        [int(call.of.tableId), int(attribute.column), call.row, otherwise],
        attribute.type,
      )
    : choose(
        apply('is_not_null', [call.row], BOOL),
        retype(valueIn(call, attribute), attribute.type),
        otherwise,
        attribute.type,
      );

type Outcome = 'default' | 'given' | 'null';

/** One value, or a tuple of several that is named as the attributes are. */
function answer(
  call: Call,
  attributes: readonly Attribute[],
  isTuple: boolean,
  outcome: Outcome,
  given: Expr | undefined,
  context: ResolveContext,
): Expr {
  const instead = given === undefined ? [] : isTuple ? partsOf(given) : [given];
  if (outcome === 'given' && instead.length !== attributes.length)
    throw bad(`${instead.length} defaults are given for ${attributes.length} attributes`);
  const values = attributes.map((attribute, i) => {
    if (outcome === 'null') return valueIn(call, attribute);
    const otherwise =
      outcome === 'given'
        ? defaultCast(instead[i], attribute, context)
        : literal(attribute.defaultValue, attribute.type);
    return orElse(call, attribute, otherwise);
  });
  if (isTuple)
    return tupleOf(
      values,
      values.map((value, i) => ({ name: attributes[i].name, type: value.type })),
    );
  return unlessNull(call.asked, values[0]);
}

function defaultCast(given: Expr, { type: to }: Attribute, context: ResolveContext): Expr {
  if (given.type.nullable && !to.nullable)
    throw new BasaltError('CANNOT_CONVERT_TYPE', 'Cannot convert NULL to a non-nullable type', {
      hint: 'dictGetOrNull gives NULL where there is no row',
    });
  return castKey(given, to, context);
}

const types = (args: readonly Argument[]): LogicalType[] => args.map((arg) => arg.type);

/** @param wanted the type that the function's name says; null: any */
const get =
  (outcome: Outcome, wanted: LogicalType | null): Resolve =>
  (args, context): Resolution | undefined => {
    const [name, names] = args;
    if (args.length < 3) return undefined;
    const of = dictionaryOf(name, context);
    const attributes = of && attributesOf(of, names);
    if (of === undefined || attributes === undefined) return undefined;
    const count = 3 + (of.range === null ? 0 : 1) + (outcome === 'given' ? 1 : 0);
    if (args.length !== count)
      throw new BasaltError(
        'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
        `Number of arguments doesn't match: passed ${args.length} should be ${count}`,
        {
          hint:
            of.range === null
              ? 'Keys of several columns are one tuple'
              : 'A value follows the key, whose range is meant',
        },
      );
    const other = wanted && attributes.find((a) => !sameType({ ...a.type, nullable: false }, wanted));
    if (other)
      throw new BasaltError(
        'TYPE_MISMATCH',
        `The attribute ${other.name} has another type than the function's name says`,
        {
          hint: 'dictGet gives what the attribute has',
        },
      );
    const isTuple = attributes.length > 1;
    return {
      casts: types(args),
      build: (values) => {
        const call = found(of, values.slice(2), context);
        return answer(
          call,
          attributes,
          isTuple,
          outcome,
          outcome === 'given' ? values[count - 1] : undefined,
          context,
        );
      },
    };
  };

const has: Resolve = (args, context) => {
  const of = dictionaryOf(args[0], context);
  if (of === undefined || args.length !== (of.range === null ? 2 : 3)) return undefined;
  return {
    casts: types(args),
    build: (values) => {
      const { row, asked } = found(of, values.slice(1), context);
      return unlessNull(asked, apply('is_not_null', [row], BOOL));
    },
  };
};

/** Functions over keys and their parents. @param fn the implementation, @param level what it is asked behind the key */
const related =
  (
    fn: string,
    least: number,
    most: number,
    result: LogicalType,
    level: (args: readonly Expr[]) => readonly Expr[],
  ): Resolve =>
  (args, context) => {
    const of = dictionaryOf(args[0], context);
    if (of === undefined || args.length < least || args.length > most) return undefined;
    if (of.parent === null)
      throw new BasaltError('UNSUPPORTED_METHOD', 'Dictionary does not support hierarchy', {
        hint: 'Declare the attribute that is the key of a parent HIERARCHICAL',
      });
    return {
      casts: types(args),
      build: ([, key, ...more]) =>
        apply(
          fn,
          [
            int(of.tableId),
            castKey(key, UINT64, context),
            ...level(more.map((m) => castKey(m, UINT64, context))),
          ],
          result,
        ),
    };
  };

const KEYS = array(UINT64);

/** Types by what functions call them, with a value for an example. */
const NAMED: readonly (readonly [name: string, type: LogicalType, example: string])[] = [
  ...(['Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64'] as const).map(
    (name): [string, LogicalType, string] => [name, type(name.toLowerCase() as TypeId), '8'],
  ),
  ['Float32', type('float32'), '1.5'],
  ['Float64', type('float64'), '1.5'],
  ['String', type('string'), 'text'],
  ['Date', type('date'), '2024-05-06'],
  ['DateTime', { ...type('timestamp'), precision: 0 }, '2024-05-06 07:08:09'],
  ['UUID', type('uuid'), '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
  ['IPv4', type('ipv4'), '10.0.0.1'],
  ['IPv6', type('ipv6'), '2001:db8::1'],
];

const row = (
  name: string,
  resolve: Resolve,
  args: string,
  doc: string,
  sql: string,
  result: string,
): FunctionRow => ({
  ...clickhouseScalar([name, resolve, `${name}(${args})`, doc, sql, result]),
  nameFirst: true,
  givesBool: name.startsWith('dictGet'),
});

export const DICTIONARIES: readonly FunctionRow[] = [
  row(
    'dictGet',
    get('default', null),
    'dictionary, attribute, key [, value of the range]',
    "What a dictionary has for a key, or the attribute's default where it has nothing; a tuple of names gives a tuple. The name of the dictionary and those of attributes are literals.",
    "SELECT dictGet('countries', 'name', 49)",
    'Germany',
  ),
  row(
    'dictGetOrDefault',
    get('given', null),
    'dictionary, attribute, key [, value of the range], default',
    'What a dictionary has for a key, or the last argument where it has nothing.',
    "SELECT dictGetOrDefault('countries', 'name', 1, 'unknown')",
    'unknown',
  ),
  row(
    'dictGetOrNull',
    get('null', null),
    'dictionary, attribute, key [, value of the range]',
    'What a dictionary has for a key; NULL where it has nothing.',
    "SELECT dictGetOrNull('countries', 'name', 1) IS NULL",
    '1',
  ),
  row(
    'dictHas',
    has,
    'dictionary, key [, value of the range]',
    'Whether a dictionary has something for the key.',
    "SELECT dictHas('countries', 49)",
    '1',
  ),
  row(
    'dictGetHierarchy',
    related('keyed_ancestors', 2, 2, KEYS, () => []),
    'dictionary, key',
    'The key, the key of its parent and so on, of a dictionary with a HIERARCHICAL attribute.',
    "SELECT toString(dictGetHierarchy('countries', 49))",
    '[49,1000]',
  ),
  row(
    'dictIsIn',
    related('keyed_is_within', 3, 3, BOOL, (above) => above),
    'dictionary, key, ancestor',
    'Whether the last argument is the key or above it.',
    "SELECT dictIsIn('countries', 49, 1000)",
    '1',
  ),
  row(
    'dictGetChildren',
    related('keyed_descendants', 2, 2, KEYS, () => [int(1)]),
    'dictionary, key',
    'Keys whose parent is the key, in no particular order.',
    "SELECT toString(arraySort(dictGetChildren('countries', 1000)))",
    '[33,49]',
  ),
  row(
    'dictGetDescendants',
    related('keyed_descendants', 2, 3, KEYS, ([level = int(0)]) => [level]),
    'dictionary, key [, level]',
    'Keys below the key, those of one generation where a level is given, in no particular order.',
    "SELECT toString(arraySort(dictGetDescendants('countries', 1000, 1)))",
    '[33,49]',
  ),
  ...NAMED.flatMap(([name, wanted, example]) => [
    row(
      `dictGet${name}`,
      get('default', wanted),
      'dictionary, attribute, key [, value of the range]',
      `As dictGet, of an attribute of type ${name}.`,
      `SELECT toString(dictGet${name}('samples', '${name}', 1))`,
      example,
    ),
    row(
      `dictGet${name}OrDefault`,
      get('given', wanted),
      'dictionary, attribute, key [, value of the range], default',
      `As dictGetOrDefault, of an attribute of type ${name}.`,
      `SELECT toString(dictGet${name}OrDefault('samples', '${name}', 2, to${name}('${example}')))`,
      example,
    ),
  ]),
];
