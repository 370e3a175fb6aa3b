/**
 * The kinds of states of variable size: how two become one, and what their bytes are outside of a query.
 *
 * The first parameter of an aggregate says how large its states get: lgK of HLL, theta and tuple sketches, k of quantiles, the compression
 * of a t-digest, how many buckets a histogram has and for how many values a Bloom filter is.
 */

import { mergeBloom, readBloom, writeBloom } from './bloom.ts';
import { mergeBuckets, readBuckets, writeBuckets } from './buckets.ts';
import { mergeDigest, readDigest, writeDigest } from './digest.ts';
import { mergeHll } from './hll.ts';
import { readHll, writeHll } from './hll-format.ts';
import { blockOf, copyBlock, type StateMemory, type StateViews } from './memory.ts';
import { mergeQuantiles } from './quantiles.ts';
import { readQuantiles, writeQuantiles } from './quantiles-format.ts';
import { mergeTallies, readTallies, writeTallies } from './tally.ts';
import { mergeTexts, readTexts, writeTexts } from './text-list.ts';
import { mergeTheta } from './theta.ts';
import { readTheta, writeTheta } from './theta-format.ts';
import { mergeTuples } from './tuples.ts';
import { readTuples, writeTuples } from './tuples-format.ts';
import { mergeValues, readValues, writeValues } from './value-list.ts';
import { mergeSet, readSet, writeSet } from './value-set.ts';

export type StateKindId =
  | 'hll'
  | 'theta'
  | 'quantiles'
  | 'digest'
  | 'buckets'
  | 'tuples'
  | 'bloom'
  | 'values'
  | 'set'
  | 'texts'
  | 'tally_i64'
  | 'tally_f64';

type Params = readonly number[];

export type StateKind = {
  /** Texts in it are of a form that `read` does not know. */
  readonly checks?: boolean;
  /** Adds the state in a block of `bytes` bytes, which stays as it is. */
  readonly merge: (memory: StateMemory, slot: number, from: number, bytes: number) => void;
  /** @param block 0 = nothing seen. @param params of the aggregate */
  readonly write: (memory: StateViews, block: number, params: Params) => Uint8Array;
  /** Into an empty slot. @throws CORRUPTED_DATA */
  readonly read: (memory: StateMemory, bytes: Uint8Array, slot: number, params: Params) => void;
};

/** A state that has seen nothing becomes the other as it is. */
const joined =
  (join: (memory: StateMemory, slot: number, from: number) => void): StateKind['merge'] =>
  (memory, slot, from, bytes) => {
    if (blockOf(memory, slot) === 0) copyBlock(memory, slot, from, bytes);
    else join(memory, slot, from);
  };

export const STATE_KINDS: Readonly<Record<StateKindId, StateKind>> = {
  hll: {
    merge: joined(mergeHll),
    write: (memory, block, [lgK]) => writeHll(memory, block, lgK),
    read: readHll,
  },
  theta: {
    merge: joined(mergeTheta),
    write: writeTheta,
    read: (memory, bytes, slot, [lgK]) => readTheta(memory, bytes, slot, lgK),
  },
  quantiles: {
    merge: joined(mergeQuantiles),
    write: (memory, block, [k]) => writeQuantiles(memory, block, k),
    read: readQuantiles,
  },
  digest: {
    merge: joined(mergeDigest),
    write: (memory, block, [compression]) => writeDigest(memory, block, compression),
    read: readDigest,
  },
  buckets: { merge: joined(mergeBuckets), write: writeBuckets, read: readBuckets },
  tuples: { merge: joined(mergeTuples), write: writeTuples, read: readTuples },
  bloom: {
    merge: joined(mergeBloom),
    write: (memory, block, [entries]) => writeBloom(memory, block, entries),
    read: readBloom,
  },
  values: { merge: joined(mergeValues), write: writeValues, read: readValues },
  set: { merge: joined(mergeSet), write: writeSet, read: readSet },
  texts: { merge: joined(mergeTexts), write: writeTexts, read: readTexts, checks: true },
  tally_i64: {
    merge: joined(mergeTallies('i64')),
    write: writeTallies,
    read: readTallies('i64'),
    checks: true,
  },
  tally_f64: {
    merge: joined(mergeTallies('f64')),
    write: writeTallies,
    read: readTallies('f64'),
    checks: true,
  },
};
