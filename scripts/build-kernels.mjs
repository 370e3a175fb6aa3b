/**
 * Compiles engine/kernel/as/*.ts (AssemblyScript) into engine/kernel/kernels.wasm.
 *
 * The module imports one shared memory and must bring no data segments: every worker instantiates it over the
 * same memory, and a data segment would overwrite the arena again each time. The build fails if it has any.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = 'engine/kernel/kernels.wasm';

const { error, stderr } = await asc.main([
  'engine/kernel/as/index.ts',
  '--baseDir',
  root,
  '--outFile',
  out,
  '--runtime',
  'stub',
  '--use',
  'abort=',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '65536',
  '--maximumMemory',
  '65536',
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--enable',
  'bulk-memory',
  '-O3',
  '--converge',
  '--noAssert',
]);
if (error) {
  console.error(stderr.toString());
  throw error;
}

const DATA_SECTION = 11;
const START_SECTION = 8;
const bytes = readFileSync(root + out);
for (let at = 8; at < bytes.length; ) {
  const id = bytes[at++];
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const b = bytes[at++];
    size |= (b & 0x7f) << shift;
    if (b < 0x80) break;
  }
  if ((id === DATA_SECTION && bytes[at] !== 0) || id === START_SECTION) {
    throw new Error(`kernels.wasm has section ${id}: no statics, strings or allocation in kernels`);
  }
  at += size;
}
