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
  /** It is merged before anybody sees it, and goes: neither compressed nor synced, and without indexes. */
  readonly isRun?: true;
};

/** Structured-cloneable. */
export type BuiltSegment = {
  readonly target: SegmentTarget;
  readonly meta: SegmentMeta;
  /** Set when the target had no path. */
  readonly contents: SharedArrayBuffer | null;
};

/** Where the target's bytes go, and what comes back once they are written. `fs` is used for targets with a path. */
export function openTarget(
  fs: FileSystem,
  target: SegmentTarget,
): { readonly output: SegmentOutput; readonly built: (meta: SegmentMeta) => BuiltSegment } {
  if (target.path !== null) {
    const output = new FileOutput(fs, target.path, target.isRun !== true);
    return { output, built: (meta) => ({ target, meta, contents: null }) };
  }
  const output = new SharedOutput();
  return { output, built: (meta) => ({ target, meta, contents: output.buffer }) };
}

/** Runs a writer against its target. */
export function writeTarget(
  fs: FileSystem,
  target: SegmentTarget,
  write: (output: SegmentOutput) => SegmentMeta,
): BuiltSegment {
  const { output, built } = openTarget(fs, target);
  return built(write(output));
}
