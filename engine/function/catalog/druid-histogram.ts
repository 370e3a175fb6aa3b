/** Druid's t-digests and histograms of fixed buckets. */

import { BasaltError } from '../../base/error.ts';
import { MAX_BUCKETS, OUTLIERS } from '../../sketch/buckets.ts';
import { MAX_COMPRESSION, MIN_COMPRESSION } from '../../sketch/digest.ts';
import { FLOAT64, type LogicalType } from '../../type/type.ts';
import type { Argument, FunctionRow, Resolve, ResolveContext } from '../row.ts';
import { aggregate } from '../signature.ts';
import { levelOf } from './quantile.ts';
import { calledOf, isState, numberOf, type SizeRange, sizeOf } from './sketch-call.ts';

export const DIGEST = 'digest_f64';
export const DIGEST_NAME = 'tDigestSketch';
export const BUCKETS = 'buckets_f64';
export const BUCKETS_NAME = 'fixedBucketsHistogram';
/** The level of a state that is asked for no other. */
export const MIDDLE = 0.5;
const COMPRESSION: SizeRange = [100, MIN_COMPRESSION, MAX_COMPRESSION];

/** A number, or a state of the kind, as it is taken. */
const taken = (
  kind: 'digest' | 'buckets',
  arg: Argument,
  context: ResolveContext,
): LogicalType | undefined => (isState(arg.type, kind) ? arg.type : numberOf(arg, context));

/** @param gives a digest, or its value at a level, which stands second */
const digest =
  (gives: 'value' | 'state'): Resolve =>
  (args, context) => {
    const [x, ...rest] = args;
    const sizes = gives === 'value' ? rest.slice(1) : rest;
    if (x === undefined || sizes.length > 1 || (gives === 'value' && rest.length === 0)) return undefined;
    const target = taken('digest', x, context);
    if (target === undefined) return undefined;
    const level = gives === 'value' ? levelOf(rest[0].value ?? null, 'the quantile') : MIDDLE;
    const params = [sizeOf(sizes[0], COMPRESSION, 'The compression'), level];
    const called = calledOf(
      { fn: DIGEST, params, result: FLOAT64, name: DIGEST_NAME, of: [FLOAT64] },
      x.type,
      gives,
    );
    return { ...called, casts: [target, ...rest.map(({ type }) => type)], prepare: ([value]) => [value] };
  };

/** (x, level, buckets, low, high [, outliers]) */
const buckets: Resolve = (args, context) => {
  const [x, level, count, low, high, outliers] = args;
  if (args.length < 5 || args.length > 6) return undefined;
  const target = taken('buckets', x, context);
  if (target === undefined) return undefined;
  const limits = [limitOf(low), limitOf(high)];
  if (!(limits[1] > limits[0]))
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `The upper limit ${limits[1]} is not above the lower one, ${limits[0]}`,
    );
  const params = [
    sizeOf(count, [1, 1, MAX_BUCKETS], 'The number of buckets'),
    levelOf(level.value ?? null, 'the quantile'),
    ...limits,
    outliersOf(outliers),
  ];
  const called = calledOf(
    { fn: BUCKETS, params, result: FLOAT64, name: BUCKETS_NAME, of: [FLOAT64] },
    x.type,
    'value',
  );
  return {
    ...called,
    casts: [target, ...args.slice(1).map(({ type }) => type)],
    prepare: ([value]) => [value],
  };
};

function limitOf({ value, type }: Argument): number {
  const scale = type.id === 'decimal' ? 10 ** (type.scale ?? 0) : 1;
  const limit = typeof value === 'bigint' || typeof value === 'number' ? Number(value) / scale : Number.NaN;
  if (Number.isFinite(limit)) return limit;
  throw new BasaltError('BAD_ARGUMENTS', 'The limits of a histogram are literal numbers');
}

function outliersOf(arg: Argument | undefined): number {
  const name = arg === undefined ? OUTLIERS[0] : String(arg.value).toLowerCase();
  const mode = (OUTLIERS as readonly string[]).indexOf(name);
  if (mode >= 0) return mode;
  throw new BasaltError('BAD_ARGUMENTS', `There is no way ${name} to handle outliers`, {
    hint: `Known: ${OUTLIERS.join(', ')}`,
  });
}

const N = '(VALUES (1), (2), (2), (5)) AS t(a)';

export const HISTOGRAMS: readonly FunctionRow[] = [
  aggregate(
    { druid: ['tdigest_generate_sketch'] },
    digest('state'),
    'tdigest_generate_sketch(x [, compression])',
    'A t-digest of the values, or of digests.',
    `SELECT tdigest_quantile(d, 0.5) FROM (SELECT tdigest_generate_sketch(a) AS d FROM ${N})`,
    '2.0',
  ),
  aggregate(
    { druid: ['tdigest_quantile'] },
    digest('value'),
    'tdigest_quantile(x, level [, compression])',
    'The value at a level, about, between the middles of the centroids of a t-digest; x may be such a digest.',
    `SELECT tdigest_quantile(a, 0.5) FROM ${N}`,
    '2.0',
  ),
  aggregate(
    { druid: ['approx_quantile_fixed_buckets'] },
    buckets,
    'approx_quantile_fixed_buckets(x, level, buckets, low, high [, outliers])',
    'The value at a level, about, by a histogram of buckets of equal width; outliers are left out (ignore, overflow) or belong to the bucket at their end (clip).',
    `SELECT approx_quantile_fixed_buckets(a, 0.5, 10, 0, 10) FROM ${N}`,
    '2.5',
  ),
];
