/**
 * Materialized views: rows that are written to a table go through the query of each view on it, a block at a time, and what comes
 * out is written to the view's table, and so on from there. Nothing of it is seen before all of the statement's rows went
 * through; then each table gets its own, one after the other.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { Region } from '../../engine/memory/region.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import type { BoundStatement, ViewInfo } from '../../sql/index.ts';
import type { Batch, PublishOptions, TableDefinition } from '../../storage/index.ts';
import { isNullTable } from '../catalog/catalog.ts';
import { optionsOf } from '../catalog/table-options.ts';
import { NO_FILES } from '../file/statement-files.ts';
import { Settings } from '../setting/setting.ts';
import type { BulkOptions, BulkResult, BulkWriter } from '../write/bulk-writer.ts';
import { batchBytes } from '../write/copy-batch.ts';
import { memoryPart } from '../write/memory-parts.ts';
import type { Environment } from './environment.ts';
import { language, loadLanguage } from './language.ts';
import { type PlanContext, runPlan } from './query.ts';
import { StatementTally } from './tally.ts';
import { addResult, bulkWriter } from './write.ts';

/** Of what a query sees at once. */
const BLOCK_ROWS = 1 << 20;
const BLOCK_BYTES = 64 << 20;
/** Views on tables of views. */
const MAX_DEPTH = 64;

type View = { readonly name: string; readonly view: ViewInfo; readonly columns: readonly string[] };
type Insert = Extract<BoundStatement, { kind: 'insert' }>;

/** A view, and what writes its rows. */
type Output = { readonly view: View; readonly bound: Insert; readonly target: Feeding };

/** A table that is written to, with what its views make of the rows. */
export type Feeding = {
  readonly table: TableDefinition;
  readonly writer: BulkWriter;
  readonly feed: ViewFeed | null;
};

/** Where rows of a table are written while views may be on it. */
export async function feedingOf(
  environment: Environment,
  table: TableDefinition,
  options: Pick<BulkOptions, 'maxRowsPerSegment'> & { readonly signal: AbortSignal },
  depth = 0,
): Promise<Feeding> {
  const { signal } = options;
  const views = viewsOn(environment, table);
  if (views.length === 0) return { table, writer: bulkWriter(environment, table, options), feed: null };
  if (depth === MAX_DEPTH)
    throw new BasaltError('TOO_DEEP', `More than ${MAX_DEPTH} materialized views feed each other`, {
      hint: `One of them writes to a table that feeds it: drop ${views[0].name}`,
    });
  await loadLanguage();
  const outputs: Output[] = [];
  for (const view of views) {
    const bound = pushedInto(view, environment);
    const target = environment.catalog.definition(bound.tableId);
    outputs.push({ view, bound, target: await feedingOf(environment, target, { signal }, depth + 1) });
  }
  const feed = new ViewFeed(environment, table, outputs, signal);
  const writer = bulkWriter(environment, table, { ...options, onBatch: (batch) => feed.add(batch) });
  return { table, writer, feed };
}

/** Makes the rows seen, then what views made of them; of rows that were inserted before by the same token that was then. */
export async function publish(
  { table, writer, feed }: Feeding,
  options: PublishOptions = {},
): Promise<BulkResult> {
  await feed?.end();
  const result = isNullTable(table) ? await writer.forget() : await writer.commit(options);
  if (result.inserted) await feed?.commit();
  else await feed?.abort();
  return result;
}

/** Leaves no trace. */
export async function abandon({ writer, feed }: Feeding): Promise<void> {
  await writer.abort();
  await feed?.abort();
}

/** Those whose query reads the table first. */
function viewsOn({ catalog }: Environment, table: TableDefinition): readonly View[] {
  const { schema, name } = optionsOf(table);
  return catalog.tables().flatMap(({ name: viewName, view, columns }): View[] => {
    const source = view?.materialized?.source;
    if (view === undefined || source?.name !== name || source.schema !== schema) return [];
    return [{ name: viewName, view, columns: columns.map((c) => c.name) }];
  });
}

