/** Retention rules of Druid's coordinator: which segments stay. Changes are kept with who made them (X-Druid-Author). */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BasaltError } from '../../engine/base/error.ts';
import type { ServerDatabase } from '../database.ts';
import { readBody } from '../http/body.ts';
import type { ServerOptions } from '../options.ts';

const ROOT = '/druid/coordinator/v1/rules';
const MOST_CHANGES = 25;

type Named = { Params: { name: string }; Querystring: { full?: string; count?: string } };

export function ruleRoutes(app: FastifyInstance, { rules }: ServerDatabase, options: ServerOptions): void {
  app.get(ROOT, async () => rules.all());
  app.get<Named>(`${ROOT}/history`, async ({ query }) => rules.history(null, countOf(query.count)));
  app.get<Named>(`${ROOT}/:name`, async ({ params, query }) =>
    rules.rulesOf(params.name, query.full !== undefined),
  );
  app.get<Named>(`${ROOT}/:name/history`, async ({ params, query }) =>
    rules.history(params.name, countOf(query.count)),
  );
  app.post<Named>(`${ROOT}/:name`, async (request, reply) => {
    const given = parseRules(await readBody(request.raw, options.maxSpecBytes));
    await rules.set(request.params.name, given, auditOf(request));
    return reply.code(200).send();
  });
}

function countOf(text: string | undefined): number {
  if (text === undefined) return MOST_CHANGES;
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new BasaltError('BAD_ARGUMENTS', `count is a number from 1 on, not ${text}`);
}

const auditOf = (request: FastifyRequest) => ({
  author: String(request.headers['x-druid-author'] ?? ''),
  comment: String(request.headers['x-druid-comment'] ?? ''),
  ip: request.ip,
});

function parseRules(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch (error) {
    throw new BasaltError('INVALID_SPEC', 'The rules are not valid JSON', { cause: error });
  }
}
