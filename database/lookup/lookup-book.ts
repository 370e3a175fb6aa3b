/**
 * Druid's lookups as they are kept in the manifest: maps of texts by tier and name, each with a version that only rises. There is one
 * node, whose tier is `__default`: queries see the lookups of that one, others are kept and shown.
 *
 * A value of the manifest is JSON text, so that no key of a map means something to the manifest.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { LookupEntries } from '../../engine/function/row.ts';
import type { Store } from '../../storage/index.ts';
import type { LookupBook, LookupSpec } from '../types.ts';

/** The tier of this node. */
export const DEFAULT_TIER = '__default';

const KEY = 'druid.lookups/';
const keyOf = (tier: string, name: string): string =>
  `${KEY}${encodeURIComponent(tier)}/${encodeURIComponent(name)}`;

/** What lookups need of the store. */
export type LookupStore = Pick<Store, 'value' | 'keys' | 'putValues'>;

const stored = (store: Pick<Store, 'value'>, tier: string, name: string): LookupSpec | undefined => {
  const text = store.value(keyOf(tier, name)) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as LookupSpec);
};

const namesOf = (store: Pick<Store, 'keys'>): readonly (readonly [tier: string, name: string])[] =>
  store
    .keys()
    .filter((key) => key.startsWith(KEY))
    .map((key) => key.slice(KEY.length).split('/').map(decodeURIComponent) as [string, string])
    .sort();

/** Names of the lookups that queries see. */
export const lookupNames = (store: Pick<Store, 'keys'>): readonly string[] =>
  namesOf(store).flatMap(([tier, name]) => (tier === DEFAULT_TIER ? [name] : []));

/** The entries of a lookup that queries see. */
export function lookupEntries(store: Pick<Store, 'value'>, name: string): LookupEntries | undefined {
  const spec = stored(store, DEFAULT_TIER, name);
  return spec && Object.entries(spec.lookupExtractorFactory.map);
}

export function lookupBook(store: LookupStore): LookupBook {
  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other: what it is compared with stays as it is. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const turn = last.then(change, change);
    last = turn;
    return turn;
  };
  return {
    all: () => {
      const tiers = Map.groupBy(namesOf(store), ([tier]) => tier);
      return Object.fromEntries(
        Array.from(tiers, ([tier, lookups]) => [
          tier,
          Object.fromEntries(lookups.map(([, name]) => [name, stored(store, tier, name)!])),
        ]),
      );
    },
    set: (given) =>
      inTurn(async () => {
        const lookups = lookupsOf(given);
        for (const [tier, name, spec] of lookups) checkVersion(stored(store, tier, name), spec, tier, name);
        if (lookups.length > 0)
          await store.putValues(
            lookups.map(([tier, name, spec]) => [keyOf(tier, name), JSON.stringify(spec)]),
          );
      }),
    drop: (tier, name) =>
      inTurn(async () => {
        const dropped = namesOf(store).filter(([t, n]) => t === tier && (name === null || n === name));
        if (dropped.length > 0) await store.putValues(dropped.map(([t, n]) => [keyOf(t, n), null]));
        return dropped.length > 0;
      }),
  };
}

/** Versions are compared as texts, as Druid compares them. */
function checkVersion(before: LookupSpec | undefined, spec: LookupSpec, tier: string, name: string): void {
  if (before === undefined || spec.version > before.version) return;
  throw new BasaltError(
    'BAD_ARGUMENTS',
    `The lookup ${tier}/${name} has the version ${before.version}, which ${spec.version} does not replace`,
    { hint: 'Versions are compared as texts: give a greater one' },
  );
}

type Named = readonly [tier: string, name: string, spec: LookupSpec];
type Json = Readonly<Record<string, unknown>>;

function lookupsOf(given: unknown): readonly Named[] {
  return entriesOf(given, 'lookups').flatMap(([tier, names]) =>
    entriesOf(names, tier).map(([name, spec]): Named => {
      if (tier === '' || name === '') throw wrong('lookups', 'a tier and a name that are not empty');
      return [tier, name, specOf(spec, `${tier}.${name}`)];
    }),
  );
}

const entriesOf = (value: unknown, path: string): [string, unknown][] =>
  Object.entries(objectOf(value, path));

function objectOf(value: unknown, path: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw wrong(path, 'an object');
}

function specOf(given: unknown, path: string): LookupSpec {
  const { version, lookupExtractorFactory } = objectOf(given, path);
  if (typeof version !== 'string') throw wrong(`${path}.version`, 'a text');
  const factory = objectOf(lookupExtractorFactory, `${path}.lookupExtractorFactory`);
  const { type, map, isOneToOne = false } = factory;
  if (type !== 'map')
    throw new BasaltError(
      typeof type === 'string' ? 'NOT_IMPLEMENTED' : 'INVALID_SPEC',
      `${path}.lookupExtractorFactory.type: ${typeof type === 'string' ? `lookups of type ${type} are not supported` : 'map is expected'}`,
      { hint: 'Write {"type": "map", "map": {"key": "value"}}, or join with a table' },
    );
  if (typeof isOneToOne !== 'boolean')
    throw wrong(`${path}.lookupExtractorFactory.isOneToOne`, 'true or false');
  const entries = entriesOf(map, `${path}.lookupExtractorFactory.map`);
  return {
    version,
    lookupExtractorFactory: {
      type,
      map: Object.fromEntries(
        entries.map(([key, value]) => [key, entryText(value, `${path}.lookupExtractorFactory.map.${key}`)]),
      ),
      isOneToOne,
    },
  };
}

/** Numbers and truth values are read as texts. */
function entryText(value: unknown, path: string): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw wrong(path, 'a text');
}

const wrong = (path: string, expected: string): BasaltError =>
  new BasaltError('INVALID_SPEC', `${path}: ${expected} is expected`);
