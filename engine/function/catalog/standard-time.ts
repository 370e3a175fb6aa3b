/** Functions of moments that only the standard dialect has, under DuckDB's names. */

import type { Expr } from '../../plan/expr.ts';
import { unpackItem } from '../../type/nested.ts';
import {
  array,
  DATE,
  elementOf,
  INT64,
  isTemporal,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
} from '../../type/type.ts';
import { apply, int, text, unlessNull } from '../call.ts';
import { cast, retype, WIDEN } from '../cast.ts';
import { ticksOf, zoneOf } from '../moment.ts';
import type { Argument, FunctionRow, Resolve } from '../row.ts';
import { scalar, TEXT } from '../signature.ts';
import { epochSeconds } from './duration.ts';
import { arrayOf } from './nested.ts';

const MICROS = timestamp(6);
const asMicros = ({ type }: Argument): LogicalType | undefined =>
  isTemporal(type) || type.id === 'null'
    ? timestamp(6, type.nullable || type.id === 'null', type.zone)
    : undefined;
const word = (moment: Expr): Expr => retype(moment, { ...INT64, nullable: moment.type.nullable });

/** strftime(moment, pattern), or the other way round. */
const formatted: Resolve = (args, context) => {
  if (args.length !== 2) return undefined;
  const at = isTemporal(args[0].type) ? 0 : 1;
  const [moment, pattern] = [args[at], args[1 - at]];
  const kept = TEXT(pattern, context);
  if (!isTemporal(moment.type) || kept === undefined) return undefined;
  return {
    casts: at === 0 ? [moment.type, kept] : [kept, moment.type],
    build: (values) => {
      const [when, how] = [values[at], values[1 - at]];
      const { ticks, precision } = ticksOf(when);
      const digits: Expr = { kind: 'literal', value: BigInt(precision), type: INT64 };
      return apply('strftime', [ticks, digits, how, text(zoneOf(when.type, context.timeZone))], STRING);
    },
  };
};

/** strptime(text, pattern or patterns) */
const parsed =
  (fn: string): Resolve =>
  (args, context) => {
    const [value, pattern] = args;
    const kept = args.length === 2 ? TEXT(value, context) : undefined;
    const list = pattern?.type.id === 'array' && elementOf(pattern.type).id === 'string';
    if (kept === undefined || pattern === undefined || (!list && TEXT(pattern, context) === undefined))
      return undefined;
    const result = fn.endsWith('null') ? nullable(MICROS) : MICROS;
    if (
      list &&
      typeof pattern.value === 'string' &&
      (unpackItem(pattern.value, pattern.type) as unknown[]).includes(null)
    )
      return undefined;
    return {
      casts: [kept, list ? array(nullable(STRING)) : (TEXT(pattern, context) as LogicalType)],
      build: ([given, how]) => {
        const known = how.type.nullable ? apply('coalesce_str', [how, text('')], STRING) : how;
        const patterns = list ? how : arrayOf([known], STRING);
        return unlessNull([how], apply(fn, [given, patterns, text(context.timeZone)], result));
      },
    };
  };

/** (width, moment [, origin or offset]): days stay days. */
const bucketed: Resolve = (args, context) => {
  const [width, moment, third] = args;
  if (args.length < 2 || args.length > 3 || width.type.id !== 'duration') return undefined;
  const at = asMicros(moment);
  const isOffset = third?.type.id === 'duration';
  const origin = third === undefined || isOffset ? undefined : asMicros(third);
  const { call } = context;
  if (at === undefined || call === undefined || (third !== undefined && !isOffset && origin === undefined))
    return undefined;
  return {
    casts: [width.type, at, ...(third === undefined ? [] : [origin ?? third.type])],
    build: ([by, when, more]) => {
      const from = isOffset ? cast(call('-', [when, more]), { ...MICROS, nullable: true }, WIDEN) : when;
      const start =
        origin === undefined
          ? apply('time_bucket', [by, word(from)], INT64)
          : apply('time_bucket_from', [by, word(from), word(more)], INT64);
      const cut = retype(start, { ...at, nullable: start.type.nullable });
      const shifted = isOffset ? call('+', [cut, more]) : cut;
      return moment.type.id === 'date'
        ? cast(shifted, { ...DATE, nullable: shifted.type.nullable }, WIDEN)
        : shifted;
    },
  };
};

/** timezone(zone, moment): what its clocks show at a moment that has a zone; the moment at which they show one that has none. */
const atZone: Resolve = (args, context) => {
  const [named, moment] = args;
  const kept = args.length === 2 ? TEXT(named, context) : undefined;
  const micros = moment === undefined ? undefined : asMicros(moment);
  if (kept === undefined || micros === undefined) return undefined;
  const session = text(context.timeZone);
  return {
    casts: [kept, micros],
    build: ([zone, when]) => {
      const [from, to] = micros.zone === undefined ? [session, zone] : [zone, session];
      const shown = apply('utc_to_local', [word(when), int(6), from], INT64);
      const type = timestamp(6, false, micros.zone === undefined ? context.timeZone : undefined);
      return apply('local_to_utc', [shown, int(6), to, text('latest')], type);
    },
  };
};

const A_MOMENT = "TIMESTAMP '2024-05-06 07:08:09'";

export const STANDARD_TIMES: readonly FunctionRow[] = [
  scalar(
    { standard: ['strftime'] },
    formatted,
    'strftime(moment, pattern)',
    'The moment as text.',
    `SELECT strftime(${A_MOMENT}, '%Y/%-m/%d')`,
    '2024/5/06',
  ),
  scalar(
    { standard: ['strptime'] },
    parsed('strptime_checked'),
    'strptime(text, pattern or patterns)',
    'The moment that a text says by a pattern, or by the first of several that fits.',
    "SELECT strptime('06.05.2024', '%d.%m.%Y')",
    '2024-05-06 00:00:00.000000',
  ),
  scalar(
    { standard: ['try_strptime'] },
    parsed('strptime_null'),
    'try_strptime(text, pattern or patterns)',
    'The moment that a text says by a pattern; NULL if it does not fit.',
    "SELECT try_strptime('x', '%Y')",
    'null',
  ),
  scalar(
    { standard: ['time_bucket'] },
    bucketed,
    'time_bucket(width, moment [, origin or offset])',
    'The start of the stretch of time that the moment is in, counted from 2000-01-03, or from an origin.',
    `SELECT time_bucket(INTERVAL 15 MINUTE, ${A_MOMENT})`,
    '2024-05-06 07:00:00.000000',
  ),
  scalar(
    { standard: ['timezone'] },
    atZone,
    'timezone(zone, moment)',
    'What clocks of the zone show at the moment; the moment at which they show one without a zone. Also: moment AT TIME ZONE zone.',
    `SELECT CAST(timezone('America/New_York', ${A_MOMENT}) AS VARCHAR)`,
    '2024-05-06 11:08:09+00',
  ),
  scalar(
    { standard: ['epoch'] },
    epochSeconds,
    'epoch(value)',
    'Seconds since the epoch, or of an interval or a time.',
    "SELECT epoch(TIMESTAMP '1970-01-01 00:00:01.5')",
    '1.5',
  ),
];
