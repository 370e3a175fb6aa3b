/**
 * Builds one batch of columns row by row. The parsers in `engine/kernel` write into the descriptors kept here;
 * this file gives them room, turns full pages over, and narrows what was built into the working format.
 *
 * Invariants: everything under construction lies in a scratch region that goes when the reader ends; only
 * finished vectors are copied, at their exact size, into the caller's region. A string column starts as a
 * dictionary and becomes text when most values are distinct; then it stays text for the batches that follow.
 * No contiguous piece grows beyond 4 MiB as long as a batch can be closed instead.
 */

import { assert } from '../base/error.ts';
import { timeZone, UTC } from '../function/time-zone.ts';
import type { Kernels } from '../kernel/load.ts';
import { COLUMN, COLUMN_BYTES, fields, KIND, RULE, STATE, STATE_BYTES, ZONE } from '../kernel/ref/builder.ts';
import type { Arena } from '../memory/arena.ts';
import { Region } from '../memory/region.ts';
import {
  integerRange,
  isFloat,
  isInteger,
  isPacked,
  type LogicalType,
  laneOf,
  type Value,
} from '../type/type.ts';
import {
  BLOCK_ROWS,
  boolVector,
  type Chunk,
  chunk,
  constVector,
  dictVector,
  pagedChunk,
  textVector,
  VECTOR_ROWS,
  type Vector,
} from '../vector/vector.ts';
import { absentOf, type ReadColumn, type RowBatch } from './column.ts';
import { finishCodes, finishFloats, finishInts, keepBytes } from './finish.ts';
import { LOCAL_TIME } from './instant.ts';
import { POWER_BYTES, powerTable } from './power.ts';
import { kernelTime } from './time.ts';

export type ReadContext = { readonly arena: Arena; readonly kernels: Kernels; readonly region: Region };

const PIECE_BYTES = 4 << 20;
const FIRST_ENTRIES = 1024;
const FIRST_BYTES = 64 << 10;
const SCRATCH_BYTES = 256 << 10;

export class BatchBuilder {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly columns: readonly ReadColumn[];
  /** Address of the parser state. */
  readonly state: number;
  /** Rows that the columns have room for. */
  readonly #blockRows: number;
  readonly #context: ReadContext;
  readonly #out: Region;
  readonly #scratch: Region;
  readonly #descriptors: number;
  /** Columns that turned out near-unique. */
  readonly #textual: boolean[];
  #pages: Vector[][];
  readonly #get: (address: number, field: number) => number;
  readonly #set: (address: number, field: number, value: number) => void;
  readonly #encoder = new TextEncoder();
  #transfer: number;
  #transferBytes: number;

