/**
 * The order of texts by their UTF-8 bytes, which is by code point: JavaScript's own goes by UTF-16 units, where characters beyond the
 * first 65,536 come before some of these.
 */

import { bytesOfText } from './bytes-text.ts';

/** Below zero, zero, above zero. */
export function orderOfText(a: string, b: string): number {
  if (!a.isWellFormed() || !b.isWellFormed()) return orderOfBytes(bytesOfText(a), bytesOfText(b));
  for (let i = 0; ; ) {
    const x = a.codePointAt(i);
    const y = b.codePointAt(i);
    if (x === undefined || y === undefined) return (x === undefined ? 0 : 1) - (y === undefined ? 0 : 1);
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
}

function orderOfBytes(a: Uint8Array, b: Uint8Array): number {
  const differs = a.findIndex((byte, i) => byte !== b[i]);
  return differs === -1 || differs >= b.length ? a.length - b.length : a[differs] - b[differs];
}
