/**
 * Paths with wildcards into files: `*`, `?`, `[abc]`, `{a,b}` within a name, `**` for folders of any depth.
 *
 * Only what lies below the allowed folders is found, after links are resolved (DESIGN.md D15). A relative path begins at the first
 * of them. Files come in the order of their paths, so that the same rows come in the same order.
 */

import { readdir } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { BasaltError } from '../../engine/base/error.ts';
import { allowedFolders, allowedPath, globPattern, type SourceRules } from '../ingest/index.ts';

export type ListedFile = {
  /** As found; for messages and `key=value` folders. */
  readonly path: string;
  /** With its links resolved: what is opened, without following any. */
  readonly realPath: string;
};

const MAX_FILES = 100_000;
const MAX_DEPTH = 64;
const WILDCARD = /[*?[{]/;

/** @throws BasaltError FILE_DOESNT_EXIST, PATH_ACCESS_DENIED, LIMIT_EXCEEDED, BAD_ARGUMENTS */
export async function listFiles(paths: readonly string[], rules: SourceRules): Promise<ListedFile[]> {
  const roots = await allowedFolders(rules);
  const found = new Map<string, ListedFile>();
  for (const written of paths) {
    const path = isAbsolute(written) ? written : join(rules.folders[0], written);
    const matches = WILDCARD.test(path) ? await matching(path, roots) : [path];
    if (matches.length === 0) throw missing(`No file matches ${written}`);
    for (const match of matches) {
      if (found.size >= MAX_FILES)
        throw new BasaltError('LIMIT_EXCEEDED', `More than ${MAX_FILES} files match ${paths.join(', ')}`);
      found.set(match, { path: match, realPath: await realPathOf(match, roots) });
    }
  }
  return [...found.values()];
}

const missing = (message: string): BasaltError =>
  new BasaltError('FILE_DOESNT_EXIST', message, {
    hint: 'Relative paths begin at the first folder that may be read',
  });

async function realPathOf(path: string, roots: readonly string[]): Promise<string> {
  try {
    return await allowedPath(path, roots);
  } catch (error) {
    if (error instanceof BasaltError && error.errorName === 'CANNOT_READ')
      throw missing(`There is no file ${path}`);
    throw error;
  }
}

async function matching(pattern: string, roots: readonly string[]): Promise<string[]> {
  const names = pattern.split(sep);
  const fixed = names.findIndex((name) => WILDCARD.test(name));
  const base = names.slice(0, fixed).join(sep) || sep;
  await realPathOf(base, roots);
  const found: string[] = [];
  await walk(base, names.slice(fixed), 0, found);
  return found.sort();
}

/** What lies in `folder` and has the names, one for each level. */
async function walk(
  folder: string,
  [name, ...rest]: readonly string[],
  depth: number,
  found: string[],
): Promise<void> {
  if (depth > MAX_DEPTH) return;
  const isAnyDepth = name === '**';
  if (isAnyDepth && rest.length > 0) await walk(folder, rest, depth, found);
  const pattern = isAnyDepth ? null : globPattern(name);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (pattern?.test(entry.name) === false || (pattern === null && entry.name.startsWith('.'))) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (isAnyDepth) await walk(path, [name, ...rest], depth + 1, found);
      else if (rest.length > 0) await walk(path, rest, depth + 1, found);
    } else if ((entry.isFile() || entry.isSymbolicLink()) && rest.length === 0) {
      found.push(path);
    }
    if (found.length > MAX_FILES)
      throw new BasaltError('LIMIT_EXCEEDED', `More than ${MAX_FILES} files match the path`);
  }
}
