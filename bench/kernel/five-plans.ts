/**
 * Five hard-wired plans over columns that lie in memory: the executor's own speed, without SQL or storage.
 *
 *   node bench/kernel/five-plans.ts [rows]
 */

import { Worker } from 'node:worker_threads';
import { systemClock } from '../../engine/base/clock.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { Executor } from '../../engine/exec/executor.ts';
import { WorkerPool } from '../../engine/exec/worker/pool.ts';
import { loadKernels } from '../../engine/kernel/load.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { FrameCache } from '../../engine/memory/frame-cache.ts';
import { type AggregateCall, call, column, literal } from '../../engine/plan/expr.ts';
import type { Field, Plan, ScanPlan } from '../../engine/plan/node.ts';
import { BOOL, INT64, nullable, STRING, UINT64 } from '../../engine/type/type.ts';
import {
  chunk,
  dictVector,
  intVector,
  pagedChunk,
  textVector,
  VECTOR_ROWS,
} from '../../engine/vector/vector.ts';
import {
  blocksOf,
  MEMORY_KIND,
  memorySnapshot,
  openMemoryBlocks,
  regionOf,
} from '../../test/exec/memory-table.ts';

const rows = Number(process.argv[2] ?? 10_000_000);
const arena = Arena.create();
const engine = {
  arena,
  kernels: loadKernels(arena),
  frames: new FrameCache(arena),
  clock: systemClock,
  openers: new Map([[MEMORY_KIND, openMemoryBlocks]]),
};
const region = regionOf(engine);
const random = new SeededRandom(1);

// Columns: 0 small (u8 ints, half zero), 1 amount (u16 ints), 2 country (dictionary of 200), 3 user (64-bit, ~1.7M distinct),
// 4 url (near-unique text).
const words = ['google', 'yandex', 'search', 'video', 'mail', 'photo', 'sport', 'music', 'metrika', 'forum'];
const encoder = new TextEncoder();
const names = ['', ...Array.from({ length: 200 }, (_, i) => `country-${String(i).padStart(3, '0')}`)];
const offsets = region.alloc((names.length + 1) * 4);
const bytes = region.alloc(names.join('').length);
let at = 0;
names.forEach((name, i) => {
  arena.u32[offsets / 4 + i] = at;
  arena.u8.set(encoder.encode(name), bytes + at);
  at += name.length;
  arena.u32[offsets / 4 + i + 1] = at;
});
const dictionary = { count: names.length, offsets, bytes, sorted: true };
const users = Math.floor(rows * 0.19);

const blocks = blocksOf(rows, (from, n) => {
  const small = region.alloc(n);
  const amount = region.alloc(n * 2);
  const country = region.alloc(n);
  const user = region.alloc(n * 8);
  for (let i = 0; i < n; i++) {
    arena.u8[small + i] = random.below(2) * random.below(100);
    arena.u16[amount / 2 + i] = random.below(60000);
    arena.u8[country + i] = 1 + Math.floor(200 * random.float() ** 3);
    arena.i64[user / 8 + i] = BigInt(Math.floor(users * random.float() ** 1.2)) * 7919n + 1000000007n;
  }
  const pages = [];
  for (let p = 0; p < n; p += VECTOR_ROWS) {
    const m = Math.min(VECTOR_ROWS, n - p);
    const texts = Array.from(
      { length: m },
      (_, i) => `http://${words[random.below(10)]}.example/${words[random.below(10)]}/${from + p + i}`,
    );
    const joined = encoder.encode(texts.join(''));
    const o = region.alloc((m + 1) * 4);
    const b = region.alloc(joined.length);
    arena.u8.set(joined, b);
    let end = 0;
    texts.forEach((t, i) => {
      arena.u32[o / 4 + i] = end;
      end += t.length;
      arena.u32[o / 4 + i + 1] = end;
    });
    pages.push(textVector(m, o, b, 0));
  }
  return {
    0: chunk(intVector(n, small, 1, 0n, 0)),
    1: chunk(intVector(n, amount, 2, -100n, 0)),
    2: chunk(dictVector(n, country, 1, dictionary)),
    3: chunk(intVector(n, user, 8, 0n, 0)),
    4: pagedChunk(n, pages),
  };
});
const snapshots = new Map([[1, memorySnapshot(blocks)]]);

const types = [INT64, INT64, nullable(STRING), INT64, STRING];
const scan = (columnIds: number[], filter: ScanPlan['filter'] = null): ScanPlan => ({
  kind: 'scan',
  tableId: 1,
  tableName: 't',
  columnIds,
  filter,
  schema: columnIds.map((id): Field => ({ name: `c${id}`, type: types[id] })),
});
const agg = (fn: string, args: AggregateCall['args'], type = nullable(INT64)): AggregateCall => ({
  fn,
  args,
  filter: null,
  distinct: false,
  type,
});
const COUNT = agg('count_star', [], UINT64);
const aggregate = (input: Plan, keys: ReturnType<typeof column>[], aggregates: AggregateCall[]): Plan => ({
  kind: 'aggregate',
  input,
  keys,
  aggregates,
  schema: [
    ...keys.map((k) => ({ name: 'k', type: k.type })),
    ...aggregates.map((a) => ({ name: 'a', type: a.type })),
  ],
});
const c = (i: number, id: number) => column(i, types[id]);

const plans: Record<string, Plan> = {
  'filtered count': aggregate(scan([0], call('ne_i64', [c(0, 0), literal(0n, INT64)], BOOL)), [], [COUNT]),
  'ungrouped sums': aggregate(
    scan([0, 1]),
    [],
    [agg('sum_checked_i64', [c(0, 0)]), agg('sum_checked_i64', [c(1, 1)]), agg('max_i64', [c(1, 1)])],
  ),
  'group by string': aggregate(
    scan([2, 0, 1]),
    [c(0, 2)],
    [COUNT, agg('sum_checked_i64', [c(1, 0)]), agg('avg_i64', [c(2, 1)])],
  ),
  'group by i64 top 10': {
    kind: 'sort',
    input: aggregate(scan([3]), [c(0, 3)], [COUNT]),
    keys: [
      { expr: column(1, UINT64), descending: true, nullsFirst: false },
      { expr: column(0, INT64), descending: false, nullsFirst: false },
    ],
    limit: 10,
    offset: 0,
    schema: [
      { name: 'k', type: INT64 },
      { name: 'a', type: UINT64 },
    ],
  },
  'LIKE %metrika%': aggregate(
    scan([4], call('like', [c(0, 4), literal('%metrika%', STRING), literal('\\', STRING)], BOOL)),
    [],
    [COUNT],
  ),
};

for (const threads of [1, 2]) {
  const pool = new WorkerPool({
    arena,
    frames: engine.frames,
    threads,
    kernels: 'compiled',
    spawn: (start) =>
      new Worker(new URL('../../test/exec/worker.ts', import.meta.url), { workerData: start }),
  });
  const executor = new Executor(engine, () => pool);
  for (const [name, plan] of Object.entries(plans)) {
    const times: number[] = [];
    let first = '';
    for (let run = 0; run < 7; run++) {
      const start = performance.now();
      for await (const batch of executor.run(plan, snapshots).batches) {
        if (run === 0)
          first += batch.columns.map((col) => (col.lane === 'str' ? '' : String(col.values[0]))).join(' ');
      }
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(
      `${threads} threads  ${name.padEnd(22)} median ${times[3].toFixed(1)} ms, best ${times[0].toFixed(1)} ms   ${first}`,
    );
  }
  await pool.close();
}
