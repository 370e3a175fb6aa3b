/** One suite for every file system: the contract of storage/fs/file-system.ts, case by case. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../engine/base/random.ts';
import { FaultFileSystem } from '../../../storage/fs/fault.ts';
import { type FileSystem, joinPath, readWhole } from '../../../storage/fs/file-system.ts';
import { MemoryFileSystem } from '../../../storage/fs/memory.ts';
import { openDescriptor } from '../../../storage/fs/open-descriptor.ts';
import { RealFileSystem } from '../../../storage/fs/real.ts';

const temporary = mkdtempSync(`${tmpdir()}/basalt-fs-`);
afterAll(() => rmSync(temporary, { recursive: true }));
let folder = 0;

const versions: Record<string, () => FileSystem> = {
  real: () => new RealFileSystem(),
  memory: () => new MemoryFileSystem(),
  fault: () => new FaultFileSystem({ random: new SeededRandom(1) }),
};

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe.each(Object.entries(versions))('%s file system', (_, make) => {
  const setUp = (): { fs: FileSystem; dir: string } => {
    const fs = make();
    const dir = `${temporary}/${folder++}`;
    fs.makeDirectory(dir);
    return { fs, dir };
  };

  it('reads back what was written, also in pieces and in place', () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    const file = fs.create(path);
    file.writeSync(text('hello world'), 0);
    file.writeSync(text('W'), 6);
    file.writeSync(text('!'), 11);
    file.dataSyncSync();
    file.close();
    expect(decode(readWhole(fs, path))).toBe('hello World!');
    expect(fs.stat(path)).toEqual({ bytes: 12 });
  });

  it('reads and writes through promises', async () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    const file = fs.create(path);
    await file.write(text('abcdef'), 0);
    await file.dataSync();
    await fs.syncDirectory(dir);
    file.close();
    const reader = fs.open(path);
    const into = new Uint8Array(3);
    await reader.read(into, 2);
    reader.close();
    expect(decode(into)).toBe('cde');
  });

  it('reads into shared memory', () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    const file = fs.create(path);
    file.writeSync(text('shared'), 0);
    file.close();
    const into = new Uint8Array(new SharedArrayBuffer(16), 4, 6);
    const reader = fs.open(path);
    reader.readSync(into, 0);
    reader.close();
    expect([...into]).toEqual([...text('shared')]);
  });

  it('writes from shared memory', () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    const source = new Uint8Array(new SharedArrayBuffer(16), 4, 6);
    source.set(text('shared'));
    const file = fs.create(path);
    file.writeSync(source, 0);
    file.close();
    expect(decode(readWhole(fs, path))).toBe('shared');
  });

  it('opens a file by its descriptor', () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    const file = fs.create(path);
    file.writeSync(text('descriptor'), 0);
    file.close();
    const reader = openDescriptor(structuredClone(fs.descriptor(path)));
    const into = new Uint8Array(reader.bytes);
    reader.readSync(into, 0);
    reader.close();
    expect(decode(into)).toBe('descriptor');
  });

  it('fails a read past the end instead of giving less', () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    const file = fs.create(path);
    file.writeSync(text('abc'), 0);
    file.close();
    const reader = fs.open(path);
    expect(() => reader.readSync(new Uint8Array(4), 0)).toThrow(/the file ends before/);
    reader.close();
  });

  it('says which file is missing', () => {
    const { fs, dir } = setUp();
    expect(() => fs.open(joinPath(dir, 'nothing'))).toThrow(/nothing: ENOENT/);
    expect(fs.stat(joinPath(dir, 'nothing'))).toBeNull();
    fs.unlink(joinPath(dir, 'nothing'));
  });

  it('does not create over an existing file', () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    fs.create(path).close();
    expect(() => fs.create(path)).toThrow(/EEXIST/);
    expect(fs.createExclusive(path, text('x'))).toBe(false);
    expect(fs.createExclusive(joinPath(dir, 'b'), text('x'))).toBe(true);
    expect(fs.list(dir)).toEqual(['a', 'b']);
  });

  it('truncates, renames over and unlinks', () => {
    const { fs, dir } = setUp();
    const a = joinPath(dir, 'a');
    const b = joinPath(dir, 'b');
    const file = fs.create(a);
    file.writeSync(text('abcdef'), 0);
    file.truncate(3);
    file.close();
    fs.create(b).close();
    fs.rename(a, b);
    expect(fs.list(dir)).toEqual(['b']);
    expect(decode(readWhole(fs, b))).toBe('abc');
    fs.unlink(b);
    fs.syncDirectorySync(dir);
    expect(fs.list(dir)).toEqual([]);
  });

  it('gives a file a second name', () => {
    const { fs, dir } = setUp();
    const [a, b] = [joinPath(dir, 'a'), joinPath(dir, 'b')];
    fs.createExclusive(a, text('abc'));
    fs.link(a, b);
    expect(() => fs.link(a, b)).toThrow(/EEXIST/);
    fs.unlink(a);
    expect(decode(readWhole(fs, b))).toBe('abc');
    expect(() => fs.link(a, joinPath(dir, 'c'))).toThrow(/ENOENT/);
  });

  it('keeps an open file readable after it is unlinked', () => {
    const { fs, dir } = setUp();
    const path = joinPath(dir, 'a');
    const file = fs.create(path);
    file.writeSync(text('abc'), 0);
    file.close();
    const reader = fs.open(path);
    fs.unlink(path);
    const into = new Uint8Array(3);
    reader.readSync(into, 0);
    reader.close();
    expect(decode(into)).toBe('abc');
  });

  it('adopts bytes that a worker made', () => {
    const { fs, dir } = setUp();
    const buffer = new SharedArrayBuffer(64);
    new Uint8Array(buffer).set(text('adopted'));
    fs.adopt(joinPath(dir, 'a'), buffer, 7);
    expect(decode(readWhole(fs, joinPath(dir, 'a')))).toBe('adopted');
  });
});
