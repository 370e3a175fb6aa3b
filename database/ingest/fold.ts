/** What a metric's column keeps while rows are rolled up: one value a group, numbered in the order in which groups came. */

import type { Region } from '../../engine/memory/region.ts';
import type { Chunk } from '../../engine/vector/vector.ts';
import type { Numeric } from './chunk-read.ts';

export type FoldRows = {
  readonly rows: number;
  /** Address of the group (u32) of each row. */
  readonly gids: number;
  readonly source: Chunk;
  /** It holds what a fold made before, rather than what was read. */
  readonly isFolded: boolean;
  /** Time of a row, where values are taken at a time. */
  readonly order: ((row: number) => Numeric) | null;
  /** Takes note of a row whose value cannot be read. */
  readonly misfit: (row: number) => void;
};

export interface Fold {
  /** There are `groups` groups from now on. */
  grow(groups: number): void;
  add(rows: FoldRows): void;
  /** Values of some groups. */
  chunk(region: Region, groups: ArrayLike<number>): Chunk;
}
