/**
 * Functions of time for standard and Druid SQL, and the ones all dialects share. ClickHouse's own are in
 * clickhouse-time.ts. Units and periods are literals and are read here, at bind time.
 */

import { BasaltError } from '../../base/error.ts';
import { lookup } from '../../base/lookup.ts';
import type { Expr } from '../../plan/expr.ts';
import {
  FLOAT64,
  INT64,
  isInteger,
  isNumeric,
  isTemporal,
  type LogicalType,
  notNull,
  nullable,
  STRING,
  timestamp,
} from '../../type/type.ts';
import { allOf, apply, choose, int, text } from '../call.ts';
import { cast, rescale, retype, WIDEN } from '../cast.ts';
import {
  addUnits,
  CUT_UNITS,
  cutWidth,
  difference,
  extractPart,
  momentOfMs,
  ticksOf,
  truncateMoment,
  zoneOf,
} from '../moment.ts';
import { type Period, parsePeriod, unitOfPeriod } from '../period.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { isExtractUnit, unknownUnit } from '../scalar/time.ts';
import {
  ANY,
  firstOf,
  fitArguments,
  INTEGER,
  LOOSE_INTEGER,
  MOMENT,
  named,
  type Param,
  SQL,
  scalar,
  simple,
  TEXT,
} from '../signature.ts';
import { type LocalTime, timeZone } from '../time-zone.ts';
import { betweenTimes, epochOf, epochSeconds, partOfDuration, truncatedDuration } from './duration.ts';

/** `DAYS`, `day` and SQL_TSI_DAY are one unit. */
export function unitName(arg: Argument | undefined): string | undefined {
  if (typeof arg?.value !== 'string') return undefined;
  const word = arg.value.toLowerCase().replace(/^sql_tsi_/, '');
  return UNIT_WORDS[word] ?? word;
}

const UNIT_WORDS: Readonly<Record<string, string>> = {
  seconds: 'second',
  ss: 'second',
  s: 'second',
  minutes: 'minute',
  mi: 'minute',
  n: 'minute',
  hours: 'hour',
  hh: 'hour',
  h: 'hour',
  days: 'day',
  dd: 'day',
  d: 'day',
  weeks: 'week',
  ww: 'week',
  wk: 'week',
  months: 'month',
  mm: 'month',
  m: 'month',
  quarters: 'quarter',
  qq: 'quarter',
  q: 'quarter',
  years: 'year',
  yyyy: 'year',
  yy: 'year',
  y: 'year',
  milliseconds: 'millisecond',
  ms: 'millisecond',
  microseconds: 'microsecond',
  us: 'microsecond',
  nanoseconds: 'nanosecond',
  ns: 'nanosecond',
  dayofweek: 'dow',
  weekday: 'dow',
  dayofyear: 'doy',
  isodow: 'isodow',
  dayofmonth: 'day',
  weekofyear: 'week',
};

/** Druid's day of the week counts from Monday = 1, and its milliseconds are those of the second alone. */
const DRUID_UNITS: Readonly<Record<string, string>> = { dow: 'isodow', millisecond: 'millisecond_part' };

/** What EXTRACT('unit') asks for. */
function extractUnit(unit: string, context: ResolveContext): string | undefined {
  const own = context.dialect === 'druid' ? (lookup(DRUID_UNITS, unit) ?? unit) : unit;
  return isExtractUnit(own) ? own : undefined;
}

const textValue = (arg: Argument | undefined): string | undefined =>
  typeof arg?.value === 'string' ? arg.value : undefined;

/** The zone a function works in: its argument, the moment's own, or the session's. */
const zoneFor = (moment: LogicalType, given: string | undefined, context: ResolveContext): string =>
  given ?? zoneOf(moment, context.timeZone);

const casts = (
  args: readonly Argument[],
  params: readonly Param[],
  context: ResolveContext,
): LogicalType[] | undefined =>
  args.length > params.length ? undefined : fitArguments(args, params, context);

/** Druid counts all periods of years from 1970, so that its centuries begin in 1870 and 1970. */
const DRUID_YEARS: Readonly<Record<string, number>> = { decade: 10, century: 100, millennium: 1000 };

