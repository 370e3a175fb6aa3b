/** Entry of the self-contained executable: kernels and the worker's bundle come from inside of it. */

import { getAsset } from 'node:sea';
import { useEmbeddedWorker } from '../../database/runtime.ts';
import { useEmbeddedAssets } from '../../engine/kernel/asset.ts';
import { embedRe2 } from './executable-re2.ts';
import { main } from './main.ts';

useEmbeddedAssets((name) => new Uint8Array(getAsset(name)));
useEmbeddedWorker(() => getAsset('worker.cjs', 'utf8'));
embedRe2();

void main(process.argv.slice(2));
