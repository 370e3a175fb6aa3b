/** A real server over a database in memory, on free ports; for tests that talk to it as clients do. */

import { type Database, type OpenOptions, open } from '../../database/index.ts';
import { type ServerOptions, startServer } from '../../server/main.ts';
import { serveDatabase } from '../../server/serve-database.ts';

export type TestServer = AsyncDisposable & {
  readonly db: Database;
  readonly druid: string;
  readonly clickhouse: string;
};

export async function realServer(
  options: OpenOptions = {},
  server: Partial<ServerOptions> = {},
): Promise<TestServer> {
  const db = await open(options);
  const running = await startServer(serveDatabase(db), {
    druidPort: 0,
    clickhousePort: 0,
    drainMs: 1000,
    ...server,
  });
  return {
    db,
    druid: running.addresses.druid?.url ?? '',
    clickhouse: running.addresses.clickhouse?.url ?? '',
    async [Symbol.asyncDispose]() {
      await running.close();
      await db.close();
    },
  };
}

/** A Druid SQL query over HTTP; answers the parsed body whatever the status. */
export async function druidSql(
  url: string,
  query: string,
  more: Record<string, unknown> = {},
): Promise<unknown> {
  const response = await fetch(`${url}/druid/v2/sql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, ...more }),
  });
  return response.json();
}

/** Submits a spec and waits for its end; answers the task's final status and its reports. */
export async function runTask(
  url: string,
  spec: unknown,
): Promise<{ status: Record<string, unknown>; report: Record<string, unknown> }> {
  const response = await fetch(`${url}/druid/indexer/v1/task`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(spec),
  });
  const { task } = (await response.json()) as { task: string };
  const get = async (path: string) =>
    (await fetch(`${url}/druid/indexer/v1/task/${encodeURIComponent(task)}/${path}`)).json();
  for (;;) {
    const { status } = (await get('status')) as { status: Record<string, unknown> };
    if (status['statusCode'] !== 'RUNNING')
      return { status, report: (await get('reports')) as Record<string, unknown> };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
