/** ClickHouse's moments made of parts, with a part changed, numbered by weeks and days, and moved between zones. */

import type { Expr } from '../../plan/expr.ts';
import {
  DATE,
  INT64,
  isFloat,
  isInteger,
  isTemporal,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
  type,
} from '../../type/type.ts';
import { apply, int, text } from '../call.ts';
import { cast, retype, WIDEN } from '../cast.ts';
import { extractPart, momentOfMs, ticksOf, truncateMoment, zoneOf } from '../moment.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { clickhouseScalar, TEXT } from '../signature.ts';
import { startDay, toDay, zoneArgument, zoned } from './clickhouse-time.ts';
import { composed } from './compose.ts';

/** First and last day of a Date. */
const BOUNDS = [int(0), int(65_535)];

const isNumber = (arg: Argument): boolean =>
  isInteger(arg.type) || isFloat(arg.type) || arg.type.id === 'null';
const wholeOf = (arg: Argument): LogicalType => (arg.type.nullable ? nullable(INT64) : INT64);
const zoneNamed = (arg: Argument | undefined): string | undefined =>
  typeof arg?.value === 'string' ? arg.value : undefined;

/** Whole numbers, and behind them a zone. */
function partsAndZone(args: readonly Argument[], least: number, most: number) {
  const zone = zoneNamed(args[args.length - 1]);
  const parts = zone === undefined ? args : args.slice(0, -1);
  const fits = parts.length >= least && parts.length <= most && parts.every(isNumber);
  return fits ? { zone, parts, casts: args.map((a) => (isNumber(a) ? wholeOf(a) : a.type)) } : undefined;
}

const makeDate: Resolve = (args) => {
  const found = partsAndZone(args, 2, 3);
  if (found === undefined || found.zone !== undefined) return undefined;
  return {
    casts: found.casts,
    build: (parts) =>
      apply(parts.length === 3 ? 'make_days' : 'make_days_of_year', [...parts, ...BOUNDS], DATE),
  };
};

const makeDateTime: Resolve = (args, context) => {
  const found = partsAndZone(args, 6, 6);
  if (found === undefined) return undefined;
  return {
    casts: found.casts,
    build: (given) =>
      apply(
        'make_seconds',
        [...given.slice(0, 6), text(found.zone ?? context.timeZone)],
        timestamp(0, false, found.zone),
      ),
  };
};

const makeDateTime64: Resolve = (args, context) => {
  const found = partsAndZone(args, 6, 8);
  if (found === undefined) return undefined;
  const precision = args.length > 7 ? args[7].value : 3n;
  if (typeof precision !== 'bigint' || precision < 0n || precision > 9n) return undefined;
  return {
    casts: found.casts,
    build: (given) =>
      apply(
        'make_ticks',
        [
          ...given.slice(0, 6),
          found.parts.length > 6 ? given[6] : int(0),
          int(precision),
          text(found.zone ?? context.timeZone),
        ],
        timestamp(Number(precision), false, found.zone),
      ),
  };
};

/** Digits of an integer, two each but the first, from the last on. */
function pairsOf(n: Expr, count: number): Expr[] {
  const cut = (by: bigint): Expr => apply('div_checked_i64', [n, int(by)], INT64);
  const rest = (value: Expr): Expr => apply('mod_checked_i64', [value, int(100)], INT64);
  return [
    cut(100n ** BigInt(count)),
    ...Array.from({ length: count }, (_, i) => rest(cut(100n ** BigInt(count - 1 - i)))),
  ];
}

const dateOfDigits: Resolve = (args) =>
  args.length === 1 && isInteger(args[0].type)
    ? {
        casts: [wholeOf(args[0])],
        build: ([n]) => apply('make_days', [...pairsOf(n, 2), ...BOUNDS], DATE),
      }
    : undefined;

const momentOfDigits =
  (isFine: boolean): Resolve =>
  (args, context) => {
    if (args.length < 1 || args.length > (isFine ? 3 : 2) || !isInteger(args[0].type)) return undefined;
    const precision = isFine && args.length > 1 ? args[1].value : isFine ? 3n : 0n;
    if (typeof precision !== 'bigint' || precision < 0n || precision > 9n) return undefined;
    const zone = zoneNamed(args[isFine ? 2 : 1]);
    const target = timestamp(Number(precision), false, zone);
    const where = text(zone ?? context.timeZone);
    return {
      casts: [wholeOf(args[0]), ...args.slice(1).map((a) => a.type)],
      build: ([n]) =>
        isFine
          ? apply('make_ticks', [...pairsOf(n, 5), int(0), int(precision), where], target)
          : apply('make_seconds', [...pairsOf(n, 5), where], target),
    };
  };

