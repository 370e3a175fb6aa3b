/** Status and metadata routes of Druid's router and coordinator that clients ask for. Shapes are Druid's. */

import type { FastifyInstance } from 'fastify';
import { BasaltError } from '../../engine/base/error.ts';
import { isFloat } from '../../engine/type/type.ts';
import type { ServerDatabase, TableInfo } from '../database.ts';

/** The release whose API is answered; clients read it from /status. */
export const DRUID_VERSION = '36.0.0';

export function metadataRoutes(app: FastifyInstance, database: ServerDatabase): void {
  const table = async (name: string): Promise<TableInfo> => {
    const found = (await database.tables()).find((info) => info.name === name);
    if (found !== undefined) return found;
    throw new BasaltError('NOT_FOUND', `There is no datasource ${name}`);
  };
  const names = async (): Promise<string[]> => (await database.tables()).map((info) => info.name).sort();

  app.get('/status', async () => {
    const { version, memoryUsedBytes, memoryLimitBytes } = database.status();
    return {
      version: DRUID_VERSION,
      modules: [{ name: 'basalt', artifact: 'basaltdb', version }],
      memory: {
        maxMemory: memoryLimitBytes,
        totalMemory: memoryLimitBytes,
        freeMemory: Math.max(0, memoryLimitBytes - memoryUsedBytes),
        usedMemory: memoryUsedBytes,
        directMemory: 0,
      },
    };
  });
  app.get('/status/health', async () => true);
  app.get('/status/selfDiscovered', async () => ({ selfDiscovered: true }));
  app.get('/proxy/enabled', async () => ({ enabled: false }));

  app.get('/druid/v2/datasources', names);
  app.get<{ Params: { name: string } }>('/druid/v2/datasources/:name', async ({ params }) => {
    const { columns } = await table(params.name);
    const metrics = columns.filter(({ type }) => isFloat(type)).map((column) => column.name);
    const rest = columns
      .map((column) => column.name)
      .filter((name) => name !== '__time' && !metrics.includes(name));
    return { dimensions: rest, metrics };
  });
  app.get('/druid/broker/v1/loadstatus', async () => ({ inventoryInitialized: true }));
  app.get('/druid/broker/v1/readiness', async () => '');

  const coordinator = '/druid/coordinator/v1';
  app.get(`${coordinator}/leader`, async (request) => `http://${request.host}`);
  app.get(`${coordinator}/isLeader`, async () => ({ leader: true }));
  app.get(`${coordinator}/datasources`, names);
  app.get(`${coordinator}/metadata/datasources`, names);
  app.get<{ Params: { name: string } }>(`${coordinator}/datasources/:name`, async ({ params }) => {
    const info = await table(params.name);
    const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
    const segments = {
      count: info.segments,
      size: info.bytes,
      replicatedSize: info.bytes,
      minTime: time(info.minTimeMs),
      maxTime: time(info.maxTimeMs),
    };
    return {
      name: info.name,
      properties: {},
      tiers: { _default_tier: { size: info.bytes, segmentCount: info.segments } },
      segments,
    };
  });
  app.get(`${coordinator}/loadstatus`, async () =>
    Object.fromEntries((await names()).map((name) => [name, 100.0])),
  );
}
