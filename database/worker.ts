/** Entry of the product's worker threads. */

import { runWorker } from '../engine/exec/worker/host.ts';
import { partOpeners } from './opener.ts';
import { openSpill } from './temporary-folder.ts';
import { workerCalls } from './work.ts';

runWorker({ openers: partOpeners, calls: workerCalls, openSpill });
