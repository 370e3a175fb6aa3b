import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * The arrows of the house: which folder may import which. Imports flow down; `sql` and `storage` never see each
 * other; below `database/` only the places listed here touch Node's own modules.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const MAY_IMPORT: Record<string, readonly string[]> = {
  engine: [],
  sql: ['engine'],
  storage: ['engine'],
  database: ['sql', 'storage', 'engine'],
  datasets: ['engine'],
  server: ['database', 'datasets', 'engine'],
};
/** The only files of the NODE_FREE folders that may import Node's own modules. */
const NODE_ALLOWED = [
  /^storage\/fs\//,
  /^engine\/exec\/worker\//,
  /^engine\/kernel\/asset\.ts$/,
  /^engine\/function\/regex\/re2\.ts$/,
  /^engine\/function\/(cipher|digest)\.ts$/,
];
const NODE_FREE = ['engine', 'sql', 'storage'];

type Import = { readonly file: string; readonly target: string };

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.name.endsWith('.ts') && !e.name.endsWith('.d.ts'))
    .map((e) => relative(ROOT, join(e.parentPath, e.name)))
    .filter((f) => !f.startsWith('engine/kernel/as/') && !f.includes('/generated/'));
}

const importsOf = (file: string): Import[] =>
  [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g,
    ),
  ].map((m) => ({
    file,
    target: m[1] ?? m[2],
  }));

const folders = Object.keys(MAY_IMPORT);
const imports = folders.flatMap(sourceFiles).flatMap(importsOf);

describe('the house', () => {
  it('has imports to look at', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it.each(folders)('%s imports only what lies below it', (folder) => {
    const wrong = imports
      .filter((i) => i.file.startsWith(`${folder}/`) && i.target.startsWith('.'))
      .map((i) => ({
        ...i,
        top: relative(ROOT, resolve(dirname(join(ROOT, i.file)), i.target)).split('/')[0],
      }))
      .filter((i) => i.top !== folder && !MAY_IMPORT[folder].includes(i.top));
    expect(wrong).toEqual([]);
  });

  it('touches Node only in storage/fs, the worker pool, the loaders of assets and of re2js, digests and ciphers', () => {
    const wrong = imports.filter(
      (i) =>
        i.target.startsWith('node:') &&
        NODE_FREE.some((f) => i.file.startsWith(`${f}/`)) &&
        !NODE_ALLOWED.some((allowed) => allowed.test(i.file)),
    );
    expect(wrong).toEqual([]);
  });

  it('throws no bare Error at users', () => {
    const wrong = folders
      .flatMap(sourceFiles)
      .filter((file) =>
        /throw new (Error|TypeError|RangeError)\(/.test(readFileSync(join(ROOT, file), 'utf8')),
      );
    expect(wrong).toEqual([]);
  });
});
