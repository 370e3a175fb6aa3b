import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { serveDatabase } from '../../server/serve-database.ts';

/** The head of an answer that grows while its query runs, byte by byte as a client sees it. */
describe('X-ClickHouse-Progress', () => {
  let db: Database;
  let server: RunningServer;

  beforeEach(async () => {
    db = await open({ threads: 2 });
    server = await startServer(serveDatabase(db), { druidPort: null, clickhousePort: 0, drainMs: 100 });
  });
  afterEach(async () => {
    await server.close();
    await db.close();
  });

  const PROGRESS = { send_progress_in_http_headers: '1', http_headers_progress_interval_ms: '1' };

  /** Everything the server sends on one connection. */
  function raw(query: string, params: Readonly<Record<string, string>>, headers: readonly string[] = []) {
    const search = new URLSearchParams({ ...PROGRESS, ...params });
    const { port } = server.addresses.clickhouse!;
    return new Promise<string>((resolve, reject) => {
      const pieces: Buffer[] = [];
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          [
            `POST /?${search} HTTP/1.1`,
            'Host: localhost',
            ...headers,
            `Content-Length: ${query.length}`,
            '',
            query,
          ].join('\r\n'),
        );
      });
      socket.on('data', (bytes) => pieces.push(bytes));
      socket.on('error', reject);
      socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
    });
  }

  const LONG = 'SELECT sum(number) AS s FROM numbers(300000000) FORMAT JSONEachRow';

  it('comes in lines before the first row, with a summary at the end of the head', async () => {
    const text = await raw(LONG, { query_id: 'mine' });
    const [head, body] = text.split('\r\n\r\n', 2);
    const lines = head.split('\r\n');
    expect(lines[0]).toBe('HTTP/1.1 200 OK');
    expect(lines).toContain('X-ClickHouse-Query-Id: mine');
    expect(lines).toContain('X-ClickHouse-Format: JSONEachRow');
    expect(lines).toContain('Transfer-Encoding: chunked');
    const counts = (name: string): Record<string, string>[] =>
      lines
        .filter((line) => line.startsWith(`${name}: `))
        .map((line) => JSON.parse(line.slice(name.length + 2)));
    const progress = counts('X-ClickHouse-Progress');
    expect(progress.length).toBeGreaterThan(0);
    const rows = progress.map((p) => Number(p['read_rows']));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    for (const p of progress) expect(p).toMatchObject({ total_rows_to_read: '300000000', written_rows: '0' });
    expect(counts('X-ClickHouse-Summary')).toEqual([
      expect.objectContaining({
        read_rows: '300000000',
        read_bytes: '2400000000',
        total_rows_to_read: '300000000',
        result_rows: '1',
        written_rows: '0',
      }),
    ]);
    // One chunk of 24 bytes, then the last one.
    expect(body).toBe('18\r\n{"s":44999999850000000}\n\r\n0');
    expect(text.endsWith('\r\n0\r\n\r\n')).toBe(true);
  });

  it('is understood by an HTTP client, compressed as well', async () => {
    const url = `${server.addresses.clickhouse!.url}/?${new URLSearchParams({ ...PROGRESS, http_headers_progress_interval_ms: '50' })}`;
    for (const headers of [{}, { 'Accept-Encoding': 'gzip' }, { 'Accept-Encoding': 'zstd' }]) {
      const response = await fetch(url, { method: 'POST', body: LONG, headers });
      expect(await response.json()).toEqual({ s: 44999999850000000 });
      expect(response.headers.get('x-clickhouse-progress')).toMatch(/"read_rows"/);
    }
    const many = await fetch(url, { method: 'POST', body: 'SELECT number FROM numbers(3000000)' });
    const text = await many.text();
    expect(text.length).toBe(
      Array.from({ length: 3_000_000 }, (_, n) => String(n).length + 1).reduce((a, b) => a + b),
    );
  });

  it('turns a failure into a code in the head and a text in the body', async () => {
    const text = await raw('SELECT sum(number) FROM numbers(100000000000)', { max_execution_time: '1' });
    const [head, body] = text.split('\r\n\r\n', 2);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toContain('\r\nX-ClickHouse-Progress: ');
    expect(head).toContain('\r\nX-ClickHouse-Exception-Code: 159');
    expect(body).toContain('(TIMEOUT_EXCEEDED)');
  });

  it('is left out where nobody asked, or the answer is there at once', async () => {
    const plain = await raw('SELECT 1', { send_progress_in_http_headers: '0' }, ['Connection: close']);
    expect(plain).not.toContain('X-ClickHouse-Progress');
    const quick = await raw('SELECT 1', { http_headers_progress_interval_ms: '60000' }, [
      'Connection: close',
    ]);
    expect(quick).not.toContain('X-ClickHouse-Progress');
    expect(quick).toContain('X-ClickHouse-Summary');
    const old = await fetch(
      `${server.addresses.clickhouse!.url}/?http_headers_progress_interval_ms=0&send_progress_in_http_headers=1`,
      {
        method: 'POST',
        body: 'SELECT 1',
      },
    );
    expect(old.status).toBe(400);
  });

  it('gives a long answer its summary again, exact, behind its body', async () => {
    const text = await raw('SELECT number FROM numbers(1000000)', { send_progress_in_http_headers: '0' }, [
      'Connection: close',
    ]);
    const trailer = text.slice(text.lastIndexOf('\r\n0\r\n') + 5);
    expect(JSON.parse(/^X-ClickHouse-Summary: (.*)\r\n/m.exec(trailer)![1])).toMatchObject({
      read_rows: '1000000',
      result_rows: '1000000',
      result_bytes: '6888890',
    });
  });

  it('a client that stops reading keeps no place', async () => {
    const { port } = server.addresses.clickhouse!;
    const query = 'SELECT number, number * 2 FROM numbers(1000000000)';
    const socket = connect(port, '127.0.0.1');
    socket.pause();
    socket.write(
      `POST /?query_id=stalled&max_execution_time=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${query.length}\r\n\r\n${query}`,
    );
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const logged = () => db.query("SELECT exception_code FROM system.query_log WHERE query_id = 'stalled'");
    while ((await logged()).length === 0) await turn();
    expect(await logged()).toEqual([{ exception_code: 159 }]);
    // The log and the list change in one step; the place is free when the query's threads have let go of it, too.
    expect(await db.query("SELECT query_id FROM system.processes WHERE query_id = 'stalled'")).toEqual([]);
    const metrics = async () => (await fetch(`${server.addresses.clickhouse!.url}/metrics`)).text();
    while (!(await metrics()).includes('basalt_queries_running 0\n')) await turn();
    socket.destroy();
  });

  it('the log names who asked, and by which way', async () => {
    await fetch(`${server.addresses.clickhouse!.url}/?user=eve&query_id=hers`, {
      method: 'POST',
      body: 'SELECT 1',
    });
    expect(await db.query("SELECT user, interface FROM system.query_log WHERE query_id = 'hers'")).toEqual([
      { user: 'eve', interface: 2 },
    ]);
  });
});
