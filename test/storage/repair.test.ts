import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import {
  inspectSegment,
  MemoryFileSystem,
  Scrubber,
  type SegmentCheck,
  type Store,
} from '../../storage/index.ts';
import { newContext } from './support/ground.ts';
import { deleteIds, idsOf, insertRows, openStore, simpleTable } from './support/store.ts';

/** Checks, the scrub, and what becomes of a damaged segment. */

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

const POLICY = { fanIn: 2, maxInputs: 4, maxRows: 1 << 20, maxBytes: 1 << 30 };

/** Three segments of rows 0, 3, 6 ..., 1, 4, 7 ... and 2, 5, 8 ...; the second has hidden rows. */
async function threeSegments(fs: MemoryFileSystem, clock = new ManualClock(1000)) {
  const store = await openStore(fs, { clock, settings: { merge: POLICY } });
  const { id } = await store.createTable(simpleTable('t', { sortKey: [1] }));
  for (const part of range(0, 3)) {
    const ids = range(0, 200).map((i) => i * 3 + part);
    await insertRows(store, id, { id: ids, text: ids.map((i) => (i % 7 === 0 ? null : `text ${i}`)) });
    await store.flush();
  }
  await deleteIds(store, id, (row) => row % 30 === 1);
  return { store, id };
}

async function checkAll(store: Store, id: number): Promise<SegmentCheck[]> {
  const checks: SegmentCheck[] = [];
  for await (const check of store.check(id)) checks.push(check);
  return checks;
}

const bytesOf = (fs: MemoryFileSystem, path: string): Uint8Array => {
  const bytes = fs.files.get(path)?.contents();
  if (bytes === undefined) throw new BasaltError('CANNOT_READ', path);
  return bytes;
};

const filesOf = (fs: MemoryFileSystem): string[] =>
  fs.list('/data/segment').map((name) => `/data/segment/${name}`);

describe('a check', () => {
  it('of whole segments finds nothing', async () => {
    const fs = new MemoryFileSystem();
    const { store, id } = await threeSegments(fs);
    const checks = await checkAll(store, id);
    expect(checks.map(({ error }) => error)).toEqual([null, null, null]);
    expect(checks.map(({ meta }) => meta.rows)).toEqual([200, 200, 200]);
    expect(store.damaged()).toEqual([]);
    await store.close();
  });

  it('finds any flipped bit of any file of a segment, and says where it is', async () => {
    const fs = new MemoryFileSystem();
    const { store, id } = await threeSegments(fs);
    const files = filesOf(fs);
    expect(files.some((path) => path.endsWith('.del'))).toBe(true);
    for (const path of files) {
      const bytes = bytesOf(fs, path);
      for (let at = 0; at < bytes.length; at++) {
        bytes[at] ^= 1 << (at % 8);
        const found = (await checkAll(store, id)).filter(({ error }) => error !== null);
        expect(found.length, `bit ${at % 8} of byte ${at} of ${path}`).toBe(1);
        expect(found[0].error?.text).toContain(path);
        bytes[at] ^= 1 << (at % 8);
      }
    }
    // Whole again: the damage is forgotten.
    await checkAll(store, id);
    expect(store.damaged()).toEqual([]);
    await store.close();
  });

  it('ends when its pace fails, and when the store is closed', async () => {
    const { store, id } = await threeSegments(new MemoryFileSystem());
    const stopped = (async () => {
      for await (const _ of store.check(id, {
        pace: () => {
          throw new BasaltError('QUERY_WAS_CANCELLED', 'enough');
        },
      }));
    })();
    await expect(stopped).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    const checks = store.check(id);
    await checks.next();
    await store.close();
    await expect(checks.next()).rejects.toMatchObject({ errorName: 'DATABASE_CLOSED' });
  });

  it('leaves segments out that are gone by then', async () => {
    const { store, id } = await threeSegments(new MemoryFileSystem());
    const checks = store.check(id);
    expect((await checks.next()).done).toBe(false);
    await store.publish(id, [], { replaces: () => true });
    expect((await checks.next()).done).toBe(true);
    await store.close();
  });
});

describe('a damaged segment', () => {
  it('is left out of merges, found by the merge that met it, and its rows are not lost', async () => {
    const fs = new MemoryFileSystem();
    const { store, id } = await threeSegments(fs);
    const [first] = filesOf(fs);
    bytesOf(fs, first)[100] ^= 1;
    await expect(store.mergeOnce(id)).rejects.toMatchObject({ errorName: 'CORRUPTED_DATA' });
    const [damage] = store.damaged();
    expect(damage).toMatchObject({ tableId: id, foundMs: 1000 });
    expect(damage.error.text).toContain(first);
    // The others are merged without it, and nothing is tried again.
    expect(await store.mergeOnce(id)).toBe(true);
    expect(await store.mergeOnce(id)).toBe(false);
    expect(store.tableInfo(id).segments.length).toBe(2);
    // Mended, it takes part again.
    bytesOf(fs, first)[100] ^= 1;
    expect((await checkAll(store, id)).every(({ error }) => error === null)).toBe(true);
    expect(await store.mergeOnce(id)).toBe(true);
    expect(idsOf(store, id)).toEqual(range(0, 600).filter((row) => row % 30 !== 1));
    await store.close();
  });
});

