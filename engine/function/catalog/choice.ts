/** ClickHouse's choices between values that are made of others. */

import { BasaltError } from '../../base/error.ts';
import { type Expr, type LiteralExpr, literal } from '../../plan/expr.ts';
import { unpackItem } from '../../type/nested.ts';
import { BOOL, isNumeric, laneOf, notNull, type } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, choose, int, text, unlessNull } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { scalar } from '../signature.ts';
import { type Call, composed } from './compose.ts';

const clamp: Resolve = composed(
  (args) => args.length === 3,
  (args, call) => {
    const [value, least, most] = args;
    const within = call('greatest', call('least', value, most), least);
    const inOrder = apply('bounds_in_order', [call('greater', least, most)], BOOL);
    const nothing = literal(zeroOf(notNull(within.type)), within.type);
    return unlessNull(args, choose(inOrder, within, nothing, within.type));
  },
);

const ONE = literal(1n, type('uint8'));

const isZero = (value: Expr, call: Call): Expr =>
  call('equals', value, literal(zeroOf(notNull(value.type)), notNull(value.type)));

/** NULL is the default of a type that has it. */
const isDefault = (value: Expr, call: Call): Expr =>
  value.type.id === 'null' ? ONE : value.type.nullable ? call('isNull', value) : isZero(value, call);

const firstNonDefault: Resolve = composed(
  (args) => args.length > 0,
  (args, call) =>
    args
      .slice(0, -1)
      .reduceRight((rest, value) => call('if', isDefault(value, call), rest, value), args[args.length - 1]),
);

const isZeroOrNull: Resolve = composed(
  (args) =>
    args.length === 1 &&
    (isNumeric(args[0].type) || args[0].type.id === 'null' || laneOf(args[0].type) === 'bool'),
  ([value], call) => (value.type.id === 'null' ? ONE : call('ifNull', isZero(value, call), ONE)),
);

const isNullable: Resolve = composed(
  (args) => args.length === 1,
  ([value]) => literal(value.type.nullable ? 1n : 0n, type('uint8')),
);

const isList = (arg: Argument | undefined): boolean => arg?.type.id === 'array' && arg.value !== undefined;

/** (value, from, to [, otherwise]): lists that are constants, of equal length. */
const transform: Resolve = composed(
  ([value, from, to, ...rest]) => value !== undefined && isList(from) && isList(to) && rest.length <= 1,
  ([value, from, to, otherwise = value], call) => {
    const [wanted, given] = [from, to].map((list) => (list.kind === 'literal' ? itemsOf(list) : []));
    if (wanted.length !== given.length)
      throw new BasaltError(
        'BAD_ARGUMENTS',
        'Second and third arguments of function transform must be arrays of same size',
      );
    const place = call('indexOf', from, value);
    return call('if', call('equals', place, int(0)), otherwise, call('arrayElement', to, place));
  },
);

const itemsOf = ({ value, type: of }: LiteralExpr): readonly unknown[] => unpackItem(String(value), of);

const throwIf: Resolve = (args) => {
  const [condition, message] = args;
  if (args.length < 1 || args.length > 2) return undefined;
  if (!isNumeric(condition.type) && !/^(bool|null)$/.test(condition.type.id)) return undefined;
  if (message !== undefined && typeof message.value !== 'string') return undefined;
  const shown = message?.value ?? "Value passed to 'throwIf' function is non-zero";
  return {
    casts: args.map(({ type: of }) => of),
    build: ([of]) => {
      if (of.type.id === 'null') return of;
      const holds = of.type.id === 'bool' ? of : cast(of, { id: 'bool', nullable: of.type.nullable }, WIDEN);
      return apply('throw_if', [holds, text(String(shown))], type('uint8'));
    },
  };
};

export const CHOICES: readonly FunctionRow[] = [
  scalar(
    { clickhouse: ['transform'] },
    transform,
    'transform(value, from, to [, otherwise])',
    'What stands in the second list where the value stands in the first; otherwise the last argument, or the value.',
    "SELECT transform(2, [1, 2], ['one', 'two'], 'many')",
    'two',
  ),
  scalar(
    { clickhouse: ['throwIf'] },
    throwIf,
    'throwIf(condition [, message])',
    '0, or an error where the condition holds.',
    'SELECT throwIf(1 = 2)',
    '0',
  ),
  scalar(
    { clickhouse: ['clamp'] },
    clamp,
    'clamp(value, least, most)',
    'The value, or the bound that it is beyond.',
    'SELECT clamp(15, 1, 10)',
    '10',
  ),
  scalar(
    { clickhouse: ['firstNonDefault'] },
    firstNonDefault,
    'firstNonDefault(a, b, ...)',
    'The first value that is neither NULL nor the default of its type.',
    'SELECT firstNonDefault(0, 1, 2)',
    '1',
  ),
  scalar(
    { clickhouse: ['isZeroOrNull'] },
    isZeroOrNull,
    'isZeroOrNull(a)',
    'Whether a number is 0 or NULL.',
    'SELECT isZeroOrNull(0)',
    '1',
  ),
  scalar(
    { clickhouse: ['isNullable'] },
    isNullable,
    'isNullable(a)',
    'Whether the type is Nullable.',
    'SELECT isNullable(toNullable(1))',
    '1',
  ),
];
