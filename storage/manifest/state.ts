/**
 * What the manifest says, and the only ways to change it.
 *
 * A record of the manifest is a list of edits that take effect together; replaying all records gives the state.
 * Invariant: `applyEdits` never fails half-way on edits that were written, because they were applied to the
 * same state before.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import type { OverlayMeta, SegmentMeta } from '../segment/meta.ts';
import type { ColumnDefinition, TableDefinition } from '../table/definition.ts';

/** Dedup tokens remembered of each table. */
export const TOKEN_WINDOW = 10000;

/** A segment that was taken out of its table but not thrown away: `detached/ID.seg`. */
export type DetachedSegment = {
  readonly meta: SegmentMeta;
  /** The table's columns when it left: ids of `meta` are theirs. */
  readonly columns: readonly ColumnDefinition[];
};

export type TableState = {
  readonly definition: TableDefinition;
  readonly segments: ReadonlyMap<number, SegmentMeta>;
  /** WAL records of the table up to this sequence are in segments. */
  readonly flushedSequence: number;
  /** Oldest first. */
  readonly tokens: readonly string[];
  readonly detached: readonly DetachedSegment[];
};

export type ManifestState = {
  readonly nextTableId: number;
  readonly nextSegmentId: number;
  /** First WAL file that may hold something not yet in segments. */
  readonly firstWal: number;
  readonly tables: ReadonlyMap<number, TableState>;
  /** Views, stream offsets and whatever else must change together with tables; opaque to storage. */
  readonly values: ReadonlyMap<string, unknown>;
};

export type Edit =
  | { readonly kind: 'createTable'; readonly table: TableDefinition }
  | { readonly kind: 'alterTable'; readonly table: TableDefinition }
  | { readonly kind: 'dropTable'; readonly tableId: number }
  | {
      readonly kind: 'swapSegments';
      readonly tableId: number;
      readonly add: readonly SegmentMeta[];
      readonly remove: readonly number[];
      readonly flushedSequence?: number;
      readonly tokens?: readonly string[];
    }
  /** Other rows of segments are hidden from now on: all that the overlay says. */
  | {
      readonly kind: 'hideRows';
      readonly tableId: number;
      readonly overlays: readonly { readonly segmentId: number; readonly overlay: OverlayMeta }[];
    }
  /** What is known of segments that stay where they are. */
  | { readonly kind: 'reviseSegments'; readonly tableId: number; readonly segments: readonly SegmentMeta[] }
  | {
      readonly kind: 'swapDetached';
      readonly tableId: number;
      readonly add: readonly DetachedSegment[];
      readonly remove: readonly number[];
    }
  | { readonly kind: 'firstWal'; readonly number: number }
  /** null forgets the key. */
  | { readonly kind: 'put'; readonly key: string; readonly value: unknown };

export const EMPTY_STATE: ManifestState = {
  nextTableId: 1,
  nextSegmentId: 1,
  firstWal: 1,
  tables: new Map(),
  values: new Map(),
};

export function applyEdits(state: ManifestState, edits: readonly Edit[]): ManifestState {
  return edits.reduce(applyEdit, state);
}

function applyEdit(state: ManifestState, edit: Edit): ManifestState {
  switch (edit.kind) {
    case 'createTable': {
      const { table } = edit;
      assert(!state.tables.has(table.id), `table id ${table.id} is taken`);
      const tables = new Map(state.tables);
      tables.set(table.id, {
        definition: table,
        segments: new Map(),
        flushedSequence: 0,
        tokens: [],
        detached: [],
      });
      return { ...state, tables, nextTableId: Math.max(state.nextTableId, table.id + 1) };
    }
    case 'alterTable':
      return withTable(state, edit.table.id, (table) => ({ ...table, definition: edit.table }));
    case 'dropTable': {
      const tables = new Map(state.tables);
      assert(tables.delete(edit.tableId), `table id ${edit.tableId} is unknown`);
      return { ...state, tables };
    }
    case 'swapSegments': {
      const ids = edit.add.map(({ id }) => id + 1);
      const next = withTable(state, edit.tableId, (table) => swapSegments(table, edit));
      return { ...next, nextSegmentId: Math.max(state.nextSegmentId, ...ids) };
    }
    case 'hideRows':
      return withTable(state, edit.tableId, (table) => hideRows(table, edit));
    case 'reviseSegments':
      return withTable(state, edit.tableId, (table) => {
        const segments = new Map(table.segments);
        for (const meta of edit.segments) {
          assert(segments.has(meta.id), `segment ${meta.id} is not of ${table.definition.name}`);
          segments.set(meta.id, meta);
        }
        return { ...table, segments };
      });
    case 'swapDetached':
      return withTable(state, edit.tableId, (table) => ({
        ...table,
        detached: [...table.detached.filter(({ meta }) => !edit.remove.includes(meta.id)), ...edit.add],
      }));
    case 'firstWal':
      return { ...state, firstWal: edit.number };
    case 'put': {
      const values = new Map(state.values);
      if (edit.value === null) values.delete(edit.key);
      else values.set(edit.key, edit.value);
      return { ...state, values };
    }
  }
}

function withTable(
  state: ManifestState,
  tableId: number,
  change: (table: TableState) => TableState,
): ManifestState {
  const table = state.tables.get(tableId);
  assert(table !== undefined, `table id ${tableId} is unknown`);
  return { ...state, tables: new Map(state.tables).set(tableId, change(table)) };
}

function swapSegments(table: TableState, edit: Extract<Edit, { kind: 'swapSegments' }>): TableState {
  const segments = new Map(table.segments);
  for (const id of edit.remove)
    assert(segments.delete(id), `segment ${id} is not of ${table.definition.name}`);
  for (const meta of edit.add) segments.set(meta.id, meta);
  return {
    ...table,
    segments,
    flushedSequence: Math.max(table.flushedSequence, edit.flushedSequence ?? 0),
    tokens: [...table.tokens, ...(edit.tokens ?? [])].slice(-TOKEN_WINDOW),
  };
}

function hideRows(table: TableState, { overlays }: Extract<Edit, { kind: 'hideRows' }>): TableState {
  const segments = new Map(table.segments);
  for (const { segmentId, overlay } of overlays) {
    const meta = segments.get(segmentId);
    assert(meta !== undefined, `segment ${segmentId} is not of ${table.definition.name}`);
    segments.set(segmentId, { ...meta, overlay });
  }
  return { ...table, segments };
}

type StoredState = Omit<ManifestState, 'tables' | 'values'> & {
  readonly tables: readonly (Omit<TableState, 'segments'> & { readonly segments: readonly SegmentMeta[] })[];
  readonly values: readonly (readonly [string, unknown])[];
};

/** The whole state as plain data: a checkpoint. */
export const storedState = (state: ManifestState): StoredState => ({
  ...state,
  tables: [...state.tables.values()].map((table) => ({ ...table, segments: [...table.segments.values()] })),
  values: [...state.values],
});

export function loadState(stored: unknown, what: string): ManifestState {
  const { tables, values, ...rest } = stored as StoredState;
  if (tables === undefined || values === undefined) {
    throw new BasaltError('CORRUPTED_DATA', `${what} holds no checkpoint`);
  }
  return {
    ...rest,
    tables: new Map(
      tables.map((table) => [
        table.definition.id,
        { ...table, segments: new Map(table.segments.map((meta) => [meta.id, meta])) },
      ]),
    ),
    values: new Map(values),
  };
}
