/**
 * Runs a plan: pins a snapshot of every table it reads, hands it to the executor, and lets go when the last batch was
 * taken, the reader stopped early, or the query failed.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { splitMix64, uint64 } from '../../engine/base/random.ts';
import type { SpillLimits } from '../../engine/memory/spill.ts';
import { inputsOf, isRecursionId, type Plan, type ScanPlan } from '../../engine/plan/node.ts';
import { tableColumnIds } from '../../engine/plan/path-read.ts';
import type { Snapshot } from '../../engine/plan/source.ts';
import { planText } from '../../engine/plan/text.ts';
import { type ResultBatch, valueReader } from '../../engine/vector/batch.ts';
import type { TableInfo } from '../../sql/index.ts';
import type { TableDefinition } from '../../storage/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { askedDictionaries } from '../dictionary/asked-dictionary.ts';
import { isFileTable, type StatementFiles } from '../file/statement-files.ts';
import { withProjections } from '../projection/use-projection.ts';
import type { Settings } from '../setting/setting.ts';
import { lowerSystemScans } from '../system/lower.ts';
import type { Environment } from './environment.ts';
import { nameFinalScans } from './final-scan.ts';
import { recursiveTables, withScans } from './recursion.ts';
import { allowedIndexes } from './skip-indexes.ts';
import type { StatementTally } from './tally.ts';

/** What a plan runs under; `tally` hears of its execution. */
export type PlanContext = {
  readonly environment: Environment;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly tally: StatementTally;
  readonly files: Pick<StatementFiles, 'snapshot'>;
  /** Dictionaries whose rows the plan gives, the outermost first; absent: none. */
  readonly loading?: readonly number[];
};

/** A plan of one row, and who gets it. */
export type Behind = { readonly plan: Plan; readonly take: (batch: ResultBatch) => void };

/**
 * @param profile measures every operator; default the setting `log_profile`.
 * @param behind runs when the last batch was taken, over the same rows of all tables.
 * @param pinned snapshots that whoever changes these tables has, and releases; what comes out is no result then.
 */
export async function* runPlan(
  plan: Plan,
  context: PlanContext,
  profile = context.settings.boolean('log_profile'),
  pinned: ReadonlyMap<number, Snapshot> | null = null,
  behind: Behind | null = null,
): AsyncGenerator<ResultBatch> {
  const { environment, settings, signal, tally } = context;
  const maxRows = pinned === null ? settings.number('max_result_rows') : 0;
  // Both are one plan as far as tables go.
  const whole: Plan =
    behind === null ? plan : { kind: 'union', inputs: [plan, behind.plan], schema: plan.schema };
  const snapshots = new Map<number, Snapshot>();
  try {
    const lowered = await pin(whole, context, snapshots, pinned);
    const [first, second] = behind === null ? [lowered] : inputsOf(lowered);
    const memoryLimitBytes = memoryLimitOf(context);
    const seed = BigInt(settings.number('random_seed')) || uint64(environment.random);
    const options = {
      seed,
      signal,
      threads: settings.number('max_threads') || undefined,
      memoryLimitBytes,
      spill: { folder: environment.spillFolder, limits: spillLimits(settings, memoryLimitBytes) },
      optimize: settings.boolean('query_plan_enable_optimizations'),
      profile,
    };
    const tables = new Map([...snapshots, ...(pinned ?? [])]);
    const run = async function* (
      step: Plan,
      read: ReadonlyMap<number, Snapshot>,
      stepSeed = seed,
    ): AsyncGenerator<ResultBatch> {
      const own = { ...options, seed: stepSeed, profile: false };
      const execution = environment.executor.run(step, read, own);
      yield* execution.batches;
      tally.prepared(execution.counts());
    };
    let steps = 0n;
    const again: typeof run = (step, read) => run(step, read, splitMix64(seed, ++steps));
    const recursion = { runtime: environment.runtime, memoryLimitBytes, signal, run: again };
    for (const [id, table] of await recursiveTables(lowered, tables, recursion)) {
      snapshots.set(id, table);
      tables.set(id, table);
    }
    const execution = environment.executor.run(withScans(first), tables, options);
    tally.runs(execution);
    let rows = 0;
    for await (const batch of execution.batches) {
      rows += batch.rows;
      if (maxRows > 0 && rows > maxRows) {
        throw new BasaltError(
          'LIMIT_EXCEEDED',
          `The result has more than ${maxRows} rows (max_result_rows)`,
          {
            hint: 'Add a LIMIT, or raise max_result_rows',
          },
        );
      }
      yield batch;
    }
    if (behind !== null) for await (const batch of run(withScans(second), tables)) behind.take(batch);
  } finally {
    for (const snapshot of snapshots.values()) snapshot.release();
  }
}

