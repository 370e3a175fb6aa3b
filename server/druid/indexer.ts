/** /druid/indexer/v1: the task API of Druid's Overlord, over the task registry. Shapes are Druid's. */

import type { FastifyInstance } from 'fastify';
import type { RowStatistics } from '../../database/types.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { lookup } from '../../engine/base/lookup.ts';
import { readBody } from '../http/body.ts';
import type { ServerOptions } from '../options.ts';
import { parseSqlRequest } from './request.ts';
import {
  isFinished,
  masked,
  runnerStatus,
  SQL_TASK,
  statusCode,
  type Task,
  type TaskRegistry,
} from './task.ts';

type Location = { readonly host: string; readonly port: number; readonly tlsPort: number };

const NOWHERE: Location = { host: '', port: -1, tlsPort: -1 };
const EMPTY_ROWS: RowStatistics = {
  processed: 0,
  processedBytes: 0,
  processedWithError: 0,
  thrownAway: 0,
  unparseable: 0,
};

function taskStatus(task: Task, location: Location): Record<string, unknown> {
  const created = new Date(task.createdMs).toISOString();
  return {
    id: task.id,
    groupId: task.id,
    type: task.type,
    createdTime: created,
    queueInsertionTime: created,
    statusCode: statusCode(task),
    status: statusCode(task),
    runnerStatusCode: runnerStatus(task),
    duration: task.durationMs,
    location: task.state === 'RUNNING' ? location : NOWHERE,
    dataSource: task.dataSource,
    errorMsg: task.error?.text ?? null,
  };
}

function sqlReport(task: Task): Record<string, unknown> {
  const errorReport =
    task.error === null
      ? {}
      : {
          errorReport: {
            taskId: task.id,
            error: { errorCode: task.error.errorName, errorMessage: task.error.text },
          },
        };
  return {
    multiStageQuery: {
      type: 'multiStageQuery',
      taskId: task.id,
      payload: {
        status: {
          status: statusCode(task),
          startTime: new Date(task.createdMs).toISOString(),
          durationMs: task.durationMs,
          pendingTasks: task.state === 'WAITING' ? 1 : 0,
          runningTasks: task.state === 'RUNNING' ? 1 : 0,
          ...errorReport,
          warnings: [],
        },
        stages: [],
        counters: { 0: { 0: { output: { type: 'channel', rows: [task.rows] } } } },
      },
    },
    taskContext: { type: 'taskContext', taskId: task.id, payload: {} },
  };
}

function taskReport(task: Task): Record<string, unknown> {
  if (task.type === SQL_TASK) return sqlReport(task);
  const rows = task.report?.rowStats ?? { ...EMPTY_ROWS, processed: task.rows };
  const idle = { ...EMPTY_ROWS };
  return {
    ingestionStatsAndErrors: {
      type: 'ingestionStatsAndErrors',
      taskId: task.id,
      payload: {
        ingestionState: isFinished(task) ? 'COMPLETED' : 'BUILD_SEGMENTS',
        unparseableEvents: { determinePartitions: [], buildSegments: task.report?.unparseableEvents ?? [] },
        rowStats: isFinished(task)
          ? { determinePartitions: idle, buildSegments: rows }
          : { movingAverages: {}, totals: { determinePartitions: idle, buildSegments: rows } },
        errorMsg: task.error?.text ?? null,
        segmentAvailabilityConfirmed: task.state === 'SUCCESS',
        segmentAvailabilityWaitTimeMs: 0,
        segmentsRead: null,
        segmentsPublished: task.report?.segments ?? null,
      },
    },
    taskContext: { type: 'taskContext', taskId: task.id, payload: {} },
  };
}

/** `?state=` and the paths that say the same. */
const STATES: Readonly<Record<string, (task: Task) => boolean>> = {
  running: (task) => task.state === 'RUNNING',
  waiting: (task) => task.state === 'WAITING',
  pending: () => false,
  complete: isFinished,
};

type TaskQuery = {
  readonly state?: string;
  readonly datasource?: string;
  readonly createdTimeInterval?: string;
  readonly max?: string;
  readonly type?: string;
};

