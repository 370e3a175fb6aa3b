/**
 * Footers that a thread has read and parsed, so that the next query on the same segments does not parse them again.
 *
 * A footer never changes, so there is nothing to invalidate: those not used for longest leave when their bytes pass the bound.
 */

import type { SegmentDescriptor } from './descriptor.ts';
import type { SegmentFooter } from './footer.ts';

/** Bytes of footers as they are in the file; parsed they take several times as much. */
const MAX_BYTES = 8 << 20;

export class FooterCache {
  /** In order of use. */
  readonly #known = new Map<string, { readonly footer: SegmentFooter; readonly bytes: number }>();
  #bytes = 0;

  get(descriptor: SegmentDescriptor, read: () => SegmentFooter): SegmentFooter {
    const { identity, footerBytes, footerChecksum } = descriptor;
    // Databases of one process may number their segments alike.
    const key = `${identity} ${footerChecksum}`;
    const known = this.#known.get(key);
    if (known !== undefined) {
      this.#known.delete(key);
      this.#known.set(key, known);
      return known.footer;
    }
    const footer = read();
    this.#known.set(key, { footer, bytes: footerBytes });
    this.#bytes += footerBytes;
    for (const [oldest, { bytes }] of this.#known) {
      if (this.#bytes <= MAX_BYTES || this.#known.size === 1) break;
      this.#known.delete(oldest);
      this.#bytes -= bytes;
    }
    return footer;
  }
}
