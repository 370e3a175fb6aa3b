/** Seeded documents with paths of every kind, and with what makes paths hard: other types, null, objects, keys that occur twice. */

import type { Random } from '../../engine/base/random.ts';

/** Rows in which `late` is a text. */
export const LATE = { from: 18_000, to: 18_010 };

export function documents(random: Random, rows: number): string[] {
  return Array.from({ length: rows }, (_, i) => documentOf(random, i));
}

function documentOf(random: Random, i: number): string {
  const parts: string[] = [`"serial": ${i}`];
  const add = (share: number, text: () => string): void => {
    if (random.float() < share) parts.push(text());
  };
  const id = random.below(1000);
  add(0.9, () => `"user" : {"id": ${id}, "name": "name ${id % 50}", "tags": ["a", ${i}]}`);
  add(0.9, () => `"price":${random.below(2) === 0 ? random.below(500) : random.below(5000) / 8}`);
  add(0.8, () => `"ratio":${random.float()}`);
  add(
    0.8,
    () =>
      `"whole":${(random.below(400) / 4).toFixed(random.below(4) === 0 ? 1 : 2).replace(/(\.\d)0$/, '$1')}`,
  );
  add(0.9, () => `"ok":${random.below(2) === 0}`);
  add(0.5, () => `"nothing":null`);
  add(
    0.6,
    () => `"mixed":${['1', '"1"', 'true', '1.50', '[1]', '{"a":1}', 'null', '-0', '1e2'][random.below(9)]}`,
  );
  add(0.9, () => `"late":${i >= LATE.from && i < LATE.to ? `"text ${i}"` : random.below(100)}`);
  add(0.9, () => `"text":"caf\\u00e9 \\"${i}\\" ${random.below(1e6)} \\ud83d\\ude00 é"`);
  add(0.7, () => `"twice":{"a":${i % 5}},"twice":{"a":77,"b":1}`);
  add(0.001, () => `"rare":${i}`);
  add(0.8, () => `"wide":${9007199254740993n + BigInt(i)}`);
  // Not always in one order.
  if (random.below(10) === 0) parts.reverse();
  if (random.below(500) === 0) return ['[1, 2]', '"text"', '5', 'null', '{}'][random.below(5)];
  return `{${parts.join(', ')}}`;
}