export function indexerRoutes(app: FastifyInstance, tasks: TaskRegistry, options: ServerOptions): void {
  const base = '/druid/indexer/v1';
  const location: Location = { host: options.host, port: options.druidPort ?? -1, tlsPort: -1 };
  const show = (task: Task) => taskStatus(task, location);

  app.post(`${base}/task`, async (request, reply) => {
    const type = (request.headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
    if (type !== 'application/json') {
      reply.code(415);
      return { error: 'The body must be application/json' };
    }
    return { task: tasks.submit(parseJson(await readBody(request.raw, options.maxSpecBytes))).id };
  });
  app.post('/druid/v2/sql/task', async (request, reply) => {
    const body = Buffer.from(await readBody(request.raw, options.maxQueryBytes)).toString();
    const task = await tasks.submitSql(
      parseSqlRequest(request.headers['content-type'] ?? 'application/json', body),
    );
    reply.code(202);
    return { taskId: task.id, state: statusCode(task) };
  });
  app.get('/druid/v2/sql/task/enabled', async () => ({ enabled: true }));
  app.get<{ Params: { id: string } }>(`${base}/task/:id`, async ({ params }) => {
    const task = tasks.get(params.id);
    return { task: task.id, payload: masked(task.payload) };
  });
  app.get<{ Params: { id: string } }>(`${base}/task/:id/status`, async ({ params }) => {
    const task = tasks.get(params.id);
    return { task: task.id, status: show(task) };
  });
  app.get<{ Params: { id: string } }>(`${base}/task/:id/reports`, async ({ params }) =>
    taskReport(tasks.get(params.id)),
  );
  app.get<{ Params: { id: string } }>(`${base}/task/:id/log`, async ({ params }, reply) => {
    const task = tasks.get(params.id);
    reply.header('content-type', 'text/plain');
    return `${task.id} ${task.state}${task.error === null ? '' : `: ${task.error.text}`}\n`;
  });
  app.post<{ Params: { id: string } }>(`${base}/task/:id/shutdown`, async ({ params }) => {
    const task = tasks.get(params.id);
    if (!isFinished(task)) tasks.shutdown(task);
    return { task: task.id };
  });
  app.post<{ Params: { name: string } }>(`${base}/datasources/:name/shutdownAllTasks`, async ({ params }) => {
    for (const task of tasks.list()) {
      if (task.dataSource === params.name && !isFinished(task)) tasks.shutdown(task);
    }
    return { dataSource: params.name };
  });
  app.get<{ Querystring: TaskQuery }>(`${base}/tasks`, async ({ query }) => select(tasks, query).map(show));
  for (const state of Object.keys(STATES)) {
    app.get<{ Querystring: TaskQuery }>(`${base}/${state}Tasks`, async ({ query }) =>
      select(tasks, { ...query, state }).map(show),
    );
  }
  app.post(`${base}/taskStatus`, async (request) => {
    const ids = parseJson(await readBody(request.raw, options.maxQueryBytes));
    if (!Array.isArray(ids)) throw new BasaltError('BAD_ARGUMENTS', 'A list of task ids is expected');
    const wanted = new Set(ids);
    return Object.fromEntries(
      tasks
        .list()
        .filter((task) => wanted.has(task.id))
        .map((task) => [task.id, show(task)]),
    );
  });
  app.get(`${base}/leader`, async (request) => `http://${request.host}`);
  app.get(`${base}/isLeader`, async () => ({ leader: true }));
  app.get(`${base}/totalWorkerCapacity`, async () => ({
    currentClusterCapacity: options.maxRunningTasks,
    maximumCapacityWithAutoScale: options.maxRunningTasks,
    usedClusterCapacity: tasks.runningCount,
  }));
  app.get(`${base}/supervisor`, async () => []);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch (error) {
    throw new BasaltError('INVALID_SPEC', `The body is not JSON: ${(error as Error).message}`);
  }
}

function select(tasks: TaskRegistry, query: TaskQuery): Task[] {
  const keep = query.state === undefined ? () => true : lookup(STATES, query.state);
  if (keep === undefined) {
    throw new BasaltError('BAD_ARGUMENTS', `state: one of ${Object.keys(STATES).join(', ')} is expected`);
  }
  const [from, to] = (query.createdTimeInterval ?? '').split(/[_/]/).map((text) => Date.parse(text));
  const max = query.max === undefined ? Number.POSITIVE_INFINITY : Number(query.max);
  const found = tasks
    .list()
    .filter(
      (task) =>
        keep(task) &&
        (query.datasource === undefined || task.dataSource === query.datasource) &&
        (query.type === undefined || task.type === query.type) &&
        !(task.createdMs < from) &&
        !(task.createdMs >= to),
    );
  return found.slice(0, Number.isNaN(max) ? undefined : max);
}
