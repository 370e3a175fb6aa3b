/**
 * A stored page of strings: 8,192 rows of a text column, or all entries of a dictionary.
 *
 * payload := lengths text validity?       -- then through the byte codec
 * lengths := rows lengths of `width` bytes (1, 2 or 4); a NULL's is 0
 * text    := the strings, one after another                        -- plain
 *          | symbols (symbol-table.ts) and their codes             -- symbols
 * validity:= one bit a row, 1 = value     -- only if some but not all rows are NULL
 *
 * frame   := rows + 1 offsets u32, padding to 16, bytes, padding to 16, validity as one byte a row (if stored)
 */

import { BasaltError } from '../../engine/base/error.ts';
import { align16 } from './block.ts';
import {
  BYTE_CODECS,
  type ByteCodec,
  COMPRESSORS,
  type Compressor,
  type Packed,
  packBytes,
  readPayload,
} from './byte-codec.ts';
import type { ByteReader, ByteWriter } from './byte-io.ts';
import { type CodecContext, SLACK_BYTES, withScratch } from './context.ts';
import { decodeSymbols, encodeSymbols, symbolTableBytes, writeSymbols } from './symbol-table.ts';
import { ColumnSymbols } from './symbol-training.ts';

export const TEXT_ENCODINGS = ['plain', 'symbols'] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

export type TextEntry = {
  readonly rows: number;
  readonly offset: number;
  readonly storedBytes: number;
  readonly payloadBytes: number;
  readonly codec: ByteCodec;
  readonly encoding: TextEncoding;
  /** Bytes a length. */
  readonly width: number;
  /** Of the strings as they are. */
  readonly textBytes: number;
  readonly nullCount: number;
  readonly checksum: bigint;
};

/** What a stored byte counts, as it is and through a byte codec. Codes are read faster than LZ4 gives the bytes that they stand for. */
const PRICES: Record<TextEncoding, { readonly bare: number; readonly packed: number }> = {
  plain: { bare: 1, packed: 4 / 3 },
  symbols: { bare: 6 / 5, packed: 4 / 3 },
};
/** Share of the bytes that codes may leave for LZ4 of the bytes themselves not to be tried: LZ4 of the codes was smaller everywhere. */
const GOOD_CODES = 2 / 3;
/** A table of symbols has hundreds of bytes. */
const MIN_SYMBOL_TEXT = 256;

const hasValidity = (e: Pick<TextEntry, 'rows' | 'nullCount'>): boolean =>
  e.nullCount > 0 && e.nullCount < e.rows;

/** Where the parts of the frame start, and its size. */
export const textFrame = (e: TextEntry): { bytes: number; valid: number; size: number } => {
  const bytes = align16((e.rows + 1) * 4);
  const valid = bytes + align16(e.textBytes);
  return { bytes, valid: hasValidity(e) ? valid : 0, size: valid + (hasValidity(e) ? e.rows : 0) };
};

type EncodedText = { readonly entry: Omit<TextEntry, 'offset' | 'checksum'>; readonly stored: Uint8Array };

/**
 * Encodes the strings of `rows` references; empties those of NULL rows. Bytes view scratch memory.
 * @param symbols of the column that the page is of.
 */
export function encodeText(
  context: CodecContext,
  refs: number,
  valid: number,
  rows: number,
  compressor: Compressor,
  symbols: ColumnSymbols = new ColumnSymbols(),
): EncodedText {
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
  const coded =
    compressor.codec === 'none' || textBytes < MIN_SYMBOL_TEXT
      ? null
      : symbolChoice(context, symbols, out, rows * width, textBytes, validityBytes, compressor);
  const plain =
    coded !== null && compressor.codec === 'lz4' && coded.payloadBytes < payloadBytes * GOOD_CODES
      ? null
      : choice(context, 'plain', out, payloadBytes, compressor);
  const best = coded !== null && (plain === null || coded.cost < plain.cost) ? coded : (plain as Choice);
  return {
    entry: {
      rows,
      storedBytes: best.packed.bytes.length,
      payloadBytes: best.payloadBytes,
      codec: best.packed.codec,
      encoding: best.encoding,
      width,
      textBytes,
      nullCount,
    },
    stored: best.packed.bytes,
  };
}

type Choice = {
  readonly encoding: TextEncoding;
  readonly payloadBytes: number;
  readonly packed: Packed;
  readonly cost: number;
};

function choice(
  context: CodecContext,
  encoding: TextEncoding,
  payload: number,
  payloadBytes: number,
  compressor: Compressor,
): Choice {
  const { bare, packed: price } = PRICES[encoding];
  const packed = packBytes(context, payload, payloadBytes, compressor, bare / price);
  return {
    encoding,
    payloadBytes,
    packed,
    cost: packed.bytes.length * (packed.codec === 'none' ? bare : price),
  };
}

