/** Many small inserts: few segments, few syncs, whatever the number of partitions they are scattered over. */

import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../engine/base/clock.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import type { Chunk } from '../../engine/vector/vector.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import type { PartitionFunction } from '../../storage/table/partition.ts';
import { chunkValues } from './support/ground.ts';
import { idsOf, insertRows, openStore, simpleTable } from './support/store.ts';

const INSERTS = 60_000;
const PER_SECOND = 1000;
/** Inserts under way at once. */
const AT_ONCE = 100;

describe('small inserts', () => {
  it('a thousand a second for a minute leave at most 20 segments', async () => {
    const clock = new ManualClock();
    const settings = { flushAgeMs: 5000, flushRows: 2000 };
    const store = await openStore(new MemoryFileSystem(), { clock, settings });
    const { id } = await store.createTable(simpleTable('t'));
    let most = 0;
    for (let next = 0; next < INSERTS; next += AT_ONCE) {
      await Promise.all(
        Array.from({ length: AT_ONCE }, (_, i) => insertRows(store, id, { id: [next + i], text: ['x'] })),
      );
      clock.advance((AT_ONCE / PER_SECOND) * 1000);
      await store.flushDue();
      while (await store.mergeDue());
      most = Math.max(most, store.tableInfo(id).segments.length);
    }
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(20);
    expect(idsOf(store, id)).toEqual(Array.from({ length: INSERTS }, (_, i) => i));
    await store.close();
  }, 60_000);

  it('that come at once share syncs of the log', async () => {
    const disk = new MemoryFileSystem();
    disk.makeDirectory('/data');
    const fs = new FaultFileSystem({ random: new SeededRandom(1) }, disk);
    const store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t'));
    const before = fs.trace.length;
    await Promise.all(Array.from({ length: 500 }, (_, i) => insertRows(store, id, { id: [i], text: ['x'] })));
    const syncs = fs.trace.slice(before).filter((call) => /sync/i.test(call) && call.includes('wal'));
    expect(syncs.length).toBeGreaterThan(0);
    expect(syncs.length).toBeLessThan(20);
    await store.close();
  });

  it('scattered over a thousand partitions do not make a thousand segments a minute', async () => {
    const clock = new ManualClock();
    const partitionOf: PartitionFunction = (batch) => {
      const values = chunkValues(batch.columns.get(1) as Chunk).map((v) => (v as bigint) % 1000n);
      const distinct = [...new Set(values)];
      return {
        values: distinct.map((value) => [value]),
        ofRow: Uint32Array.from(values, (value) => distinct.indexOf(value)),
      };
    };
    const store = await openStore(new MemoryFileSystem(), { clock, partitionOf: () => partitionOf });
    const { id } = await store.createTable(simpleTable('t'));
    let next = 0;
    for (let minute = 0; minute < 9; minute++) {
      const ids = Array.from({ length: 1000 }, () => next++);
      await insertRows(store, id, { id: ids, text: ids.map(() => 'late') });
      clock.advance(60_000);
      await store.flushDue();
      expect(store.tableInfo(id).segments).toEqual([]);
    }
    clock.advance(60_000);
    await store.flushDue();
    expect(store.tableInfo(id).segments.length).toBe(1000);
    expect(idsOf(store, id).length).toBe(next);
    await store.close();
  });
});
