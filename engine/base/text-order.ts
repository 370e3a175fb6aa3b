/**
 * The order of texts by their UTF-8 bytes, which is by code point: JavaScript's own goes by UTF-16 units, where characters beyond the
 * first 65,536 come before some of these.
 */

/** Below zero, zero, above zero. */
export function orderOfText(a: string, b: string): number {
  for (let i = 0; ; ) {
    const x = a.codePointAt(i);
    const y = b.codePointAt(i);
    if (x === undefined || y === undefined) return (x === undefined ? 0 : 1) - (y === undefined ? 0 : 1);
    if (x !== y) return x - y;
    i += x > 0xffff ? 2 : 1;
  }
}
