import { afterAll, describe, expect, it } from 'vitest';
import { loadKernels } from '../../engine/kernel/load.ts';
import { Arena } from '../../engine/memory/arena.ts';
import { FrameCache, FramePins, SLOT_BYTES } from '../../engine/memory/frame-cache.ts';
import { testPool } from './test-pool.ts';

/** Workers that are lost: what they held comes back, and the next one takes over. */
describe('the worker pool', () => {
  const arena = Arena.create();
  const frames = new FrameCache(arena);
  const pool = testPool(arena, frames, 1);
  expect(loadKernels(arena)).toBeDefined();

  afterAll(() => pool.close());

  it('ends a worker that does not answer, takes back its pins and the frame it was loading, and goes on', async () => {
    const slot = frames.allocSlots(2);
    const loading = slot + SLOT_BYTES;
    const stuck = pool.call('pin and spin', { slot, loading });
    const failed = expect(stuck).rejects.toMatchObject({ errorName: 'ABORTED' });
    while (Atomics.load(arena.i32, loading >>> 2) === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const page = Atomics.load(arena.i32, slot >>> 2);
    expect(page).toBeGreaterThan(0);
    frames.dropSlots(slot, 1);
    expect(Atomics.load(arena.i32, slot >>> 2)).toBe(page);

    pool.terminate(0);
    await failed;
    frames.dropSlots(slot, 1);
    expect(Atomics.load(arena.i32, slot >>> 2)).toBe(0);

    const pins = new FramePins(frames);
    const address = frames.pin(loading, 100, pins, (at) => arena.u8.fill(7, at, at + 100));
    expect(arena.u8[address]).toBe(7);
    pins.release();
    expect(await pool.call('echo', { a: 1 })).toEqual({ a: 1 });
  });

  it('lets no call wait behind a long one while another worker is free', async () => {
    const two = testPool(arena, frames, 2);
    const slot = frames.allocSlots(2);
    const stuck = two.call('pin and spin', { slot, loading: slot + SLOT_BYTES });
    const failed = expect(stuck).rejects.toMatchObject({ errorName: 'ABORTED' });
    const answers = await Promise.all([1, 2, 3, 4].map((n) => two.call('echo', n)));
    expect(answers).toEqual([1, 2, 3, 4]);
    const behind = [two.call('pin and spin', { slot, loading: slot + SLOT_BYTES }), two.call('echo', 5)];
    const gone = Promise.allSettled(behind);
    await two.close();
    await failed;
    expect((await gone).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
