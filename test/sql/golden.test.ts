import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BasaltError, type Database } from '../../database/index.ts';
import { CONFIGS, type GoldenSession } from './config.ts';
import { type GoldenRecord, goldenRow, parseGolden, sameRow } from './golden-file.ts';

/** Every golden file under every configuration: the same statements must give the same answers. */
const FOLDER = join(import.meta.dirname, 'golden');

async function check(session: GoldenSession, record: GoldenRecord): Promise<string | null> {
  const db: Database = await session.database();
  try {
    const { rows } = await db.execute(record.sql, {
      dialect: record.dialect,
      int64: 'string',
      timestamp: 'string',
      settings: session.settings ?? {},
    });
    if (record.kind === 'error') return `expected ${record.error}, but it succeeded`;
    if (record.kind === 'statement') return null;
    const actual = rows.map(goldenRow);
    const expected = [...record.expected];
    if (record.unordered) {
      actual.sort();
      expected.sort();
    }
    const same = actual.length === expected.length && actual.every((row, i) => sameRow(row, expected[i]));
    return same ? null : `expected:\n${expected.join('\n')}\ngot:\n${actual.join('\n')}`;
  } catch (error) {
    const { errorName, message, position } = BasaltError.from(error);
    const where = position === undefined ? 'none' : `${position.line}:${position.column}`;
    if (record.kind === 'error' && errorName === record.error) {
      return record.position === null || record.position === where
        ? null
        : `expected ${record.error} at ${record.position}, got it at ${where}`;
    }
    return `${record.kind === 'error' ? `expected ${record.error}, got ` : ''}${errorName}: ${message}`;
  }
}

async function runFile(file: string, session: GoldenSession): Promise<string[]> {
  const failures: string[] = [];
  for (const record of parseGolden(readFileSync(join(FOLDER, file), 'utf8'))) {
    const failure = await check(session, record);
    if (failure !== null) failures.push(`${file}:${record.line}\n${record.sql}\n${failure}`);
  }
  return failures;
}

const files = readdirSync(FOLDER).filter((f) => f.endsWith('.sql.txt'));

describe.each(Object.entries(CONFIGS))('golden SQL, %s', (_, start) => {
  it.each(files)('%s', async (file) => {
    const session = start();
    try {
      expect((await runFile(file, session)).join('\n\n')).toBe('');
    } finally {
      await session.close();
    }
  });
});
