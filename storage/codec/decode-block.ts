/**
 * From stored bytes to a block's frame. The bytes come through `read`, which fills arena memory and has already
 * compared the checksum: what arrives here is what the writer wrote.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { align16, type BlockEntry, type BlockKind, hasValidity } from './block.ts';
import { readPayload } from './byte-codec.ts';
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
  const { rows, encoding, payloadBytes } = entry;
  const validity = hasValidity(kind, entry);
  const validityBytes = validity ? Math.ceil(rows / 8) : 0;
  const dataBytes = payloadBytes - validityBytes;
  if (dataBytes < 0 || !WIDTHS[kind].includes(entry.width)) throw damaged(entry);
  if (encoding === 'plain' && entry.codec === 'none' && !validity) {
    if (entry.storedBytes !== rows * entry.width) throw damaged(entry);
    read(frame);
    return;
  }
  withScratch(context, (scratch) => {
    const payload = readPayload(context, entry, read);
    if (encoding === 'bits') {
      if (dataBytes !== Math.ceil(rows / 8)) throw damaged(entry);
      kernels.unpack_bools(payload, rows, frame);
    } else {
      if (!ENCODINGS[encoding].check(context, entry, payload, dataBytes)) throw damaged(entry);
      ENCODINGS[encoding].decode(context, entry, payload, frame);
    }
    if (!validity) return;
    const bits = scratch.alloc(validityBytes + SLACK_BYTES);
    arena.u8.copyWithin(bits, payload + dataBytes, payload + payloadBytes);
    kernels.unpack_bools(bits, rows, frame + align16(rows * entry.width));
  });
}

/** Bytes a value that frames of a kind can have. */
const WIDTHS: Record<BlockKind, readonly number[]> = {
  int: [1, 2, 4, 8],
  float: [4, 8],
  bool: [1],
  dict: [1, 2, 4],
};

const damaged = ({ rows, encoding, payloadBytes }: BlockEntry): BasaltError =>
  new BasaltError(
    'CORRUPTED_DATA',
    `A block of ${rows} rows, encoded as ${encoding}, does not fit its ${payloadBytes} bytes`,
  );
