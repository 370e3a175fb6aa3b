/** Merges give what was there before, in order, within their memory, and stop when they are told to. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clock, ManualClock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { PAGE_BYTES } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import {
  FLOAT64,
  INT64,
  type LogicalType,
  nullable,
  STRING,
  timestamp,
  type,
  type Value,
} from '../../engine/type/type.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import { Lane } from '../../storage/merge/lane.ts';
import { DEFAULT_MERGE_POLICY, pickFinal, pickMerge, rowsOf } from '../../storage/merge/pick.ts';
import type { SegmentMeta } from '../../storage/segment/meta.ts';
import { SegmentReader } from '../../storage/segment/reader.ts';
import { LocalSegmentBuilder, type SegmentBuilder } from '../../storage/segment/segment-builder.ts';
import type { BatchValue } from '../../storage/table/batch-builder.ts';
import type { ColumnDefinition, TableDefinition } from '../../storage/table/definition.ts';
import { effort } from '../effort.ts';
import { Bench, orderOf } from './support/bench.ts';
import { arena, column, frames, makeBatches, newContext, table } from './support/ground.ts';
import { idsOf, insertRows, openStore, readRows, simpleTable } from './support/store.ts';

const POLICY = { fanIn: 2, maxInputs: 16, maxRows: 1e7, maxBytes: 1e9 };
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
/** A clock by which every step takes long, so that a merge pauses at every turn. */
const slowClock = (): Clock => {
  let nowMs = 0;
  return { nowMs: () => nowMs, monotonicMs: () => (nowMs += 10) };
};
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

const nulls = (value: fc.Arbitrary<BatchValue>): fc.Arbitrary<BatchValue> => fc.option(value, { freq: 4 });
const word = fc.integer({ min: 0, max: 6 }).map((i) => `word ${i}`);
const repeated = (text: string): string => text.repeat(40);
const KINDS: readonly { type: LogicalType; value: fc.Arbitrary<BatchValue>; fallback: Value }[] = [
  { type: nullable(INT64), value: nulls(fc.integer({ min: -3, max: 3 })), fallback: 2n },
  { type: INT64, value: fc.bigInt({ min: -(1n << 63n) + 1n, max: (1n << 63n) - 1n }), fallback: -7n },
  { type: type('uint8'), value: fc.integer({ min: 0, max: 255 }), fallback: 0n },
  { type: nullable(timestamp(3)), value: nulls(fc.integer({ min: 0, max: 1e12 })), fallback: null },
  { type: nullable(FLOAT64), value: nulls(fc.double()), fallback: 0.5 },
  { type: type('float32'), value: fc.float({ noNaN: true }), fallback: 1.5 },
  { type: nullable(type('bool')), value: nulls(fc.boolean()), fallback: true },
  { type: nullable(STRING), value: nulls(word), fallback: 'word 3' },
  { type: nullable(STRING), value: nulls(fc.string({ maxLength: 12 })), fallback: null },
  { type: STRING, value: fc.string({ unit: 'binary', maxLength: 9 }).map(repeated), fallback: 'default' },
];

/** Some rows drawn, repeated to any number: what is long is made of what is short. */
const segmentRows = fc.record({
  drawn: fc.array(fc.tuple(...KINDS.map(({ value }) => value)), { minLength: 1, maxLength: 25 }),
  rows: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 1, max: 300 }) },
    { weight: 2, arbitrary: fc.integer({ min: 8000, max: 20000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 65000, max: 70000 }) },
  ),
  /** Columns the table did not have yet. */
  missing: fc.subarray(KINDS.map((_, i) => i + 1)),
  /** Rows hidden: one in so many, and those of a stretch; never all. */
  hidden: fc.option(
    fc.record({ every: fc.integer({ min: 2, max: 90 }), stretch: fc.integer({ min: 0, max: 60000 }) }),
  ),
});

