/**
 * What is done with one range of input bytes, start to end: parse, cut times, drop what lies outside of the
 * intervals, roll up, and part the rows by time bucket. Plain and synchronous: it runs in a worker.
 *
 * The bytes and everything made of them belong to the task's memory owner; whoever opened the owner closes it
 * when the batches have been used.
 */

import type { BadRow, ListHandling, ReadContext, ReadJob, RowBatch } from '../../engine/format/index.ts';
import { compileTime, readRange } from '../../engine/format/index.ts';
import type { Kernels } from '../../engine/kernel/load.ts';
import type { Arena } from '../../engine/memory/arena.ts';
import { Region } from '../../engine/memory/region.ts';
import { INT64, type LogicalType } from '../../engine/type/type.ts';
import { type Chunk, chunk, constVector } from '../../engine/vector/vector.ts';
import { floatChunk, intChunk, stringChunk } from './chunk-build.ts';
import { gatherChunk } from './chunk-gather.ts';
import { type Numeric, numberReader, stringReader } from './chunk-read.ts';
import { cutText } from './cut-text.ts';
import { FoldMemory } from './fold-memory.ts';
import { bucketEndMs, truncateMs } from './granularity.ts';
import { partedChunk } from './parted-chunk.ts';
import { type FoldBatch, Rollup, statesOfRows } from './rollup.ts';
import type { EventShape } from './shape.ts';

const encoder = new TextEncoder();

export type RangeTask = {
  readonly owner: number;
  readonly job: ReadJob;
  /** Null: rows are wanted as they are read (SQL inserts). */
  readonly events: EventShape | null;
};

/** A batch and the first instant of the time bucket that all of its rows lie in. */
export type Piece = { readonly startMs: number; readonly batch: RowBatch };

export type RangeResult = {
  readonly pieces: readonly Piece[];
  /** Rows parsed, before rollup and without those thrown away. */
  readonly rows: number;
  readonly lines: number;
  readonly badRows: readonly BadRow[];
  readonly badRowCount: number;
  readonly misfitRows: number;
  readonly thrownAway: number;
  /** Positions of the outputs that have lists of several values among their texts (type/multi.ts). */
  readonly lists: readonly number[];
  /** Ids of read columns; see {@link ReadJob.nearUnique}. */
  readonly nearUnique: readonly number[];
};

/** Hands a task to whoever runs it: a worker, or {@link runRange} on the spot. */
export type RunTask = (task: RangeTask) => Promise<RangeResult>;

export function runRange(context: { arena: Arena; kernels: Kernels }, task: RangeTask): RangeResult {
  const region = new Region(context.arena, task.owner);
  const reading: ReadContext = { arena: context.arena, kernels: context.kernels, region };
  const read = readRange(reading, task.job);
  const { badRows, badRowCount, misfitRows, lines, nearUnique } = read;
  if (task.events === null) {
    const pieces = read.batches.map((batch) => ({ startMs: 0, batch }));
    return {
      pieces,
      rows: read.rows,
      lines,
      badRows,
      badRowCount,
      misfitRows,
      thrownAway: 0,
      lists: [],
      nearUnique,
    };
  }
  const { address, bytes } = task.job;
  const events = new EventRange(
    context,
    region,
    task.events,
    context.arena.u8.subarray(address, address + bytes),
  );
  events.sawLists(read.lists);
  for (const batch of read.batches) events.add(batch);
  return {
    pieces: events.finish(),
    rows: read.rows - events.thrownAway - events.unparseable,
    lines,
    badRows,
    badRowCount: badRowCount + events.unparseable,
    misfitRows: misfitRows + events.misfits,
    thrownAway: events.thrownAway,
    lists: [...events.lists],
    nearUnique,
  };
}

class EventRange {
  readonly #region: Region;
  readonly #shape: EventShape;
  readonly #memory: FoldMemory;
  readonly #rollup: Rollup | null;
  readonly #pieces: Piece[] = [];
  /** Rows with a metric that could not be read. */
  misfits = 0;
  thrownAway = 0;
  /** Rows without a time that only showed after parsing; the reader has counted the others. */
  unparseable = 0;
  readonly lists = new Set<number>();
  /** Parts the values of fields; null: none of the range has several. */
  readonly #delimiter: string | null;