const change =
  (unit: string): Resolve =>
  (args, context) => {
    const [moment, value] = args;
    if (args.length !== 2 || !isTemporal(moment.type) || !isNumber(value)) return undefined;
    const ofClock = ['hour', 'minute', 'second'].includes(unit);
    return {
      casts: [moment.type, wholeOf(value)],
      build: ([given, to]) => {
        if (given.type.id === 'date' && !ofClock)
          return apply('change_days', [given, to, text(unit), ...BOUNDS], DATE);
        const where = zoneOf(moment.type, context.timeZone);
        const at =
          given.type.id === 'date'
            ? cast(given, timestamp(0), { ...WIDEN, timeZone: context.timeZone })
            : given;
        const precision = at.type.precision ?? 3;
        const zone = text(given.type.id === 'date' ? context.timeZone : where);
        const result = timestamp(precision, false, at.type.zone);
        return precision === 0
          ? apply('change_seconds', [at, to, text(unit), zone], result)
          : apply('change_ticks', [at, to, text(unit), int(precision), zone], result);
      },
    };
  };

/** The day it is in a zone, whatever zone the moment is shown in. */
const dayIn = (at: Expr, zone: string): Expr =>
  toDay(at.type.id === 'date' ? at : retype(at, zoned(at.type, zone)), zone);

/** The day of a moment, with a mode and a zone behind it. */
const byMode =
  (fn: string, result: LogicalType): Resolve =>
  (args, context) => {
    const [moment, mode, zone] = args;
    if (args.length < 1 || args.length > 3 || !isTemporal(moment.type)) return undefined;
    if (mode !== undefined && typeof mode.value !== 'bigint') return undefined;
    const where = zoneArgument(moment.type, zone, context);
    return {
      casts: args.map((a) => a.type),
      build: ([at]) => apply(fn, [dayIn(at, where), int((mode?.value as bigint) ?? 0n)], result),
    };
  };

const lastDayOfWeek: Resolve = (args, context) => {
  const [moment, mode, zone] = args;
  if (args.length < 1 || args.length > 3 || !isTemporal(moment.type)) return undefined;
  if (mode !== undefined && typeof mode.value !== 'bigint') return undefined;
  const where = zoneArgument(moment.type, zone, context);
  const fromMonday = ((mode?.value as bigint | undefined) ?? 0n) % 2n === 1n;
  return {
    casts: args.map((a) => a.type),
    build: ([at]) => {
      const day = dayIn(at, where);
      const shifted = fromMonday ? day : apply('add_wrap_i64', [day, int(1)], DATE);
      const monday = apply('trunc_days', [shifted, text('week'), int(1)], DATE);
      return apply('add_wrap_i64', [monday, int(fromMonday ? 6 : 5)], DATE);
    },
  };
};

const startOfIsoYear: Resolve = (args, context) => {
  if (args.length < 1 || args.length > 2 || !isTemporal(args[0].type)) return undefined;
  const where = zoneArgument(args[0].type, args[1], context);
  return {
    casts: args.map((a) => a.type),
    build: ([at]) => {
      const day = dayIn(at, where);
      const before = apply('sub_wrap_i64', [extractPart(day, 'week', 'UTC', INT64), int(1)], INT64);
      const weeks = apply('mul_wrap_i64', [before, int(7)], INT64);
      return apply('sub_wrap_i64', [startDay(day, 'week', 1, 'UTC'), weeks], DATE);
    },
  };
};

/** Cut to digits of a second, of which the type gets as many if it has fewer. */
const startOfFraction =
  (digits: number): Resolve =>
  (args) =>
    args.length >= 1 && args.length <= 2 && args[0].type.id === 'timestamp' && args[0].type.precision !== 0
      ? {
          casts: args.map((a) => a.type),
          build: ([at]) => {
            const zone = zoneNamed(args[1]) ?? at.type.zone;
            const precision = Math.max(at.type.precision ?? 3, digits);
            const fine = cast(at, timestamp(precision, false, zone), WIDEN);
            const cut = cast(fine, timestamp(digits, false, zone), WIDEN);
            return cast(cut, timestamp(precision, false, zone), WIDEN);
          },
        }
      : undefined;

