/**
 * A damaged segment, seen from outside: `basalt inspect`, the error of a query that needs the bytes, CHECK TABLE, and everything
 * else going on.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectFile, open } from '../../database/index.ts';
import { temporaryFolder } from './folder.ts';
import { basalt } from './process.ts';

const path = join(temporaryFolder(), 'data');
const segmentOf = async (table: string): Promise<string> => {
  const files = readdirSync(join(path, 'segment')).map((name) => join(path, 'segment', name));
  const found = files.find((file) => inspectFile(file).table === table);
  return found ?? '';
};

beforeAll(async () => {
  await using db = await open({ path });
  for (const table of ['good', 'bad']) {
    await db.execute(`CREATE TABLE ${table} (at TIMESTAMP, n INTEGER, kind VARCHAR)`);
    const rows = Array.from({ length: 5000 }, (_, i) => ({
      at: new Date(i * 1000),
      n: i % 100,
      kind: `kind ${i % 7}`,
    }));
    await db.insert(table, rows);
  }
});

describe('basalt inspect', () => {
  it('shows columns, encodings, sizes, statistics and indexes', async () => {
    const { stdout: output, code } = await basalt(['inspect', await segmentOf('good')]);
    expect(code).toBe(0);
    expect(output).toContain('of table good: 5000 rows in 1 block');
    expect(output).toMatch(/│ n +│ int32\? +│ .*plain 1 bytes.*│ 0 +│ 99 +│/);
    // Evenly spaced times take no bytes.
    expect(output).toMatch(/│ at +│ timestamp\(6\)\? +│ +0 B │/);
    expect(output).toMatch(/│ kind +│ string\? +│ .*dictionary.*│ +7 │/);
    expect(output).toContain('Every byte matches its checksum.');
  });

  it('gives everything as JSON', async () => {
    const { stdout: output } = await basalt(['inspect', '--json', await segmentOf('good')]);
    const found = JSON.parse(output) as { rows: number; columns: { name: string; max: string }[] };
    expect(found.rows).toBe(5000);
    expect(found.columns.find(({ name }) => name === 'n')?.max).toBe('99');
  });

  it('says what is no segment', async () => {
    const { code, stderr: errors } = await basalt(['inspect', 'package.json']);
    expect(code).toBe(1);
    expect(errors).toMatch(/package\.json is not a segment file/);
    expect((await basalt(['inspect', join(path, 'nothing')])).stderr).toMatch(/nothing/);
  });
});

describe('a damaged segment', () => {
  let file = '';
  beforeAll(async () => {
    file = await segmentOf('bad');
    const bytes = readFileSync(file);
    // In the first stored piece, behind the header.
    bytes[40] ^= 4;
    writeFileSync(file, bytes);
  });

  it('is shown by inspect, with exit code 1', async () => {
    const { code, stdout: output } = await basalt(['inspect', file]);
    expect(code).toBe(1);
    expect(output).toMatch(/DAMAGED:\n.*at offset 24 of .*does not match its checksum/);
  });

  it('fails the queries that need what is damaged, and no others', async () => {
    await using db = await open({ path });
    const sum = 'SELECT sum(n) FROM';
    await expect(db.query(`${sum} bad`)).rejects.toMatchObject({ errorName: 'CORRUPTED_DATA' });
    await expect(db.query(`${sum} bad`)).rejects.toThrow(file);
    expect(await db.query('SELECT count(*) AS c, count(DISTINCT kind) AS k FROM bad')).toEqual([
      { c: 5000, k: 7 },
    ]);
    expect(await db.query('SELECT sum(n) AS s FROM good')).toEqual([{ s: 247_500 }]);
    await db.insert('bad', [{ at: new Date(0), n: 1, kind: 'x' }]);
    expect(await db.query('SELECT count(*) AS c FROM bad')).toEqual([{ c: 5001 }]);

    const number = /(\d+)\.seg$/.exec(file)?.[1] ?? '';
    const name = `all_${number}_${number}_0`;
    const checks = await db.query('CHECK TABLE bad');
    expect(checks).toHaveLength(2);
    expect(checks.filter((check) => check['is_passed'] === 0)).toEqual([
      { part_path: name, is_passed: 0, message: expect.stringContaining(file) },
    ]);
    expect((await db.query('CHECK TABLE good')).map((check) => check['is_passed'])).toEqual([1]);
    expect(await db.query('SELECT "table", name, message FROM system.damaged_parts')).toEqual([
      { table: 'bad', name, message: expect.stringContaining(file) },
    ]);
    await expect(db.query('CHECK TABLE system.one')).rejects.toThrow(/not a stored table/);
    await expect(db.query('CHECK TABLE nothing')).rejects.toMatchObject({ errorName: 'UNKNOWN_TABLE' });

    const one = await db.query(`CHECK TABLE bad PART '${name}'`);
    expect(one.map((check) => check['part_path'])).toEqual([name]);
    expect(await db.query('CHECK TABLE bad PARTITION ALL')).toHaveLength(2);
    expect(await db.query("CHECK TABLE bad PARTITION ID 'other'")).toEqual([]);
    await expect(db.query("CHECK TABLE bad PART 'other'")).rejects.toMatchObject({
      errorName: 'NO_SUCH_DATA_PART',
    });
  });

  it('is taken out by hand, and stays known for what it is', async () => {
    await using db = await open({ path });
    await expect(db.query('SELECT sum(n) FROM bad')).rejects.toMatchObject({
      hint: expect.stringContaining('system.damaged_parts'),
    });
    await db.query('CHECK TABLE bad');
    const [{ name }] = await db.query('SELECT name FROM system.damaged_parts');
    await db.execute(`ALTER TABLE bad DETACH PART '${name}'`);
    expect(await db.query('SELECT sum(n) AS s FROM bad')).toEqual([{ s: 1 }]);
    expect(await db.query('SELECT name FROM system.damaged_parts')).toEqual([]);
    expect(await db.query('SELECT "table", name FROM system.detached_parts')).toEqual([
      { table: 'bad', name },
    ]);
    const [detached] = readdirSync(join(path, 'detached')).filter((file) => file.endsWith('.seg'));
    const inspection = inspectFile(join(path, 'detached', detached));
    expect(inspection.table).toBe('bad');
    expect(inspection.columns.flatMap((column) => column.damaged)).toHaveLength(1);

    await db.execute(`ALTER TABLE bad ATTACH PART '${name}'`);
    const checks = await db.query('CHECK TABLE bad');
    expect(checks.map((check) => check['is_passed']).sort()).toEqual([0, 1]);
    const [again] = await db.query('SELECT name FROM system.damaged_parts');
    await db.execute(`ALTER TABLE bad DROP PART '${again['name']}'`);
    expect(await db.query('SELECT sum(n) AS s FROM bad')).toEqual([{ s: 1 }]);
  });
});

describe('a segment that moved to another table', () => {
  it('is checked and inspected as what it was written as', async () => {
    await using db = await open({ path });
    await db.execute('CREATE TABLE moved (old INTEGER, at TIMESTAMP, n INTEGER, kind VARCHAR)');
    await db.execute('ALTER TABLE moved DROP COLUMN old');
    await db.execute('CREATE TABLE source AS SELECT * FROM good');
    for (const table of ['moved', 'source']) expect(await db.query(`CHECK TABLE ${table}`)).not.toBeNull();
    await db.execute('ALTER TABLE source MOVE PARTITION ALL TO TABLE moved');
    expect(await db.query('SELECT sum(n) AS s FROM moved')).toEqual([{ s: 247_500 }]);
    const checks = await db.query('CHECK TABLE moved');
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.every((check) => check['is_passed'] === 1)).toBe(true);
    const { columns } = inspectFile(await segmentOf('moved'));
    expect(columns.map(({ name }) => name)).toEqual(['at', 'n', 'kind']);
    expect(columns.find(({ name }) => name === 'n')?.max).toBe(99n);
  });
});
