/**
 * Where operators put what does not fit their memory, as an interface: the engine knows bytes and names, not folders.
 *
 * A spill file is written once, from its beginning to its end, by one thread, and then read by any. Calls are
 * synchronous: they run on workers, between kernel calls. Buffers view the arena, so that a read lands where it is
 * wanted. Nothing is ever synced: spill files mean nothing after the end of their query. Failures are typed
 * (CANNOT_WRITE, CANNOT_READ) and end the query. Sizes and offsets are bytes.
 */

export interface SpillWriter {
  append(bytes: Uint8Array): void;
  close(): void;
}

export interface SpillReader {
  /** Fills `into` from `offset`, or fails. */
  read(into: Uint8Array, offset: number): void;
  close(): void;
}

/** One folder of spill files, seen from one thread. */
export interface SpillSpace {
  /** A new file; the name must not be in use. */
  create(name: string): SpillWriter;
  open(name: string): SpillReader;
  /** Removes every file whose name begins with `prefix`, as far as it can; nobody has them open. */
  remove(prefix: string): void;
}

/** Gives a thread its view of a folder. */
export type OpenSpillSpace = (folder: string) => SpillSpace;

/** When operators of one kind spill. Bytes; 0 = no such bound. */
export type SpillBound = {
  /** What the operator keeps in memory, all threads together. */
  readonly ownBytes: number;
  /** What the whole query may use. */
  readonly queryBytes: number;
};

/** Sort: its rows; join: its build side; group: groups, and rows on their way to become groups. */
export type SpillKind = 'sort' | 'join' | 'group';

export type SpillLimits = Readonly<Record<SpillKind, SpillBound>> & {
  /** Bytes of spill files a query may write; 0 = any number. */
  readonly fileBytes: number;
};

/** What a query's threads need to know to spill; plain data. */
export type SpillPlan = {
  readonly folder: string;
  /** All files of the query begin with it. */
  readonly prefix: string;
  readonly threads: number;
  readonly limits: SpillLimits;
};
