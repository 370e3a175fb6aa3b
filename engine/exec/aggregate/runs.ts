/**
 * Grouping by runs: where rows of a group lie together, as in a table sorted by the key, a group is looked up once per run.
 *
 * Whether that is so shows in the batches; after some that have too many runs it is not tried any more.
 */

import type { Region } from '../../memory/region.ts';
import type { TaskContext } from '../context.ts';
import type { GroupTable } from '../group-table.ts';

/** Rows per run from which on it pays. */
const MIN_ROWS_PER_RUN = 4;
const MAX_MISSES = 4;

export class RunGrouping {
  readonly #task: TaskContext;
  readonly #pointers: number;
  #misses = 0;

  constructor(task: TaskContext, region: Region, keyWords: number) {
    this.#task = task;
    this.#pointers = region.alloc(keyWords * 4 + 4);
  }

  /** Group numbers of the rows, as {@link GroupTable.upsert} gives them; 0 when the keys do not come in runs. */
  upsert(table: GroupTable, words: readonly number[], rows: number): number {
    if (this.#misses >= MAX_MISSES) return 0;
    const { kernels, scratch, arena } = this.#task;
    words.forEach((word, k) => {
      arena.u32[this.#pointers / 4 + k] = word;
    });
    const most = Math.floor(rows / MIN_ROWS_PER_RUN);
    const starts = scratch.alloc((most + 1) * 4);
    const runs = kernels.key_runs(this.#pointers, words.length, rows, most, starts);
    if (runs > most) {
      this.#misses++;
      return 0;
    }
    this.#misses = 0;
    const firsts = words.map((word) => {
      const out = scratch.alloc(runs * 8);
      kernels.take_u64(word, starts, runs, out);
      return out;
    });
    const gids = scratch.alloc(rows * 4);
    kernels.spread_u32(table.upsert(firsts, runs), starts, runs, rows, gids);
    return gids;
  }
}
