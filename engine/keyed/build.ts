/**
 * Makes keyed rows of result batches, in memory that its caller pays for. What a key's second row does is the caller's choice: it is left
 * out, takes the place of the first, or stands beside it.
 */

import type { Arena } from '../memory/arena.ts';
import { Region } from '../memory/region.ts';
import type { Lane } from '../type/type.ts';
import type { ResultBatch, ResultColumn } from '../vector/batch.ts';
import { VECTOR_ROWS } from '../vector/vector.ts';
import { Cells, cellAt } from './cells.ts';
import {
  columnCell,
  type KeyedColumn,
  type KeyedRange,
  type KeyedRows,
  type KeyIndex,
  NO_ROW,
  slotOfKey,
  widthOf,
} from './keyed-rows.ts';
import { prefixBits } from './prefix.ts';

export type KeyedShape = {
  readonly columns: readonly { readonly lane: Lane; readonly nullable: boolean }[];
  /** Number of the column. */
  readonly key: number;
  readonly repeats: 'first' | 'last' | 'all';
  readonly range: KeyedRange | null;
  /** Number of the column with the key of a row's parent; null: none. */
  readonly parent: number | null;
  readonly isPrefix: boolean;
};

/** A table that is fuller than this share is doubled. */
const FULLEST = 0.5;

/** Two words a row, or one byte where `words` is null. */
type Values = {
  readonly words: Uint32Array | null;
  readonly bytes: Uint8Array;
  readonly valid: Uint8Array | null;
};

class Column {
  readonly lane: Lane;
  readonly #cells: Cells;
  readonly #valid: Cells | null;

  constructor(region: Region, lane: Lane, mayBeNull: boolean) {
    this.lane = lane;
    this.#cells = new Cells(region, widthOf(lane));
    this.#valid = mayBeNull ? new Cells(region, 1) : null;
  }

