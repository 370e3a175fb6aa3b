/**
 * The answer to a query: headers, rows in the format asked for, compression, summary.
 *
 * The first MiB is held back (all of it with wait_end_of_query), as ClickHouse does: a small answer gets its true
 * status and summary in its headers, and a query that fails early is an error with a status, not a broken body.
 */

import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import { BasaltError } from '../../engine/base/error.ts';
import { type FormatRow, type FormatWriter, formatByName } from '../../engine/format/index.ts';
import type { ActiveQuery } from '../http/desk.ts';
import { send } from '../http/send.ts';
import { errorText, exceptionTrailer } from './error.ts';
import type { ClickHouseRequest } from './request.ts';

const HELD_BYTES = 1 << 20;
/** The most that wait_end_of_query may hold. */
const MAX_HELD_BYTES = 256 << 20;
const DEFAULT_FORMAT = 'TabSeparated';

type Encoder = Writable & NodeJS.ReadableStream;

/** In the order of preference. */
const ENCODERS: Readonly<Record<string, () => Encoder>> = {
  zstd: () => zlib.createZstdCompress(),
  gzip: () => zlib.createGzip({ level: 3 }),
  br: () => zlib.createBrotliCompress({ params: { 1: 4 } }),
  deflate: () => zlib.createDeflate({ level: 3 }),
};

export type AnswerHeaders = Record<string, string>;

/** Headers that every answer has. */
export const baseHeaders = (queryId: string): AnswerHeaders => ({
  'X-ClickHouse-Query-Id': queryId,
  'X-ClickHouse-Server-Display-Name': 'basalt',
  'X-ClickHouse-Timezone': 'UTC',
  'X-ClickHouse-Exception-Tag': exceptionTag(),
});

const TAG_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const exceptionTag = (): string => Array.from(randomBytes(16), (byte) => TAG_LETTERS[byte % 36]).join('');

/** Encoding to answer with, by the client's preference order. */
export function chooseEncoding(accepted: string | undefined): string | null {
  if (accepted === undefined) return null;
  const offers = accepted.split(',').map((offer) => {
    const [name, ...rest] = offer.trim().toLowerCase().split(';');
    const q = rest.map((part) => /^\s*q=([\d.]+)/.exec(part)).find((m) => m !== null);
    return { name, q: q === undefined || q === null ? 1 : Number(q[1]) };
  });
  const usable = offers.filter(({ name, q }) => q > 0 && Object.hasOwn(ENCODERS, name));
  return usable.sort((a, b) => b.q - a.q)[0]?.name ?? null;
}

export async function answerQuery(
  active: ActiveQuery,
  request: ClickHouseRequest,
  response: ServerResponse,
  headers: AnswerHeaders,
  accepted: string | undefined,
): Promise<void> {
  const answer = new Answer(active, request, response, headers, accepted);
  await answer.run();
}

class Answer {
  readonly #active: ActiveQuery;
  readonly #request: ClickHouseRequest;
  readonly #response: ServerResponse;
  readonly #headers: AnswerHeaders;
  readonly #encoding: string | null;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Where bytes go once the headers are out. */
  #out: Writable | null = null;
  #rows = 0;
  #bytes = 0;

  constructor(
    active: ActiveQuery,
    request: ClickHouseRequest,
    response: ServerResponse,
    headers: AnswerHeaders,
    accepted: string | undefined,
  ) {
    this.#active = active;
    this.#request = request;
    this.#response = response;
    this.#headers = headers;
    this.#encoding = request.compression ? chooseEncoding(accepted) : null;
  }