function pushedInto(view: View, environment: Environment): Insert {
  try {
    return insertOf(view, environment);
  } catch (error) {
    throw ofView(error, view.name);
  }
}

/** The query as an INSERT into the view's table, bound to what tables are now. */
export function insertOf(
  { view, columns }: Pick<View, 'view' | 'columns'>,
  { catalog, clock, store }: Environment,
): Insert {
  const { target } = view.materialized!;
  const into = `${quoted(target.schema === 'main' ? 'default' : target.schema)}.${quoted(target.name)}`;
  const text = `INSERT INTO ${into} (${columns.map(quoted).join(', ')}) ${view.text}`;
  const nowMs = clock.nowMs();
  const bound = language().bind(language().parseStatement(text, view.dialect), {
    dialect: view.dialect,
    catalog,
    parameters: [],
    timeZone: 'UTC',
    now: () => nowMs,
    rowsOf: (tableId) => store.tableInfo(tableId).rows,
    schema: view.schema,
    settings: {},
  });
  if (bound.kind !== 'insert') throw new BasaltError('LOGICAL_ERROR', 'A view inserts rows');
  return bound;
}

const quoted = (name: string): string => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;

/** The mistake without its place, which is in a text that nobody wrote. */
const ofView = (error: unknown, name: string): unknown =>
  error instanceof BasaltError
    ? new BasaltError(error.errorName, `While pushing to view ${name}: ${error.message}`, {
        hint: error.hint,
      })
    : error;

export class ViewFeed {
  readonly #table: TableDefinition;
  readonly #outputs: readonly Output[];
  readonly #environment: Environment;
  readonly #context: PlanContext;
  readonly #owner: number;
  readonly #region: Region;
  #parts: Part[] = [];
  #rows = 0;
  #bytes = 0;

  constructor(
    environment: Environment,
    table: TableDefinition,
    outputs: readonly Output[],
    signal: AbortSignal,
  ) {
    const { arena } = environment.runtime.engine;
    this.#environment = environment;
    this.#table = table;
    this.#outputs = outputs;
    this.#owner = arena.openOwner();
    this.#region = new Region(arena, this.#owner);
    const settings = Settings.of({});
    this.#context = { environment, settings, signal, tally: new StatementTally(), files: NO_FILES };
  }

  /** Takes a copy of rows with all that the table computes of them. */
  async add(batch: Batch): Promise<void> {
    this.#parts.push(memoryPart(batch, this.#region, this.#table.columns, (c) => c.default));
    this.#rows += batch.rows;
    this.#bytes += batchBytes(this.#environment.runtime.engine.arena, batch);
    if (this.#rows >= BLOCK_ROWS || this.#bytes >= BLOCK_BYTES) await this.#push();
  }

  /** All rows were added: what views make of them is written, and not seen yet. */
  async end(): Promise<void> {
    await this.#push();
    for (const { target } of this.#outputs) await target.feed?.end();
  }

  async commit(): Promise<void> {
    for (const { target, view } of this.#outputs) {
      try {
        if (isNullTable(target.table)) await target.writer.forget();
        else await target.writer.commit();
      } catch (error) {
        throw ofView(error, view.name);
      }
      await target.feed?.commit();
    }
    this.#free();
  }

  async abort(): Promise<void> {
    for (const { target } of this.#outputs) await abandon(target);
    this.#free();
  }

  async #push(): Promise<void> {
    if (this.#parts.length === 0) return;
    const block: Snapshot = { parts: this.#parts, rows: this.#rows, release: () => {} };
    this.#parts = [];
    this.#rows = 0;
    this.#bytes = 0;
    for (const { bound, target, view } of this.#outputs) {
      const { source, columnIds } = bound;
      if (source.kind !== 'plan') continue;
      try {
        const pinned = new Map([[this.#table.id, block]]);
        for await (const batch of runPlan(source.plan, this.#context, false, pinned))
          await addResult(target.writer, target.table, columnIds, batch, this.#environment, true);
      } catch (error) {
        throw ofView(error, view.name);
      }
    }
    this.#region.free();
  }

  #free(): void {
    this.#environment.runtime.engine.arena.closeOwner(this.#owner);
  }
}
