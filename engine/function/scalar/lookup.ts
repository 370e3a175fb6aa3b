/** Values of Druid's lookups, whose entries are given as JSON: `[[key, value], ...]`. */

import { implement } from '../implementation.ts';
import type { Implementation, LookupEntries } from '../row.ts';

type Lookup = ReadonlyMap<string, string | null>;

/** Lookups by their JSON, those that were asked last behind the others; a statement has few. */
const known = new Map<string, Lookup>();
const MAX_KNOWN = 8;
let last: { readonly json: string; readonly map: Lookup } = { json: '[]', map: new Map() };

/** Of equal texts that are not the same text all characters are compared: the one that came last is kept. */
function mapOf(json: string): Lookup {
  if (json === last.json) {
    last = { json, map: last.map };
    return last.map;
  }
  const map = known.get(json) ?? new Map(JSON.parse(json) as LookupEntries);
  known.delete(json);
  if (known.size === MAX_KNOWN) known.delete(known.keys().next().value as string);
  known.set(json, map);
  last = { json, map };
  return map;
}

export const LOOKUP: readonly Implementation[] = [
  implement(
    'lookup_text',
    ['str', 'str'],
    'str',
    (key: string, json: string) => mapOf(json).get(key) ?? null,
  ),
];
