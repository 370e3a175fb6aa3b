/**
 * Runs an ingestion plan: inputs to ranges, ranges to workers, their rows to a sink; whole or not at all.
 *
 * Nothing is visible until {@link IngestSink.commit}: any failure, too many unparseable rows or a cancel before
 * it ends in {@link IngestSink.abort}. Memory is bounded by the ranges in flight and, for rollup, by
 * `maxRowsInMemory` rows and {@link MAX_STATE_BYTES} of states, above which the rows so far go to the sink and a group may be stored more than once.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { RowBatch } from '../../engine/format/index.ts';
import {
  type Discovered,
  discoverDelimited,
  discoverJson,
  type InputFormat,
  splitRecord,
} from '../../engine/format/index.ts';
import { Region } from '../../engine/memory/region.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { IngestOptions, IngestReport, ParseExceptionReport, RowStatistics } from '../types.ts';
import { cutRanges, HeaderStream } from './cut.ts';
import { FoldMemory } from './fold-memory.ts';
import { bucketEndMs, type Granularity, truncateMs } from './granularity.ts';
import { inOrder } from './in-order.ts';
import { type InsertEnvironment, lined, rangesOf } from './insert.ts';
import { fieldsOf } from './metric-spec.ts';
import { openFormat } from './open-format.ts';
import type { Piece, RangeResult } from './range-task.ts';
import { type FoldBatch, Rollup } from './rollup.ts';
import { type EventShape, eventShape, type OutputColumn } from './shape.ts';
import type { Input } from './source.ts';
import { DEFAULT_LISTS, type Dimension, type DimensionType, type IngestPlan } from './spec.ts';

/** Where rows go. Batches are keyed by the position of their column in what `open` was given. */
export interface IngestSink {
  open(columns: readonly Pick<OutputColumn, 'name' | 'type' | 'fold'>[]): Promise<void>;
  /** All rows lie in [startMs, endMs). The batch's memory is taken back when the promise resolves. */
  add(bucket: TimeBucket, batch: RowBatch): Promise<void>;
  /** Publishes all or nothing. @param lists positions of columns that have lists of several values (type/multi.ts) */
  commit(lists: ReadonlySet<number>): Promise<{ readonly segments: number }>;
  abort(): Promise<void>;
}

/** A time bucket of the segment granularity; `endMs` is infinite for `all`. */
export type TimeBucket = { readonly startMs: number; readonly endMs: number };

const SAMPLE_BYTES = 1 << 20;
const MAX_SAVED = 10000;
/** States that are kept before they go to the sink, also as a share of the arena. */
const MAX_STATE_BYTES = 256 << 20;
const MAX_STATE_SHARE = 0.125;
/** Rows that were rolled up have their times in their states. */
const NO_ORDERS: FoldBatch['orders'] = new Map();

/** @throws BasaltError for anything that makes the whole ingestion fail */
export async function runIngest(
  plan: IngestPlan,
  inputs: readonly Input[],
  sink: IngestSink,
  environment: InsertEnvironment,
  options: IngestOptions = {},
): Promise<IngestReport> {
  const run = new IngestRun(plan, sink, environment, options);
  const totals = inputs.map((input) => input.bytes);
  run.totalBytes = totals.includes(null)
    ? null
    : totals.reduce((sum: number, bytes) => sum + (bytes ?? 0), 0);
  try {
    for (const input of inputs) await run.read(input);
    return await run.finish();
  } catch (error) {
    await sink.abort();
    if (options.signal?.aborted) {
      throw new BasaltError('QUERY_WAS_CANCELLED', 'The ingestion was cancelled', { cause: error });
    }
    throw error;
  } finally {
    run.close();
  }
}

class IngestRun {
  readonly #plan: IngestPlan;
  readonly #sink: IngestSink;
  readonly #environment: InsertEnvironment;
  readonly #options: IngestOptions;
  readonly #saved: ParseExceptionReport[] = [];
  #shape: EventShape | null = null;
  #rollup: Rollup | null = null;
  /** Of the rollup's states. */
  #owner: number | null = null;
  #stats = { processed: 0, processedBytes: 0, processedWithError: 0, thrownAway: 0, unparseable: 0 };
  #rowsStored = 0;
  readonly #lists = new Set<number>();
  totalBytes: number | null = null;

  constructor(plan: IngestPlan, sink: IngestSink, environment: InsertEnvironment, options: IngestOptions) {
    this.#plan = plan;
    this.#sink = sink;
    this.#environment = environment;
    this.#options = options;
  }

  async read(input: Input): Promise<void> {
    const stream = new HeaderStream(await input.open(this.#options.signal));
    try {
      await this.#readRows(input, stream);
    } finally {
      await stream.close();
    }
  }

  async #readRows(input: Input, stream: HeaderStream): Promise<void> {
    const format = await openFormat(this.#plan.format, stream);
    const shape = await this.#open(format, stream);
    const maxSaved = Math.min(MAX_SAVED, this.#plan.maxSavedParseExceptions);
    let lines = stream.lines;
    await inOrder(
      cutRanges(this.#environment, format, await lined(format, stream), this.#environment.rangeBytes),
      {
        ...rangesOf(this.#environment, ({ owner, address, bytes }) => ({
          owner,
          events: shape,
          job: { format, columns: shape.reads, address, bytes, misfit: 'null', maxBadRows: maxSaved },
        })),
        signal: this.#options.signal,
        use: async (result, range) => {
          this.#count(result, input.name, lines, maxSaved);
          for (const position of result.lists) this.#lists.add(position);
          lines += result.lines;
          for (const piece of result.pieces) await this.#take(piece, shape);
          this.#stats.processedBytes += range.bytes;
          this.#options.onProgress?.({
            rows: this.#stats.processed,
            bytes: this.#stats.processedBytes,
            totalBytes: this.totalBytes,
          });
        },
      },
    );
  }