/** The texts of a plan's one column, none of them NULL. */
export async function textsOf(plan: Plan, context: PlanContext): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of runPlan(plan, context)) {
    const textAt = valueReader(batch.columns[0], plan.schema[0], { int64: 'number', timestamp: 'date' });
    for (let row = 0; row < batch.rows; row++) texts.push(textAt(row) as string);
  }
  return texts;
}

/** The stages that the plan would run in. @throws BasaltError NOT_IMPLEMENTED where they hang on rows of others before them */
export async function explainPipeline(plan: Plan, context: PlanContext): Promise<readonly string[]> {
  const snapshots = new Map<number, Snapshot>();
  const { settings, environment } = context;
  try {
    const lowered = await pin(plan, context, snapshots);
    if (isRecursive(lowered))
      throw new BasaltError('NOT_IMPLEMENTED', 'There is no EXPLAIN PIPELINE of WITH RECURSIVE', {
        hint: 'Each of its steps is planned by what the one before it gave: EXPLAIN ANALYZE runs them',
      });
    return environment.executor.pipeline(lowered, snapshots, {
      threads: settings.number('max_threads') || undefined,
      optimize: settings.boolean('query_plan_enable_optimizations'),
    });
  } finally {
    for (const snapshot of snapshots.values()) snapshot.release();
  }
}

const isRecursive = (plan: Plan): boolean => plan.kind === 'recursive' || inputsOf(plan).some(isRecursive);

/**
 * The plan as it would run now, and how many rows its nodes are taken to give.
 *
 * @param indexes with what partitions, statistics and bounds leave of each table
 */
export async function explainPlan(plan: Plan, context: PlanContext, indexes = false): Promise<string[]> {
  const snapshots = new Map<number, Snapshot>();
  try {
    const lowered = await pin(plan, context, snapshots);
    const optimize = context.settings.boolean('query_plan_enable_optimizations');
    const { executor } = context.environment;
    const { plan: planned, rows } = executor.explain(lowered, snapshots, { optimize });
    const below = (node: Plan): string[] => {
      const parts = node.kind === 'scan' ? (snapshots.get(node.tableId)?.parts ?? null) : null;
      if (node.kind !== 'scan' || parts === null) return [];
      const all = parts.reduce((sum, part) => sum + part.blocks, 0);
      const left = executor.estimate(node, parts);
      return [`reads ${left.parts} of ${parts.length} parts, ${left.blocks} of ${all} blocks`];
    };
    return planText(planned, indexes ? { rows, below } : { rows });
  } finally {
    for (const snapshot of snapshots.values()) snapshot.release();
  }
}

/** Bytes that a query may hold. */
export const memoryLimitOf = ({ environment, settings }: PlanContext): number =>
  settings.number('max_memory_usage') || environment.runtime.engine.arena.limitBytes / 2;

