/** A power cut at every call to the disk that some work makes, and what the next process finds. */

import { expect } from 'vitest';
import type { Database } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { FaultFileSystem } from '../../storage/fs/fault.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import { effort } from '../effort.ts';
import { newProcess } from '../storage/support/store.ts';

type DatabaseParts = NonNullable<Parameters<typeof openOn>[3]>;

export const DIR = '/data';

const newDisk = (): MemoryFileSystem => {
  const disk = new MemoryFileSystem();
  disk.makeDirectory(DIR);
  return disk;
};

/** A disk that works. */
export const wholeDisk = (): FaultFileSystem =>
  new FaultFileSystem({ random: new SeededRandom(1) }, newDisk());

export const openAt = (
  fs: FaultFileSystem | MemoryFileSystem,
  settings: DatabaseParts['settings'] = {},
): Promise<Database> => openOn(fs, DIR, {}, { processes: newProcess(), settings });

export type Cut<T> = {
  /** Where the power went, for messages. */
  readonly where: string;
  /** What the work answered; undefined when it threw. */
  readonly done: T | undefined;
  readonly disk: MemoryFileSystem;
};

/**
 * Does the work once with power, then once for each call (outside of CI every other one) with the power gone there. `inspect` says what is wrong with the disk that is
 * left; failing to open it is wrong, too.
 */
export async function cutEverywhere<T>(
  work: (fs: FaultFileSystem) => Promise<T>,
  leastCalls: number,
  inspect: (cut: Cut<T>) => Promise<readonly string[]>,
): Promise<void> {
  const counted = wholeDisk();
  await work(counted);
  expect(counted.calls).toBeGreaterThan(leastCalls);
  const wrong: string[] = [];
  for (let crashAt = 1; crashAt <= counted.calls; crashAt += effort(1, 2)) {
    const fs = new FaultFileSystem({ random: new SeededRandom(crashAt), crashAt }, newDisk());
    const done = await work(fs).catch(() => undefined);
    const where = `cut at ${fs.trace.at(-1)}`;
    try {
      wrong.push(...(await inspect({ where, done, disk: fs.afterCrash() })));
    } catch (error) {
      wrong.push(`${where}: does not open: ${(error as Error).message}`);
    }
  }
  expect(wrong.slice(0, 3).join('\n')).toBe('');
}
