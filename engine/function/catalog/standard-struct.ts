/** Functions of structs and maps under DuckDB's names. A map is stored as the array of its pairs is, so operations of lists serve it. */

import { BasaltError } from '../../base/error.ts';
import { type Expr, literal } from '../../plan/expr.ts';
import { ARRAY_END } from '../../type/nested.ts';
import {
  array,
  BOOL,
  elementOf,
  fieldsOf,
  INT64,
  keyOf,
  type LogicalType,
  map,
  notNull,
  nullable,
  STRING,
  type TupleField,
  tuple,
} from '../../type/type.ts';
import { apply, choose, int, nullOf, retype, text, unlessNull } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import { commonOf } from '../choice-type.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { scalar } from '../signature.ts';
import { elementIn, isArray } from './array.ts';
import { isTuple, partsOf } from './compose.ts';
import { arrayOperation } from './lambda.ts';
import { asPairs, commonMap } from './map.ts';
import { arrayOf, subscript, tupleElement, tupleOf } from './nested.ts';

const fieldNames = ({ type }: Argument): (string | null)[] => fieldsOf(type).map(({ name }) => name);

/** The fields as values that are NULL where the struct is. */
const fieldValues = (struct: Expr): readonly Expr[] => partsOf(struct);

/** By which fields are the same. */
const sameName = (name: string | null): string | null => name?.toLowerCase() ?? null;

const named = (values: readonly Expr[], names: readonly (string | null)[]): Expr => {
  const fields: TupleField[] = values.map(({ type }, i) => ({ name: names[i], type }));
  return tupleOf(values, fields);
};

/** All fields of structs; no two of one name. */
const joined =
  (name: string): Resolve =>
  (args) => {
    if (args.length === 0 || !args.every(isTuple)) return undefined;
    const names = args.flatMap(fieldNames);
    const keys = names.map(sameName);
    const twice = names.find((one, i) => one !== null && keys.indexOf(keys[i]) < i);
    if (twice !== undefined)
      throw new BasaltError('BAD_ARGUMENTS', `${name} would have two fields called ${twice}`, {
        hint: 'struct_update(struct, name := value) gives a field another value',
      });
    return {
      casts: args.map(({ type }) => type),
      build: (structs) => unlessNull(structs, named(structs.flatMap(fieldValues), names)),
    };
  };

/** The struct with the fields of another one in the place of its own, or behind them. */
const updated: Resolve = (args) => {
  if (args.length !== 2 || !args.every(isTuple)) return undefined;
  const [own, others] = args.map(fieldNames);
  if ([...own, ...others].includes(null)) return undefined;
  return {
    casts: args.map(({ type }) => type),
    build: ([struct, more]) => {
      const fields = new Map(own.map((name, i) => [sameName(name), { name, value: fieldValues(struct)[i] }]));
      others.forEach((name, i) => void fields.set(sameName(name), { name, value: fieldValues(more)[i] }));
      const all = [...fields.values()];
      return unlessNull(
        [struct],
        named(
          all.map(({ value }) => value),
          all.map(({ name }) => name),
        ),
      );
    },
  };
};

const keysOf: Resolve = (args) =>
  args.length === 1 && isTuple(args[0])
    ? {
        casts: [args[0].type],
        build: ([struct]) => {
          const names = fieldNames({ type: struct.type }).map((name) => text(name ?? ''));
          return unlessNull([struct], arrayOf(names, nullable(STRING)));
        },
      }
    : undefined;

const valuesOf: Resolve = (args) =>
  args.length === 1 && isTuple(args[0])
    ? {
        casts: [args[0].type],
        build: ([struct]) => {
          const values = fieldValues(struct);
          return unlessNull(
            [struct],
            named(
              values,
              values.map(() => null),
            ),
          );
        },
      }
    : undefined;

/** Among the fields of a struct without names, which are of one type as elements of a list are. @param findsNull a NULL is looked for, too */
const positioned =
  (result: (at: Expr) => Expr, findsNull = false): Resolve =>
  (args, context) => {
    const [struct, wanted] = args;
    if (args.length !== 2 || !isTuple(struct) || fieldNames(struct).some((name) => name !== null))
      return undefined;
    const common = commonOf([...fieldsOf(struct.type).map(({ type }) => type), wanted.type], context.dialect);
    if (common === undefined) return undefined;
    const element = nullable(common);
    const of = array(element);
    return {
      casts: [struct.type, element],
      build: ([tupled, value]) => {
        const list = arrayOf(
          fieldValues(tupled).map((field) => cast(field, element, WIDEN)),
          element,
        );
        const at = arrayOperation('first_place', [list, arrayOf([value], element)], INT64);
        const place = result(retype(at, of.nullable ? nullable(INT64) : INT64));
        return unlessNull(findsNull ? [tupled] : [tupled, value], place);
      },
    };
  };
const placeOrNull = (at: Expr): Expr =>
  choose(apply('eq_i64', [at, int(0)], BOOL), nullOf(INT64), at, nullable(INT64));

const pairOf = (of: LogicalType): LogicalType =>
  tuple([
    { name: 'key', type: keyOf(of) },
    { name: 'value', type: elementOf(of) },
  ]);

const isMap = (arg: Argument | undefined): boolean => arg?.type.id === 'map';

