/**
 * Cuts a stream of bytes where rows end, so that pieces can be parsed in parallel.
 *
 * The answer of {@link cutRows} is how many bytes of a buffer that starts at a row hold whole rows; the caller
 * carries the rest over to its next buffer. Line ends inside quoted CSV fields do not count.
 */

import type { Kernels } from '../kernel/load.ts';
import type { InputFormat } from './column.ts';

export function cutRows(kernels: Kernels, format: InputFormat, address: number, bytes: number): number {
  if (format.kind === 'delimited' && format.quotes) {
    return kernels.scan_csv_cut(address, bytes, format.delimiter.charCodeAt(0));
  }
  return kernels.scan_last_byte(address, bytes, 10) + 1;
}
