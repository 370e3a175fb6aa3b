/**
 * The indexes of a segment, from its columns as they were written: a page at a time, past every cache.
 *
 * Every block is read once for all indexes; a text page, and the expressions over it, are in memory only while the page is
 * gone through.
 */

import { TermEvaluator } from '../../engine/exec/expression/terms.ts';
import { FramePins, type Frames } from '../../engine/memory/frame-cache.ts';
import { granulePages, type SkipIndex } from '../../engine/plan/skip-index.ts';
import type { Zone } from '../../engine/plan/source.ts';
import { laneOf } from '../../engine/type/type.ts';
import { type Chunk, slice, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';
import type { BlockEntry } from '../codec/block.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import type { TextEntry } from '../codec/text-page.ts';
import type { SegmentReader } from '../segment/reader.ts';
import { type FilterEntry, granuleCount, type IndexFooter, slotsOf, type TermFooter } from './entry.ts';
import { type AnyGranuleBuilder, granuleBuilder } from './granule.ts';
import type { Piece } from './words.ts';

/** Where bytes lie that were appended to the segment. */
export type Placed = { readonly offset: number; readonly checksum: bigint };

type Known = Zone | FilterEntry | BlockEntry | TextEntry;
/** A term of an index on its way. */
type Term = {
  readonly builder: AnyGranuleBuilder;
  readonly pages: number;
  readonly granules: (Known | null)[];
};

/**
 * Yields after each page.
 * @param reader reads the columns that the segment has so far.
 * @param store appends bytes to the segment.
 * @param slot the first frame slot that is free.
 * @returns by the index's id.
 */
export function* buildIndexes(
  context: CodecContext,
  frames: Frames,
  indexes: readonly SkipIndex[],
  reader: SegmentReader,
  store: (bytes: Uint8Array) => Placed,
  slot: number,
): Generator<void, ReadonlyMap<number, IndexFooter>> {
  const { arena, kernels, scratch } = context;
  const exprs = indexes.flatMap(({ terms }) => terms);
  const evaluator = new TermEvaluator({ arena, kernels, frames, owner: scratch.owner }, exprs);
  const terms: Term[] = [];
  const pins = new FramePins(frames);
  try {
    for (const index of indexes)
      for (const { type } of index.terms) {
        const builder = granuleBuilder(context, index.kind, laneOf(type));
        terms.push({ builder, pages: granulePages(index), granules: [] });
      }
    let page = 0;
    for (let block = 0; block < reader.blockCount; block++) {
      const blockRows = reader.blockRows(block);
      const whole = new Map<number, Chunk>();
      for (let from = 0; from < blockRows; from += VECTOR_ROWS) {
        const rows = Math.min(VECTOR_ROWS, blockRows - from);
        const pagePins = new FramePins(frames);
        try {
          const column = (id: number): Vector => pageOf(reader, block, from, rows, id, whole, pins, pagePins);
          evaluator.evaluate(rows, column, (i, values) => terms[i].builder.add(values));
        } finally {
          pagePins.release();
        }
        page++;
        const isLast = block === reader.blockCount - 1 && from + rows === blockRows;
        for (const term of terms)
          if (isLast || page % term.pages === 0) term.granules.push(finished(context, term.builder, store));
        yield;
      }
      pins.release();
    }
  } finally {
    pins.release();
    evaluator.close();
    for (const { builder } of terms) builder.free();
  }
  const footers = new Map<number, IndexFooter>();
  let first = 0;
  for (const index of indexes) {
    const own = terms.slice(first, first + index.terms.length);
    first += own.length;
    const pages = granulePages(index);
    const footer: IndexFooter = {
      form: own[0].builder.form,
      pages,
      slot,
      granules: granuleCount(reader.rows, pages),
      terms: own.map(termFooter),
    };
    slot += slotsOf(footer);
    footers.set(index.id, footer);
  }
  return footers;
}

function pageOf(
  reader: SegmentReader,
  block: number,
  from: number,
  rows: number,
  id: number,
  whole: Map<number, Chunk>,
  pins: FramePins,
  pagePins: FramePins,
): Vector {
  if (reader.columnFooter(id)?.kind === 'text')
    return reader.textPage(block, from / VECTOR_ROWS, id, pagePins);
  let chunk = whole.get(id);
  if (chunk === undefined) {
    chunk = reader.chunk(block, id, pins);
    whole.set(id, chunk);
  }
  return slice(chunk, from, rows);
}

function finished(
  context: CodecContext,
  builder: AnyGranuleBuilder,
  store: (bytes: Uint8Array) => Placed,
): Known | null {
  return withScratch(context, () => {
    if (builder.form === 'bounds') return builder.finish();
    const found: Piece<FilterEntry> | Piece<BlockEntry> | Piece<TextEntry> | null = builder.finish();
    return found === null ? null : { ...found.entry, ...store(found.stored) };
  });
}

/** What a builder of a form gave is of that form. */
const termFooter = ({ builder, granules }: Term): TermFooter =>
  builder.form === 'values'
    ? ({ form: 'values', kind: builder.kind, granules } as TermFooter)
    : ({ form: builder.form, granules } as TermFooter);
