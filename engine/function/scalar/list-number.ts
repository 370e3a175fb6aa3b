/** Operations of whole arrays (array.ts) that compute with their numbers. */

import { BasaltError } from '../../base/error.ts';
import type { Item } from '../../type/nested.ts';
import { elementOf, isFloat, type LogicalType } from '../../type/type.ts';
import { asNumber, keyOf, type List, type Operation } from './list.ts';

const numbersOf = (list: List): number[] => list.map(asNumber);

function sameSize(a: List, b: List): void {
  if (a.length === b.length) return;
  throw new BasaltError(
    'SIZES_OF_ARRAYS_DONT_MATCH',
    `Arrays of vectors must have equal size, not ${a.length} and ${b.length}`,
  );
}

const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);

/** Norms of vectors; distances are norms of what vectors differ by. */
const NORMS: Readonly<Record<string, (vector: readonly number[], p: number) => number>> = {
  l1: (vector) => sum(vector.map(Math.abs)),
  l2: (vector) => Math.sqrt(sum(vector.map((x) => x * x))),
  l2_squared: (vector) => sum(vector.map((x) => x * x)),
  linf: (vector) => vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
  lp: (vector, p) => sum(vector.map((x) => Math.abs(x) ** p)) ** (1 / p),
};

const powerOf = (p: List | undefined): number => (p === undefined ? 0 : asNumber(p[0]));

function dot(a: List, b: List, type: LogicalType): Item {
  sameSize(a, b);
  if (isFloat(elementOf(type))) return sum(a.map((x, i) => asNumber(x) * asNumber(b[i])));
  return BigInt.asIntN(
    64,
    a.reduce((total: bigint, x, i) => total + (x as bigint) * (b[i] as bigint), 0n),
  );
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = sum(a.map((x, i) => x * b[i]));
  return 1 - product / Math.sqrt(NORMS.l2_squared(a, 0) * NORMS.l2_squared(b, 0));
}

/** Points of a curve from the highest score down, one for each different score: true and false positives so far. */
function positives(scores: List, labels: List): { readonly hits: number; readonly misses: number }[] {
  sameSize(scores, labels);
  const order = scores.map((score, i) => ({ score: asNumber(score), hit: asNumber(labels[i]) > 0 }));
  order.sort((a, b) => b.score - a.score);
  const points: { hits: number; misses: number }[] = [];
  let [hits, misses] = [0, 0];
  order.forEach(({ score, hit }, i) => {
    if (hit) hits++;
    else misses++;
    if (order[i + 1]?.score !== score) points.push({ hits, misses });
  });
  return points;
}

/** Area under the ROC curve; unscaled it counts pairs. */
function rocArea(scores: List, labels: List, scaled: boolean): number {
  const points = positives(scores, labels);
  let [area, hits, misses] = [0, 0, 0];
  for (const point of points) {
    area += ((point.misses - misses) * (point.hits + hits)) / 2;
    ({ hits, misses } = point);
  }
  return scaled ? area / (hits * misses) : area;
}

/** Area under the curve of precision over recall, by steps. */
function precisionArea(scores: List, labels: List): number {
  const points = positives(scores, labels);
  const total = points.at(-1)?.hits ?? 0;
  if (total === 0) return 0;
  let [area, hits] = [0, 0];
  for (const point of points) {
    area += ((point.hits - hits) / total) * (point.hits / (point.hits + point.misses));
    hits = point.hits;
  }
  return area;
}

/** Gini's coefficients: of the predictions, of the best order, and the first over the second. */
function gini(predicted: List, labels: List): Item {
  sameSize(predicted, labels);
  const values = numbersOf(labels);
  const total = sum(values);
  const n = values.length;
  const areaOf = (by: readonly number[]): number => {
    const order = values.map((_, i) => i).sort((a, b) => by[a] - by[b]);
    let [running, area] = [0, 0];
    for (const i of order) {
      const next = running + values[i] / total;
      area += (running + next) / 2 / n;
      running = next;
    }
    return 0.5 - area;
  };
  const [own, best] = [areaOf(numbersOf(predicted)), areaOf(values)];
  return [own, best, own / best];
}

/** How alike the array is to itself moved by 0, 1, 2 ... */
function autocorrelation(list: List, most: number): number[] {
  const values = numbersOf(list);
  const mean = sum(values) / values.length;
  const off = values.map((x) => x - mean);
  const variance = NORMS.l2_squared(off, 0);
  return Array.from(
    { length: Math.max(0, Math.min(most, values.length)) },
    (_, lag) => sum(off.slice(lag).map((x, i) => x * off[i])) / variance,
  );
}

/** The cheapest way from one array to the other: elements are left out and put in at their weight. */
function editing(a: List, b: List, type: LogicalType, cost: EditCost): number {
  const key = keyOf(type);
  const [from, to] = [a.map(key), b.map(key)];
  let row = [0];
  for (let j = 0; j < to.length; j++) row.push(row[j] + cost.into(j));
  for (let i = 0; i < from.length; i++) {
    const next = [row[0] + cost.out(i)];
    for (let j = 0; j < to.length; j++) {
      const change = row[j] + (from[i] === to[j] ? 0 : cost.change(i, j));
      next.push(Math.min(row[j + 1] + cost.out(i), next[j] + cost.into(j), change));
    }
    row = next;
  }
  return row[to.length];
}

type EditCost = {
  readonly out: (i: number) => number;
  readonly into: (j: number) => number;
  readonly change: (i: number, j: number) => number;
};
const EVEN: EditCost = { out: () => 1, into: () => 1, change: () => 1 };

function weighted([a, b, aWeights, bWeights]: readonly List[], type: LogicalType): number {
  sameSize(a, aWeights);
  sameSize(b, bWeights);
  const [out, into] = [numbersOf(aWeights), numbersOf(bWeights)];
  return editing(a, b, type, {
    out: (i) => out[i],
    into: (j) => into[j],
    change: (i, j) => out[i] + into[j],
  });
}

export const LIST_NUMBERS: Readonly<Record<string, Operation>> = {
  ...Object.fromEntries(
    Object.entries(NORMS).flatMap(([name, norm]): [string, Operation][] => [
      [`norm_${name}`, ([vector, p]) => norm(numbersOf(vector), powerOf(p))],
      [
        `distance_${name}`,
        ([a, b, p]) => {
          sameSize(a, b);
          return norm(
            a.map((x, i) => asNumber(x) - asNumber(b[i])),
            powerOf(p),
          );
        },
      ],
    ]),
  ),
  dot: ([a, b], [type]) => dot(a, b, type),
  dot_floats: ([a, b]) => {
    sameSize(a, b);
    return sum(a.map((x, i) => asNumber(x) * asNumber(b[i])));
  },
  cosine: ([a, b]) => {
    sameSize(a, b);
    return cosine(numbersOf(a), numbersOf(b));
  },
  roc_area: ([scores, labels, scaled]) => rocArea(scores, labels, scaled === undefined || scaled[0] === true),
  precision_area: ([scores, labels]) => precisionArea(scores, labels),
  gini: ([predicted, labels]) => gini(predicted, labels),
  autocorrelation: ([list, most]) =>
    autocorrelation(list, most === undefined ? list.length : asNumber(most[0])),
  levenshtein: ([a, b], [type]) => BigInt(editing(a, b, type, EVEN)),
  levenshtein_weighted: (lists, [type]) => weighted(lists, type),
  similarity: (lists, [type]) => {
    const total = sum(numbersOf(lists[2])) + sum(numbersOf(lists[3]));
    return total === 0 ? 1 : 1 - weighted(lists, type) / total;
  },
};
