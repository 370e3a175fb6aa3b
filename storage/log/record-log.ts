/**
 * The append-only, checksummed log under both the WAL and the manifest.
 *
 *   log    := header record*
 *   header := magic:8 version:u32 features:u32 number:u64 previousEnd:u64 checksum:u64
 *   record := bytes:u32 kind:u32 sequence:u64 durable:u64 checksum:u64 payload{bytes}
 *
 * `durable` is the offset below which everything was synced when the record was written; `previousEnd` is the
 * same of the log before this one. They tell a torn tail from damage: a bad record at X is the unsynced end of
 * the log, and cut, unless something valid behind it says that X was durable: then it was acknowledged, and the
 * log is refused. After every sync an empty `mark` record says so, unsynced, so that this also protects the
 * last record.
 *
 * Checksums are XXH64 of the record with its checksum field zero, seeded with magic, number and offset. Numbers
 * are little-endian. A sync is never tried twice: after a failed one the log takes no more records.
 */

import { assert, BasaltError } from '../../engine/base/error.ts';
import { ByteWriter } from '../codec/byte-io.ts';
import { checksumAt, checksumOf, checksumSeed } from '../codec/checksum.ts';
import { type CodecContext, withScratch } from '../codec/context.ts';
import { type FileSystem, removeQuietly, type WritableFile } from '../fs/file-system.ts';

export const LOG_HEADER_BYTES = 40;
export const RECORD_HEADER_BYTES = 32;
const LOG_VERSION = 1;
const MARK = 0;
/** Records up to this size in all go out in one write. */
const GATHER_BYTES = 1 << 20;

export type LogFormat = {
  /** Eight ASCII characters. */
  readonly magic: string;
  readonly version: number;
};

/** A record to be written: RECORD_HEADER_BYTES free bytes at `address`, then its payload. */
export type NewRecord = {
  /** Above 0. */
  readonly kind: number;
  readonly sequence: number;
  readonly address: number;
  readonly payloadBytes: number;
};

const identityOf = (format: LogFormat, number: number): bigint => {
  let identity = BigInt(number);
  for (const char of format.magic)
    identity = BigInt.asUintN(64, identity * 257n + BigInt(char.charCodeAt(0)));
  return identity;
};

function header(context: CodecContext, format: LogFormat, number: number, previousEnd: number): Uint8Array {
  const out = new ByteWriter().raw(new TextEncoder().encode(format.magic));
  out.u32(format.version).u32(0).u64(BigInt(number)).u64(BigInt(previousEnd));
  out.u64(checksumOf(context, out.bytes, checksumSeed(identityOf(format, number), 0)));
  assert(out.length === LOG_HEADER_BYTES, 'log header size');
  return out.bytes;
}

export const newLogFormat = (magic: string): LogFormat => ({ magic, version: LOG_VERSION });

export class LogWriter {
  readonly number: number;
  readonly #context: CodecContext;
  readonly #file: WritableFile;
  readonly #identity: bigint;
  /** Where the next record goes. */
  #end = LOG_HEADER_BYTES;
  #durable = LOG_HEADER_BYTES;
  #failed: BasaltError | null = null;

  private constructor(context: CodecContext, file: WritableFile, number: number, identity: bigint) {
    this.#context = context;
    this.#file = file;
    this.number = number;
    this.#identity = identity;
  }

  /** A new log, its header durable; its name is not, until the caller syncs the directory. */
  static async create(
    context: CodecContext,
    fs: FileSystem,
    path: string,
    format: LogFormat,
    number: number,
    previousEnd: number,
  ): Promise<LogWriter> {
    // Numbers only ascend: what has this name is left from a try that failed.
    removeQuietly(fs, path);
    const file = fs.create(path);
    try {
      await file.write(header(context, format, number, previousEnd), 0);
      await file.dataSync();
    } catch (error) {
      file.close();
      removeQuietly(fs, path);
      throw error;
    }
    return new LogWriter(context, file, number, identityOf(format, number));
  }