  constructor(
    context: { readonly arena: Arena; readonly kernels: Kernels },
    region: Region,
    shape: EventShape,
    input: Uint8Array,
  ) {
    this.#region = region;
    this.#shape = shape;
    this.#memory = new FoldMemory(context, region.owner);
    const { listDelimiter } = shape;
    const mayPart = listDelimiter !== null && input.includes(encoder.encode(listDelimiter)[0]);
    this.#delimiter = mayPart ? listDelimiter : null;
    this.#rollup = shape.rollup ? new Rollup(shape.outputs, this.#memory, false) : null;
  }

  add(batch: RowBatch): void {
    const times = this.#times(batch);
    for (const { startMs, rows } of this.#part(times)) {
      const piece = this.#outputs(batch, times, rows, startMs);
      if (this.#rollup !== null) {
        this.misfits += this.#rollup.add(piece);
        continue;
      }
      const { batch: made, misfits } = statesOfRows(this.#memory, this.#shape.outputs, this.#region, piece);
      this.#pieces.push({ startMs, batch: made });
      this.misfits += misfits;
    }
  }

  /** @param columns ids of read columns */
  sawLists(columns: readonly number[]): void {
    this.#shape.outputs.forEach(({ from, lists }, index) => {
      if (lists !== undefined && from !== null && columns.includes(from)) this.lists.add(index);
    });
  }

  finish(): Piece[] {
    if (this.#rollup === null) return this.#pieces;
    const { segmentGranularity } = this.#shape;
    return this.#rollup.flush(this.#region, (ms) => truncateMs(segmentGranularity, ms));
  }

  /** Milliseconds of each row; NaN where there is no time. */
  #times(batch: RowBatch): Float64Array {
    const { missingMs, reads, timeFormat } = this.#shape;
    const source = batch.columns.get(0) as Chunk;
    const times = new Float64Array(batch.rows);
    const missing = missingMs ?? Number.NaN;
    if (reads[0].type.id === 'string') {
      const read = stringReader(this.#region.arena, source);
      const parse = compileTime(timeFormat, this.#shape.outputs[0].type);
      for (let row = 0; row < batch.rows; row++) {
        const text = read(row);
        const ticks = text === null ? null : parse(text);
        times[row] = ticks === null ? (text === null ? missing : Number.NaN) : Number(ticks);
      }
      return times;
    }
    const read = numberReader(this.#region.arena, source);
    for (let row = 0; row < batch.rows; row++) times[row] = Number(read(row) ?? missing);
    return times;
  }

  /** Rows by time bucket; `rows` null means all rows of the batch. */
  #part(times: Float64Array): { startMs: number; rows: Uint32Array | null }[] {
    const whole = this.#oneBucket(times);
    if (whole !== null) return [{ startMs: whole, rows: null }];
    const { segmentGranularity, intervals } = this.#shape;
    const starts: number[] = [];
    const counts: number[] = [];
    const indices = new Map<number, number>();
    const bucketOfRow = new Int32Array(times.length).fill(-1);
    let endMs = Number.NaN;
    let index = -1;
    for (let row = 0; row < times.length; row++) {
      const ms = times[row];
      if (Number.isNaN(ms)) {
        this.unparseable++;
        continue;
      }
      if (intervals !== null && !intervals.some(([from, to]) => ms >= from && ms < to)) {
        this.thrownAway++;
        continue;
      }
      if (index < 0 || ms < starts[index] || ms >= endMs) {
        const startMs = truncateMs(segmentGranularity, ms);
        index = indices.get(startMs) ?? starts.length;
        if (index === starts.length) {
          indices.set(startMs, index);
          starts.push(startMs);
          counts.push(0);
        }
        endMs = bucketEndMs(segmentGranularity, startMs);
      }
      counts[index]++;
      bucketOfRow[row] = index;
    }
    const rows = counts.map((count) => new Uint32Array(count));
    const filled = counts.map(() => 0);
    for (let row = 0; row < times.length; row++) {
      const bucket = bucketOfRow[row];
      if (bucket >= 0) rows[bucket][filled[bucket]++] = row;
    }
    return starts.map((startMs, i) => ({ startMs, rows: counts[i] === times.length ? null : rows[i] }));
  }

  /** The bucket that holds every row, or null: most ranges are short in time. */
  #oneBucket(times: Float64Array): number | null {
    const { segmentGranularity, intervals } = this.#shape;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < times.length; row++) {
      const ms = times[row];
      if (!(ms >= low)) {
        if (Number.isNaN(ms)) return null;
        low = ms;
      }
      if (ms > high) high = ms;
    }
    if (intervals !== null && !intervals.some(([from, to]) => low >= from && high < to)) return null;
    const startMs = truncateMs(segmentGranularity, low);
    return segmentGranularity.kind === 'all' || high < bucketEndMs(segmentGranularity, startMs)
      ? startMs
      : null;
  }

  #outputs(batch: RowBatch, times: Float64Array, rows: Uint32Array | null, startMs: number): FoldBatch {
    const count = rows?.length ?? batch.rows;
    const columns = new Map<number, Chunk>();
    const orders = new Map<number, (row: number) => Numeric>();
    for (const [index, output] of this.#shape.outputs.entries()) {
      const { from, type, state, maxBytes } = output;
      if (index === 0) columns.set(index, this.#timeChunk(batch, times, rows, startMs, count));
      else if (from === null) columns.set(index, chunk(constVector('i64', count, 1n)));
      else columns.set(index, this.#field(batch, rows, from, state?.input ?? type));
      if (output.lists !== undefined)
        columns.set(index, this.#parted(columns.get(index) as Chunk, index, output.lists));
      if (state?.order === null) orders.set(index, (row) => times[rows === null ? row : rows[row]]);
      else if (state?.order !== undefined) {
        const order = this.#field(batch, rows, state.order, INT64);
        orders.set(index, numberReader(this.#region.arena, order));
      } else if (maxBytes !== undefined) columns.set(index, this.#cut(columns.get(index) as Chunk, maxBytes));
    }
    return { rows: count, columns, orders };
  }

  /** What was read of a field, as a type. */
  #field(batch: RowBatch, rows: Uint32Array | null, from: number, type: LogicalType): Chunk {
    const source = batch.columns.get(from) as Chunk;
    const picked = rows === null ? source : gatherChunk(this.#region, source, rows);
    return this.#shape.reads[from].type.id === type.id ? picked : this.#converted(picked, type);
  }

  #cut(source: Chunk, maxBytes: number): Chunk {
    const read = stringReader(this.#region.arena, source);
    const texts = Array.from({ length: source.rows }, (_, row) => read(row));
    const cut = texts.map((text) => (text === null ? null : cutText(text, maxBytes)));
    return cut.every((text, row) => text === texts[row]) ? source : stringChunk(this.#region, cut);
  }

  #timeChunk(
    batch: RowBatch,
    times: Float64Array,
    rows: Uint32Array | null,
    startMs: number,
    count: number,
  ): Chunk {
    const { queryGranularity, segmentGranularity, reads, missingMs } = this.#shape;
    const asRead = queryGranularity.kind === 'none' && reads[0].type.id !== 'string' && missingMs === null;
    const source = batch.columns.get(0) as Chunk;
    if (asRead) return rows === null ? source : gatherChunk(this.#region, source, rows);
    const floor = segmentGranularity.kind === 'all' ? Number.NEGATIVE_INFINITY : startMs;
    const values = new Array<number>(count);
    for (let i = 0; i < count; i++) {
      // A query granularity coarser than the segments' must not move a row out of its bucket.
      values[i] = Math.max(floor, truncateMs(queryGranularity, times[rows === null ? i : rows[i]]));
    }
    return intChunk(this.#region, values);
  }

  #parted(source: Chunk, index: number, how: ListHandling): Chunk {
    if (this.#delimiter === null) return source;
    const parted = partedChunk(this.#region, source, this.#delimiter, how);
    if (parted === null) return source;
    this.lists.add(index);
    return parted;
  }

  /** A string column as numbers; what is none becomes NULL. */
  #converted(source: Chunk, type: LogicalType): Chunk {
    const read = stringReader(this.#region.arena, source);
    const values: Numeric[] = Array.from({ length: source.rows }, (_, row) => toNumber(read(row), type));
    if (type.id === 'int64') return intChunk(this.#region, values);
    return floatChunk(this.#region, values, type.id === 'float32' ? 4 : 8);
  }
}

function toNumber(text: string | null, type: LogicalType): Numeric {
  if (text === null || text.trim() === '') return null;
  if (type.id === 'int64' && /^-?\d+$/.test(text)) {
    const value = BigInt(text);
    if (BigInt.asIntN(64, value) !== value) return null;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }
  const value = Number(text);
  if (!Number.isFinite(value)) return null;
  return type.id === 'int64' ? Math.trunc(value) : value;
}
