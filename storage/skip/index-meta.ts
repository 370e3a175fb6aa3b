/** What the manifest keeps of a segment's indexes. */

import { frameBytes } from '../codec/block.ts';
import { ByteWriter } from '../codec/byte-io.ts';
import { textFrame } from '../codec/text-page.ts';
import type { IndexMeta } from '../segment/meta.ts';
import { filterBytes, type IndexFooter, indexBody, type TermFooter } from './entry.ts';

type Sizes = { readonly bytes: number; readonly plainBytes: number };

export const indexMetas = (indexes: ReadonlyMap<number, IndexFooter>): readonly IndexMeta[] =>
  Array.from(indexes, ([id, index]) => ({ id, ...sizesOf(index) }));

/** Bytes of the index in the file with those of its part of the footer, and of what it is in memory. */
function sizesOf(index: IndexFooter): Sizes {
  const body = new ByteWriter();
  indexBody(body, index);
  const stored = index.terms.flatMap(termSizes);
  const total = (size: (s: Sizes) => number): number => stored.reduce((sum, s) => sum + size(s), body.length);
  return { bytes: total((s) => s.bytes), plainBytes: total((s) => s.plainBytes) };
}

function termSizes(term: TermFooter): readonly Sizes[] {
  if (term.form === 'bounds') return [];
  if (term.form === 'filter')
    return term.granules.flatMap((entry) =>
      entry === null ? [] : { bytes: entry.storedBytes, plainBytes: filterBytes(entry) },
    );
  if (term.kind === 'text')
    return term.granules.flatMap((entry) =>
      entry === null ? [] : { bytes: entry.storedBytes, plainBytes: textFrame(entry).size },
    );
  const { kind } = term;
  return term.granules.flatMap((entry) =>
    entry === null ? [] : { bytes: entry.storedBytes, plainBytes: frameBytes(kind, entry) },
  );
}
