/**
 * What a thread brings to execution, and what one task of one query has on that thread.
 *
 * Lifetimes, shortest first: `scratch` lives for one batch (operators mark and reset it), `heap` for the whole query.
 * Strings, and the frames they are read from, go with their batch and morsel, unless the sink keeps references: then
 * both stay until it lets go of them. A task is used by one thread only.
 */

import { bytesOfText } from '../base/bytes-text.ts';
import type { Clock } from '../base/clock.ts';
import { assert, BasaltError } from '../base/error.ts';
import type { Kernels } from '../kernel/load.ts';
import type { KeyedRows } from '../keyed/keyed-rows.ts';
import type { Arena } from '../memory/arena.ts';
import { type FrameCache, FramePins, type Frames } from '../memory/frame-cache.ts';
import { Region } from '../memory/region.ts';
import type { OpenSpillSpace, SpillPlan } from '../memory/spill.ts';
import type { Part, PartReader } from '../plan/source.ts';
import { ByDictionary, memoryOf } from '../vector/passing-dictionary.ts';
import type { Dictionary } from '../vector/vector.ts';
import type { Control } from './control.ts';
import type { Draws } from './expression/draw.ts';
import type { OnceEvaluators } from './expression/once.ts';
import { ReadCounters } from './profile/read-counters.ts';
import type { StageMeter } from './profile/stage-meter.ts';
import { TaskSpill } from './spill/task-spill.ts';

/** Opens a part of one kind on this thread. What its reader needs of the arena besides frames belongs to `owner`, the query. */
export type PartOpener = (descriptor: unknown, engine: TaskEngine, owner: number) => PartReader;

export type EngineContext = {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly frames: FrameCache;
  readonly openers: ReadonlyMap<string, PartOpener>;
  readonly clock: Clock;
  /** Where queries may spill to; absent = they never do. */
  readonly openSpill?: OpenSpillSpace;
  /** Lets other work of this thread in when a morsel takes long; absent where nothing else can wait. */
  readonly breathe?: () => void;
};

/** What a task works with: also one outside of queries, whose frames are its own. */
export type TaskEngine = Omit<EngineContext, 'frames'> & { readonly frames: Frames };

/** Seed of all string and key hashes of a process; the same on every thread. */
export const HASH_SEED = 0x5bd1e9955bd1e995n;

/** Rows of one kernel call where a caller has all rows of a query at hand. */
export const STEP_ROWS = 1 << 17;

export type KeyedTables = ReadonlyMap<number, KeyedRows>;
const NO_KEYED_TABLES: KeyedTables = new Map();

export class TaskContext {
  readonly engine: TaskEngine;
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly control: Control;
  readonly heap: Region;
  readonly scratch: Region;
  /** Where functions write the bytes of new strings: `scratch`, unless strings are kept. */
  strings: Region;
  readonly pins: FramePins;
  /** Null when the query has no place to spill to. */
  readonly spill: TaskSpill | null;
  readonly counters = new ReadCounters();
  /** Null where no expression is shared. */
  once: OnceEvaluators | null = null;
  /** Null where nothing is drawn at random. */
  draws: Draws | null = null;
  /** Rows that are asked by key, by the numbers of their tables. */
  keyed: KeyedTables = NO_KEYED_TABLES;
  /** The morsel under way, and how many of its rows were before the batch under way, as far as its source says. */
  readonly place = { morsel: 0, row: 0 };
  /** Null unless the query is profiled. */
  meter: StageMeter | null = null;
  readonly #regions: Region[] = [];
  #lasting: Region | null = null;
  readonly #readers = new Map<string, PartReader>();
  readonly #dictionaryRefs = new ByDictionary<number>();
  readonly #dictionaryHashes = new ByDictionary<number>();
  readonly #constants = new Map<string, bigint>();

  constructor(engine: TaskEngine, control: Control, owner: number, spill: SpillPlan | null = null) {
    this.engine = engine;
    this.arena = engine.arena;
    this.kernels = engine.kernels;
    this.control = control;
    this.heap = new Region(engine.arena, owner);
    this.scratch = new Region(engine.arena, owner);
    this.strings = this.scratch;
    this.pins = new FramePins(engine.frames);
    this.spill =
      spill === null || engine.openSpill === undefined
        ? null
        : new TaskSpill(engine.arena, control, owner, spill, engine.openSpill(spill.folder));
  }

