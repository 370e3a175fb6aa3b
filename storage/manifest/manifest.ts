/**
 * The one manifest of a data folder: which tables there are and which segments they are made of.
 *
 * Files `manifest-N.log` (log/record-log.ts). The first record of a file is a checkpoint of everything, the
 * others are edits, all as JSON (json.ts). A new file is begun at every start and when edits outweigh the
 * checkpoint; the one before it is removed once the new one and its name are durable.
 *
 * Invariant: `state` is what a crash right now would give back. Edits are applied in memory only after they
 * are durable, one record at a time.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { PAGE_BYTES } from '../../engine/memory/arena.ts';
import type { CodecContext } from '../codec/context.ts';
import { type FileSystem, joinPath, readWhole, removeQuietly } from '../fs/file-system.ts';
import { LogWriter, newLogFormat, RECORD_HEADER_BYTES, readLog } from '../log/record-log.ts';
import { SEGMENT_FOLDER } from '../segment/meta.ts';
import { fromJson, toJson } from './json.ts';
import { applyEdits, type Edit, EMPTY_STATE, loadState, type ManifestState, storedState } from './state.ts';

const FORMAT = newLogFormat('BSLTMAN\n');
const KIND = { checkpoint: 1, edits: 2 } as const;
const NAME = /^manifest-(\d+)\.log$/;
/** Edits may grow to this many times the checkpoint. */
const MAX_EDIT_SHARE = 2;

const fileName = (number: number): string => `manifest-${number}.log`;

/** What the folder's manifest says, without beginning a new file: for looking at a folder that somebody else may have open. */
export const readManifest = (context: CodecContext, fs: FileSystem, dir: string): ManifestState =>
  recover(context, fs, dir).state;

