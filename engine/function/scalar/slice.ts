/** Slices `x[low:high]` as DuckDB has them: places count from 1, or from the end if negative, and both ends belong to it. */

export function sliceOf(
  length: number,
  low: number,
  high: number,
): { readonly from: number; readonly to: number } {
  const from = low < 0 ? Math.max(0, length + low) : Math.min(length, Math.max(0, low - 1));
  const to = high < 0 ? length + high + 1 : Math.min(length, high);
  return { from, to: Math.max(from, to) };
}
