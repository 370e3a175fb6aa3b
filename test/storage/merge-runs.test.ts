/** Runs of a large insert, merged before anybody sees them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BasaltError } from '../../engine/base/error.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { Region } from '../../engine/memory/region.ts';
import { INT64, STRING } from '../../engine/type/type.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import { RealFileSystem } from '../../storage/fs/real.ts';
import { LocalSegmentBuilder, type SegmentBuilder } from '../../storage/segment/segment-builder.ts';
import type { BuiltSegment } from '../../storage/segment/target.ts';
import type { Store } from '../../storage/store.ts';
import type { StoreOptions } from '../../storage/store-options.ts';
import { arena, column, makeBatches, newContext, reclaiming } from './support/ground.ts';
import { openStore, readRows, simpleTable } from './support/store.ts';

const COLUMNS = [column(1, 'key', INT64), column(2, 'place', INT64), column(3, 'text', STRING)];
const merge = (maxRows: number, maxInputs = 16): StoreOptions['settings'] => ({
  merge: { fanIn: 4, maxInputs, maxRows, maxBytes: 1e9 },
});

type Run = { readonly partition: number; readonly keys: readonly number[]; readonly isRun: boolean };

/** Runs are written to files only: these are files to whoever asks. */
const asFiles = <T extends FileSystem>(fs: T): T => Object.defineProperty(fs, 'kind', { value: 'file' });

const newDisk = (): MemoryFileSystem => {
  const disk = asFiles(new MemoryFileSystem());
  disk.makeDirectory('/data');
  return disk;
};
const filesOf = (fs: FileSystem): string[] => fs.list('/data/segment').sort();

const open = (fs: FileSystem, settings: StoreOptions['settings']): Promise<Store> =>
  openStore(fs, { settings });

const newTable = (store: Store, policy = {}): ReturnType<Store['createTable']> =>
  store.createTable(simpleTable('t', { columns: COLUMNS, sortKey: [1], ...policy }));

/** Writes the runs; `place` counts all rows, in their order. */
async function write(
  store: Store,
  id: number,
  runs: readonly Run[],
  builder: SegmentBuilder,
): Promise<BuiltSegment[]> {
  const definition = store.tables().find((table) => table.id === id)!;
  const built: BuiltSegment[] = [];
  let place = 0;
  for (const { partition, keys, isRun } of runs) {
    const owner = arena.openOwner();
    const rows = {
      key: [...keys],
      place: keys.map(() => place++),
      text: keys.map((key) => `${key}`.padStart(40, 'text ')),
    };
    const target = store.reserveSegment(id, [BigInt(partition)], isRun);
    built.push(
      await builder.build(definition, makeBatches(new Region(arena, owner), definition, rows), target),
    );
    arena.closeOwner(owner);
  }
  return built;
}

