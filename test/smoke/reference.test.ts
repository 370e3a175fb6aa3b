/**
 * Reference pages against what they describe: generated ones must be as generated; flags and variables of the
 * command line are those that the commands have.
 */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, written } from '../../scripts/reference.ts';
import { basalt } from '../cli/process.ts';
import { ROOT } from './package.ts';

it.each(Object.keys(PAGES))('%s is up to date (node scripts/reference.ts)', (path) => {
  expect(written(path)).toBe(PAGES[path]());
});

const all = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map((m) => m[1]))].sort();

describe('docs/operate/command-line.md', () => {
  const page = written('docs/operate/command-line.md');

  it.each(['serve', 'query', 'ingest'])('has the flags of basalt %s', async (command) => {
    const section = page.split(/^## basalt /m).find((part) => part.startsWith(command)) ?? '';
    const { stdout } = await basalt([command, '--help']);
    const flags = all(stdout, /^ {2}(?:-\w, )?(--[a-z-]+)/gm).filter((flag) => flag !== '--help');
    expect(flags.length).toBeGreaterThan(2);
    expect(all(section, /^\| `(--[a-z-]+)/gm)).toEqual(flags);
  });

  it('has every environment variable that the program reads', () => {
    const sources = globSync('{server,database,engine,storage,sql}/**/*.ts', { cwd: ROOT });
    const code = sources.map((path) => readFileSync(join(ROOT, path), 'utf8')).join('\n');
    expect(all(page, /(BASALT_[A-Z_]+)/g)).toEqual(all(code, /(BASALT_[A-Z_]+)/g));
  });
});

it('names in other pages are names of the error and settings tables', () => {
  const known = Object.keys(PAGES).map(written).join('\n');
  const pages = globSync('docs/{operate,start}/*.md', { cwd: ROOT }).filter((path) => !(path in PAGES));
  for (const path of pages) {
    for (const name of all(written(path), /`([A-Z]+(?:_[A-Z]+)+|insert_[a-z_]+|max_[a-z_]+)`/g)) {
      if (!name.startsWith('BASALT_')) expect(known, `${path}: ${name}`).toContain(`\`${name}\``);
    }
  }
});
