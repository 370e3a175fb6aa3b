/** A store on any file system, and the rows of a table as plain values. */

import { ManualClock } from '../../../engine/base/clock.ts';
import { SeededRandom } from '../../../engine/base/random.ts';
import { Region } from '../../../engine/memory/region.ts';
import { INT64, nullable, STRING, type Value } from '../../../engine/type/type.ts';
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
        return Array.from({ length: part.rows }, (_, i) => columns.map((values) => values[i]));
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
