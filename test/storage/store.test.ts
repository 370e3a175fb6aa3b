/** The life of tables: insert, flush, merge, replace, drop, close, open again. */

import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../engine/base/clock.ts';
import type { Timer } from '../../engine/base/timer.ts';
import type { Kernels } from '../../engine/kernel/load.ts';
import { referenceKernels } from '../../engine/kernel/ref/index.ts';
import { Region } from '../../engine/memory/region.ts';
import { FLOAT64, INT64, nullable, STRING, timestamp } from '../../engine/type/type.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import { Scheduler } from '../../storage/merge/scheduler.ts';
import { buildSegment } from '../../storage/segment/build.ts';
import { writeTarget } from '../../storage/segment/target.ts';
import type { PartitionFunction } from '../../storage/table/partition.ts';
import { arena, column, kernels, makeBatches, newContext, valueAt } from './support/ground.ts';
import { idsOf, insertRows, newProcess, openStore, readRows, simpleTable } from './support/store.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const rows = (ids: number[]) => ({
  id: ids,
  text: ids.map((id) => (id % 7 === 0 ? null : `text ${id % 50}`)),
});
const expected = (ids: number[]) => ids.map((id) => [BigInt(id), id % 7 === 0 ? null : `text ${id % 50}`]);
const byId = (a: unknown[], b: unknown[]): number => Number((a[0] as bigint) - (b[0] as bigint));

