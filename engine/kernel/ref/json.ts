/**
 * Twin of as/json.ts. A row parser may leave any line to the exact path (STATUS.exact); the twin leaves every
 * one, so that what a reader gives with these kernels is what `JSON.parse` gives.
 */

import type { Arena } from '../../memory/arena.ts';
import { fields, STATE, STATUS } from './builder.ts';

export const jsonKernels = (arena: Arena) => {
  const { get } = fields(arena);
  return {
    /** Parses lines from STATE.pos until STATE.stop or STATE.rowLimit; answers a STATUS. */
    json_rows(state: number): number {
      const more = get(state, STATE.pos) < get(state, STATE.stop);
      return more && get(state, STATE.row) < get(state, STATE.rowLimit) ? STATUS.exact : STATUS.done;
    },
  };
};
