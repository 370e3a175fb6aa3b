/**
 * What a start does before it serves: brings the WAL's rows back into the memtables, and sweeps files that
 * nothing refers to (written before a crash, never acknowledged).
 */

import { BasaltError } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import type { CodecContext } from '../codec/context.ts';
import { type FileSystem, joinPath, removeQuietly } from '../fs/file-system.ts';
import { RECORD_HEADER_BYTES } from '../log/record-log.ts';
import type { ManifestState } from '../manifest/state.ts';
import { DETACHED_FOLDER, SEGMENT_FOLDER, segmentFiles } from '../segment/meta.ts';
import { MemoryEntry } from '../table/memtable.ts';
import type { Table } from '../table/table.ts';
import { decodePayload } from '../wal/batch-payload.ts';
import { readWal, type WalContents, walFileName, walNumbers } from '../wal/wal.ts';

/** Fills the memtables with what the WAL holds beyond the segments. */
export function replayWal(
  context: CodecContext,
  fs: FileSystem,
  dir: string,
  state: ManifestState,
  tables: ReadonlyMap<number, Table>,
  nowMs: number,
): WalContents & { readonly lastSequence: number } {
  const contents = readWal(context, fs, dir, state.firstWal);
  let lastSequence = Math.max(0, ...[...state.tables.values()].map((table) => table.flushedSequence));
  for (const { payload, sequence, file } of contents.records) {
    lastSequence = Math.max(lastSequence, sequence);
    const region = new Region(context.arena, context.scratch.owner, 1);
    const address = region.alloc(RECORD_HEADER_BYTES + payload.length) + RECORD_HEADER_BYTES;
    context.arena.u8.set(payload, address);
    const { tableId, token, batches } = decodePayload(context.arena, address, payload.length);
    const table = tables.get(tableId);
    if (table === undefined || sequence <= (state.tables.get(tableId)?.flushedSequence ?? 0)) {
      region.free();
      continue;
    }
    const tokens = token === null ? [] : [token];
    table.addTokens(tokens);
    table.memtable.add(
      new MemoryEntry({
        sequence,
        walFile: file,
        batches,
        tokens,
        bytes: payload.length,
        createdMs: nowMs,
        region,
      }),
    );
  }
  return { ...contents, lastSequence };
}

/** Removes segment, overlay and WAL files that the manifest does not need, and fails if one that it needs is gone. */
export function sweepFiles(fs: FileSystem, dir: string, state: ManifestState): void {
  const folder = joinPath(dir, SEGMENT_FOLDER);
  const names = new Set(fs.list(folder));
  for (const table of state.tables.values()) {
    for (const meta of table.segments.values()) {
      for (const name of segmentFiles(meta, meta.id)) {
        if (names.delete(name)) continue;
        throw new BasaltError('CORRUPTED_DATA', `${joinPath(folder, name)} is missing`, {
          hint: `It is part of table ${table.definition.name}; restore it from a backup`,
        });
      }
    }
  }
  for (const name of names) removeQuietly(fs, joinPath(folder, name));
  sweepDetached(fs, joinPath(dir, DETACHED_FOLDER), state);
  for (const number of walNumbers(fs, dir)) {
    if (number < state.firstWal) removeQuietly(fs, joinPath(dir, walFileName(number)));
  }
}

/** Detached segments that the manifest does not name were attached again, or never were detached. */
function sweepDetached(fs: FileSystem, folder: string, state: ManifestState): void {
  if (fs.stat(folder) === null) return;
  const kept = new Set(
    [...state.tables.values()].flatMap(({ detached }) =>
      detached.flatMap(({ meta }) => segmentFiles(meta, meta.id)),
    ),
  );
  for (const name of fs.list(folder)) if (!kept.has(name)) removeQuietly(fs, joinPath(folder, name));
}
