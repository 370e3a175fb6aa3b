/** ClickHouse's aggregates of events in order of time (aggregate/event.ts). Conditions become the bits of one number. */

import { BasaltError } from '../../base/error.ts';
import type { Expr } from '../../plan/expr.ts';
import { BOOL, INT64, isInteger, isSigned, type LogicalType, UINT64 } from '../../type/type.ts';
import { FUNNEL_MODES } from '../aggregate/event.ts';
import { sequencePattern } from '../aggregate/sequence.ts';
import { apply, int } from '../call.ts';
import type { Argument, Resolve, ResolveContext } from '../row.ts';
import { nullableAs, orNull } from './aggregate.ts';
import { type PlainRow, plain } from './plain.ts';

const UINT8: LogicalType = { id: 'uint8', nullable: false };
const MOST_CONDITIONS = 32;

const isTime = ({ type }: Argument): boolean =>
  (isInteger(type) && !isSigned(type)) ||
  type.id === 'date' ||
  (type.id === 'timestamp' && type.precision === 0);
const isCondition = ({ type }: Argument): boolean => type.id === 'uint8' || type.id === 'bool';

/** Bit i says whether condition i holds. */
function bitsOf(conditions: readonly Expr[]): Expr {
  return conditions
    .map((holds, i) => apply('mul_wrap_i64', [apply('bool_to_i64', [holds], INT64), int(2 ** i)], INT64))
    .reduce((sum, bit) => apply('add_wrap_i64', [sum, bit], INT64));
}

/** @param least conditions @param params of the call, from its parameters and how many conditions there are */
const ofEvents =
  (
    fn: string,
    least: number,
    type: LogicalType,
    params: (context: ResolveContext, conditions: number) => readonly number[],
  ): Resolve =>
  (args, context) => {
    const [time, ...conditions] = args;
    if (conditions.length < least || conditions.length > MOST_CONDITIONS) return undefined;
    if (!isTime(time) || !conditions.every(isCondition)) return undefined;
    return {
      fn,
      params: [0, ...params(context, conditions.length)],
      casts: [time.type, ...conditions.map((condition) => nullableAs(BOOL, condition.type))],
      prepare: ([at, ...holds]) => [at, bitsOf(holds)],
      type: orNull(type, args, context),
    };
  };

function funnelParameters({ parameters = [] }: ResolveContext, conditions: number): readonly number[] {
  const [window, ...modes] = parameters;
  const length = typeof window === 'bigint' || typeof window === 'number' ? Number(window) : Number.NaN;
  if (!Number.isInteger(length) || length < 0)
    throw new BasaltError(
      'BAD_ARGUMENTS',
      'The first parameter of windowFunnel is a time, a whole number of what the times count in',
    );
  const bits = modes.map((mode) => {
    const bit = FUNNEL_MODES[mode as keyof typeof FUNNEL_MODES];
    if (bit === undefined)
      throw new BasaltError(
        'BAD_ARGUMENTS',
        `Aggregate function windowFunnel doesn't support a parameter: ${mode}`,
        { hint: `There are ${Object.keys(FUNNEL_MODES).join(', ')}` },
      );
    return bit;
  });
  return [length, bits.reduce((all, bit) => all | bit, 0), conditions];
}

const patternOf =
  (name: string) =>
  ({ parameters = [] }: ResolveContext, conditions: number): readonly number[] => {
    const [pattern] = parameters;
    if (parameters.length !== 1 || typeof pattern !== 'string')
      throw new BasaltError('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', `${name} requires one parameter: a pattern`);
    return sequencePattern(pattern, conditions);
  };

const sequence = (name: string, fn: string, type: LogicalType, doc: string): PlainRow =>
  plain(
    name,
    ofEvents(fn, 2, type, patternOf(name)),
    '(pattern)(time, condition, condition, ...)',
    doc,
    'number, number = 1, number = 3',
    '1',
    "('(?1).*(?2)')",
  );

export const EVENT_AGGREGATES: readonly PlainRow[] = [
  plain(
    'windowFunnel',
    ofEvents('funnel', 1, UINT8, funnelParameters),
    '(window [, mode, ...])(time, condition, ...)',
    'How many of the conditions held one after the other, within a time from the first.',
    'number, number = 0, number = 1, number = 3',
    '2',
    '(2)',
  ),
  sequence('sequenceMatch', 'sequence_match', UINT8, 'Whether events of a pattern came one after the other.'),
  sequence(
    'sequenceCount',
    'sequence_count',
    UINT64,
    'How often events of a pattern came one after the other.',
  ),
];