/** Adds a snapshot of every table the plan reads, for the caller to release, also when this fails. Answers the plan over them. */
export async function pin(
  plan: Plan,
  context: PlanContext,
  snapshots: Map<number, Snapshot>,
  pinned: ReadonlyMap<number, Snapshot> | null = null,
): Promise<Plan> {
  const { environment, settings, signal, files } = context;
  const { runtime, store, catalog, dictionaries } = environment;
  const { plan: lowered, finals } = nameFinalScans(lowerSystemScans(plan, environment.systemSource));
  const memoryLimitBytes = memoryLimitOf(context);
  for (const { name, tableId, columnIds } of finals) {
    checkColumns(catalog.definition(tableId), columnIds);
    const withinPartitions = settings.boolean('do_not_merge_across_partitions_select_final');
    const options = { columnIds, withinPartitions, memoryLimitBytes, signal };
    snapshots.set(name, await store.finalSnapshot(tableId, options));
  }
  for (const table of dictionariesOf(lowered, catalog))
    if (!snapshots.has(table.id)) snapshots.set(table.id, await dictionaries.snapshot(table, context));
  const scanned = [...scannedTables(lowered)].filter(
    ([id]) => pinned?.has(id) !== true && !snapshots.has(id),
  );
  for (const [id, scans] of scanned.filter(([table]) => isFileTable(table))) {
    snapshots.set(id, await files.snapshot(id, { runtime, scans, memoryLimitBytes, signal }));
  }
  // All tables as they are at one moment.
  for (const [id, scans] of scanned.filter(([table]) => !isFileTable(table))) {
    checkColumns(catalog.definition(id), scans.flatMap(tableColumnIds));
    snapshots.set(id, allowedIndexes(store.snapshot(id), catalog.definition(id), scans, settings));
  }
  return withProjections(lowered, { environment, settings, snapshots });
}

/** Those that the plan reads as tables, and those that its functions ask. */
function dictionariesOf(plan: Plan, catalog: Catalog): readonly TableInfo[] {
  const all = catalog.tables().filter((t) => t.view?.dictionary !== undefined);
  if (all.length === 0) return [];
  const asked = askedDictionaries(plan);
  const scanned = scannedTables(plan);
  return all.filter(({ id }) => asked.has(id) || scanned.has(id));
}

/** Bytes of spill files when the setting is 0. */
const DEFAULT_TEMPORARY_BYTES = 32 * 2 ** 30;

const spillLimits = (settings: Settings, memoryLimitBytes: number): SpillLimits => ({
  sort: {
    ownBytes: settings.number('max_bytes_before_external_sort'),
    queryBytes: settings.number('max_bytes_ratio_before_external_sort') * memoryLimitBytes,
  },
  join: {
    ownBytes: settings.number('max_bytes_before_external_join'),
    queryBytes: settings.number('max_bytes_ratio_before_external_sort') * memoryLimitBytes,
  },
  group: {
    ownBytes: settings.number('max_bytes_before_external_group_by'),
    queryBytes: settings.number('max_bytes_ratio_before_external_group_by') * memoryLimitBytes,
  },
  fileBytes: settings.number('max_temporary_data_on_disk_size_for_query') || DEFAULT_TEMPORARY_BYTES,
});

export function scannedTables(plan: Plan, found = new Map<number, ScanPlan[]>()): Map<number, ScanPlan[]> {
  if (plan.kind === 'scan' && !isRecursionId(plan.tableId))
    found.set(plan.tableId, [...(found.get(plan.tableId) ?? []), plan]);
  for (const input of inputsOf(plan)) scannedTables(input, found);
  return found;
}

/** The plan was made for the table as it was; a snapshot is of the table as it is. */
function checkColumns(table: TableDefinition, columnIds: Iterable<number>): void {
  const known = new Set(table.columns.map(({ id }) => id));
  if ([...columnIds].every((id) => known.has(id))) return;
  throw new BasaltError('INCOMPATIBLE_COLUMNS', `Table ${table.name} was altered before the query began`, {
    hint: 'Send the query again',
  });
}
