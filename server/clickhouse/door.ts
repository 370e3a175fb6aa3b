/** The ClickHouse door: one app that answers ClickHouse's HTTP interface on port 8123. */

import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BasaltError } from '../../engine/base/error.ts';
import type { DoorParts } from '../druid/door.ts';
import { createApp } from '../http/app.ts';
import { bodyStream, discardRest } from '../http/body.ts';
import { basicCredentials, type Credentials } from '../http/guard.ts';
import { headerText } from '../http/header-text.ts';
import { hangUpSignal } from '../http/send.ts';
import { answerError, answerQuery, baseHeaders, type ProgressRelay } from './answer.ts';
import { parseRequest } from './request.ts';
import { readStatement, type Statement } from './statement.ts';

const OK = 'Ok.\n';
const OK_TYPE = 'text/html; charset=UTF-8';

export function clickhouseDoor(parts: DoorParts): FastifyInstance {
  const app = createApp({
    door: 'clickhouse',
    guard: parts.guard,
    metrics: parts.metrics,
    open: ['/ping', '/replicas_status'],
    credentials,
    sendError: (reply, error) => {
      const queryId = searchOf(reply.request).get('query_id') ?? randomUUID();
      reply.hijack();
      answerError(reply.raw, error, baseHeaders(queryId), reply.request.method !== 'HEAD');
    },
  });
  const ok = async (_request: FastifyRequest, reply: FastifyReply): Promise<string> => {
    reply.header('content-type', OK_TYPE);
    return OK;
  };
  app.get('/ping', ok);
  app.get('/replicas_status', ok);
  for (const url of ['/', '/query']) {
    app.get(url, async (request, reply) => {
      if (searchOf(request).has('query')) return handle(parts, request, reply, true);
      return ok(request, reply);
    });
    app.post(url, async (request, reply) => handle(parts, request, reply, false));
    app.options(url, async (_request, reply) => {
      reply.code(204);
    });
  }
  return app;
}

function searchOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}

/** Basic, X-ClickHouse-User and -Key, or user and password in the URL; two ways at once are refused. */
function credentials(request: FastifyRequest): Credentials | null {
  const { headers } = request;
  const search = searchOf(request);
  const text = (value: string | string[] | undefined): string | undefined =>
    typeof value === 'string' ? value : undefined;
  const ways = [
    basicCredentials(headers.authorization),
    pair(text(headers['x-clickhouse-user']), text(headers['x-clickhouse-key'])),
    pair(search.get('user') ?? undefined, search.get('password') ?? undefined),
  ].filter((way) => way !== null);
  if (ways.length <= 1) return ways[0] ?? null;
  throw new BasaltError(
    'AUTHENTICATION_FAILED',
    'Invalid authentication: it is not allowed to use more than one way to authenticate at once',
  );
}

const pair = (user: string | undefined, password: string | undefined): Credentials | null =>
  user === undefined && password === undefined ? null : { user: user ?? 'default', password: password ?? '' };

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function handle(
  { desk, options }: DoorParts,
  request: FastifyRequest,
  reply: FastifyReply,
  readonly: boolean,
): Promise<void> {
  reply.hijack();
  const response = reply.raw;
  const withBody = request.method !== 'HEAD';
  let headers = baseHeaders(randomUUID());
  const relay: ProgressRelay = { listener: null, begun: false };
  try {
    const asked = parseRequest(searchOf(request), request.headers);
    const queryId = asked.queryId ?? headers['X-ClickHouse-Query-Id'];
    headers = { ...headers, 'X-ClickHouse-Query-Id': headerText(queryId) };
    const body = readonly ? nothing() : bodyStream(request.raw);
    const statement: Statement = await readStatement(asked.query, body, options.maxQueryBytes);
    const active = await desk.start(
      statement.sql,
      {
        dialect: 'clickhouse',
        params: asked.params,
        settings: asked.settings,
        readonly,
        user: credentials(request)?.user || 'default',
        ...(asked.progressIntervalMs === null
          ? {}
          : { progressIntervalMs: asked.progressIntervalMs, onProgress: () => relay.listener?.() }),
        ...(asked.session === null ? {} : { session: asked.session }),
        ...(asked.database === null ? {} : { schema: asked.database }),
        ...(statement.data === null ? {} : { data: statement.data }),
      },
      {
        door: 'clickhouse',
        queryId,
        timeoutMs: asked.timeoutMs ?? options.queryTimeoutMs,
        hangUp: hangUpSignal(response),
      },
    );
    try {
      await answerQuery(active, asked, response, headers, request.headers['accept-encoding'], relay);
      active.end(null);
    } catch (error) {
      active.end(BasaltError.from(error));
      throw error;
    }
  } catch (error) {
    if (response.headersSent || response.destroyed || relay.begun) return;
    answerError(response, BasaltError.from(error), headers, withBody);
    discardRest(request.raw);
  }
}
