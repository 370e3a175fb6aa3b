/**
 * One number for all queries that differ in their constants only, as `normalized_query_hash` is in ClickHouse: numbers,
 * quoted texts and lists of them count as `?`, white space and comments as one blank. The hash is FNV-1a over UTF-16
 * units, twice with different seeds, 53 bits of it, which JavaScript and JSON keep; its values are not those of ClickHouse.
 */

const COMMENT = /--[^\n]*|\/\*[\s\S]*?\*\//g;
const CONSTANT = /'(?:[^'\\]|\\.|'')*'|\b\d[\w.]*/g;
const LIST = /\?(?:\s*,\s*\?)+/g;
const BLANK = /\s+/g;

const SEEDS = [0x811c9dc5, 0x1b873593] as const;
const PRIME = 0x01000193;

export const normalized = (query: string): string =>
  query.replace(COMMENT, ' ').replace(CONSTANT, '?').replace(LIST, '?').replace(BLANK, ' ').trim();

export function normalizedHash(query: string): bigint {
  const text = normalized(query);
  const [high, low] = SEEDS.map((seed) => {
    let hash: number = seed;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
    return BigInt(hash >>> 0);
  });
  return ((high << 32n) | low) >> 11n;
}
