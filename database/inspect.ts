/** A look at one file of a data folder, whoever has the folder open: nothing is locked and nothing is written. */

import { resolve } from 'node:path';
import { inspectSegment, RealFileSystem } from '../storage/index.ts';
import { codecContext } from './codec.ts';
import { sharedRuntime } from './runtime.ts';
import type { SegmentInspection } from './types.ts';

/**
 * What is in a segment file: columns, encodings, sizes in bytes, statistics, indexes, and whether its bytes are whole.
 *
 * @throws BasaltError CANNOT_READ, CORRUPTED_DATA when header, footer or trailer are damaged, UNSUPPORTED_VERSION
 */
export function inspectFile(path: string): SegmentInspection {
  const { engine } = sharedRuntime({ kernels: 'compiled', threads: undefined, memoryLimitBytes: undefined });
  return inspectSegment(codecContext(engine), new RealFileSystem(), resolve(path));
}
