/** What the fault file system may and may not do to bytes and names at a crash. */

import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../engine/base/random.ts';
import { FaultFileSystem } from '../../../storage/fs/fault.ts';
import { readWhole } from '../../../storage/fs/file-system.ts';

const SEEDS = Array.from({ length: 200 }, (_, i) => i);

function crashed(seed: number, work: (fs: FaultFileSystem) => void) {
  const fs = new FaultFileSystem({ random: new SeededRandom(seed) });
  fs.makeDirectory('/d');
  work(fs);
  return fs.afterCrash();
}

describe('fault file system', () => {
  it('never loses synced bytes under a synced name', () => {
    for (const seed of SEEDS) {
      const disk = crashed(seed, (fs) => {
        const file = fs.create('/d/a');
        file.writeSync(new Uint8Array(2000).fill(7), 0);
        file.dataSyncSync();
        fs.syncDirectorySync('/d');
        file.writeSync(new Uint8Array(2000).fill(9), 2000);
      });
      expect(readWhole(disk, '/d/a').subarray(0, 2000)).toEqual(new Uint8Array(2000).fill(7));
    }
  });

  it('keeps, drops, tears and garbles unsynced writes', () => {
    const seen = new Set<string>();
    for (const seed of SEEDS) {
      const disk = crashed(seed, (fs) => {
        const file = fs.create('/d/a');
        fs.syncDirectorySync('/d');
        file.writeSync(new Uint8Array(1024).fill(9), 0);
      });
      const bytes = readWhole(disk, '/d/a');
      const whole = (from: number, value: number) =>
        bytes.subarray(from, from + 512).every((b) => b === value);
      if (bytes.length === 0) seen.add('dropped');
      else if (bytes.length === 512) seen.add('torn');
      else if (whole(0, 9) && whole(512, 9)) seen.add('kept');
      else if (whole(0, 0)) seen.add('hole');
      else seen.add('garbled');
    }
    expect([...seen].sort()).toEqual(['dropped', 'garbled', 'hole', 'kept', 'torn']);
  });

  it('reorders directory operations until the directory is synced', () => {
    const seen = new Set<string>();
    for (const seed of SEEDS) {
      const disk = crashed(seed, (fs) => {
        for (const name of ['a', 'b']) {
          const file = fs.create(`/d/${name}`);
          file.writeSync(new Uint8Array(1), 0);
          file.dataSyncSync();
        }
      });
      seen.add(disk.list('/d').join());
    }
    expect([...seen].sort()).toEqual(['', 'a', 'a,b', 'b']);
  });

  it('dies at the chosen call and stays dead', () => {
    const fs = new FaultFileSystem({ random: new SeededRandom(1), crashAt: 2 });
    fs.makeDirectory('/d');
    expect(() => fs.create('/d/a')).toThrow(/Simulated crash at call 2/);
    expect(() => fs.list('/d')).toThrow(/dead/);
  });

  it('fails one call with the chosen code and then goes on', () => {
    const fs = new FaultFileSystem({ random: new SeededRandom(1), failAt: 3, failCode: 'SHORT_WRITE' });
    fs.makeDirectory('/d');
    const file = fs.create('/d/a');
    expect(() => file.writeSync(new Uint8Array(10).fill(1), 0)).toThrow(/ENOSPC/);
    expect(fs.stat('/d/a')).toEqual({ bytes: 5 });
    file.writeSync(new Uint8Array(10).fill(1), 0);
    expect(fs.stat('/d/a')).toEqual({ bytes: 10 });
  });
});