/** The payload at `plain` with its text as codes; null when its symbols are none. */
function symbolChoice(
  context: CodecContext,
  symbols: ColumnSymbols,
  plain: number,
  lengthBytes: number,
  textBytes: number,
  validityBytes: number,
  compressor: Compressor,
): Choice | null {
  const { arena, scratch } = context;
  const text = plain + lengthBytes;
  const table = symbols.of(context, text, textBytes);
  if (table === null) return null;
  const tableBytes = symbolTableBytes(table);
  const out = scratch.alloc(lengthBytes + tableBytes + textBytes * 2 + validityBytes + SLACK_BYTES);
  arena.u8.copyWithin(out, plain, text);
  writeSymbols(context, table, out + lengthBytes);
  const codes = out + lengthBytes + tableBytes;
  const end = codes + encodeSymbols(context, table, text, textBytes, codes);
  arena.u8.copyWithin(end, text + textBytes, text + textBytes + validityBytes);
  const tried = symbols.pays || compressor.codec !== 'lz4' ? compressor : COMPRESSORS.none;
  const made = choice(context, 'symbols', out, end + validityBytes - out, tried);
  symbols.learn((end - codes) / textBytes, made.packed.codec !== 'none');
  return made;
}

/** Fills the frame (see {@link textFrame}). `read(address)` puts the stored bytes there, checksum compared. */
export function decodeText(
  context: CodecContext,
  entry: TextEntry,
  frame: number,
  read: (address: number) => void,
): void {
  const { arena, kernels } = context;
  const { rows, width, textBytes, payloadBytes } = entry;
  const lengthBytes = rows * width;
  const validityBytes = hasValidity(entry) ? Math.ceil(rows / 8) : 0;
  const stored = payloadBytes - lengthBytes - validityBytes;
  if (![1, 2, 4].includes(width) || stored < 0 || (entry.encoding === 'plain' && stored !== textBytes))
    throw damaged();
  withScratch(context, (scratch) => {
    const payload = readPayload(context, entry, read);
    if (lengthsOf(context, entry, payload, frame) !== textBytes) throw damaged();
    const at = textFrame(entry);
    const text = payload + lengthBytes;
    if (entry.encoding === 'plain') arena.u8.copyWithin(frame + at.bytes, text, text + textBytes);
    else decodeSymbols(context, text, stored, frame + at.bytes, textBytes);
    if (at.valid === 0) return;
    const bits = scratch.alloc(validityBytes + SLACK_BYTES);
    arena.u8.copyWithin(bits, text + stored, text + stored + validityBytes);
    kernels.unpack_bools(bits, rows, frame + at.valid);
  });
}

/** Fills the offsets; answers the last one. */
function lengthsOf({ arena, kernels }: CodecContext, entry: TextEntry, src: number, out: number): number {
  const { rows, width } = entry;
  // Only so many can add up to more than 32 bits have.
  if (rows * (256 ** width - 1) >= 2 ** 32) {
    const lengths =
      width === 2
        ? arena.u16.subarray(src >>> 1, (src >>> 1) + rows)
        : arena.u32.subarray(src >>> 2, (src >>> 2) + rows);
    let sum = 0;
    for (const length of lengths) sum += length;
    if (sum >= 2 ** 32) return -1;
  }
  if (width === 1) return kernels.offsets_of_lengths_u8(src, rows, out) >>> 0;
  if (width === 2) return kernels.offsets_of_lengths_u16(src, rows, out) >>> 0;
  return kernels.offsets_of_lengths_u32(src, rows, out) >>> 0;
}

const damaged = (): BasaltError =>
  new BasaltError('CORRUPTED_DATA', 'The lengths of a text page do not add up to its bytes');

/**
 * entry := rows:uint offset:uint storedBytes:uint payloadBytes:uint codec:u8 width:u8 textBytes:uint nullCount:uint checksum:u64
 *
 * The byte of the codec has the encoding in its upper half.
 */
export function writeTextEntry(out: ByteWriter, e: TextEntry): void {
  out.uint(e.rows).uint(e.offset).uint(e.storedBytes).uint(e.payloadBytes);
  out.u8(BYTE_CODECS.indexOf(e.codec) | (TEXT_ENCODINGS.indexOf(e.encoding) << 4));
  out.u8(e.width).uint(e.textBytes).uint(e.nullCount).u64(e.checksum);
}

export function readTextEntry(from: ByteReader): TextEntry {
  const [rows, offset, storedBytes, payloadBytes] = [from.uint(), from.uint(), from.uint(), from.uint()];
  const step = from.u8();
  return {
    rows,
    offset,
    storedBytes,
    payloadBytes,
    codec: from.nameOf(BYTE_CODECS, step & 15),
    encoding: from.nameOf(TEXT_ENCODINGS, step >> 4),
    width: from.u8(),
    textBytes: from.uint(),
    nullCount: from.uint(),
    checksum: from.u64(),
  };
}
