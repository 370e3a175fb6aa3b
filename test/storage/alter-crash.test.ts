/** Power cuts while tables change: each change is whole or absent, and nothing acknowledged is lost. */

import { expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import { complaints, Ledger, openForWorkload, runWorkload } from './support/alter-workload.ts';
import { reclaiming } from './support/ground.ts';

const SEEDS = Number(process.env['BASALT_CRASH_SEEDS'] ?? 200);
const STEPS = 60;

const newDisk = (): MemoryFileSystem => {
  const disk = new MemoryFileSystem();
  disk.makeDirectory('/data');
  return disk;
};

async function crashOnce(seed: number, crashAt: number): Promise<string[]> {
  const fs = new FaultFileSystem({ random: new SeededRandom(seed), crashAt }, newDisk());
  const ledger = new Ledger();
  const where = (): string => `seed ${seed}, crash at ${fs.trace.at(-1)}`;
  try {
    await runWorkload(fs, seed, STEPS, ledger);
  } catch (error) {
    if (!fs.crashed) return [`${where()}: ${(error as Error).message}`];
  }
  try {
    const store = await openForWorkload(fs.afterCrash());
    const found = complaints(store, ledger).map((text) => `${where()}: ${text}`);
    await store.close();
    return found;
  } catch (error) {
    return [`${where()}: does not open: ${(error as Error).message}`];
  }
}

it(
  'a simulated crash of any seed loses nothing acknowledged',
  async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new SeededRandom(seed * 31 + 1);
      const crashAt = 1 + random.below(1 + random.below(400));
      expect(await reclaiming(() => crashOnce(seed, crashAt))).toEqual([]);
    }
  },
  60_000 + SEEDS * 50,
);

it('a failing call, whichever it is, does not last', async () => {
  const whole = new FaultFileSystem({ random: new SeededRandom(1) }, newDisk());
  await reclaiming(() => runWorkload(whole, 5, 30, new Ledger()));
  for (let failAt = 1; failAt <= whole.calls; failAt += 3) {
    await reclaiming(async () => {
      const fs = new FaultFileSystem(
        { random: new SeededRandom(failAt), failAt, failCode: 'EIO' },
        newDisk(),
      );
      const ledger = new Ledger();
      await runWorkload(fs, 5, 30, ledger, true);
      const live = await openForWorkload(fs);
      expect(complaints(live, ledger).map((text) => `call ${failAt}: ${text}`)).toEqual([]);
      await live.close();
    });
  }
});
