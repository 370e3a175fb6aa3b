/** ClickHouse's own functions of time: toStartOf*, to<Part>, add<Unit>s, and friends. */

import type { Expr } from '../../plan/expr.ts';
import {
  DATE,
  INT64,
  isInteger,
  isTemporal,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
  type,
} from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import { cast, rescale, retype, WIDEN } from '../cast.ts';
import { shiftedTime } from '../clock.ts';
import { addUnits, CUT_UNITS, extractPart, ticksOf, truncateMoment, zoneOf } from '../moment.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { unknownUnit } from '../scalar/time.ts';
import { ANY, fitArguments, scalar, TEXT } from '../signature.ts';
import { unitName } from './time.ts';

const only = (name: string): FunctionRow['names'] => ({ clickhouse: [name] });

export const zoneArgument = (
  moment: LogicalType,
  arg: Argument | undefined,
  context: ResolveContext,
): string => (typeof arg?.value === 'string' ? arg.value : zoneOf(moment, context.timeZone));

export const toDay = (moment: Expr, zone: string): Expr =>
  moment.type.id === 'date' ? moment : cast(moment, DATE, { ...WIDEN, timeZone: zone });

/** The day on which the unit began, as Date. */
export function startDay(moment: Expr, unit: string, count: number, zone: string): Expr {
  if (moment.type.id === 'date') return apply('trunc_days', [moment, text(unit), int(count)], DATE);
  // The cut is midnight in `zone`; the result is the date it is there.
  return toDay(retype(truncateMoment(moment, unit, count, zone), zoned(moment.type, zone)), zone);
}

export const zoned = (t: LogicalType, zone: string): LogicalType =>
  timestamp(t.precision ?? 0, t.nullable, zone);

/** Units that are counted from the epoch where they do not divide what is above them. */
const OF_HOUR = new Set(['second', 'minute']);

/** Hours that do not divide a day begin anew with each. */
function hoursOfDay(moment: Expr, count: number, zone: string): Expr {
  const { ticks, precision } = ticksOf(moment);
  return apply(
    'trunc_ticks_from',
    [ticks, truncateMoment(ticks, 'day', 1, zone), text('hour'), int(count), int(precision), text(zone)],
    ticks.type,
  );
}

/** The start as DateTime, shown in the zone it was cut in; a date is its midnight there. */
function startMoment(
  moment: Expr,
  unit: string,
  count: number,
  zone: string,
  shownZone = moment.type.zone,
): Expr {
  const from =
    moment.type.id === 'date'
      ? cast(moment, timestamp(0, false, shownZone), { ...WIDEN, timeZone: zone })
      : moment;
  const cut =
    unit === 'hour' && 24 % count !== 0
      ? hoursOfDay(from, count, zone)
      : truncateMoment(from, unit, count, OF_HOUR.has(unit) && 60 % count !== 0 ? 'UTC' : zone);
  return rescale(cut, cut.type.precision ?? 0, 0, timestamp(0, false, shownZone));
}

const DAY_UNITS = new Set(['week', 'month', 'quarter', 'year']);

const startOf =
  (unit: string, count: number): Resolve =>
  (args, context) => {
    if (args.length < 1 || args.length > 2 || !isTemporal(args[0].type)) return undefined;
    const cut = cutIn(args[0].type, args[1], context);
    return {
      casts: args.map((a) => a.type),
      // Only this one keeps the digits of its argument's type.
      build: ([moment]) =>
        unit === 'second' && moment.type.id === 'timestamp'
          ? inNamedZone(
              truncateMoment(moment, unit, count, zoneArgument(moment.type, args[1], context)),
              args[1],
            )
          : cut(moment, unit, count),
    };
  };

/** Shown in the zone that was asked for, if any was. */
const inNamedZone = (moment: Expr, zone: Argument | undefined): Expr =>
  typeof zone?.value === 'string' ? retype(moment, zoned(moment.type, zone.value)) : moment;

