import { expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { type Interval, NORMAL_LENGTH, packInterval, unpackInterval } from '../../engine/type/interval.ts';

const MOST: readonly Interval[] = [
  { months: 2 ** 31 - 1, days: 2 ** 31 - 1, micros: 2n ** 63n - 1n },
  { months: -(2 ** 31), days: -(2 ** 31), micros: -(2n ** 63n) },
];

function randomIntervals(count: number): Interval[] {
  const random = new SeededRandom(1);
  const around = (width: number): number => random.below(2 * width + 1) - width;
  return Array.from({ length: count }, () => ({
    months: around(3),
    days: around(70),
    micros: BigInt(around(80)) * 3_600_000_000n + BigInt(around(1)),
  }));
}

it('comes back as it was packed', () => {
  for (const interval of [...MOST, ...randomIntervals(1000)])
    expect(unpackInterval(packInterval(interval))).toEqual(interval);
});

it('ascends as months of 30 days and days of 24 hours do, each part carried into the next', () => {
  const parts = ({ months, days, micros }: Interval): readonly bigint[] => {
    const day = 86_400_000_000n;
    const allDays = BigInt(days) + micros / day;
    return [BigInt(months) + allDays / 30n, allDays % 30n, micros % day];
  };
  const intervals = randomIntervals(300);
  for (const a of intervals) {
    for (const b of intervals) {
      const [x, y] = [parts(a), parts(b)];
      const at = x.findIndex((part, i) => part !== y[i]);
      const [left, right] = [a, b].map((i) => packInterval(i).slice(0, NORMAL_LENGTH));
      expect(left < right ? -1 : left > right ? 1 : 0).toBe(at < 0 ? 0 : x[at] < y[at] ? -1 : 1);
    }
  }
});
