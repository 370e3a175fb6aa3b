/** The TypeScript twins of all kernels, one file per family; together they are the type `Kernels`. */

import type { Arena } from '../../memory/arena.ts';
import { selectKernels } from './select.ts';

export const referenceKernels = (arena: Arena) => ({
  ...selectKernels(arena),
});