/** Cuts to a Date for weeks and longer, to a DateTime below. */
export function cutIn(
  given: LogicalType,
  zoneArg: Argument | undefined,
  context: ResolveContext,
): (moment: Expr, unit: string, count: number) => Expr {
  const named = typeof zoneArg?.value === 'string' ? zoneArg.value : undefined;
  const zone = named ?? given.zone ?? context.timeZone;
  return (moment, unit, count) =>
    DAY_UNITS.has(unit)
      ? startDay(moment, unit, count, zone)
      : startMoment(moment, unit, count, zone, named ?? given.zone);
}

/** date_trunc(unit, moment [, zone]). */
const dateTrunc: Resolve = (args, context) => {
  const unit = unitName(args[0]);
  if (unit === undefined || args.length < 2 || args.length > 3) return undefined;
  if (!CUT_UNITS.includes(unit)) throw unknownUnit(unit);
  const given = args[1].type;
  if (!isTemporal(given) || (given.id === 'date' && CLOCK_UNITS.has(unit))) return undefined;
  const cut = cutIn(given, args[2], context);
  return { casts: args.map((a) => a.type), build: ([, moment]) => cut(moment, unit, 1) };
};

const CLOCK_UNITS = new Set(['second', 'minute', 'hour']);

/** moment, count, unit: the binder splits INTERVAL arguments so. */
const startOfInterval: Resolve = (args, context) => {
  const unit = unitName(args[2]);
  const count = args[1]?.value;
  if (args.length > 3 && isTemporal(args[3].type)) return startFrom(args, context);
  if (
    args.length < 3 ||
    unit === undefined ||
    typeof count !== 'bigint' ||
    count < 1n ||
    !CUT_UNITS.includes(unit) ||
    !isTemporal(args[0].type)
  )
    return undefined;
  return startOf(unit, Number(count))([args[0], ...args.slice(3)], context) === undefined
    ? undefined
    : {
        casts: args.map((a) => a.type),
        build: ([moment]) => cutIn(args[0].type, args[3], context)(moment, unit, Number(count)),
      };
};

/** moment, count, unit, origin: intervals begin with the origin. */
function startFrom(args: readonly Argument[], context: ResolveContext): ReturnType<Resolve> {
  const [moment, { value: count }, , origin] = args;
  const unit = unitName(args[2]);
  if (args.length > 4 || unit === undefined || typeof count !== 'bigint' || count < 1n) return undefined;
  if (!CUT_UNITS.includes(unit) || moment.type.id !== origin.type.id) return undefined;
  const where = zoneOf(moment.type, context.timeZone);
  return {
    casts: args.map((a) => a.type),
    build: ([at, , , from]) => {
      const [a, b] = [ticksOf(at), ticksOf(from)];
      const precision = Math.max(a.precision, b.precision);
      const type = timestamp(precision, false, a.ticks.type.zone);
      const cut = apply(
        'trunc_ticks_from',
        [
          rescale(a.ticks, a.precision, precision, type),
          rescale(b.ticks, b.precision, precision, type),
          text(unit),
          int(count),
          int(precision),
          text(at.type.id === 'date' ? 'UTC' : where),
        ],
        type,
      );
      if (at.type.id === 'date') return toDay(cut, 'UTC');
      return rescale(cut, precision, at.type.precision ?? 0, at.type);
    },
  };
}

const part =
  (unit: string, result: LogicalType): Resolve =>
  (args, context) => {
    if (args.length < 1 || args.length > 2 || !isTemporal(args[0].type)) return undefined;
    const zone = zoneArgument(args[0].type, args[1], context);
    return { casts: args.map((a) => a.type), build: ([moment]) => extractPart(moment, unit, zone, result) };
  };

/** A moment, or a text that is one, in milliseconds then. */
export const isMoment = (t: LogicalType): boolean => isTemporal(t) || t.id === 'string';

/** Dates are midnight in the session's zone where less than a day is added. */
function momentOf(given: Expr, unit: string, context: ResolveContext): Expr {
  const options = { ...WIDEN, timeZone: context.timeZone, localTime: 'earliest' } as const;
  if (given.type.id === 'string') return cast(given, timestamp(3), options);
  return given.type.id === 'date' && BELOW_DAYS.test(unit) ? cast(given, timestamp(0), options) : given;
}

