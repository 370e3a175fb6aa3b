/** What a run measured, and the figures made of it. Milliseconds and bytes by engine name. */

import { geomean, scoreOf } from '../score.ts';
import type { EngineName } from '../suite.ts';

export type Line = {
  readonly name: string;
  readonly sql: string;
  /** Medians of the warm runs. */
  readonly hot: Record<string, number>;
  /** The first warm run alone: data are in memory, but code that is compiled as it runs has hardly run yet. */
  readonly second: Record<string, number>;
  /** The shortest of the warm runs: what is left when nothing else wants the machine. */
  readonly best: Record<string, number>;
  /** Medians of runs in a new process without page cache; empty when none were asked for. */
  readonly cold: Record<string, number>;
  readonly errors: Partial<Record<EngineName, string>>;
  /** Engines with wrong answers. */
  readonly wrong: readonly EngineName[];
  /** Why an engine's different answer is let pass. */
  readonly notes: readonly string[];
};

export type Result = {
  readonly suite: string;
  readonly what: string;
  readonly rows: number;
  readonly seed: number;
  readonly threads: number;
  readonly runs: number;
  readonly engines: readonly EngineName[];
  readonly load: Readonly<Record<string, number>>;
  readonly bytes: Readonly<Record<string, number>>;
  readonly peakRssBytes: Readonly<Record<string, number>>;
  readonly lines: readonly Line[];
};

/** Below these times differences do not count: ours, and ClickBench's own. */
export const GRAIN_MS = 1;
const CLICKBENCH_GRAIN_MS = 10;

export type Summary = {
  readonly hot: number;
  readonly second: number;
  readonly cold: number | null;
  readonly worst: string;
  readonly worstScore: number;
  readonly clickbenchScore: number;
  readonly rawGeomean: number;
  /** Queries that Basalt refused. */
  readonly missing: readonly string[];
};

/** Over the queries that Basalt answers. */
export function summary(result: Result): Summary {
  const answered = result.lines.filter((line) => line.hot['basalt'] !== undefined);
  const scores = answered.map((line) => scoreOf(line.hot, GRAIN_MS));
  const colds = answered.filter((line) => line.cold['basalt'] !== undefined);
  const worst = scores.indexOf(Math.max(...scores));
  return {
    hot: geomean(scores),
    second: geomean(answered.map((line) => scoreOf(line.second, GRAIN_MS))),
    cold: colds.length === 0 ? null : geomean(colds.map((line) => scoreOf(line.cold, GRAIN_MS))),
    worst: answered[worst]?.name ?? 'none',
    worstScore: scores[worst] ?? 1,
    clickbenchScore: geomean(answered.map((line) => scoreOf(line.hot, CLICKBENCH_GRAIN_MS))),
    rawGeomean: geomean(answered.map((line) => scoreOf(line.hot, 0))),
    missing: result.lines.filter((line) => line.hot['basalt'] === undefined).map((line) => line.name),
  };
}
