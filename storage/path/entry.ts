/**
 * What a segment's footer says of the paths of its JSON columns, each of which is a column of the file.
 *
 *   document := id:uint bodyBytes:uint body                  -- id of the JSON column
 *   body     := paths:uint path*
 *   path     := path:text kind:u8 column:uint unfit:u8{blocks} nulls:u8{blocks}
 *               -- kind 0 int, 1 float, 2 double, 3 bool, 4 string; a bit for each page of a block
 */

import { BasaltError } from '../../engine/base/error.ts';
import { keysOf } from '../../engine/json/path.ts';
import { PATH_KINDS, type PathKind } from '../../engine/plan/path-read.ts';
import type { ByteReader, ByteWriter } from '../codec/byte-io.ts';

/** Ids of columns of a table are below. */
export const FIRST_PATH_COLUMN = 2 ** 32;

export type PathFooter = {
  /** As text (engine/json/path.ts). */
  readonly path: string;
  readonly kind: PathKind;
  /** The column's id in the file. */
  readonly columnId: number;
  /** By block, a bit for each page: a value is not stored; null is at the path. */
  readonly unfit: readonly number[];
  readonly nulls: readonly number[];
};

export function documentBody(out: ByteWriter, paths: readonly PathFooter[]): void {
  out.uint(paths.length);
  for (const { path, kind, columnId, unfit, nulls } of paths) {
    out.text(path).u8(PATH_KINDS.indexOf(kind)).uint(columnId);
    for (const pages of unfit) out.u8(pages);
    for (const pages of nulls) out.u8(pages);
  }
}

/** @param blocks of the segment */
export function readDocumentBody(from: ByteReader, blocks: number, what: string): PathFooter[] {
  const damaged = (why: string): BasaltError =>
    new BasaltError('CORRUPTED_DATA', `${what} is damaged: ${why}`);
  const paths: PathFooter[] = [];
  for (let left = from.uint(); left > 0; left--) {
    const path = from.text();
    const kind = PATH_KINDS[from.u8()];
    const columnId = from.uint();
    const unfit = [...from.raw(blocks)];
    const nulls = [...from.raw(blocks)];
    if (kind === undefined) throw damaged('the kind of a path is unknown');
    if (columnId < FIRST_PATH_COLUMN || !isPath(path)) throw damaged(`'${path}' is no path`);
    paths.push({ path, kind, columnId, unfit, nulls });
  }
  from.end();
  return paths;
}

function isPath(path: string): boolean {
  try {
    return keysOf(path) !== undefined;
  } catch {
    return false;
  }
}
