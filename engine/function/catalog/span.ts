/** ClickHouse's intervals, each a count of one unit, or tuples of some; its times of day; and what is added to moments, or lies between. */

import type { Expr } from '../../plan/expr.ts';
import {
  decimal,
  fieldsOf,
  INT64,
  isFloat,
  isInteger,
  type LogicalType,
  notNull,
  nullable,
  timeDigits,
  timestamp,
  type,
} from '../../type/type.ts';
import { apply } from '../call.ts';
import { cast, rescale, retype, WIDEN } from '../cast.ts';
import { takesUnit, turned } from '../clock.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext, TableRow } from '../row.ts';
import { clickhouseScalar, swapped } from '../signature.ts';
import { isMoment, moved } from './clickhouse-time.ts';
import { composed, isTuple, partsOf, unnamed } from './compose.ts';

type Sign = 1 | -1;

const isSpan = (arg: Argument | undefined): boolean => arg?.type.id === 'span';
const isSpans = (arg: Argument | undefined): boolean =>
  arg !== undefined && isTuple(arg) && fieldsOf(arg.type).every((field) => field.type.id === 'span');
const isTime = (arg: Argument | undefined): boolean => arg?.type.id === 'time';
const of = ({ type: own }: Expr, target: LogicalType): LogicalType =>
  own.nullable ? nullable(target) : target;
const count = (value: Expr): Expr => retype(value, of(value, INT64));
const signed = (value: Expr, sign: Sign): Expr =>
  sign === 1 ? value : apply('neg_wrap_i64', [value], INT64);
const opposite = (span: Expr): Expr => retype(signed(count(span), -1), span.type);
const sum = (a: Expr, b: Expr): Expr => {
  const total = apply('add_wrap_i64', [count(a), count(b)], INT64);
  return retype(total, of(total, notNull(a.type)));
};

function shiftedBy(value: Expr, span: Expr, sign: Sign, context: ResolveContext): Expr {
  const unit = span.type.unit ?? 'day';
  return value.type.id === 'time'
    ? turned(value, count(span), unit, sign)
    : moved(value, count(span), unit, sign, context);
}

const takesSpan = (arg: Argument, span: LogicalType): boolean =>
  isTime(arg)
    ? takesUnit(arg.type, span.unit ?? 'day')
    : isMoment(arg.type) && !(arg.type.id === 'date' && /.second$/.test(span.unit ?? 'day'));

/** A moment or a time, and an interval or a tuple of some. */
const shifted = (sign: Sign): Resolve =>
  composed(
    ([value, by, ...more]) =>
      more.length === 0 &&
      by !== undefined &&
      (isSpan(by)
        ? takesSpan(value, by.type)
        : isSpans(by) && fieldsOf(by.type).every((field) => takesSpan(value, field.type))),
    ([value, by], _call, context) =>
      (by.type.id === 'tuple' ? partsOf(by) : [by]).reduce(
        (at, span) => shiftedBy(at, span, sign, context),
        value,
      ),
  );

/** Of one unit their sum; else both, behind those that are there. */
function gathered(spans: readonly Expr[], span: Expr): readonly Expr[] {
  const last = spans[spans.length - 1];
  return last.type.unit === span.type.unit ? [...spans.slice(0, -1), sum(last, span)] : [...spans, span];
}

const spansTogether = (sign: Sign, asTuple = false): Resolve =>
  composed(
    (args) => args.length === 2 && (isSpan(args[0]) || isSpans(args[0])) && isSpan(args[1]),
    ([own, by]) => {
      const spans = own.type.id === 'tuple' ? partsOf(own) : [own];
      const all = gathered(spans, sign === 1 ? by : opposite(by));
      return all.length === 1 && !asTuple && own.type.id !== 'tuple' ? all[0] : unnamed(all);
    },
  );

const negatedSpan: Resolve = composed(
  (args) => args.length === 1 && isSpan(args[0]),
  ([span]) => opposite(span),
);

/** Seconds, cut off, later or earlier. */
const secondsOn = (sign: Sign): Resolve =>
  composed(
    (args) => args.length === 2 && isTime(args[0]) && (isInteger(args[1].type) || isFloat(args[1].type)),
    ([value, seconds]) => turned(value, cast(seconds, of(seconds, INT64), WIDEN), 'second', sign),
  );