const dateTrunc: Resolve = (args, context) => {
  const unit = unitName(args[0]);
  const ofDuration = unit === undefined ? undefined : truncatedDuration(unit, args);
  if (ofDuration !== undefined) return ofDuration;
  const types = casts(args, [ANY, MOMENT, ANY], context);
  if (unit === undefined || args.length < 2 || types === undefined) return undefined;
  const years = context.dialect === 'druid' ? lookup(DRUID_YEARS, unit) : undefined;
  const isWhole = context.dialect === 'druid' && /^mi(lli|cro)second$/.test(unit);
  if (!CUT_UNITS.includes(unit) && years === undefined && !isWhole) throw unknownUnit(unit);
  const isDate = args[1].type.id === 'date';
  const wholeDays = !['second', 'minute', 'hour'].includes(unit);
  const zone = zoneFor(types[1], textValue(args[2]), context);
  // A date stays a date when cut to days or longer.
  if (isDate && wholeDays && context.dialect !== 'druid') {
    return {
      casts: [types[0], args[1].type, ...types.slice(2)],
      build: ([, day]) => cast(truncateMoment(day, unit, 1, 'UTC'), notNull(day.type), WIDEN),
    };
  }
  if (isWhole) return { casts: types, build: ([, moment]) => moment };
  const [cut, count] = years === undefined ? [unit, 1] : ['year', years];
  return { casts: types, build: ([, moment]) => truncateMoment(moment, cut, count, zone) };
};

/** Parts of what clocks of a moment's zone are ahead of UTC: seconds in all, its hours, the minutes beyond. */
const OFFSET_PARTS: Readonly<Record<string, (seconds: Expr) => Expr>> = {
  timezone: (seconds) => seconds,
  timezone_hour: (seconds) => apply('div_checked_i64', [seconds, int(3600)], INT64),
  timezone_minute: (seconds) =>
    apply('div_checked_i64', [apply('mod_checked_i64', [seconds, int(3600)], INT64), int(60)], INT64),
};

function offsetPart(type: LogicalType, unit: string): ((moment: Expr) => Expr) | undefined {
  const { zone } = type;
  if (zone === undefined || !Object.hasOwn(OFFSET_PARTS, unit)) return undefined;
  return (moment) =>
    OFFSET_PARTS[unit](apply('zone_offset', [moment, int(type.precision ?? 3), text(zone)], INT64));
}

const extract: Resolve = (args, context) => {
  const named = unitName(args[0]);
  const ofDuration = args.length === 2 && named !== undefined ? partOfDuration(args[1], named) : undefined;
  if (ofDuration !== undefined)
    return { casts: [args[0].type, ...ofDuration.casts], build: ([, value]) => ofDuration.build([value]) };
  if (named === 'epoch' && args.length === 2 && context.dialect === 'standard') {
    const seconds = epochSeconds([args[1]], context);
    if (seconds?.build !== undefined)
      return { casts: [args[0].type, ...seconds.casts], build: ([, value]) => seconds.build([value]) };
  }
  const ofZone = args.length === 2 && named !== undefined ? offsetPart(args[1].type, named) : undefined;
  if (ofZone !== undefined) return { casts: args.map((a) => a.type), build: ([, moment]) => ofZone(moment) };
  const unit = named === undefined ? undefined : extractUnit(named, context);
  const types = casts(args, [ANY, MOMENT], context);
  if (unit === undefined || types === undefined || args.length !== 2) return undefined;
  const moment = args[1].type.id === 'date' ? args[1].type : types[1];
  return {
    casts: [types[0], moment],
    build: ([, m]) => extractPart(m, unit, zoneFor(m.type, undefined, context), INT64),
  };
};

const timeExtract: Resolve = (args, context) => {
  const named = args.length === 1 ? 'epoch' : unitName(args[1]);
  const unit = named === undefined ? undefined : extractUnit(named, context);
  const types = casts(args, [MOMENT, ANY, ANY], context);
  if (unit === undefined || types === undefined || args.length < 2) return undefined;
  const zone = zoneFor(types[0], textValue(args[2]), context);
  return { casts: types, build: ([moment]) => extractPart(moment, unit, zone, INT64) };
};

/** year(ts), month(ts) ...: EXTRACT under the unit's own name. */
const part =
  (unit: string): Resolve =>
  (args, context) =>
    args.length === 1 ? (partOfDuration(args[0], unit) ?? partOf(args, unit, context)) : undefined;

