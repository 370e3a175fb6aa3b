/**
 * Request bodies: decompressed by Content-Encoding, bounded, whole or as a stream.
 * The bound counts decompressed bytes, so that a small body cannot become a large one unseen.
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { BasaltError } from '../../engine/base/error.ts';
import { lookup } from '../../engine/base/lookup.ts';

const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
};

/** The body as it was before compression. @throws BasaltError BAD_ARGUMENTS for an unknown encoding */
export function bodyStream(request: IncomingMessage): AsyncIterable<Uint8Array> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity' || encoding === '') return guarded(request);
  const decoder = lookup(DECODERS, encoding)?.();
  if (decoder === undefined) {
    throw new BasaltError('BAD_ARGUMENTS', `Unknown Content-Encoding ${encoding}`, {
      hint: `Known ones are ${Object.keys(DECODERS).join(', ')}`,
    });
  }
  // Whoever reads hears of it; when nobody reads any more, it must not end the process.
  decoder.on('error', () => {});
  request.on('error', (error) => decoder.destroy(error));
  request.on('aborted', () =>
    decoder.destroy(new BasaltError('QUERY_WAS_CANCELLED', 'The client has hung up')),
  );
  return guarded(request.pipe(decoder));
}

async function* guarded(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    // Leaving early must not destroy the connection: the answer still has to go out over it.
    for await (const piece of stream.iterator({ destroyOnReturn: false })) yield piece as Uint8Array;
  } catch (error) {
    if (error instanceof BasaltError) throw error;
    throw new BasaltError('CANNOT_PARSE_INPUT', `Cannot read the request body: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

const MAX_DISCARDED_BYTES = 256 << 20;
const MAX_DISCARD_MS = 10000;

/**
 * Reads what is left of a body and forgets it, so that a client that is still sending gets to read its error. Bounded
 * in bytes and time; beyond, the connection is cut.
 */
export function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  const timer = setTimeout(() => request.destroy(), MAX_DISCARD_MS).unref();
  request.on('close', () => clearTimeout(timer));
  request.on('end', () => clearTimeout(timer));
  request.unpipe();
  request.on('data', (piece: Uint8Array) => {
    bytes += piece.length;
    if (bytes > MAX_DISCARDED_BYTES) request.destroy();
  });
  request.resume();
}

const tooLarge = (limit: number): BasaltError =>
  new BasaltError('QUERY_IS_TOO_LARGE', `The request body is larger than ${limit} bytes`);

/** The whole body. @throws BasaltError QUERY_IS_TOO_LARGE */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  return readAll(bodyStream(request), limitBytes);
}

export async function readAll(stream: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
