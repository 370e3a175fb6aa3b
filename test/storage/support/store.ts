/** A store on any file system, and the rows of a table as plain values. */

import { ManualClock } from '../../../engine/base/clock.ts';
import { SeededRandom } from '../../../engine/base/random.ts';
import { Region } from '../../../engine/memory/region.ts';
import { APPEND } from '../../../engine/plan/row-policy.ts';
import type { Part } from '../../../engine/plan/source.ts';
import { INT64, nullable, STRING, type Value } from '../../../engine/type/type.ts';
import { hiddenBits } from '../../../engine/vector/hidden-rows.ts';
import { BLOCK_ROWS } from '../../../engine/vector/vector.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import { nodeCompressors } from '../../../storage/fs/node-compressors.ts';
import type { ProcessTable } from '../../../storage/fs/process.ts';
import { openPart } from '../../../storage/open-part.ts';
import { Store } from '../../../storage/store.ts';
import type { NewTable, StoreOptions } from '../../../storage/store-options.ts';
import {
  arena,
  column,
  columnValues,
  frames,
  kernels,
  makeBatches,
  newContext,
  type Rows,
} from './ground.ts';

let nextPid = 1;

/** Every open is another process, and all earlier ones are dead. */
export const newProcess = (): ProcessTable => {
  const self = { pid: nextPid++, boot: 'boot', started: '1' };
  return { self, isAlive: (other) => other.pid === self.pid };
};

export const openStore = (fs: FileSystem, more: Partial<StoreOptions> = {}): Promise<Store> =>
  Store.open({
    fs,
    dir: '/data',
    arena,
    kernels,
    frames,
    clock: new ManualClock(1000),
    random: new SeededRandom(1),
    compressors: nodeCompressors,
    processes: newProcess(),
    ...more,
  });

export const simpleTable = (name: string, more: Partial<NewTable> = {}): NewTable => ({
  name,
  columns: [column(1, 'id', INT64), column(2, 'text', nullable(STRING))],
  sortKey: [],
  timeColumn: null,
  partitionBy: null,
  policy: APPEND,
  compression: 'fast',
  options: null,
  ...more,
});

export async function insertRows(
  store: Store,
  tableId: number,
  rows: Rows,
  options: { token?: string; batchRows?: number } = {},
): Promise<{ inserted: boolean; rows: number }> {
  const definition = store.tables().find(({ id }) => id === tableId);
  if (definition === undefined) return store.insert(tableId, []);
  const owner = arena.openOwner();
  try {
    const batches = makeBatches(new Region(arena, owner), definition, rows, options.batchRows);
    return await store.insert(tableId, batches, options);
  } finally {
    arena.closeOwner(owner);
  }
}

const context = newContext();

/** Numbers of the rows that are not hidden. */
function liveNumbers({ rows, hidden }: Part): number[] {
  const numbers = Array.from({ length: rows }, (_, i) => i);
  if (hidden === undefined) return numbers;
  return numbers.filter((i) => {
    const bits = hiddenBits(arena, hidden, Math.floor(i / BLOCK_ROWS));
    const row = i % BLOCK_ROWS;
    return bits === 0 || ((arena.u8[bits + (row >> 3)] >> (row & 7)) & 1) === 0;
  });
}

/** Hides rows by their ids, as a DELETE does; answers how many. */
export const deleteIds = (store: Store, tableId: number, gone: (id: number) => boolean): Promise<number> =>
  store.mutate(tableId, async (mutation) => {
    mutation.snapshot.parts.forEach((part, p) => {
      const reader = openPart(context, frames, part);
      const ids = columnValues(reader, 1);
      reader.close();
      for (const i of liveNumbers(part))
        if (gone(Number(ids[i]))) mutation.hide(p, Math.floor(i / BLOCK_ROWS), i % BLOCK_ROWS);
    });
    const { hiddenRows } = mutation;
    await mutation.commit();
    return hiddenRows;
  });

/** All rows, in no particular order of parts, as tuples of the columns asked for. */
export function readRows(store: Store, tableId: number, columnIds: readonly number[]): Value[][] {
  const snapshot = store.snapshot(tableId);
  try {
    return snapshot.parts.flatMap((part) => {
      const reader = openPart(
        context,
        frames,
        structuredClone({ kind: part.kind, descriptor: part.descriptor }),
      );
      try {
        const columns = columnIds.map((id) => columnValues(reader, id));
        return liveNumbers(part).map((i) => columns.map((values) => values[i]));
      } finally {
        reader.close();
      }
    });
  } finally {
    snapshot.release();
  }
}

export const idsOf = (store: Store, tableId: number): number[] =>
  readRows(store, tableId, [1])
    .map(([id]) => Number(id))
    .sort((a, b) => a - b);