/** Hours or minutes since the epoch. */
const relative =
  (seconds: number): Resolve =>
  (args) =>
    args.length >= 1 && args.length <= 2 && isTemporal(args[0].type)
      ? {
          casts: args.map((a) => a.type),
          build: ([at]) => {
            const cut = truncateMoment(ticksOf(at).ticks, seconds === 3600 ? 'hour' : 'minute', 1, 'UTC');
            const whole = cast(cut, timestamp(0), WIDEN);
            return apply('div_checked_i64', [whole, int(seconds)], type('uint32'));
          },
        }
      : undefined;

const ofEra =
  (fn: string): Resolve =>
  (args) =>
    args.length === 1 && isInteger(args[0].type)
      ? { casts: [wholeOf(args[0])], build: ([n]) => apply(fn, [n], DATE) }
      : undefined;

const toJulian =
  (mode: 'checked' | 'null'): Resolve =>
  (args, context) => {
    const target = args.length === 1 ? TEXT(args[0], context) : undefined;
    const result = type('int32', mode === 'null');
    return target === undefined
      ? undefined
      : { casts: [target], build: ([value]) => apply(`julian_day_${mode}`, [value], result) };
  };

const fromJulian =
  (mode: 'checked' | 'null'): Resolve =>
  (args) =>
    args.length === 1 && isInteger(args[0].type)
      ? {
          casts: [wholeOf(args[0])],
          build: ([day]) => apply(`julian_text_${mode}`, [day], mode === 'null' ? nullable(STRING) : STRING),
        }
      : undefined;

const isTimestamp = (arg: Argument | undefined): boolean => arg?.type.id === 'timestamp';

/** Of a moment with ticks, and the zone its type names. */
const ofTicks =
  (fn: string, result: LogicalType): Resolve =>
  (args, context) =>
    args.length === 1 && isTimestamp(args[0])
      ? {
          casts: [args[0].type],
          build: ([at]) => {
            const { ticks, precision } = ticksOf(at);
            const zone = zoneOf(at.type, context.timeZone);
            const shown = result.id === 'timestamp' ? timestamp(0, false, at.type.zone) : result;
            return apply(fn, [ticks, int(precision), text(zone)], shown);
          },
        }
      : undefined;

const acrossZones =
  (fn: string, ...more: readonly Expr[]): Resolve =>
  (args) => {
    const zone = zoneNamed(args[1]);
    if (args.length !== 2 || !isTimestamp(args[0]) || zone === undefined) return undefined;
    return {
      casts: args.map((a) => a.type),
      build: ([at]) => {
        const precision = at.type.precision ?? 3;
        return apply(fn, [at, int(precision), text(zone), ...more], timestamp(precision));
      },
    };
  };

const zoneNameOf: Resolve = (args, context) =>
  args.length === 1 && isTimestamp(args[0])
    ? { casts: [args[0].type], build: () => text(zoneOf(args[0].type, context.timeZone)) }
    : undefined;

const present =
  (precision: number, zone: string): Resolve =>
  (args, { nowMs }) =>
    args.length > 0
      ? undefined
      : {
          casts: [],
          build: () => momentOfMs(nowMs, timestamp(precision, false, zone)),
        };

const textMoment: Resolve = (args, context: ResolveContext) =>
  args.length === 1 && args[0].type.id === 'string'
    ? {
        casts: [STRING],
        build: ([value]) =>
          cast(value, timestamp(6), {
            ...WIDEN,
            timeZone: context.timeZone,
            localTime: 'earliest',
          }),
      }
    : undefined;

const AT = "toDateTime('2024-05-06 07:38:09', 'UTC')";
const DAY = "toDate('2024-05-06')";

/** unit, an example of a value, its result. */
const CHANGES: readonly (readonly [unit: string, value: number, result: string])[] = [
  ['Year', 2023, '2023-05-06 07:38:09'],
  ['Month', 12, '2024-12-06 07:38:09'],
  ['Day', 31, '2024-05-31 07:38:09'],
  ['Hour', 0, '2024-05-06 00:38:09'],
  ['Minute', 59, '2024-05-06 07:59:09'],
  ['Second', 30, '2024-05-06 07:38:30'],
];

