/** What a compared engine can do, in a process of its own (`host.ts`). */

import type { Answer, EngineName, Table } from '../suite.ts';

export type OpenOptions = {
  readonly threads: number;
  /** Basalt only; default what engine/basalt.ts says. */
  readonly memoryLimitBytes?: number;
  /** Basalt only: 'os' leaves syncing to the operating system. */
  readonly durability?: 'sync' | 'os';
};

export type OpenEngine = (folder: string, options: OpenOptions) => Promise<Engine>;

export interface Engine {
  readonly name: EngineName;
  /** Loads a file into a durable table as the engine's users would, syncs and merges included. */
  load(table: Table): Promise<void>;
  /** An empty durable table. */
  create(table: Table): Promise<void>;
  /** Rows as NDJSON, in memory and as a file, whichever the engine's client takes; durable when it answers. */
  insert(
    table: Table,
    rows: { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> },
  ): Promise<void>;
  /** A statement without a result. */
  run(sql: string): Promise<void>;
  /** Runs a query to its last row, as columns; turning them into cells happens only when `answer` is called. */
  query(sql: string): Promise<{ answer(): Promise<Answer> }>;
  /** Bytes on disk. */
  bytes(): number;
  close(): Promise<void>;
}
