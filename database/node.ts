/**
 * Says in one line that Node is too old, before anything fails in words of its own.
 *
 * npm only warns of `engines`. What newer Nodes have must therefore be reached without naming it in an import: a
 * missing name there is a SyntaxError before the first line of ours runs (storage/fs/node-compressors.ts).
 */

import { BasaltError } from '../engine/base/error.ts';

const OLDEST_NODE = 24;

/** @throws BasaltError NOT_IMPLEMENTED */
export function checkNode(version: string = process.versions.node): void {
  if (Number.parseInt(version, 10) >= OLDEST_NODE) return;
  throw new BasaltError(
    'NOT_IMPLEMENTED',
    `Basalt needs Node ${OLDEST_NODE} or newer, this is Node ${version}`,
  );
}
