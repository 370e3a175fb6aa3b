/** ClickHouse's names of months, days and other parts of time, and plain ways around a value: identity, ignore. */

import type { Expr } from '../../plan/expr.ts';
import { INT64, isTemporal, laneOf, STRING, type } from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import { extractPart, ticksOf, zoneOf } from '../moment.ts';
import type { FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { scalar } from '../signature.ts';

const only = (name: string): FunctionRow['names'] => ({ clickhouse: [name] });

/** Units whose name is a field of formatDateTime. */
const PATTERNS: Readonly<Record<string, string>> = { month: '%M', weekday: '%W' };
/** Units whose name is a number. */
const NUMBERED: Readonly<Record<string, string>> = {
  year: 'year',
  quarter: 'quarter',
  dayofyear: 'doy',
  day: 'day',
  week: 'week',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
};
const OF_CLOCKS = new Set(['hour', 'minute', 'second']);

function nameOf(moment: Expr, unit: string, zone: string): Expr {
  const part = NUMBERED[unit];
  if (part !== undefined) return apply('i64_to_str', [extractPart(moment, part, zone, INT64)], STRING);
  const { ticks, precision } = ticksOf(moment);
  return apply('format_mysql', [ticks, int(precision), text(PATTERNS[unit]), text(zone)], STRING);
}

/** dateName(unit, moment [, zone]) */
const dateName: Resolve = (args, context) => {
  const [unit, moment, zone] = args;
  if (args.length < 2 || args.length > 3 || typeof unit.value !== 'string' || !isTemporal(moment.type))
    return undefined;
  const name = unit.value;
  if (PATTERNS[name] === undefined && NUMBERED[name] === undefined) return undefined;
  if (moment.type.id === 'date' && OF_CLOCKS.has(name)) return undefined;
  if (zone !== undefined && typeof zone.value !== 'string') return undefined;
  const shown = (zone?.value as string | undefined) ?? zoneOf(moment.type, context.timeZone);
  return { casts: args.map((a) => a.type), build: ([, m]) => nameOf(m, name, shown) };
};

const monthName: Resolve = (args, context: ResolveContext) =>
  args.length === 1 && isTemporal(args[0].type)
    ? {
        casts: [args[0].type],
        build: ([m]) => nameOf(m, 'month', zoneOf(m.type, context.timeZone)),
      }
    : undefined;

const itself: Resolve = (args) =>
  args.length === 1 ? { casts: [args[0].type], build: ([x]) => x } : undefined;

const zero: Resolve = (args) => ({
  casts: args.map((a) => a.type),
  build: () => ({ kind: 'literal', value: 0n, type: type('uint8') }),
});

export const NAMES_OF_TIME: readonly FunctionRow[] = [
  scalar(
    only('dateName'),
    dateName,
    'dateName(unit, moment [, zone])',
    'The name of a part of time: of the month and the weekday, or its number.',
    "SELECT dateName('month', toDate('2021-04-14'))",
    'April',
  ),
  scalar(
    only('monthName'),
    monthName,
    'monthName(moment)',
    'The name of the month.',
    "SELECT monthName(toDate('2021-04-14'))",
    'April',
  ),
  scalar(only('identity'), itself, 'identity(x)', 'The value itself.', 'SELECT identity(42)', '42'),
  scalar(
    only('toLowCardinality'),
    itself,
    'toLowCardinality(x)',
    'The value itself: columns choose a dictionary by themselves.',
    "SELECT toLowCardinality('a')",
    'a',
  ),
  scalar(
    only('materialize'),
    (args) =>
      args.length === 1
        ? {
            casts: [args[0].type],
            // What is no literal is no constant anyway.
            build: ([x]) =>
              x.kind === 'literal'
                ? { kind: 'call', fn: `materialize_${laneOf(x.type)}`, args: [x], type: x.type }
                : x,
          }
        : undefined,
    'materialize(x)',
    'The value itself, which is no constant any more.',
    'SELECT materialize(42)',
    '42',
  ),
  scalar(only('ignore'), zero, 'ignore(...)', '0, whatever is given.', 'SELECT ignore(1, NULL)', '0'),
];
