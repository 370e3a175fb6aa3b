/** Operations of whole arrays (array.ts) on time series: pairs of a time and a value, read at the points of a grid as Prometheus reads ranges. */

import { BasaltError } from '../../base/error.ts';
import type { Item } from '../../type/nested.ts';
import { elementOf, fieldsOf, type LogicalType } from '../../type/type.ts';
import { asNumber, bounded, type List, type Operation, scalar } from './list.ts';

/** Seconds since the epoch, and values. Ascending, each time once. */
type Series = { readonly times: Float64Array; readonly values: Float64Array };

/** A window of a series: samples [from, to), of which there is one or more. */
type Range = Series & { readonly from: number; readonly to: number };

/** Seconds. */
type Grid = {
  readonly at: number;
  readonly window: number;
  readonly offset: number;
  /** Ticks of the times in a second. */
  readonly scale: number;
};

/** null: too few samples. */
type Read = (range: Range, grid: Grid) => number | null;

const TICKS = (type: LogicalType): number => (type.id === 'timestamp' ? 10 ** (type.precision ?? 0) : 1);

/** Of samples of one time the largest value stays. */
function ordered(pairs: List): readonly (readonly [time: bigint, value: number])[] {
  const best = new Map<bigint, number>();
  for (const pair of pairs) {
    const [time, value] = pair as readonly [bigint, number];
    const known = best.get(time);
    if (known === undefined || value > known) best.set(time, value);
  }
  return [...best].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Rises, where a fall is a counter that began again. */
function rises({ values, from, to }: Range): number {
  let sum = values[to - 1] - values[from];
  for (let i = from + 1; i < to; i++) if (values[i] < values[i - 1]) sum += values[i - 1];
  return sum;
}

/** A change between samples, carried on to the ends of the window where samples are near them; a counter not below zero. */
function extrapolated(range: Range, { at, window }: Grid, counter: boolean, seconds = 1): number | null {
  const { times, values, from, to } = range;
  if (to - from < 2) return null;
  const [first, last] = [times[from], times[to - 1]];
  const change = counter ? rises(range) : values[to - 1] - values[from];
  const sampled = last - first;
  const between = sampled / (to - from - 1);
  const reach = (distance: number): number => (distance >= between * 1.1 ? between / 2 : distance);
  const start = reach(first - (at - window));
  const toZero =
    counter && change > 0 && values[from] >= 0 ? sampled * (values[from] / change) : Number.POSITIVE_INFINITY;
  return change * ((sampled + Math.min(start, toZero) + reach(at - last)) / sampled / seconds);
}

/** The last two samples. */
function instant(
  { times, values, from, to }: Range,
  read: (change: number, last: number, seconds: number) => number,
) {
  if (to - from < 2) return null;
  const last = values[to - 1];
  return read(last - values[to - 2], last, times[to - 1] - times[to - 2]);
}

/** Slope by least squares, and the line's value at a time. */
function line(
  { times, values, from, to }: Range,
  at: number,
): { readonly slope: number; readonly value: number } | null {
  const n = to - from;
  if (n < 2) return null;
  let [x, y, xx, xy] = [0, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const time = times[i] - at;
    x += time;
    y += values[i];
    xx += time * time;
    xy += time * values[i];
  }
  const slope = (xy - (x * y) / n) / (xx - (x * x) / n);
  return { slope, value: y / n - (slope * x) / n };
}

/** How many samples differ so from the one before. */
function steps({ values, from, to }: Range, differs: (before: number, now: number) => boolean): number {
  let count = 0;
  for (let i = from + 1; i < to; i++) if (differs(values[i - 1], values[i])) count++;
  return count;
}

const READS: Readonly<Record<string, Read>> = {
  rate: (range, grid) => extrapolated(range, grid, true, grid.window),
  increase: (range, grid) => extrapolated(range, grid, true),
  delta: (range, grid) => extrapolated(range, grid, false),
  instant_rate: (range) => instant(range, (change, last, seconds) => (change < 0 ? last : change) / seconds),
  instant_delta: (range) => instant(range, (change) => change),
  // Per tick, as ClickHouse has it.
  slope: (range, { at, scale }) => {
    const found = line(range, at);
    return found && found.slope / scale;
  },
  predicted: (range, { at, offset }) => {
    const found = line(range, at);
    return found && found.value + found.slope * offset;
  },
  last: ({ values, to }) => values[to - 1],
  changes: (range) =>
    steps(range, (before, now) => before !== now && !(Number.isNaN(before) && Number.isNaN(now))),
  resets: (range) => steps(range, (before, now) => now < before),
};

/** @param numbers of seconds: start, end, step, window, offset */
function readAtGrid(pairs: List, name: string, numbers: List, type: LogicalType): Item {
  const [time, value] = fieldsOf(elementOf(type)).map((field) => field.type);
  const samples = ordered(pairs);
  const scale = TICKS(time);
  const series = {
    times: Float64Array.from(samples, ([at]) => Number(at) / scale),
    values: Float64Array.from(samples, ([, of]) => of),
  };
  const [start, end, step, window, offset] = numbers.map(asNumber);
  const narrow = value.id === 'float32';
  const count = start === end ? 1 : bounded(Math.floor((end - start) / step) + 1);
  let [from, to] = [0, 0];
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * step;
    while (to < samples.length && series.times[to] <= at) to++;
    while (from < to && series.times[from] <= at - window) from++;
    const found = from === to ? null : READS[name]({ ...series, from, to }, { at, window, offset, scale });
    return found !== null && narrow ? Math.fround(found) : found;
  });
}

