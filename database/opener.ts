/** How parts that storage makes are opened on any thread of the executor. */

import type { PartOpener } from '../engine/exec/context.ts';
import { MEMORY_KIND, openPart, SEGMENT_KIND } from '../storage/index.ts';
import { codecContext } from './codec.ts';

const opener =
  (kind: string): PartOpener =>
  (descriptor, engine) =>
    openPart(codecContext(engine), engine.frames, { kind, descriptor });

export const partOpeners: ReadonlyMap<string, PartOpener> = new Map(
  [SEGMENT_KIND, MEMORY_KIND].map((kind) => [kind, opener(kind)]),
);