const BELOW_DAYS = /second$|^minute$|^hour$/;

export function moved(given: Expr, count: Expr, unit: string, sign: 1 | -1, context: ResolveContext): Expr {
  const moment = momentOf(given, unit, context);
  const by = sign === 1 ? count : apply('neg_wrap_i64', [count], INT64);
  return addUnits(moment, by, unit, zoneOf(moment.type, context.timeZone), 'earliest');
}

const shift =
  (unit: string, sign: 1 | -1): Resolve =>
  (args, context) =>
    shiftedTime(unit, sign)(args, context) ??
    (args.length === 2 && isMoment(args[0].type) && isInteger(args[1].type)
      ? {
          casts: [args[0].type, args[1].type.nullable ? nullable(INT64) : INT64],
          build: ([moment, count]) => moved(moment, count, unit, sign, context),
        }
      : undefined);

const format =
  (fn: 'format_mysql' | 'format_joda_fine'): Resolve =>
  (args, context) => {
    const types =
      args.length >= 2 && args.length <= 3 && isTemporal(args[0].type)
        ? fitArguments(args, [ANY, TEXT, TEXT], context)
        : undefined;
    if (types === undefined) return undefined;
    const zone = zoneArgument(args[0].type, args[2], context);
    return {
      casts: types,
      build: ([moment, pattern]) => {
        const { ticks, precision } = ticksOf(moment);
        return apply(fn, [ticks, int(precision), pattern, text(zone)], STRING);
      },
    };
  };

const inZone: Resolve = (args) => {
  const zone = args[1]?.value;
  if (args.length !== 2 || args[0].type.id !== 'timestamp' || typeof zone !== 'string') return undefined;
  return { casts: args.map((a) => a.type), build: ([moment]) => retype(moment, zoned(moment.type, zone)) };
};

const unixTimestamp: Resolve = (args, context) => {
  if (args.length < 1 || args.length > 2 || !isMoment(args[0].type)) return undefined;
  const zone = args[1]?.value ?? zoneOf(args[0].type, context.timeZone);
  if (typeof zone !== 'string') return undefined;
  return {
    casts: args.map((a) => a.type),
    build: ([moment]) => {
      const timeZone = moment.type.id === 'string' ? zone : zoneOf(moment.type, context.timeZone);
      const seconds = cast(moment, timestamp(0), { ...WIDEN, timeZone, localTime: 'earliest' });
      return retype(seconds, { id: 'uint32', nullable: seconds.type.nullable });
    },
  };
};

/** Ticks of so many digits; the zone is shown. */
const fromUnix =
  (precision: number): Resolve =>
  (args) => {
    const zone = args[1]?.value;
    if (args.length < 1 || args.length > 2 || !isInteger(args[0].type)) return undefined;
    if (args.length === 2 && (typeof zone !== 'string' || precision === 0)) return undefined;
    return {
      casts: args.map((a) => a.type),
      build: ([n]) => retype(n, timestamp(precision, n.type.nullable, zone as string | undefined)),
    };
  };

/** The moment, or what a pattern makes of it. */
const fromSeconds =
  (format: (args: readonly Argument[], context: ResolveContext) => ReturnType<Resolve>): Resolve =>
  (args, context) => {
    if (args.length < 2) return fromUnix(0)(args, context);
    const found = isInteger(args[0].type)
      ? format([{ type: timestamp(0, args[0].type.nullable) }, ...args.slice(1)], context)
      : undefined;
    return found?.build === undefined
      ? undefined
      : {
          casts: [args[0].type, ...found.casts.slice(1)],
          build: ([n, ...more]) => found.build([retype(n, timestamp(0, n.type.nullable)), ...more]),
        };
  };

const toUnix =
  (precision: number): Resolve =>
  (args) =>
    args.length === 1 && args[0].type.id === 'timestamp'
      ? {
          casts: [args[0].type],
          build: ([m]) =>
            rescale(
              retype(m, { id: 'int64', nullable: m.type.nullable }),
              m.type.precision ?? 0,
              precision,
              INT64,
            ),
        }
      : undefined;