function partOf(args: readonly Argument[], unit: string, context: ResolveContext): ReturnType<Resolve> {
  const target = args[0].type.id === 'date' ? args[0].type : MOMENT(args[0], context);
  const known = extractUnit(unit, context);
  if (target === undefined || known === undefined) return undefined;
  return {
    casts: [target],
    build: ([m]) => extractPart(m, known, zoneFor(m.type, undefined, context), INT64),
  };
}

/** Cuts to a period: from an origin, a moment of whatever precision, or from where the calendar begins. */
type Cut = (moment: Expr, origin: Expr | undefined) => Expr;

/** undefined: the period mixes units that have no length of their own. */
function cutTo(period: Period, zone: string): Cut | undefined {
  const { months, days, seconds, ms } = period;
  const unit = unitOfPeriod(period);
  const width = (precision: number): Expr => cutWidth(days * 86_400 + seconds, precision, ms);
  const ofLength = months === 0 && (days === 0 || zone === 'UTC');
  const fromOrigin = (moment: Expr, origin: Expr | undefined): Expr => {
    const { ticks, precision } = ticksOf(moment);
    const start = origin === undefined ? int(0) : retype(atPrecision(origin, precision), INT64);
    return ofLength
      ? apply('floor_ticks', [ticks, width(precision), start], notNull(ticks.type))
      : apply(
          'floor_from_origin',
          [ticks, start, int(months || days), text(months > 0 ? 'month' : 'day'), int(precision), text(zone)],
          notNull(ticks.type),
        );
  };
  if (unit === undefined) return ofLength && days + seconds + ms > 0 ? fromOrigin : undefined;
  return (moment, origin) =>
    origin === undefined ? truncateMoment(moment, unit.unit, unit.count, zone) : fromOrigin(moment, origin);
}

function atPrecision(moment: Expr, wanted: number): Expr {
  const { ticks, precision } = ticksOf(moment);
  return precision === wanted
    ? ticks
    : apply('rescale_ticks', [ticks, int(precision), int(wanted)], timestamp(wanted));
}

function addPeriod(moment: Expr, period: Period, steps: Expr, zone: string): Expr {
  const times = (n: number): Expr => (n === 1 ? steps : apply('mul_wrap_i64', [steps, int(n)], INT64));
  let result = moment;
  if (period.months > 0) result = addUnits(result, times(period.months), 'month', zone);
  if (period.days > 0) result = addUnits(result, times(period.days), 'day', zone);
  if (period.seconds > 0) result = addUnits(result, times(period.seconds), 'second', zone);
  if (period.ms > 0) result = addUnits(result, times(period.ms), 'millisecond', zone);
  return result;
}

/** undefined: it is no literal text. @throws BasaltError BAD_ARGUMENTS */
function periodOf(arg: Argument | undefined): Period | undefined {
  const text = textValue(arg);
  const period = text === undefined ? undefined : parsePeriod(text);
  if (text !== undefined && period === undefined)
    throw new BasaltError('BAD_ARGUMENTS', `'${text}' is no ISO 8601 period`, {
      hint: 'Write PT15M, PT1H, P1D, P1M or the like',
    });
  return period;
}

const timeFloor =
  (ceil: boolean): Resolve =>
  (args, context) => {
    const period = periodOf(args[1]);
    if (period === undefined) return undefined;
    const types = casts(args, [MOMENT, ANY, MOMENT, ANY], context);
    if (types === undefined) return undefined;
    const hasOrigin = args[2] !== undefined && args[2].type.id !== 'null' && args[2].value !== null;
    const zone = zoneFor(types[0], textValue(args[3]), context);
    if (hasOrigin && args[2].value === undefined) return undefined;
    const cut = cutTo(period, timeZone(zone).name);
    if (cut === undefined)
      throw new BasaltError('BAD_ARGUMENTS', `Time is not cut into pieces of '${textValue(args[1])}'`, {
        hint: 'Use one unit of the calendar; in UTC, weeks, days and shorter units may be mixed',
      });
    return {
      casts: types,
      build: ([moment, , origin]) => {
        const floor = cut(moment, hasOrigin ? origin : undefined);
        if (!ceil) return floor;
        const same = apply('eq_i64', [floor, moment], { id: 'bool', nullable: false });
        return choose(same, moment, addPeriod(floor, period, int(1), zone), moment.type);
      },
    };
  };

