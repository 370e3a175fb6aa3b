/**
 * A database without sockets: opens a store, takes statements, gives results. The one implementation of the public
 * door's `Database`.
 *
 * Every statement goes the same road: split off inserted data, parse, bind against the catalog as it is now, run.
 * Background work (flushes, merges) is scheduled only after writes, and no timer keeps the process alive.
 */

import type { Clock } from '../engine/base/clock.ts';
import { BasaltError } from '../engine/base/error.ts';
import type { Random } from '../engine/base/random.ts';
import type { Timer } from '../engine/base/timer.ts';
import { Executor } from '../engine/exec/executor.ts';
import { type InputData, streamOf } from '../engine/format/index.ts';
import type { Plan } from '../engine/plan/node.ts';
import { dialectTypeName } from '../engine/type/dialect-name.ts';
import { typeName } from '../engine/type/type.ts';
import { type JsValue, type ResultSchema, valueReader } from '../engine/vector/batch.ts';
import type {
  BindContext,
  BoundStatement,
  Parameter,
  SplitInsert,
  Settings as Written,
} from '../sql/index.ts';
import { type FileSystem, Scheduler, Scrubber, type SegmentBuilder, type Store } from '../storage/index.ts';
import type { Catalog } from './catalog/catalog.ts';
import { MAIN_SCHEMA } from './catalog/catalog.ts';
import { givenColumns } from './catalog/table-options.ts';
import { DictionaryBook } from './dictionary/dictionary-book.ts';
import type { OwnFiles } from './file/own-files.ts';
import { StatementFiles } from './file/statement-files.ts';
import { type IngestRules, runIngestion } from './ingestion.ts';
import { lookupBook } from './lookup/lookup-book.ts';
import { Refresher } from './refresh/refresher.ts';
import { Keeper } from './retention/keeper.ts';
import { ruleBook } from './retention/rule-book.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session/session.ts';
import { Sessions } from './session/sessions.ts';
import { Settings } from './setting/setting.ts';
import type { Environment } from './statement/environment.ts';
import { language, loadLanguage } from './statement/language.ts';
import { maskedText } from './statement/masked-text.ts';
import { observed } from './statement/observed.ts';
import { PROGRESS_INTERVAL_MS, watchProgress } from './statement/progress.ts';
import { textsOf } from './statement/query.ts';
import { StatementRecord } from './statement/record.ts';
import { isRead, plain, runStatement } from './statement/run.ts';
import { type RunningStatement, RunningStatements } from './statement/running.ts';
import { StatementRows } from './statement/statement-rows.ts';
import { StatementTally } from './statement/tally.ts';
import { Turns } from './statement/turns.ts';
import { insertRows } from './statement/write.ts';
import { StatementCache } from './statement-cache.ts';
import { MutationLog } from './system/mutation-log.ts';
import { QueryLog } from './system/query-log.ts';
import { systemSource } from './system/source.ts';
import { isSystemTable, type SystemSource } from './system/table.ts';
import type { TemporaryFolder } from './temporary-folder.ts';
import type {
  CheckedStatement,
  Database,
  DatabaseStatus,
  Dialect,
  ExecuteResult,
  IngestOptions,
  IngestReport,
  InsertData,
  InsertOptions,
  InsertResult,
  LookupBook,
  NodeView,
  Parameters,
  PreparedStatement,
  QueryOptions,
  Row,
  RuleBook,
  RunningQuery,
  TableDescription,
  TableSummary,
} from './types.ts';
import { clickhouseVersion, version } from './version.ts';
import { rowSource } from './write/rows.ts';

export type DatabaseParts = {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly catalog: Catalog;
  readonly builder: SegmentBuilder;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Gives the seeds of statements. */
  readonly random: Random;
  readonly partitionOf: Environment['partitionOf'];
  readonly rules: IngestRules;
  readonly temporary: TemporaryFolder;
  readonly ownFiles: OwnFiles;
  readonly fork: () => Promise<Database>;
};

