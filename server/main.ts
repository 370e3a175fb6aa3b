/**
 * The product with sockets: both doors over one database, started and stopped together.
 *
 * `close` stops accepting at once, lets what is running finish for `drainMs`, then cancels it; it never takes much
 * longer than that. The database belongs to the caller, who closes it after the server.
 */

import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Clock, systemClock } from '../engine/base/clock.ts';
import { BasaltError } from '../engine/base/error.ts';
import { type Random, systemRandom } from '../engine/base/random.ts';
import { clickhouseDoor } from './clickhouse/door.ts';
import type { ServerDatabase } from './database.ts';
import { type DoorParts, druidDoor } from './druid/door.ts';
import { nodeView } from './druid/node.ts';
import { Desk } from './http/desk.ts';
import { Gate } from './http/gate.ts';
import { checkBind, Guard } from './http/guard.ts';
import { Metrics } from './metrics/metrics.ts';
import { DEFAULT_OPTIONS, type ServerOptions } from './options.ts';

export type { DatabaseStatus, ServerDatabase, TableInfo } from './database.ts';
export type { ServerOptions } from './options.ts';

export type World = { readonly clock: Clock; readonly random: Random };

export type ServerAddress = { readonly host: string; readonly port: number; readonly url: string };

export type RunningServer = {
  readonly addresses: { readonly druid: ServerAddress | null; readonly clickhouse: ServerAddress | null };
  close(): Promise<void>;
};

const DRAIN_STEP_MS = 20;
const LAST_WORDS_MS = 1000;

/** @throws BasaltError BAD_ARGUMENTS when the address needs a password or a port is taken */
export async function startServer(
  database: ServerDatabase,
  given: Partial<ServerOptions> = {},
  world: World = { clock: systemClock, random: systemRandom() },
): Promise<RunningServer> {
  const options: ServerOptions = { ...DEFAULT_OPTIONS, ...given };
  checkBind(options.host, options.password);
  const gate = new Gate(options);
  const metrics = new Metrics(database, gate);
  const desk = new Desk(database, gate, metrics, world.clock);
  const guard = new Guard(options, world.clock);
  const parts: DoorParts = { database, desk, guard, metrics, options, ...world };
  const druid = druidDoor(parts);
  const clickhouse = clickhouseDoor(parts);
  const apps = [druid.app, clickhouse];
  for (const app of apps) app.server.maxConnections = options.maxConnections;
  try {
    const addresses = {
      druid: await listen(druid.app, options.host, options.druidPort),
      clickhouse: await listen(clickhouse, options.host, options.clickhousePort),
    };
    const detach =
      addresses.druid === null
        ? null
        : database.attach(nodeView(addresses.druid, options, druid.tasks, world.clock.nowMs()));
    const close = async (): Promise<void> => {
      detach?.();
      const closing = apps.map((app) => app.close());
      const untilMs = world.clock.monotonicMs() + options.drainMs;
      const busy = (): boolean => desk.activeCount > 0 || druid.tasks.runningCount > 0;
      while (busy() && world.clock.monotonicMs() < untilMs) await pause(DRAIN_STEP_MS);
      desk.cancelAll(new BasaltError('DATABASE_CLOSED', 'The server is shutting down'));
      await druid.tasks.close();
      // The answers that say so still go out.
      await Promise.race([Promise.all(closing), pause(LAST_WORDS_MS)]);
      for (const app of apps) app.server.closeAllConnections();
      await Promise.all(closing);
    };
    let closed: Promise<void> | null = null;
    return { addresses, close: () => (closed ??= close()) };
  } catch (error) {
    await Promise.all(apps.map((app) => app.close()));
    throw error;
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

async function listen(
  app: FastifyInstance,
  host: string,
  port: number | null,
): Promise<ServerAddress | null> {
  if (port === null) return null;
  try {
    await app.listen({ host, port });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'the port is in use' : message;
    throw new BasaltError('BAD_ARGUMENTS', `Cannot listen on ${host}:${port}: ${why}`, { cause: error });
  }
  const bound = (app.server.address() as AddressInfo).port;
  const shown = host.includes(':') ? `[${host}]` : host;
  return { host, port: bound, url: `http://${shown}:${bound}` };
}
