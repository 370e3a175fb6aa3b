/** Twin of as/csv.ts: leaves every record to the exact path, as json.ts does. */

import type { Arena } from '../../memory/arena.ts';
import { fields, STATE, STATUS } from './builder.ts';

export const csvKernels = (arena: Arena) => {
  const { get } = fields(arena);
  return {
    /** Parses records from STATE.pos until STATE.stop or STATE.rowLimit; answers a STATUS. */
    csv_rows(state: number): number {
      const more = get(state, STATE.pos) < get(state, STATE.stop);
      return more && get(state, STATE.row) < get(state, STATE.rowLimit) ? STATUS.exact : STATUS.done;
    },
  };
};
