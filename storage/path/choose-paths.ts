/**
 * Which paths of a JSON column a segment keeps as columns, by a sample of its pages: those that enough rows have, each as the kind that leaves the
 * fewest pages to the documents.
 */

import { contentOf } from '../../engine/json/find.ts';
import type { Kind } from '../../engine/json/scanner.ts';
import { PATH_KINDS, type PathKind } from '../../engine/plan/path-read.ts';
import type { Documents } from './documents.ts';
import { PathNode, type PathSink, PathWalk } from './path-tree.ts';
import { FITS, SEEN, seenOf } from './value-kind.ts';

/** Paths looked at; of a column whose keys are data the rest is not. */
const MAX_NODES = 4096;
const MAX_DEPTH = 16;
/** A path that fewer of the rows have is not worth a column. */
const MIN_SHARE = 1 / 32;

export type ChosenPath = { readonly keys: readonly string[]; readonly kind: PathKind };

type Tally = {
  rows: number;
  /** Of the page under way. */
  seen: number;
  /** Pages that a kind could not say all of. */
  readonly unfit: Record<PathKind, number>;
};

const newTally = (): Tally => ({
  rows: 0,
  seen: 0,
  unfit: { int: 0, float: 0, double: 0, bool: 0, string: 0 },
});

const SCALARS = SEEN.wideInt | SEEN.int | SEEN.float | SEEN.wholeFloat | SEEN.bool | SEEN.string;

export class PathSample implements PathSink<Tally> {
  readonly #nodes: PathNode<Tally>[] = [];
  readonly #walk = new PathWalk<Tally>(new PathNode([], newTally()), this);
  #rows = 0;
  #pages = 0;

  add(bytes: Uint8Array, { rows, ends }: Documents): void {
    for (let i = 0; i < rows; i++)
      if (ends[2 * i + 1] > 0) this.#walk.walk(bytes, ends[2 * i], ends[2 * i + 1]);
    for (const { value } of this.#nodes) {
      for (const kind of PATH_KINDS) if ((value.seen & ~(FITS[kind] | SEEN.null)) !== 0) value.unfit[kind]++;
      value.seen = 0;
    }
    this.#rows += rows;
    this.#pages++;
  }

  found({ value }: PathNode<Tally>, bytes: Uint8Array, kind: Kind, from: number, to: number): void {
    const seen = seenOf(bytes, kind, from, to);
    value.seen |= seen;
    if ((seen & SCALARS) !== 0) value.rows++;
  }

  missing(
    node: PathNode<Tally>,
    bytes: Uint8Array,
    from: number,
    to: number,
    escaped: boolean,
  ): PathNode<Tally> | undefined {
    if (this.#nodes.length >= MAX_NODES || node.keys.length >= MAX_DEPTH) return undefined;
    const child = new PathNode([...node.keys, contentOf(bytes, from, to, escaped)], newTally());
    node.children.push(child);
    this.#nodes.push(child);
    return child;
  }

  /** At most so many, the most frequent ones; in the order in which they were met. */
  chosen(most: number): readonly ChosenPath[] {
    const worth = this.#nodes
      .filter(({ value }) => value.rows > 0 && value.rows >= this.#rows * MIN_SHARE)
      .flatMap((node) => {
        const kind = this.#kindOf(node.value);
        return kind === null ? [] : [{ node, kind }];
      });
    const kept = new Set([...worth].sort((a, b) => b.node.value.rows - a.node.value.rows).slice(0, most));
    return worth.filter((path) => kept.has(path)).map(({ node, kind }) => ({ keys: node.keys, kind }));
  }

  /** null: whatever it is taken for, most pages would have to ask the documents. */
  #kindOf({ unfit }: Tally): PathKind | null {
    let best: PathKind = 'int';
    for (const kind of PATH_KINDS) if (unfit[kind] < unfit[best]) best = kind;
    return unfit[best] * 2 > this.#pages ? null : best;
  }
}
