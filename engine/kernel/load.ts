/**
 * Loads the kernel module over an arena.
 *
 * A kernel is a plain exported function over addresses: no statics, no strings, no allocation, no locks, at
 * most about 1 ms of work per call; lengths are checked by its caller. Every kernel has a twin of the same name
 * in `ref/`, in TypeScript over the arena's typed arrays: the twins define the `Kernels` type, are what
 * `kernels: 'reference'` runs, and are compared with the compiled ones by property tests.
 */

import type { Arena } from '../memory/arena.ts';
import { asset } from './asset.ts';
import type { referenceKernels } from './ref/index.ts';

export type Kernels = ReturnType<typeof referenceKernels>;

let compiled: WebAssembly.Module | null = null;

/** The compiled module, so that a pool can hand it to its workers instead of compiling again. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(asset('kernels.wasm'));
  return compiled;
}

export function loadKernels(arena: Arena, module: WebAssembly.Module = kernelModule()): Kernels {
  const instance = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  return instance.exports as unknown as Kernels;
}
