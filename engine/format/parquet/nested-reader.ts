/**
 * Decodes a column of lists, maps and structs: the entries of its leaves are put together row by row (shape.ts) as values that JSON
 * would bring, which go through the converter of the text formats. So a value means the same in every format, and what a
 * damaged file says of its levels ends in an error or in other values, never outside of the chunk.
 */

import { BasaltError } from '../../base/error.ts';
import type { Region } from '../../memory/region.ts';
import { laneOf } from '../../type/type.ts';
import { zeroOf } from '../../type/zero.ts';
import { BLOCK_ROWS, type Chunk } from '../../vector/vector.ts';
import { type Converter, converterOf, Misfit } from '../exact.ts';
import { MapEntries, type Raw } from '../raw.ts';
import type { ColumnBlocks, ParquetContext } from './context.ts';
import { misfitValue, type Place } from './damage.ts';
import type { ColumnJob } from './job.ts';
import { LeafCursor } from './leaf-cursor.ts';
import type { Shape } from './shape.ts';
import { StringBlock } from './string-block.ts';

const encoder = new TextEncoder();

export class NestedReader implements ColumnBlocks {
  readonly #context: ParquetContext;
  readonly #job: ColumnJob;
  readonly #place: Place;
  readonly #convert: Converter;
  readonly #cursors: readonly LeafCursor[];
  readonly #strings: StringBlock;
  readonly #texts: Region;
  /** Of the row that is read next. */
  #row = 0;

  constructor(context: ParquetContext, job: ColumnJob) {
    const { column, chunks, rowGroup, rows } = job;
    if (laneOf(column.type) !== 'str') {
      throw new BasaltError(
        'INCORRECT_DATA',
        `Column ${column.name} is nested in the Parquet file, and of type ${column.type.id} in the table`,
        { hint: 'Arrays, maps, tuples, JSON and strings take nested values' },
      );
    }
    this.#context = context;
    this.#job = job;
    this.#place = { column: column.name, rowGroup };
    this.#convert = converterOf(column, false);
    this.#cursors = chunks.map((chunk) => new LeafCursor(context, chunk, this.#place));
    this.#strings = new StringBlock(context, context.memory.blocks, column, rows);
    this.#texts = context.memory.takePage();
  }

  all(): readonly Chunk[] {
    const { rows } = this.#job;
    const chunks: Chunk[] = [];
    for (let from = 0; from < rows; from += BLOCK_ROWS)
      chunks.push(this.block(from, Math.min(BLOCK_ROWS, rows - from)));
    return chunks;
  }

  block(from: number, rows: number): Chunk {
    this.#seek(from);
    const mark = this.#texts.mark();
    const { u8 } = this.#context.arena;
    const refs = this.#texts.alloc(rows * 8 + 8);
    const valid = this.#texts.alloc(rows + 16);
    let present = 0;
    for (let i = 0; i < rows; i++) {
      const text = this.#text();
      u8[valid + i] = text === null ? 0 : 1;
      if (text !== null) this.#put(refs + present++ * 8, text);
    }
    this.#strings.placeRefs(refs, 0, valid, rows);
    const chunk = this.#strings.finish();
    this.#texts.reset(mark);
    return chunk;
  }

  #seek(row: number): void {
    if (row < this.#row) {
      for (const cursor of this.#cursors) cursor.restart();
      this.#row = 0;
    }
    for (const cursor of this.#cursors) for (let at = this.#row; at < row; at++) cursor.skipRow();
    this.#row = row;
  }

  /** The next row's value in the form that the column has. */
  #text(): string | null {
    const { column, shape } = this.#job;
    const value = this.#convert(this.#read(shape));
    this.#row++;
    if (value instanceof Misfit)
      throw misfitValue(this.#place, this.#row, value.reason.replace(`Column ${column.name}: `, ''));
    for (const cursor of this.#cursors)
      if (cursor.repetition > 0) throw cursor.damaged('the lists of its leaves differ in length');
    if (value === null && !column.type.nullable) return (column.fill ?? zeroOf(column.type)) as string;
    return value as string | null;
  }

  #put(ref: number, text: string): void {
    const { u8, u32 } = this.#context.arena;
    const bytes = encoder.encode(text);
    const at = this.#texts.alloc(bytes.length + 16);
    u8.set(bytes, at);
    u32[ref >>> 2] = at;
    u32[(ref >>> 2) + 1] = bytes.length;
  }

  #read(shape: Shape): Raw {
    const first = this.#cursors[shape.leaf];
    if (shape.kind === 'leaf') return first.take();
    if (first.definition < shape.present) return this.#skip(shape, null);
    switch (shape.kind) {
      case 'struct':
        return Object.fromEntries(
          shape.fields.map(({ name, shape: field }) => [name, this.#read(field)] as const),
        );
      case 'list': {
        if (first.definition < shape.filled) return this.#skip(shape, []);
        const items: Raw[] = [];
        do items.push(this.#read(shape.element));
        while (first.repetition === shape.repeat);
        return items;
      }
      case 'map': {
        if (first.definition < shape.filled) return this.#skip(shape, new MapEntries([]));
        const entries: [Raw, Raw][] = [];
        do entries.push([this.#read(shape.key), this.#read(shape.value)]);
        while (first.repetition === shape.repeat);
        return new MapEntries(entries);
      }
    }
  }

  /** What is not there has one entry in each leaf all the same. */
  #skip(shape: Shape, value: Raw): Raw {
    switch (shape.kind) {
      case 'leaf':
        this.#cursors[shape.leaf].skip();
        break;
      case 'list':
        this.#skip(shape.element, null);
        break;
      case 'map':
        this.#skip(shape.key, null);
        this.#skip(shape.value, null);
        break;
      case 'struct':
        for (const { shape: field } of shape.fields) this.#skip(field, null);
    }
    return value;
  }
}
