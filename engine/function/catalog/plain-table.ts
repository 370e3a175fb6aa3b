/** All of ClickHouse's aggregates that are rows of plain tables. */

import { EVENT_AGGREGATES } from './event.ts';
import { FINISHED } from './finished.ts';
import { GATHERING } from './gathering.ts';
import { INTERVAL_AGGREGATES } from './interval.ts';
import { NESTS } from './nest.ts';
import type { PlainRow } from './plain.ts';
import { QUANTILE_FAMILIES } from './quantile-family.ts';
import { SAMPLE_AGGREGATES, SAMPLE_TESTS } from './sample.ts';
import { FADING, STATISTICS } from './statistic.ts';
import { SERIES_AGGREGATES } from './time-series.ts';

export const PLAIN_ROWS: readonly PlainRow[] = [
  ...STATISTICS,
  ...QUANTILE_FAMILIES,
  ...INTERVAL_AGGREGATES,
  ...SAMPLE_AGGREGATES,
  ...NESTS,
  ...FADING,
  ...FINISHED,
  ...SAMPLE_TESTS,
  ...EVENT_AGGREGATES,
  ...SERIES_AGGREGATES,
  ...GATHERING,
];

const byName = new Map(PLAIN_ROWS.flatMap((row) => row.names.map((name) => [name, row] as const)));

/** The row of a name, with -If or without. */
export const plainRow = (name: string): PlainRow | undefined => byName.get(name.replace(/If$/, ''));