/** How far values are beyond the quartiles (each the mean of two where it lies between) by so many ranges between them. */
function tukey(list: List, low: number, high: number, factor: number): Item {
  const values = list.map(asNumber);
  const ascending = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * ascending.length;
    const whole = Math.floor(place);
    return place === whole ? (ascending[whole - 1] + ascending[whole]) / 2 : ascending[whole];
  };
  const [first, third] = [at(low), at(high)];
  const [least, most] = [first - factor * (third - first), third + factor * (third - first)];
  return values.map((x) => (x < least ? x - least : x > most ? x - most : 0));
}

export const LIST_SERIES: Readonly<Record<string, Operation>> = {
  time_series: ([pairs]) => ordered(pairs),
  time_grid: ([pairs, name, numbers], [type]) => readAtGrid(pairs, scalar(name) as string, numbers, type),
  tukey: ([list, numbers]) => {
    if (list.length < 4)
      throw new BasaltError('BAD_ARGUMENTS', 'seriesOutliersDetectTukey needs at least four data points');
    const [low, high, factor] = numbers.map(asNumber);
    return tukey(list, low, high, factor);
  },
  /** Start, end and step are ticks. */
  time_range: ([numbers]) => {
    const [start, end, step] = numbers as readonly bigint[];
    if (end < start) throw new BasaltError('BAD_ARGUMENTS', 'End timestamp is less than start timestamp');
    if (step <= 0n && start !== end)
      throw new BasaltError('BAD_ARGUMENTS', 'Step should be greater than zero');
    const count = start === end ? 1 : bounded((end - start) / step + 1n);
    return Array.from({ length: count }, (_, i) => start + BigInt(i) * step);
  },
  from_grid: ([numbers, values]) => {
    const [start, end, step] = numbers as readonly bigint[];
    const count = start === end ? 1n : step <= 0n ? 0n : (end - start) / step + 1n;
    if (end < start || BigInt(values.length) !== count)
      throw new BasaltError(
        'BAD_ARGUMENTS',
        `The grid has ${count} points, the array ${values.length} values`,
      );
    return values.flatMap((value, i): Item[] => (value === null ? [] : [[start + BigInt(i) * step, value]]));
  },
};
