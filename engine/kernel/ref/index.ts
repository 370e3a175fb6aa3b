/** The TypeScript twins of all kernels, one file per family; together they are the type `Kernels`. */

import type { Arena } from '../../memory/arena.ts';
import { csvKernels } from './csv.ts';
import { jsonKernels } from './json.ts';
import { numberKernels } from './number.ts';
import { scanKernels } from './scan.ts';
import { selectKernels } from './select.ts';

export const referenceKernels = (arena: Arena) => ({
  ...selectKernels(arena),
  ...csvKernels(arena),
  ...jsonKernels(arena),
  ...numberKernels(arena),
  ...scanKernels(arena),
});
