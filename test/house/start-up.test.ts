import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What is compiled before anything is asked: the modules that entries import, and what those import, without waiting. */
const ROOT = resolve(import.meta.dirname, '../..');
const IMPORT =
  /(?:^|\n)\s*(?:import|export)(?!\s+type\b)\s+[^;'"()]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'/g;

function reachable(entry: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [join(ROOT, entry)];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const name = relative(ROOT, file);
    if (seen.has(name)) continue;
    seen.add(name);
    for (const [, from, bare] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const target = from ?? bare;
      if (target.startsWith('.')) open.push(resolve(dirname(file), target));
      else seen.add(target);
    }
  }
  return seen;
}

/** Rarely needed, or large and not needed to open. */
const LATER = [
  /^re2js$/,
  /^hyparquet(-writer)?$/,
  /^apache-arrow$/,
  /^antlr4ng$/,
  /^fastify$/,
  /^prom-client$/,
  /^sql\/(?!name\.ts|dialect\/)/,
  /^engine\/function\/catalog\//,
];

describe('starting up', () => {
  it.each(['database/index.ts', 'database/worker.ts', 'server/cli/bin.ts'])(
    '%s loads nothing that can wait',
    (entry) => {
      const modules = [...reachable(entry)];
      expect(modules.length).toBeGreaterThan(50);
      expect(modules.filter((m) => LATER.some((later) => later.test(m)))).toEqual([]);
    },
  );

  it('sees what is loaded later where it is loaded', () => {
    const language = reachable('sql/index.ts');
    expect(language).toContain('antlr4ng');
    expect(language).toContain('engine/function/catalog/text.ts');
  });
});
