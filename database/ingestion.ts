/** `ingest(spec)`: a Druid batch spec into a table, published whole or not at all. */

import { BasaltError } from '../engine/base/error.ts';
import type { Value } from '../engine/type/type.ts';
import type { Batch, SegmentMeta, TableDefinition } from '../storage/index.ts';
import {
  type IngestPlan,
  type IngestSink,
  type Input,
  listInputs,
  parseSpec,
  runIngest,
  type SourceRules,
  type TimeBucket,
} from './ingest/index.ts';
import { ingestTable, takeLists } from './ingest-table.ts';
import type { Environment } from './statement/environment.ts';
import { abandon, type Feeding, feedingOf, publish } from './statement/view-feed.ts';
import type { IngestOptions, IngestReport } from './types.ts';
import { insertEnvironment } from './work.ts';

export type IngestRules = SourceRules;

export async function runIngestion(
  environment: Environment,
  rules: IngestRules,
  spec: unknown,
  options: IngestOptions,
): Promise<IngestReport> {
  const plan = parseSpec(spec);
  const inputs = await inputsOf(plan, rules, options.input);
  const { engine, pool } = environment.runtime;
  const sink = new TableSink(environment, plan, options.signal);
  const report = await runIngest(plan, inputs, sink, insertEnvironment(engine, pool), options);
  environment.wrote();
  return report;
}

async function inputsOf(
  plan: IngestPlan,
  rules: IngestRules,
  stream: AsyncIterable<Uint8Array> | undefined,
): Promise<Input[]> {
  if (stream !== undefined) return [{ name: 'stream', bytes: null, open: async () => stream }];
  if (plan.source === null) throw new BasaltError('INVALID_SPEC', 'spec.ioConfig.inputSource: is missing');
  return listInputs(plan.source, rules);
}

/** Views were bound to dimensions of single values, and would take lists for texts. */
function refuseNewLists({ columns, name }: TableDefinition, listed: ReadonlySet<number>): void {
  const found = columns.find(({ id, type }) => listed.has(id) && type.id !== 'multi');
  if (found === undefined) return;
  throw new BasaltError(
    'INCOMPATIBLE_COLUMNS',
    `Dimension ${found.name} of ${name} has lists of values, which its materialized views did not know`,
    { hint: 'Nothing was ingested: send the spec again' },
  );
}

type Interval = readonly [startMs: number, endMs: number];

class TableSink implements IngestSink {
  readonly #environment: Environment;
  readonly #plan: IngestPlan;
  readonly #signal: AbortSignal | undefined;
  #feeding: Feeding | null = null;
  /** Column ids by output position. */
  #ids: readonly number[] = [];
  readonly #touched = new Map<number, Interval>();

  constructor(environment: Environment, plan: IngestPlan, signal: AbortSignal | undefined) {
    this.#environment = environment;
    this.#plan = plan;
    this.#signal = signal;
  }

  async open(columns: Parameters<IngestSink['open']>[0]): Promise<void> {
    const { store, catalog } = this.#environment;
    const table = await ingestTable(store, catalog, this.#plan, columns);
    this.#ids = columns.map(({ name }) => table.columns.find((c) => c.name === name)?.id ?? -1);
    this.#feeding = await feedingOf(this.#environment, table, {
      maxRowsPerSegment: this.#plan.maxRowsPerSegment,
      signal: this.#signal ?? new AbortController().signal,
    });
  }

  async add(bucket: TimeBucket, batch: Batch): Promise<void> {
    this.#touched.set(bucket.startMs, [bucket.startMs, bucket.endMs]);
    const columns = new Map([...batch.columns].map(([index, chunk]) => [this.#ids[index], chunk]));
    await this.#feeding?.writer.add({ rows: batch.rows, columns });
  }

  async commit(lists: ReadonlySet<number>): Promise<{ readonly segments: number }> {
    if (this.#feeding === null) return { segments: 0 };
    const { table, feed } = this.#feeding;
    const listed = new Set([...lists].map((i) => this.#ids[i]));
    await takeLists(this.#environment.store, table.id, listed);
    if (feed !== null) refuseNewLists(table, listed);
    const replaces = this.#replaces(table);
    const { segments } = await publish(this.#feeding, replaces === null ? {} : { replaces });
    return { segments };
  }

  async abort(): Promise<void> {
    if (this.#feeding !== null) await abandon(this.#feeding);
  }

  /** Which segments the new rows take the place of: none when appending, else those of the touched intervals. */
  #replaces({ timeColumn }: TableDefinition): ((segment: SegmentMeta) => boolean) | null {
    const { append, dropExisting, intervals, segmentGranularity } = this.#plan;
    if (append) return null;
    const touched: readonly Interval[] =
      dropExisting && intervals !== null ? intervals : [...this.#touched.values()];
    return (segment) => {
      if (segmentGranularity.kind === 'all') return true;
      const statistics = segment.columns.find((c) => c.id === timeColumn);
      const bounds = [statistics?.min, statistics?.max] as const;
      return replacedBy(bounds, touched, this.#plan.dataSource);
    };
  }
}

/** @throws INVALID_SPEC when a segment lies partly inside: its other rows would be lost. */
function replacedBy(
  [min, max]: readonly [Value | undefined, Value | undefined],
  touched: readonly Interval[],
  name: string,
): boolean {
  if (typeof min !== 'bigint' || typeof max !== 'bigint') return false;
  const lo = Number(min);
  const hi = Number(max);
  const meets = touched.some(([start, end]) => lo < end && hi >= start);
  if (!meets) return false;
  if (touched.some(([start, end]) => lo >= start && hi < end)) return true;
  if (covered(lo, hi, touched)) return true;
  throw new BasaltError(
    'INVALID_SPEC',
    `Table ${name} has a segment from ${new Date(lo).toISOString()} to ${new Date(hi).toISOString()} that is only partly replaced`,
    { hint: "Use the table's own segmentGranularity, or append" },
  );
}

/** True when adjacent intervals cover [lo, hi] together. */
function covered(lo: number, hi: number, touched: readonly Interval[]): boolean {
  let at = lo;
  for (const [start, end] of touched.toSorted((a, b) => a[0] - b[0])) {
    if (start > at) continue;
    if (end > at) at = end;
    if (at > hi) return true;
  }
  return false;
}
