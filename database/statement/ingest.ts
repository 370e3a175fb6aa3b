/**
 * Druid's INSERT and REPLACE by SQL: a query's rows into a table that is made, or gets the columns it lacks; what they replace leaves
 * in the step that shows them. A new table has its name only when it is filled.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import type { ResultBatch } from '../../engine/vector/batch.ts';
import type { BoundStatement } from '../../sql/index.ts';
import type { PublishOptions, TableDefinition } from '../../storage/index.ts';
import { type Granularity, parseGranularity, truncateMs } from '../ingest/index.ts';
import { type IngestTarget, newIngestTable, widen } from '../ingest-table.ts';
import type { BulkResult } from '../write/bulk-writer.ts';
import { createFilled } from './filled-table.ts';
import { type PlanContext, runPlan } from './query.ts';
import { abandon, feedingOf, publish } from './view-feed.ts';
import { addResult } from './write.ts';

type Ingest = Extract<BoundStatement, { kind: 'ingest' }>;
type Ranges = Exclude<Ingest['replaces'], 'all' | null>;

/** @throws BasaltError BAD_ARGUMENTS, INCORRECT_DATA, TABLE_ALREADY_EXISTS */
export async function ingestRows(statement: Ingest, context: PlanContext): Promise<BulkResult> {
  const segmentGranularity = granularityOf(statement);
  if (statement.replaces !== null && statement.replaces !== 'all')
    checkAligned(statement.replaces, segmentGranularity, statement);
  const target: IngestTarget = {
    dataSource: statement.table,
    rollup: statement.rollup,
    segmentGranularity,
    clusteredBy: statement.clusteredBy,
    indexSpec: { dimensions: null, metrics: null },
  };
  const { environment } = context;
  const { store, catalog } = environment;
  const existing = catalog.findForRows(statement.schema, statement.table);
  if (existing !== undefined) {
    const table = await widen(store, existing, target, statement.columns);
    return writeRows(table, statement, context);
  }
  const wanted = newIngestTable(target, statement.columns);
  return createFilled(wanted, null, context, (hidden) => writeRows(hidden, statement, context));
}

function granularityOf({ partitionedBy: { text, where } }: Ingest): Granularity {
  const fail = (reason: string): BasaltError =>
    new BasaltError('BAD_ARGUMENTS', `PARTITIONED BY: ${reason}`, { position: where });
  const found = parseGranularity(text, fail);
  if (found.kind === 'none' || (found.kind === 'fixed' && found.ms < 60000))
    throw fail('a minute or more is expected');
  return found;
}

/** Infinite ends are those of partitions, too. */
function checkAligned(ranges: Ranges, granularity: Granularity, { partitionedBy }: Ingest): void {
  const isEnd = (ms: number): boolean =>
    !Number.isFinite(ms) || (granularity.kind !== 'all' && truncateMs(granularity, ms) === ms);
  const wrong = ranges.flat().find((ms) => !isEnd(ms));
  if (wrong === undefined) return;
  throw new BasaltError(
    'BAD_ARGUMENTS',
    `OVERWRITE WHERE has an end at ${new Date(wrong).toISOString()}, where no partition of PARTITIONED BY ${partitionedBy.text} begins`,
    { hint: 'Overwrite whole partitions, or partition more finely', position: partitionedBy.where },
  );
}

async function writeRows(
  table: TableDefinition,
  statement: Ingest,
  context: PlanContext,
): Promise<BulkResult> {
  const { environment, settings, signal } = context;
  const { columns, replaces } = statement;
  const ids = columns.map(({ name }) => table.columns.find((c) => c.name === name)?.id ?? -1);
  const rowsPerSegment = settings.number('rowsPerSegment');
  await environment.store.admitInsert(table.id, signal);
  const feeding = await feedingOf(environment, table, {
    signal,
    ...(rowsPerSegment === 0 ? {} : { maxRowsPerSegment: rowsPerSegment }),
  });
  try {
    const check = timeCheck(statement);
    let rows = 0;
    for await (const batch of runPlan(statement.plan, context)) {
      check(batch);
      rows += batch.rows;
      await addResult(feeding.writer, table, ids, batch, environment);
    }
    if (rows === 0 && settings.boolean('failOnEmptyInsert'))
      throw new BasaltError('INCORRECT_DATA', `No rows to insert into ${statement.table}`, {
        hint: 'The query gave none, which failOnEmptyInsert refuses',
      });
    const result = await publish(feeding, publishOptions(replaces, columns[0].type));
    environment.wrote();
    return result;
  } catch (error) {
    await abandon(feeding);
    throw error;
  }
}

const FIRST_TICK = -(2n ** 63n);
const LAST_TICK = 2n ** 63n - 1n;

/** Milliseconds as ticks of a timestamp; infinite ends are the first and the last there are. */
const ticksOf =
  ({ precision = 3 }: LogicalType) =>
  (ms: number): bigint => {
    if (ms === Number.NEGATIVE_INFINITY) return FIRST_TICK;
    if (ms === Number.POSITIVE_INFINITY) return LAST_TICK;
    const scaled = BigInt(ms) * 10n ** BigInt(Math.max(0, precision - 3));
    return scaled / 10n ** BigInt(Math.max(0, 3 - precision));
  };

function publishOptions(replaces: Ingest['replaces'], time: LogicalType): PublishOptions {
  if (replaces === null) return {};
  if (replaces === 'all') return { replaces: () => true };
  const ticks = ticksOf(time);
  return { replaceIntervals: replaces.map(([start, end]) => ({ from: ticks(start), to: ticks(end) })) };
}

/** Every row has a time, and it lies where rows are replaced. */
function timeCheck({ replaces, columns }: Ingest): (batch: ResultBatch) => void {
  const ticks = ticksOf(columns[0].type);
  const ticksPerMs = 10 ** ((columns[0].type.precision ?? 3) - 3);
  const ranges =
    replaces === null || replaces === 'all'
      ? null
      : replaces.map(([start, end]) => [ticks(start), ticks(end)] as const);
  return ({ rows, columns: [time] }) => {
    if (time.lane !== 'i64') throw new BasaltError('LOGICAL_ERROR', 'Times are integers');
    if (time.valid?.subarray(0, rows).includes(0))
      throw new BasaltError('INCORRECT_DATA', 'A row has no __time', {
        hint: 'Its text may not be a time: leave such rows out WHERE TIME_PARSE(x) IS NOT NULL',
      });
    if (ranges === null) return;
    const outside = time.values
      .subarray(0, rows)
      .find((at) => !ranges.some(([start, end]) => at >= start && at < end));
    if (outside === undefined) return;
    throw new BasaltError(
      'INCORRECT_DATA',
      `A row's __time is ${new Date(Number(outside) / ticksPerMs).toISOString()}, which OVERWRITE WHERE does not replace`,
      { hint: 'Put the same condition into the WHERE of the query' },
    );
  };
}
