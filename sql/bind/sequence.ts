/** Whole numbers as tables: the functions that give them, and ClickHouse's endless ones among the tables of `system`. */

import type { Plan } from '../../engine/plan/node.ts';
import { INT64, type LogicalType, UINT64 } from '../../engine/type/type.ts';
import type { Identifier, Span } from '../ast/expression.ts';
import type { Session } from './session.ts';

type Sequence = { readonly start: bigint; readonly step: bigint; readonly count: bigint };

type Maker = {
  readonly column: string;
  readonly type: LogicalType;
  readonly arguments: readonly [least: number, most: number];
  /** Of ClickHouse: arguments are UInt64. */
  readonly unsigned: boolean;
  readonly make: (args: readonly bigint[]) => Sequence;
};

/** Longest that is made: a count is a JavaScript number. */
const MAX_COUNT = 2n ** 53n;

/** Values from one end up to, but without, the other. */
const valuesBetween = (start: bigint, stop: bigint, step: bigint): bigint => {
  const [distance, size] = step > 0n ? [stop - start, step] : [start - stop, -step];
  return distance <= 0n ? 0n : (distance + size - 1n) / size;
};

/** `(count)`, `(start, length [, step])`: every step-th of the length. */
function numbers([first, second, step = 1n]: readonly bigint[]): Sequence {
  const [start, length] = second === undefined ? [0n, first ?? MAX_COUNT] : [first, second];
  return { start, step, count: valuesBetween(0n, length, step) };
}

/** `(stop)`, `(start, stop [, step])`. */
const series =
  (inclusive: boolean) =>
  ([first, second, step = 1n]: readonly bigint[]): Sequence => {
    const [start, stop] = second === undefined ? [0n, first] : [first, second];
    const end = !inclusive ? stop : step > 0n ? stop + 1n : stop - 1n;
    return { start, step, count: valuesBetween(start, end, step) };
  };

const NUMBERS: Maker = {
  column: 'number',
  type: UINT64,
  arguments: [0, 3],
  unsigned: true,
  make: numbers,
};
const ZEROS: Maker = {
  column: 'zero',
  type: { id: 'uint8', nullable: false },
  arguments: [0, 1],
  unsigned: true,
  make: ([count = MAX_COUNT]) => ({ start: 0n, step: 0n, count }),
};
const between = (column: string, inclusive: boolean): Maker => ({
  column,
  type: INT64,
  arguments: [1, 3],
  unsigned: false,
  make: series(inclusive),
});

const MAKERS: Readonly<Record<string, Maker>> = {
  numbers: NUMBERS,
  numbers_mt: NUMBERS,
  zeros: ZEROS,
  zeros_mt: ZEROS,
  generate_series: between('generate_series', true),
  generateseries: between('generate_series', true),
  range: between('range', false),
};

export const SEQUENCES: readonly string[] = Object.keys(MAKERS);

/** @param shown the function as it was written */
export function sequencePlan(
  name: string,
  args: readonly bigint[],
  shown: string,
  where: Span,
  session: Session,
): Plan {
  const maker = MAKERS[name];
  const [least, most] = maker.arguments;
  if (args.length < least || args.length > most)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      where,
      `${shown} takes ${least} to ${most} arguments, not ${args.length}`,
    );
  const negative = maker.unsigned ? args.find((arg) => arg < 0n) : undefined;
  if (negative !== undefined)
    throw session.error('BAD_ARGUMENTS', where, `${shown} takes no negative number: ${negative}`);
  if (args[2] === 0n) throw session.error('BAD_ARGUMENTS', where, `The step of ${shown} cannot be 0`);
  const { start, step, count } = maker.make(args);
  if (count > MAX_COUNT) throw session.error('BAD_ARGUMENTS', where, `${shown} cannot give ${count} rows`);
  const schema = [{ name: maker.column, type: maker.type }];
  return { kind: 'range', start, step, count: Number(count), schema };
}

/** `system.numbers` and the like: the function without its count. null: the table is another one. */
export function endlessPlan(
  item: Span & { readonly name: readonly Identifier[] },
  session: Session,
): Plan | null {
  if (session.dialect !== 'clickhouse' || item.name.length !== 2) return null;
  const [schema, name] = item.name.map(({ text }) => text);
  const isEndless = schema === 'system' && MAKERS[name]?.arguments[0] === 0;
  return isEndless ? sequencePlan(name, [], name, item, session) : null;
}
