/** The time of a segment's rows, as its statistics have it. */

import type { ColumnDefinition, SegmentMeta } from '../storage/index.ts';

/** From an instant on, up to another. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** @param column a timestamp; null when nothing is known of it. */
export function spanOf({ id, type }: ColumnDefinition, segment: SegmentMeta): Span | null {
  const statistics = segment.columns.find((column) => column.id === id);
  if (typeof statistics?.min !== 'bigint' || typeof statistics.max !== 'bigint') return null;
  const perMs = 10 ** ((type.precision ?? 0) - 3);
  const msOf = (ticks: bigint): number => Math.floor(Number(ticks) / perMs);
  return { fromMs: msOf(statistics.min), toMs: msOf(statistics.max) + 1 };
}
