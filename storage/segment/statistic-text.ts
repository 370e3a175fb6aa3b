/** Strings as bounds: short ones that JavaScript can hold. */

import { utf8Text } from '../../engine/base/bytes-text.ts';
import type { Arena } from '../../engine/memory/arena.ts';

const MAX_STATISTIC_BYTES = 128;

/** The string that the reference at the address is of; null when it is long or not UTF-8. */
export function textOf(arena: Arena, ref: number): string | null {
  const [at, length] = [arena.u32[ref >>> 2], arena.u32[(ref >>> 2) + 1]];
  return length > MAX_STATISTIC_BYTES ? null : utf8Text(arena.u8.slice(at, at + length));
}