const timeShift: Resolve = (args, context) => {
  const period = periodOf(args[1]);
  const types = casts(args, [MOMENT, ANY, LOOSE_INTEGER, ANY], context);
  if (period === undefined || types === undefined || args.length < 3) return undefined;
  const zone = zoneFor(types[0], textValue(args[3]), context);
  return { casts: types, build: ([moment, , steps]) => addPeriod(moment, period, steps, zone) };
};

/** FLOOR(ts TO unit) and CEIL(ts TO unit); the binder passes the unit as second argument. */
const floorToUnit =
  (ceil: boolean): Resolve =>
  (args, context) => {
    const unit = unitName(args[1]);
    const types = casts(args, [MOMENT, ANY], context);
    if (unit === undefined || types === undefined || !CUT_UNITS.includes(unit)) return undefined;
    const zone = zoneFor(types[0], undefined, context);
    return {
      casts: types,
      build: ([moment]) => {
        const floor = truncateMoment(moment, unit, 1, zone);
        if (!ceil) return floor;
        const same = apply('eq_i64', [floor, moment], { id: 'bool', nullable: false });
        return choose(same, moment, addUnits(floor, int(1), unit, zone), moment.type);
      },
    };
  };

/** The moment, or the period, on one side of an interval's slash. */
type End = Expr | Period;
const isPeriod = (end: End): end is Period => 'months' in end;

/** `start/end`, `start/period` or `period/end` as two moments. @throws BasaltError BAD_ARGUMENTS */
function intervalOf(given: string, zone: string): readonly [from: Expr, to: Expr] {
  const ends = given.split('/').map((side): End => {
    const period = parsePeriod(side);
    return period ?? apply('parse_joda_null', [text(side), text('iso'), text(zone)], timestamp(3, true));
  });
  const [from, to] = ends;
  const isWrong =
    ends.length !== 2 ||
    (isPeriod(from) && isPeriod(to)) ||
    ends.some((end) => !isPeriod(end) && (end.kind !== 'literal' || end.value === null));
  if (isWrong)
    throw new BasaltError('BAD_ARGUMENTS', `'${given}' is no ISO 8601 interval`, {
      hint: "Write '2015-09-12/2015-09-13' or '2015-09-12T01:00:00/PT1H'",
    });
  if (isPeriod(from)) return [addPeriod(to as Expr, from, int(-1), zone), to as Expr];
  return [from, isPeriod(to) ? addPeriod(from, to, int(1), zone) : to];
}

const timeInInterval: Resolve = (args, context) => {
  const interval = textValue(args[1]);
  const types = casts(args, [MOMENT, ANY], context);
  const { call } = context;
  if (interval === undefined || types === undefined || call === undefined) return undefined;
  const [from, to] = intervalOf(interval, context.timeZone);
  return { casts: types, build: ([moment]) => allOf([call('>=', [moment, from]), call('<', [moment, to])]) };
};

/** What moving by days makes of a local time that the day does not have. */
const localTimeOf = ({ dialect }: ResolveContext): LocalTime =>
  dialect === 'clickhouse' ? 'earliest' : 'forward';

/** unit, count, moment. */
const timestampAdd: Resolve = (args, context) => {
  const unit = unitName(args[0]);
  const types = casts(args, [ANY, LOOSE_INTEGER, MOMENT], context);
  if (unit === undefined || types === undefined || args.length !== 3) return undefined;
  const target = args[2].type.id === 'date' && context.dialect !== 'druid' ? args[2].type : types[2];
  return {
    casts: [types[0], types[1], target],
    build: ([, count, moment]) =>
      addUnits(moment, count, unit, zoneFor(moment.type, undefined, context), localTimeOf(context)),
  };
};

/** moment, count, unit: what Druid's `moment + INTERVAL` becomes. */
const addInterval =
  (sign: 1 | -1): Resolve =>
  (args, context) => {
    const unit = unitName(args[2]);
    if (
      unit === undefined ||
      args.length !== 3 ||
      !isInteger(args[1].type) ||
      !(isTemporal(args[0].type) || args[0].type.id === 'string')
    )
      return undefined;
    const target = MOMENT(args[0], context);
    if (target === undefined) return undefined;
    return {
      casts: [target, args[1].type.nullable ? nullable(INT64) : INT64, args[2].type],
      build: ([moment, count]) =>
        addUnits(
          moment,
          sign === 1 ? count : apply('neg_wrap_i64', [count], INT64),
          unit,
          zoneFor(moment.type, undefined, context),
          localTimeOf(context),
        ),
    };
  };

