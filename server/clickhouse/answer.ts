/**
 * The answer to a query: headers, rows in the format asked for, compression, summary.
 *
 * The first MiB is held back (all of it with wait_end_of_query), as ClickHouse does: a small answer gets its true
 * status and summary in its headers, and a query that fails early is an error with a status, not a broken body.
 */

import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import * as zlib from 'node:zlib';
import { parquetOptions } from '../../database/file/parquet-options.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { type FormatRow, type FormatWriter, formatByName, writerOf } from '../../engine/format/index.ts';
import type { ActiveQuery } from '../http/desk.ts';
import { send } from '../http/send.ts';
import { errorText, exceptionTrailer } from './error.ts';
import { ProgressHead } from './progress-head.ts';
import type { ClickHouseRequest } from './request.ts';

const HELD_BYTES = 1 << 20;
/** The most that wait_end_of_query may hold. */
const MAX_HELD_BYTES = 256 << 20;
const DEFAULT_FORMAT = 'TabSeparated';
const SUMMARY = 'X-ClickHouse-Summary';

type Encoder = Writable & NodeJS.ReadableStream;

/** In the order of preference. */
const ENCODERS: Readonly<Record<string, () => Encoder>> = {
  zstd: () => zlib.createZstdCompress(),
  gzip: () => zlib.createGzip({ level: 3 }),
  br: () => zlib.createBrotliCompress({ params: { 1: 4 } }),
  deflate: () => zlib.createDeflate({ level: 3 }),
};

/** Progress of a query reaches its answer through this: the query starts before there is an answer. */
export type ProgressRelay = {
  listener: (() => void) | null;
  /** The head is out, and an error too goes where it went. */
  begun: boolean;
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
  relay: ProgressRelay,
): Promise<void> {
  const answer = new Answer(active, request, response, headers, accepted);
  relay.listener = () => {
    relay.begun = answer.progress() || relay.begun;
  };
  try {
    await answer.run();
  } finally {
    relay.listener = null;
  }
}

/** A head that grows needs a body in chunks behind it. */
const takesProgress = ({ progressIntervalMs }: ClickHouseRequest, { req, socket }: ServerResponse): boolean =>
  progressIntervalMs !== null && socket !== null && req.method !== 'HEAD' && req.httpVersion === '1.1';

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
  /** Where the head is begun before the first byte of rows; null writes it whole, as Node does. */
  readonly #head: ProgressHead | null;
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
    this.#head = takesProgress(request, response) ? new ProgressHead(response.socket as Socket) : null;
  }

  /** One more progress header, if it can still come; not before the format is known, which is a header as well. */
  progress(): boolean {
    if (this.#head === null || this.#out !== null || !('Content-Type' in this.#headers)) return false;
    // Who is answered within the first interval gets a head of Node's, with a true status.
    if (!this.#head.begun && this.#active.elapsedMs() < (this.#request.progressIntervalMs ?? 0)) return false;
    if (!this.#head.begun) this.#head.add({ ...this.#headers, ...this.#encodingHeaders() });
    this.#head.add({ 'X-ClickHouse-Progress': JSON.stringify(this.#counts()) });
    return true;
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
      const writer = await this.#writer(format);
      await this.#put(writer.begin());
      for await (const batch of batches) {
        this.#rows += batch.rows;
        await this.#put(writer.batch(batch));
        if (this.#response.destroyed) throw new BasaltError('QUERY_WAS_CANCELLED', 'The client has hung up');
      }
      const { rowsRead, bytesRead } = query.statistics();
      await this.#put(
        writer.end({
          rows: this.#rows,
          elapsedMs: this.#active.elapsedMs(),
          rowsRead,
          bytesRead,
          totals: query.totals(),
        }),
      );
      await this.#finish();
    } catch (error) {
      const known = BasaltError.from(error);
      if (this.#out === null && this.#head?.begun === true) this.#fail(this.#head, known);
      else if (this.#out !== null) await this.#breakOff(known);
      throw known;
    }
  }

  async #writer(format: FormatRow): Promise<FormatWriter> {
    const make = await writerOf(format);
    this.#headers['X-ClickHouse-Format'] = format.names[0];
    this.#headers['Content-Type'] = format.contentType;
    const { quoteInt64 } = this.#request;
    const { schema, timeZone: zone } = this.#active.query;
    this.#headers['X-ClickHouse-Timezone'] = zone;
    return make(schema, { quoteInt64, zone, parquet: parquetOptions('ZSTD') });
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length;
    if (this.#out !== null) {
      await send(this.#out, bytes, this.#active.signal);
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
    const summary = this.#summary();
    // What is sent now may not be all: then it is said again, exactly, behind the body.
    const announced: Record<string, string> = length === null ? { Trailer: SUMMARY } : {};
    let body: Writable = this.#response;
    if (this.#head?.begun === true)
      body = this.#head.finish({ ...summary, ...announced }, () => (length === null ? this.#summary() : {}));
    else {
      this.#response.writeHead(200, {
        'Content-Type': 'text/plain; charset=UTF-8',
        ...this.#headers,
        ...summary,
        ...announced,
        ...this.#encodingHeaders(),
        ...(this.#encoding === null && length !== null ? { 'Content-Length': length } : {}),
      });
    }
    this.#out = body;
    if (this.#encoding !== null) {
      const encoder = ENCODERS[this.#encoding]();
      encoder.pipe(body);
      this.#response.on('close', () => (encoder as unknown as { destroy(): void }).destroy());
      this.#out = encoder;
    }
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) await send(this.#out, bytes, this.#active.signal);
    return this.#out;
  }

  #summary(): Record<string, string> {
    return { [SUMMARY]: JSON.stringify(this.#counts()) };
  }

  #encodingHeaders(): Record<string, string> {
    return this.#encoding === null ? {} : { 'Content-Encoding': this.#encoding, Vary: 'Accept-Encoding' };
  }

  /** What progress and summary say, as texts: how far the query is now. */
  #counts(): Record<string, string> {
    const s = this.#active.query.statistics();
    const counts = {
      read_rows: s.rowsRead,
      read_bytes: s.bytesRead,
      written_rows: s.rowsWritten,
      written_bytes: s.bytesWritten,
      total_rows_to_read: s.rowsToRead,
      result_rows: this.#rows,
      result_bytes: this.#bytes,
      elapsed_ns: Math.round(this.#active.elapsedMs() * 1e6),
      memory_usage: s.peakMemoryBytes,
    };
    return Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, String(value)]));
  }

  /** The status said 200 already: the code comes as a header, the text as the body. */
  #fail(head: ProgressHead, error: BasaltError): void {
    // What was said to be compressed has to be.
    const text = Buffer.from(errorText(error));
    const encode = this.#encoding === null ? null : ENCODERS[this.#encoding]();
    const body = head.finish({ 'X-ClickHouse-Exception-Code': String(error.row.code) });
    if (encode === null) body.end(text);
    else {
      encode.pipe(body);
      encode.end(text);
    }
  }

  async #finish(): Promise<void> {
    if (this.#out !== null && this.#head?.begun !== true) this.#response.addTrailers(this.#summary());
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
    if (this.#encoding === null) {
      // No last chunk: the body is seen to be cut.
      out.write(trailer, () => out.destroy());
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
