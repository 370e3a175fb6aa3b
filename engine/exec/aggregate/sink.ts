/**
 * The first half of GROUP BY, on one thread: takes batches, leaves partial states for the merge (merge.ts).
 *
 * It picks by shape and changes its mind as it learns: small codes go to dense arrays; other keys to a group table
 * that stays in the cache and is emptied into 256 partitions when full; and when emptying shows that grouping here
 * hardly shrinks the data, rows go to the partitions as they are, to be grouped once, by the merge.
 *
 * Over its budget a thread writes its partitions to its spill file and begins again. Until then strings stay where they
 * were read; from then on it keeps its own copies, so that frames can go with their morsel.
 */

import type { Region } from '../../memory/region.ts';
import type { AggregateCall, Expr } from '../../plan/expr.ts';
import { VECTOR_ROWS } from '../../vector/vector.ts';
import type { TaskContext } from '../context.ts';
import { compile } from '../expression/compile.ts';
import type { Evaluator } from '../expression/evaluator.ts';
import type { Input } from '../input.ts';
import { KeptStrings } from '../keep-strings.ts';
import { type KeyShape, keyHashes, keyWords } from '../key.ts';
import { type PartitionedRows, PartitionWriter } from '../partition.ts';
import type { RowLayout } from '../row-layout.ts';
import { type ArgumentEvaluators, compileArguments, evaluateArguments } from './arguments.ts';
import { DenseGroups } from './dense.ts';
import type { GroupColumns } from './emit-groups.ts';
import { Groups, groupShape, stateLayout } from './groups.ts';
import { RawRows } from './raw-rows.ts';
import { GroupSpill, type SpilledGroups } from './spill.ts';

export type AggregateSpec = { readonly keys: readonly Expr[]; readonly aggregates: readonly AggregateCall[] };

/** What one thread leaves for the merge; all addresses belong to the query. */
export type AggregatePartial = {
  /** Few groups, not partitioned. */
  readonly flat: GroupColumns | null;
  readonly states: PartitionedRows | null;
  /** Rows never grouped (raw-rows.ts). */
  readonly raw: PartitionedRows | null;
  /** A thread that had to spill has nothing else. */
  readonly spilled: SpilledGroups | null;
};

/** Groups at which a thread looks whether grouping here shrinks the data at all. */
const TRIAL_GROUPS = 1 << 13;
/** Groups a thread keeps before it empties them into partitions. */
const LOCAL_GROUPS = 1 << 14;
/** Up to this many groups in all are left as they are: the merge takes them faster as one piece than as 256. */
const FLAT_GROUPS = 1 << 13;
/** Fewer input rows per group than this: grouping here does not pay. */
const MIN_REDUCTION = 3;

export class AggregateSink {
  readonly #task: TaskContext;
  readonly #shape: KeyShape;
  readonly #keys: readonly Evaluator[];
  readonly #args: readonly ArgumentEvaluators[];
  readonly #dense: DenseGroups;
  readonly #groups: Groups;
  readonly #rawRows: RawRows;
  readonly #stateLayout: RowLayout;
  /** Partitions. */
  readonly #region: Region;
  #stateWriter: PartitionWriter | null = null;
  #rawWriter: PartitionWriter | null = null;
  #denseWorks = true;
  #rowsSinceFlush = 0;
  #spill: GroupSpill | null = null;
  /** Null until something was spilled. */
  #strings: KeptStrings | null = null;