/** unit, from, to. */
const timestampDiff =
  (fn: 'diff_ticks' | 'age_ticks'): Resolve =>
  (args, context) => {
    const unit = unitName(args[0]);
    const ofTimes =
      unit === undefined
        ? undefined
        : betweenTimes(unit, args, fn === 'diff_ticks' ? 'clock_borders' : 'clock_units');
    if (ofTimes !== undefined) return ofTimes;
    const types = casts(args, [ANY, MOMENT, MOMENT, ANY], context);
    if (unit === undefined || types === undefined || args.length < 3) return undefined;
    const zone = zoneFor(types[1], textValue(args[3]), context);
    // DuckDB's weeks between two moments are sevenths of the days between them.
    if (unit === 'week' && fn === 'diff_ticks' && context.dialect === 'standard') {
      const days = (from: Expr, to: Expr): Expr => difference(fn, from, to, 'day', zone, INT64);
      return {
        casts: types,
        build: ([, from, to]) => apply('div_checked_i64', [days(from, to), int(7)], INT64),
      };
    }
    return { casts: types, build: ([, from, to]) => difference(fn, from, to, unit, zone, INT64) };
  };

const timeFormat: Resolve = (args, context) => {
  const types = casts(args, [MOMENT, TEXT, ANY], context);
  if (types === undefined || args.length === 0) return undefined;
  const zone = zoneFor(types[0], textValue(args[2]), context);
  return {
    casts: types,
    build: ([moment, pattern]) => {
      const { ticks, precision } = ticksOf(moment);
      return apply(
        'format_joda',
        [ticks, int(precision), pattern ?? text("yyyy-MM-dd'T'HH:mm:ss.SSSZZ"), text(zone)],
        STRING,
      );
    },
  };
};

const timeParse: Resolve = (args, context) => {
  const types = casts(args, [TEXT, TEXT, ANY], context);
  if (types === undefined || args.length === 0) return undefined;
  const zone = textValue(args[2]) ?? context.timeZone;
  return {
    casts: types,
    build: ([value, pattern]) =>
      apply('parse_joda_null', [value, pattern ?? text('iso'), text(zone)], timestamp(3, true)),
  };
};

/** The statement's one moment. @param zoned as a TIMESTAMP WITH TIME ZONE of the session's */
const now =
  (precision: number, zoned = false): Resolve =>
  (args, context) =>
    args.length > 0
      ? undefined
      : momentOf(args, timestamp(precision, false, zoned ? context.timeZone : undefined), context);

/** ClickHouse's `now([zone])`. */
const nowIn: Resolve = (args, context) => {
  const zone = textValue(args[0]);
  if (args.length > 1 || (args.length === 1 && zone === undefined)) return undefined;
  return momentOf(args, timestamp(0, false, zone), context);
};

/** ClickHouse's `now64([scale [, zone]])`. */
const now64: Resolve = (args, context) => {
  const [scale = 3n, zone] = [args[0]?.value, textValue(args[1])];
  if (args.length > 2 || (args.length === 2 && zone === undefined)) return undefined;
  if (typeof scale !== 'bigint') return undefined;
  if (scale < 0n || scale > 9n)
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `The scale of now64 is 0 to 9, not ${scale}`);
  return momentOf(args, timestamp(Number(scale), false, zone), context);
};

const momentOf = (
  args: readonly Argument[],
  type: LogicalType,
  { nowMs }: ResolveContext,
): ReturnType<Resolve> => ({ casts: args.map((a) => a.type), build: () => momentOfMs(nowMs, type) });

const currentDate: Resolve = (args, context) =>
  args.length > 0
    ? undefined
    : {
        casts: [],
        build: () =>
          apply('ticks_to_date', [context.nowMs, int(3), text(context.timeZone)], {
            id: 'date',
            nullable: false,
          }),
      };

const millisToTimestamp: Resolve = (args, context) =>
  args.length === 1 && isNumeric(args[0].type)
    ? {
        casts: [args[0].type.nullable ? nullable(INT64) : INT64],
        // A standard TIMESTAMP counts microseconds.
        build: ([ms]) =>
          rescale(
            ms,
            3,
            context.dialect === 'standard' ? 6 : 3,
            timestamp(context.dialect === 'standard' ? 6 : 3),
          ),
      }
    : undefined;

