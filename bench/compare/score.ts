/** Figures of a comparison: medians and quantiles, and scores against the faster peer. */

/** NaN without times. */
export const median = (times: readonly number[]): number => {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};

/** The time that this share of the times does not exceed; NaN without times. */
export const quantile = (times: readonly number[], share: number): number => {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
};

export const geomean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

export type Times = Readonly<Record<string, number>>;

/** (grain + ours) / (grain + the faster peer's): the grain keeps tiny differences of tiny times from counting. 1 without peers. */
export function scoreOf(ms: Times, grainMs: number): number {
  const peers = Object.entries(ms).filter(([name]) => name !== 'basalt');
  return peers.length === 0 ? 1 : (grainMs + ms['basalt']) / (grainMs + Math.min(...peers.map(([, t]) => t)));
}