const MAKERS: readonly TableRow[] = [
  [
    ['makeDate', 'makedate'],
    makeDate,
    'makeDate(year, month, day)',
    'The date of a year with a month and a day, or with the number of the day alone; 1970-01-01 if there is none.',
    'SELECT makeDate(2024, 2, 29)',
    '2024-02-29',
  ],
  [
    ['makeDateTime'],
    makeDateTime,
    'makeDateTime(year, month, day, hour, minute, second [, zone])',
    'The moment with these parts; the first of the type if there is none.',
    'SELECT makeDateTime(2023, 2, 28, 17, 12, 33)',
    '2023-02-28 17:12:33',
  ],
  [
    ['makeDateTime64'],
    makeDateTime64,
    'makeDateTime64(year, month, day, hour, minute, second [, fraction, precision, zone])',
    'The moment with these parts, of which the fraction counts 10^-precision seconds.',
    'SELECT makeDateTime64(2023, 5, 15, 10, 30, 45, 779, 5)',
    '2023-05-15 10:30:45.00779',
  ],
  [
    ['YYYYMMDDToDate'],
    dateOfDigits,
    'YYYYMMDDToDate(number)',
    'The date whose digits are given; 1970-01-01 if there is none.',
    'SELECT YYYYMMDDToDate(20230911)',
    '2023-09-11',
  ],
  [
    ['YYYYMMDDhhmmssToDateTime'],
    momentOfDigits(false),
    'YYYYMMDDhhmmssToDateTime(number [, zone])',
    'The moment whose digits are given.',
    'SELECT YYYYMMDDhhmmssToDateTime(20230911131415)',
    '2023-09-11 13:14:15',
  ],
  [
    ['YYYYMMDDhhmmssToDateTime64'],
    momentOfDigits(true),
    'YYYYMMDDhhmmssToDateTime64(number [, precision, zone])',
    'The moment whose digits are given.',
    'SELECT YYYYMMDDhhmmssToDateTime64(20230911131415)',
    '2023-09-11 13:14:15.000',
  ],
  ...CHANGES.map(
    ([unit, value, result]): TableRow => [
      [`change${unit}`],
      change(unit.toLowerCase()),
      `change${unit}(moment, value)`,
      `The moment with another ${unit.toLowerCase()}; the first of its type if there is no such ${unit.toLowerCase()}.`,
      `SELECT change${unit}(${AT}, ${value})`,
      result,
    ],
  ),
];

const NUMBERED: readonly TableRow[] = [
  [
    ['toWeek', 'week'],
    byMode('week_of_mode', type('uint8')),
    'toWeek(moment [, mode, zone])',
    "The number of the week, by one of MySQL's modes.",
    `SELECT toWeek(${DAY}, 3)`,
    '19',
  ],
  [
    ['toYearWeek', 'yearweek'],
    byMode('year_week_of_mode', type('uint32')),
    'toYearWeek(moment [, mode, zone])',
    "The year of the week and its number, by one of MySQL's modes.",
    `SELECT toYearWeek(${DAY}, 3)`,
    '202419',
  ],
  [
    ['toDayOfWeek', 'dayofweek'],
    byMode('weekday_of_mode', type('uint8')),
    'toDayOfWeek(moment [, mode, zone])',
    'The day of the week: Monday is 1 (mode 0) or 0 (mode 1), or Sunday is 0 (mode 2) or 1 (mode 3).',
    `SELECT toDayOfWeek(${DAY})`,
    '1',
  ],
  [
    ['toLastDayOfWeek'],
    lastDayOfWeek,
    'toLastDayOfWeek(moment [, mode, zone])',
    'The Saturday the week ends with; with an odd mode the Sunday.',
    `SELECT toLastDayOfWeek(${DAY})`,
    '2024-05-11',
  ],
  [
    ['toStartOfISOYear'],
    startOfIsoYear,
    'toStartOfISOYear(moment [, zone])',
    'The Monday the ISO year began with.',
    `SELECT toStartOfISOYear(${DAY})`,
    '2024-01-01',
  ],
  ...(
    [
      ['Milli', 3],
      ['Micro', 6],
      ['Nano', 9],
    ] as const
  ).map(
    ([name, digits]): TableRow => [
      [`toStartOf${name}second`],
      startOfFraction(digits),
      `toStartOf${name}second(moment [, zone])`,
      `The start of the ${name.toLowerCase()}second.`,
      `SELECT toString(toStartOf${name}second(toDateTime64('2020-01-01 10:20:30.999999999', 9)))`,
      `2020-01-01 10:20:30.${'9'.repeat(digits)}${'0'.repeat(9 - digits)}`,
    ],
  ),
  [
    ['toRelativeHourNum'],
    relative(3600),
    'toRelativeHourNum(moment [, zone])',
    'Hours since the epoch.',
    `SELECT toRelativeHourNum(${AT})`,
    '476383',
  ],
  [
    ['toRelativeMinuteNum'],
    relative(60),
    'toRelativeMinuteNum(moment [, zone])',
    'Minutes since the epoch.',
    `SELECT toRelativeMinuteNum(${AT})`,
    '28583018',
  ],
  [
    ['fromDaysSinceYearZero', 'FROM_DAYS'],
    ofEra('day_of_era_16'),
    'fromDaysSinceYearZero(days)',
    'The date so many days after the first of the year 0.',
    'SELECT fromDaysSinceYearZero(739136)',
    '2023-09-08',
  ],
  [
    ['toModifiedJulianDay'],
    toJulian('checked'),
    'toModifiedJulianDay(text)',
    'The modified Julian day of a date.',
    "SELECT toModifiedJulianDay('2020-01-01')",
    '58849',
  ],
  [
    ['toModifiedJulianDayOrNull'],
    toJulian('null'),
    'toModifiedJulianDayOrNull(text)',
    'The modified Julian day of a date; NULL if the text is none.',
    "SELECT toModifiedJulianDayOrNull('0000-00-00')",
    'null',
  ],
  [
    ['fromModifiedJulianDay'],
    fromJulian('checked'),
    'fromModifiedJulianDay(day)',
    'The date of a modified Julian day, as text.',
    'SELECT fromModifiedJulianDay(58849)',
    '2020-01-01',
  ],
  [
    ['fromModifiedJulianDayOrNull'],
    fromJulian('null'),
    'fromModifiedJulianDayOrNull(day)',
    'The date of a modified Julian day, as text; NULL beyond the years 0 to 9999.',
    'SELECT fromModifiedJulianDayOrNull(60000000)',
    'null',
  ],
];

