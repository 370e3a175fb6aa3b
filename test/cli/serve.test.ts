/**
 * `basalt serve` from start to end: what it answers, how it stops, what the next start finds, and the one line it says
 * when it cannot start.
 */

import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RealFileSystem } from '../../storage/index.ts';
import { LogWriter, newLogFormat } from '../../storage/log/record-log.ts';
import { newContext } from '../storage/support/ground.ts';
import { temporaryFolder } from './folder.ts';
import { basalt, ServerProcess } from './process.ts';

const folder = temporaryFolder();

const send = async (url: string, sql: string): Promise<string> => {
  const response = await fetch(url, { method: 'POST', body: sql });
  expect(response.status).toBe(200);
  return response.text();
};

const ROOT = join(import.meta.dirname, '../..');
const FREE = ['--port', '0', '--clickhouse-port', '0', '--no-sample'];

describe.concurrent('a server', () => {
  it('answers both health checks', async () => {
    await using server = await ServerProcess.start(join(folder, 'healthy'));
    expect(await (await fetch(`${server.clickhouse}/ping`)).text()).toBe('Ok.\n');
    expect(await (await fetch(`${server.druid}/status/health`)).json()).toBe(true);
  });

  it.each([
    ['1G', 1024 - 192 - 96],
    ['1.5GiB', 1536 - 192 - 96],
    ['1073741824', 1024 - 192 - 96],
    // Heaps of a small process are small.
    ['256M', 64],
  ])('with --memory %s and one thread has an arena of %i MiB', async (memory, mebibytes) => {
    const flags = ['--memory', memory, '--threads', '1'];
    await using server = await ServerProcess.start(join(folder, `memory-${memory}`), flags);
    const metrics = await (await fetch(`${server.druid}/metrics`)).text();
    expect(metrics).toContain(`basalt_arena_limit_bytes ${mebibytes * 2 ** 20}`);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 on %s, and the next one finds the data',
    async (signal) => {
      const data = join(folder, signal);
      const first = await ServerProcess.start(data);
      await send(first.clickhouse, 'CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a');
      await send(first.clickhouse, 'INSERT INTO t SELECT number FROM numbers(1000)');
      await send(first.clickhouse, 'INSERT INTO t FORMAT JSONEachRow {"a":1000}');
      expect(await first.stop(signal)).toMatchObject({ code: 0, signal: null, stderr: '' });
      await using second = await ServerProcess.start(data);
      expect(await send(second.clickhouse, 'SELECT count(), sum(a) FROM t')).toBe('1001\t500500\n');
    },
  );

  it('ends when npm, which started it, is told to', async () => {
    const data = join(folder, 'npm');
    const args = ['--data', data, '--no-sample', '--port', '0', '--clickhouse-port', '0'];
    await using npm = new ServerProcess(args, { command: ['npm', 'start', '--'], cwd: ROOT });
    expect(await npm.ready()).toBe(true);
    npm.kill('SIGTERM');
    // The streams close when the server, not only npm, is gone.
    await npm.ended;
    expect(readdirSync(data)).not.toContain('LOCK');
  });

  it('ends with 0 within 10 s although a query runs', async () => {
    const server = await ServerProcess.start(join(folder, 'busy'));
    const endless = fetch(server.clickhouse, {
      method: 'POST',
      body: 'SELECT sum(sqrt(a.number * b.number)) FROM numbers(1000000) AS a CROSS JOIN numbers(1000000) AS b',
    }).then(
      (response) => response.text(),
      () => 'hung up',
    );
    for (;;) {
      const metrics = await (await fetch(`${server.druid}/metrics`)).text();
      if (/^basalt_queries_running.* 1$/m.test(metrics)) break;
    }
    const killed = setTimeout(() => server.kill('SIGKILL'), 10_000);
    expect(await server.stop()).toMatchObject({ code: 0, signal: null });
    clearTimeout(killed);
    await endless;
  });

  it('takes over the folder of a killed one', async () => {
    const data = join(folder, 'killed');
    const killed = await ServerProcess.start(data);
    await send(killed.clickhouse, 'CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a');
    await send(killed.clickhouse, 'INSERT INTO t VALUES (42)');
    await killed.stop('SIGKILL');
    expect(existsSync(join(data, 'LOCK'))).toBe(true);
    await using server = await ServerProcess.start(data);
    expect(await send(server.clickhouse, 'SELECT a FROM t')).toBe('42\n');
  });

  it('loads a sample again that a stop cut off', async () => {
    const args = ['serve', '--data', join(folder, 'sample'), '--port', '0', '--clickhouse-port', '0'];
    const first = new ServerProcess(args);
    expect(await first.ready()).toBe(true);
    await first.stop();
    await using second = new ServerProcess(args);
    expect(await second.ready()).toBe(true);
    await second.said(/^Try/m);
    expect(await send(second.clickhouse, 'SELECT count() FROM wikipedia')).toBe('1000000\n');
  });

  it('takes folder and ports from the environment', async () => {
    const data = join(folder, 'environment');
    const env = { BASALT_DATA: data, BASALT_PORT: '0', BASALT_CLICKHOUSE_PORT: '0' };
    await using server = new ServerProcess(['serve', '--no-sample'], { env });
    expect(await server.ready()).toBe(true);
    await send(server.clickhouse, 'CREATE TABLE t (a Int64) ENGINE = MergeTree ORDER BY a');
    expect(await basalt(['query', 'SELECT count(*) AS n FROM t', '--format', 'csv'], { env })).toMatchObject({
      code: 0,
      stdout: 'n\n0\n',
    });
  });

  it('asks for BASALT_PASSWORD, and basalt query gives it', async () => {
    const data = join(folder, 'password');
    const env = { BASALT_PASSWORD: 'secret' };
    await using server = await ServerProcess.start(data, [], { env });
    expect((await fetch(server.clickhouse, { method: 'POST', body: 'SELECT 1' })).status).toBe(403);
    const args = ['query', 'SELECT 1 AS n', '--format', 'csv', '--url', server.clickhouse];
    expect(await basalt(args)).toMatchObject({ code: 1 });
    expect(await basalt(args, { env })).toMatchObject({ code: 0, stdout: 'n\n1\n' });
  });
});

/** The highest-numbered manifest of a folder. */
const manifestNumber = (data: string): number =>
  Math.max(...readdirSync(data).map((name) => Number(/^manifest-(\d+)\.log$/.exec(name)?.[1] ?? 0)));

describe.concurrent('a server that cannot start says why in one line:', () => {
  const refused = async (args: readonly string[], pattern: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await basalt(['serve', ...args]);
    expect({ code, stdout, lines: stderr.trimEnd().split('\n') }).toEqual({
      code: 1,
      stdout: '',
      lines: [expect.stringMatching(pattern)],
    });
  };

  it.each(['--port', '--clickhouse-port'])('%s is taken', async (flag) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const data = join(folder, `taken${flag}`);
    await refused([...FREE, flag, String(port), '--data', data], new RegExp(`${port}.*the port is in use`));
    taken.close();
    // The failed start left no lock behind.
    expect(readdirSync(data)).not.toContain('LOCK');
  });

  it('a port is no port', () => refused(['--port', '70000'], /70000/));

  it.each(['much', '12', '1T', '-2G', '100M'])('%s is no memory', (value) =>
    refused([...FREE, `--memory=${value}`], /no size of at least 256M.*2G/),
  );

  it.each(['0', '1.5', 'all'])('%s is no number of threads', (value) =>
    refused([...FREE, `--threads=${value}`], /no number of threads.*from 1/),
  );

  it('the folder cannot be made', async () => {
    // A file in its way stops everybody, root too.
    writeFileSync(join(folder, 'file'), '');
    await refused([...FREE, '--data', join(folder, 'file', 'data')], /Cannot make the data folder.*--data/);
  });

  it('the folder is a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    await refused([...FREE, '--data', join(folder, 'file')], /Cannot make the data folder/);
  });

  it('the folder belongs to a living process', async () => {
    const data = join(folder, 'owned');
    await using owner = await ServerProcess.start(data);
    await refused([...FREE, '--data', data], /in use by process \d+/);
    expect(await (await fetch(`${owner.clickhouse}/ping`)).text()).toBe('Ok.\n');
  });

  it('a newer version wrote the folder', async () => {
    const data = join(folder, 'newer');
    await (await ServerProcess.start(data)).stop();
    const number = manifestNumber(data) + 1;
    const { version } = newLogFormat('');
    const newer = { magic: 'BSLTMAN\n', version: version + 1 };
    const path = join(data, `manifest-${number}.log`);
    (await LogWriter.create(newContext(), new RealFileSystem(), path, newer, number, 0)).close();
    await refused([...FREE, '--data', data], new RegExp(`format ${version + 1}.*newer`));
  });

  it('an address that others reach, without a password', () =>
    refused([...FREE, '--host', '0.0.0.0', '--data', join(folder, 'open')], /BASALT_PASSWORD/));
});