  /** Settles the columns, with the first input's data where they are to be discovered. */
  async #open(format: InputFormat, stream: HeaderStream): Promise<EventShape> {
    if (this.#shape !== null) return this.#shape;
    const dimensions = this.#plan.dimensions ?? (await this.#discover(format, stream));
    const shape = eventShape(this.#plan, dimensions);
    this.#shape = shape;
    if (shape.rollup) {
      this.#owner = this.#environment.arena.openOwner();
      this.#rollup = new Rollup(shape.outputs, new FoldMemory(this.#environment, this.#owner), true);
    }
    await this.#sink.open(shape.outputs);
    return shape;
  }

  /** Lets go of what is not stored. */
  close(): void {
    if (this.#owner !== null) this.#environment.arena.closeOwner(this.#owner);
    this.#owner = null;
  }

  async #discover(format: InputFormat, stream: HeaderStream): Promise<Dimension[]> {
    const sample = await stream.peek(SAMPLE_BYTES);
    const found = discover(format, sample.subarray(0, SAMPLE_BYTES));
    const { timestamp, metrics, discoverTypes } = this.#plan;
    const taken = new Set([
      timestamp.column,
      ...metrics.flatMap((metric) => [metric.name, ...fieldsOf(metric)]),
    ]);
    return found
      .filter(({ name }) => !taken.has(name))
      .map(({ name, type }) =>
        discoverTypes ? { name, type: dimensionType(type) } : { name, type: 'string', lists: DEFAULT_LISTS },
      );
  }

  #count(result: RangeResult, source: string, linesBefore: number, maxSaved: number): void {
    const stats = this.#stats;
    stats.processed += result.rows - result.misfitRows;
    stats.processedWithError += result.misfitRows;
    stats.thrownAway += result.thrownAway;
    stats.unparseable += result.badRowCount;
    for (const { line, text, reason } of result.badRows) {
      if (this.#saved.length >= maxSaved) break;
      this.#saved.push({
        type: 'unparseable',
        input: text,
        source,
        line: linesBefore + line,
        details: [reason],
      });
    }
    if (stats.unparseable > this.#plan.maxParseExceptions) {
      throw new BasaltError(
        'INCORRECT_DATA',
        `${stats.unparseable} rows of ${source} could not be parsed, maxParseExceptions is ${this.#plan.maxParseExceptions}`,
        { hint: 'Set maxSavedParseExceptions to see them in the report' },
      );
    }
  }

  async #take(piece: Piece, shape: EventShape): Promise<void> {
    if (this.#rollup === null) {
      await this.#store(piece, shape.segmentGranularity);
      return;
    }
    const { arena } = this.#environment;
    this.#rollup.add({ ...piece.batch, orders: NO_ORDERS });
    const isFull = this.#rollup.bytes >= Math.min(MAX_STATE_BYTES, arena.limitBytes * MAX_STATE_SHARE);
    if (isFull || this.#rollup.rows >= this.#plan.maxRowsInMemory) await this.#flush(shape);
  }

  async #flush(shape: EventShape): Promise<void> {
    const { arena } = this.#environment;
    const owner = arena.openOwner();
    try {
      const pieces = this.#rollup?.flush(new Region(arena, owner), (ms) =>
        truncateMs(shape.segmentGranularity, ms),
      );
      for (const piece of pieces ?? []) await this.#store(piece, shape.segmentGranularity);
    } finally {
      arena.closeOwner(owner);
    }
  }

  async #store({ startMs, batch }: Piece, granularity: Granularity): Promise<void> {
    this.#rowsStored += batch.rows;
    await this.#sink.add({ startMs, endMs: bucketEndMs(granularity, startMs) }, batch);
  }

  async finish(): Promise<IngestReport> {
    if (this.#shape !== null) await this.#flush(this.#shape);
    this.#options.signal?.throwIfAborted();
    const { segments } = await this.#sink.commit(this.#lists);
    return {
      dataSource: this.#plan.dataSource,
      rowStats: this.#stats satisfies RowStatistics,
      unparseableEvents: this.#saved,
      segments,
      rowsStored: this.#rowsStored,
    };
  }
}

function discover(format: InputFormat, sample: Uint8Array): Discovered[] {
  const lastLine = sample.lastIndexOf(10);
  const whole = lastLine < 0 ? sample : sample.subarray(0, lastLine + 1);
  if (format.kind === 'json') return discoverJson(new TextDecoder().decode(whole).split('\n'));
  const rows: string[][] = [];
  for (let at = 0; at < whole.length; ) {
    const record = splitRecord(whole, at, whole.length, format);
    rows.push(record.fields.map((field) => field.text));
    at = record.end;
  }
  return discoverDelimited(format.fields, rows);
}

const DISCOVERED: Record<string, DimensionType> = { int64: 'long', bool: 'long', float64: 'double' };

const dimensionType = (type: LogicalType): DimensionType => DISCOVERED[type.id] ?? 'string';
