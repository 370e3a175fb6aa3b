import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realServer, type TestServer } from './real-server.ts';

/** ClickHouse's own client for Node, as npm has it, against a real server of ours. */
describe('@clickhouse/client', () => {
  let server: TestServer;
  let client: ClickHouseClient;

  beforeAll(async () => {
    server = await realServer();
    client = createClient({ url: server.clickhouse, log: { level: ClickHouseLogLevel.OFF } });
    await client.command({
      query: `CREATE TABLE events (id UInt64, name String, price Nullable(Float64), at DateTime64(3, 'UTC'))
              ENGINE = MergeTree PARTITION BY toYYYYMM(at) ORDER BY (id)`,
    });
  });

  afterAll(async () => {
    await client.close();
    await server[Symbol.asyncDispose]();
  });

  it('pings', async () => {
    expect(await client.ping()).toEqual({ success: true });
  });

  it('inserts JSONEachRow and reads the rows back', async () => {
    await client.insert({
      table: 'events',
      values: [
        { id: '1', name: 'a', price: 1.5, at: '2026-01-01 00:00:00.000' },
        { id: '2', name: "it's", price: null, at: '2026-02-01 12:30:00.250' },
      ],
      format: 'JSONEachRow',
    });
    const result = await client.query({
      query: 'SELECT id, name, price, at FROM events WHERE id <= 2 ORDER BY id',
      format: 'JSONEachRow',
    });
    expect(await result.json()).toEqual([
      { id: 1, name: 'a', price: 1.5, at: '2026-01-01 00:00:00.000' },
      { id: 2, name: "it's", price: null, at: '2026-02-01 12:30:00.250' },
    ]);
  });

  it('keeps temporary tables in a session, and out of others', async () => {
    const session = (id: string): ClickHouseClient =>
      createClient({
        url: server.clickhouse,
        session_id: id,
        max_open_connections: 1,
        log: { level: ClickHouseLogLevel.OFF },
      });
    const [one, other] = [session('one'), session('other')];
    await one.command({ query: 'CREATE TEMPORARY TABLE few (n UInt8)' });
    await one.insert({ table: 'few', values: [{ n: 1 }, { n: 2 }], format: 'JSONEachRow' });
    const sum = await one.query({ query: 'SELECT sum(n) AS s FROM few', format: 'JSONEachRow' });
    expect(await sum.json()).toEqual([{ s: 3 }]);
    for (const stranger of [other, client])
      await expect(stranger.query({ query: 'SELECT * FROM few' })).rejects.toMatchObject({
        type: 'UNKNOWN_TABLE',
      });
    await expect(client.command({ query: 'CREATE TEMPORARY TABLE few (n UInt8)' })).rejects.toThrow(
      'the request has no session',
    );
    await Promise.all([one.close(), other.close()]);
  });

  it('streams rows in', async () => {
    const values = Readable.from(
      Array.from({ length: 5000 }, (_, i) => [100 + i, `n${i % 7}`, i / 4, '2026-03-01 00:00:00']),
      { objectMode: true },
    );
    await client.insert({ table: 'events', values, format: 'JSONCompactEachRow' });
    const result = await client.query({
      query: 'SELECT count() AS n, sum(price) AS total, uniqExact(name) AS names FROM events WHERE id >= 100',
      format: 'JSON',
    });
    // 0/4 + 1/4 + ... + 4999/4
    expect((await result.json<{ n: number; total: number; names: number }>()).data).toEqual([
      { n: 5000, total: (4999 * 5000) / 8, names: 7 },
    ]);
  });

  it('streams rows out', async () => {
    const result = await client.query({
      query: 'SELECT id FROM events WHERE id >= 100 ORDER BY id',
      format: 'JSONEachRow',
    });
    let rows = 0;
    for await (const chunk of result.stream<{ id: number }>()) rows += chunk.length;
    expect(rows).toBe(5000);
  });

  it('inserts CSV text', async () => {
    await client.insert({
      table: 'events',
      values: Readable.from(['7000,"x, y",2.25,2026-04-01 00:00:00\n7001,z,,2026-04-02 00:00:00\n'], {
        objectMode: false,
      }),
      format: 'CSV',
    });
    const result = await client.query({
      query: 'SELECT name, price FROM events WHERE id >= 7000 ORDER BY id',
      format: 'TabSeparated',
    });
    expect(await result.text()).toBe('x, y\t2.25\nz\t\\N\n');
  });

  it('binds parameters', async () => {
    const result = await client.query({
      query: 'SELECT name FROM events WHERE id = {id:UInt64} AND name = {name:String}',
      query_params: { id: 2, name: "it's" },
      format: 'JSONCompactEachRow',
    });
    expect(await result.json()).toEqual([["it's"]]);
  });

  it("turns errors into the client's own", async () => {
    const failure = await client
      .query({ query: 'SELECT nope FROM events', format: 'JSON' })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ClickHouseError);
    expect(failure).toMatchObject({ code: '47', type: 'UNKNOWN_IDENTIFIER' });
    const missing = await client.command({ query: 'DROP TABLE nothing' }).catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' });
  });

  it('refuses a bad row whole', async () => {
    const before = await count(client);
    const insert = client.insert({
      table: 'events',
      values: Readable.from(['8000,ok,1,2026-05-01 00:00:00\nnot,a,number,at all\n'], { objectMode: false }),
      format: 'CSV',
    });
    await expect(insert).rejects.toMatchObject({ code: '27' });
    expect(await count(client)).toBe(before);
  });

  it('drops the table', async () => {
    await client.command({ query: 'CREATE TABLE gone (a Int32) ENGINE = MergeTree ORDER BY a' });
    await client.command({ query: 'DROP TABLE gone' });
    const failure = await client.query({ query: 'SELECT * FROM gone' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: '60' });
  });
});

async function count(client: ClickHouseClient): Promise<number> {
  const result = await client.query({ query: 'SELECT count() AS n FROM events', format: 'JSONEachRow' });
  return (await result.json<{ n: number }>())[0].n;
}
