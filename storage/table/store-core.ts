/**
 * What the parts of a store share: its logs, its tables, and whether it may still be written to. Only the
 * coordinator's thread has one.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { CodecContext } from '../codec/context.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { Damage } from '../repair/checker.ts';
import { LocalSegmentBuilder, type SegmentBuilder } from '../segment/segment-builder.ts';
import type { StoreOptions, StoreSettings } from '../store-options.ts';
import type { Wal } from '../wal/wal.ts';
import { layoutOf, type TableDefinition } from './definition.ts';
import type { Table } from './table.ts';

export class StoreCore {
  readonly options: StoreOptions;
  readonly settings: StoreSettings;
  readonly context: CodecContext;
  readonly manifest: Manifest;
  readonly wal: Wal;
  readonly tables: Map<number, Table>;
  readonly builder: SegmentBuilder;
  /** First WAL file of each append that is not visible yet. */
  readonly appending = new Set<{ readonly file: number }>();
  /** Segments found damaged, by id (repair/checker.ts). */
  readonly damaged = new Map<number, Damage>();
  /** Sequence of the newest WAL record. */
  sequence: number;
  closing = false;
  closed = false;
  /** The last failure of work nobody waited for. */
  backgroundError: BasaltError | null = null;

  constructor(
    options: StoreOptions,
    settings: StoreSettings,
    context: CodecContext,
    manifest: Manifest,
    wal: Wal,
    tables: Map<number, Table>,
    lastSequence: number,
  ) {
    this.options = options;
    this.settings = settings;
    this.context = context;
    this.manifest = manifest;
    this.wal = wal;
    this.tables = tables;
    this.sequence = lastSequence;
    this.builder = options.builder ?? new LocalSegmentBuilder(context, options.fs, options.clock);
  }

  /** Why nothing can be written any more; null while all is well. */
  get failed(): BasaltError | null {
    return this.manifest.failed ?? this.wal.failed;
  }

  table(tableId: number): Table {
    if (this.closed) throw closedError();
    const table = this.tables.get(tableId);
    if (table === undefined) throw unknownTable(tableId);
    return table;
  }

  /** False once it was dropped. */
  isLive(table: Table): boolean {
    return this.tables.get(table.definition.id) === table;
  }

  checkWritable(): void {
    if (this.closing) throw closedError();
    if (this.failed !== null) throw this.failed;
  }
}

export const closedError = (): BasaltError => new BasaltError('DATABASE_CLOSED', 'The database was closed');

/** Rows made for a table as it was may not fit it as it is. */
export function checkLayout(table: TableDefinition, layout: number | undefined): void {
  if (layout === undefined || layout === layoutOf(table)) return;
  throw new BasaltError('INCOMPATIBLE_COLUMNS', `Table ${table.name} was altered while rows were inserted`, {
    hint: 'Nothing was inserted: insert them again',
  });
}

export const unknownTable = (tableId: number): BasaltError =>
  new BasaltError('UNKNOWN_TABLE', `Table ${tableId} does not exist or was dropped`);
