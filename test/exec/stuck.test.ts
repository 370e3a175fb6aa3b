import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../engine/base/clock.ts';
import type { EngineContext } from '../../engine/exec/context.ts';
import { Executor } from '../../engine/exec/executor.ts';
import { loadKernels } from '../../engine/kernel/load.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { FrameCache } from '../../engine/memory/frame-cache.ts';
import { Region } from '../../engine/memory/region.ts';
import { column } from '../../engine/plan/expr.ts';
import type { AggregatePlan, Plan } from '../../engine/plan/node.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import { SPIN_KIND } from './spin.ts';
import { testPool } from './test-pool.ts';

/** Which thread is ended when a cancelled query does not end: only one that is stuck in this very query. */
describe('a cancelled query', () => {
  const INT: LogicalType = { id: 'int64', nullable: false };
  const arena = Arena.create();
  const frames = new FrameCache(arena);
  const pool = testPool(arena, frames, 1);
  const engine: EngineContext = {
    arena,
    kernels: loadKernels(arena),
    frames,
    openers: new Map(),
    clock: systemClock,
  };
  const executor = new Executor(engine, () => pool);
  const words = new Region(arena, arena.openOwner(), 1);

  const ROWS = 10_000_000;
  const counted = (input: Plan): AggregatePlan => ({
    kind: 'aggregate',
    input,
    keys: [column(0, INT)],
    aggregates: [{ fn: 'count_star', args: [], distinct: false, filter: null, type: INT }],
    schema: [...input.schema, { name: 'count', type: INT }],
  });
  const schema = [{ name: 'n', type: INT }];
  const range: Plan = { kind: 'range', start: 0n, step: 1n, count: ROWS, schema };
  const scan: Plan = { kind: 'scan', tableId: 1, tableName: 't', columnIds: [0], filter: null, schema };

  const isSet = (word: number): boolean => Atomics.load(arena.i32, word >>> 2) !== 0;
  async function untilSet(word: number): Promise<void> {
    while (!isSet(word)) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  function begun(plan: Plan, snapshots: ReadonlyMap<number, Snapshot> = new Map()) {
    const abort = new AbortController();
    const { batches } = executor.run(counted(plan), snapshots, { signal: abort.signal });
    const ended = batches[Symbol.asyncIterator]().next();
    ended.catch(() => {});
    return { ended, abort };
  }

  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());
  afterAll(() => pool.close());

  it('that waits for its turn behind other work leaves its thread alone, however long that takes', async () => {
    const [begins, ends] = [words.allocZero(8), words.allocZero(8)];
    const other = pool.call('spin until', { begins, ends });
    await untilSet(begins);
    const { ended, abort } = begun(range);
    abort.abort();
    vi.advanceTimersByTime(60_000);
    Atomics.store(arena.i32, ends >>> 2, 1);
    expect(await other).toBe('done');
    await expect(ended).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expect(pool.started).toBe(1);
  });

  it('that is stuck has its thread ended, and the next one takes over', async () => {
    const begins = words.allocZero(8);
    const part = {
      kind: SPIN_KIND,
      key: 'stuck',
      rows: ROWS,
      blocks: 1,
      zones: new Map(),
      descriptor: begins,
    };
    const { ended, abort } = begun(
      scan,
      new Map([[1, { parts: [part], rows: ROWS, release: () => undefined }]]),
    );
    await untilSet(begins);
    abort.abort();
    vi.advanceTimersByTime(2_000);
    await expect(ended).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
    expect(await pool.call('echo', 1)).toBe(1);
    expect(pool.started).toBe(2);
  });
});
