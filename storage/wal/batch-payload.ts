/**
 * Batches as one run of bytes: the payload of a WAL record, and at the same time the memory of the memtable.
 *
 *   payload := headBytes:u32 head padding-to-16 section*
 *   head    := tableId:uint token:(0 | 1 text) batches:uint batch*
 *   batch   := rows:uint columns:uint column*
 *   column  := id:uint lane:u8 shape
 *   shape   := 0 value:value                                             -- const
 *            | 1 width:u8 base:int data:section valid                    -- int
 *            | 2 width:u8 data:section valid                             -- float
 *            | 3 data:section valid                                      -- bool
 *            | 4 width:u8 sorted:u8 count:uint data offsets:section bytes:section   -- dict
 *            | 5 pages:uint (rows:uint offsets:section bytes:section valid){pages}  -- text
 *   valid   := 0 | 1 section
 *   section := offset:uint size:uint                -- from the end of the head, a multiple of 16
 *
 * Sections are the working format byte for byte (engine/vector/vector.ts), so a payload that lies in the arena
 * at a multiple of 16 is a batch without being decoded. Integers are narrowed on the way in.
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { assert, BasaltError } from '../../engine/base/error.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import type { Lane } from '../../engine/type/type.ts';
import {
  boolVector,
  type Chunk,
  chunk,
  constVector,
  dictVector,
  floatVector,
  intVector,
  pagedChunk,
  textVector,
  type Vector,
} from '../../engine/vector/vector.ts';
import { align16 } from '../codec/block.ts';
import { ByteReader, ByteWriter } from '../codec/byte-io.ts';
import { type CodecContext, SLACK_BYTES } from '../codec/context.ts';
import type { Batch } from '../table/batch.ts';

const LANES: readonly Lane[] = ['i64', 'f64', 'bool', 'str'];
const SHAPE = { const: 0, int: 1, float: 2, bool: 3, dict: 4, text: 5 } as const;

export type BatchPayload = {
  readonly tableId: number;
  readonly token: string | null;
  readonly batches: readonly Batch[];
};

/** An encoded payload that still has to be copied to its place. Holds scratch memory until then. */
export class PayloadEncoder {
  readonly #context: CodecContext;
  readonly #head = new ByteWriter();
  readonly #sections: { readonly address: number; readonly size: number }[] = [];
  #sectionBytes = 0;

  constructor(context: CodecContext, { tableId, token, batches }: BatchPayload) {
    this.#context = context;
    this.#head.uint(tableId);
    if (token === null) this.#head.u8(0);
    else this.#head.u8(1).text(token);
    this.#head.uint(batches.length);
    for (const { rows, columns } of batches) {
      this.#head.uint(rows).uint(columns.size);
      for (const [id, column] of columns) {
        this.#head.uint(id);
        this.#chunk(column);
      }
    }
  }

  get bytes(): number {
    return align16(4 + this.#head.length) + this.#sectionBytes;
  }

  /** Copies the payload to an address that is a multiple of 16. */
  copyTo(address: number): void {
    const { arena } = this.#context;
    assert(address % 16 === 0, 'payload alignment');
    arena.u32[address >>> 2] = this.#head.length;
    arena.u8.set(this.#head.bytes, address + 4);
    let at = address + align16(4 + this.#head.length);
    arena.u8.fill(0, address + 4 + this.#head.length, at);
    for (const section of this.#sections) {
      arena.u8.copyWithin(at, section.address, section.address + section.size);
      arena.u8.fill(0, at + section.size, at + align16(section.size));
      at += align16(section.size);
    }
  }

  #section(address: number, size: number): void {
    this.#head.uint(this.#sectionBytes).uint(size);
    this.#sections.push({ address, size });
    this.#sectionBytes += align16(size);
  }

  #valid(address: number, rows: number): void {
    this.#head.u8(address === 0 ? 0 : 1);
    if (address !== 0) this.#section(address, rows);
  }

  #chunk({ whole, pages }: Chunk): void {
    const lane = whole?.lane ?? 'str';
    this.#head.u8(LANES.indexOf(lane));
    if (whole !== null) {
      this.#vector(whole);
      return;
    }
    assert(pages !== null, 'a chunk is whole or has pages');
    this.#head.u8(SHAPE.text).uint(pages.length);
    for (const page of pages) this.#page(page);
  }

  #vector(v: Vector): void {
    switch (v.kind) {
      case 'const':
        this.#head.u8(SHAPE.const).value(v.value);
        return;
      case 'int':
        this.#int(v);
        return;
      case 'float':
        this.#head.u8(SHAPE.float).u8(v.width);
        this.#section(v.data, v.rows * v.width);
        this.#valid(v.valid, v.rows);
        return;
      case 'bool':
        this.#head.u8(SHAPE.bool);
        this.#section(v.data, v.rows);
        this.#valid(v.valid, v.rows);
        return;
      case 'dict':
        this.#dict(v);
        return;
      case 'text':
      case 'ref':
        this.#head.u8(SHAPE.text).uint(1);
        this.#page(v);
    }
  }

