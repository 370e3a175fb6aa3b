/**
 * POST /druid/v2/sql: a query in, rows in one of five formats out, as they are made.
 *
 * The first bytes are held back, so that a query that fails early gets its status and envelope. One that fails later ends without its last line and without the trailer: clients see the cut.
 */

import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { BasaltError } from '../../engine/base/error.ts';
import type { FormatWriter } from '../../engine/format/index.ts';
import { timeZone } from '../../engine/function/time-zone.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import { readBody } from '../http/body.ts';
import type { ActiveQuery, Desk } from '../http/desk.ts';
import { headerText } from '../http/header-text.ts';
import { hangUpSignal, send } from '../http/send.ts';
import type { ServerOptions } from '../options.ts';
import { parseSqlRequest, type SqlRequest } from './request.ts';

const HELD_BYTES = 64 << 10;
const MAX_TIMEOUT_MS = 86400000;

export function sqlRoutes(app: FastifyInstance, desk: Desk, options: ServerOptions): void {
  app.post('/druid/v2/sql', async (request, reply) => {
    const body = Buffer.from(await readBody(request.raw, options.maxQueryBytes)).toString();
    const sql = parseSqlRequest(request.headers['content-type'] ?? 'application/json', body);
    await answer(desk, options, sql, reply);
  });
  app.delete<{ Params: { id: string } }>('/druid/v2/sql/:id', async ({ params }, reply) => {
    reply.code(desk.cancel(params.id) ? 202 : 404);
  });
  app.get('/druid/v2/sql/engines', async () => ({ engines: [{ name: 'native' }, { name: 'msq-task' }] }));
}

async function answer(
  desk: Desk,
  options: ServerOptions,
  sql: SqlRequest,
  reply: FastifyReply,
): Promise<void> {
  // Refused before anything starts.
  if (sql.timeZone !== null) timeZone(sql.timeZone);
  const queryId = sql.queryId ?? randomUUID();
  reply.header('x-druid-sql-query-id', headerText(queryId));
  // Druid's timeout 0 means none; the server's own bound stays.
  const timeoutMs = Math.min(sql.timeoutMs || options.queryTimeoutMs, MAX_TIMEOUT_MS);
  const active = await desk.start(
    sql.query,
    {
      dialect: 'druid',
      params: sql.parameters,
      settings: { ...sql.settings, max_execution_time: Math.ceil(timeoutMs / 1000) },
      ...(sql.timeZone === null ? {} : { timeZone: sql.timeZone }),
    },
    {
      door: 'druid',
      queryId,
      timeoutMs,
      hangUp: hangUpSignal(reply.raw),
    },
  );
  try {
    await stream(active, sql, reply, queryId);
    active.end(null);
  } catch (error) {
    const known = BasaltError.from(error);
    active.end(known);
    if (!reply.raw.headersSent) throw known;
    // What was written still goes out; then the connection ends without the last chunk.
    reply.raw.socket?.destroySoon();
  }
}

async function stream(
  active: ActiveQuery,
  sql: SqlRequest,
  reply: FastifyReply,
  queryId: string,
): Promise<void> {
  const { query } = active;
  const writer = (sql.format.write as NonNullable<typeof sql.format.write>)(query.schema, sql.write);
  const out = new HeldResponse(() => open(reply, sql, queryId), active.signal);
  await out.put(writer.begin());
  for await (const batch of limited(active.batches, sql.outerLimit)) {
    await out.put(writer.batch(batch));
    if (reply.raw.destroyed) throw new BasaltError('QUERY_WAS_CANCELLED', 'The client has hung up');
  }
  await out.put(end(writer, active));
  const response = await out.release();
  response.addTrailers({ 'X-Druid-Response-Complete': 'true' });
  response.end();
}

/** Keeps the first bytes back until there are enough of them or all. */
class HeldResponse {
  readonly #open: () => ServerResponse;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #response: ServerResponse | null = null;
  readonly #signal: AbortSignal;

  constructor(open: () => ServerResponse, signal: AbortSignal) {
    this.#open = open;
    this.#signal = signal;
  }

  async put(bytes: Uint8Array): Promise<void> {
    if (this.#response !== null) {
      await send(this.#response, bytes, this.#signal);
      return;
    }
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= HELD_BYTES) await this.release();
  }

  async release(): Promise<ServerResponse> {
    if (this.#response !== null) return this.#response;
    const response = this.#open();
    this.#response = response;
    for (const bytes of this.#held) await send(response, bytes, this.#signal);
    this.#held = [];
    return response;
  }
}

function open(reply: FastifyReply, sql: SqlRequest, queryId: string): ServerResponse {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, {
    'content-type': sql.format.contentType,
    'x-druid-sql-query-id': headerText(queryId),
    'x-druid-query-id': headerText(queryId),
    'x-druid-response-context': '{}',
    trailer: 'X-Druid-Response-Complete',
    ...(sql.write.header ? { 'x-druid-sql-header-included': 'yes' } : {}),
  });
  return response;
}

function end(writer: FormatWriter, active: ActiveQuery): Uint8Array {
  const { rowsRead, bytesRead } = active.query.statistics();
  return writer.end({ rows: 0, elapsedMs: active.elapsedMs(), rowsRead, bytesRead });
}

/** At most `limit` rows; leaving early cancels the query. */
async function* limited(
  batches: AsyncIterable<ResultBatch>,
  limit: number | null,
): AsyncGenerator<ResultBatch> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  if (left === 0) return;
  for await (const batch of batches) {
    if (batch.rows >= left) {
      yield { rows: left, columns: batch.columns };
      return;
    }
    left -= batch.rows;
    yield batch;
  }
}
