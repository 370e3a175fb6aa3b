/** Druid's indexSpec: what columns of a new datasource are compressed with. Encodings are chosen by size, whatever it says of them. */

import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import { type LogicalType, laneOf } from '../../engine/type/type.ts';

/** Null: nothing was said. */
export type IndexSpec = {
  /** Of strings. */
  readonly dimensions: ColumnCodec | null;
  /** Of numbers and times. */
  readonly metrics: ColumnCodec | null;
};

const codec = (text: string, name: 'none' | 'lz4' | 'zstd', level = 0): ColumnCodec => ({
  text,
  compressor: { codec: name, level },
});

/** By Druid's names; LZF is LZ4. */
export const COMPRESSIONS: Readonly<Record<string, ColumnCodec>> = {
  lz4: codec('LZ4', 'lz4'),
  lzf: codec('LZ4', 'lz4'),
  zstd: codec('ZSTD(3)', 'zstd', 3),
  uncompressed: codec('NONE', 'none'),
  none: codec('NONE', 'none'),
};

/** What a column of the type is given, if anything. */
export function codecOf(
  { dimensions, metrics }: IndexSpec,
  type: LogicalType,
): { readonly codec?: ColumnCodec } {
  const found = laneOf(type) === 'str' ? dimensions : metrics;
  return found === null ? {} : { codec: found };
}
