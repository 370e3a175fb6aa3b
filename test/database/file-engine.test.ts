import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/** ClickHouse's engines File and URL: what is in the data folder, which files are read, and what becomes of them. */
let folder: string;
let db: Database;
const ch = { dialect: 'clickhouse' } as const;

const openHere = (): Promise<Database> =>
  open({ path: join(folder, 'data'), files: [join(folder, 'in')], exports: [] });
const own = (): string[] => readdirSync(join(folder, 'data', 'files')).sort();
const values = async (sql: string): Promise<unknown[][]> => {
  const found: unknown[][] = [];
  for await (const row of await db.query(sql, ch)) found.push(Object.values(row));
  return found;
};

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-file-engine-'));
  db = await openHere();
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

describe('a table of the engine File', () => {
  beforeEach(async () => {
    await db.query('CREATE TABLE f (a UInt8, b String) ENGINE = File(CSVWithNames)', ch);
  });

  it('is one file of its format in the data folder, which anybody can read', async () => {
    await db.query("INSERT INTO f VALUES (1, 'x')", ch);
    await db.query("INSERT INTO f SELECT 2, 'y\"z'", ch);
    const [name] = own();
    expect(name).toMatch(/^\d+\.CSVWithNames$/);
    expect(readFileSync(join(folder, 'data', 'files', name), 'utf8')).toBe('"a","b"\n1,"x"\n2,"y""z"\n');
  });

  it('keeps its rows over a restart, and the file of a copy is its own', async () => {
    await db.query("INSERT INTO f VALUES (1, 'x')", ch);
    await db.close();
    db = await openHere();
    const copy = await db.fork();
    await copy.query("INSERT INTO f VALUES (2, 'of the copy')", ch);
    expect(await values('SELECT a FROM f')).toEqual([[1]]);
    let rows = 0;
    for await (const _ of await copy.query('SELECT a FROM f', ch)) rows++;
    expect(rows).toBe(2);
    await copy.close();
  });

  it('is as it was where an INSERT fails, and takes inserts at once in turn', async () => {
    await db.query("INSERT INTO f VALUES (1, 'x')", ch);
    const failing = db.query("INSERT INTO f SELECT throwIf(number = 99999), 'y' FROM numbers(100000)", ch);
    const more = Array.from({ length: 5 }, (_, i) =>
      db.query(`INSERT INTO f SELECT ${i}, 'z' FROM numbers(10)`, ch),
    );
    await expect(failing).rejects.toThrow('throwIf');
    await Promise.all(more);
    expect(await values('SELECT b, count() FROM f GROUP BY b ORDER BY b')).toEqual([
      ['x', 1],
      ['z', 50],
    ]);
  });

  it('loses its file with the table', async () => {
    await db.query("INSERT INTO f VALUES (1, 'x')", ch);
    expect(own()).toHaveLength(1);
    await db.query('DROP TABLE f', ch);
    expect(own()).toEqual([]);
  });

  it('takes the rows that come with the statement, whatever their format', async () => {
    await db.query('INSERT INTO f (b) FORMAT JSONEachRow', {
      ...ch,
      data: once('{"b":"from json"}\n'),
    });
    const rows = Array.from({ length: 5000 }, (_, i) => `(${i % 200}, 'v')`).join(', ');
    await db.query(`INSERT INTO f VALUES ${rows}`, ch);
    expect(await values('SELECT count(), sum(a) FROM f')).toEqual([[5001, 497500]]);
  });
});

describe('a table of a file elsewhere', () => {
  it('reads what the guards of file() let it', async () => {
    await db.query("CREATE TABLE inside (a UInt8, b String) ENGINE = File(CSV, 'x.csv')", ch);
    await expect(values('SELECT * FROM inside')).rejects.toThrow();
    await db.close();
    mkdirSync(join(folder, 'in'));
    writeFileSync(join(folder, 'in', 'x.csv'), '1,"one"\n2,"two"\n');
    writeFileSync(join(folder, 'secret.csv'), '1,"one"\n');
    db = await openHere();
    expect(await values('SELECT * FROM inside ORDER BY a')).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    expect(await values("SELECT engine_full FROM system.tables WHERE name = 'inside'")).toEqual([
      ["File('CSV', 'x.csv')"],
    ]);
    await db.query("CREATE TABLE seen ENGINE = File(CSV, 'x.csv')", ch);
    expect(await values('SELECT c1 FROM seen ORDER BY c1')).toEqual([[1], [2]]);
    await db.query(`CREATE TABLE out (a UInt8, b String) ENGINE = File(CSV, '../secret.csv')`, ch);
    await expect(values('SELECT * FROM out')).rejects.toThrow('not below a folder that may be read');
    await expect(db.query("INSERT INTO inside VALUES (3, 'x')", ch)).rejects.toThrow('no rows of its own');
    expect(existsSync(join(folder, 'data', 'files'))).toBe(false);
  });
});
