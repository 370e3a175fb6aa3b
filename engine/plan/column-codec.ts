/** What CODEC(...) says of a column. Plain data: it lies in the manifest as JSON. */

export type ColumnCodec = {
  /** Without CODEC( and ), arguments filled in: `Delta(8), ZSTD(1)`. */
  readonly text: string;
  /** What blocks go through once they are encoded; null: what the table has. */
  readonly compressor: { readonly codec: 'none' | 'lz4' | 'zstd'; readonly level: number } | null;
};
