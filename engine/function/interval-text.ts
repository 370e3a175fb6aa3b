/** INTERVALs to and from text, as DuckDB writes and PostgreSQL's short form reads them: `1 year 2 months 3 days 04:05:06.5`. */

import { DAYS_PER_MONTH, type Interval, MICROS_PER_DAY } from '../type/interval.ts';
import { clockText, MICROS_PER_SECOND, millionths } from './clock-text.ts';

/** `1 year 2 months`, `-3 days -04:05:06.5`, `00:00:00` */
export function intervalText({ months, days, micros }: Interval): string {
  const counted = (count: number, unit: string): string[] =>
    count === 0 ? [] : [`${count} ${unit}${Math.abs(count) === 1 ? '' : 's'}`];
  const words = [
    ...counted(Math.trunc(months / 12), 'year'),
    ...counted(months % 12, 'month'),
    ...counted(days, 'day'),
  ];
  if (micros !== 0n || words.length === 0) words.push(clockText(micros, 6, true));
  return words.join(' ');
}

type Amount = {
  readonly whole: bigint;
  readonly sign: bigint;
  /** In millionths, with the sign. */
  readonly rest: bigint;
};
type Counted = (amount: Amount) => readonly [months: bigint, days: bigint, micros: bigint];

const MILLION = 1_000_000n;

/** Parts of a year or longer are whole months. */
const ofMonths =
  (count: bigint): Counted =>
  ({ whole, rest }) => [whole * count + (rest * count) / MILLION, 0n, 0n];
/** Parts of a month are whole days. */
const ofMonthsAndDays =
  (count: bigint): Counted =>
  ({ whole, rest }) => {
    const parts = rest * count;
    return [whole * count + parts / MILLION, ((parts % MILLION) * BigInt(DAYS_PER_MONTH)) / MILLION, 0n];
  };
const ofDays =
  (count: bigint): Counted =>
  ({ whole, rest }) => {
    const parts = rest * count;
    return [0n, whole * count + parts / MILLION, ((parts % MILLION) * MICROS_PER_DAY) / MILLION];
  };
const ofMicros =
  (count: bigint): Counted =>
  ({ whole, rest }) => [0n, 0n, whole * count + (rest * count) / MILLION];
const rounded: Counted = ({ whole, sign, rest }) => [
  0n,
  0n,
  whole + (rest * sign * 2n >= MILLION ? sign : 0n),
];

const UNITS: readonly (readonly [words: string, counted: Counted])[] = [
  ['millennium millennia millenniums mil mils', ofMonths(12_000n)],
  ['century centuries cent c', ofMonths(1200n)],
  ['decade decades dec decs', ofMonths(120n)],
  ['year years yr yrs y', ofMonths(12n)],
  ['quarter quarters', ofMonthsAndDays(3n)],
  ['month months mon mons', ofMonthsAndDays(1n)],
  ['week weeks w', ofDays(7n)],
  ['day days d', ofDays(1n)],
  ['hour hours hr hrs h', ofMicros(3600n * MICROS_PER_SECOND)],
  ['minute minutes min mins m', ofMicros(60n * MICROS_PER_SECOND)],
  ['second seconds sec secs s', ofMicros(MICROS_PER_SECOND)],
  ['millisecond milliseconds msec msecs ms', ofMicros(1000n)],
  ['microsecond microseconds usec usecs us', rounded],
];
const BY_WORD = new Map(UNITS.flatMap(([words, counted]) => words.split(' ').map((word) => [word, counted])));

const PART =
  /\s*(?:(-?)(\d{1,10}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?|(-?)(\d{1,19})(?:\.(\d*))?\s*([a-z]*))(?=\s|$)/iy;

/** undefined: it is no interval, or one beyond its range. */
export function parseInterval(text: string): Interval | undefined {
  const [, body, ago] = /^\s*@?(.*?)(\s+ago)?\s*$/is.exec(text) ?? ['', ''];
  let [months, days, micros] = [0n, 0n, 0n];
  PART.lastIndex = 0;
  for (let at = 0, isFirst = true; at < body.length; at = PART.lastIndex, isFirst = false) {
    const part = PART.exec(body);
    if (part === null) return undefined;
    const isClock = part[2] !== undefined;
    const added = isClock ? clockOf(part) : counted(part);
    // A clock ends an interval, and a number alone, of seconds, is all of one.
    const isAll = isFirst && PART.lastIndex === body.length;
    if (added === undefined) return undefined;
    if (isClock ? PART.lastIndex < body.length : part[9] === '' && !isAll) return undefined;
    months += added[0];
    days += added[1];
    micros += added[2];
  }
  if (body === '') return undefined;
  return interval(months, days, micros, ago === undefined ? 1n : -1n);
}

const interval = (months: bigint, days: bigint, micros: bigint, sign: bigint): Interval | undefined =>
  fits(months * sign, 32) && fits(days * sign, 32) && fits(micros * sign, 64)
    ? { months: Number(months * sign), days: Number(days * sign), micros: micros * sign }
    : undefined;

const fits = (value: bigint, bits: number): boolean => BigInt.asIntN(bits, value) === value;

function clockOf(part: RegExpExecArray): ReturnType<Counted> | undefined {
  const [hours, minutes, seconds] = [BigInt(part[2]), BigInt(part[3]), BigInt(part[4] ?? 0)];
  if (minutes > 59n || seconds > 59n) return undefined;
  const micros = ((hours * 60n + minutes) * 60n + seconds) * MICROS_PER_SECOND + millionths(part[5]);
  return [0n, 0n, part[1] === '-' ? -micros : micros];
}

function counted(part: RegExpExecArray): ReturnType<Counted> | undefined {
  const sign = part[6] === '-' ? -1n : 1n;
  const amount = { whole: sign * BigInt(part[7]), sign, rest: sign * millionths(part[8]) };
  return BY_WORD.get(part[9] === '' ? 's' : part[9].toLowerCase())?.(amount);
}