const anyRuns = fc.array(
  fc.record({
    partition: fc.integer({ min: 0, max: 2 }),
    keys: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 }),
    isRun: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

it('have all rows, in as few segments as may be, and leave no file', async () => {
  await fc.assert(
    fc.asyncProperty(anyRuns, fc.integer({ min: 40, max: 400 }), async (runs, maxRows) => {
      const disk = newDisk();
      const store = await open(disk, merge(maxRows, 4));
      const { id } = await newTable(store);
      const written = await write(store, id, runs, new LocalSegmentBuilder(newContext(), disk));
      const built = await store.mergeRuns(id, written);
      expect(built.some(({ target }) => target.isRun === true)).toBe(false);
      await store.publish(id, built);
      expect(filesOf(disk)).toHaveLength(built.length);
      const all = readRows(store, id, [1, 2]).sort((a, b) => Number(a[1]) - Number(b[1]));
      expect(all).toEqual(runs.flatMap(({ keys }) => keys).map((key, i) => [BigInt(key), BigInt(i)]));
      for (const { meta } of built) expect(meta.rows).toBeLessThanOrEqual(Math.max(maxRows, 60));
      await store.close();
    }),
    { numRuns: 60 },
  );
});

it('of a table that keeps the last row of a key keep the last that came', async () => {
  await fc.assert(
    fc.asyncProperty(anyRuns, fc.integer({ min: 20, max: 400 }), async (runs, maxRows) => {
      const disk = newDisk();
      const settings = merge(maxRows, 3);
      const store = await open(disk, settings);
      const { id } = await newTable(store, { policy: { kind: 'replacing', version: null, isDeleted: null } });
      const written = await write(store, id, runs, new LocalSegmentBuilder(newContext(), disk));
      await store.publish(id, await store.mergeRuns(id, written));
      await store.mergeFinal(id, new AbortController().signal);
      const last = new Map<string, bigint>();
      let place = 0n;
      for (const { partition, keys } of runs)
        for (const key of keys) last.set(`${partition} ${key}`, place++);
      const places = readRows(store, id, [2]).map(([at]) => at as bigint);
      const ascending = (a: bigint, b: bigint): number => Number(a - b);
      expect(places.sort(ascending)).toEqual([...last.values()].sort(ascending));
      await store.close();
    }),
    { numRuns: 60 },
  );
});

const RUNS: Run[] = [0, 1, 2, 3, 4, 5].map((i) => ({
  partition: i % 2,
  keys: Array.from({ length: 40 }, (_, k) => k * 7 + i),
  isRun: i > 1,
}));

it('that fail or are cut anywhere are all there, or none of them, and no file is left of them', async () => {
  const settings = merge(100, 2);
  const insert = async (fs: FaultFileSystem): Promise<boolean> => {
    const store = await open(fs, settings);
    const { id } = await newTable(store);
    let written: BuiltSegment[] = [];
    try {
      written = await write(store, id, RUNS, new LocalSegmentBuilder(newContext(), fs));
      const merged = await store.mergeRuns(id, written);
      written = merged;
      await store.publish(id, merged);
      return true;
    } catch (error) {
      store.discard(written);
      if (!fs.crashed) await store.close().catch(() => {});
      throw error;
    }
  };
  const check = async (fs: FileSystem, acknowledged: boolean, where: string): Promise<void> => {
    const store = await open(fs, settings);
    const [table] = store.tables();
    const rows = table === undefined ? 0 : readRows(store, table.id, [2]).length;
    expect(acknowledged ? [240] : [0, 240], where).toContain(rows);
    const segments = table === undefined ? 0 : store.snapshot(table.id).parts.length;
    expect(filesOf(fs), where).toHaveLength(segments);
    await store.close();
  };
  const whole = asFiles(new FaultFileSystem({ random: new SeededRandom(1) }, newDisk()));
  await reclaiming(() => insert(whole));
  for (let at = 1; at <= whole.calls; at++) {
    await reclaiming(async () => {
      const random = new SeededRandom(at);
      const cut = asFiles(new FaultFileSystem({ random, crashAt: at }, newDisk()));
      const done = await insert(cut).catch(() => false);
      await check(asFiles(cut.afterCrash()), done, `cut at ${whole.trace[at - 1]}`);
      const failing = asFiles(new FaultFileSystem({ random, failAt: at, failCode: 'EIO' }, newDisk()));
      const answered = await insert(failing).catch(() => false);
      await check(failing, answered, `EIO at ${whole.trace[at - 1]}`);
    });
  }
});

it('that do not fit a merge are merged fewer at once, or written anew one by one', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'basalt-runs-'));
  try {
    const fs = new RealFileSystem();
    const asked: number[] = [];
    let fitting = 4;
    const local = new LocalSegmentBuilder(newContext(), fs);
    const builder: SegmentBuilder = {
      mergesAtOnce: 2,
      build: (...call) => local.build(...call),
      final: (...call) => local.final(...call),
      async merge(definition, inputs, target, job) {
        asked.push(inputs.length);
        if (inputs.length > fitting) throw new BasaltError('MEMORY_LIMIT_EXCEEDED', 'too much');
        return local.merge(definition, inputs, target, job);
      },
    };
    const store = await openStore(fs, { dir, settings: merge(1e6), builder });
    const { id } = await newTable(store);
    const runs = RUNS.map((run) => ({ ...run, partition: 0, isRun: true }));
    let rows = 0;
    for (const expected of [
      { fitting: 4, segments: 1 },
      { fitting: 1, segments: 6 },
    ]) {
      ({ fitting } = expected);
      asked.length = 0;
      const built = await store.mergeRuns(id, await write(store, id, runs, builder));
      expect(built).toHaveLength(expected.segments);
      expect(asked[0]).toBe(6);
      expect(asked.filter((count) => count === 1)).toHaveLength(fitting === 1 ? 6 : 0);
      await store.publish(id, built);
      rows += 240;
      expect(readRows(store, id, [2])).toHaveLength(rows);
    }
    await store.close();
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it('stop when they are told to, and leave nothing', async () => {
  const disk = newDisk();
  const store = await open(disk, merge(1e6));
  const { id } = await newTable(store);
  const written = await write(store, id, RUNS, new LocalSegmentBuilder(newContext(), disk));
  const signal = AbortSignal.abort(new BasaltError('QUERY_WAS_CANCELLED', 'enough'));
  await expect(store.mergeRuns(id, written, { signal })).rejects.toThrow('enough');
  expect(filesOf(disk)).toEqual([]);
  await store.close();
});