/** Ticks of the finer of two, as seconds: an integer if there is no fraction. */
function apart(a: Expr, b: Expr, digitsOf: (type: LogicalType) => number): Expr {
  const [x, y] = [digitsOf(a.type), digitsOf(b.type)];
  const digits = Math.max(x, y);
  const ticks = apply('sub_wrap_i64', [rescale(a, x, digits, INT64), rescale(b, y, digits, INT64)], INT64);
  return retype(ticks, of(ticks, digits === 0 ? type('int32') : decimal(18, digits)));
}

const alike = (args: readonly Argument[], id: LogicalType['id']): boolean =>
  args.length === 2 && args.every((arg) => arg.type.id === id);

const timesApart: Resolve = composed(
  (args) => alike(args, 'time'),
  ([a, b]) => apart(a, b, timeDigits),
);
const momentsApart: Resolve = composed(
  (args) => alike(args, 'timestamp'),
  ([a, b]) => apart(a, b, ({ precision = 3 }) => precision),
);

const dayAndTime: Resolve = composed(
  (args) => args.length === 2 && args[0].type.id === 'date' && isTime(args[1]),
  ([day, at], _call, context) => {
    const digits = timeDigits(at.type);
    const midnight = cast(day, timestamp(digits), { ...WIDEN, timeZone: context.timeZone });
    return retype(apply('add_wrap_i64', [count(midnight), count(at)], INT64), {
      ...timestamp(digits),
      nullable: day.type.nullable || at.type.nullable,
    });
  },
);

export const SPAN_OPERATORS: Readonly<Record<string, readonly Resolve[]>> = {
  '+': [
    shifted(1),
    swapped(shifted(1)),
    spansTogether(1),
    secondsOn(1),
    swapped(secondsOn(1)),
    dayAndTime,
    swapped(dayAndTime),
  ],
  '-': [shifted(-1), spansTogether(-1), secondsOn(-1), timesApart, momentsApart],
  'unary -': [negatedSpan],
};

const ROWS: readonly TableRow[] = [
  [
    ['addTupleOfIntervals'],
    shifted(1),
    'addTupleOfIntervals(moment, (INTERVAL count unit, ...))',
    'The moment the intervals later, one after the other.',
    "SELECT addTupleOfIntervals(toDate('2018-01-01'), (INTERVAL 1 DAY, INTERVAL 1 MONTH))",
    '2018-02-02',
  ],
  [
    ['subtractTupleOfIntervals'],
    shifted(-1),
    'subtractTupleOfIntervals(moment, (INTERVAL count unit, ...))',
    'The moment the intervals earlier, one after the other.',
    "SELECT subtractTupleOfIntervals(toDate('2018-01-01'), (INTERVAL 1 DAY, INTERVAL 1 YEAR))",
    '2016-12-31',
  ],
  [
    ['addInterval'],
    spansTogether(1, true),
    'addInterval(intervals, INTERVAL count unit)',
    'A tuple of intervals with one more, or with the last one longer.',
    'SELECT toString(addInterval(INTERVAL 1 DAY, INTERVAL 2 HOUR))',
    '(1,2)',
  ],
  [
    ['subtractInterval'],
    spansTogether(-1, true),
    'subtractInterval(intervals, INTERVAL count unit)',
    'A tuple of intervals with one more, negated, or with the last one shorter.',
    'SELECT toString(subtractInterval(INTERVAL 1 DAY, INTERVAL 2 HOUR))',
    '(1,-2)',
  ],
  ...(['addDate', 'subDate'] as const).map(
    (name): TableRow => [
      [name],
      shifted(name === 'addDate' ? 1 : -1),
      `${name}(moment, INTERVAL count unit)`,
      `The moment the interval ${name === 'addDate' ? 'later' : 'earlier'}.`,
      `SELECT ${name}(toDate('2018-01-01'), INTERVAL 3 YEAR)`,
      name === 'addDate' ? '2021-01-01' : '2015-01-01',
    ],
  ),
];

export const SPANS: readonly FunctionRow[] = ROWS.map(clickhouseScalar);
