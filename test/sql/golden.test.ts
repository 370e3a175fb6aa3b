import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BasaltError, type Database, type Position } from '../../database/index.ts';
import { effort } from '../effort.ts';
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
    const { errorName, message, position, hint = 'none' } = BasaltError.from(error);
    if (record.kind === 'error' && errorName === record.error) {
      const where = position === undefined ? 'none' : `${position.line}:${position.column}`;
      const at = position === undefined ? 'none' : textAt(record.sql, position);
      const found = [
        [record.position, where],
        [record.at, at],
        [record.hint, record.hint !== null && hint.includes(record.hint) ? record.hint : hint],
      ].find(([wanted, got]) => wanted !== null && wanted !== got);
      return found === undefined ? null : `expected ${found[0]}, got ${found[1]}\n${message}`;
    }
    return `${record.kind === 'error' ? `expected ${record.error}, got ` : ''}${errorName}: ${message}`;
  }
}

/** What stands where an error points at. */
function textAt(sql: string, { line, offset = 0, endLine = line, endColumn = 1 }: Position): string {
  const lines = sql.split('\n').slice(0, endLine - 1);
  const end = lines.reduce((sum, line) => sum + line.length + 1, 0) + endColumn - 1;
  return offset >= sql.length ? '<end>' : sql.slice(offset, end);
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

const [first, ...others] = Object.keys(CONFIGS);
/** CI has the time for every file under every configuration; elsewhere each file has the first, and one in three another one, in turn. */
const filesOf = (config: string): readonly string[] =>
  config === first
    ? files
    : files.filter((_, i) => effort(1, 0) === 1 || others[i % (3 * others.length)] === config);

describe.each(Object.entries(CONFIGS))('golden SQL, %s', (config, start) => {
  it.each(filesOf(config))('%s', async (file) => {
    const session = start();
    try {
      expect((await runFile(file, session)).join('\n\n')).toBe('');
    } finally {
      await session.close();
    }
  });
});
