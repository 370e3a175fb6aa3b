/**
 * Power cuts, full disks and flipped bits, simulated. BASALT_CRASH_SEEDS and BASALT_CRASH_FIRST_SEED widen the
 * search; a failure names the seed and the call that replay it.
 */

import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { INT64, STRING } from '../../engine/type/type.ts';
import { type FaultCode, FaultFileSystem } from '../../storage/fs/fault.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { MemoryFile, MemoryFileSystem } from '../../storage/fs/memory.ts';
import { effort } from '../effort.ts';
import { column, reclaiming } from './support/ground.ts';
import { deleteIds, idsOf, insertRows, openStore, simpleTable } from './support/store.ts';
import { complaints, Ledger, openForWorkload, runWorkload } from './support/workload.ts';

const SEEDS = Number(process.env['BASALT_CRASH_SEEDS'] ?? effort(2000, 100));
const FIRST_SEED = Number(process.env['BASALT_CRASH_FIRST_SEED'] ?? 1);
const STEPS = 60;
/** Many times what it takes: the machine may be busy. */
const TIMEOUT_MS = 60_000 + SEEDS * 200;

const newDisk = (): MemoryFileSystem => {
  const disk = new MemoryFileSystem();
  disk.makeDirectory('/data');
  return disk;
};

/** Runs until the crash, then lets the next process find what is left; answers what is wrong with it. */
const crashAndReopen = (seed: number, crashAt: number, steps = STEPS): Promise<string[]> =>
  reclaiming(() => crashOnce(seed, crashAt, steps));

async function crashOnce(seed: number, crashAt: number, steps: number): Promise<string[]> {
  const fs = new FaultFileSystem({ random: new SeededRandom(seed), crashAt }, newDisk());
  const ledger = new Ledger();
  const where = (): string => `seed ${seed}, crash at ${fs.trace.at(-1)}`;
  try {
    await runWorkload(fs, seed, steps, ledger);
  } catch (error) {
    if (!fs.crashed) return [`${where()}: ${(error as Error).message}`];
  }
  const disk = fs.afterCrash();
  try {
    const store = await openForWorkload(disk);
    const found = complaints(store, ledger).map((text) => `${where()}: ${text}`);
    await store.close();
    return found;
  } catch (error) {
    return [`${where()}: does not open: ${(error as Error).message}`];
  }
}

async function countCalls(seed: number, steps = STEPS): Promise<number> {
  const fs = new FaultFileSystem({ random: new SeededRandom(seed) }, newDisk());
  await runWorkload(fs, seed, steps, new Ledger());
  return fs.calls;
}

describe('a simulated crash', () => {
  it('after every call of one run loses nothing acknowledged', async () => {
    const calls = await countCalls(5);
    expect(calls).toBeGreaterThan(200);
    const step = effort(1, 5);
    for (let at = 1; at <= calls; at += step) expect(await crashAndReopen(5, at)).toEqual([]);
  });

  it(
    'of any seed loses nothing acknowledged',
    async () => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
        const random = new SeededRandom(seed * 31 + 1);
        expect(await crashAndReopen(seed, 1 + random.below(1 + random.below(400)))).toEqual([]);
      }
    },
    TIMEOUT_MS,
  );

  it(
    'after a kill, of the process that took over, loses nothing acknowledged',
    async () => {
      const run = async (seed: number): Promise<void> => {
        const random = new SeededRandom(seed * 17);
        const killAt = 20 + random.below(300);
        const fs = new FaultFileSystem({ random: new SeededRandom(seed), crashAt: killAt }, newDisk());
        const ledger = new Ledger();
        await runWorkload(fs, seed, STEPS, ledger).catch(() => {});
        fs.restart(fs.calls + 1 + random.below(60));
        await runWorkload(fs, seed + 1, 3, ledger, false).catch(() => {});
        const store = await openForWorkload(fs.afterCrash());
        const where = `seed ${seed}, killed at ${killAt}, cut at ${fs.trace.at(-1)}`;
        expect(complaints(store, ledger).map((text) => `${where}: ${text}`)).toEqual([]);
        await store.close();
      };
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS / 2; seed++) await reclaiming(() => run(seed));
    },
    TIMEOUT_MS,
  );

  it(
    'during recovery from a crash loses nothing acknowledged',
    async () => {
      const run = async (seed: number): Promise<void> => {
        const fs = new FaultFileSystem({ random: new SeededRandom(seed), crashAt: 150 }, newDisk());
        const ledger = new Ledger();
        await runWorkload(fs, seed, STEPS, ledger).catch(() => {});
        let disk = fs.afterCrash();
        for (let at = 1; at < 25; at += 3) {
          const again = new FaultFileSystem({ random: new SeededRandom(seed + at), crashAt: at }, disk);
          await openForWorkload(again).catch(() => {});
          disk = again.afterCrash();
        }
        const store = await openForWorkload(disk);
        expect(complaints(store, ledger).map((text) => `seed ${seed}: ${text}`)).toEqual([]);
        await store.close();
      };
      for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS / 10; seed++) await reclaiming(() => run(seed));
    },
    TIMEOUT_MS,
  );
});