  /** Offset below which everything is durable. */
  get durableEnd(): number {
    return this.#durable;
  }

  get failed(): BasaltError | null {
    return this.#failed;
  }

  /** Writes the records and makes them durable together. Their memory must stay until this settles. */
  async append(records: readonly NewRecord[]): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    const start = this.#end;
    let end = start;
    for (const record of records) {
      this.#seal(record, end);
      end += RECORD_HEADER_BYTES + record.payloadBytes;
    }
    try {
      await this.#write(records, start, end);
    } catch (error) {
      this.#undo(start);
      throw error;
    }
    try {
      await this.#file.dataSync();
    } catch (error) {
      this.fail(error);
      throw error;
    }
    this.#end = end;
    this.#durable = end;
    this.#mark();
  }

  close(): void {
    this.#failed ??= new BasaltError('DATABASE_CLOSED', 'The log is closed');
    this.#file.close();
  }

  #seal({ kind, sequence, address, payloadBytes }: NewRecord, offset: number): void {
    assert(address % 8 === 0, 'records are aligned in memory');
    const { arena } = this.#context;
    const words = address >>> 2;
    arena.u32[words] = payloadBytes;
    arena.u32[words + 1] = kind;
    arena.u64[(address >>> 3) + 1] = BigInt(sequence);
    arena.u64[(address >>> 3) + 2] = BigInt(this.#durable);
    arena.u64[(address >>> 3) + 3] = 0n;
    const seed = checksumSeed(this.#identity, offset);
    arena.u64[(address >>> 3) + 3] = checksumAt(
      this.#context,
      address,
      RECORD_HEADER_BYTES + payloadBytes,
      seed,
    );
  }

  async #write(records: readonly NewRecord[], start: number, end: number): Promise<void> {
    const { arena } = this.#context;
    const view = ({ address, payloadBytes }: NewRecord): Uint8Array =>
      arena.u8.subarray(address, address + RECORD_HEADER_BYTES + payloadBytes);
    if (records.length === 1 || end - start > GATHER_BYTES) {
      let at = start;
      for (const record of records) {
        const bytes = view(record);
        await this.#file.write(bytes, at);
        at += bytes.length;
      }
      return;
    }
    const gathered = new Uint8Array(end - start);
    let at = 0;
    for (const record of records) {
      const bytes = view(record);
      gathered.set(bytes, at);
      at += bytes.length;
    }
    await this.#file.write(gathered, start);
  }

  /** Best effort: a lost mark protects one record less. */
  #mark(): void {
    withScratch(this.#context, (scratch) => {
      const address = scratch.alloc(RECORD_HEADER_BYTES);
      this.#seal({ kind: MARK, sequence: 0, address, payloadBytes: 0 }, this.#end);
      try {
        this.#file.writeSync(
          this.#context.arena.u8.subarray(address, address + RECORD_HEADER_BYTES),
          this.#end,
        );
        this.#end += RECORD_HEADER_BYTES;
      } catch {
        this.#undo(this.#end);
      }
    });
  }

  /** A write failed half-way (a full disk): take back what it left, so that the log can go on. */
  #undo(end: number): void {
    try {
      this.#file.truncate(end);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Stops the log for good: what is on disk is not known any more. */
  fail(cause: unknown): void {
    this.#failed ??= new BasaltError(
      'TABLE_IS_READ_ONLY',
      `Writes stopped: ${BasaltError.from(cause).message}`,
      { cause, hint: 'Check the disk, then restart to recover; everything acknowledged is kept' },
    );
  }
}

export type LogRecord = { readonly kind: number; readonly sequence: number; readonly payload: Uint8Array };

export type LogContents = {
  readonly number: number;
  /** Durable end of the log before this one, as its successor knew it. */
  readonly previousEnd: number;
  readonly records: readonly LogRecord[];
  /** Offset behind the last valid record. */
  readonly end: number;
};