describe('a merged segment', () => {
  it('has all rows of all types in order, equal ones by age', async () => {
    const input = fc.record({
      segments: fc.array(segmentRows, { minLength: 1, maxLength: 5 }),
      sortKey: fc.shuffledSubarray(
        KINDS.map((_, i) => i + 1),
        { maxLength: 3 },
      ),
      compression: fc.constantFrom('none' as const, 'fast' as const, 'small' as const),
    });
    await fc.assert(
      fc.asyncProperty(input, async ({ segments, sortKey, compression }) => {
        const columns = KINDS.map((kind, i) => column(i + 1, `c${i}`, kind.type, 'auto', kind.fallback));
        const definition = table(columns, { sortKey, compression });
        const bench = new Bench();
        const before: Value[][] = [];
        for (const { drawn, rows, missing, hidden } of segments) {
          const there = columns.filter(({ id }) => sortKey.includes(id) || !missing.includes(id));
          const older = table(there.length > 0 ? there : columns, { sortKey, compression });
          const values = older.columns.map(({ id, name }) => [
            name,
            range(0, rows).map((row) => drawn[(row * 7) % drawn.length][id - 1]),
          ]);
          await bench.buildRows(older, Object.fromEntries(values));
          const isHidden = (row: number): boolean =>
            hidden !== null && row > 0 && (row % hidden.every === 1 || row < hidden.stretch);
          const meta = bench.metas[bench.metas.length - 1];
          bench.hide(meta, range(0, rows).filter(isHidden));
          before.push(...bench.rows(definition, meta).filter((_, row) => !isHidden(row)));
        }
        const expected = before.sort((a, b) => {
          for (const id of sortKey) {
            const order = orderOf(a[id - 1], b[id - 1]);
            if (order !== 0) return order;
          }
          return 0;
        });
        const { meta } = await bench.merge(definition);
        expect(meta.rows).toBe(expected.length);
        const after = bench.rows(definition, meta);
        expect(after.findIndex((row, i) => !row.every((value, c) => Object.is(value, expected[i][c])))).toBe(
          -1,
        );
        arena.closeOwner(bench.context.scratch.owner);
      }),
      { numRuns: effort(30, 12), seed: 20261120 },
    );
  });

  it('becomes text when its strings outgrow one dictionary', async () => {
    const definition = table([column(1, 'k', nullable(STRING))], { sortKey: [1] });
    const bench = new Bench();
    for (const part of range(0, 4)) {
      const ids = range(0, 4000);
      await bench.buildRows(definition, { k: ids.map((i) => (i % 9 === 0 ? null : `${part} ${i * 7919}`)) });
    }
    const kindOf = (meta: SegmentMeta) => {
      const reader = new SegmentReader(bench.context, frames, bench.descriptor(definition, meta));
      const kind = reader.columnFooter(1)?.kind;
      reader.close();
      return kind;
    };
    expect(bench.metas.map(kindOf)).toEqual(['dict', 'dict', 'dict', 'dict']);
    const before = bench.metas.flatMap((meta) => bench.rows(definition, meta));
    const { meta } = await bench.merge(definition);
    expect(kindOf(meta)).toBe('text');
    expect(bench.rows(definition, meta)).toEqual(before.sort(([a], [b]) => orderOf(a, b)));
  });
});

/** Batches of wide tables: the same chunks under many ids. */
function wideTable(width: number): { definition: TableDefinition; narrow: TableDefinition } {
  const base: ColumnDefinition[] = [
    column(1, 'a', INT64),
    column(2, 'b', nullable(FLOAT64)),
    column(3, 'c', STRING),
    column(4, 'd', nullable(STRING)),
  ];
  const columns = range(0, width).map((i) => column(i + 1, `x${i}`, base[i % 4].type));
  return { definition: table(columns, { sortKey: [1, 3] }), narrow: table(base, { sortKey: [1, 3] }) };
}

