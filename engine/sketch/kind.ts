/**
 * The kinds of states of variable size: how two become one, and what their bytes are outside of a query.
 *
 * The first parameter of an aggregate says how large its states get: lgK of HLL and theta sketches, k of quantiles.
 */

import { mergeHll } from './hll.ts';
import { readHll, writeHll } from './hll-format.ts';
import type { StateMemory, StateViews } from './memory.ts';
import { mergeQuantiles } from './quantiles.ts';
import { readQuantiles, writeQuantiles } from './quantiles-format.ts';
import { mergeTheta } from './theta.ts';
import { readTheta, writeTheta } from './theta-format.ts';
import { mergeValues, readValues, writeValues } from './value-list.ts';
import { mergeSet, readSet, writeSet } from './value-set.ts';

export type StateKind = {
  /** Adds the state in a block of `bytes` bytes, which stays as it is. */
  readonly merge: (memory: StateMemory, slot: number, from: number, bytes: number) => void;
  /** @param block 0 = nothing seen */
  readonly write: (memory: StateViews, block: number, size: number) => Uint8Array;
  /** Into an empty slot. @throws CORRUPTED_DATA */
  readonly read: (memory: StateMemory, bytes: Uint8Array, slot: number, size: number) => void;
};

export const STATE_KINDS = {
  hll: { merge: mergeHll, write: writeHll, read: readHll },
  theta: { merge: mergeTheta, write: writeTheta, read: readTheta },
  quantiles: { merge: mergeQuantiles, write: writeQuantiles, read: readQuantiles },
  values: { merge: mergeValues, write: writeValues, read: readValues },
  set: { merge: mergeSet, write: writeSet, read: readSet },
} satisfies Record<string, StateKind>;

export type StateKindId = keyof typeof STATE_KINDS;
