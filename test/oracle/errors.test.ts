/** Statements that are wrong in the ClickHouse dialect are wrong in ClickHouse by the same number. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, ERRORS, open } from '../../database/index.ts';
import { parseGolden } from '../sql/golden-file.ts';

const FILE = join(import.meta.dirname, '../sql/golden/wrong.clickhouse.sql.txt');

/** What chdb calls otherwise: its SELECT may be left out, and some types it puts together as one of several. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'SELEC id FROM orders': '47 UNKNOWN_IDENTIFIER',
  'SELECT id FROM orders ARRAY JOIN': '42 NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
  'SELECT id FROM orders UNION ALL SELECT tags FROM orders': 'none',
};

const records = parseGolden(readFileSync(FILE, 'utf8'));
const wrong = records.filter(({ kind }) => kind === 'error').map(({ sql, error }) => ({ sql, error }));

describe('numbers of errors', () => {
  let ours: Database;
  const peer = new Session();

  beforeAll(async () => {
    ours = await open();
    for (const { kind, sql } of records) {
      if (kind !== 'statement') continue;
      await ours.execute(sql, { dialect: 'clickhouse' });
      peer.query(sql);
    }
  });
  afterAll(async () => {
    await ours.close();
    peer.cleanup();
  });

  function theirs(sql: string): string {
    try {
      peer.query(sql);
    } catch (error) {
      return /Code: (\d+)\..*\(([A-Z_]+)\)/s.exec(String(error))?.slice(1).join(' ') ?? String(error);
    }
    return 'none';
  }

  it.each(wrong)('$sql', ({ sql, error }) => {
    const name = error as keyof typeof ERRORS;
    expect(theirs(sql)).toBe(OTHERWISE[sql] ?? `${ERRORS[name].code} ${name}`);
  });
});
