/**
 * The source that reads tables: one morsel is one block of one part.
 *
 * The filter sees the columns it needs, vector by vector; the other columns of a block are not even loaded unless a
 * row survives, and only surviving rows are gathered. Blocks whose zones rule the filter out are not touched, nor those all
 * of whose rows are hidden.
 */

import { FramePins } from '../../memory/frame-cache.ts';
import type { ScanPlan } from '../../plan/node.ts';
import type { PathRead } from '../../plan/path-read.ts';
import type { SkipIndex } from '../../plan/skip-index.ts';
import type { Part, PartReader, StoredPath } from '../../plan/source.ts';
import { laneOf } from '../../type/type.ts';
import { hiddenInBlock, liveMask } from '../../vector/hidden-rows.ts';
import { type Chunk, intVector, slice, VECTOR_ROWS, type Vector } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { type Input, lazyInput, maskedInput, type Push } from '../input.ts';
import type { ScanFilter } from '../join/scan-filter.ts';
import { excludedBy, outside, type Range, type Ranges, rangesOf } from '../prune.ts';
import { RowFilter } from '../row-filter.ts';
import { firstRowNumber, partNumber, ROW_NUMBER } from '../row-number.ts';
import { skipConditions } from '../skip/condition.ts';
import { type PageTest, skipFilters } from '../skip/skip-filter.ts';
import type { LeadingKey } from '../sort/leading-key.ts';
import { type ScanKey, ScanOrder } from './scan-order.ts';
import { ScanPaths, storedColumn } from './scan-paths.ts';

export type ScanParts = readonly Part[];

/** A top-N that the rows go to, and the first key's value of the last row it keeps; null: it keeps all yet. */
export type ScanTop = LeadingKey & { readonly last: () => bigint | null };

/** What a page is left out by; false: it is not. */
type Skipped = boolean | string;

export class ScanSource {
  readonly morsels: number;
  readonly #task: TaskContext;
  readonly #plan: ScanPlan;
  readonly #parts: ScanParts;
  readonly #order: ScanOrder;
  readonly #ranges: Ranges;
  readonly #filter: RowFilter | null;
  readonly #indexTests: readonly PageTest[];
  readonly #paths: ScanPaths;
  /** Rows per batch; more than VECTOR_ROWS only when no column can come in pages of text. */
  readonly #batchRows: number;

  /** What joins tell about the rows they will drop. */
  readonly #joinFilters: readonly ScanFilter[];
  /** The values that a top-N has not refused yet; null: all. */
  readonly #wanted: () => Range | null;

  constructor(
    task: TaskContext,
    plan: ScanPlan,
    parts: ScanParts,
    batchRows: number,
    joinFilters: readonly ScanFilter[],
    top: ScanTop | null,
  ) {
    this.#paths = new ScanPaths(task, plan);
    const hasText = this.#paths.any || plan.schema.some((f) => laneOf(f.type) === 'str');
    this.#batchRows = hasText ? VECTOR_ROWS : batchRows;
    this.#task = task;
    this.#plan = plan;
    this.#parts = parts;
    const key = top && { columnId: plan.columnIds[top.column], descending: top.descending };
    this.#order = new ScanOrder(parts, key, (part) => task.reader(part));
    this.morsels = this.#order.morsels;
    this.#wanted = () => (top === null || key === null ? null : rangeUpTo(key, top.last()));
    this.#joinFilters = joinFilters;
    const own = plan.filter === null ? [] : rangesOf(plan.filter, plan.columnIds);
    const ofJoins = joinFilters.flatMap((filter) =>
      filter.ranges.map(({ column, ...range }) => ({ ...range, columnId: plan.columnIds[column] })),
    );
    this.#ranges = [...own, ...ofJoins];
    this.#filter = plan.filter === null ? null : new RowFilter(task, plan.filter);
    const conditions = plan.filter === null ? [] : skipConditions(plan.filter, plan, indexesOf(parts));
    this.#indexTests = skipFilters(task, conditions);
  }

