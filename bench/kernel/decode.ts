/**
 * From stored blocks to frames, one case for each encoding and byte compressor: GB/s of what comes out.
 *
 * Values are such that the encoder itself chooses the encoding. One block is encoded and stored as often as fills the array.
 */

import { Region } from '../../engine/memory/region.ts';
import { BLOCK_ROWS, VECTOR_ROWS } from '../../engine/vector/vector.ts';
import { frameBytes } from '../../storage/codec/block.ts';
import { COMPRESSORS, type Compression } from '../../storage/codec/byte-codec.ts';
import type { CodecContext } from '../../storage/codec/context.ts';
import { decodeBlock } from '../../storage/codec/decode-block.ts';
import { encodeBlock, type StagedBlock } from '../../storage/codec/encode-block.ts';
import { decodeText, encodeText, textFrame } from '../../storage/codec/text-page.ts';
import { nodeCompressors } from '../../storage/fs/node-compressors.ts';
import { type CaseMaker, type Ground, type KernelCase, SLACK } from './case.ts';
import { urlPages } from './text.ts';

type Stored = { readonly stored: Uint8Array; readonly frame: number; readonly rows: number };
type Decode = (frame: number, read: (address: number) => void) => void;

export const decodeCases: CaseMaker = (ground) => {
  const { arena, kernels, region, random } = ground;
  const scratch = new Region(arena, arena.openOwner());
  const context: CodecContext = { arena, kernels, scratch, compressors: nodeCompressors };
  const staged = region.alloc(BLOCK_ROWS * 8);
  const block = (
    expected: string,
    kind: StagedBlock['kind'],
    value: (row: number) => number | bigint,
    compression: Compression = 'none',
  ): KernelCase => {
    for (let i = 0; i < BLOCK_ROWS; i++) {
      const v = value(i);
      if (kind === 'bool') arena.u8[staged + i] = Number(v);
      else if (kind === 'float') arena.f64[staged / 8 + i] = Number(v);
      else arena.i64[staged / 8 + i] = BigInt(v);
    }
    const start = scratch.mark();
    const { entry, stored } = encodeBlock(
      context,
      { kind, rows: BLOCK_ROWS, data: staged, valid: 0 },
      COMPRESSORS[compression],
    );
    const whole = { ...entry, offset: 0, checksum: 0n };
    const found = `${entry.encoding}${entry.codec === 'none' ? '' : `, ${entry.codec}`}`;
    if (found !== expected) throw new Error(`the encoder chose ${found} for ${expected}`);
    const copy = { stored: stored.slice(), frame: frameBytes(kind, whole), rows: BLOCK_ROWS };
    scratch.reset(start);
    const bits = entry.bits === 0 ? '' : `, ${entry.bits} bits`;
    return caseOf(ground, `${found}${bits} to ${entry.width * 8}`, copy, (frame, read) =>
      decodeBlock(context, kind, whole, frame, read),
    );
  };
  let time = 0;
  const text = (compression: Compression): KernelCase => {
    const [page] = urlPages(ground, VECTOR_ROWS);
    const start = scratch.mark();
    const { entry, stored } = encodeText(context, page.refs, 0, page.rows, COMPRESSORS[compression]);
    const whole = { ...entry, offset: 0, checksum: 0n };
    const copy = { stored: stored.slice(), frame: textFrame(whole).size, rows: page.rows };
    scratch.reset(start);
    return caseOf(ground, `text page, ${entry.encoding}, ${entry.codec}`, copy, (frame, read) =>
      decodeText(context, whole, frame, read),
    );
  };
  return [
    block('plain', 'int', () =>
      BigInt.asIntN(64, (BigInt(random.uint32()) << 32n) | BigInt(random.uint32())),
    ),
    block('packed', 'int', () => random.below(32)),
    block('packed', 'int', () => random.below(1024)),
    block('packed', 'int', () => random.below(2 ** 20)),
    block('delta', 'int', () => (time += random.below(1000))),
    block('runs', 'int', (row) => Math.floor(row / 50) * 7919),
    block('bits', 'bool', () => random.below(2)),
    block('delta2', 'int', (row) => row * row),
    block('local', 'int', (row) => Math.floor(row / 1024) * 1_000_003 + random.below(1024)),
    block('local-delta', 'int', (row) => (time += row % 5000 === 0 ? 2 ** 36 : random.below(100))),
    block('local-delta', 'float', (row) => Math.sin(row / 3000)),
    block('local-decimal', 'float', () => (time = Math.round(time + random.below(100) - 50)) / 100),
    block('sparse', 'int', () => (random.below(100) === 0 ? random.below(2 ** 20) : 7)),
    block('plain, lz4', 'float', () => Math.sin(random.below(200)), 'fast'),
    block('plain, zstd', 'float', () => Math.sin(random.below(200)), 'small'),
    text('none'),
    text('fast'),
    text('small'),
  ];
};

function caseOf({ arena, region, bytes }: Ground, name: string, block: Stored, decode: Decode): KernelCase {
  const count = Math.max(1, Math.floor(bytes / Math.max(block.frame, block.stored.length)));
  const frame = (block.frame + SLACK + 15) & ~15;
  const frames = region.alloc(count * frame);
  const stored = region.alloc(count * block.stored.length + SLACK);
  for (let i = 0; i < count; i++) arena.u8.set(block.stored, stored + i * block.stored.length);
  return {
    family: 'decode',
    name,
    bytes: count * block.frame,
    values: count * block.rows,
    run: () => {
      for (let i = 0; i < count; i++) {
        const from = stored + i * block.stored.length;
        decode(frames + i * frame, (address) =>
          arena.u8.copyWithin(address, from, from + block.stored.length),
        );
      }
    },
  };
}
