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
  /** Removes every file whose name begins with `prefix`, as far as it can. */
  remove(prefix: string): void;
}

/** Gives a thread its view of a folder. */
export type OpenSpillSpace = (folder: string) => SpillSpace;

/** When operators of a query spill, and how much. Bytes; 0 = no bound of its own. */
export type SpillLimits = {
  /** Bytes of rows a sort keeps in memory, all threads together. */
  readonly sortBytes: number;
  /** Bytes of rows a join keeps in memory for its build side, all threads together. */
  readonly joinBytes: number;
  /** Bytes of arena a query may use before operators without a bound of their own spill. */
  readonly queryBytes: number;
  /** Bytes of spill files a query may write. */
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
