/** What `npm run bench -- NAME` runs. Suites of queries share one runner (`queries.ts`); others bring their own. */

import { join } from 'node:path';
import type { Defaults, Options } from '../options.ts';

export type Runner = {
  readonly name: string;
  readonly what: string;
  /** What must be there before it starts: the peers' packages, Basalt as it is shipped. */
  readonly needs: readonly ('peers' | 'package')[];
  readonly defaults: Defaults;
  /** @returns false when an answer was wrong */
  readonly run: (options: Options) => Promise<boolean>;
};

/** Generated files and the engines' folders; not in the repository. */
export const OUT = join(import.meta.dirname, '../out');