async function wideMerge(width: number, inputs: number, rows: number): Promise<number> {
  const { definition, narrow } = wideTable(width);
  const bench = new Bench();
  const region = new Region(arena, arena.openOwner());
  for (const part of range(0, inputs)) {
    const ids = range(0, rows);
    const batches = makeBatches(region, narrow, {
      a: ids.map((i) => (i * 7919 + part) % 100_003),
      b: ids.map((i) => (i % 10 === 0 ? null : i / 3)),
      c: ids.map((i) => `word ${(i * 31) % 500}`),
      d: ids.map((i) =>
        i % 50 === 0 ? null : `https://example.com/a/rather/long/path/${part}/${i * 12345}?x=${i}`,
      ),
    });
    const wide = batches.map((batch) => ({
      rows: batch.rows,
      columns: new Map(
        definition.columns.flatMap(({ id }) => {
          const found = batch.columns.get(((id - 1) % 4) + 1);
          return found === undefined ? [] : [[id, found] as const];
        }),
      ),
    }));
    await bench.build(definition, wide);
  }
  const { meta, peakBytes } = await bench.merge(definition);
  expect(meta.rows).toBe(inputs * rows);
  arena.closeOwner(region.owner);
  arena.closeOwner(bench.context.scratch.owner);
  return peakBytes;
}

describe('the memory of a merge', () => {
  it('does not grow with the number of columns', async () => {
    const narrow = await wideMerge(4, 3, 20_000);
    const wide = await wideMerge(300, 3, 20_000);
    // What its readers know of the file's columns is not in the arena; the footer itself is, while it is read.
    expect(wide - narrow).toBeLessThan(1 << 20);
  });

  it('is a fixed small bound with as many inputs as are taken at once', async () => {
    expect(await wideMerge(8, DEFAULT_MERGE_POLICY.maxInputs, 70_000)).toBeLessThan(64 << 20);
  });
});

describe('a merge that is stopped', () => {
  it('leaves neither file nor memory, whenever that is', async () => {
    const definition = table([column(1, 'a', INT64), column(2, 'b', STRING)], { sortKey: [1] });
    const bench = new Bench(slowClock());
    for (const part of range(0, 3)) {
      const ids = range(0, 20_000);
      await bench.buildRows(definition, { a: ids, b: ids.map((i) => `text ${part} ${i}`) });
    }
    const files = bench.fs.list('/d');
    let stopped = 0;
    for (let after = 0; ; after += 3) {
      let cancelled: Promise<void> = Promise.resolve();
      const merging = bench.merge(definition, (control) => {
        cancelled = turns(after).then(() => control.cancel());
      });
      const error = await merging.then(
        () => null,
        (e: { errorName: string }) => e.errorName,
      );
      // A late cancel would hit whatever has the job's memory by then.
      await cancelled;
      if (error === null) break;
      stopped++;
      expect(error).toBe('QUERY_WAS_CANCELLED');
      expect(bench.fs.list('/d')).toEqual(files);
      expect(arena.backgroundBytes).toBe(0);
    }
    expect(stopped).toBeGreaterThan(3);
  });

  const threeSegments = async (options: Parameters<typeof openStore>[1] = {}) => {
    const fs = new MemoryFileSystem();
    const store = await openStore(fs, { clock: slowClock(), settings: { merge: POLICY }, ...options });
    const { id } = await store.createTable(simpleTable('t', { sortKey: [1] }));
    for (const part of range(0, 3)) {
      const ids = range(0, 10_000).map((i) => i * 3 + part);
      await insertRows(store, id, { id: ids, text: ids.map((i) => `text ${i % 77}`) });
      await store.flush();
    }
    return { fs, store, id };
  };

  it('by its statement says so, and can be run again', async () => {
    const { fs, store, id } = await threeSegments();
    const aborter = new AbortController();
    expect(await store.mergeOnce(id, { maxRows: 29_999 })).toBe(false);
    const merging = store.mergeOnce(id, { signal: aborter.signal });
    await turns(4);
    expect(store.merges()).toMatchObject([{ tableId: id, inputs: [{}, {}, {}] }]);
    expect(store.merges()[0].progress).toBeGreaterThan(0);
    expect(store.merges()[0].memoryBytes).toBeGreaterThan(0);
    aborter.abort();
    await expect(merging).rejects.toThrow();
    expect(store.merges()).toEqual([]);
    expect(store.tableInfo(id).segments.length).toBe(3);
    expect(fs.list('/data/segment').length).toBe(3);
    expect(await store.mergeOnce(id)).toBe(true);
    expect(idsOf(store, id)).toEqual(range(0, 30_000));
    await store.close();
  });

  it('by a drop or a close ends quietly', async () => {
    for (const end of ['dropTable', 'close'] as const) {
      const { fs, store, id } = await threeSegments();
      const merging = store.mergeOnce(id);
      await turns(4);
      if (end === 'close') await store.close();
      else await store.dropTable(id);
      expect(await merging).toBe(false);
      expect(fs.list('/data/segment').length).toBe(end === 'close' ? 3 : 0);
      await store.close();
    }
  });

  it('lets rows be read and written while it runs', async () => {
    const { store, id } = await threeSegments();
    const merging = store.mergeOnce(id);
    let reads = 0;
    let merged = false;
    void merging.then(() => {
      merged = true;
    });
    while (!merged) {
      await turns(5);
      await insertRows(store, id, { id: [100_000 + reads], text: ['new'] });
      expect(readRows(store, id, [1]).length).toBe(30_000 + ++reads);
    }
    expect(await merging).toBe(true);
    expect(reads).toBeGreaterThan(2);
    expect(idsOf(store, id)).toEqual([...range(0, 30_000), ...range(100_000, 100_000 + reads)]);
    await store.close();
  });
});