/** A statement that is bound; `data` are the rows that came with an INSERT. */
type Understood = {
  readonly bound: BoundStatement;
  readonly bindAgain: () => Promise<BoundStatement>;
  readonly session: Session;
  readonly settings: Settings;
  readonly timeZone: string;
  readonly data: InputData | null;
  readonly files: StatementFiles;
};
type Begun = Omit<Understood, 'bound'> & {
  readonly running: RunningStatement;
  readonly record: StatementRecord;
  readonly leave: () => void;
};

const isDamage = (error: unknown): boolean =>
  error instanceof BasaltError && error.errorName === 'CORRUPTED_DATA';

export class BasaltDatabase implements Database {
  readonly #parts: DatabaseParts;
  readonly #environment: Environment;
  readonly #running: RunningStatements;
  readonly #log = new QueryLog();
  readonly #turns: Turns;
  readonly #scheduler: Scheduler;
  readonly #scrubber: Scrubber | null;
  readonly #keeper: Keeper;
  readonly #dictionaries: DictionaryBook;
  readonly #refresher: Refresher;
  readonly #statements = new StatementCache();
  readonly #nodes = new Set<NodeView>();
  readonly rules: RuleBook;
  readonly lookups: LookupBook;
  readonly #sessions: Sessions;
  #closed = false;

  constructor(parts: DatabaseParts) {
    this.#parts = parts;
    this.#turns = new Turns(parts.clock);
    this.#scheduler = new Scheduler(parts.store, parts.clock, parts.timer);
    // What lies in memory has no disk to rot on.
    this.#scrubber = parts.fs.kind === 'file' ? new Scrubber(parts.store, parts.clock, parts.timer) : null;
    this.#running = new RunningStatements(parts.timer);
    const { runtime, store, catalog, builder, clock, random, partitionOf, temporary } = parts;
    const mutations = new MutationLog();
    this.#sessions = new Sessions(store, catalog, parts.timer);
    this.#dictionaries = new DictionaryBook(catalog, clock, random, parts.rules);
    this.#environment = {
      runtime,
      store,
      catalog,
      builder,
      clock,
      partitionOf,
      spillFolder: temporary.path,
      ownFiles: parts.ownFiles,
      random,
      executor: new Executor(runtime.engine, runtime.pool),
      mutations,
      dictionaries: this.#dictionaries,
      refresher: () => this.#refresher,
      systemSource: () => this.#systemSource(this.#sessions.own),
      wrote: () => {
        this.#scheduler.wake();
        this.#keeper.wake();
        this.#refresher.wake();
      },
    };
    this.#keeper = new Keeper(this.#environment, clock, parts.timer);
    this.#refresher = new Refresher(this.#environment, clock, parts.timer, random);
    this.rules = ruleBook(store, clock, () => this.#keeper.wake());
    this.lookups = lookupBook(store);
  }

  async query(sql: string, options: QueryOptions = {}): Promise<Row[]> {
    const { columns, rows } = await this.execute(sql, options);
    return rows.map((row) => Object.fromEntries(columns.map((c, i) => [c.name, row[i]])));
  }

  async execute(sql: string, options: QueryOptions = {}): Promise<ExecuteResult> {
    const run = await this.run(sql, options);
    const readers = { int64: options.int64 ?? 'number', timestamp: options.timestamp ?? 'date' } as const;
    const rows: JsValue[][] = [];
    for await (const batch of run.batches) {
      const columns = batch.columns.map((column, c) => valueReader(column, run.schema[c], readers));
      for (let i = 0; i < batch.rows; i++) rows.push(columns.map((read) => read(i)));
    }
    const name = typeNamer(options.dialect ?? 'standard');
    return {
      columns: run.schema.map((f) => ({ name: f.name, type: name(f.type) })),
      rows,
      statistics: run.statistics(),
      profile: run.profile(),
    };
  }

