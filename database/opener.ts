/** How parts that storage makes are opened on any thread of the executor. */

import type { PartOpener, TaskEngine } from '../engine/exec/context.ts';
import { FooterCache, MEMORY_KIND, openPart, SEGMENT_KIND } from '../storage/index.ts';
import { codecContext } from './codec.ts';
import { PARQUET_KIND, type ParquetDescriptor, ParquetPartReader } from './file/parquet-part.ts';

/** One per thread. */
const footers = new WeakMap<TaskEngine, FooterCache>();

function footersOf(engine: TaskEngine): FooterCache {
  let cache = footers.get(engine);
  if (cache === undefined) {
    cache = new FooterCache();
    footers.set(engine, cache);
  }
  return cache;
}

const opener =
  (kind: string): PartOpener =>
  (descriptor, engine) =>
    openPart(codecContext(engine), engine.frames, { kind, descriptor }, footersOf(engine));

export const partOpeners: ReadonlyMap<string, PartOpener> = new Map<string, PartOpener>([
  [SEGMENT_KIND, opener(SEGMENT_KIND)],
  [MEMORY_KIND, opener(MEMORY_KIND)],
  [
    PARQUET_KIND,
    (descriptor, engine, owner) => new ParquetPartReader(descriptor as ParquetDescriptor, engine, owner),
  ],
]);
