import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';

/** U+FEFF at the beginning of a text is a character of it; decoders of whole files leave it out. */
const MARK = '\ufeff';
const TEXTS = [`${MARK}a`, `${MARK}b`, 'a', MARK];
const TALL = 20_000;

let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-bom-'));
  db = await reopened();
  await db.query('CREATE TABLE t (id BIGINT NOT NULL, s VARCHAR NOT NULL, doc JSON)');
  await db.insert(
    't',
    Array.from({ length: TALL }, (_, id) => ({ id, s: textOf(id), doc: { s: textOf(id) } })),
  );
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

const reopened = (): Promise<Database> =>
  open({ path: join(folder, 'db'), files: [folder], exports: [folder] });
const textOf = (id: number): string => `${TEXTS[id % TEXTS.length]}${id % 3 === 0 ? '' : id}`;

describe('texts that begin with a byte order mark', () => {
  it.each(['in memory', 'from files'])('come back, %s', async (where) => {
    if (where === 'from files') {
      await db.query('OPTIMIZE TABLE t FINAL');
      await db.close();
      db = await reopened();
    }
    const rows = await db.query("SELECT id, s, doc->>'s' AS j FROM t ORDER BY id");
    expect(rows).toEqual(Array.from({ length: TALL }, (_, id) => ({ id, s: textOf(id), j: textOf(id) })));
    const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const all = Array.from({ length: TALL }, (_, id) => textOf(id)).sort(bytes);
    expect(await db.query('SELECT min(s) AS low, max(s) AS high FROM t')).toEqual([
      { low: all[0], high: all.at(-1) },
    ]);
    for (const wanted of [`${MARK}a`, `${MARK}19997`, MARK, 'a']) {
      const count = all.filter((text) => text === wanted).length;
      expect(await db.query('SELECT count(*) AS n FROM t WHERE s = ?', { params: [wanted] })).toEqual([
        { n: count },
      ]);
    }
    expect(await db.query('SELECT s, count(*) AS n FROM t WHERE id % 3 = 0 GROUP BY s ORDER BY s')).toEqual(
      [
        ...Map.groupBy(
          all.filter((text) => TEXTS.includes(text)),
          (text) => text,
        ),
      ].map(([s, of]) => ({ s, n: of.length })),
    );
  });

  it('go through Parquet', async () => {
    await db.query("COPY (SELECT id, s FROM t ORDER BY id) TO 't.parquet'");
    const [{ n }] = await db.query(
      "SELECT count(*) AS n FROM t JOIN 't.parquet' AS p ON t.id = p.id AND t.s = p.s",
    );
    expect(n).toBe(TALL);
  });
});
