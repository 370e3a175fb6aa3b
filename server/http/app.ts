/**
 * One Fastify app per port, with what both doors share: bodies left as streams, the guard before every route,
 * counting of requests. Errors are written by the door, in its own words.
 */

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BasaltError } from '../../engine/base/error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { discardRest } from './body.ts';
import type { Credentials, Guard } from './guard.ts';

export type AppOptions = {
  readonly door: string;
  readonly guard: Guard;
  readonly metrics: Metrics;
  /** Paths that need no password. */
  readonly open: readonly string[];
  readonly credentials: (request: FastifyRequest) => Credentials | null;
  readonly sendError: (reply: FastifyReply, error: BasaltError) => void;
};

const MAX_URL_BYTES = 1 << 20;

export function createApp(options: AppOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1000 },
    http: { maxHeaderSize: MAX_URL_BYTES },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  app.addHook('onRequest', async (request) => {
    options.guard.checkOrigin(request.headers);
    const path = request.url.split('?', 1)[0];
    if (options.open.includes(path)) return;
    options.guard.checkPassword(options.credentials(request), request.ip);
  });
  app.addHook('onResponse', async (_request, reply) => {
    options.metrics.request(options.door, reply.raw.statusCode);
  });
  app.setErrorHandler((error, request, reply) => {
    options.sendError(reply, known(error));
    discardRest(request.raw);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0];
    options.sendError(reply, new BasaltError('NOT_FOUND', `There is no ${request.method} ${path}`));
  });
  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', options.metrics.contentType);
    return options.metrics.text();
  });
  return app;
}

/** Fastify's own errors (a broken URL, a body that ended early) are the client's. */
function known(error: unknown): BasaltError {
  const status = (error as { statusCode?: number }).statusCode;
  if (!(error instanceof BasaltError) && status !== undefined && status < 500) {
    return new BasaltError('BAD_ARGUMENTS', (error as Error).message, { cause: error });
  }
  return BasaltError.from(error);
}