const ZONED: readonly TableRow[] = [
  [
    ['timezoneOf', 'timeZoneOf'],
    zoneNameOf,
    'timezoneOf(moment)',
    'The zone of the type of a moment.',
    `SELECT timezoneOf(${AT})`,
    'UTC',
  ],
  [
    ['timezoneOffset', 'timeZoneOffset'],
    ofTicks('zone_offset', type('int32')),
    'timezoneOffset(moment)',
    'Seconds that clocks of its zone are ahead of UTC at a moment.',
    "SELECT timezoneOffset(toDateTime('2021-04-21 10:20:30', 'America/New_York'))",
    '-14400',
  ],
  [
    ['fromUTCTimestamp', 'from_utc_timestamp'],
    acrossZones('utc_to_local'),
    'fromUTCTimestamp(moment, zone)',
    'The time that clocks of a zone show at a moment of UTC.',
    "SELECT fromUTCTimestamp(toDateTime('2023-03-16 10:00:00', 'UTC'), 'Asia/Shanghai')",
    '2023-03-16 18:00:00',
  ],
  [
    ['toUTCTimestamp', 'to_utc_timestamp'],
    acrossZones('local_to_utc', text('earliest')),
    'toUTCTimestamp(moment, zone)',
    'The moment of UTC at which clocks of a zone show a time.',
    "SELECT toUTCTimestamp(toDateTime('2023-03-16 10:00:00', 'UTC'), 'Asia/Shanghai')",
    '2023-03-16 02:00:00',
  ],
  [
    ['toTimeWithFixedDate'],
    ofTicks('time_of_day', timestamp(0)),
    'toTimeWithFixedDate(moment)',
    'The same time of the second day of 1970.',
    `SELECT toTimeWithFixedDate(${AT})`,
    '1970-01-02 07:38:09',
  ],
  [
    ['UTCTimestamp', 'UTC_timestamp'],
    present(0, 'UTC'),
    'UTCTimestamp()',
    'The moment the statement began, in UTC.',
    'SELECT UTCTimestamp() = UTCTimestamp()',
    '1',
  ],
  [
    ['timestamp'],
    textMoment,
    'timestamp(text)',
    'The moment that a text is, in microseconds.',
    "SELECT timestamp('2023-12-31')",
    '2023-12-31 00:00:00.000000',
  ],
  [
    ['timeDiff'],
    composed(
      (args) => args.length === 2 && args.every(({ type }) => isTemporal(type)),
      ([from, to], call) => call('dateDiff', text('second'), from, to),
    ),
    'timeDiff(from, to)',
    'Seconds between two moments.',
    `SELECT timeDiff(${AT}, ${AT})`,
    '0',
  ],
];

export const CLICKHOUSE_DATES: readonly FunctionRow[] = [...MAKERS, ...NUMBERED, ...ZONED].map(
  clickhouseScalar,
);
