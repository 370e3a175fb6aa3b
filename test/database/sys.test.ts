import { describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import type { NodeView } from '../../database/types.ts';

/** Columns and their meaning are those of Druid's "SQL metadata tables". */

const druid = async (db: Database, sql: string): Promise<unknown[][]> =>
  (await db.execute(sql, { dialect: 'druid' })).rows as unknown[][];

const inserts = (name: string, granularity: string, times: readonly string[]): string =>
  `INSERT INTO ${name} SELECT TIME_PARSE(t) AS __time, 1 AS n, t AS name
   FROM (VALUES ${times.map((t) => `('${t}')`).join(', ')}) AS v(t) PARTITIONED BY ${granularity}`;

const written = (db: Database, name: string): Promise<unknown> =>
  db.query(`OPTIMIZE TABLE ${name}`, { dialect: 'clickhouse' });

const intervals = (db: Database, name: string): Promise<unknown[][]> =>
  druid(
    db,
    `SELECT "start", "end", num_rows FROM sys.segments WHERE datasource = '${name}' ORDER BY 1, partition_num`,
  );

const NODE: NodeView = {
  host: '127.0.0.1',
  port: 8888,
  service: 'basalt',
  version: '36.0.0',
  startedMs: Date.UTC(2026, 0, 2),
  properties: [['druid.plaintextPort', '8888']],
  tasks: () => [
    {
      id: 'b',
      type: 'index_parallel',
      dataSource: 't',
      createdMs: 1000,
      status: 'RUNNING',
      runnerStatus: 'RUNNING',
      durationMs: -1,
      errorText: null,
    },
    {
      id: 'a',
      type: 'query_controller',
      dataSource: 't',
      createdMs: 0,
      status: 'FAILED',
      runnerStatus: 'NONE',
      durationMs: 12,
      errorText: 'no',
    },
  ],
};

describe('sys.segments', () => {
  it('has the bucket of the segment granularity', async () => {
    await using db = await open();
    const times = ['2020-01-31T23:59:59.999Z', '2020-02-01T00:00:00Z', '2020-02-29T12:00:00Z'];
    await druid(db, inserts('d', 'DAY', times));
    expect(await intervals(db, 'd')).toEqual([
      ['2020-01-31T00:00:00.000Z', '2020-02-01T00:00:00.000Z', 1],
      ['2020-02-01T00:00:00.000Z', '2020-02-02T00:00:00.000Z', 1],
      ['2020-02-29T00:00:00.000Z', '2020-03-01T00:00:00.000Z', 1],
    ]);
    await druid(db, inserts('m', 'MONTH', times));
    expect(await intervals(db, 'm')).toEqual([
      ['2020-01-01T00:00:00.000Z', '2020-02-01T00:00:00.000Z', 1],
      ['2020-02-01T00:00:00.000Z', '2020-03-01T00:00:00.000Z', 2],
    ]);
    await druid(db, inserts('q', 'FLOOR(__time TO QUARTER)', times));
    expect(await intervals(db, 'q')).toEqual([['2020-01-01T00:00:00.000Z', '2020-04-01T00:00:00.000Z', 3]]);
  });

  it('has the time of the rows where no granularity cuts them, and all times where none is known', async () => {
    await using db = await open();
    // Druid's Intervals.ETERNITY.
    const eternity = ['-146136543-09-08T08:23:32.096Z', '146140482-04-24T15:36:27.903Z'];
    await druid(db, inserts('a', 'ALL', ['2020-01-31T23:59:59.999Z', '2020-02-01T00:00:00Z']));
    expect(await intervals(db, 'a')).toEqual([[...eternity, 2]]);
    await written(db, 'a');
    expect(await intervals(db, 'a')).toEqual([['2020-01-31T23:59:59.999Z', '2020-02-01T00:00:00.001Z', 2]]);
    await db.query('CREATE TABLE plain (n BIGINT)');
    await db.query('INSERT INTO plain VALUES (1)');
    await written(db, 'plain');
    expect(await intervals(db, 'plain')).toEqual([[...eternity, 1]]);
  });

  it('names segments by their interval, and tells rows in memory from those on disk', async () => {
    await using db = await open();
    await druid(db, inserts('d', 'DAY', ['2020-01-01T00:00:00Z']));
    await written(db, 'd');
    await druid(db, inserts('d', 'DAY', ['2020-01-01T01:00:00Z', '2020-01-01T02:00:00Z']));
    const rows = await druid(
      db,
      `SELECT is_realtime, num_rows, "size" > 0, segment_id, version, partition_num, num_replicas, is_active, is_published,
         is_available, is_overshadowed, shard_spec, dimensions, metrics, last_compaction_state, replication_factor
       FROM sys.segments ORDER BY 1`,
    );
    const id = (version: unknown) => `d_2020-01-01T00:00:00.000Z_2020-01-02T00:00:00.000Z_${version}`;
    const shard = '{"type":"numbered","partitionNum":0,"partitions":1}';
    const [[, , , , version], [, , , , realtime]] = rows;
    expect(Math.abs(Date.parse(version as string) - Date.now())).toBeLessThan(60000);
    expect(rows).toEqual([
      [0, 1, true, id(version), version, 0, 1, 1, 1, 1, 0, shard, '["n","name"]', '[]', null, 1],
      [1, 2, false, id(realtime), realtime, 0, 1, 1, 0, 1, 0, shard, '["n","name"]', '[]', null, -1],
    ]);
  });

  it('numbers the segments of one interval and version', async () => {
    await using db = await open();
    await db.query('CREATE TABLE p (n Int64) ENGINE = MergeTree PARTITION BY n ORDER BY n', {
      dialect: 'clickhouse',
    });
    await db.query('INSERT INTO p VALUES (1), (2), (3)');
    const rows = await druid(db, 'SELECT segment_id, partition_num, shard_spec FROM sys.segments ORDER BY 2');
    const [[first]] = rows;
    expect(rows).toEqual(
      [0, 1, 2].map((n) => [
        n === 0 ? first : `${first}_${n}`,
        n,
        `{"type":"numbered","partitionNum":${n},"partitions":3}`,
      ]),
    );
  });

  it('knows metrics from dimensions', async () => {
    await using db = await open();
    await db.execute(
      `INSERT INTO r SELECT TIMESTAMP '2020-01-01' AS __time, name, COUNT(*) AS "count", SUM(n) AS total
       FROM (VALUES ('a', 1), ('a', 2)) AS v(name, n) GROUP BY 1, 2 PARTITIONED BY DAY`,
      { dialect: 'druid', settings: { finalizeAggregations: false } },
    );
    expect(await druid(db, 'SELECT dimensions, metrics FROM sys.segments')).toEqual([
      ['["name"]', '["count","total"]'],
    ]);
  });
});

describe('the other tables of sys', () => {
  const TABLES = ['servers', 'server_segments', 'tasks', 'supervisors', 'server_properties'];

  it('are empty without a server', async () => {
    await using db = await open();
    await druid(db, inserts('d', 'DAY', ['2020-01-01T00:00:00Z']));
    for (const table of TABLES) expect(await druid(db, `SELECT * FROM sys.${table}`), table).toEqual([]);
  });

  it('show a server while it is there', async () => {
    await using db = await open();
    await druid(db, inserts('d', 'DAY', ['2020-01-01T00:00:00Z', '2020-01-02T00:00:00Z']));
    const detach = db.attach(NODE);
    const [[size]] = await druid(db, 'SELECT SUM("size") FROM sys.segments');
    expect(await druid(db, 'SELECT * FROM sys.servers')).toEqual([
      [
        '127.0.0.1:8888',
        '127.0.0.1',
        8888,
        -1,
        'historical',
        '_default_tier',
        size,
        0,
        null,
        '2026-01-02T00:00:00.000Z',
        '36.0.0',
        null,
      ],
    ]);
    // The join of Druid's documentation.
    const joined = `SELECT servers.server, COUNT(segments.segment_id) AS n FROM sys.segments AS segments
      INNER JOIN sys.server_segments AS server_segments ON segments.segment_id = server_segments.segment_id
      INNER JOIN sys.servers AS servers ON servers.server = server_segments.server
      WHERE segments.datasource = 'd' GROUP BY servers.server`;
    expect(await druid(db, joined)).toEqual([['127.0.0.1:8888', 2]]);
    expect(await druid(db, 'SELECT * FROM sys.tasks')).toEqual([
      [
        'b',
        'b',
        'index_parallel',
        't',
        '1970-01-01T00:00:01.000Z',
        '1970-01-01T00:00:01.000Z',
        'RUNNING',
        'RUNNING',
        -1,
      ].concat(['127.0.0.1:8888', '127.0.0.1', 8888, -1, null] as never),
      [
        'a',
        'a',
        'query_controller',
        't',
        '1970-01-01T00:00:00.000Z',
        '1970-01-01T00:00:00.000Z',
        'FAILED',
        'NONE',
        12,
      ].concat([null, null, -1, -1, 'no'] as never),
    ]);
    expect(await druid(db, "SELECT task_id FROM sys.tasks WHERE status = 'FAILED'")).toEqual([['a']]);
    expect(await druid(db, 'SELECT * FROM sys.server_properties')).toEqual([
      [
        '127.0.0.1:8888',
        'basalt',
        '[broker,coordinator,historical,overlord,router]',
        'druid.plaintextPort',
        '8888',
      ],
    ]);
    expect(await druid(db, 'SELECT * FROM sys.supervisors WHERE healthy = 0')).toEqual([]);
    detach();
    for (const table of TABLES) expect(await druid(db, `SELECT * FROM sys.${table}`), table).toEqual([]);
  });
});