  async run(sql: string, options: QueryOptions = {}): Promise<RunningQuery> {
    await loadLanguage();
    await this.#turns.take();
    this.#checkOpen();
    const { session, leave } = this.#sessions.enter(options);
    try {
      return await this.#run(sql, session, leave, options);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** @param leave called once the statement's batches have ended */
  async #run(sql: string, session: Session, leave: () => void, options: QueryOptions): Promise<RunningQuery> {
    const given = session.settings.with(options.settings ?? {});
    const schema = options.schema ?? session.schema;
    const dialect = (given.string('dialect') || options.dialect || 'standard') as Dialect;
    const split = language().splitInsert(sql, dialect);
    const facts = {
      queryId: options.queryId ?? this.#running.newId(),
      query: maskedText(split?.statement ?? sql),
      schema,
      user: options.user ?? 'default',
      interface: options.interface ?? 'library',
    };
    const record = new StatementRecord(this.#log, this.#parts.clock, facts, given);
    try {
      const { bound, ...understood } = await this.#understand(
        sql,
        split,
        dialect,
        schema,
        session,
        given,
        record,
        options,
      );
      const running = this.#running.start(record, understood.settings, options.signal);
      record.begins(bound.kind, understood.settings);
      return await this.#begin(bound, { ...understood, running, record, leave }, options);
    } catch (error) {
      record.end(error);
      throw error;
    }
  }

  async check(sql: string, options: QueryOptions = {}): Promise<CheckedStatement> {
    await loadLanguage();
    this.#checkOpen();
    const { session, leave } = this.#sessions.enter(options);
    try {
      const given = session.settings.with(options.settings ?? {});
      const dialect = options.dialect ?? 'standard';
      const split = language().splitInsert(sql, dialect);
      const schema = options.schema ?? session.schema;
      const { bound } = await this.#understand(sql, split, dialect, schema, session, given, null, options);
      const inserts = bound.kind === 'insert' || bound.kind === 'ingest';
      return { isIngestion: bound.kind === 'ingest', table: inserts ? bound.table : null };
    } finally {
      leave();
    }
  }

  async *stream(sql: string, options: QueryOptions = {}): AsyncGenerator<unknown> {
    const run = await this.run(sql, options);
    const { arrowConverter } = await import('./arrow/batch.ts');
    const convert = await arrowConverter(run.schema);
    for await (const batch of run.batches) yield convert(batch);
  }

  async prepare(sql: string, options: QueryOptions = {}): Promise<PreparedStatement> {
    await loadLanguage();
    this.#checkOpen();
    this.#statements.parse(sql, options.dialect ?? 'standard');
    const withParams = (params: Parameters | undefined): QueryOptions =>
      params === undefined ? options : { ...options, params };
    return {
      query: (params) => this.query(sql, withParams(params)),
      execute: (params) => this.execute(sql, withParams(params)),
    };
  }

  async insert(table: string, data: InsertData, options: InsertOptions = {}): Promise<InsertResult> {
    this.#checkOpen();
    const { catalog } = this.#parts;
    const { schema: ownSchema, temporarySchema } = this.#sessions.own;
    const own = catalog.temporaryTables(temporarySchema).find((t) => t.name === table);
    const [schema, name] =
      own === undefined ? splitName(table, options.schema ?? ownSchema) : [own.schema, table];
    const definition = catalog.findForRows(schema, name);
    if (definition === undefined) throw new BasaltError('UNKNOWN_TABLE', `There is no table ${table}`);
    const source = rowSource(data, givenColumns(definition), options.columns ?? null);
    const { rows, inserted } = await insertRows(this.#environment, definition, source, options.token ?? '');
    return { rows: inserted ? rows : 0 };
  }

  async ingest(spec: unknown, options: IngestOptions = {}): Promise<IngestReport> {
    this.#checkOpen();
    return runIngestion(this.#environment, this.#parts.rules, spec, options);
  }

  tables(): readonly TableSummary[] {
    return this.#parts.catalog.summaries();
  }

  async describeTables(): Promise<readonly TableDescription[]> {
    const { catalog } = this.#parts;
    const infos = catalog
      .tables()
      .filter((t) => t.id >= 0 && t.schema === MAIN_SCHEMA && !(t.view ?? t.through));
    const summaries = new Map(catalog.summaries().map((s) => [s.name, s]));
    return Promise.all(
      infos.map(async ({ name, columns, timeColumn }) => {
        const { rows = 0, bytes = 0, segments = 0 } = summaries.get(name) ?? {};
        const [minTimeMs, maxTimeMs] = await this.#timeBounds(name, timeColumn, rows);
        return { name, rows, bytes, segments, columns, minTimeMs, maxTimeMs };
      }),
    );
  }

  status(): DatabaseStatus {
    const { arena } = this.#parts.runtime.engine;
    return {
      version,
      memoryUsedBytes: arena.usedBytes,
      memoryLimitBytes: arena.limitBytes,
      readOnly: this.#parts.store.failed !== null,
    };
  }

  attach(node: NodeView): () => void {
    this.#nodes.add(node);
    return () => this.#nodes.delete(node);
  }

  fork(): Promise<Database> {
    this.#checkOpen();
    return this.#parts.fork();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#running.abortAll(new BasaltError('DATABASE_CLOSED', 'The database was closed'));
    this.#dictionaries.close();
    await Promise.all([
      this.#refresher.stop(),
      this.#scheduler.stop(),
      this.#scrubber?.stop(),
      this.#keeper.stop(),
    ]);
    try {
      this.#parts.temporary.remove();
      await this.#sessions.close();
    } finally {
      await this.#parts.store.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The statement bound, with its settings and the rows that came with it. @param record null: it will not run */
  async #understand(
    sql: string,
    split: SplitInsert | undefined,
    dialect: Dialect,
    schema: string,
    session: Session,
    given: Settings,
    record: StatementRecord | null,
    options: QueryOptions,
  ): Promise<Understood> {
    if (split === undefined && Buffer.byteLength(sql) > given.number('max_query_size')) {
      throw new BasaltError(
        'QUERY_IS_TOO_LARGE',
        `The query text is longer than max_query_size (${given.number('max_query_size')} bytes)`,
      );
    }
    const { catalog, clock, store, rules, ownFiles } = this.#parts;
    const data = joinData(split === undefined ? '' : sql.slice(split.dataStart), options.data);
    const files = new StatementFiles(rules, data, ownFiles);
    const rows = new StatementRows((plan) =>
      this.#texts(plan, session, given, files, record, options.signal),
    );
    const nowMs = clock.nowMs();
    const zoneOf = (settings: Settings): string =>
      settings.string('session_timezone') || options.timeZone || 'UTC';
    const context = {
      dialect,
      catalog,
      files,
      rows,
      parameters: parametersOf(session, options.params),
      timeZone: zoneOf(given),
      timeZoneOf: (own: Written) => Settings.of(plain(own)).string('session_timezone') || null,
      // One time for the whole statement.
      now: () => nowMs,
      rowsOf: (tableId: number) => (isSystemTable(tableId) ? 0 : store.tableInfo(tableId).rows),
      schema,
      settings: Object.fromEntries(given.changed),
      version: clickhouseVersion,
    };
    // A statement that is bound again sees the tables of that moment.
    const contextNow = (): BindContext => ({
      ...context,
      temporary: catalog.temporaryTables(session.temporarySchema),
    });
    const bind = (): Promise<BoundStatement> =>
      rows.bound(
        () => this.#statements.bind(split?.statement ?? sql, contextNow(), store.version),
        (attempt) => files.bound(attempt),
      );
    const bound = await bind();
    const settings = given.with(plain(bound.settings));
    if ((options.readonly === true || settings.number('readonly') > 0) && !isRead(bound)) {
      throw new BasaltError('READONLY', 'This request may only read', {
        hint: 'Send writes by POST, without readonly',
      });
    }
    return {
      bound,
      bindAgain: bind,
      session,
      settings,
      timeZone: zoneOf(settings),
      files,
      data,
    };
  }

  /** The texts of a plan's one column, read while a statement is bound. */
  async #texts(
    plan: Plan,
    session: Session,
    settings: Settings,
    files: StatementFiles,
    record: StatementRecord | null,
    outer: AbortSignal | undefined,
  ): Promise<readonly string[]> {
    const running = record === null ? null : this.#running.start(record, settings, outer);
    const signal = running?.signal ?? outer ?? new AbortController().signal;
    const tally = record?.tally ?? new StatementTally();
    // They are no result, and not what a profile is asked of.
    const own = settings.with({ max_result_rows: 0, log_profile: false });
    try {
      return await textsOf(plan, {
        environment: this.#environmentOf(session),
        settings: own,
        signal,
        tally,
        files,
      });
    } catch (error) {
      throw signal.aborted && signal.reason instanceof BasaltError ? signal.reason : error;
    } finally {
      running?.done();
    }
  }

  async #begin(
    bound: BoundStatement,
    { session, settings, timeZone, data, files, bindAgain, running, record, leave }: Begun,
    options: QueryOptions,
  ): Promise<RunningQuery> {
    const { signal } = running;
    const { tally, statistics } = record;
    const { timer } = this.#parts;
    const intervalMs = options.progressIntervalMs ?? PROGRESS_INTERVAL_MS;
    const stopProgress =
      options.onProgress === undefined
        ? null
        : watchProgress(timer, intervalMs, statistics, options.onProgress);
    const end = (error: unknown): void => {
      if (isDamage(error)) this.#scrubber?.soon();
      running.done();
      record.end(error);
      leave();
      stopProgress?.();
    };
    const answer = {
      queryId: running.queryId,
      format: bound.format,
      timeZone,
      statistics,
      profile: tally.profile,
    };
    try {
      const outcome = await runStatement(bound, {
        environment: this.#environmentOf(session),
        settings,
        signal,
        tally,
        data,
        files,
        bindAgain,
        rules: this.#parts.rules,
        running: (id, ends) => (id === running.queryId ? undefined : this.#running.find(id, ends)),
        session,
      });
      if (outcome.kind === 'rows') {
        const batches = observed(outcome.batches, signal, (batch) => tally.answered(batch), end);
        const totals = outcome.totals ?? NO_TOTALS;
        return { ...answer, kind: 'rows', schema: outcome.schema, batches, totals };
      }
      end(null);
      return { ...answer, kind: 'done', schema: [], batches: none(), totals: NO_TOTALS };
    } catch (error) {
      const cause = signal.aborted && signal.reason instanceof BasaltError ? signal.reason : error;
      end(cause);
      throw cause;
    }
  }

  /** With the system tables as the session sees them. */
  #environmentOf(session: Session): Environment {
    return { ...this.#environment, systemSource: () => this.#systemSource(session) };
  }

  #systemSource(session: Session): SystemSource {
    const { catalog, store } = this.#parts;
    const { mutations } = this.#environment;
    return systemSource(
      catalog,
      store,
      session,
      this.#running,
      this.#log,
      mutations,
      [...this.#nodes],
      this.#dictionaries,
      this.#refresher,
    );
  }

  async #timeBounds(
    table: string,
    timeColumn: string | null,
    rows: number,
  ): Promise<[number | null, number | null]> {
    if (timeColumn === null || rows === 0) return [null, null];
    const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
    const column = quote(timeColumn);
    const { rows: answer } = await this.execute(
      `SELECT min(${column}), max(${column}) FROM ${MAIN_SCHEMA}.${quote(table)}`,
      // Nobody has asked for it in these words.
      { settings: { log_queries: false } },
    );
    const [[min, max]] = answer;
    return [min instanceof Date ? min.getTime() : null, max instanceof Date ? max.getTime() : null];
  }

  #checkOpen(): void {
    if (this.#closed) throw new BasaltError('DATABASE_CLOSED', 'The database was closed');
  }
}

const typeNamer = (dialect: Dialect) => (type: ResultSchema[number]['type']) =>
  dialectTypeName(type, dialect) || typeName(type);

function splitName(table: string, schema: string): [string, string] {
  const dot = table.indexOf('.');
  return dot < 0 ? [schema, table] : [table.slice(0, dot), table.slice(dot + 1)];
}

/** Those by name over those of the session; those by place as they are. */
const parametersOf = (
  session: Session,
  given: QueryOptions['params'],
): readonly Parameter[] | Readonly<Record<string, Parameter>> =>
  Array.isArray(given) ? given : { ...session.parameters, ...(given as Readonly<Record<string, Parameter>>) };

const NO_TOTALS = (): null => null;

async function* none(): AsyncGenerator<never> {}

/** Rows that stood in the statement's text, then those that came beside it. */
function joinData(text: string, stream: InputData | undefined): InputData | null {
  if (text === '') return stream ?? null;
  return (async function* () {
    yield new TextEncoder().encode(text);
    if (stream !== undefined) yield* streamOf(stream);
  })();
}
