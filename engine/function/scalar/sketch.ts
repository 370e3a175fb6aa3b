/** What single sketches say, and sets that several make; they are given packed (type/packed.ts). */

import { type BloomTest, bloomTest } from '../../sketch/bloom.ts';
import { hiveHash, NULL_HASH } from '../../sketch/hive-hash.ts';
import { estimateHll } from '../../sketch/hll.ts';
import { hllBounds } from '../../sketch/hll-bounds.ts';
import { STATE_KINDS, type StateKindId } from '../../sketch/kind.ts';
import { blockOf, LocalMemory } from '../../sketch/memory.ts';
import { QuantileView } from '../../sketch/quantile-view.ts';
import { estimateOf, MAX_THETA, MAX_THETA_LG_K } from '../../sketch/theta.ts';
import { thetaBounds } from '../../sketch/theta-bounds.ts';
import { parseTheta, type ThetaHashes, thetaBytes, thetaSetOf } from '../../sketch/theta-format.ts';
import { parseTuples, tupleBytes, tupleSetOf, tupleSums } from '../../sketch/tuples-format.ts';
import { packItem } from '../../type/nested.ts';
import { packBytes, unpackBytes } from '../../type/packed.ts';
import { array, FLOAT64 } from '../../type/type.ts';
import { BIG, implement } from '../implementation.ts';
import { plainText } from '../java-format.ts';
import type { Implementation } from '../row.ts';
import { hllSummary, quantilesSummary } from './sketch-summary.ts';

const memory = new LocalMemory();

/** @param use is given a block; 0 = nothing seen */
function withBlock<T>(kind: StateKindId, state: string, use: (block: number) => T): T {
  try {
    const slot = memory.slot();
    const bytes = unpackBytes(state);
    if (bytes.length > 0) STATE_KINDS[kind].read(memory, bytes, slot, [MAX_THETA_LG_K]);
    return use(blockOf(memory, slot));
  } finally {
    memory.reset();
  }
}

const parsed = (state: string): ThetaHashes | null => (state === '' ? null : parseTheta(unpackBytes(state)));
const viewed = <T>(state: string, use: (view: QuantileView) => T): T | null =>
  withBlock('quantiles', state, (block) => (block === 0 ? null : use(new QuantileView(memory, block))));

const FLOATS = array(FLOAT64);

/** The filter that was asked last, which a column of values asks again. */
let lastFilter: { readonly packed: string; readonly test: BloomTest } | undefined;

function testOf(packed: string): BloomTest {
  if (lastFilter?.packed !== packed) lastFilter = { packed, test: bloomTest(unpackBytes(packed)) };
  return lastFilter.test;
}

const hashed = (size: number, write: (view: DataView) => void): bigint => {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return hiveHash(new Uint8Array(view.buffer));
};
const utf8 = new TextEncoder();

/** Hive's hash of values: numbers of 64 bits as big-endian bytes, those of 32 bits as little-endian ones. */
const BLOOM_HASHES: readonly Implementation[] = [
  implement(
    'bloom_hash_str',
    ['str'],
    'i64',
    (x: string | null) => (x === null ? NULL_HASH : hiveHash(utf8.encode(x))),
    {
      nulls: 'custom',
    },
  ),
  implement(
    'bloom_hash_i64',
    ['i64'],
    'i64',
    (x: bigint | null) => (x === null ? NULL_HASH : hashed(8, (view) => view.setBigInt64(0, x))),
    { nulls: 'custom', integers: 'bigint' },
  ),
  implement(
    'bloom_hash_f64',
    ['f64'],
    'i64',
    (x: number | null) => (x === null ? NULL_HASH : hashed(8, (view) => view.setFloat64(0, x))),
    { nulls: 'custom' },
  ),
  implement(
    'bloom_hash_f32',
    ['f64'],
    'i64',
    (x: number | null) => (x === null ? NULL_HASH : hashed(4, (view) => view.setFloat32(0, x, true))),
    { nulls: 'custom' },
  ),
];

export const SKETCH: readonly Implementation[] = [
  implement('hll_estimate', ['str'], 'f64', (state: string) =>
    withBlock('hll', state, (block) => estimateHll(memory, block)),
  ),
  implement('theta_estimate', ['str'], 'f64', (state: string) => {
    const { hashes, theta } = parsed(state) ?? { hashes: [], theta: MAX_THETA };
    return estimateOf(hashes.length, theta);
  }),
  ...(['intersect', 'not'] as const).map((kind) =>
    implement(
      `theta_${kind}`,
      ['str'],
      'str',
      (...states: readonly string[]) => {
        const { theta, hashes } = thetaSetOf(kind, states.map(parsed));
        return packBytes(thetaBytes(theta, hashes));
      },
      { variadic: true },
    ),
  ),
  implement('quantiles_value', ['str', 'f64'], 'f64', (state: string, level: number) =>
    viewed(state, (view) => view.inclusive(level)),
  ),
  implement(
    'quantiles_values',
    ['str', 'f64'],
    'str',
    (state: string, ...levels: readonly number[]) =>
      viewed(state, (view) =>
        packItem(
          levels.map((level) => view.inclusive(level)),
          array(FLOAT64),
        ),
      ),
    { variadic: true },
  ),
  ...(['cumulative', 'histogram'] as const).map((way) =>
    implement(
      `quantiles_${way}`,
      ['str', 'f64'],
      'str',
      (state: string, ...points: readonly number[]) =>
        viewed(state, (view) => packItem(view[way](points), array(FLOAT64))),
      { variadic: true },
    ),
  ),
  implement('quantiles_rank', ['str', 'f64'], 'f64', (state: string, value: number) =>
    viewed(state, (view) => view.rankOf(value)),
  ),
  ...BLOOM_HASHES,
  implement(
    'bloom_test',
    ['i64', 'str'],
    'bool',
    (hash: bigint, filter: string) => testOf(filter)(hash),
    BIG,
  ),
  implement('hll_bounds', ['str', 'f64'], 'str', (state: string, deviations: number) =>
    withBlock('hll', state, (block) => {
      const { lower, upper } = hllBounds(memory, block, deviations);
      return packItem([estimateHll(memory, block), lower, upper], FLOATS);
    }),
  ),
  implement('hll_summary', ['str'], 'str', (state: string) =>
    withBlock('hll', state, (block) => hllSummary(memory, block, unpackBytes(state)[3])),
  ),
  implement('theta_bounds', ['str', 'f64'], 'str', (state: string, deviations: number) => {
    const { hashes, theta } = parsed(state) ?? { hashes: [], theta: MAX_THETA };
    const { lower, upper } = thetaBounds(hashes.length, theta, deviations);
    return `{"estimate":${plainText(estimateOf(hashes.length, theta))},"highBound":${plainText(upper)},"lowBound":${plainText(lower)},"numStdDev":${deviations}}`;
  }),
  implement('quantiles_summary', ['str'], 'str', (state: string) =>
    withBlock('quantiles', state, (block) => quantilesSummary(memory, block, unpackBytes(state))),
  ),
  implement('tuples_sums', ['str'], 'str', (state: string) =>
    state === '' ? null : packItem(tupleSums(parseTuples(unpackBytes(state))), FLOATS),
  ),
  ...(['union', 'intersect', 'not'] as const).map((kind) =>
    implement(
      `tuples_${kind}`,
      ['i64', 'str'],
      'str',
      (most: number, ...states: readonly string[]) => {
        const tuples = states.map((state) => parseTuples(unpackBytes(state)));
        return packBytes(tupleBytes(tupleSetOf(kind, most, tuples)));
      },
      { variadic: true },
    ),
  ),
];