describe('store', () => {
  it('has rows in the memtable, in segments, and after being opened again', async () => {
    const fs = new MemoryFileSystem();
    let store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t'));
    await insertRows(store, id, rows(range(0, 100)));
    expect(store.tableInfo(id)).toMatchObject({ rows: 100, memoryRows: 100, segments: [] });
    expect(readRows(store, id, [1, 2])).toEqual(expected(range(0, 100)));
    await store.flush();
    expect(store.tableInfo(id)).toMatchObject({ rows: 100, memoryRows: 0 });
    await insertRows(store, id, rows(range(100, 150)));
    expect(readRows(store, id, [1, 2])).toEqual(expected(range(0, 150)));
    await store.close();
    expect(fs.list('/data')).not.toContain('LOCK');
    store = await openStore(fs);
    expect(store.tables().map(({ name }) => name)).toEqual(['t']);
    expect(readRows(store, id, [1, 2])).toEqual(expected(range(0, 150)));
    expect(store.tableInfo(id).memoryRows).toBe(0);
    await store.close();
  });

  it('has acknowledged rows after being killed', async () => {
    const fs = new MemoryFileSystem();
    const killed = await openStore(fs);
    const { id } = await killed.createTable(simpleTable('t'));
    await insertRows(killed, id, rows(range(0, 10)));
    await killed.flush();
    await insertRows(killed, id, rows(range(10, 20)));
    for (let life = 0; life < 3; life++) {
      const store = await openStore(fs);
      const now = 20 + life * 5;
      expect(readRows(store, id, [1, 2]).sort(byId)).toEqual(expected(range(0, now)));
      await insertRows(store, id, rows(range(now, now + 5)));
    }
  });

  it('acknowledges many inserts at once, each once', async () => {
    const store = await openStore(new MemoryFileSystem());
    const { id } = await store.createTable(simpleTable('t'));
    await Promise.all(range(0, 200).map((i) => insertRows(store, id, rows([i]))));
    expect(idsOf(store, id)).toEqual(range(0, 200));
    const snapshot = store.snapshot(id);
    expect(snapshot.parts.length).toBeLessThan(40);
    snapshot.release();
    await store.close();
  });

  it('takes a retried insert once, also after a restart and a flush', async () => {
    const fs = new MemoryFileSystem();
    let store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t'));
    const twice = await Promise.all([1, 2].map(() => insertRows(store, id, rows([1]), { token: 'a' })));
    expect(twice.map(({ inserted }) => inserted)).toEqual([true, false]);
    store = await openStore(fs);
    expect((await insertRows(store, id, rows([1]), { token: 'a' })).inserted).toBe(false);
    await store.close();
    store = await openStore(fs);
    expect((await insertRows(store, id, rows([1]), { token: 'a' })).inserted).toBe(false);
    expect((await insertRows(store, id, rows([2]), { token: 'b' })).inserted).toBe(true);
    expect(idsOf(store, id)).toEqual([1, 2]);
    await store.close();
  });

  it('writes large inserts straight into segments', async () => {
    const store = await openStore(new MemoryFileSystem(), { settings: { maxWalInsertBytes: 1000 } });
    const { id } = await store.createTable(simpleTable('t'));
    await insertRows(store, id, rows(range(0, 1000)), { batchRows: 300, token: 'big' });
    expect(store.tableInfo(id)).toMatchObject({ memoryRows: 0, segments: [{ rows: 1000 }] });
    expect((await insertRows(store, id, rows(range(0, 1000)), { token: 'big' })).inserted).toBe(false);
    expect(idsOf(store, id)).toEqual(range(0, 1000));
    await store.close();
  });

  it('keeps what a snapshot saw until it is released', async () => {
    const fs = new MemoryFileSystem();
    const store = await openStore(fs, {
      settings: { merge: { fanIn: 2, maxInputs: 8, maxRows: 1e6, maxBytes: 1e9 } },
    });
    const { id } = await store.createTable(simpleTable('t'));
    await insertRows(store, id, rows(range(0, 10)));
    await store.flush();
    await insertRows(store, id, rows(range(10, 20)));
    const before = store.snapshot(id);
    await store.flush();
    expect(await store.mergeOnce(id)).toBe(true);
    expect(await store.mergeOnce(id)).toBe(false);
    // The merged one, and the one that the snapshot saw before.
    expect(fs.list('/data/segment').length).toBe(2);
    expect(before.rows).toBe(20);
    const page = (
      before.parts[1].descriptor as { columns: [number, { whole: Parameters<typeof valueAt>[0] }][] }
    ).columns[0][1].whole;
    expect(valueAt(page, 9)).toBe(19n);
    before.release();
    before.release();
    expect(fs.list('/data/segment').length).toBe(1);
    expect(idsOf(store, id)).toEqual(range(0, 20));
    await store.dropTable(id);
    expect(fs.list('/data/segment').length).toBe(0);
    await store.close();
  });

  it('creates, alters and drops tables', async () => {
    const fs = new MemoryFileSystem();
    let store = await openStore(fs);
    const table = await store.createTable(simpleTable('t'));
    await expect(store.createTable(simpleTable('t'))).rejects.toMatchObject({
      errorName: 'TABLE_ALREADY_EXISTS',
    });
    await insertRows(store, table.id, rows([1, 2]));
    await store.flush();
    await insertRows(store, table.id, rows([3]));
    await store.alterTable(table.id, {
      define: (before) => ({
        ...before,
        name: 'u',
        columns: [...before.columns, column(3, 'more', INT64, 'auto', 7n)],
      }),
    });
    expect(readRows(store, table.id, [1, 3])).toEqual([
      [1n, 7n],
      [2n, 7n],
      [3n, 7n],
    ]);
    await store.close();
    store = await openStore(fs);
    expect(store.tables()[0]).toMatchObject({ name: 'u' });
    await store.dropTable(table.id);
    await expect(insertRows(store, table.id, rows([1]))).rejects.toMatchObject({
      errorName: 'UNKNOWN_TABLE',
    });
    const again = await store.createTable(simpleTable('t'));
    expect(again.id).toBeGreaterThan(table.id);
    expect(idsOf(store, again.id)).toEqual([]);
    await store.close();
    await expect(insertRows(store, again.id, rows([1]))).rejects.toMatchObject({
      errorName: 'DATABASE_CLOSED',
    });
  });

  it('publishes segments that were written elsewhere, in the place of others, with values', async () => {
    const fs = new MemoryFileSystem();
    const store = await openStore(fs);
    const table = await store.createTable(simpleTable('t'));
    await insertRows(store, table.id, rows(range(0, 10)));
    const context = newContext();
    const region = new Region(arena, arena.openOwner());
    const target = store.reserveSegment(table.id);
    expect(target.path).toBeNull();
    const built = writeTarget(fs, target, (output) =>
      buildSegment(context, table, makeBatches(region, table, rows(range(50, 60))), target, output),
    );
    await store.publish(table.id, [structuredClone(built)], {
      token: 'task 1',
      replaces: () => true,
      values: [['offset', { partition: 0, offset: 42n }]],
    });
    expect(idsOf(store, table.id)).toEqual(range(50, 60));
    expect(store.value('offset')).toEqual({ partition: 0, offset: 42n });
    expect(await store.publish(table.id, [], { token: 'task 1' })).toEqual({ inserted: false, rows: 0 });
    await store.close();
    const again = await openStore(fs);
    expect(idsOf(again, table.id)).toEqual(range(50, 60));
    expect(again.value('offset')).toEqual({ partition: 0, offset: 42n });
    await again.close();
  });

  it('cuts inserts into partitions and merges within them', async () => {
    const partitionOf: PartitionFunction = (batch) => {
      const ids = batch.columns.get(1)?.whole;
      const ofRow = Uint32Array.from({ length: batch.rows }, (_, i) => Number(ids && valueAt(ids, i)) % 3);
      return { values: [[0n], [1n], [2n]], ofRow };
    };
    const store = await openStore(new MemoryFileSystem(), {
      partitionOf: () => partitionOf,
      settings: { merge: { fanIn: 2, maxInputs: 8, maxRows: 1e6, maxBytes: 1e9 } },
    });
    const { id } = await store.createTable(simpleTable('t', { sortKey: [2, 1] }));
    for (let i = 0; i < 4; i++) {
      await insertRows(store, id, rows(range(i * 1000, (i + 1) * 1000)));
      await store.flush();
    }
    expect(store.tableInfo(id).segments.length).toBe(12);
    while (await store.mergeOnce(id));
    const { segments } = store.tableInfo(id);
    expect(segments.map(({ partition }) => partition[0]).sort()).toEqual([0n, 1n, 2n]);
    expect(segments.every(({ rows }) => rows > 1300)).toBe(true);
    expect(readRows(store, id, [1, 2]).sort(byId)).toEqual(expected(range(0, 4000)));
    await store.close();
  });

  it('flushes by age, rows and bytes', async () => {
    const clock = new ManualClock(0);
    const store = await openStore(new MemoryFileSystem(), {
      clock,
      settings: { flushRows: 100, flushAgeMs: 1000 },
    });
    const { id } = await store.createTable(simpleTable('t'));
    await insertRows(store, id, rows(range(0, 10)));
    expect(await store.flushDue()).toBe(false);
    clock.advance(1000);
    expect(await store.flushDue()).toBe(true);
    expect(store.tableInfo(id).memoryRows).toBe(0);
    await insertRows(store, id, rows(range(10, 500)));
    await store.flush();
    expect(store.tableInfo(id)).toMatchObject({ memoryRows: 0, segments: [{ rows: 10 }, { rows: 490 }] });
    expect(idsOf(store, id)).toEqual(range(0, 500));
    await store.close();
  });

  it('replaces intervals of time whole, or refuses', async () => {
    const store = await openStore(new MemoryFileSystem());
    const { id } = await store.createTable(
      simpleTable('t', {
        columns: [
          column(1, 'id', INT64),
          column(2, 'text', nullable(STRING)),
          column(3, 'time', timestamp(3)),
        ],
        timeColumn: 3,
      }),
    );
    for (const day of [0, 100, 200]) {
      await insertRows(store, id, { ...rows([day, day + 1]), time: [day, day + 1] });
      await store.flush();
    }
    await expect(store.publish(id, [], { replaceIntervals: [{ from: 0n, to: 101n }] })).rejects.toMatchObject(
      {
        errorName: 'BAD_ARGUMENTS',
      },
    );
    expect(idsOf(store, id).length).toBe(6);
    await store.publish(id, [], { replaceIntervals: [{ from: 50n, to: 150n }] });
    expect(idsOf(store, id)).toEqual([0, 1, 200, 201]);
    await store.close();
  });

  it('is looked after in the background', async () => {
    const clock = new ManualClock(0);
    const store = await openStore(new MemoryFileSystem(), { clock, settings: { flushAgeMs: 1000 } });
    const { id } = await store.createTable(simpleTable('t'));
    const ticks: { delayMs: number; run: () => void }[] = [];
    const timer: Timer = {
      after: (delayMs, run) => {
        ticks.push({ delayMs, run });
        return () => {};
      },
    };
    const scheduler = new Scheduler(store, clock, timer);
    expect(ticks).toEqual([]);
    await insertRows(store, id, rows([1]));
    scheduler.wake();
    scheduler.wake();
    clock.advance(1000);
    for (const tick of ticks) tick.run();
    await scheduler.stop();
    expect(store.tableInfo(id).memoryRows).toBe(0);
    // Flushes, small merges, any merges.
    expect(ticks.map(({ delayMs }) => delayMs)).toEqual([1000, 1000, 1000]);
    await store.close();
  });

  it('locks its folder', async () => {
    const fs = new MemoryFileSystem();
    const processes = newProcess();
    const store = await openStore(fs, { processes });
    await expect(openStore(fs, { processes })).rejects.toMatchObject({ errorName: 'FOLDER_LOCKED' });
    await store.close();
    await (await openStore(fs, { processes })).close();
  });
});

