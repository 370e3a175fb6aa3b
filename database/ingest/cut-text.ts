/** Texts of a bounded number of bytes. */

import { utf8 } from '../../engine/base/bytes-text.ts';

const encoder = new TextEncoder();

/** The longest beginning of whole characters that takes at most so many bytes of UTF-8. */
export function cutText(text: string, maxBytes: number): string {
  // A UTF-16 unit takes three bytes at most.
  if (text.length * 3 <= maxBytes) return text;
  const bytes = encoder.encode(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (end > 0 && (bytes[end] & 0xc0) === 0x80) end--;
  return utf8.decode(bytes.subarray(0, end));
}
