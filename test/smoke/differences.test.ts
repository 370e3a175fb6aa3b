/**
 * docs/differences.md tells the truth about us: each row's statement, in its section's dialect, gives what the column
 * `Basalt` says: the first value as JSON, or the name of an error.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BasaltError, type Database, type Dialect, open } from '../../database/index.ts';
import { written } from '../../scripts/reference.ts';

type Claim = { readonly dialect: Dialect; readonly sql: string; readonly answer: string };

const CLAIMS: readonly Claim[] = written('docs/differences.md')
  .split(/^## /m)
  .slice(1)
  .flatMap((section) => {
    const dialect = section.slice(0, section.indexOf(':')) as Dialect;
    const rows = [...section.matchAll(/^\| `(.+?)` \| `(.+?)` \|/gm)];
    return rows.map(([, sql, answer]) => ({ dialect, sql, answer }));
  });

let db: Database;
beforeAll(async () => {
  db = await open();
  await db.query('CREATE TABLE t (a BIGINT)');
});
afterAll(() => db.close());

async function answerTo({ sql, dialect }: Claim): Promise<string> {
  try {
    const { rows } = await db.execute(sql, { dialect });
    return JSON.stringify(rows[0][0]);
  } catch (error) {
    return BasaltError.from(error).errorName;
  }
}

describe('docs/differences.md', () => {
  it('has rows for every dialect', () => {
    expect(new Set(CLAIMS.map((c) => c.dialect))).toEqual(new Set(['standard', 'druid', 'clickhouse']));
  });

  it.each(CLAIMS)('$dialect: $sql', async (claim) => {
    expect(await answerTo(claim)).toBe(claim.answer);
  });
});