  #int(v: Vector): void {
    const { arena, kernels, scratch } = this.#context;
    let { data, width, base } = v;
    if (width === 8) {
      if (v.valid !== 0) {
        data = scratch.alloc(v.rows * 8);
        arena.u8.copyWithin(data, v.data, v.data + v.rows * 8);
        kernels.fill_null_u64(data, v.valid, v.rows);
      }
      const range = scratch.alloc(16);
      kernels.stat_range_i64(data, v.rows, range);
      const low = arena.i64[range >>> 3];
      const span = arena.i64[(range >>> 3) + 1] - low;
      if (span < 1n << 32n) {
        const narrow = scratch.alloc(v.rows * 4 + SLACK_BYTES);
        if (span < 256n) kernels.narrow_i64_u8(data, v.rows, low, narrow);
        else if (span < 65536n) kernels.narrow_i64_u16(data, v.rows, low, narrow);
        else kernels.narrow_i64_u32(data, v.rows, low, narrow);
        width = span < 256n ? 1 : span < 65536n ? 2 : 4;
        base = low;
        data = narrow;
      }
    }
    this.#head.u8(SHAPE.int).u8(width).int(base);
    this.#section(data, v.rows * width);
    this.#valid(v.valid, v.rows);
  }

  #dict(v: Vector): void {
    const { arena } = this.#context;
    assert(v.dictionary !== null, 'a dict vector without a dictionary');
    const { count, offsets, bytes, sorted } = v.dictionary;
    this.#head
      .u8(SHAPE.dict)
      .u8(v.width)
      .u8(sorted ? 1 : 0)
      .uint(count);
    this.#section(v.data, v.rows * v.width);
    this.#section(offsets, (count + 1) * 4);
    // Offsets start at 0 (see Dictionary), so the last one is the size.
    this.#section(bytes, arena.u32[(offsets >>> 2) + count]);
  }

  /** A text page, or references made into one. */
  #page(v: Vector): void {
    const { arena, kernels, scratch } = this.#context;
    this.#head.uint(v.rows);
    const offsets = scratch.alloc((v.rows + 1) * 4);
    if (v.kind === 'const') {
      // A page that is all NULL; any other value is repeated.
      const text = bytesOfText(v.value === null ? '' : String(v.value));
      const bytes = scratch.alloc(text.length * v.rows + 1);
      for (let i = 0; i < v.rows; i++) arena.u8.set(text, bytes + i * text.length);
      for (let i = 0; i <= v.rows; i++) arena.u32[(offsets >>> 2) + i] = i * text.length;
      this.#section(offsets, (v.rows + 1) * 4);
      this.#section(bytes, text.length * v.rows);
      this.#valid(v.value === null ? scratch.allocZero(v.rows) : 0, v.rows);
      return;
    }
    let refs = v.data;
    if (v.kind === 'text') {
      const first = arena.u32[v.data >>> 2];
      if (first === 0) {
        this.#section(v.data, (v.rows + 1) * 4);
        this.#section(v.bytes, arena.u32[(v.data >>> 2) + v.rows]);
        this.#valid(v.valid, v.rows);
        return;
      }
      refs = scratch.alloc(v.rows * 8);
      kernels.refs_of_offsets(v.data, v.bytes, v.rows, refs);
    }
    const bytes = scratch.alloc((kernels.refs_bytes(refs, v.rows) >>> 0) + SLACK_BYTES);
    kernels.refs_to_text(refs, v.rows, offsets, bytes);
    this.#section(offsets, (v.rows + 1) * 4);
    this.#section(bytes, arena.u32[(offsets >>> 2) + v.rows]);
    this.#valid(v.valid, v.rows);
  }
}

