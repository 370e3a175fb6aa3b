import { expect, it } from 'vitest';
import { openOn } from '../../database/open-on.ts';
import { MemoryFileSystem } from '../../storage/fs/memory.ts';
import { openAt, wholeDisk } from '../crash/power-cut.ts';

/** All databases of a process share its memory. */
it('gives its memory back when the disk is gone', async () => {
  await using other = await openOn(new MemoryFileSystem(), '/other');
  const disk = wholeDisk();
  const db = await openAt(disk);
  const before = other.status().memoryUsedBytes;
  await db.query('CREATE TABLE t (a BIGINT NOT NULL, s VARCHAR NOT NULL)');
  await db.insert(
    't',
    Array.from({ length: 50_000 }, (_, a) => ({ a, s: `row ${a}` })),
  );
  expect(other.status().memoryUsedBytes).toBeGreaterThan(before);
  disk.afterCrash();
  await expect(db.close()).rejects.toThrow('process is dead');
  expect(other.status().memoryUsedBytes).toBeLessThanOrEqual(before);
});
