/** Worker entry of executor tests and benches: knows only hand-made memory tables. */

import { runWorker } from '../../engine/exec/worker/host.ts';
import { MEMORY_KIND, openMemoryBlocks } from './memory-table.ts';

runWorker({ openers: new Map([[MEMORY_KIND, openMemoryBlocks]]), calls: new Map() });