/** The batches of a payload that lies in the arena, without copying them. Its checksum was compared. */
export function decodePayload(arena: Arena, address: number, bytes: number): BatchPayload {
  const headBytes = arena.u32[address >>> 2];
  const start = align16(4 + headBytes);
  if (start > bytes) throw new BasaltError('CORRUPTED_DATA', 'A batch in the write-ahead log ends too early');
  const head = new ByteReader(
    arena.u8.slice(address + 4, address + 4 + headBytes),
    'A batch in the write-ahead log',
  );
  return new PayloadDecoder(head, address + start, bytes - start).read();
}

class PayloadDecoder {
  readonly #head: ByteReader;
  readonly #start: number;
  readonly #size: number;

  constructor(head: ByteReader, start: number, size: number) {
    this.#head = head;
    this.#start = start;
    this.#size = size;
  }

  read(): BatchPayload {
    const tableId = this.#head.uint();
    const token = this.#head.u8() === 0 ? null : this.#head.text();
    const batches = Array.from({ length: this.#head.uint() }, () => {
      const rows = this.#head.uint();
      const columns = new Map<number, Chunk>();
      for (let left = this.#head.uint(); left > 0; left--) {
        columns.set(this.#head.uint(), this.#chunk(rows));
      }
      return { rows, columns };
    });
    this.#head.end();
    return { tableId, token, batches };
  }

  #section(): number {
    const offset = this.#head.uint();
    const size = this.#head.uint();
    if (offset + size > this.#size) {
      throw new BasaltError('CORRUPTED_DATA', 'A batch in the write-ahead log points outside its record');
    }
    return this.#start + offset;
  }

  #valid(): number {
    return this.#head.u8() === 0 ? 0 : this.#section();
  }

  #chunk(rows: number): Chunk {
    const head = this.#head;
    const lane = LANES[head.u8()];
    const shape = head.u8();
    switch (shape) {
      case SHAPE.const:
        return chunk(constVector(lane, rows, head.value()));
      case SHAPE.int: {
        const width = head.u8() as 1 | 2 | 4 | 8;
        const base = head.int();
        const data = this.#section();
        return chunk(intVector(rows, data, width, base, this.#valid()));
      }
      case SHAPE.float: {
        const width = head.u8() as 4 | 8;
        const data = this.#section();
        return chunk(floatVector(rows, data, width, this.#valid()));
      }
      case SHAPE.bool: {
        const data = this.#section();
        return chunk(boolVector(rows, data, this.#valid()));
      }
      case SHAPE.dict: {
        const width = head.u8() as 1 | 2 | 4;
        const sorted = head.u8() === 1;
        const count = head.uint();
        const data = this.#section();
        const offsets = this.#section();
        return chunk(dictVector(rows, data, width, { count, offsets, bytes: this.#section(), sorted }));
      }
      case SHAPE.text: {
        const pages = Array.from({ length: head.uint() }, () => {
          const pageRows = head.uint();
          const offsets = this.#section();
          const bytes = this.#section();
          return textVector(pageRows, offsets, bytes, this.#valid());
        });
        return pages.length === 1 && pages[0].rows === rows ? chunk(pages[0]) : pagedChunk(rows, pages);
      }
      default:
        throw new BasaltError('CORRUPTED_DATA', `A batch in the write-ahead log has unknown shape ${shape}`);
    }
  }
}