describe('a large merge', () => {
  const settings = {
    maxWalInsertBytes: 1000,
    merge: { fanIn: 2, maxInputs: 4, maxRows: 1e6, maxBytes: 1e9 },
  };
  const ROWS = 30_000;
  const PARTS = 3;
  /** Three segments of two columns of long text: what is written is synced on the way. */
  const prepare = async (): Promise<MemoryFileSystem> => {
    const disk = newDisk();
    const store = await openStore(disk, { settings });
    const columns = [column(1, 'id', INT64), column(2, 'a', STRING), column(3, 'b', STRING)];
    const { id } = await store.createTable(simpleTable('t', { columns, compression: 'none' }));
    for (let part = 0; part < PARTS; part++) {
      const ids = Array.from({ length: ROWS }, (_, i) => part * ROWS + i);
      const text = ids.map((i) => `${i}`.padStart(120, 'x'));
      await insertRows(store, id, { id: ids, a: text, b: text });
    }
    await store.close();
    return disk;
  };
  const copyOf = (disk: MemoryFileSystem): MemoryFileSystem => {
    const copy = newDisk();
    copy.makeDirectory('/data/segment');
    for (const [path, file] of disk.files) copy.put(path, MemoryFile.of(file.contents()));
    return copy;
  };

  it('that fails or is cut anywhere leaves the rows as they were', async () => {
    const disk = await prepare();
    const merge = async (fs: FaultFileSystem): Promise<void> => {
      const store = await openStore(fs, { settings });
      await store.mergeOnce(store.tables()[0].id);
    };
    const check = async (fs: FileSystem, where: string): Promise<void> => {
      const store = await openStore(fs, { settings });
      const { id } = store.tables()[0];
      expect(store.tableInfo(id).rows, where).toBe(PARTS * ROWS);
      expect(new Set(idsOf(store, id)).size, where).toBe(PARTS * ROWS);
      await store.close();
    };
    const whole = new FaultFileSystem({ random: new SeededRandom(1) }, copyOf(disk));
    await reclaiming(() => merge(whole));
    const syncs = whole.trace.flatMap((call, i) => (call.includes(' sync ') ? [i + 1] : []));
    const target = whole.trace.filter((call) => call.includes(' sync ') && call.endsWith('.seg'));
    expect(target.length).toBeGreaterThan(1);
    const calls = Array.from({ length: whole.calls }, (_, i) => i + 1);
    for (const at of calls.filter((call) => call % 17 === 0 || syncs.includes(call))) {
      await reclaiming(async () => {
        const random = new SeededRandom(at);
        const cut = new FaultFileSystem({ random, crashAt: at }, copyOf(disk));
        await merge(cut).catch(() => {});
        await check(cut.afterCrash(), `cut at ${whole.trace[at - 1]}`);
        const failing = new FaultFileSystem({ random, failAt: at, failCode: 'EIO' }, copyOf(disk));
        await merge(failing).catch(() => {});
        await check(failing, `EIO at ${whole.trace[at - 1]}`);
      });
    }
  });
});

