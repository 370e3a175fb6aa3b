/**
 * The profile of a query, as its readers get it: totals, and a tree of operators with what each took, made, and cost.
 * Types only, and none from deeper in the house: they are part of the public door.
 *
 * Times are summed over threads, each without what the operator pushed to; rows are exact. Times in milliseconds, sizes
 * in bytes.
 */

/** What one step of pruning removed (DESIGN.md D5). */
export type PruningStep = {
  readonly step:
    | 'partition'
    | 'statistics'
    | 'deleted rows'
    | 'block zones'
    | 'bitmap'
    | 'page zones'
    /** By the names of the indexes that one condition asks. */
    | `skip index ${string}`
    | 'filter'
    | 'join filter';
  readonly unit: 'partitions' | 'parts' | 'blocks' | 'pages' | 'rows';
  /** Units that came to this step, and how many it removed, with the rows in them. */
  readonly of: number;
  readonly removed: number;
  readonly rows: number;
};

export type OperatorProfile = {
  readonly name: string;
  /** What it was asked to do; may be empty. */
  readonly detail: string;
  /** Of a scan or another source: rows it looked at. */
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly batches: number;
  readonly busyMs: number;
  /** Of a source: bytes read. Of what keeps rows: arena bytes its threads held at its end. Else 0. */
  readonly bytes: number;
  /** Of a scan, in the order the steps are tried; else empty. */
  readonly pruning: readonly PruningStep[];
  readonly inputs: readonly OperatorProfile[];
};

export type QueryProfile = {
  readonly elapsedMs: number;
  /** Threads that took part; 1 when the query ran where it was asked. */
  readonly threads: number;
  readonly stages: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly peakMemoryBytes: number;
  readonly spilledBytes: number;
  /** What pruning spared, over all scans; the same numbers stand at each scan of the tree. */
  readonly blocksRead: number;
  readonly blocksPruned: number;
  /** Null unless the query was profiled: EXPLAIN ANALYZE, or the setting log_profile. */
  readonly root: OperatorProfile | null;
};