describe('reference kernels', () => {
  it('write what compiled kernels read, and the other way round', async () => {
    const reference = referenceKernels(arena) as Kernels;
    for (const [writing, reading] of [
      [reference, kernels],
      [kernels, reference],
    ]) {
      const fs = new MemoryFileSystem();
      const options = { settings: { merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 } } };
      let store = await openStore(fs, { ...options, kernels: writing });
      const { id } = await store.createTable(simpleTable('t', { sortKey: [2, 1] }));
      await insertRows(store, id, rows(range(0, 500)));
      await store.flush();
      await insertRows(store, id, rows(range(500, 600)));
      await store.flush();
      await insertRows(store, id, rows(range(600, 650)));
      // Killed: the other side replays, merges and reads.
      store = await openStore(fs, { ...options, kernels: reading });
      expect(await store.mergeOnce(id)).toBe(true);
      expect(readRows(store, id, [1, 2]).sort(byId)).toEqual(expected(range(0, 650)));
      await store.close();
    }
  });
});

describe('merge', () => {
  it('keeps every row in order, whatever the types, dictionaries and NULLs', async () => {
    const store = await openStore(new MemoryFileSystem(), {
      settings: { maxWalInsertBytes: 100, merge: { fanIn: 3, maxInputs: 3, maxRows: 1e7, maxBytes: 1e9 } },
    });
    const { id } = await store.createTable(
      simpleTable('t', {
        columns: [
          column(1, 'id', INT64),
          column(2, 'text', nullable(STRING)),
          column(3, 'time', timestamp(3)),
          column(4, 'unique', nullable(STRING)),
          column(5, 'ratio', nullable(FLOAT64)),
          column(6, 'flag', nullable({ id: 'bool', nullable: true })),
        ],
        sortKey: [2, 3],
        timeColumn: 3,
      }),
    );
    const make = (from: number, to: number) => {
      const ids = range(from, to);
      return {
        ...rows(ids),
        time: ids.map((i) => (i * 7919) % 1000),
        unique: ids.map((i) => (i % 11 === 0 ? null : `unique string number ${i}`)),
        ratio: ids.map((i) => (i % 5 === 0 ? null : i / 4)),
        flag: ids.map((i) => (i % 3 === 0 ? null : i % 2 === 0)),
      };
    };
    await insertRows(store, id, make(0, 70000));
    await insertRows(store, id, make(70000, 150000));
    await insertRows(store, id, make(150000, 215000));
    const before = readRows(store, id, [1, 2, 3, 4, 5, 6]).sort(byId);
    expect(await store.mergeOnce(id)).toBe(true);
    const after = readRows(store, id, [1, 2, 3, 4, 5, 6]);
    expect(store.tableInfo(id).segments.map(({ rows: n }) => n)).toEqual([215000]);
    const key = ([id_, text, time]: unknown[]): string =>
      [text ?? '', String(time).padStart(4, '0'), String(id_).padStart(7, '0')].join('\u0001');
    const keys = after.map(key);
    expect(keys.findIndex((k, i) => i > 0 && keys[i - 1] > k)).toBe(-1);
    expect([...after].sort(byId)).toEqual(before);
    await store.close();
  });
});
