/** Bars of text: ClickHouse's sparkbar, which draws points, and bar, which draws a number. */

import { BasaltError } from '../../base/error.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';

const LEVELS = ' ▁▂▃▄▅▆▇█';
const TOP_LEVEL = 7;

type Height = number | bigint;
export type Point = readonly [x: Height, y: Height];

const divided = (sum: Height, count: number): Height =>
  typeof sum === 'bigint' ? sum / BigInt(count) : sum / count;
const added = (a: Height, b: Height): Height =>
  typeof a === 'bigint' && typeof b === 'bigint' ? a + b : Number(a) + Number(b);

/** The height of a bar; whole numbers are divided as such. */
function levelOf(y: Height, most: Height): number {
  const level =
    typeof y === 'bigint' && typeof most === 'bigint'
      ? Number((y * BigInt(TOP_LEVEL)) / most + 1n)
      : Math.trunc((Number(y) * TOP_LEVEL) / Number(most) + 1);
  return Math.min(level, LEVELS.length - 1);
}

/** Means of points in `width` stretches of x, as bars. Points without a height are only looked at for the ends. @param range of x; null: that of the points */
export function sparkbar(points: readonly Point[], width: number, range: Point | null): string {
  if (points.length === 0) return '';
  const inside = points.filter(([x]) => range === null || (x >= range[0] && x <= range[1]));
  if (inside.length === 0) return '';
  const byX = new Map<Height, Height>();
  for (const [x, y] of inside)
    if (y > 0) byX.set(x, added(byX.get(x) ?? (typeof y === 'bigint' ? 0n : 0), y));
  const least = (a: Height, b: Height): Height => (b < a ? b : a);
  const greatest = (a: Height, b: Height): Height => (b > a ? b : a);
  const xs = inside.map(([x]) => x);
  const [from, to] = range ?? [xs.reduce(least), xs.reduce(greatest)];
  const sums: (Height | undefined)[] = Array(width);
  const counts = new Uint32Array(width);
  const length = Number(to) - Number(from) + 1;
  for (const [x, y] of byX) {
    const at =
      from >= to ? 0 : Math.min(width - 1, Math.trunc((width / length) * (Number(x) - Number(from))));
    const sum = sums[at];
    sums[at] = sum === undefined ? y : added(sum, y);
    counts[at]++;
  }
  const means = Array.from(sums, (sum, i) => (sum === undefined ? undefined : divided(sum, counts[i])));
  const most = means.reduce<Height>((high, y) => (y === undefined ? high : greatest(high, y)), 0);
  if (!(most > 0)) return '';
  const shown = from >= to ? means.slice(0, 1) : means;
  return shown.map((y) => LEVELS[y === undefined || y <= 0 ? 0 : levelOf(y, most)]).join('');
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const MAX_BAR = 1000;

function bar(x: number, from: number, to: number, width: number): string {
  if (from >= to)
    throw new BasaltError(
      'ARGUMENT_OUT_OF_BOUND',
      `The least value of bar is below the most, not ${from} and ${to}`,
    );
  if (Number.isNaN(x)) throw new BasaltError('BAD_ARGUMENTS', 'bar does not take NaN');
  if (!(width >= 1 && width <= MAX_BAR))
    throw new BasaltError('ARGUMENT_OUT_OF_BOUND', `The width of bar is 1 to ${MAX_BAR}, not ${width}`);
  const length = x <= from ? 0 : x >= to ? width : ((x - from) * width) / (to - from);
  const whole = Math.floor(length);
  return '█'.repeat(whole) + EIGHTHS[Math.floor((length - whole) * EIGHTHS.length)];
}

export const BARS: readonly Implementation[] = [implement('bar', ['f64', 'f64', 'f64', 'f64'], 'str', bar)];