const yesterday: Resolve = (args, context) =>
  args.length > 0
    ? undefined
    : {
        casts: [],
        build: () =>
          apply(
            'sub_wrap_i64',
            [apply('ticks_to_date', [context.nowMs, int(3), text(context.timeZone)], DATE), int(1)],
            DATE,
          ),
      };

const STARTS: readonly (readonly [string, string, number, string])[] = [
  ['toStartOfSecond', 'second', 1, '2024-05-06 07:38:09'],
  ['toStartOfMinute', 'minute', 1, '2024-05-06 07:38:00'],
  ['toStartOfFiveMinutes', 'minute', 5, '2024-05-06 07:35:00'],
  ['toStartOfFiveMinute', 'minute', 5, '2024-05-06 07:35:00'],
  ['toStartOfTenMinutes', 'minute', 10, '2024-05-06 07:30:00'],
  ['toStartOfFifteenMinutes', 'minute', 15, '2024-05-06 07:30:00'],
  ['timeSlot', 'minute', 30, '2024-05-06 07:30:00'],
  ['toStartOfHour', 'hour', 1, '2024-05-06 07:00:00'],
  ['toStartOfDay', 'day', 1, '2024-05-06 00:00:00'],
  ['toStartOfMonth', 'month', 1, '2024-05-01'],
  ['toStartOfQuarter', 'quarter', 1, '2024-04-01'],
  ['toStartOfYear', 'year', 1, '2024-01-01'],
  ['toMonday', 'week', 1, '2024-05-06'],
];

const PARTS: readonly (readonly [string, string, LogicalType['id'], string])[] = [
  ['toYear', 'year', 'uint16', '2024'],
  ['toQuarter', 'quarter', 'uint8', '2'],
  ['toMonth', 'month', 'uint8', '5'],
  ['toDayOfMonth', 'day', 'uint8', '6'],
  ['toDayOfYear', 'doy', 'uint16', '127'],
  ['toHour', 'hour', 'uint8', '7'],
  ['toMinute', 'minute', 'uint8', '38'],
  ['toSecond', 'second', 'uint8', '9'],
  ['toMillisecond', 'millisecond_part', 'uint16', '0'],
  ['toNanosecond', 'nanosecond_part', 'uint32', '0'],
  ['toDaysInMonth', 'days_in_month', 'uint8', '31'],
  ['toYearNumSinceEpoch', 'years_since_1970', 'uint16', '54'],
  ['toMonthNumSinceEpoch', 'months_since_1970', 'uint32', '652'],
  ['toISOWeek', 'week', 'uint8', '19'],
  ['toISOYear', 'isoyear', 'uint16', '2024'],
  ['toMicrosecond', 'microsecond_part', 'uint32', '0'],
  ['toRelativeYearNum', 'year', 'uint16', '2024'],
  ['toRelativeQuarterNum', 'quarter_number', 'uint32', '8097'],
  ['toRelativeMonthNum', 'month_number', 'uint32', '24293'],
  ['toRelativeWeekNum', 'week_number', 'uint32', '2836'],
  ['toRelativeDayNum', 'day_number', 'uint32', '19849'],
  ['toRelativeSecondNum', 'epoch', 'uint32', '1714981089'],
  ['toDaysSinceYearZero', 'day_of_era', 'uint32', '739377'],
  ['toYYYYMM', 'yyyymm', 'uint32', '202405'],
  ['toYYYYMMDD', 'yyyymmdd', 'uint32', '20240506'],
  ['toYYYYMMDDhhmmss', 'yyyymmddhhmmss', 'uint64', '20240506073809'],
];

/** MySQL's short names, any case. */
const SHORT: Readonly<Record<string, readonly string[]>> = {
  toYear: ['year'],
  toQuarter: ['quarter'],
  toMonth: ['month'],
  toDayOfMonth: ['day', 'dayofmonth'],
  toDayOfYear: ['dayofyear'],
  toHour: ['hour'],
  toMinute: ['minute'],
  toSecond: ['second'],
  toMillisecond: ['millisecond'],
};

