/**
 * Where a new segment is to be written, and what comes back: the contract between the coordinator, which hands
 * out ids and owns the manifest, and whoever writes (a worker of ingestion, a flush, a merge).
 */

import type { Value } from '../../engine/type/type.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { SegmentMeta } from './meta.ts';
import { FileOutput, type SegmentOutput, SharedOutput } from './output.ts';

/** Structured-cloneable. */
export type SegmentTarget = {
  readonly tableId: number;
  readonly segmentId: number;
  readonly partition: readonly Value[];
  /** null: into shared memory (a database without a folder). */
  readonly path: string | null;
};

/** Structured-cloneable. */
export type BuiltSegment = {
  readonly target: SegmentTarget;
  readonly meta: SegmentMeta;
  /** Set when the target had no path. */
  readonly contents: SharedArrayBuffer | null;
};

/** Runs a writer against its target. `fs` is used for targets with a path. */
export function writeTarget(
  fs: FileSystem,
  target: SegmentTarget,
  write: (output: SegmentOutput) => SegmentMeta,
): BuiltSegment {
  if (target.path !== null) {
    return { target, meta: write(new FileOutput(fs, target.path)), contents: null };
  }
  const output = new SharedOutput();
  const meta = write(output);
  return { target, meta, contents: output.buffer };
}
