/** The documents of one page of a column, as bytes of the arena. */

import type { Arena } from '../../engine/memory/arena.ts';
import { FramePins, type Frames } from '../../engine/memory/frame-cache.ts';
import { slice, VECTOR_ROWS, type Vector } from '../../engine/vector/vector.ts';
import type { CodecContext } from '../codec/context.ts';
import type { SegmentReader } from '../segment/reader.ts';

/** Where row i's document begins and ends; both 0 for NULL. */
export type Documents = { readonly rows: number; readonly ends: Uint32Array };

const encoder = new TextEncoder();

function rangesOf({ arena, scratch }: CodecContext, v: Vector): Documents {
  const ends = new Uint32Array(v.rows * 2);
  const { u8, u32 } = arena;
  if (v.kind === 'const') {
    if (v.value === null) return { rows: v.rows, ends };
    const bytes = encoder.encode(String(v.value));
    const at = scratch.alloc(bytes.length + 1);
    u8.set(bytes, at);
    for (let i = 0; i < v.rows; i++) {
      ends[2 * i] = at;
      ends[2 * i + 1] = at + bytes.length;
    }
    return { rows: v.rows, ends };
  }
  const offsets = (v.dictionary === null ? v.data : v.dictionary.offsets) >>> 2;
  const bytes = v.dictionary === null ? v.bytes : v.dictionary.bytes;
  const entryOf = v.dictionary === null ? (i: number): number => i : codeReader(arena, v);
  for (let i = 0; i < v.rows; i++) {
    const entry = entryOf(i);
    const isNull = v.dictionary === null ? v.valid !== 0 && u8[v.valid + i] === 0 : entry === 0;
    if (isNull) continue;
    ends[2 * i] = bytes + u32[offsets + entry];
    ends[2 * i + 1] = bytes + u32[offsets + entry + 1];
  }
  return { rows: v.rows, ends };
}

function codeReader({ u8, u16, u32 }: Arena, { width, data }: Vector): (i: number) => number {
  if (width === 1) return (i) => u8[data + i];
  return width === 2 ? (i) => u16[(data >>> 1) + i] : (i) => u32[(data >>> 2) + i];
}

/** Hands a page's documents to `use`; they are gone when it returns. */
export function withPage(
  context: CodecContext,
  frames: Frames,
  reader: SegmentReader,
  columnId: number,
  block: number,
  page: number,
  use: (documents: Documents) => void,
): void {
  const pins = new FramePins(frames);
  const { scratch } = context;
  const mark = scratch.mark();
  try {
    const from = page * VECTOR_ROWS;
    const rows = Math.min(VECTOR_ROWS, reader.blockRows(block) - from);
    const values =
      reader.columnFooter(columnId)?.kind === 'text'
        ? reader.textPage(block, page, columnId, pins)
        : slice(reader.chunk(block, columnId, pins), from, rows);
    use(rangesOf(context, values));
  } finally {
    scratch.reset(mark);
    pins.release();
  }
}
