/** ClickHouse's choices between values that are made of others. */

import { type Expr, literal } from '../../plan/expr.ts';
import { BOOL, isNumeric, laneOf, notNull, type } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { apply, choose, unlessNull } from '../call.ts';
import type { FunctionRow, Resolve } from '../row.ts';
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

export const CHOICES: readonly FunctionRow[] = [
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