describe('the scrub', () => {
  const settings = { intervalMs: 1_000_000, firstMs: 5000, bytesPerSecond: 1 << 20 };
  const turns = async (): Promise<void> => {
    for (let i = 0; i < 200; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('comes by itself, and again after a restart only when it is due', async () => {
    const fs = new MemoryFileSystem();
    const clock = new ManualClock(1000);
    const { store, id } = await threeSegments(fs, clock);
    const scrubber = new Scrubber(store, clock, clock, settings);
    bytesOf(fs, filesOf(fs)[0])[100] ^= 1;
    clock.advance(4999);
    await turns();
    expect(store.damaged()).toEqual([]);
    clock.advance(1);
    await turns();
    expect(store.damaged()).toMatchObject([{ tableId: id }]);
    await scrubber.stop();
    await store.close();

    const again = await openStore(fs, { clock });
    const later = new Scrubber(again, clock, clock, settings);
    clock.advance(999_999);
    await turns();
    expect(again.damaged()).toEqual([]);
    clock.advance(1);
    await turns();
    expect(again.damaged()).toMatchObject([{ tableId: id }]);
    await later.stop();
    await again.close();
  });

  it('begins at once when damage was met, rests between strides, and stops while it rests', async () => {
    const fs = new MemoryFileSystem();
    const clock = new ManualClock(1000);
    const store = await openStore(fs, { clock });
    const { id } = await store.createTable(simpleTable('t'));
    // Near-unique texts that hardly compress: several strides.
    const ids = range(0, 300_000);
    const text = ids.map((i) => `${Math.imul(i, 0x9e3779b1) >>> 0}${Math.imul(i, 0x85ebca6b) >>> 0}`);
    await insertRows(store, id, { id: ids, text });
    await store.flush();
    const [path] = filesOf(fs);
    const bytes = bytesOf(fs, path);
    expect(bytes.length).toBeGreaterThan(3 << 20);
    bytes[bytes.length - 200_000] ^= 1;
    const scrubber = new Scrubber(store, clock, clock, settings);
    scrubber.soon();
    clock.advance(0);
    await turns();
    expect(store.damaged()).toEqual([]);
    const { length } = bytes;
    let rested = 0;
    while (store.damaged().length === 0) {
      clock.advance(100);
      await turns();
      rested += 100;
      expect(rested).toBeLessThan(60_000);
    }
    // A megabyte takes a second.
    expect(rested).toBeGreaterThan((length / (1 << 20) - 2) * 1000);
    scrubber.soon();
    clock.advance(0);
    await turns();
    await scrubber.stop();
    await store.close();
  });
});

describe('an inspection', () => {
  it('tells columns by name where the manifest is, by number elsewhere, and what is damaged', async () => {
    const fs = new MemoryFileSystem();
    const { store } = await threeSegments(fs);
    const [path] = filesOf(fs);
    const context = newContext();
    const whole = inspectSegment(context, fs, path);
    expect(whole).toMatchObject({ path, table: 't', rows: 200, blocks: 1, damaged: [] });
    expect(whole.fileBytes).toBe(bytesOf(fs, path).length);
    const [id, text] = whole.columns;
    expect(id).toMatchObject({
      name: 'id',
      type: 'int64',
      kind: 'int',
      nulls: 0,
      min: 0n,
      max: 597n,
      zones: 1,
    });
    expect(text).toMatchObject({ name: 'text', type: 'string?', damaged: [] });
    expect(text.nulls).toBe(range(0, 200).filter((i) => (i * 3) % 7 === 0).length);
    // 597 distinct multiples of three below 600, two bytes and a base: 200 rows of ten bits or less.
    expect(id.plainBytes).toBe(1600);
    expect(id.storedBytes).toBeLessThan(420);

    fs.makeDirectory('/elsewhere');
    const copy = fs.create('/elsewhere/x.seg');
    copy.writeSync(bytesOf(fs, path), 0);
    copy.close();
    expect(inspectSegment(context, fs, '/elsewhere/x.seg')).toMatchObject({
      table: null,
      columns: [{ name: null, min: 0n, max: 597n }, { name: null }],
    });

    bytesOf(fs, path)[60] ^= 1;
    const damaged = inspectSegment(context, fs, path).columns.flatMap((column) => column.damaged);
    expect(damaged).toHaveLength(1);
    expect(damaged[0]).toContain(path);
    await store.close();
  });
});