/** map(keys, values); without arguments an empty one. */
const mapOfLists: Resolve = (args) => {
  const nothing: LogicalType = { id: 'null', nullable: true };
  if (args.length === 0)
    return { casts: [], build: () => literal(ARRAY_END, map(notNull(nothing), nothing)) };
  if (args.length !== 2 || !args.every(isArray)) return undefined;
  const result = map(notNull(elementIn(args[0])), nullable(elementIn(args[1])));
  return {
    casts: args.map(({ type }) => type),
    build: (lists) => unlessNull(lists, arrayOperation('map_of_lists', lists, result)),
  };
};

const mapOfEntries: Resolve = (args) => {
  if (args.length !== 1 || !isArray(args[0]) || elementIn(args[0]).id !== 'tuple') return undefined;
  const fields = fieldsOf(elementIn(args[0]));
  if (fields.length !== 2) return undefined;
  const result = map(notNull(fields[0].type), nullable(fields[1].type));
  return {
    casts: [args[0].type],
    build: ([entries]) => arrayOperation('map_of_entries', [entries], result),
  };
};

const entriesOf: Resolve = (args) =>
  args.length === 1 && isMap(args[0])
    ? {
        casts: [args[0].type],
        build: ([of]) => retype(of, { ...array(pairOf(of.type)), nullable: of.type.nullable }),
      }
    : undefined;

/** Of a key that several maps have the last value counts; maps that are NULL are left out. */
const together: Resolve = (args, context) => {
  const maps = args.filter(({ type }) => type.id !== 'null');
  const common = commonMap(maps, context);
  if (common === undefined) return undefined;
  const given = nullable(common);
  return {
    casts: args.map(() => given),
    build: (values) => {
      const known = values.map((value) => apply('coalesce_str', [value, literal(ARRAY_END, common)], common));
      const pairs = known.map(asPairs);
      return retype(arrayOperation('map_together', pairs, pairs[0].type), common);
    },
  };
};

const ofMap: Resolve = (args, context) =>
  args.length === 2 && isMap(args[0]) ? subscript(args, context) : undefined;

type Row = readonly [
  names: string,
  resolve: Resolve,
  args: string,
  doc: string,
  example: string,
  result: string,
];

const ROWS: readonly Row[] = [
  [
    'struct_concat',
    joined('struct_concat'),
    'struct, ...',
    'A struct of all fields.',
    "struct_concat({'a': 1}, {'b': 2})",
    "{'a': 1, 'b': 2}",
  ],
  [
    'struct_insert',
    joined('struct_insert'),
    'struct, name := value, ...',
    'The struct with more fields.',
    "struct_insert({'a': 1}, b := 2)",
    "{'a': 1, 'b': 2}",
  ],
  [
    'struct_update',
    updated,
    'struct, name := value, ...',
    'The struct with other values of its fields, and with more.',
    "struct_update({'a': 1}, a := 2)",
    "{'a': 2}",
  ],
  ['struct_keys', keysOf, 'struct', 'The names of the fields.', "struct_keys({'a': 1, 'b': 2})", '[a, b]'],
  [
    'struct_values',
    valuesOf,
    'struct',
    'The fields without their names.',
    "struct_values({'a': 1, 'b': 2})",
    '(1, 2)',
  ],
  [
    'struct_extract_at',
    (args, context) => (typeof args[1]?.value === 'bigint' ? tupleElement(args, context) : undefined),
    'struct, position',
    'The field at a position.',
    "struct_extract_at({'a': 1, 'b': 2}, 2)",
    '2',
  ],
  [
    'struct_position, struct_indexof',
    positioned(placeOrNull, true),
    'struct, value',
    'The first position of the value among fields without names; NULL where there is none.',
    'struct_position(ROW(3, 4), 4)',
    '2',
  ],
  [
    'struct_contains, struct_has',
    positioned((at) => apply('ne_i64', [at, int(0)], BOOL)),
    'struct, value',
    'Whether a field without a name has the value.',
    'struct_contains(ROW(3, 4), 4)',
    'true',
  ],
  ['map', mapOfLists, '[keys, values]', 'A map of keys to values.', "map(['a', 'b'], [1, 2])", '{a=1, b=2}'],
  [
    'map_from_entries',
    mapOfEntries,
    'entries',
    'A map of a list of structs of a key and a value.',
    "map_from_entries([('a', 1)])",
    '{a=1}',
  ],
  [
    'map_entries',
    entriesOf,
    'map',
    'A list of structs of a key and a value.',
    "map_entries(MAP {'a': 1})",
    "[{'key': a, 'value': 1}]",
  ],
  [
    'map_concat',
    together,
    'map, ...',
    'What all maps have; the value of the last one where several have a key.',
    "map_concat(MAP {'a': 1}, MAP {'b': 2})",
    '{a=1, b=2}',
  ],
  [
    'map_extract_value',
    ofMap,
    'map, key',
    'The value of a key; NULL where there is none.',
    "map_extract_value(MAP {'a': 1}, 'a')",
    '1',
  ],
];

export const STANDARD_STRUCTS: readonly FunctionRow[] = ROWS.map(
  ([names, resolve, args, doc, example, result]) => {
    const list = names.split(', ');
    return scalar(
      { standard: list },
      resolve,
      `${list[0]}(${args})`,
      doc,
      `SELECT ${/^[[{(]/.test(result) ? `CAST(${example} AS VARCHAR)` : example}`,
      result,
    );
  },
);
