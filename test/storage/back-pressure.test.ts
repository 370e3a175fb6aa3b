/** Inserts where merges do not keep up: slower, then refused, by the fullest partition. */

import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../engine/base/clock.ts';
import type { TableLimits } from '../../engine/plan/ttl.ts';
import type { Chunk } from '../../engine/vector/vector.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import type { Store } from '../../storage/store.ts';
import type { PartitionFunction } from '../../storage/table/partition.ts';
import { chunkValues } from './support/ground.ts';
import { insertRows, openStore, simpleTable } from './support/store.ts';

/** The first row's id says the partition: its hundreds. */
const byHundreds: PartitionFunction = (batch) => ({
  values: [[(chunkValues(batch.columns.get(1) as Chunk)[0] as bigint) / 100n]],
  ofRow: null,
});

let timer: ManualClock;
let store: Store;

async function table(limits: TableLimits): Promise<number> {
  const { id } = await store.createTable({ ...simpleTable('t'), limits });
  return id;
}

async function addSegments(tableId: number, count: number, first = 0): Promise<void> {
  for (let i = 0; i < count; i++) {
    await insertRows(store, tableId, { id: [first + i], text: ['x'] });
    await store.flush();
  }
}

beforeEach(async () => {
  timer = new ManualClock();
  store = await openStore(new MemoryFileSystem(), {
    insertTimer: timer,
    partitionOf: () => byHundreds,
    settings: { partsToDelayInsert: 300, partsToThrowInsert: 1000 },
  });
});

/** How long an insert waits, in milliseconds of the clock; null: longer than a minute. */
async function waited(tableId: number): Promise<number | null> {
  let admitted = false;
  const waiting = store.admitInsert(tableId).then(() => {
    admitted = true;
  });
  for (let ms = 0; ms <= 60_000; ms++) {
    for (let i = 0; i < 4; i++) await Promise.resolve();
    if (admitted) return waiting.then(() => ms);
    timer.advance(1);
  }
  return null;
}

describe('back-pressure', () => {
  it('slows inserts down the more, the fuller the fullest partition is', async () => {
    const id = await table({ partsToDelayInsert: 3, partsToThrowInsert: 8 });
    await addSegments(id, 2);
    expect(await waited(id)).toBe(0);
    await addSegments(id, 1, 10);
    expect(await waited(id)).toBe(200);
    await addSegments(id, 2, 20);
    expect(await waited(id)).toBe(600);
    // Other partitions do not count together with it.
    await addSegments(id, 4, 100);
    expect(await waited(id)).toBe(600);
    await store.close();
  });

  it('refuses inserts with TOO_MANY_PARTS, saying what to do, and goes on after a merge', async () => {
    const id = await table({ partsToThrowInsert: 4 });
    await addSegments(id, 4);
    const error = { errorName: 'TOO_MANY_PARTS', message: expect.stringMatching(/^Too many parts \(4 in/) };
    await expect(store.admitInsert(id)).rejects.toMatchObject(error);
    await expect(insertRows(store, id, { id: [9], text: ['x'] })).rejects.toMatchObject(error);
    await store.mergeFinal(id, new AbortController().signal);
    await store.admitInsert(id);
    expect(await insertRows(store, id, { id: [9], text: ['x'] })).toMatchObject({ inserted: true });
    await store.close();
  });

  it('takes 0 as no limit', async () => {
    const id = await table({ partsToDelayInsert: 0, partsToThrowInsert: 0 });
    await addSegments(id, 5);
    expect(await waited(id)).toBe(0);
    await store.close();
  });

  it('lets go of those that wait when they are cancelled, and when the store closes', async () => {
    const id = await table({ partsToDelayInsert: 1, partsToThrowInsert: 1000 });
    await addSegments(id, 1);
    const cancel = new AbortController();
    const cancelled = store.admitInsert(id, cancel.signal);
    cancel.abort(new DOMException('enough', 'AbortError'));
    await expect(cancelled).rejects.toThrow('enough');
    const waiting = store.admitInsert(id);
    const failed = expect(waiting).rejects.toMatchObject({ errorName: 'DATABASE_CLOSED' });
    await store.close();
    await failed;
  });
});