describe('a merge and the memory of others', () => {
  /** Takes memory until no more than `share` of the arena is free of what cannot be evicted. */
  const hold = (share: number): number => {
    const owner = arena.openOwner();
    const pages = Math.floor((arena.limitBytes * share - arena.heldBytes) / PAGE_BYTES);
    arena.takePages(pages, owner);
    return owner;
  };
  const segments = async (count: number, options: Parameters<typeof openStore>[1] = {}) => {
    const store = await openStore(new MemoryFileSystem(), {
      clock: slowClock(),
      settings: { merge: POLICY },
      ...options,
    });
    const { id } = await store.createTable(simpleTable('t', { sortKey: [1] }));
    for (const part of range(0, count)) {
      const ids = range(part * 5000, part * 5000 + 5000);
      await insertRows(store, id, { id: ids, text: ids.map((i) => `text ${i}`) });
      await store.flush();
    }
    return { store, id };
  };

  it('waits where memory is short, and gives way to queries that need it', async () => {
    const { store, id } = await segments(3);
    const query = hold(0.8);
    await expect(store.mergeOnce(id)).rejects.toMatchObject({ errorName: 'MEMORY_LIMIT_EXCEEDED' });
    arena.closeOwner(query);
    const before = arena.heldBytes;
    const merging = store.mergeOnce(id).catch((error: { errorName: string }) => error.errorName);
    await turns(4);
    expect(arena.backgroundBytes).toBeGreaterThan(0);
    // Before the merge notices, a query may have all there is.
    const growing = hold(0.99);
    expect(await merging).toBe('MEMORY_LIMIT_EXCEEDED');
    expect(store.merges()).toEqual([]);
    expect(arena.backgroundBytes).toBe(0);
    expect(idsOf(store, id)).toEqual(range(0, 15_000));
    arena.closeOwner(growing);
    // But for the scratch memory of those who read meanwhile.
    expect(arena.heldBytes - before).toBeLessThan(1 << 20);
    expect(await store.mergeOnce(id)).toBe(true);
    expect(idsOf(store, id)).toEqual(range(0, 15_000));
    await store.close();
  });

  it('takes fewer inputs at once where so many did not fit, and leaves alone two that do not', async () => {
    const asked: number[] = [];
    let fitting = 3;
    const fs = new MemoryFileSystem();
    const local = new LocalSegmentBuilder(newContext(), fs);
    const builder: SegmentBuilder = {
      mergesAtOnce: 1,
      build: (definition, batches, target) => local.build(definition, batches, target),
      final: (...call) => local.final(...call),
      async merge(definition, inputs, target, job) {
        asked.push(inputs.length);
        if (inputs.length > fitting) throw new BasaltError('MEMORY_LIMIT_EXCEEDED', 'too much');
        return local.merge(definition, inputs, target, job);
      },
    };
    const { store, id } = await segments(9, { fs, builder });
    const merge = (): Promise<unknown> =>
      store.mergeOnce(id).catch((error: { errorName: string }) => error.errorName);
    const answers: unknown[] = [];
    for (let i = 0; i < 4; i++) answers.push(await merge());
    expect(asked).toEqual([9, 4, 2, 2]);
    expect(answers).toEqual(['MEMORY_LIMIT_EXCEEDED', 'MEMORY_LIMIT_EXCEEDED', true, true]);
    fitting = 1;
    while ((await merge()) !== false);
    expect(asked.slice(4).every((count) => count === 2)).toBe(true);
    expect(idsOf(store, id)).toEqual(range(0, 45_000));
    await store.close();
  });
});

