/** Divisions of ClickHouse that are made of its plain ones. */

import { isNumeric, isSigned, notNull } from '../../type/type.ts';
import { int } from '../call.ts';
import { cast, WIDEN } from '../cast.ts';
import type { Argument, FunctionRow } from '../row.ts';
import { scalar } from '../signature.ts';
import { composed, type Resolve } from './compose.ts';

const numbers = (args: readonly Argument[]): boolean =>
  args.length === 2 && args.every(({ type }) => isNumeric(type));

/** The division, or zero of its type where the divisor is 0. */
const orZero = (name: string): Resolve =>
  composed(numbers, ([a, b], call) => {
    const quotient = call(name, a, b);
    const zero = cast(int(0), notNull(quotient.type), { ...WIDEN, onBadValue: 'wrap' });
    return call('if', call('equals', b, int(0)), zero, quotient);
  });

/** The remainder with the sign of the divisor taken off. */
const positive: Resolve = composed(numbers, ([a, b], call) => {
  const remainder = call('modulo', a, b);
  if (!isSigned(remainder.type)) return remainder;
  const moved = call('plus', remainder, call('abs', b));
  const low = cast(moved, remainder.type, { ...WIDEN, onBadValue: 'wrap' });
  return call('if', call('less', remainder, int(0)), low, remainder);
});

export const SAFE_DIVISIONS: readonly FunctionRow[] = [
  scalar(
    { clickhouse: ['intDivOrZero'] },
    orZero('intDiv'),
    'intDivOrZero(a, b)',
    'Quotient without its fraction; 0 where b is 0.',
    'SELECT intDivOrZero(7, 0)',
    '0',
  ),
  scalar(
    { clickhouse: ['moduloOrZero'] },
    orZero('modulo'),
    'moduloOrZero(a, b)',
    'Remainder of the division; 0 where b is 0.',
    'SELECT moduloOrZero(7, 0)',
    '0',
  ),
  scalar(
    { clickhouse: ['positiveModulo', 'positive_modulo', 'pmod'] },
    positive,
    'positiveModulo(a, b)',
    'Remainder of the division, never below 0.',
    'SELECT positiveModulo(-1, 3)',
    '2',
  ),
];
