/** Hidden rows: who sees them, how they survive, and how merges make them go. */

import { describe, expect, it } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import { MemoryFile, MemoryFileSystem } from '../../storage/fs/memory.ts';
import { LocalSegmentBuilder, type SegmentBuilder } from '../../storage/segment/segment-builder.ts';
import { frames, newContext } from './support/ground.ts';
import { deleteIds, idsOf, insertRows, openStore, readRows, simpleTable } from './support/store.ts';

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const rows = (ids: number[]) => ({ id: ids, text: ids.map((id) => `text ${id % 50}`) });
const overlays = (fs: MemoryFileSystem): string[] =>
  fs.list('/data/segment').filter((name) => name.endsWith('.del'));

describe('hidden rows', () => {
  it('are gone for new snapshots and there for old ones, also after opening again', async () => {
    const fs = new MemoryFileSystem();
    let store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t', { sortKey: [1] }));
    await insertRows(store, id, rows(range(0, 70_000)));
    const before = store.snapshot(id);
    await insertRows(store, id, rows(range(70_000, 70_010)));
    expect(await deleteIds(store, id, (row) => row % 3 === 0)).toBe(23_337);
    expect(await deleteIds(store, id, (row) => row % 3 === 0)).toBe(0);
    const left = range(0, 70_010).filter((row) => row % 3 !== 0);
    expect(store.tableInfo(id).rows).toBe(left.length);
    expect(before.rows).toBe(70_000);
    expect(before.parts.every(({ hidden }) => hidden === undefined)).toBe(true);
    before.release();
    expect(idsOf(store, id)).toEqual(left);
    // A sparse overlay takes the place of a dense one's state: all that is hidden is said again.
    expect(await deleteIds(store, id, (row) => row === 65_536 + 3)).toBe(1);
    const gone = new Set([65_539]);
    await store.close();
    expect(overlays(fs).every((name) => /^\d+\.[12]\.del$/.test(name))).toBe(true);
    store = await openStore(fs);
    expect(idsOf(store, id)).toEqual(left.filter((row) => !gone.has(row)));
    expect(store.snapshot(id).rows).toBe(left.length - 1);
    await store.close();
  });

  it('leave no file behind once nobody sees the state they were of', async () => {
    const fs = new MemoryFileSystem();
    const store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t'));
    await insertRows(store, id, rows(range(0, 100)));
    await deleteIds(store, id, (row) => row < 10);
    const [first] = overlays(fs);
    const old = store.snapshot(id);
    await deleteIds(store, id, (row) => row < 20);
    expect(overlays(fs)).toHaveLength(2);
    expect(old.rows).toBe(90);
    old.release();
    expect(overlays(fs)).toHaveLength(1);
    expect(overlays(fs)).not.toContain(first);
    await deleteIds(store, id, () => true);
    expect(fs.list('/data/segment')).toEqual([]);
    expect(store.tableInfo(id)).toMatchObject({ rows: 0, segments: [] });
    await store.close();
  });

  it('are left out by merges, and half of them are reason for one', async () => {
    const fs = new MemoryFileSystem();
    const store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t', { sortKey: [1] }));
    await insertRows(store, id, rows(range(0, 100)));
    await deleteIds(store, id, (row) => row < 49);
    expect(await store.mergeOnce(id)).toBe(false);
    await deleteIds(store, id, (row) => row < 50);
    expect(await store.mergeOnce(id)).toBe(true);
    const [merged] = store.tableInfo(id).segments;
    expect(merged).toMatchObject({ rows: 50 });
    expect(merged.overlay).toBeUndefined();
    expect(merged.columns[0]).toMatchObject({ min: 50n, max: 99n });
    expect(idsOf(store, id)).toEqual(range(50, 100));
    expect(overlays(fs)).toEqual([]);
    await store.close();
  });

  it('take their strings with them', async () => {
    const fs = new MemoryFileSystem();
    const store = await openStore(fs, {
      settings: { merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 } },
    });
    const { id } = await store.createTable(simpleTable('t', { sortKey: [1], compression: 'none' }));
    const secret = (i: number): string => (i % 2 === 0 ? `secret ${i % 20}` : `public ${i % 20}`);
    for (const from of [0, 1000]) {
      const ids = range(from, from + 1000);
      await insertRows(store, id, { id: ids, text: ids.map((i) => (i % 9 === 0 ? null : secret(i))) });
      await store.flush();
    }
    await deleteIds(store, id, (row) => row < 1000 && row % 2 === 0);
    const before = readRows(store, id, [1, 2]);
    await store.mergeOnce(id);
    expect(readRows(store, id, [1, 2])).toEqual(before);
    await deleteIds(store, id, (row) => row % 2 === 0 || row < 1000);
    await store.mergeOnce(id);
    expect(readRows(store, id, [1, 2])).toEqual(
      before.filter(([row]) => Number(row) % 2 === 1 && Number(row) >= 1000),
    );
    for (const name of fs.list('/data/segment')) {
      const bytes = Buffer.from(fs.files.get(`/data/segment/${name}`)?.contents() ?? []);
      expect(bytes.includes('public')).toBe(true);
      expect(bytes.includes('secret')).toBe(false);
    }
    await store.close();
  });

  it('stay hidden when a merge that did not know of them ends', async () => {
    const fs = new MemoryFileSystem();
    fs.makeDirectory('/data');
    const local = new LocalSegmentBuilder(newContext(), fs);
    const gate = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const builder: SegmentBuilder = {
      mergesAtOnce: 1,
      build: (table, batches, target) => local.build(table, batches, target),
      final: (...call) => local.final(...call),
      merge: async (table, inputs, target, job) => {
        const built = await local.merge(table, inputs, target, job);
        began.resolve();
        await gate.promise;
        return built;
      },
    };
    const settings = { merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 } };
    const store = await openStore(fs, { builder, settings });
    const { id } = await store.createTable(simpleTable('t', { sortKey: [1] }));
    for (const from of [0, 50]) {
      await insertRows(store, id, rows(range(from, from + 50)));
      await store.flush();
    }
    const merge = store.mergeOnce(id);
    await began.promise;
    expect(await deleteIds(store, id, (row) => row % 10 === 0)).toBe(10);
    gate.resolve();
    await merge;
    const left = range(0, 100).filter((row) => row % 10 !== 0);
    expect(idsOf(store, id)).toEqual(left);
    expect(store.tableInfo(id).segments).toHaveLength(2);
    await store.mergeOnce(id);
    expect(store.tableInfo(id).segments).toHaveLength(1);
    expect(idsOf(store, id)).toEqual(left);
    await store.close();
  });

  it('nobody publishes are hidden from nobody', async () => {
    const fs = new MemoryFileSystem();
    const store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t'));
    await insertRows(store, id, rows(range(0, 10)));
    const failed = store.mutate(id, async (mutation) => {
      mutation.hide(0, 0, 3);
      throw new BasaltError('QUERY_WAS_CANCELLED', 'cancelled');
    });
    await expect(failed).rejects.toThrow('cancelled');
    expect(idsOf(store, id)).toEqual(range(0, 10));
    expect(overlays(fs)).toEqual([]);
    await store.close();
  });

  it('that were damaged or lost on disk are an error, never seen again', async () => {
    const fs = new MemoryFileSystem();
    let store = await openStore(fs);
    const { id } = await store.createTable(simpleTable('t'));
    await insertRows(store, id, rows(range(0, 100)));
    await deleteIds(store, id, (row) => row % 2 === 0);
    await store.close();
    const path = `/data/segment/${overlays(fs)[0]}`;
    const bytes = fs.files.get(path)?.contents() ?? new Uint8Array();
    for (const at of [0, 9, 17, 25, bytes.length - 1]) {
      const damaged = bytes.slice();
      damaged[at] ^= 4;
      fs.put(path, MemoryFile.of(damaged));
      store = await openStore(fs);
      expect(() => store.snapshot(id)).toThrow(/does not match its checksum/);
      await store.close();
    }
    fs.unlink(path);
    await expect(openStore(fs)).rejects.toThrow(/\.del is missing/);
    frames.evict(Number.POSITIVE_INFINITY);
  });
});