describe('which segments are merged', () => {
  const meta = (id: number, rows: number, more: Partial<SegmentMeta> = {}): SegmentMeta => ({
    id,
    age: id,
    identity: BigInt(id),
    rows,
    blocks: 1,
    fileBytes: rows * 100,
    footerOffset: 0,
    footerBytes: 0,
    footerChecksum: 0n,
    slotCount: 0,
    partition: [],
    columns: [],
    ...more,
  });
  const idsPicked = (segments: SegmentMeta[], policy = {}): number[] =>
    pickMerge(segments, new Set(), { ...DEFAULT_MERGE_POLICY, ...policy }).map(({ id }) => id);

  it('are about of one size, the smallest first, of one partition', () => {
    const large = range(0, 6).map((i) => meta(i, 1_000_000));
    expect(idsPicked(large)).toEqual(range(0, 6));
    expect(idsPicked(large.slice(1))).toEqual([]);
    const small = range(10, 20).map((i) => meta(i, 5000));
    expect(idsPicked([...large, ...small])).toEqual(range(10, 20));
    expect(idsPicked(small.map((m, i) => ({ ...m, partition: [BigInt(i % 2)] })))).toEqual([]);
  });

  /** Merges to the end; rows of what is left, and of all that was written on the way. */
  const mergeToTheEnd = (sizes: number[], policy = {}): { left: number[]; written: number } => {
    const all = { ...DEFAULT_MERGE_POLICY, ...policy };
    let segments = sizes.map((rows, id) => meta(id, rows));
    for (let written = 0; ; ) {
      const picked = pickFinal(segments, new Set(), all, true);
      if (picked.length === 0) return { left: segments.map(({ rows }) => rows), written };
      const [first] = picked;
      segments = segments.filter((segment) => segment === first || !picked.includes(segment));
      segments[segments.indexOf(first)] = meta(first.id, rowsOf(picked));
      written += rowsOf(picked);
    }
  };

  it('to the end are written once, and come out alike', () => {
    expect(mergeToTheEnd(Array(10).fill(1_000_000))).toEqual({ left: [5_000_000, 5_000_000], written: 1e7 });
    expect(mergeToTheEnd(Array(8).fill(1_000_000))).toEqual({ left: [8_000_000], written: 8e6 });
    expect(mergeToTheEnd([5e6, 5e6]).written).toBe(0);
    // Sixteen at once: first six of them, then sixteen five times, then what is left.
    expect(mergeToTheEnd(Array(96).fill(1000))).toEqual({ left: [96_000], written: 86_000 + 96_000 });
  });

  it('to the end leave no two neighbours that fit together', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 2, max: 16 }), (rows, maxInputs) => {
        const { left } = mergeToTheEnd(rows, { maxRows: 8000, maxInputs });
        const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);
        expect(sum(left)).toBe(sum(rows));
        left.forEach((size, i) => {
          if (i > 0) expect(left[i - 1] + size).toBeGreaterThan(8000);
          if (!rows.includes(size)) expect(size).toBeLessThanOrEqual(8000);
        });
      }),
    );
  });

  it('of a table with a policy are neighbours by age', () => {
    const neighbours = (segments: SegmentMeta[], busy: number[] = []): number[] =>
      pickMerge(segments, new Set(busy), DEFAULT_MERGE_POLICY, true).map(({ id }) => id);
    const small = range(0, 8).map((i) => meta(i, 5000));
    expect(neighbours(small)).toEqual(range(0, 8));
    expect(neighbours(small, [3])).toEqual([]);
    expect(neighbours([...small, ...range(8, 10).map((i) => meta(i, 5000))], [3])).toEqual(range(4, 10));
    // By id the first one lies behind the others: a merge gave it its rows.
    const aged = [meta(99, 5000, { age: 0 }), ...range(1, 6).map((i) => meta(i, 5000))];
    expect(neighbours(aged)).toEqual([99, 1, 2, 3, 4, 5]);
    // Large ones between small ones are taken along, once that is worth it.
    const mixed = range(0, 12).map((i) => meta(i, i % 2 === 0 ? 1_000_000 : 1000));
    expect(neighbours(mixed.slice(0, 10))).toEqual([]);
    expect(neighbours(mixed)).toEqual(range(0, 12));
  });

  it('do not depend on how many columns there are', () => {
    const statistics = range(0, 2000).map((id) => ({ id, min: null, max: null, nullCount: 0 }));
    expect(idsPicked(range(0, 6).map((i) => meta(i, 500_000, { columns: statistics })))).toEqual(range(0, 6));
  });

  it('fill a segment, and full ones are left alone', () => {
    const policy = { maxRows: 1000 };
    expect(
      idsPicked(
        range(0, 6).map((i) => meta(i, 300)),
        policy,
      ),
    ).toEqual([0, 1, 2]);
    expect(
      idsPicked(
        range(0, 9).map((i) => meta(i, 600)),
        policy,
      ),
    ).toEqual([]);
    expect(
      idsPicked(
        range(0, 6).map((i) => meta(i, 300)),
        { maxBytes: 70_000 },
      ),
    ).toEqual([]);
  });
});

describe('background work', () => {
  it('is tried again after ever longer pauses when it fails, and at once when it works again', async () => {
    const clock = new ManualClock(0);
    const runs: number[] = [];
    let fails = true;
    const lane = new Lane(
      {
        run: async () => {
          runs.push(clock.nowMs());
          if (fails) throw new BasaltError('MEMORY_LIMIT_EXCEEDED', 'short');
          return runs.length < 9;
        },
        isWaiting: () => false,
        failed: () => {},
      },
      clock,
      clock,
      { idleMs: 1000, share: 0.5 },
    );
    lane.wake();
    lane.wake();
    const until = async (ms: number): Promise<void> => {
      while (clock.nowMs() < ms) {
        clock.advance(500);
        await turns(1);
      }
    };
    await until(20_000);
    expect(runs).toEqual([1000, 2000, 4000, 8000, 16_000]);
    fails = false;
    await until(200_000);
    expect(runs.length).toBe(9);
    expect(runs[5]).toBe(32_000);
    expect(runs[8]).toBeLessThan(35_000);
    await lane.stop();
  });
});
