/** Operations of whole arrays (array.ts) on what aggregates gathered of all rows: sums over windows of rows, places, matrices. */

import { BasaltError } from '../../base/error.ts';
import { exactUnits, exactValue } from '../../type/exact.ts';
import type { Item } from '../../type/nested.ts';
import { decimal, elementOf, fieldsOf, isFloat, type LogicalType, type Value } from '../../type/type.ts';
import { combinedBitmaps } from './bitmap.ts';
import { asNumber, bounded, integer, keyOf, type List, type Operation, scalar } from './list.ts';
import { type Point, sparkbar } from './sparkbar.ts';

/** Sums of each element with those before it, `window` at most (0: all); exact for integers and decimals, which wrap at 64 bits or have 38 digits. */
function movingSums(list: List, of: LogicalType, window: number): (bigint | number)[] {
  const plain = (item: Item): bigint | number =>
    of.id === 'decimal'
      ? exactUnits(item as Value, of)
      : of.id === 'uint64'
        ? BigInt.asUintN(64, item as bigint)
        : (item as bigint | number);
  let total: bigint | number = isFloat(of) ? 0 : 0n;
  const totals = list.map((item) => {
    const value = plain(item);
    total = typeof total === 'number' ? total + Number(value) : total + (value as bigint);
    return total;
  });
  return totals.map((sum, i) => {
    if (window === 0 || i < window) return sum;
    const before = totals[i - window];
    return typeof sum === 'number' ? sum - Number(before) : sum - (before as bigint);
  });
}

const wide = (of: LogicalType): LogicalType => decimal(38, of.scale ?? 0);

/** Positions below this, as ClickHouse has it. */
const MAX_POSITION = 16_777_215n;

/** Values at their positions; the first at one stays. */
function placed(pairs: List, filler: Item, size: number): Item {
  const result: Item[] = Array<Item>(bounded(size)).fill(filler);
  const taken = new Set<number>();
  for (const pair of pairs) {
    const [value, position] = pair as readonly [Item, bigint];
    const at = BigInt.asUintN(64, position);
    if (at >= MAX_POSITION)
      throw new BasaltError(
        'LIMIT_EXCEEDED',
        `Too large array size: position argument (${at}) is greater or equals to limit (${MAX_POSITION})`,
      );
    if (size > 0 && at >= size) continue;
    const place = bounded(Number(at) + 1) - 1;
    while (result.length <= place) result.push(filler);
    if (!taken.has(place)) result[place] = value;
    taken.add(place);
  }
  return result;
}

const covariance = (x: Float64Array, y: Float64Array): number => {
  const mean = (of: Float64Array): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [a, b] = [mean(x), mean(y)];
  return x.reduce((sum, value, i) => sum + (value - a) * (y[i] - b), 0);
};

/** By name, of sums of products of deviations. */
const MATRICES: Readonly<Record<string, (xy: number, xx: number, yy: number, n: number) => number>> = {
  corr: (xy, xx, yy) => xy / Math.sqrt(xx * yy),
  covar_pop: (xy, _xx, _yy, n) => xy / n,
  covar_samp: (xy, _xx, _yy, n) => (n < 2 ? Number.NaN : xy / (n - 1)),
};

function matrix(rows: List, name: string, width: number): Item {
  const columns = Array.from({ length: width }, (_, k) =>
    Float64Array.from(rows, (row) => asNumber(width === 1 ? row : (row as List)[k])),
  );
  const own = columns.map((column) => covariance(column, column));
  return columns.map((x, i) =>
    columns.map((y, j) => MATRICES[name](i === j ? own[i] : covariance(x, y), own[i], own[j], rows.length)),
  );
}

export const LIST_WINDOWS: Readonly<Record<string, Operation>> = {
  moving_sum: ([list, window], [type]) => {
    const of = elementOf(type);
    return movingSums(list, of, integer(window)).map((sum) => {
      if (of.id === 'decimal') return exactValue(sum as bigint, wide(of));
      return typeof sum === 'number' ? sum : BigInt.asIntN(64, sum);
    });
  },
  /** Rows that a window lacks count as zero. */
  moving_average: ([list, window], [type]) => {
    const of = elementOf(type);
    const size = integer(window) === 0 ? list.length : integer(window);
    return movingSums(list, of, integer(window)).map((sum) =>
      of.id === 'decimal' ? exactValue((sum as bigint) / BigInt(size), wide(of)) : Number(sum) / size,
    );
  },
  placed: ([pairs, filler, size]) => placed(pairs, scalar(filler), integer(size)),
  /** Elements that all arrays of an array have, in the first one's order. */
  common: ([lists], [type]) => {
    if (lists.length === 0) return [];
    const key = keyOf(elementOf(type));
    const [first, ...others] = lists as readonly List[];
    const left = new Map(first.map((item) => [key(item), item]));
    for (const other of others) {
      const keys = new Set(other.map(key));
      for (const known of left.keys()) if (!keys.has(known)) left.delete(known);
    }
    return [...left.values()];
  },
  /** Of pairs, and of the ends of x if there are any. */
  sparkbar: ([pairs, width, ...ends], [type]) => {
    const [x, y] = fieldsOf(elementOf(type)).map((field) => field.type);
    const plain = (item: Item, of: LogicalType): number | bigint =>
      of.id === 'uint64' ? BigInt.asUintN(64, item as bigint) : (item as number | bigint);
    const points = pairs.map((pair): Point => {
      const [a, b] = pair as List;
      return [plain(a, x), plain(b, y)];
    });
    const range = ends.length === 0 ? null : ([scalar(ends[0]), scalar(ends[1])] as unknown as Point);
    return sparkbar(points, integer(width), range);
  },
  /** Of bitmaps, by the name of an operation. */
  bitmaps: ([states, operation]) => combinedBitmaps(scalar(operation) as string, states as readonly string[]),
  matrix: ([rows, name, width]) => matrix(rows, scalar(name) as string, integer(width)),
};