  /**
   * @param maxRows rows the input can hold at most; small inputs get small columns
   * @param nearUnique ids of columns that are text from the start
   */
  constructor(
    context: ReadContext,
    columns: readonly ReadColumn[],
    maxRows = BLOCK_ROWS,
    nearUnique: readonly number[] = [],
  ) {
    this.#blockRows = Math.min(BLOCK_ROWS, maxRows);
    this.arena = context.arena;
    this.kernels = context.kernels;
    this.columns = columns;
    this.#context = context;
    this.#out = context.region;
    this.#scratch = new Region(context.arena, context.region.owner);
    const { get, set } = fields(context.arena);
    this.#get = get;
    this.#set = set;
    this.#textual = columns.map(({ id }) => nearUnique.includes(id));
    this.#pages = columns.map(() => []);
    this.state = this.#scratch.allocZero(STATE_BYTES);
    this.#descriptors = this.#scratch.allocZero(COLUMN_BYTES * Math.max(1, columns.length));
    this.#transferBytes = SCRATCH_BYTES;
    this.#transfer = this.#scratch.alloc(SCRATCH_BYTES);
    const powers = this.#scratch.alloc(POWER_BYTES);
    this.arena.u8.set(powerTable(), powers);
    set(this.state, STATE.powers, powers);
    set(this.state, STATE.columns, this.#descriptors);
    set(this.state, STATE.columnCount, columns.length);
    set(this.state, STATE.scratch, this.#scratch.alloc(SCRATCH_BYTES));
    set(this.state, STATE.scratchBytes, SCRATCH_BYTES);
    columns.forEach((column, index) => {
      this.#describe(column, this.#at(index));
    });
    this.begin();
  }

  /** Gives the scratch memory back. Finished batches stay. */
  close(): void {
    this.#scratch.free();
  }

  /** Ids of the columns that turned out near-unique, or were said to be. */
  get nearUnique(): number[] {
    return this.columns.flatMap(({ id }, index) => (this.#textual[index] ? [id] : []));
  }

  get row(): number {
    return this.#get(this.state, STATE.row);
  }

  set row(value: number) {
    this.#set(this.state, STATE.row, value);
  }

  get(field: number): number {
    return this.#get(this.state, field);
  }

  set(field: number, value: number): void {
    this.#set(this.state, field, value);
  }

  /** Address of zeroed memory that lives as long as the builder. */
  allocZero(bytes: number): number {
    return this.#scratch.allocZero(bytes);
  }

  #at(index: number): number {
    return this.#descriptors + index * COLUMN_BYTES;
  }

  #describe(column: ReadColumn, at: number): void {
    const { type } = column;
    const { i64, u64 } = this.arena;
    const kind = kindOf(type);
    if (column.marksAbsent) this.#set(at, COLUMN.absent, this.#scratch.alloc(this.#blockRows));
    this.#set(at, COLUMN.kind, kind);
    this.#set(at, COLUMN.rules, (column.required ? RULE.required : 0) | (isExact(type) ? RULE.exact : 0));
    if (kind === KIND.dict) {
      this.#set(at, COLUMN.data, this.#scratch.alloc(this.#blockRows * 4));
      this.#set(at, COLUMN.valid, this.#scratch.alloc(this.#blockRows));
      // Only the places in the hash table depend on it, so that nobody can choose strings that collide.
      const seed = crypto.getRandomValues(new Uint32Array(2));
      u64[(at + COLUMN.seed) >>> 3] = (BigInt(seed[0]) << 32n) | BigInt(seed[1]);
      return;
    }
    this.#set(at, COLUMN.data, this.#scratch.alloc(this.#blockRows * (kind === KIND.bool ? 1 : 8)));
    this.#set(at, COLUMN.valid, this.#scratch.alloc(this.#blockRows));
    if (kind === KIND.int) {
      // Where only the exact path knows what a text means, no number fits.
      const [min, max] = isExact(type) ? [1n, 0n] : integerRange(type);
      i64[(at + COLUMN.min) >>> 3] = min;
      i64[(at + COLUMN.max) >>> 3] = BigInt.asIntN(64, max);
      if (type.id === 'uint64') this.#addRule(at, RULE.unsigned);
    } else if (kind === KIND.time) {
      const { scale, textual, year } = kernelTime(column.time ?? 'unix', type);
      i64[(at + COLUMN.scale) >>> 3] = scale;
      this.#set(at, COLUMN.precision, type.precision ?? 3);
      this.#addRule(at, (textual ? RULE.textual : 0) | (year ? RULE.year : 0));
      this.#set(at, COLUMN.zone, this.#zoneTable(type.zone ?? 'UTC'));
    }
  }

  /** A zone's offsets by local time where the kernels can read them; 0 for UTC. */
  #zoneTable(name: string): number {
    const zone = timeZone(name);
    if (zone === UTC) return 0;
    const { starts, offsets } = zone.localOffsets(LOCAL_TIME);
    const at = this.#scratch.allocZero(ZONE.entries + starts.length * ZONE.entryBytes);
    this.#set(at, ZONE.count, starts.length);
    const { i64 } = this.arena;
    starts.forEach((start, i) => {
      const entry = (at + ZONE.entries + i * ZONE.entryBytes) >>> 3;
      i64[entry] = start === Number.NEGATIVE_INFINITY ? -(1n << 63n) : BigInt(start);
      i64[entry + 1] = BigInt(offsets[i]);
    });
    return at;
  }

  #addRule(at: number, rule: number): void {
    this.#set(at, COLUMN.rules, this.#get(at, COLUMN.rules) | rule);
  }

