/**
 * A stored page of strings: 8,192 rows of a text column, or all entries of a dictionary.
 *
 * payload := lengths bytes validity?      -- then through the byte codec
 * lengths := rows lengths of `width` bytes (1, 2 or 4); a NULL's is 0
 * bytes   := the strings, one after another
 * validity:= one bit a row, 1 = value     -- only if some but not all rows are NULL
 *
 * frame   := rows + 1 offsets u32, padding to 16, bytes, padding to 16, validity as one byte a row (if stored)
 */

import { align16 } from './block.ts';
import { BYTE_CODECS, type ByteCodec, type Compression, packBytes, unpackBytes } from './byte-codec.ts';
import type { ByteReader, ByteWriter } from './byte-io.ts';
import { type CodecContext, SLACK_BYTES, withScratch } from './context.ts';

export type TextEntry = {
  readonly rows: number;
  readonly offset: number;
  readonly storedBytes: number;
  readonly payloadBytes: number;
  readonly codec: ByteCodec;
  /** Bytes a length. */
  readonly width: number;
  readonly textBytes: number;
  readonly nullCount: number;
  readonly checksum: bigint;
};

const hasValidity = (e: Pick<TextEntry, 'rows' | 'nullCount'>): boolean =>
  e.nullCount > 0 && e.nullCount < e.rows;

/** Where the parts of the frame start, and its size. */
export const textFrame = (e: TextEntry): { bytes: number; valid: number; size: number } => {
  const bytes = align16((e.rows + 1) * 4);
  const valid = bytes + align16(e.textBytes);
  return { bytes, valid: hasValidity(e) ? valid : 0, size: valid + (hasValidity(e) ? e.rows : 0) };
};

/** Encodes the strings of `rows` references; empties those of NULL rows. Bytes view scratch memory. */
export function encodeText(
  context: CodecContext,
  refs: number,
  valid: number,
  rows: number,
  compression: Compression,
): { entry: Omit<TextEntry, 'offset' | 'checksum'>; stored: Uint8Array } {
  const { arena, kernels, scratch } = context;
  const nullCount = valid === 0 ? 0 : kernels.clear_null_refs(refs, valid, rows);
  const lengths = scratch.alloc(rows * 8);
  kernels.refs_lengths_i64(refs, rows, lengths);
  const stats = scratch.alloc(16);
  kernels.stat_range_i64(lengths, rows, stats);
  const longest = arena.i64[(stats >>> 3) + 1];
  const width = longest < 256n ? 1 : longest < 65536n ? 2 : 4;
  const textBytes = kernels.refs_bytes(refs, rows) >>> 0;
  const validityBytes = hasValidity({ rows, nullCount }) ? Math.ceil(rows / 8) : 0;
  const payloadBytes = rows * width + textBytes + validityBytes;
  const out = scratch.alloc(payloadBytes + SLACK_BYTES);
  if (width === 1) kernels.narrow_i64_u8(lengths, rows, 0n, out);
  else if (width === 2) kernels.narrow_i64_u16(lengths, rows, 0n, out);
  else kernels.narrow_i64_u32(lengths, rows, 0n, out);
  kernels.refs_concat(refs, rows, out + rows * width);
  if (validityBytes > 0) kernels.pack_bools(valid, rows, out + rows * width + textBytes);
  const packed = packBytes(context, out, payloadBytes, compression);
  return {
    entry: {
      rows,
      storedBytes: packed.bytes.length,
      payloadBytes,
      codec: packed.codec,
      width,
      textBytes,
      nullCount,
    },
    stored: packed.bytes,
  };
}

/** Fills the frame (see {@link textFrame}). `read(address)` puts the stored bytes there, checksum compared. */
export function decodeText(
  context: CodecContext,
  entry: TextEntry,
  frame: number,
  read: (address: number) => void,
): void {
  const { arena, kernels } = context;
  withScratch(context, (scratch) => {
    let payload = scratch.alloc(entry.storedBytes + SLACK_BYTES);
    read(payload);
    if (entry.codec !== 'none') {
      const plain = scratch.alloc(entry.payloadBytes + SLACK_BYTES);
      unpackBytes(context, entry.codec, payload, entry.storedBytes, plain, entry.payloadBytes);
      payload = plain;
    }
    const { rows, width, textBytes } = entry;
    if (width === 1) kernels.offsets_of_lengths_u8(payload, rows, frame);
    else if (width === 2) kernels.offsets_of_lengths_u16(payload, rows, frame);
    else kernels.offsets_of_lengths_u32(payload, rows, frame);
    const at = textFrame(entry);
    const text = payload + rows * width;
    arena.u8.copyWithin(frame + at.bytes, text, text + textBytes);
    if (at.valid === 0) return;
    const bits = scratch.alloc(Math.ceil(rows / 8) + SLACK_BYTES);
    arena.u8.copyWithin(bits, text + textBytes, payload + entry.payloadBytes);
    kernels.unpack_bools(bits, rows, frame + at.valid);
  });
}

/** entry := rows:uint offset:uint storedBytes:uint payloadBytes:uint codec:u8 width:u8 textBytes:uint nullCount:uint checksum:u64 */
export function writeTextEntry(out: ByteWriter, e: TextEntry): void {
  out.uint(e.rows).uint(e.offset).uint(e.storedBytes).uint(e.payloadBytes);
  out.u8(BYTE_CODECS.indexOf(e.codec)).u8(e.width).uint(e.textBytes).uint(e.nullCount).u64(e.checksum);
}

export function readTextEntry(from: ByteReader): TextEntry {
  return {
    rows: from.uint(),
    offset: from.uint(),
    storedBytes: from.uint(),
    payloadBytes: from.uint(),
    codec: BYTE_CODECS[from.u8()],
    width: from.u8(),
    textBytes: from.uint(),
    nullCount: from.uint(),
    checksum: from.u64(),
  };
}