const UNITS = [
  'Second',
  'Minute',
  'Hour',
  'Day',
  'Week',
  'Month',
  'Quarter',
  'Year',
  'Millisecond',
  'Microsecond',
  'Nanosecond',
] as const;

/** What precise ticks are called, with their digits. */
const FRACTIONS: readonly (readonly [string, number])[] = [
  ['Milli', 3],
  ['Micro', 6],
  ['Nano', 9],
];

const MOMENT_SQL = "toDateTime('2024-05-06 07:38:09', 'UTC')";

export const CLICKHOUSE_TIMES: readonly FunctionRow[] = [
  scalar(
    { clickhouse: ['date_trunc', 'dateTrunc'] },
    dateTrunc,
    'date_trunc(unit, moment [, zone])',
    'The start of the second, minute, hour, day (DateTime), week, month, quarter or year (Date).',
    `SELECT date_trunc('hour', ${MOMENT_SQL})`,
    '2024-05-06 07:00:00',
  ),
  ...STARTS.map(([name, unit, count, result]) =>
    scalar(
      only(name),
      startOf(unit, count),
      `${name}(moment [, zone])`,
      `The start of the ${count === 1 ? '' : `${count} `}${unit}${count === 1 ? '' : 's'}.`,
      `SELECT ${name}(${MOMENT_SQL})`,
      result,
    ),
  ),
  scalar(
    only('toStartOfWeek'),
    startOfWeek,
    'toStartOfWeek(moment [, mode])',
    'The Sunday the week began with; with an odd mode the Monday.',
    `SELECT toStartOfWeek(${MOMENT_SQL})`,
    '2024-05-05',
  ),
  {
    ...scalar(
      only('toStartOfInterval'),
      startOfInterval,
      'toStartOfInterval(moment, INTERVAL count unit)',
      'The start of the interval.',
      `SELECT toStartOfInterval(${MOMENT_SQL}, INTERVAL 20 minute)`,
      '2024-05-06 07:20:00',
    ),
    splitsIntervals: true,
  },
  ...PARTS.map(([name, unit, id, result]) =>
    scalar(
      { clickhouse: [name, ...(SHORT[name] ?? [])] },
      part(unit, type(id)),
      `${name}(moment [, zone])`,
      `The ${unit} of a moment.`,
      `SELECT ${name}(${MOMENT_SQL})`,
      result,
    ),
  ),
  ...UNITS.flatMap((unit) => [
    scalar(
      only(`add${unit}s`),
      shift(unit.toLowerCase(), 1),
      `add${unit}s(moment, count)`,
      `The moment so many ${unit.toLowerCase()}s later.`,
      `SELECT toString(add${unit}s(toDateTime64('2024-01-31 00:00:00', 9, 'UTC'), 0))`,
      '2024-01-31 00:00:00.000000000',
    ),
    scalar(
      only(`subtract${unit}s`),
      shift(unit.toLowerCase(), -1),
      `subtract${unit}s(moment, count)`,
      `The moment so many ${unit.toLowerCase()}s earlier.`,
      `SELECT toString(subtract${unit}s(toDateTime64('2024-01-31 00:00:00', 9, 'UTC'), 0))`,
      '2024-01-31 00:00:00.000000000',
    ),
  ]),
  scalar(
    { clickhouse: ['formatDateTime', 'date_format'] },
    format('format_mysql'),
    'formatDateTime(moment, pattern [, zone])',
    'The moment as text by a MySQL pattern.',
    `SELECT formatDateTime(${MOMENT_SQL}, '%Y/%m/%d %H:%i')`,
    '2024/05/06 07:38',
  ),
  scalar(
    { clickhouse: ['toTimeZone', 'toTimezone'] },
    inZone,
    'toTimeZone(moment, zone)',
    'The same moment shown in another zone.',
    `SELECT toString(toTimeZone(${MOMENT_SQL}, 'Asia/Tokyo'))`,
    '2024-05-06 16:38:09',
  ),
  scalar(
    only('toUnixTimestamp'),
    unixTimestamp,
    'toUnixTimestamp(moment)',
    'Seconds since the epoch.',
    `SELECT toUnixTimestamp(${MOMENT_SQL})`,
    '1714981089',
  ),
  scalar(
    only('fromUnixTimestamp'),
    fromSeconds(format('format_mysql')),
    'fromUnixTimestamp(seconds [, pattern, zone])',
    'The moment so many seconds after the epoch, as text if there is a pattern of MySQL.',
    "SELECT toString(toTimeZone(fromUnixTimestamp(0), 'UTC'))",
    '1970-01-01 00:00:00',
  ),
  scalar(
    only('fromUnixTimestampInJodaSyntax'),
    fromSeconds(format('format_joda_fine')),
    'fromUnixTimestampInJodaSyntax(seconds [, pattern, zone])',
    'The moment so many seconds after the epoch, as text if there is a pattern of Joda-Time.',
    "SELECT fromUnixTimestampInJodaSyntax(0, 'yyyy-MM-dd', 'UTC')",
    '1970-01-01',
  ),
  scalar(
    only('formatDateTimeInJodaSyntax'),
    format('format_joda_fine'),
    'formatDateTimeInJodaSyntax(moment, pattern [, zone])',
    'The moment as text by a pattern of Joda-Time.',
    `SELECT formatDateTimeInJodaSyntax(${MOMENT_SQL}, 'yyyy-MM-dd HH:mm:ss')`,
    '2024-05-06 07:38:09',
  ),
  scalar(
    only('fromUnixTimestamp64Second'),
    fromUnix(0),
    'fromUnixTimestamp64Second(seconds [, zone])',
    'The moment so many seconds after the epoch.',
    'SELECT toUnixTimestamp(fromUnixTimestamp64Second(7))',
    '7',
  ),
  scalar(
    only('toUnixTimestamp64Second'),
    toUnix(0),
    'toUnixTimestamp64Second(moment)',
    'Seconds since the epoch.',
    "SELECT toUnixTimestamp64Second(toDateTime64('1970-01-01 00:00:01', 3, 'UTC'))",
    '1',
  ),
  ...FRACTIONS.flatMap(([name, precision]) => [
    scalar(
      only(`fromUnixTimestamp64${name}`),
      fromUnix(precision),
      `fromUnixTimestamp64${name}(ticks [, zone])`,
      `The moment so many units of 10^-${precision} seconds after the epoch.`,
      `SELECT toUnixTimestamp(fromUnixTimestamp64${name}(7${'0'.repeat(precision)}))`,
      '7',
    ),
    scalar(
      only(`toUnixTimestamp64${name}`),
      toUnix(precision),
      `toUnixTimestamp64${name}(moment)`,
      `Units of 10^-${precision} seconds since the epoch.`,
      `SELECT toUnixTimestamp64${name}(toDateTime64('1970-01-01 00:00:01', ${precision}, 'UTC'))`,
      `1${'0'.repeat(precision)}`,
    ),
  ]),
  scalar(
    only('yesterday'),
    yesterday,
    'yesterday()',
    'The day before the statement began.',
    'SELECT today() - yesterday()',
    '1',
  ),
];

function startOfWeek(args: readonly Argument[], context: ResolveContext): ReturnType<Resolve> {
  if (args.length < 1 || args.length > 2 || !isTemporal(args[0].type)) return undefined;
  const mode = args[1]?.value ?? 0n;
  if (typeof mode !== 'bigint') return undefined;
  if (mode % 2n === 1n)
    return {
      casts: args.map((a) => a.type),
      build: ([m]) => startDay(m, 'week', 1, zoneOf(m.type, context.timeZone)),
    };
  return {
    casts: args.map((a) => a.type),
    build: ([moment]) => {
      // Sundays: the Monday of the next day, minus one.
      const day = toDay(moment, zoneOf(moment.type, context.timeZone));
      const monday = apply(
        'trunc_days',
        [apply('add_wrap_i64', [day, int(1)], DATE), text('week'), int(1)],
        DATE,
      );
      return apply('sub_wrap_i64', [monday, int(1)], DATE);
    },
  };
}
