/**
 * From stored bytes to a block's frame. The bytes come through `read`, which fills arena memory and has already
 * compared the checksum: what arrives here is what the writer wrote.
 */

import { align16, type BlockEntry, type BlockKind, hasValidity } from './block.ts';
import { unpackBytes } from './byte-codec.ts';
import { type CodecContext, SLACK_BYTES, withScratch } from './context.ts';
import { ENCODINGS } from './encoding.ts';

/** Fills `frameBytes(kind, entry)` bytes at `frame`. `read(address)` puts the stored bytes there. */
export function decodeBlock(
  context: CodecContext,
  kind: BlockKind,
  entry: BlockEntry,
  frame: number,
  read: (address: number) => void,
): void {
  const { arena, kernels } = context;
  const validity = hasValidity(kind, entry);
  if (entry.encoding === 'plain' && entry.codec === 'none' && !validity) {
    read(frame);
    return;
  }
  withScratch(context, (scratch) => {
    let payload = scratch.alloc(Math.max(entry.storedBytes, entry.payloadBytes) + SLACK_BYTES);
    read(payload);
    if (entry.codec !== 'none') {
      const plain = scratch.alloc(entry.payloadBytes + SLACK_BYTES);
      unpackBytes(context, entry.codec, payload, entry.storedBytes, plain, entry.payloadBytes);
      payload = plain;
    }
    if (entry.encoding === 'bits') kernels.unpack_bools(payload, entry.rows, frame);
    else ENCODINGS[entry.encoding].decode(context, entry, payload, frame);
    if (!validity) return;
    const bits = scratch.alloc(Math.ceil(entry.rows / 8) + SLACK_BYTES);
    const stored = payload + entry.payloadBytes - Math.ceil(entry.rows / 8);
    arena.u8.copyWithin(bits, stored, payload + entry.payloadBytes);
    kernels.unpack_bools(bits, entry.rows, frame + align16(entry.rows * entry.width));
  });
}
