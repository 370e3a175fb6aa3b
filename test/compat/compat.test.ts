/**
 * Data folders of every release are read by this version: rows are what arithmetic says, before and after a merge. What a newer
 * version wrote is refused by name.
 */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, inspectFile, open } from '../../database/index.ts';
import { BLOCK_ENCODINGS } from '../../storage/codec/block.ts';
import { checksumOf, checksumSeed } from '../../storage/codec/checksum.ts';
import { newContext } from '../storage/support/ground.ts';
import { ATTACHED, type CompatTable, TABLES } from './tables.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const VERSIONS = readdirSync(HERE).filter((name) => /^\d+\.\d+\.\d+$/.test(name));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basalt-compat-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const copyOf = (version: string): void => cpSync(join(HERE, version), folder, { recursive: true });

const run = async (db: Database, sql: string): Promise<readonly (readonly unknown[])[]> =>
  (await db.execute(sql, { dialect: 'clickhouse', int64: 'string', timestamp: 'string' })).rows;

const rowsOf = async (
  db: Database,
  { name, query }: CompatTable,
): Promise<Readonly<Record<string, unknown>>> => ({
  [name]: await run(db, query),
});

describe.each(VERSIONS)('a folder of version %s', (version) => {
  it('is opened, read, changed, merged and opened again', async () => {
    copyOf(version);
    let db = await open({ path: folder });
    const tables = readFileSync(join(HERE, version, 'tables.txt'), 'utf8')
      .trim()
      .split('\n');
    const known = TABLES.filter(({ name }) => tables.includes(name));
    expect(known.map(({ name }) => name)).toEqual(tables);
    for (const table of known) expect(await rowsOf(db, table)).toEqual({ [table.name]: table.rows });
    for (const { name } of known) {
      const parts = await run(db, `CHECK TABLE ${name}`);
      expect(parts.map(([, passed]) => Number(passed))).toEqual(parts.map(() => 1));
    }
    await run(db, ATTACHED.statement);
    for (const { name } of known) await run(db, `OPTIMIZE TABLE ${name} FINAL`);
    await db.close();
    db = await open({ path: folder });
    for (const table of known) {
      const rows = table.merged ?? table.rows;
      const expected = table.name === 'parts' ? [...rows, ATTACHED.row].toSorted() : rows;
      expect(await rowsOf(db, table)).toEqual({ [table.name]: expected });
    }
    await db.close();
  });
});

describe('the newest folder', () => {
  const newest = join(HERE, VERSIONS.toSorted().at(-1) as string);

  it('has every encoding, every byte codec, bitmaps, an overlay, a detached part and rows in its log', () => {
    const segments = readdirSync(join(newest, 'segment')).filter((name) => name.endsWith('.seg'));
    const columns = segments.flatMap((name) => inspectFile(join(newest, 'segment', name)).columns);
    const found = columns.flatMap(({ encodings }) => encodings.map(([text]) => text)).join('\n');
    for (const encoding of BLOCK_ENCODINGS)
      expect(found).toMatch(new RegExp(`^(codes )?${encoding}\\b(?!-)`, 'm'));
    for (const texts of ['^text, symbols', '^dictionary, symbols', '^dictionary$', ', lz4$', ', zstd$'])
      expect(found).toMatch(new RegExp(texts, 'm'));
    expect(columns.some(({ bitmaps }) => bitmaps > 0)).toBe(true);
    expect(readdirSync(join(newest, 'segment')).some((name) => name.endsWith('.del'))).toBe(true);
    expect(readdirSync(join(newest, 'detached'))).toHaveLength(2);
    const logs = readdirSync(newest).filter((name) => name.startsWith('wal-'));
    expect(logs.some((name) => readFileSync(join(newest, name)).length > 200)).toBe(true);
  });
});

describe('what a newer version wrote', () => {
  const context = newContext();

  /** The identity of a log's checksums, as segment-format.md says: made from its magic and number. */
  const identityOf = (magic: string, number: number): bigint =>
    [...magic].reduce(
      (all, char) => BigInt.asUintN(64, all * 257n + BigInt(char.charCodeAt(0))),
      BigInt(number),
    );

  /** Puts another number where version (8) or features (12) are, and mends the checksum of a log's header. */
  function alter(path: string, at: number, value: number): void {
    const bytes = readFileSync(path);
    bytes.writeUInt32LE(value, at);
    const magic = bytes.toString('latin1', 0, 8);
    if (magic !== 'BSLTSEG\n') {
      const identity = identityOf(magic, Number(bytes.readBigUInt64LE(16)));
      bytes.writeBigUInt64LE(checksumOf(context, bytes.subarray(0, 32), checksumSeed(identity, 0)), 32);
    }
    writeFileSync(path, bytes);
  }

  const VERSION_AT = 8;
  const FEATURES_AT = 12;
  const find = (below: string, pattern: RegExp): string =>
    join(folder, below, readdirSync(join(folder, below)).find((name) => pattern.test(name)) as string);
  const cases = [
    ['a manifest of a newer version', '', /^manifest/, VERSION_AT, 9],
    ['a manifest with an unknown feature', '', /^manifest/, FEATURES_AT, 1 << 30],
    ['a log of a newer version', '', /^wal/, VERSION_AT, 9],
    ['a log with an unknown feature', '', /^wal/, FEATURES_AT, 1 << 30],
    ['a segment of a newer version', 'segment', /^1\.seg$/, VERSION_AT, 9],
    ['a segment with an unknown feature', 'segment', /^1\.seg$/, FEATURES_AT, 1 << 30],
  ] as const;

  it.each(cases)('as %s is refused, naming the file and what to do', async (_, below, pattern, at, value) => {
    copyOf(VERSIONS.toSorted().at(-1) as string);
    const path = find(below, pattern);
    alter(path, at, value);
    const read = async (): Promise<void> => {
      // Other threads' footers: what this process has read is not read again.
      const db = await open({ path: folder, kernels: 'reference' });
      try {
        for (const table of TABLES) await run(db, table.query);
      } finally {
        await db.close();
      }
    };
    await expect(read()).rejects.toMatchObject({
      errorName: 'UNSUPPORTED_VERSION',
      message: expect.stringContaining(path.slice(folder.length + 1)),
      hint: expect.stringContaining('use a newer one'),
    });
  });
});
