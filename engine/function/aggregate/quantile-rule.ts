/** How exact quantiles choose among values that ascend, as ClickHouse's functions of these names do. */

import type { Sorted } from './exact-quantile.ts';

type Item = number | bigint;

export type Rule = {
  readonly weighted: boolean;
  /** Gives floats, whatever the values are. */
  readonly floats: boolean;
  /** Values of no weight count, too. */
  readonly zeros?: true;
  /** Parameters before the levels. */
  readonly parameters?: number;
  /** Of one value at least. */
  readonly at: (sorted: Sorted, level: number, params: readonly number[]) => Item;
};

const byIndex = (index: (level: number, n: number) => number): Rule => ({
  weighted: false,
  floats: false,
  at: ({ values }, level) => values[index(level, values.length)],
});

const nth = (level: number, n: number): number => Math.min(n - 1, Math.floor(level * n));
const MIDDLE = 0.5;

export const INDEX_RULES: Readonly<Record<string, Rule>> = {
  nth: byIndex(nth),
  low: byIndex((level, n) => (level === MIDDLE ? (n - 1) >> 1 : nth(level, n))),
  high: byIndex((level, n) => (level === MIDDLE ? n >> 1 : nth(level, n))),
  share: byIndex((level, n) => Math.max(1, Math.ceil(level * n)) - 1),
};

/** Index of the first value whose rank is at least `wanted`. */
function reach(ranks: Float64Array, wanted: number): number {
  const found = ranks.findIndex((rank) => rank >= wanted);
  return found < 0 ? ranks.length - 1 : found;
}
const total = (ranks: Float64Array): number => ranks[ranks.length - 1];

/** Between values at the middles of their weights. */
function betweenMiddles({ values, ranks }: Sorted, level: number): Item {
  const all = ranks as Float64Array;
  if (total(all) === 0) return values[values.length - 1];
  const middle = (i: number): number => (all[i] + (i === 0 ? 0 : all[i - 1])) / 2 / total(all);
  let low = 0;
  while (low + 2 < values.length && level >= middle(low + 1)) low++;
  const high = Math.min(low + 1, values.length - 1);
  const [x0, x1] = [middle(low), middle(high)];
  if (level <= x0 || x0 === x1) return values[low];
  if (level >= x1) return values[high];
  const [y0, y1] = [Number(values[low]), Number(values[high])];
  const y = y0 + ((level - x0) / (x1 - x0)) * (y1 - y0);
  return typeof values[low] === 'bigint' ? BigInt(Math.trunc(y)) : y;
}

export const WEIGHT_RULES: Readonly<Record<string, Rule>> = {
  weighted: {
    weighted: true,
    floats: false,
    at: ({ values, ranks }, level) => values[reach(ranks!, Math.ceil(total(ranks!) * level))],
  },
  weighted_middles: { weighted: true, zeros: true, floats: false, at: betweenMiddles },
};

const numbers = (at: (x: (i: number) => number, n: number, level: number) => number): Rule => ({
  weighted: false,
  floats: true,
  at: ({ values }, level) => at((i) => Number(values[i]), values.length, level),
});

/** Between places that count from 1; outside of them the ends. */
function between(x: (i: number) => number, n: number, place: number): number {
  const low = Math.floor(place);
  if (low < 1) return x(0);
  return low >= n ? x(n - 1) : x(low - 1) + (place - low) * (x(low) - x(low - 1));
}

const float32 = new Float32Array(1);
const bits32 = new Uint32Array(float32.buffer);
/** The upper half of a float of 32 bits. */
function brain(x: number): number {
  float32[0] = x;
  bits32[0] &= 0xffff0000;
  return float32[0];
}

/** The value whose bucket of a width relative to it holds `x`. */
function bucket(x: number, accuracy: number): number {
  const gamma = (1 + accuracy) / (1 - accuracy);
  if (x === 0) return 0;
  const index = Math.floor(Math.log(Math.abs(x)) / Math.log(gamma)) + 1;
  return Math.sign(x) * Math.exp((index - 1) * Math.log(gamma)) * (1 + accuracy);
}

/** As a t-digest reads its centroids, which are the values here, in floats of 32 bits. */
function betweenCentroids(values: ArrayLike<Item>, ranks: Float64Array, level: number): number {
  const f = Math.fround;
  const wanted = f(level * total(ranks));
  let [before, last, alone] = [0, Number(values[0]), true];
  for (let i = 0; i < values.length; i++) {
    const weight = ranks[i] - (i === 0 ? 0 : ranks[i - 1]);
    const [place, value] = [ranks[i] - weight / 2, Number(values[i])];
    if (place >= wanted) {
      const left = i > 0 && alone ? before + 0.5 : before;
      const right = weight === 1 ? place - 0.5 : place;
      if (wanted <= left) return last;
      if (wanted >= right) return value;
      const share = f(f(wanted - left) / f(right - left));
      return f(f(f(1 - share) * f(last)) + f(share * f(value)));
    }
    [before, last, alone] = [place, value, weight === 1];
  }
  return last;
}

/** Values are upper bounds of buckets, ranks would be the sums of what stands beside them: which is cumulative already. */
function ofHistogram({ values, ranks }: Sorted, level: number): number {
  const counts = Array.from(ranks!, (rank, i) => rank - (i === 0 ? 0 : ranks![i - 1]));
  const last = counts.length - 1;
  const rank = level * counts[last];
  const found = counts.findIndex((count) => count >= rank);
  const bound = (i: number): number => Number(values[i]);
  if (last === 0 || bound(last) !== Number.POSITIVE_INFINITY) return Number.NaN;
  if (found === last) return bound(last - 1);
  if (found === 0 && bound(0) <= 0) return bound(0);
  const [start, before] = found === 0 ? [0, 0] : [bound(found - 1), counts[found - 1]];
  return start + (bound(found) - start) * ((rank - before) / (counts[found] - before));
}

export const FLOAT_RULES: Readonly<Record<string, Rule>> = {
  between: numbers((x, n, level) => between(x, n, level * (n - 1) + 1)),
  exclusive: numbers((x, n, level) => between(x, n, level * (n + 1))),
  brain: numbers((x, n, level) => brain(x(Math.max(0, Math.ceil(level * n) - 1)))),
  dd: {
    weighted: false,
    floats: true,
    parameters: 1,
    at: ({ values }, level, [accuracy]) =>
      bucket(Number(values[Math.floor(level * (values.length - 1))]), accuracy),
  },
  weighted_brain: {
    weighted: true,
    floats: true,
    at: ({ values, ranks }, level) => brain(Number(values[reach(ranks!, total(ranks!) * level)])),
  },
  weighted_digest: {
    weighted: true,
    floats: true,
    at: ({ values, ranks }, level) => betweenCentroids(values, ranks!, level),
  },
  weighted_nth: {
    weighted: true,
    floats: true,
    at: ({ values, ranks }, level) => values[reach(ranks!, Math.floor(level * total(ranks!)) + 1)],
  },
  weighted_between: {
    weighted: true,
    floats: true,
    at: ({ values, ranks }, level) => {
      const place = level * (total(ranks!) - 1);
      const x = (i: number): number => Number(values[reach(ranks!, i + 1)]);
      const low = Math.floor(place);
      return x(low) + (place - low) * (x(Math.ceil(place)) - x(low));
    },
  },
  histogram: { weighted: true, floats: true, at: ofHistogram },
};
