/** The server as Druid's `sys` shows it. */

import type { NodeView } from '../database.ts';
import type { ServerOptions } from '../options.ts';
import { OWN_TIER } from './lookups.ts';
import { DRUID_VERSION } from './metadata.ts';
import { runnerStatus, statusCode, type TaskRegistry } from './task.ts';

const SERVICE = 'basalt';

export function nodeView(
  address: { readonly host: string; readonly port: number },
  options: ServerOptions,
  tasks: TaskRegistry,
  startedMs: number,
): NodeView {
  const { host, port } = address;
  const properties: Readonly<Record<string, string | number>> = {
    'druid.host': host,
    'druid.indexer.queue.maxSize': options.maxPendingTasks,
    'druid.lookup.lookupTier': OWN_TIER,
    'druid.plaintextPort': port,
    'druid.server.http.defaultQueryTimeout': options.queryTimeoutMs,
    'druid.service': SERVICE,
    'druid.worker.capacity': options.maxRunningTasks,
  };
  return {
    host,
    port,
    service: SERVICE,
    version: DRUID_VERSION,
    startedMs,
    properties: Object.entries(properties).map(([name, value]) => [name, String(value)] as const),
    tasks: () =>
      tasks.list().map((task) => ({
        id: task.id,
        type: task.type,
        dataSource: task.dataSource,
        createdMs: task.createdMs,
        status: statusCode(task),
        runnerStatus: runnerStatus(task),
        durationMs: task.durationMs,
        errorText: task.error?.text ?? null,
      })),
  };
}
