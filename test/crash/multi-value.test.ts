/**
 * Power cuts while a dimension becomes a multi-value one: after each, the next process finds an ingestion whole or not at all, every
 * list as a list, and can go on.
 */

import { expect, it } from 'vitest';
import type { Database } from '../../database/index.ts';
import type { FaultFileSystem } from '../../storage/fs/fault.ts';
import { type Cut, cutEverywhere, openAt, wholeDisk } from './power-cut.ts';

const ingest = (db: Database, ...tags: readonly unknown[]): Promise<unknown> =>
  db.ingest({
    type: 'index_parallel',
    spec: {
      dataSchema: {
        dataSource: 't',
        timestampSpec: { column: 't', format: 'iso' },
        dimensionsSpec: { dimensions: ['tags'] },
        metricsSpec: [{ type: 'count', name: 'n' }],
        granularitySpec: { segmentGranularity: 'day', rollup: true },
      },
      ioConfig: {
        type: 'index_parallel',
        appendToExisting: true,
        inputSource: {
          type: 'inline',
          data: tags.map((value) => JSON.stringify({ t: '2020-01-01', tags: value })).join('\n'),
        },
        inputFormat: { type: 'json' },
      },
    },
  });
const merge = (db: Database): Promise<unknown> =>
  db.execute('OPTIMIZE TABLE t FINAL', { dialect: 'clickhouse' });

const STEPS: readonly ((db: Database) => Promise<unknown>)[] = [
  (db) => ingest(db, 'a', 'b', null),
  (db) => ingest(db, ['b', 'a'], 'a', []),
  merge,
  (db) => ingest(db, ['a', 'b'], ['c', null]),
  merge,
];
/** How often each tag is there after so many ingestions. */
const COUNTS = [
  '[]',
  '[[null,1],["a",1],["b",1]]',
  '[[null,2],["a",3],["b",2]]',
  '[[null,3],["a",4],["b",3],["c",1]]',
];
/** The lists, as arrays. */
const LISTS = ['[]', '[]', '[["a","b"]]', '[["a","b"],[null,"c"]]'];

async function perform(fs: FaultFileSystem): Promise<boolean> {
  const db = await openAt(fs);
  try {
    for (const step of STEPS) await step(db);
    return true;
  } finally {
    await db.close().catch(() => {});
  }
}

async function read(db: Database): Promise<readonly [counts: string, lists: string]> {
  const counts = await db.execute('SELECT tags, SUM(n) FROM t GROUP BY tags ORDER BY tags', {
    dialect: 'druid',
  });
  const { rows } = await db.execute("SELECT type FROM system.columns WHERE name = 'tags'", {
    dialect: 'clickhouse',
  });
  if (rows[0]?.[0] !== 'Array(Nullable(String))') return [JSON.stringify(counts.rows), '[]'];
  const lists = await db.execute('SELECT DISTINCT tags FROM t WHERE len(tags) > 1 ORDER BY tags');
  return [JSON.stringify(counts.rows), JSON.stringify(lists.rows.map(([list]) => list))];
}

async function inspect({ where, disk }: Cut<boolean>): Promise<string[]> {
  await using db = await openAt(disk);
  if (db.tables().length === 0) return [];
  const [counts, lists] = await read(db);
  const step = COUNTS.indexOf(counts);
  const problems = step < 0 || LISTS[step] !== lists ? [`${where}: ${counts} ${lists}`] : [];
  await ingest(db, ['x', 'y']);
  const [after] = await read(db);
  return after.endsWith('["x",1],["y",1]]') ? problems : [...problems, `${where}: then ${after}`];
}

it('leaves each ingestion done or undone, wherever the power goes', async () => {
  expect(await perform(wholeDisk())).toBe(true);
  await cutEverywhere(perform, 60, inspect);
}, 60_000);
