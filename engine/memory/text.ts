/** Texts in the arena. */

import { passingBytesOfText, textIn } from '../base/bytes-text.ts';
import type { Arena } from './arena.ts';
import type { Region } from './region.ts';

/** The text that a reference (address and length, two words) at an address stands for. */
export function textOfRef({ bytes, u32 }: Arena, ref: number): string {
  const address = u32[ref >>> 2];
  return textIn(bytes, address, address + u32[(ref >>> 2) + 1]);
}

/** Writes a text to a region, and a reference to it to an address. */
export function writeText(region: Region, text: string, ref: number): void {
  const bytes = passingBytesOfText(text);
  const address = region.alloc(Math.max(1, bytes.length));
  const { u8, u32 } = region.arena;
  u8.set(bytes, address);
  u32[ref >>> 2] = address;
  u32[(ref >>> 2) + 1] = bytes.length;
}