describe('a failing call', () => {
  const codes: FaultCode[] = ['ENOSPC', 'EIO', 'EMFILE', 'SHORT_WRITE'];

  it.each(codes)('(%s), whichever it is, loses nothing acknowledged and does not last', async (failCode) => {
    const seed = 11;
    const calls = await countCalls(seed, 30);
    // Outside of CI each call fails in one of the ways.
    const step = effort(1, codes.length);
    for (let failAt = 1 + (codes.indexOf(failCode) % step); failAt <= calls; failAt += step) {
      const fs = new FaultFileSystem({ random: new SeededRandom(failAt), failAt, failCode }, newDisk());
      const ledger = new Ledger();
      const where = `${failCode} at call ${failAt}`;
      await runWorkload(fs, seed, 30, ledger, true);
      // Live: what was acknowledged can be read, and after a restart written to again.
      const live = await openForWorkload(fs);
      expect(complaints(live, ledger).map((text) => `${where}: ${text}`)).toEqual([]);
      const { id } = await live.createTable(simpleTable('after'));
      await insertRows(live, id, { id: [1], text: ['x'] });
      expect(idsOf(live, id)).toEqual([1]);
      await live.dropTable(id);
      await live.close();
      // And on the disk, were the power cut now.
      const store = await openForWorkload(fs.afterCrash());
      expect(complaints(store, ledger).map((text) => `${where}, then a crash: ${text}`)).toEqual([]);
      await store.close();
    }
  });

  it('stops writes for good when it was a sync, while reads go on', async () => {
    const disk = newDisk();
    const first = await openStore(disk);
    const { id } = await first.createTable(simpleTable('t'));
    await insertRows(first, id, { id: [1], text: ['a'] });
    await first.close();
    let syncs = 0;
    for (let failAt = 1; failAt < 40; failAt++) {
      const fs = new FaultFileSystem({ random: new SeededRandom(1), failAt, failCode: 'EIO' }, newDisk());
      const store = await openStore(fs).catch(() => null);
      if (store === null) continue;
      const table = await store.createTable(simpleTable('t')).catch(() => null);
      const failed = fs.trace[failAt - 1]?.includes(' sync ');
      if (table === null || !failed || store.failed === null) {
        const inserted =
          table && (await insertRows(store, table.id, { id: [1], text: ['a'] }).catch(() => null));
        if (inserted || table === null || !fs.trace[failAt - 1]?.includes(' sync ')) continue;
        syncs++;
        await expect(insertRows(store, table.id, { id: [2], text: ['b'] })).rejects.toMatchObject({
          errorName: 'TABLE_IS_READ_ONLY',
        });
        expect(idsOf(store, table.id)).toEqual([]);
      }
    }
    expect(syncs).toBeGreaterThan(0);
  });
});

describe('a flipped bit', () => {
  it('anywhere in a small database is found, or changes nothing', async () => {
    const disk = newDisk();
    const store = await openStore(disk);
    const { id } = await store.createTable(simpleTable('t', { sortKey: [1] }));
    const ids = Array.from({ length: 50 }, (_, i) => i);
    await insertRows(store, id, { id: ids, text: ids.map((i) => `text ${i}`) });
    await store.flush();
    await deleteIds(store, id, (row) => row % 9 === 4);
    await insertRows(store, id, { id: [50, 51], text: ['x', null] });
    // Not closed: the WAL and its marks are there as a kill leaves them.
    const files = [...disk.files].filter(([path]) => !path.endsWith('LOCK'));
    const random = new SeededRandom(5);
    const truth = [...ids.filter((row) => row % 9 !== 4), 50, 51];
    let found = 0;
    for (const [path, file] of files) {
      const step = Math.max(1, Math.floor(file.bytes / 400));
      for (let at = random.below(step); at < file.bytes; at += step) {
        const copy = newDisk();
        copy.makeDirectory('/data/segment');
        for (const [other, { contents }] of disk.files)
          copy.put(other, MemoryFile.of(contents.call(disk.files.get(other))));
        const damaged = copy.files.get(path)?.contents() as Uint8Array;
        damaged[at] ^= 1 << random.below(8);
        try {
          const opened = await openStore(copy);
          expect(idsOf(opened, id), `bit flip at ${at} of ${path}`).toEqual(truth);
          await opened.close();
        } catch (error) {
          if ((error as Error).name !== 'BasaltError') throw error;
          found++;
        }
      }
    }
    expect(found).toBeGreaterThan(100);
  });
});