export class Manifest {
  readonly #context: CodecContext;
  readonly #fs: FileSystem;
  readonly #dir: string;
  readonly #editBytes: number;
  #log: LogWriter;
  #state: ManifestState;
  #version = 0;
  #checkpointEnd: number;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    context: CodecContext,
    fs: FileSystem,
    dir: string,
    editBytes: number,
    log: LogWriter,
    state: ManifestState,
  ) {
    this.#context = context;
    this.#fs = fs;
    this.#dir = dir;
    this.#editBytes = editBytes;
    this.#log = log;
    this.#state = state;
    this.#checkpointEnd = log.durableEnd;
  }

  /**
   * Recovers the folder's manifest, or begins one, and continues it in a new file.
   * @param editBytes edits a file takes at least before a new one is begun.
   */
  static async open(
    context: CodecContext,
    fs: FileSystem,
    dir: string,
    editBytes: number,
  ): Promise<Manifest> {
    const { number, state } = recover(context, fs, dir);
    const log = await begin(context, fs, dir, number + 1, state);
    for (const old of manifestNumbers(fs, dir)) {
      if (old <= number) removeQuietly(fs, joinPath(dir, fileName(old)));
    }
    return new Manifest(context, fs, dir, editBytes, log, state);
  }

  get state(): ManifestState {
    return this.#state;
  }

  /** Counts the records of this process. */
  get version(): number {
    return this.#version;
  }

  get failed(): BasaltError | null {
    return this.#log.failed;
  }

  /**
   * Makes edits durable, then applies them. `make` sees the state they will be applied to; no edits, no record.
   * `applied` is called in the same step in which `state` changes. Calls run one after another.
   */
  commit(
    make: (state: ManifestState) => readonly Edit[],
    applied?: (state: ManifestState) => void,
  ): Promise<ManifestState> {
    const run = this.#queue.then(() => this.#commit(make, applied));
    this.#queue = run.catch(() => {});
    return run;
  }

  async close(): Promise<void> {
    await this.#queue;
    this.#log.close();
  }

  async #commit(
    make: (state: ManifestState) => readonly Edit[],
    applied?: (state: ManifestState) => void,
  ): Promise<ManifestState> {
    const edits = make(this.#state);
    if (edits.length === 0) return this.#state;
    const next = applyEdits(this.#state, edits);
    await appendJson(this.#context, this.#log, KIND.edits, this.#version + 1, edits);
    this.#version++;
    this.#state = next;
    applied?.(next);
    await this.#rotateIfLong();
    return next;
  }

  async #rotateIfLong(): Promise<void> {
    const editBytes = this.#log.durableEnd - this.#checkpointEnd;
    if (editBytes < Math.max(this.#editBytes, this.#checkpointEnd * MAX_EDIT_SHARE)) return;
    const full = this.#log;
    try {
      this.#log = await begin(this.#context, this.#fs, this.#dir, full.number + 1, this.#state);
    } catch (error) {
      // A newer file that may still be there would hide what the old one says from now on.
      if (!(await this.#forget(full.number + 1))) full.fail(error);
      return;
    }
    this.#checkpointEnd = this.#log.durableEnd;
    full.close();
    removeQuietly(this.#fs, joinPath(this.#dir, fileName(full.number)));
  }

  /** True when the file is certainly gone. */
  async #forget(number: number): Promise<boolean> {
    try {
      this.#fs.unlink(joinPath(this.#dir, fileName(number)));
      await this.#fs.syncDirectory(this.#dir);
      return true;
    } catch {
      return false;
    }
  }
}

/** A folder's first manifest, of a state that comes from elsewhere. */
export async function writeManifest(
  context: CodecContext,
  fs: FileSystem,
  dir: string,
  state: ManifestState,
): Promise<void> {
  (await begin(context, fs, dir, 1, state)).close();
}

/** A new file with a checkpoint, durable with its name. */
async function begin(
  context: CodecContext,
  fs: FileSystem,
  dir: string,
  number: number,
  state: ManifestState,
): Promise<LogWriter> {
  const path = joinPath(dir, fileName(number));
  const log = await LogWriter.create(context, fs, path, FORMAT, number, 0);
  try {
    await appendJson(context, log, KIND.checkpoint, 0, storedState(state));
    await fs.syncDirectory(dir);
    return log;
  } catch (error) {
    log.close();
    throw error;
  }
}

async function appendJson(
  context: CodecContext,
  log: LogWriter,
  kind: number,
  sequence: number,
  value: unknown,
): Promise<void> {
  const payload = new TextEncoder().encode(toJson(value));
  // Taken from the arena for the time of the write: other work uses the scratch region meanwhile.
  const { arena, scratch } = context;
  const pages = Math.ceil((RECORD_HEADER_BYTES + payload.length) / PAGE_BYTES);
  const page = arena.takePages(pages, scratch.owner);
  try {
    const address = page * PAGE_BYTES;
    arena.u8.set(payload, address + RECORD_HEADER_BYTES);
    await log.append([{ kind, sequence, address, payloadBytes: payload.length }]);
  } finally {
    arena.freePages(page, pages, scratch.owner);
  }
}

const manifestNumbers = (fs: FileSystem, dir: string): number[] =>
  fs
    .list(dir)
    .map((name) => NAME.exec(name))
    .filter((match) => match !== null)
    .map((match) => Number(match[1]))
    .sort((a, b) => a - b);

/** The newest valid manifest. A newer one that was never finished being created does not count. */
function recover(
  context: CodecContext,
  fs: FileSystem,
  dir: string,
): { number: number; state: ManifestState } {
  const numbers = manifestNumbers(fs, dir);
  for (const number of numbers.toReversed()) {
    const path = joinPath(dir, fileName(number));
    const contents = readLog(context, readWhole(fs, path), path, FORMAT, number);
    const [checkpoint, ...edits] = contents?.records ?? [];
    if (checkpoint === undefined) continue;
    const parse = (payload: Uint8Array): unknown => fromJson(new TextDecoder().decode(payload), path);
    let state = loadState(parse(checkpoint.payload), path);
    for (const { payload } of edits) state = applyEdits(state, parse(payload) as Edit[]);
    return { number: numbers.at(-1) ?? number, state };
  }
  // Nothing was ever acknowledged: the first manifest is finished before anything else is written.
  const segments = joinPath(dir, SEGMENT_FOLDER);
  const names = [...fs.list(dir), ...(fs.list(dir).includes(SEGMENT_FOLDER) ? fs.list(segments) : [])];
  if (names.some((name) => name.startsWith('wal-') || name.endsWith('.seg'))) {
    throw new BasaltError('CORRUPTED_DATA', `${dir} holds data but no valid manifest`, {
      hint: 'Restore the folder from a backup',
    });
  }
  return { number: numbers.at(-1) ?? 0, state: EMPTY_STATE };
}