  constructor(task: TaskContext, spec: AggregateSpec) {
    const { heap } = task;
    this.#task = task;
    this.#region = task.region();
    this.#shape = groupShape(spec.keys);
    this.#keys = spec.keys.map((k) => compile(k, task));
    this.#args = compileArguments(task, spec.aggregates);
    this.#groups = new Groups(task, heap, this.#shape, spec.aggregates);
    this.#stateLayout = stateLayout(this.#shape, spec.aggregates);
    this.#rawRows = new RawRows(this.#shape, spec.aggregates);
    this.#dense = new DenseGroups(task, heap, this.#shape, spec.aggregates, (keys, states, n) =>
      this.#mergeStates(keys, states, n),
    );
  }

  consume(input: Input): void {
    if (input.rows === 0) return;
    this.#take(input);
    if (this.#task.spill?.due('group', this.#spillableBytes, this.#fixedBytes) === true) this.#spillAll();
  }

  /** Only now are strings of the morsel's batches in nobody's use. */
  endMorsel(): void {
    const { spill, pins } = this.#task;
    if (spill?.crowds('group', pins.bytes) === true) this.#spillAll();
    if (this.#spill !== null) this.#task.dropStrings();
  }

  finish(): AggregatePartial {
    if (this.#spill !== null) {
      this.#spillAll();
      return { flat: null, states: null, raw: null, spilled: this.#spill.finish() };
    }
    this.#dense.flush();
    const { count } = this.#groups;
    let flat: GroupColumns | null = null;
    if (this.#stateWriter !== null || this.#rawWriter !== null || count > FLAT_GROUPS) this.#emptyTable();
    else if (count > 0) flat = { columns: this.#groups.columns, hashes: this.#groups.hashes, rows: count };
    return {
      flat,
      states: this.#stateWriter?.finish() ?? null,
      raw: this.#rawWriter?.finish() ?? null,
      spilled: null,
    };
  }

  get #spillableBytes(): number {
    const states = (this.#stateWriter?.rows ?? 0) * this.#stateLayout.rowBytes;
    const raw = (this.#rawWriter?.rows ?? 0) * this.#rawRows.layout.rowBytes;
    const blocks = this.#groups.blockBytes + this.#dense.blockBytes;
    return states + raw + blocks + this.#task.lastingBytes + (this.#strings?.bytes ?? 0);
  }

  get #fixedBytes(): number {
    return (this.#groups.count + this.#dense.cells) * this.#stateLayout.words * 8;
  }

  #take(input: Input): void {
    const { rows } = input;
    const keys = this.#keys.map((k) => k(input));
    const args = evaluateArguments(this.#task, this.#args, input);
    if (this.#rawWriter === null) {
      this.#denseWorks &&= this.#dense.consume(keys, args, rows);
      if (this.#denseWorks) return;
    }
    const words = keyWords(this.#task, this.#shape, keys, rows);
    if (this.#rawWriter !== null) {
      const hashes = keyHashes(this.#task, this.#shape, words, keys, rows);
      const columns = this.#rawRows.ofBatch(this.#task, words, args, rows, this.#strings);
      this.#rawWriter.append(hashes, columns, rows);
      return;
    }
    if (!this.#groups.addRuns(words, args, rows)) {
      const hashes = keyHashes(this.#task, this.#shape, words, keys, rows);
      this.#groups.addRows(words, hashes, args, rows);
    }
    this.#rowsSinceFlush += rows;
    const { count } = this.#groups;
    if (count <= TRIAL_GROUPS) return;
    if (this.#rowsSinceFlush < count * MIN_REDUCTION) {
      this.#emptyTable();
      this.#rawWriter = this.#writer(this.#rawRows.layout);
    } else if (count > LOCAL_GROUPS) this.#emptyTable();
  }

  #mergeStates(keys: readonly number[], states: readonly number[], n: number): void {
    this.#groups.addStates(keys, states, 0, n);
    if (this.#groups.count > LOCAL_GROUPS) this.#emptyTable();
  }

  #writer(layout: RowLayout): PartitionWriter {
    return new PartitionWriter(this.#task, this.#region, layout, VECTOR_ROWS);
  }

  #emptyTable(): void {
    const { count, columns, hashes } = this.#groups;
    if (count === 0) return;
    this.#stateWriter ??= this.#writer(this.#stateLayout);
    for (let from = 0; from < count; from += VECTOR_ROWS) {
      this.#stateWriter.append(
        hashes + from * 4,
        columns.map((c) => c + from * 8),
        Math.min(VECTOR_ROWS, count - from),
      );
    }
    this.#groups.clear();
    this.#rowsSinceFlush = 0;
  }

  /** Everything goes to the file; small codes are not worth an array of their own any more. */
  #spillAll(): void {
    this.#dense.flush();
    this.#denseWorks = false;
    this.#emptyTable();
    this.#spill ??= new GroupSpill(this.#task);
    if (this.#stateWriter !== null) this.#spill.writeStates(this.#stateLayout, this.#stateWriter.finish());
    if (this.#rawWriter !== null) this.#spill.writeRaw(this.#rawRows.layout, this.#rawWriter.finish());
    this.#region.free();
    this.#groups.freeBlocks();
    this.#stateWriter = null;
    if (this.#rawWriter !== null) this.#rawWriter = this.#writer(this.#rawRows.layout);
    this.#keepOwnStrings();
  }

  #keepOwnStrings(): void {
    if (this.#strings !== null) {
      this.#strings.free();
      return;
    }
    this.#strings = new KeptStrings(this.#task, this.#task.region());
    this.#groups.keepStringsIn(this.#strings);
    this.#task.stopKeepingStrings();
  }
}