const timestampToMillis: Resolve = (args, context) => {
  const target = args.length === 1 ? MOMENT(args[0], context) : undefined;
  if (target === undefined) return undefined;
  return {
    casts: [target],
    build: ([m]) => {
      const ms =
        (m.type.precision ?? 3) === 3
          ? m
          : apply('rescale_ticks', [m, int(m.type.precision ?? 3), int(3)], INT64);
      return retype(ms, ms.type.nullable ? nullable(INT64) : INT64);
    },
  };
};

const toTimestamp: Resolve = (args, context) => {
  if (args.length !== 1 || !isNumeric(args[0].type)) return undefined;
  return {
    casts: [args[0].type.nullable ? nullable(FLOAT64) : FLOAT64],
    build: ([s]) =>
      apply(
        'f64_to_i64_round',
        [apply('mul_f64', [s, { kind: 'literal', value: 1e6, type: FLOAT64 }], FLOAT64)],
        timestamp(6, false, context.timeZone),
      ),
  };
};

const PARTS: readonly (readonly [unit: string, names: readonly string[], result: string])[] = [
  ['year', ['year'], '2024'],
  ['quarter', ['quarter'], '2'],
  ['month', ['month'], '5'],
  ['week', ['week', 'weekofyear'], '19'],
  ['day', ['day', 'dayofmonth'], '6'],
  ['hour', ['hour'], '7'],
  ['minute', ['minute'], '8'],
  ['second', ['second'], '9'],
  ['doy', ['dayofyear'], '127'],
  ['epoch', ['epoch'], '1714979289'],
];

/** DuckDB's, with their names. */
const STANDARD_PARTS: readonly (readonly [unit: string, result: string])[] = [
  ['dow', '1'],
  ['isodow', '1'],
  ['isoyear', '2024'],
  ['yearweek', '202419'],
  ['decade', '202'],
  ['century', '21'],
  ['millennium', '3'],
  ['era', '1'],
  ['millisecond', '9000'],
  ['microsecond', '9000000'],
  ['nanosecond', '9000000000'],
];

const unitFirst = (row: FunctionRow): FunctionRow => ({ ...row, unitFirst: true });

