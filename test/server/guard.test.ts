import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ManualClock } from '../../engine/base/clock.ts';
import { Gate } from '../../server/http/gate.ts';
import { checkBind, Guard } from '../../server/http/guard.ts';
import { type Started, start, stuck } from './fake.ts';

/** fetch does not let a Host header through. */
function status(url: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('a server without a password', () => {
  let server: Started;
  beforeAll(async () => {
    server = await start({ hostNames: ['basalt.test'] });
  });
  afterAll(() => server.close());

  test.each([
    ['its address', {}, 200],
    ['localhost', { host: 'localhost:8888' }, 200],
    ['a name that was given', { host: 'basalt.test' }, 200],
    ['any other name, as DNS rebinding shows', { host: 'evil.example' }, 403],
    ['its own pages', { host: 'localhost:1', origin: 'http://localhost:1' }, 200],
    ['pages of other origins', { host: 'localhost:1', origin: 'http://evil.example' }, 403],
    ['pages of another port', { host: 'localhost:1', origin: 'http://localhost:2' }, 403],
    ['pages without an origin', { origin: 'null' }, 403],
    ['links from other sites', { 'sec-fetch-site': 'cross-site' }, 403],
  ] as [string, Record<string, string>, number][])('requests to %s', async (_name, headers, expected) => {
    expect(await status(`${server.druid}/status`, headers)).toBe(expected);
    expect(await status(`${server.ch}/?query=SELECT+1`, headers)).toBe(expected);
  });

  test('a password given where none is set is wrong', async () => {
    expect(await status(`${server.ch}/?query=SELECT+1&user=default&password=x`, {})).toBe(403);
    expect(await status(`${server.ch}/?query=SELECT+1&user=default`, {})).toBe(200);
  });
});

describe('a server with a password', () => {
  let server: Started;
  beforeAll(async () => {
    server = await start({ password: 'secret' });
  });
  afterAll(() => server.close());

  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  });

  test('health checks need none', async () => {
    expect(await status(`${server.druid}/status/health`, {})).toBe(200);
    expect(await status(`${server.ch}/ping`, {})).toBe(200);
  });

  test('Druid: 401 without, 200 with', async () => {
    expect(await status(`${server.druid}/status`, {})).toBe(401);
    expect(await status(`${server.druid}/metrics`, {})).toBe(401);
    expect(await status(`${server.druid}/nope`, {})).toBe(401);
    expect(await status(`${server.druid}/status`, basic('default', 'secret'))).toBe(200);
  });

  test('ClickHouse: 403 with code 516 without; headers, Basic and URL are ways in, but one at a time', async () => {
    const url = `${server.ch}/?query=SELECT+1`;
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('x-clickhouse-exception-code')]).toEqual([403, '516']);
    expect(await status(url, basic('default', 'secret'))).toBe(200);
    expect(await status(url, { 'x-clickhouse-user': 'default', 'x-clickhouse-key': 'secret' })).toBe(200);
    expect(await status(`${url}&user=default&password=secret`, {})).toBe(200);
    expect(await status(`${url}&user=default&password=secret`, basic('default', 'secret'))).toBe(403);
  });
});

describe('guessing', () => {
  test('is slowed down after five failures, and forgotten after a success', () => {
    const clock = new ManualClock(1000);
    const guard = new Guard({ host: '127.0.0.1', user: 'default', password: 'right', hostNames: [] }, clock);
    const attempt = (password: string) => guard.checkPassword({ user: 'default', password }, '10.0.0.1');
    for (let i = 0; i < 5; i++) expect(() => attempt('wrong')).toThrow('password is incorrect');
    expect(() => attempt('right')).toThrow('too many attempts');
    expect(() => guard.checkPassword({ user: 'default', password: 'right' }, '10.0.0.2')).not.toThrow();
    clock.advance(1001);
    expect(() => attempt('right')).not.toThrow();
    expect(() => attempt('wrong')).toThrow('password is incorrect');
    expect(() => attempt('right')).not.toThrow();
  });
});

describe('listening', () => {
  test('on anything but loopback needs a password', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1'])
      expect(() => checkBind(host, null)).not.toThrow();
    for (const host of ['0.0.0.0', '::', '192.168.1.1']) {
      expect(() => checkBind(host, null)).toThrow('password');
      expect(() => checkBind(host, 'x')).not.toThrow();
    }
  });

  test('on a busy port is one clear error', async () => {
    const server = await start();
    try {
      await expect(start({ druidPort: server.addresses.druid!.port })).rejects.toThrow('the port is in use');
    } finally {
      await server.close();
    }
  });
});

describe('overload', () => {
  const never = new AbortController().signal;

  test('the gate lets so many in, lets a few wait, and refuses the others', async () => {
    const gate = new Gate({ maxRunning: 1, maxWaiting: 1, maxWaitMs: 60000 });
    const leave = await gate.enter(never);
    const second = gate.enter(never);
    await expect(gate.enter(never)).rejects.toMatchObject({ errorName: 'TOO_MANY_SIMULTANEOUS_QUERIES' });
    expect([gate.running, gate.waiting]).toEqual([1, 1]);
    leave();
    leave();
    (await second)();
    expect([gate.running, gate.waiting]).toEqual([0, 0]);
  });

  test('waiting ends with the signal or after the longest wait', async () => {
    const gate = new Gate({ maxRunning: 1, maxWaiting: 5, maxWaitMs: 1 });
    const leave = await gate.enter(never);
    await expect(gate.enter(never)).rejects.toMatchObject({ errorName: 'TOO_MANY_SIMULTANEOUS_QUERIES' });
    const abort = new AbortController();
    const waiting = gate.enter(abort.signal);
    abort.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    leave();
    expect(gate.running).toBe(0);
  });

  test('a full server answers 429 and 503 with Retry-After, and /ping at once', async () => {
    const server = await start({ maxRunning: 1, maxWaiting: 0, drainMs: 0 });
    try {
      server.db.on('SELECT stuck', { batches: stuck });
      const running = fetch(`${server.ch}/?query=SELECT+stuck`);
      while (server.db.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
      const clickhouse = await fetch(`${server.ch}/?query=SELECT+1`);
      expect([clickhouse.status, clickhouse.headers.get('retry-after')]).toEqual([503, '1']);
      const druid = await fetch(`${server.druid}/druid/v2/sql`, {
        method: 'POST',
        body: '{"query":"SELECT 1"}',
      });
      expect([druid.status, druid.headers.get('retry-after')]).toEqual([429, '1']);
      expect((await fetch(`${server.ch}/ping`)).status).toBe(200);
      const closing = server.close();
      expect((await running).status).toBe(500);
      await closing;
    } finally {
      await server.close();
    }
  });
});