  /** Starts an empty batch. */
  begin(): void {
    this.row = 0;
    this.#pages = this.columns.map(() => []);
    for (let index = 0; index < this.columns.length; index++) {
      const at = this.#at(index);
      const valid = this.#get(at, COLUMN.valid);
      this.arena.u8.fill(1, valid, valid + this.#blockRows);
      const absent = this.#get(at, COLUMN.absent);
      if (absent !== 0) this.arena.u8.fill(0, absent, absent + this.#blockRows);
      this.#set(at, COLUMN.nulls, 0);
      this.#set(at, COLUMN.stamp, 0);
      const kind = this.#get(at, COLUMN.kind);
      if (kind === KIND.dict || kind === KIND.text) this.#beginString(index);
    }
    this.set(STATE.line, 0);
    this.set(STATE.rowLimit, VECTOR_ROWS);
  }

  #beginString(index: number): void {
    const at = this.#at(index);
    if (this.#get(at, COLUMN.bytes) === 0) {
      this.#set(at, COLUMN.bytes, this.#scratch.alloc(FIRST_BYTES));
      this.#set(at, COLUMN.capacity, FIRST_BYTES);
    }
    if (this.#textual[index]) {
      if (this.#get(at, COLUMN.kind) === KIND.dict) this.#turnToText(at);
      this.#beginPage(at, 0);
      return;
    }
    if (this.#get(at, COLUMN.table) === 0) {
      this.#giveEntries(at, FIRST_ENTRIES);
    } else {
      const table = this.#get(at, COLUMN.table);
      this.arena.u8.fill(0, table, table + (this.#get(at, COLUMN.mask) + 1) * 8);
    }
    const offsets = this.#get(at, COLUMN.offsets) >>> 2;
    this.arena.u32[offsets] = 0;
    this.arena.u32[offsets + 1] = 0;
    this.#set(at, COLUMN.used, 0);
    this.#set(at, COLUMN.count, 1);
  }

  #giveEntries(at: number, limit: number): void {
    const count = this.#get(at, COLUMN.count);
    const offsets = this.#scratch.alloc((limit + 2) * 4);
    const old = this.#get(at, COLUMN.offsets);
    if (old !== 0) this.arena.u8.copyWithin(offsets, old, old + (count + 1) * 4);
    this.#set(at, COLUMN.offsets, offsets);
    this.#set(at, COLUMN.limit, limit);
    this.#set(at, COLUMN.mask, limit * 2 - 1);
    this.#set(at, COLUMN.table, this.#scratch.allocZero(limit * 16));
    if (old !== 0) this.kernels.build_rehash(at);
  }

  #turnToText(at: number): void {
    this.#set(at, COLUMN.kind, KIND.text);
    this.#set(at, COLUMN.offsets, this.#scratch.alloc((VECTOR_ROWS + 1) * 4));
  }

  #beginPage(at: number, firstRow: number): void {
    this.arena.u32[this.#get(at, COLUMN.offsets) >>> 2] = 0;
    this.#set(at, COLUMN.first, firstRow);
  }

  /** Makes room in a string column; false when the batch must be closed first. */
  grow(index: number): boolean {
    const at = this.#at(index);
    const limit = this.#get(at, COLUMN.limit);
    if (this.#get(at, COLUMN.kind) === KIND.dict && this.#get(at, COLUMN.count) >= limit) {
      this.#giveEntries(at, limit * 4);
      return true;
    }
    const capacity = this.#get(at, COLUMN.capacity);
    const isDict = this.#get(at, COLUMN.kind) === KIND.dict;
    if (capacity * 2 > PIECE_BYTES && this.row > (isDict ? 0 : this.#get(at, COLUMN.first))) {
      if (isDict && this.#mayBeText(index)) this.#textual[index] = true;
      return false;
    }
    const bytes = this.#scratch.alloc(capacity * 2);
    const old = this.#get(at, COLUMN.bytes);
    this.arena.u8.copyWithin(bytes, old, old + capacity);
    this.#set(at, COLUMN.bytes, bytes);
    this.#set(at, COLUMN.capacity, capacity * 2);
    return true;
  }

  /** Text pages have no way to fill NULLs with anything but the empty string. */
  #mayBeText(index: number): boolean {
    const { type, fill } = this.columns[index];
    return type.nullable || fill === undefined || fill === '';
  }

  /** Forgets what a row that stopped half-way has left behind. */
  undoRow(): void {
    const { row } = this;
    for (let index = 0; index < this.columns.length; index++) {
      const at = this.#at(index);
      this.arena.u8[this.#get(at, COLUMN.valid) + row] = 1;
      const absent = this.#get(at, COLUMN.absent);
      if (absent !== 0) this.arena.u8[absent + row] = 0;
      this.#set(at, COLUMN.stamp, 0);
    }
  }

  /** Called when STATE.row has reached STATE.rowLimit: turns pages over; true when the batch is full. */
  turnPage(): boolean {
    const { row } = this;
    for (let index = 0; index < this.columns.length; index++) this.#turnColumn(index, row);
    this.set(STATE.rowLimit, Math.min(BLOCK_ROWS, row + VECTOR_ROWS));
    return row === BLOCK_ROWS;
  }

  #turnColumn(index: number, row: number): void {
    const at = this.#at(index);
    const kind = this.#get(at, COLUMN.kind);
    if (kind === KIND.text) {
      this.#endPage(index, row);
    } else if (kind === KIND.dict && this.#get(at, COLUMN.count) * 2 > row && this.#mayBeText(index)) {
      for (let first = 0; first < row; first += VECTOR_ROWS) this.#pages[index].push(this.#gather(at, first));
      this.#textual[index] = true;
      this.#turnToText(at);
      this.#beginPage(at, row);
    }
  }

  #endPage(index: number, row: number): void {
    const at = this.#at(index);
    const first = this.#get(at, COLUMN.first);
    const rows = row - first;
    if (rows === 0) return;
    const offsets = this.#get(at, COLUMN.offsets);
    const bytes = this.#get(at, COLUMN.bytes);
    const used = this.arena.u32[(offsets >>> 2) + rows];
    const valid = this.#validOf(index, first, rows);
    const to = this.#keep(bytes, used, used + 16);
    this.#pages[index].push(textVector(rows, this.#keep(offsets, (rows + 1) * 4), to, valid));
    this.#beginPage(at, row);
  }

  /** A page of a dictionary column as text. */
  #gather(at: number, first: number): Vector {
    const codes = this.#get(at, COLUMN.data) + first * 4;
    const offsets = this.#get(at, COLUMN.offsets);
    const size = this.kernels.gather_strings_bytes(codes, VECTOR_ROWS, offsets);
    const to = this.#out.alloc(size + 16);
    const outOffsets = this.#out.alloc((VECTOR_ROWS + 1) * 4);
    const bytes = this.#get(at, COLUMN.bytes);
    this.kernels.gather_strings(codes, VECTOR_ROWS, offsets, bytes, outOffsets, to);
    const valid = this.#get(at, COLUMN.valid) + first;
    let nulls = 0;
    if (this.#get(at, COLUMN.nulls) !== 0) {
      for (let i = 0; i < VECTOR_ROWS; i++) {
        const isNull = this.arena.u32[(codes >>> 2) + i] === 0;
        this.arena.u8[valid + i] = isNull ? 0 : 1;
        if (isNull) nulls++;
      }
    }
    const index = (at - this.#descriptors) / COLUMN_BYTES;
    const keepsNulls = nulls > 0 && this.columns[index].type.nullable;
    return textVector(VECTOR_ROWS, outOffsets, to, keepsNulls ? this.#keep(valid, VECTOR_ROWS) : 0);
  }

  /** Copies scratch bytes into the caller's region. */
  #keep(address: number, bytes: number, room = bytes): number {
    return keepBytes(this.#context, address, bytes, room);
  }

  #validOf(index: number, first: number, rows: number): number {
    const at = this.#at(index);
    if (this.#get(at, COLUMN.nulls) === 0 || !this.columns[index].type.nullable) return 0;
    const valid = this.#get(at, COLUMN.valid) + first;
    return this.kernels.mask_count(valid, rows) === rows ? 0 : this.#keep(valid, rows);
  }

  /** The batch so far, in the working format. Call {@link begin} before building on. */
  finish(): RowBatch {
    const rows = this.row;
    const columns = new Map<number, Chunk>();
    this.columns.forEach((column, index) => {
      columns.set(column.id, this.#finishColumn(column, index, rows));
      const absent = this.#get(this.#at(index), COLUMN.absent);
      if (absent !== 0 && this.kernels.mask_count(absent, rows) > 0)
        columns.set(absentOf(column.id), chunk(boolVector(rows, this.#keep(absent, rows), 0)));
    });
    return { rows, columns };
  }

  #finishColumn(column: ReadColumn, index: number, rows: number): Chunk {
    const at = this.#at(index);
    switch (this.#get(at, COLUMN.kind)) {
      case KIND.text:
        this.#endPage(index, rows);
        return pagedChunk(rows, this.#pages[index]);
      case KIND.dict:
        return chunk(this.#finishDict(column, at, rows));
      case KIND.bool:
        this.#fill(column, at, rows, (data, row) => {
          this.arena.u8[data + row] = column.fill === true ? 1 : 0;
        });
        return chunk(
          boolVector(rows, this.#keep(this.#get(at, COLUMN.data), rows), this.#validOf(index, 0, rows)),
        );
      case KIND.float:
        this.#fill(column, at, rows, (data, row) => {
          this.arena.f64[(data >>> 3) + row] = Number(column.fill ?? 0);
        });
        return chunk(this.#finishFloat(column, index, rows));
      default:
        this.#fill(column, at, rows, (data, row) => {
          this.arena.i64[(data >>> 3) + row] = BigInt((column.fill ?? 0) as bigint | number);
        });
        return chunk(this.#finishInt(index, rows));
    }
  }

  #fill(column: ReadColumn, at: number, rows: number, put: (data: number, row: number) => void): void {
    if (column.type.nullable || this.#get(at, COLUMN.nulls) === 0) return;
    const valid = this.#get(at, COLUMN.valid);
    const data = this.#get(at, COLUMN.data);
    for (let row = 0; row < rows; row++) if (this.arena.u8[valid + row] === 0) put(data, row);
  }

  #finishInt(index: number, rows: number): Vector {
    const data = this.#get(this.#at(index), COLUMN.data);
    return finishInts(this.#context, data, this.#validOf(index, 0, rows), rows, this.state + STATE.value);
  }

  #finishFloat(column: ReadColumn, index: number, rows: number): Vector {
    const data = this.#get(this.#at(index), COLUMN.data);
    return finishFloats(this.#context, column.type, data, this.#validOf(index, 0, rows), rows);
  }

  #finishDict(column: ReadColumn, at: number, rows: number): Vector {
    const data = this.#get(at, COLUMN.data);
    if (!column.type.nullable && this.#get(at, COLUMN.nulls) !== 0) {
      this.#fillCodes(at, data, rows, String(column.fill ?? ''));
    }
    const count = this.#get(at, COLUMN.count);
    if (count === 1) return constVector('str', rows, null);
    const used = this.#get(at, COLUMN.used);
    const dictionary = {
      count,
      offsets: this.#keep(this.#get(at, COLUMN.offsets), (count + 1) * 4),
      bytes: this.#keep(this.#get(at, COLUMN.bytes), used, used + 16),
      sorted: false,
    };
    const codes = finishCodes(this.#context, data, rows, count);
    return dictVector(rows, codes.data, codes.width, dictionary);
  }

  #fillCodes(at: number, data: number, rows: number, fill: string): void {
    const { u32 } = this.arena;
    const bytes = this.transfer(this.#encoder.encode(fill));
    let code = -1;
    const index = (at - this.#descriptors) / COLUMN_BYTES;
    for (;;) {
      code = this.kernels.build_intern(at, bytes, this.#transferred);
      if (code >= 0) break;
      this.#growForFill(at, index);
    }
    for (let i = data >>> 2; i < (data >>> 2) + rows; i++) if (u32[i] === 0) u32[i] = code;
  }

  #growForFill(at: number, index: number): void {
    const limit = this.#get(at, COLUMN.limit);
    if (this.#get(at, COLUMN.count) >= limit) {
      this.#giveEntries(at, limit * 4);
      return;
    }
    // One more string at the end of the batch: past the usual bound rather than without a way to close.
    const row = this.row;
    this.row = 0;
    assert(this.grow(index), 'an empty batch can always grow');
    this.row = row;
  }

  #transferred = 0;

  /** Copies bytes from outside into the arena; good until the next call. */
  transfer(bytes: Uint8Array): number {
    if (bytes.length + 32 > this.#transferBytes) {
      this.#transferBytes = bytes.length * 2 + 32;
      this.#transfer = this.#scratch.alloc(this.#transferBytes);
    }
    this.arena.u8.set(bytes, this.#transfer);
    this.#transferred = bytes.length;
    return this.#transfer;
  }

  /** Puts a value, or that there is none, into the current row, from the exact path; false when the batch must be closed first. */
  put(index: number, value: Value | undefined): boolean {
    const at = this.#at(index);
    const { row } = this;
    const data = this.#get(at, COLUMN.data);
    if (value === null || value === undefined) {
      this.kernels.build_null(at, row);
      const absent = this.#get(at, COLUMN.absent);
      if (value === undefined && absent !== 0) this.arena.u8[absent + row] = 1;
    } else if (typeof value === 'string') {
      const address = this.transfer(this.#encoder.encode(value));
      const bytes = this.#transferred;
      while (this.kernels.build_string(at, row, address, bytes) === 0) if (!this.grow(index)) return false;
    } else if (typeof value === 'boolean') {
      this.arena.u8[data + row] = value ? 1 : 0;
    } else if (typeof value === 'number') {
      this.arena.f64[(data >>> 3) + row] = value;
    } else {
      this.arena.i64[(data >>> 3) + row] = BigInt.asIntN(64, value);
    }
    return true;
  }
}

function kindOf(type: LogicalType): number {
  if (type.id === 'string') return KIND.dict;
  if (type.id === 'bool') return KIND.bool;
  if (type.id === 'timestamp') return KIND.time;
  if (type.id === 'date') return KIND.date;
  if (isFloat(type)) return KIND.float;
  if (isExact(type)) return laneOf(type) === 'str' ? KIND.dict : KIND.int;
  assert(isInteger(type) || type.id === 'span', `no reader for columns of type ${type.id}`);
  return KIND.int;
}

/** Its values are not what their text says by itself. */
const isExact = (type: LogicalType): boolean => isPacked(type);