/**
 * The records of a log. null: the file was never finished being created (a crash), and holds nothing that was
 * acknowledged.
 * @param requiredEnd what is known from elsewhere to have been durable.
 */
export function readLog(
  context: CodecContext,
  bytes: Uint8Array,
  path: string,
  format: LogFormat,
  number: number,
  requiredEnd = 0,
): LogContents | null {
  return new LogScanner(context, bytes, path, format, number).scan(requiredEnd);
}

class LogScanner {
  readonly #context: CodecContext;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #path: string;
  readonly #format: LogFormat;
  readonly #number: number;
  readonly #identity: bigint;

  constructor(context: CodecContext, bytes: Uint8Array, path: string, format: LogFormat, number: number) {
    this.#context = context;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#path = path;
    this.#format = format;
    this.#number = number;
    this.#identity = identityOf(format, number);
  }

  scan(requiredEnd: number): LogContents | null {
    const previousEnd = this.#header();
    if (previousEnd === null) {
      if (requiredEnd > 0) throw this.#damaged(0);
      this.#refuseIfDurable(0);
      return null;
    }
    const records: LogRecord[] = [];
    let at = LOG_HEADER_BYTES;
    for (let size = this.#recordAt(at); size > 0; size = this.#recordAt(at)) {
      const kind = this.#view.getUint32(at + 4, true);
      if (kind !== MARK) {
        records.push({
          kind,
          sequence: Number(this.#view.getBigUint64(at + 8, true)),
          payload: this.#bytes.subarray(at + RECORD_HEADER_BYTES, at + size),
        });
      }
      at += size;
    }
    if (at < requiredEnd) throw this.#damaged(at);
    if (at < this.#bytes.length) this.#refuseIfDurable(at);
    return { number: this.#number, previousEnd, records, end: at };
  }

  /** previousEnd, or null when the header is not valid. */
  #header(): number | null {
    if (this.#bytes.length < LOG_HEADER_BYTES) return null;
    const body = this.#bytes.slice(0, LOG_HEADER_BYTES - 8);
    const found = checksumOf(this.#context, body, checksumSeed(this.#identity, 0));
    if (found !== this.#view.getBigUint64(LOG_HEADER_BYTES - 8, true)) return null;
    const version = this.#view.getUint32(8, true);
    if (version > this.#format.version || this.#view.getUint32(12, true) !== 0) {
      throw new BasaltError('UNSUPPORTED_VERSION', `${this.#path} has log format ${version}`, {
        hint: `This version reads formats up to ${this.#format.version}: use a newer one`,
      });
    }
    return Number(this.#view.getBigUint64(24, true));
  }

  /** Size of the valid record at the offset; 0 when there is none. */
  #recordAt(at: number): number {
    if (at + RECORD_HEADER_BYTES > this.#bytes.length) return 0;
    const size = RECORD_HEADER_BYTES + this.#view.getUint32(at, true);
    if (at + size > this.#bytes.length) return 0;
    const record = this.#bytes.slice(at, at + size);
    const view = new DataView(record.buffer);
    const checksum = view.getBigUint64(24, true);
    view.setBigUint64(24, 0n, true);
    return checksumOf(this.#context, record, checksumSeed(this.#identity, at)) === checksum ? size : 0;
  }

  /** Fails if a valid record behind `at` says that `at` was durable. */
  #refuseIfDurable(at: number): void {
    for (let i = at + 1; i + RECORD_HEADER_BYTES <= this.#bytes.length; i++) {
      const durable = Number(this.#view.getBigUint64(i + 16, true));
      if (durable > at && durable <= i && this.#recordAt(i) > 0) throw this.#damaged(at);
    }
  }

  #damaged(at: number): BasaltError {
    return new BasaltError('CORRUPTED_DATA', `${this.#path} is damaged at offset ${at}, before its end`, {
      hint: 'Acknowledged data would be lost by going on; restore the folder from a backup',
    });
  }
}