  get column(): KeyedColumn {
    return { lane: this.lane, cells: this.#cells.directory, valid: this.#valid?.directory ?? 0 };
  }

  reserve(rows: number): void {
    this.#cells.reserve(rows);
    this.#valid?.reserve(rows);
  }

  write({ u8, u32 }: Arena, row: number, { words, bytes, valid }: Values, from: number): void {
    const cell = this.#cells.at(row);
    if (words === null) u8[cell] = bytes[from];
    else {
      u32[cell >>> 2] = words[2 * from];
      u32[(cell >>> 2) + 1] = words[2 * from + 1];
    }
    if (this.#valid !== null) u8[this.#valid.at(row)] = valid === null ? 1 : valid[from];
  }
}

/** An index while rows come. */
class GrowingIndex {
  readonly #arena: Arena;
  readonly #column: Column;
  readonly #next: Cells | null;
  readonly #owner: number;
  #region: Region;
  #slots: Cells;
  #size = VECTOR_ROWS;
  #keys = 0;
  #index: KeyIndex;

  constructor(region: Region, column: Column, isChained: boolean) {
    this.#arena = region.arena;
    this.#owner = region.owner;
    this.#column = column;
    this.#next = isChained ? new Cells(region, 4) : null;
    this.#region = new Region(region.arena, region.owner, 1);
    this.#slots = new Cells(this.#region, 4);
    this.#slots.reserve(this.#size);
    this.#index = this.#made();
  }

  /** As it is now: columns that grow may move their directories. */
  refresh(): KeyIndex {
    this.#index = this.#made();
    return this.#index;
  }

  #made(): KeyIndex {
    return {
      column: this.#column.column,
      slots: this.#slots.directory,
      mask: this.#size - 1,
      next: this.#next?.directory ?? 0,
    };
  }

  /** Of its slots, the share that is taken. */
  get load(): number {
    return this.#keys / this.#size;
  }

  find(low: number, high: number): number {
    return this.#arena.u32[slotOfKey(this.#arena, this.#index, low, high) >>> 2] - 1;
  }

  /** The row's key is in its column by now. */
  put(row: number): void {
    const { u32 } = this.#arena;
    if (this.#keys >= this.#size * FULLEST) this.#double();
    const slot = this.#slotOf(row) >>> 2;
    const before = u32[slot];
    if (before === 0) this.#keys++;
    if (this.#next !== null) {
      this.#next.reserve(row + 1);
      u32[this.#next.at(row) >>> 2] = before;
    }
    u32[slot] = row + 1;
  }

  #slotOf(row: number): number {
    const cell = columnCell(this.#arena, this.#index.column, row) >>> 2;
    return slotOfKey(this.#arena, this.#index, this.#arena.u32[cell], this.#arena.u32[cell + 1]);
  }

  #double(): void {
    const { u32 } = this.#arena;
    const [old, before] = [this.#region, this.#slots];
    const size = this.#size;
    this.#size = size * 2;
    this.#region = new Region(this.#arena, this.#owner, 1);
    this.#slots = new Cells(this.#region, 4);
    this.#slots.reserve(this.#size);
    this.refresh();
    for (let i = 0; i < size; i++) {
      const entry = u32[before.at(i) >>> 2];
      if (entry !== 0) u32[this.#slotOf(entry - 1) >>> 2] = entry;
    }
    old.free();
  }
}

export class KeyedRowsBuilder {
  readonly #arena: Arena;
  readonly #region: Region;
  readonly #shape: KeyedShape;
  readonly #columns: readonly Column[];
  readonly #index: GrowingIndex;
  readonly #prefixes = new Set<number>();
  #rows = 0;

  /** @param owner pays; closing it frees everything. */
  constructor(arena: Arena, owner: number, shape: KeyedShape) {
    this.#arena = arena;
    this.#region = new Region(arena, owner, 1);
    this.#shape = shape;
    this.#columns = shape.columns.map(({ lane, nullable }) => new Column(this.#region, lane, nullable));
    this.#index = new GrowingIndex(this.#region, this.#columns[shape.key], shape.repeats === 'all');
  }

  get load(): number {
    return this.#index.load;
  }

  add(batch: ResultBatch): void {
    const { key, repeats, isPrefix } = this.#shape;
    const values = batch.columns.map((c) => this.#valuesOf(c));
    const keys = values[key].words as Uint32Array;
    for (const column of this.#columns) column.reserve(this.#rows + batch.rows);
    this.#index.refresh();
    for (let from = 0; from < batch.rows; from++) {
      const [low, high] = [keys[2 * from], keys[2 * from + 1]];
      const known = repeats === 'all' ? NO_ROW : this.#index.find(low, high);
      if (known !== NO_ROW && repeats === 'first') continue;
      const row = known === NO_ROW ? this.#rows : known;
      for (const [i, column] of this.#columns.entries()) column.write(this.#arena, row, values[i], from);
      if (known !== NO_ROW) continue;
      if (isPrefix) this.#prefixes.add(prefixBits(this.#arena, low));
      this.#index.put(row);
      this.#rows++;
    }
  }

  end(): KeyedRows {
    const { parent, range } = this.#shape;
    return {
      rows: this.#rows,
      columns: this.#columns.map(({ column }) => column),
      key: this.#index.refresh(),
      children: parent === null ? null : this.#childrenBy(this.#columns[parent]),
      range,
      prefixes: [...this.#prefixes].sort((a, b) => b - a),
    };
  }

  #childrenBy(parent: Column): KeyIndex {
    const index = new GrowingIndex(this.#region, parent, true);
    const { valid } = parent.column;
    for (let row = 0; row < this.#rows; row++)
      if (valid === 0 || this.#arena.u8[cellAt(this.#arena, valid, 1, row)] !== 0) index.put(row);
    return index.refresh();
  }

  /** Strings go to the arena as they lie, so that a reference is all that is written of each. */
  #valuesOf(column: ResultColumn): Values {
    const { valid } = column;
    if (column.lane === 'bool') return { words: null, bytes: column.values, valid };
    if (column.lane !== 'str') {
      const { buffer, byteOffset, length } = column.values;
      return { words: new Uint32Array(buffer, byteOffset, length * 2), bytes: EMPTY, valid };
    }
    const { offsets, bytes } = column;
    const address = this.#region.alloc(Math.max(1, bytes.length));
    this.#arena.u8.set(bytes, address);
    const words = new Uint32Array((offsets.length - 1) * 2);
    for (let i = 0; i < offsets.length - 1; i++) {
      words[2 * i] = address + offsets[i];
      words[2 * i + 1] = offsets[i + 1] - offsets[i];
    }
    return { words, bytes: EMPTY, valid };
  }
}

const EMPTY = new Uint8Array(0);
