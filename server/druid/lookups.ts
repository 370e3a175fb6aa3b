/** /druid/coordinator/v1/lookups and what shows a lookup's entries. Shapes and statuses are Druid's; there is one node, in the tier `__default`. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LookupSpec } from '../../database/types.ts';
import { BasaltError } from '../../engine/base/error.ts';
import type { ServerDatabase } from '../database.ts';
import { readBody } from '../http/body.ts';
import type { ServerOptions } from '../options.ts';

const ROOT = '/druid/coordinator/v1/lookups';
export const OWN_TIER = '__default';

type Tier = { readonly tier: string };
type Named = Tier & { readonly name: string };
type Query = { readonly discover?: string; readonly detailed?: string };
type Of<P> = { Params: P; Querystring: Query };
type Lookups = Readonly<Record<string, LookupSpec>>;

export function lookupRoutes(
  app: FastifyInstance,
  { lookups }: ServerDatabase,
  options: ServerOptions,
): void {
  const bodyOf = async (request: FastifyRequest): Promise<unknown> =>
    parsed(await readBody(request.raw, options.maxSpecBytes));
  const tierOf = (tier: string): Lookups => found(own(lookups.all(), tier), `There is no tier ${tier}`);
  const specOf = ({ tier, name }: Named): LookupSpec =>
    found(own(tierOf(tier), name), `There is no lookup ${tier}/${name}`);
  const mapOf = (name: string) => specOf({ tier: OWN_TIER, name }).lookupExtractorFactory.map;
  const node = `${options.host}:${options.druidPort ?? -1}`;

  app.get<Of<unknown>>(`${ROOT}/config`, async ({ query }) => {
    const tiers = Object.keys(lookups.all());
    return isTrue(query.discover) ? [...new Set([...tiers, OWN_TIER])] : tiers;
  });
  app.get(`${ROOT}/config/all`, async () => lookups.all());
  app.get<Of<Tier>>(`${ROOT}/config/:tier`, async ({ params, query }) => {
    const tier = tierOf(params.tier);
    return isTrue(query.detailed) ? tier : Object.keys(tier);
  });
  app.get<Of<Named>>(`${ROOT}/config/:tier/:name`, async ({ params }) => specOf(params));

  app.post(`${ROOT}/config`, async (request, reply) => {
    const given = await bodyOf(request);
    await lookups.set(given);
    return reply.code(202).send(given);
  });
  app.post<Of<Named>>(`${ROOT}/config/:tier/:name`, async (request, reply) => {
    const { tier, name } = request.params;
    await lookups.set({ [tier]: { [name]: await bodyOf(request) } });
    return reply.code(202).send();
  });
  const drop = async (tier: string, name: string | null, reply: FastifyReply): Promise<FastifyReply> => {
    if (await lookups.drop(tier, name)) return reply.code(202).send();
    throw new BasaltError(
      'NOT_FOUND',
      `There is no ${name === null ? `tier ${tier}` : `lookup ${tier}/${name}`}`,
    );
  };
  app.delete<Of<Tier>>(`${ROOT}/config/:tier`, ({ params }, reply) => drop(params.tier, null, reply));
  app.delete<Of<Named>>(`${ROOT}/config/:tier/:name`, ({ params }, reply) =>
    drop(params.tier, params.name, reply),
  );

  // What is set is loaded.
  const status = ({ detailed }: Query) => ({
    loaded: true,
    ...(isTrue(detailed) ? { pendingNodes: [] } : {}),
  });
  const statuses = (tier: Lookups, query: Query) => mapped(tier, () => status(query));
  app.get<Of<unknown>>(`${ROOT}/status`, async ({ query }) =>
    mapped(lookups.all(), (tier) => statuses(tier, query)),
  );
  app.get<Of<Tier>>(`${ROOT}/status/:tier`, async ({ params, query }) =>
    statuses(tierOf(params.tier), query),
  );
  app.get<Of<Named>>(`${ROOT}/status/:tier/:name`, async ({ params, query }) => {
    specOf(params);
    return status(query);
  });

  const state = (shown: (spec: LookupSpec) => unknown = (spec) => spec) => ({
    current: mapped(own(lookups.all(), OWN_TIER) ?? {}, shown),
    toLoad: {},
    toDrop: [],
  });
  const nodes = (tier: string, shown?: (spec: LookupSpec) => unknown) =>
    tier === OWN_TIER ? { [node]: state(shown) } : {};
  app.get<Of<unknown>>(`${ROOT}/nodeStatus`, async ({ query }) => {
    const tiers = isTrue(query.discover) ? [OWN_TIER] : Object.keys(lookups.all());
    const shown = query.detailed === 'false' ? ({ version }: LookupSpec) => version : undefined;
    return Object.fromEntries(tiers.map((tier) => [tier, nodes(tier, shown)]));
  });
  app.get<Of<Tier>>(`${ROOT}/nodeStatus/:tier`, async ({ params }) => nodes(params.tier));
  app.get<Of<Tier & { node: string }>>(`${ROOT}/nodeStatus/:tier/:node`, async ({ params }) => {
    if (params.node === node) return state();
    throw new BasaltError('NOT_FOUND', `There is no node ${params.node}`);
  });

  const loaded = '/druid/listen/v1/lookups';
  app.get(loaded, async () => state().current);
  app.get<Of<Named>>(`${loaded}/:name`, async ({ params }) => specOf({ tier: OWN_TIER, name: params.name }));

  const introspect = '/druid/v1/lookups/introspect/:name';
  app.get<Of<Named>>(introspect, async ({ params }) => mapOf(params.name));
  app.get<Of<Named>>(`${introspect}/keys`, async ({ params }) => Object.keys(mapOf(params.name)));
  app.get<Of<Named>>(`${introspect}/values`, async ({ params }) => Object.values(mapOf(params.name)));
}

const isTrue = (flag: string | undefined): boolean => flag === 'true' || flag === '';

/** What belongs to a name, which may be `constructor`. */
const own = <T>(of: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(of, name) ? of[name] : undefined;

function found<T>(value: T | undefined, message: string): T {
  if (value !== undefined) return value;
  throw new BasaltError('NOT_FOUND', message);
}

const mapped = <T, R>(of: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch (error) {
    throw new BasaltError('INVALID_SPEC', 'The lookups are not valid JSON', { cause: error });
  }
}