  /** For who reads what was spilled: it cannot be without a place then. */
  get spilled(): TaskSpill {
    assert(this.spill !== null, 'nothing is spilled without a place to spill to');
    return this.spill;
  }

  /** For a sink that keeps references: strings stay where they are read or made, and so do the frames of sources. */
  keepStrings(): void {
    this.#lasting = this.region();
    this.strings = this.#lasting;
  }

  get keepsStrings(): boolean {
    return this.strings === this.#lasting;
  }

  /** Bytes of the strings that were made and kept. */
  get lastingBytes(): number {
    return this.#lasting?.bytes ?? 0;
  }

  /** From now on strings go with their batch, and frames with their morsel. What was kept stays. */
  stopKeepingStrings(): void {
    this.strings = this.scratch;
  }

  /** Lets go of what was kept; no batch of its morsels may be in use. */
  dropStrings(): void {
    this.#lasting?.free();
    this.pins.release();
  }

  /** Memory of an operator's own, which it can let go of before the query ends. */
  region(): Region {
    const region = new Region(this.arena, this.heap.owner);
    this.#regions.push(region);
    return region;
  }

  /** Arena bytes that are there for the stages to come. */
  get keptBytes(): number {
    return [this.heap, ...this.#regions].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  reader(part: Part): PartReader {
    const known = this.#readers.get(part.key);
    if (known !== undefined) return known;
    const opener = this.engine.openers.get(part.kind);
    if (opener === undefined)
      throw new BasaltError('LOGICAL_ERROR', `No opener for parts of kind ${part.kind}`);
    const reader = opener(part.descriptor, this.engine, this.heap.owner);
    this.#readers.set(part.key, reader);
    return reader;
  }

  /** Address of one string reference per dictionary entry, made once per task. */
  dictionaryRefs(dictionary: Dictionary): number {
    let table = this.#dictionaryRefs.get(dictionary);
    if (table === undefined) {
      table = memoryOf(dictionary, this.heap).alloc(dictionary.count * 8);
      this.kernels.refs_of_offsets(dictionary.offsets, dictionary.bytes, dictionary.count, table);
      this.#dictionaryRefs.set(dictionary, table);
    }
    return table;
  }

  /** Address of one hash (u32) per dictionary entry. */
  dictionaryHashes(dictionary: Dictionary): number {
    let table = this.#dictionaryHashes.get(dictionary);
    if (table === undefined) {
      table = memoryOf(dictionary, this.heap).alloc(dictionary.count * 4);
      this.kernels.hash_entries(dictionary.offsets, dictionary.bytes, dictionary.count, HASH_SEED, table);
      this.#dictionaryHashes.set(dictionary, table);
    }
    return table;
  }

  /** Reference to the UTF-8 bytes of a text, written once per query and thread. For literals, not for data. */
  constantRef(text: string): bigint {
    let ref = this.#constants.get(text);
    if (ref === undefined) {
      const bytes = bytesOfText(text);
      const address = this.heap.alloc(Math.max(1, bytes.length));
      this.arena.u8.set(bytes, address);
      ref = (BigInt(bytes.length) << 32n) | BigInt(address);
      this.#constants.set(text, ref);
    }
    return ref;
  }

  /** To be called between kernel calls: stops a cancelled query, and lets others have the thread. */
  check(): void {
    this.control.check();
    const { breathe } = this.engine;
    if (breathe === undefined) return;
    if (this.meter === null) breathe();
    else this.meter.outside(breathe);
  }

  /** Work over many rows in pieces of a few milliseconds, with a check before each. */
  inSteps(rows: number, work: (from: number, rows: number) => void): void {
    for (let from = 0; from < rows; from += STEP_ROWS) {
      this.check();
      work(from, Math.min(STEP_ROWS, rows - from));
    }
  }

  /** Lets go of frames, readers and files; heap pages go back with the query's owner. */
  close(): void {
    this.spill?.close();
    this.pins.release();
    for (const reader of this.#readers.values()) reader.close();
    this.#readers.clear();
  }
}