export const TIMES: readonly FunctionRow[] = [
  scalar(
    { standard: ['date_trunc', 'datetrunc'], druid: ['date_trunc'] },
    dateTrunc,
    'date_trunc(unit, moment)',
    'The start of the second, minute, hour, day, week, month, quarter or year.',
    "SELECT date_trunc('month', TIMESTAMP '2024-05-06 07:08:09')",
    '2024-05-01 00:00:00.000000',
  ),
  scalar(
    { standard: ['extract', 'date_part', 'datepart'], druid: ['extract'] },
    extract,
    'extract(unit FROM moment)',
    'One part of a moment.',
    "SELECT extract(year FROM TIMESTAMP '2024-05-06 07:08:09')",
    '2024',
  ),
  ...PARTS.map(([unit, names, result]) =>
    scalar(
      unit === 'epoch' ? { druid: names } : named(SQL, ...names),
      part(unit),
      `${names[0]}(moment)`,
      `The ${unit} of a moment.`,
      `SELECT ${names[0]}(TIMESTAMP '2024-05-06 07:08:09')`,
      result,
    ),
  ),
  scalar(
    { druid: ['dayofweek'] },
    part('dow'),
    'DAYOFWEEK(moment)',
    'The day of the week, 1 to 7 from Monday on.',
    "SELECT DAYOFWEEK(TIMESTAMP '2024-05-06 07:08:09')",
    '1',
  ),
  ...STANDARD_PARTS.map(([unit, result]) => {
    const names = unit === 'dow' ? ['dayofweek', 'weekday'] : [unit];
    return scalar(
      { standard: names },
      part(unit),
      `${names[0]}(moment)`,
      `The ${unit} of a moment.`,
      `SELECT ${names[0]}(TIMESTAMP '2024-05-06 07:08:09')`,
      result,
    );
  }),
  scalar(
    { druid: ['time_floor'] },
    timeFloor(false),
    'TIME_FLOOR(moment, period [, origin [, zone]])',
    'The start of the ISO period the moment lies in.',
    "SELECT TIME_FLOOR(TIMESTAMP '2024-05-06 07:08:09', 'PT1H')",
    '2024-05-06 07:00:00.000',
  ),
  scalar(
    { druid: ['time_ceil'] },
    timeFloor(true),
    'TIME_CEIL(moment, period [, origin [, zone]])',
    'The end of the ISO period the moment lies in.',
    "SELECT TIME_CEIL(TIMESTAMP '2024-05-06 07:08:09', 'PT1H')",
    '2024-05-06 08:00:00.000',
  ),
  scalar(
    { druid: ['time_shift'] },
    timeShift,
    'TIME_SHIFT(moment, period, step [, zone])',
    'The moment so many periods later.',
    "SELECT TIME_SHIFT(TIMESTAMP '2024-01-31 00:00:00', 'P1M', 1)",
    '2024-02-29 00:00:00.000',
  ),
  scalar(
    { druid: ['time_extract'] },
    timeExtract,
    'TIME_EXTRACT(moment, unit [, zone])',
    'One part of a moment.',
    "SELECT TIME_EXTRACT(TIMESTAMP '2024-05-06 07:08:09', 'HOUR')",
    '7',
  ),
  scalar(
    { druid: ['time_format'] },
    timeFormat,
    'TIME_FORMAT(moment [, pattern [, zone]])',
    'The moment as text by a Joda pattern.',
    "SELECT TIME_FORMAT(TIMESTAMP '2024-05-06 07:08:09', 'yyyy/MM/dd')",
    '2024/05/06',
  ),
  scalar(
    { druid: ['time_parse'] },
    timeParse,
    'TIME_PARSE(text [, pattern [, zone]])',
    'The moment a text means by a Joda pattern; NULL if it does not fit.',
    "SELECT TIME_PARSE('06.05.2024', 'dd.MM.yyyy')",
    '2024-05-06 00:00:00.000',
  ),
  scalar(
    { druid: ['time_in_interval'] },
    timeInInterval,
    'TIME_IN_INTERVAL(moment, interval)',
    'Whether the moment is in an ISO 8601 interval, whose end does not belong to it.',
    "SELECT TIME_IN_INTERVAL(TIMESTAMP '2024-05-06 07:08:09', '2024-05-06/P1D')",
    'true',
  ),
  scalar(
    { druid: ['millis_to_timestamp'], standard: ['epoch_ms', 'make_timestamp_ms'] },
    firstOf(epochOf(3), millisToTimestamp),
    'MILLIS_TO_TIMESTAMP(ms)',
    'The moment so many milliseconds after the epoch; epoch_ms of a moment, an interval or a time gives its milliseconds.',
    'SELECT MILLIS_TO_TIMESTAMP(0)',
    '1970-01-01 00:00:00.000',
  ),
  scalar(
    { druid: ['timestamp_to_millis'] },
    timestampToMillis,
    'TIMESTAMP_TO_MILLIS(moment)',
    'Milliseconds since the epoch.',
    "SELECT TIMESTAMP_TO_MILLIS(TIMESTAMP '1970-01-01 00:00:01')",
    '1000',
  ),
  scalar(
    { standard: ['to_timestamp'] },
    toTimestamp,
    'to_timestamp(seconds)',
    'The moment so many seconds after the epoch.',
    'SELECT to_timestamp(1)',
    '1970-01-01 00:00:01.000000',
  ),
  scalar(
    named(SQL, 'floor to'),
    floorToUnit(false),
    'FLOOR(moment TO unit)',
    'The start of the unit.',
    "SELECT FLOOR(TIMESTAMP '2024-05-06 07:08:09' TO DAY)",
    '2024-05-06 00:00:00.000',
  ),
  scalar(
    named(SQL, 'ceil to'),
    floorToUnit(true),
    'CEIL(moment TO unit)',
    'The end of the unit.',
    "SELECT CEIL(TIMESTAMP '2024-05-06 07:08:09' TO DAY)",
    '2024-05-07 00:00:00.000',
  ),
  unitFirst(
    scalar(
      { druid: ['timestampadd'], standard: ['timestampadd'] },
      timestampAdd,
      'TIMESTAMPADD(unit, count, moment)',
      'The moment so many units later.',
      "SELECT TIMESTAMPADD(DAY, 1, TIMESTAMP '2024-02-28 00:00:00')",
      '2024-02-29 00:00:00.000',
    ),
  ),
  unitFirst(
    scalar(
      { druid: ['timestampdiff'], standard: ['timestampdiff', 'date_sub', 'datesub'] },
      timestampDiff('age_ticks'),
      'TIMESTAMPDIFF(unit, from, to)',
      'Whole units between two moments.',
      "SELECT TIMESTAMPDIFF(HOUR, TIMESTAMP '2024-01-01 00:59:00', TIMESTAMP '2024-01-01 02:00:00')",
      '1',
    ),
  ),
  unitFirst(
    scalar(
      {
        standard: ['date_diff', 'datediff'],
        clickhouse: ['dateDiff', 'datediff', 'date_diff', 'timestampDiff', 'timestamp_diff'],
      },
      timestampDiff('diff_ticks'),
      'date_diff(unit, from, to)',
      'Borders of the unit between two moments.',
      "SELECT date_diff('hour', TIMESTAMP '2024-01-01 00:59:00', TIMESTAMP '2024-01-01 02:00:00')",
      '2',
    ),
  ),
  unitFirst(
    scalar(
      { clickhouse: ['age'] },
      timestampDiff('age_ticks'),
      'age(unit, from, to)',
      'Whole units between two moments.',
      "SELECT age('day', toDate('2024-01-01'), toDate('2024-01-03'))",
      '2',
    ),
  ),
  scalar(
    { druid: ['add interval'] },
    addInterval(1),
    'moment + INTERVAL',
    'The moment that much later.',
    "SELECT TIMESTAMP '2024-01-31 00:00:00' + INTERVAL 1 MONTH",
    '2024-02-29 00:00:00.000',
  ),
  scalar(
    { druid: ['subtract interval'] },
    addInterval(-1),
    'moment - INTERVAL',
    'The moment that much earlier.',
    "SELECT TIMESTAMP '2024-03-31 00:00:00' - INTERVAL 1 MONTH",
    '2024-02-29 00:00:00.000',
  ),
  scalar(
    {
      standard: ['now', 'current_timestamp', 'get_current_timestamp', 'transaction_timestamp'],
    },
    now(6, true),
    'now()',
    'The moment the statement began, with the time zone of the session.',
    'SELECT now() = now()',
    'true',
  ),
  scalar(
    { standard: ['localtimestamp', 'current_localtimestamp'] },
    now(6),
    'localtimestamp',
    'The moment the statement began.',
    'SELECT localtimestamp = localtimestamp',
    'true',
  ),
  scalar(
    { druid: ['current_timestamp', 'localtimestamp'] },
    now(3),
    'CURRENT_TIMESTAMP',
    'The moment the statement began.',
    'SELECT CURRENT_TIMESTAMP = CURRENT_TIMESTAMP',
    'true',
  ),
  scalar(
    { clickhouse: ['now', 'current_timestamp', 'localtimestamp'] },
    nowIn,
    'now([zone])',
    'The moment the statement began, in seconds.',
    'SELECT now() = now()',
    '1',
  ),
  scalar(
    { clickhouse: ['now64'] },
    now64,
    'now64([scale [, zone]])',
    'The moment the statement began, in milliseconds, with so many digits of the second: 3 unless told otherwise.',
    'SELECT now64() = now64()',
    '1',
  ),
  scalar(
    {
      standard: ['current_date', 'today'],
      druid: ['current_date'],
      clickhouse: ['today', 'curdate', 'current_date'],
    },
    currentDate,
    'current_date',
    'The day the statement began.',
    'SELECT current_date = current_date',
    'true',
  ),
  scalar(
    { standard: ['last_day'], clickhouse: ['toLastDayOfMonth', 'last_day'] },
    (args) =>
      args.length === 1 && isTemporal(args[0].type)
        ? {
            fn: 'last_day',
            casts: [{ id: 'date', nullable: args[0].type.nullable }],
            type: { id: 'date', nullable: false },
          }
        : undefined,
    'last_day(date)',
    'The last day of the month.',
    "SELECT last_day(DATE '2024-02-10')",
    '2024-02-29',
  ),
  scalar(
    { standard: ['make_date'] },
    simple('make_date', [INTEGER, INTEGER, INTEGER], { id: 'date', nullable: true }),
    'make_date(year, month, day)',
    'The date of that year, month and day.',
    'SELECT make_date(2024, 2, 29)',
    '2024-02-29',
  ),
];
