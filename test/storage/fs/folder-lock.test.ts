/** Who may have a data folder, and when a lock is stale. */

import { describe, expect, it } from 'vitest';
import { readWhole } from '../../../storage/fs/file-system.ts';
import { lockFolder } from '../../../storage/fs/folder-lock.ts';
import { MemoryFile, MemoryFileSystem } from '../../../storage/fs/memory.ts';
import { type ProcessIdentity, type ProcessTable, systemProcesses } from '../../../storage/fs/process.ts';

const identity = (pid: number, started = '100', boot = 'b1'): ProcessIdentity => ({ pid, started, boot });
const processes = (self: ProcessIdentity, ...alive: ProcessIdentity[]): ProcessTable => ({
  self,
  isAlive: (p) =>
    [self, ...alive].some((a) => a.pid === p.pid && a.started === p.started && a.boot === p.boot),
});

function folder(): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  fs.makeDirectory('/data');
  return fs;
}

describe('folder lock', () => {
  it('is refused while its owner lives, also within one process', () => {
    const fs = folder();
    lockFolder(fs, '/data', processes(identity(1)));
    expect(() => lockFolder(fs, '/data', processes(identity(2), identity(1)))).toThrow(/in use by process 1/);
    expect(() => lockFolder(fs, '/data', processes(identity(1)))).toThrow(/in use/);
  });

  it('can be taken after it was let go of', () => {
    const fs = folder();
    lockFolder(fs, '/data', processes(identity(1)))();
    lockFolder(fs, '/data', processes(identity(2), identity(1)));
    expect(fs.list('/data')).toEqual(['LOCK']);
  });

  it.each([
    ['a killed process', identity(1)],
    ['an earlier process of the same pid', identity(2, '99')],
    ['a process of an earlier boot', identity(2, '100', 'b0')],
  ])('is taken over from %s', (_, dead) => {
    const fs = folder();
    lockFolder(fs, '/data', processes(dead));
    lockFolder(fs, '/data', processes(identity(2)));
    expect(new TextDecoder().decode(readWhole(fs, '/data/LOCK'))).toBe(JSON.stringify(identity(2)));
    expect(fs.list('/data')).toEqual(['LOCK']);
  });

  it('is taken over when a power cut tore it', () => {
    const fs = folder();
    fs.put('/data/LOCK', MemoryFile.of(new Uint8Array([1, 2, 3])));
    lockFolder(fs, '/data', processes(identity(2)));
    expect(fs.list('/data')).toEqual(['LOCK']);
  });

  it('knows this process of the machine and not a made-up one', () => {
    const table = systemProcesses();
    expect(table.isAlive(table.self)).toBe(true);
    expect(table.isAlive({ ...table.self, started: 'never' })).toBe(false);
    expect(table.isAlive({ ...table.self, boot: 'other' })).toBe(false);
  });
});