  run(morsel: number, push: Push): void {
    const place = this.#order.place(morsel);
    const index = place.part;
    const part = this.#parts[index];
    const wanted = this.#wanted();
    const reader = this.#task.reader(part);
    const block = this.#order.blockAt(place);
    const ranges = wanted === null ? this.#ranges : [...this.#ranges, wanted];
    if (this.#excludes(reader, block, part, ranges)) return;
    // Frames outlive the morsel when a sink keeps references into them.
    const pins = this.#task.keepsStrings ? this.#task.pins : new FramePins(this.#task.engine.frames);
    const chunks = new Map<number, Chunk>();
    const first = firstRowNumber(partNumber(part, index), block);
    const chunkOf = (columnId: number): Chunk => {
      let chunk = chunks.get(columnId);
      if (chunk === undefined) {
        chunk = reader.chunk(block, columnId, pins);
        chunks.set(columnId, chunk);
      }
      return chunk;
    };
    try {
      const rows = reader.blockRows(block);
      const skip = this.#skippedPages(reader, part, block, ranges);
      // Where pages are left out, batches are pages.
      const step = skip?.some((by) => by !== false) === true ? VECTOR_ROWS : this.#batchRows;
      let read = 0;
      for (let from = 0; from < rows; from += step) {
        const n = Math.min(step, rows - from);
        if (skip !== null && this.#sparesAll(skip, from, n)) continue;
        read += n;
        this.#vector(chunkOf, reader, part, block, from, n, first, push);
      }
      const bytes = read * 8 * chunks.size;
      if (read === 0 && skip?.some((by) => typeof by === 'string')) this.#task.counters.indexedBlock(rows);
      else this.#task.counters.readBlock(rows, read, bytes);
      this.#task.control.addRead(read, bytes);
    } finally {
      if (pins !== this.#task.pins) pins.release();
    }
  }

  /** No row of the block can pass: all are hidden, by its zones, by its bitmaps. */
  #excludes(reader: PartReader, block: number, { hidden }: Part, ranges: Ranges): boolean {
    const rows = reader.blockRows(block);
    if (hidden !== undefined && hiddenInBlock(this.#task.arena, hidden, block) >= rows)
      return this.#task.counters.spareBlock('deleted', rows);
    // The keys of a join without right rows are a range without values.
    if (this.#joinFilters.some((filter) => filter.empty))
      return this.#task.counters.spareBlock('blockZones', rows);
    for (const range of ranges) {
      const columnId = storedColumn(this.#plan, range.columnId, reader, block);
      const zone = columnId === undefined ? undefined : reader.zone(block, columnId);
      if (zone !== undefined && excludedBy(range, zone, rows))
        return this.#task.counters.spareBlock('blockZones', rows);
    }
    return (
      ranges.some((range) => this.#noBitmapHit(reader, block, range, rows)) &&
      this.#task.counters.spareBlock('bitmap', rows)
    );
  }

  #noBitmapHit(reader: PartReader, block: number, { columnId, strings }: Range, rows: number): boolean {
    const stored = storedColumn(this.#plan, columnId, reader, block);
    if (strings === null || reader.candidates === undefined || stored === undefined) return false;
    const codes = reader.codes?.(stored, strings);
    if (codes === undefined) return false;
    if (codes.length === 0) return true;
    const { scratch } = this.#task;
    const mark = scratch.mark();
    const hits = reader.candidates(block, stored, codes, scratch.allocZero(rows));
    scratch.reset(mark);
    return hits === 0;
  }

  /**
   * Per VECTOR_ROWS rows of the block: true when their bounds rule them out, the names of indexes when these do. Null when
   * nothing does.
   */
  #skippedPages(reader: PartReader, part: Part, block: number, ranges: Ranges): Skipped[] | null {
    let skipped: Skipped[] | null = null;
    for (const range of ranges) {
      const columnId = storedColumn(this.#plan, range.columnId, reader, block);
      const zones = columnId === undefined ? undefined : reader.pageZones?.(block, columnId);
      if (zones === undefined) continue;
      const outsides = zones.map((zone) => outside(range, zone));
      skipped = skipped === null ? outsides : skipped.map((s, i) => s || outsides[i]);
    }
    if (part.indexes === undefined || this.#indexTests.length === 0) return skipped;
    const pages = Math.ceil(reader.blockRows(block) / VECTOR_ROWS);
    skipped ??= new Array<Skipped>(pages).fill(false);
    let asked = skipped.reduce((mask, by, page) => (by === false ? mask | (1 << page) : mask), 0);
    for (const { names, apply } of this.#indexTests) {
      if (asked === 0) break;
      const left = apply(reader, part, block, asked);
      this.#task.counters.askIndexes(names, bitCount(asked));
      for (let page = 0; page < pages; page++) if (((asked & ~left) >> page) & 1) skipped[page] = names;
      asked = left;
    }
    return skipped;
  }

  /** Are all pages of these rows left out? Then they are counted so. */
  #sparesAll(skip: readonly Skipped[], from: number, rows: number): boolean {
    const first = from / VECTOR_ROWS;
    const pages = skip.slice(first, Math.ceil((from + rows) / VECTOR_ROWS));
    if (pages.includes(false)) return false;
    pages.forEach((by, i) => {
      const pageRows = Math.min(VECTOR_ROWS, rows - i * VECTOR_ROWS);
      if (typeof by === 'string') this.#task.counters.spareIndexedPage(by, pageRows);
      else this.#task.counters.sparePages(pageRows);
    });
    return true;
  }

  #vector(
    chunkOf: (columnId: number) => Chunk,
    reader: PartReader,
    { hidden }: Part,
    block: number,
    from: number,
    rows: number,
    first: number,
    push: Push,
  ): void {
    const { kernels, scratch } = this.#task;
    this.#task.check();
    this.#task.place.row = from;
    const mark = scratch.mark();
    const table = (id: number): Vector =>
      id === ROW_NUMBER ? this.#rowNumbers(first + from, rows) : slice(chunkOf(id), from, rows);
    let input: Input = this.#paths.any
      ? this.#withPaths(reader, block, from, rows, table)
      : lazyInput(rows, (column) => table(this.#plan.columnIds[column]));
    const live = hidden === undefined ? 0 : liveMask(kernels, scratch, hidden, block, from, rows);
    if (this.#filter !== null) input = this.#filter.apply(input, live);
    else if (live !== 0) input = maskedInput(this.#task, input, live);
    if (this.#joinFilters.length > 0) {
      const before = input.rows;
      for (const filter of this.#joinFilters) input = filter.apply(input);
      this.#task.counters.filterByJoins(before, before - input.rows);
    }
    if (input.rows > 0) push(input);
    scratch.reset(mark);
  }

  /** Paths of JSON are made of other columns, for the rows that are left when they are read. */
  #withPaths(
    reader: PartReader,
    block: number,
    from: number,
    rows: number,
    table: (columnId: number) => Vector,
  ): Input {
    const { columnIds, paths = [] } = this.#plan;
    const source = (column: number): { read: PathRead; stored: StoredPath | undefined } | undefined => {
      const read = this.#paths.read(columnIds[column]);
      return read && { read, stored: this.#paths.stored(reader, read, block, from) };
    };
    /** What a path is made of stands behind the scan's own columns. */
    const sourceId = (column: number): number => {
      const read = paths[column - columnIds.length];
      return this.#paths.stored(reader, read, block, from)?.columnId ?? read.columnId;
    };
    const made = new Set<number>();
    const computed = (column: number, of: Input): Vector | undefined => {
      const found = source(column);
      if (found === undefined || made.has(column)) return undefined;
      const { read, stored } = found;
      if (stored !== undefined && this.#paths.isSame(read, stored)) return undefined;
      const values = of.column(columnIds.length + paths.indexOf(read));
      return stored === undefined
        ? this.#paths.evaluate(read, values)
        : this.#paths.convert(read, stored, values);
    };
    const input: Input = lazyInput(
      rows,
      (column) => {
        if (column >= columnIds.length) return table(sourceId(column));
        const values = computed(column, input);
        if (values !== undefined) made.add(column);
        return values ?? table(source(column)?.stored?.columnId ?? columnIds[column]);
      },
      computed,
    );
    return input;
  }

  #rowNumbers(first: number, rows: number): Vector {
    const data = this.#task.scratch.alloc(rows * 8);
    this.#task.kernels.series_i64(rows, BigInt(first), 1n, data);
    return intVector(rows, data, 8, 0n, 0);
  }
}

/** Inclusive: what is equal in the first key, the next ones decide. */
const rangeUpTo = ({ columnId, descending }: ScanKey, last: bigint | null): Range | null =>
  last === null
    ? null
    : { columnId, lo: descending ? last : null, hi: descending ? null : last, strings: null };

/** Indexes that any of the parts has. */
function indexesOf(parts: ScanParts): readonly SkipIndex[] {
  const all = new Map<number, SkipIndex>();
  let last: readonly SkipIndex[] | undefined;
  for (const { indexes } of parts) {
    if (indexes === undefined || indexes === last) continue;
    last = indexes;
    for (const index of indexes) all.set(index.id, index);
  }
  return [...all.values()];
}

const bitCount = (mask: number): number => {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
};
