/** The Druid door: one app that answers what Druid's router answers on port 8888. */

import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../engine/base/clock.ts';
import type { Random } from '../../engine/base/random.ts';
import type { ServerDatabase } from '../database.ts';
import { createApp } from '../http/app.ts';
import type { Desk } from '../http/desk.ts';
import { basicCredentials, type Guard } from '../http/guard.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ServerOptions } from '../options.ts';
import { sendDruidError } from './error.ts';
import { indexerRoutes } from './indexer.ts';
import { lookupRoutes } from './lookups.ts';
import { metadataRoutes } from './metadata.ts';
import { ruleRoutes } from './rules.ts';
import { sqlRoutes } from './sql.ts';
import { TaskRegistry } from './task.ts';

export type DoorParts = {
  readonly database: ServerDatabase;
  readonly desk: Desk;
  readonly guard: Guard;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly options: ServerOptions;
};

export function druidDoor(parts: DoorParts): { app: FastifyInstance; tasks: TaskRegistry } {
  const { database, desk, guard, metrics, clock, random, options } = parts;
  const app = createApp({
    door: 'druid',
    guard,
    metrics,
    open: ['/status/health', '/ping'],
    credentials: (request) => basicCredentials(request.headers.authorization),
    sendError: sendDruidError,
  });
  const tasks = new TaskRegistry(database, metrics, clock, random, options);
  app.get('/ping', async () => 'Ok.\n');
  metadataRoutes(app, database);
  ruleRoutes(app, database, options);
  lookupRoutes(app, database, options);
  sqlRoutes(app, desk, options);
  indexerRoutes(app, tasks, options);
  return { app, tasks };
}