  async run(): Promise<void> {
    const { query, batches } = this.#active;
    try {
      if (query.kind === 'done') {
        for await (const _ of batches);
        await this.#finish();
        return;
      }
      const format = formatByName(query.format ?? this.#request.format ?? DEFAULT_FORMAT);
      const writer = this.#writer(format);
      await this.#put(writer.begin());
      for await (const batch of batches) {
        this.#rows += batch.rows;
        await this.#put(writer.batch(batch));
        if (this.#response.destroyed) throw new BasaltError('QUERY_WAS_CANCELLED', 'The client has hung up');
      }
      const { rowsRead, bytesRead } = query.statistics();
      await this.#put(
        writer.end({ rows: this.#rows, elapsedMs: this.#active.elapsedMs(), rowsRead, bytesRead }),
      );
      await this.#finish();
    } catch (error) {
      const known = BasaltError.from(error);
      if (this.#out === null) throw known;
      await this.#breakOff(known);
      throw known;
    }
  }

  #writer(format: FormatRow): FormatWriter {
    if (format.write === null) {
      throw new BasaltError('NOT_IMPLEMENTED', `Format ${format.names[0]} cannot be written`);
    }
    this.#headers['X-ClickHouse-Format'] = format.names[0];
    this.#headers['Content-Type'] = format.contentType;
    return format.write(this.#active.query.schema, { quoteInt64: this.#request.quoteInt64 });
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    if (this.#out !== null) {
      await send(this.#out, bytes);
      return;
    }
    if (bytes.length === 0) return;
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#request.waitForEnd) {
      if (this.#heldBytes > MAX_HELD_BYTES) {
        throw new BasaltError(
          'LIMIT_EXCEEDED',
          `With wait_end_of_query an answer may have ${MAX_HELD_BYTES} bytes`,
        );
      }
    } else if (this.#heldBytes >= HELD_BYTES) await this.#open(null);
  }

  /** Sends headers and what was held. `length` is given when that is all there will be. */
  async #open(length: number | null): Promise<Writable> {
    const { rowsRead, bytesRead, rowsWritten, bytesWritten, peakMemoryBytes } =
      this.#active.query.statistics();
    const summary = {
      read_rows: rowsRead,
      read_bytes: bytesRead,
      written_rows: rowsWritten,
      written_bytes: bytesWritten,
      total_rows_to_read: rowsRead,
      result_rows: this.#rows,
      result_bytes: this.#bytes,
      elapsed_ns: Math.round(this.#active.elapsedMs() * 1e6),
      memory_usage: peakMemoryBytes,
    };
    const texts = Object.fromEntries(Object.entries(summary).map(([name, value]) => [name, String(value)]));
    this.#response.writeHead(200, {
      'Content-Type': 'text/plain; charset=UTF-8',
      ...this.#headers,
      'X-ClickHouse-Summary': JSON.stringify(texts),
      ...(this.#encoding === null
        ? length === null
          ? {}
          : { 'Content-Length': length }
        : { 'Content-Encoding': this.#encoding, Vary: 'Accept-Encoding' }),
    });
    this.#out = this.#response;
    if (this.#encoding !== null) {
      const encoder = ENCODERS[this.#encoding]();
      encoder.pipe(this.#response);
      this.#response.on('close', () => (encoder as unknown as { destroy(): void }).destroy());
      this.#out = encoder;
    }
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) await send(this.#out, bytes);
    return this.#out;
  }

  async #finish(): Promise<void> {
    const out = this.#out ?? (await this.#open(this.#heldBytes));
    out.end();
  }

  /** The rows already sent cannot be taken back: say so in the body, and break the connection off after it. */
  async #breakOff(error: BasaltError): Promise<void> {
    const out = this.#out;
    if (out === null || this.#response.destroyed) return;
    const trailer = Buffer.from(exceptionTrailer(error, this.#headers['X-ClickHouse-Exception-Tag']));
    if (out === this.#response) {
      out.write(trailer);
      this.#response.socket?.destroySoon();
      return;
    }
    // A compressed stream has to be whole for its reader to see the trailer at all.
    out.end(trailer);
  }
}

/** An error before the first byte of rows. */
export function answerError(
  response: ServerResponse,
  error: BasaltError,
  headers: AnswerHeaders,
  withBody: boolean,
): void {
  const { code, status } = error.row;
  const body = errorText(error);
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(code),
    'Content-Length': Buffer.byteLength(body),
    ...(status === 503 || status === 429 ? { 'Retry-After': '1' } : {}),
  });
  response.end(withBody ? body : undefined);
}
