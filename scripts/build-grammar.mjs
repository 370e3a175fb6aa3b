/**
 * Generates the SQL parser: sql/grammar/Sql.g4 -> sql/grammar/generated/Sql.js and Sql.d.ts.
 *
 * antlr-ng writes TypeScript that Node cannot strip (it is not erasable), so tsc turns it into plain JavaScript
 * plus exact declarations: the rest of the code imports `generated/Sql.js` fully typed. esbuild then halves the
 * file, because reading it is part of the library's start-up. Takes about two seconds; needs no Java.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const grammar = 'sql/grammar';
const out = `${grammar}/generated`;

const run = (script, args) => {
  try {
    return execFileSync(process.execPath, [`node_modules/${script}`, ...args], {
      cwd: root,
      encoding: 'utf8',
    });
  } catch (error) {
    process.stderr.write(`${error.stdout ?? ''}${error.stderr ?? ''}`);
    throw error;
  }
};

mkdirSync(root + out, { recursive: true });
const report = run('antlr-ng/dist/cli/runner.js', [
  '-Dlanguage=TypeScript',
  ...['--generate-listener', 'false'],
  ...['--generate-visitor', 'false'],
  '--exact-output-dir',
  ...['-o', out],
  ...['--lib', grammar],
  `${grammar}/Sql.g4`,
]);
// antlr-ng reports grammar mistakes on its output and still succeeds.
if (/error\(|warning\(/.test(report)) throw new Error(report);

run('typescript/bin/tsc', [
  ...['--target', 'es2024'],
  ...['--module', 'nodenext'],
  ...['--moduleResolution', 'nodenext'],
  '--declaration',
  '--skipLibCheck',
  '--noCheck',
  '--ignoreConfig',
  `${out}/Sql.ts`,
]);

const parser = `${root}${out}/Sql.js`;
const { code } = transformSync(readFileSync(parser, 'utf8'), {
  format: 'esm',
  minifyWhitespace: true,
  minifySyntax: true,
});
writeFileSync(parser, code);
// With Sql.ts beside it, `Sql.js` would resolve to the source that cannot be stripped.
for (const left of ['Sql.ts', 'Sql.interp', 'Sql.tokens']) rmSync(`${root}${out}/${left}`, { force: true });
