/** What running a statement needs of the database it runs in. */

import type { Clock } from '../../engine/base/clock.ts';
import type { Random } from '../../engine/base/random.ts';
import type { Executor } from '../../engine/exec/executor.ts';
import type { PartitionFunction, SegmentBuilder, Store, TableDefinition } from '../../storage/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { DictionaryBook } from '../dictionary/dictionary-book.ts';
import type { OwnFiles } from '../file/own-files.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { Runtime } from '../runtime.ts';
import type { MutationLog } from '../system/mutation-log.ts';
import type { SystemSource } from '../system/table.ts';

export type Environment = {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly executor: Executor;
  /** Gives the seeds of statements. */
  readonly random: Random;
  readonly builder: SegmentBuilder;
  readonly partitionOf: (table: TableDefinition) => PartitionFunction | null;
  readonly systemSource: () => SystemSource;
  readonly mutations: MutationLog;
  readonly dictionaries: DictionaryBook;
  /** Asked for when the database is open. */
  readonly refresher: () => Refresher;
  readonly ownFiles: OwnFiles;
  readonly clock: Clock;
  /** Folder that queries may spill to. */
  readonly spillFolder: string;
  /** Something was written: flushes and merges may be due. */
  readonly wrote: () => void;
};
