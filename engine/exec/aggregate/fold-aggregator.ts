/** Aggregates whose rows are added one by one (function/aggregate/fold.ts): the words of a state are taken out of their columns and put back. */

import { type FixedState, newFixed } from '../../function/aggregate/fixed-words.ts';
import { FOLDS } from '../../function/aggregate/fold.ts';
import type { AggregateCall } from '../../plan/expr.ts';
import type { Aggregator } from './aggregator.ts';
import { valuesVector } from './block-aggregator.ts';

/** Rows between two checks. */
const CHECK_ROWS = 4096;

export function foldAggregator(call: AggregateCall): Aggregator {
  const { words, ordered, result, add, merge, value } = FOLDS[call.fn];
  const params = call.params ?? [];
  const [state, other] = [newFixed(words), newFixed(words)];
  const row = newFixed(Math.max(1, call.args.length));
  return {
    words,
    ordered,
    update(task, gids, args, valid, n, states) {
      const { u8, u32 } = task.arena;
      for (let i = 0; i < n; i++) {
        if (i % CHECK_ROWS === 0) task.check();
        if (valid !== 0 && u8[valid + i] === 0) continue;
        const gid = u32[(gids >>> 2) + i];
        take(u32, args, i, row);
        take(u32, states, gid, state);
        add(state, row, params);
        put(u32, states, gid, state);
      }
    },
    merge(task, gids, from, n, states) {
      const { u32 } = task.arena;
      for (let i = 0; i < n; i++) {
        if (i % CHECK_ROWS === 0) task.check();
        const gid = u32[(gids >>> 2) + i];
        take(u32, from, i, other);
        take(u32, states, gid, state);
        merge(state, other, params);
        put(u32, states, gid, state);
      }
    },
    result: (task, states, n) =>
      valuesVector(task, result, n, (group) => {
        take(task.arena.u32, states, group, state);
        return value(state, params, call.type);
      }),
  };
}

function take(u32: Uint32Array, columns: readonly number[], at: number, { u32: to }: FixedState): void {
  for (let w = 0; w < columns.length; w++) {
    const from = (columns[w] >>> 2) + 2 * at;
    to[2 * w] = u32[from];
    to[2 * w + 1] = u32[from + 1];
  }
}

function put(u32: Uint32Array, columns: readonly number[], at: number, { u32: from }: FixedState): void {
  for (let w = 0; w < columns.length; w++) {
    const to = (columns[w] >>> 2) + 2 * at;
    u32[to] = from[2 * w];
    u32[to + 1] = from[2 * w + 1];
  }
}
