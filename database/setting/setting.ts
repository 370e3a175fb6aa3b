/**
 * The one table of settings: what a query, a session or a server may change, with default, bounds and meaning.
 *
 * Every door validates against it, `system.settings` and the documentation are made from it. A setting that clients
 * of ClickHouse or Druid send and that has no effect here says so in its text; an unknown one is an error.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { nearest } from '../../engine/function/nearest.ts';
import { timeZone } from '../../engine/function/time-zone.ts';

export type SettingValue = string | number | boolean;

export type SettingRow = {
  readonly name: string;
  /** What other databases call it, in any case; absent: nothing else. */
  readonly aliases?: readonly string[];
  readonly kind: 'number' | 'boolean' | 'string';
  readonly value: SettingValue;
  /** Bounds of a number, inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** What a text may be; absent: anything. */
  readonly choices?: readonly string[];
  /** Throws what is wrong with a text. */
  readonly check?: (text: string) => void;
  /** Accepted so that clients run unmodified; changes nothing. */
  readonly ignored?: boolean;
  readonly doc: string;
};

const number = (name: string, value: number, min: number, max: number, doc: string): SettingRow => ({
  name,
  kind: 'number',
  value,
  min,
  max,
  doc,
});
const accepted = (name: string, kind: SettingRow['kind'], value: SettingValue, doc: string): SettingRow => ({
  name,
  kind,
  value,
  ignored: true,
  doc,
});

const HUGE = Number.MAX_SAFE_INTEGER;

export const SETTINGS: readonly SettingRow[] = [
  {
    ...number(
      'max_threads',
      0,
      0,
      1024,
      'Worker threads a query may use; 0 = all. DuckDB calls it `threads`.',
    ),
    aliases: ['threads'],
  },
  number('max_memory_usage', 0, 0, HUGE, 'Bytes of arena a query may hold; 0 = half of the process limit.'),
  number(
    'max_bytes_before_external_sort',
    0,
    0,
    HUGE,
    'Bytes of rows an ORDER BY keeps in memory before it sorts in temporary files; 0 = no bound of its own.',
  ),
  number(
    'max_bytes_before_external_join',
    0,
    0,
    HUGE,
    'Bytes of rows a join keeps in memory of its right side before it goes through temporary files; 0 = no bound of its own.',
  ),
  number(
    'max_bytes_ratio_before_external_sort',
    0.5,
    0,
    1,
    'Share of its memory limit a query may use before sorts and joins go to temporary files; 0 = they never do by themselves.',
  ),
  number(
    'max_bytes_before_external_group_by',
    0,
    0,
    HUGE,
    'Bytes a GROUP BY, or DISTINCT, keeps in memory before it goes through temporary files; 0 = no bound of its own.',
  ),
  number(
    'max_bytes_ratio_before_external_group_by',
    0.8,
    0,
    1,
    'Share of its memory limit a query may use before GROUP BY and DISTINCT go to temporary files; 0 = they never do by themselves.',
  ),
  number(
    'max_temporary_data_on_disk_size_for_query',
    0,
    0,
    HUGE,
    'Bytes of temporary files a query may write; 0 = 32 GiB.',
  ),
  number(
    'max_recursive_cte_evaluation_depth',
    1000,
    0,
    HUGE,
    'Times that a recursive query of WITH may give rows in the ClickHouse dialect, and where it is set in any; 0 = any number.',
  ),
  number(
    'random_seed',
    0,
    0,
    HUGE,
    'Seed of all that a statement draws at random, defaults of columns apart, so that it draws the same again over the same data; 0 = another one each time.',
  ),
  number('max_execution_time', 300, 0, 86400, 'Seconds a query may run; 0 = the default of 300.'),
  number('max_result_rows', 0, 0, HUGE, 'Rows a result may have; 0 = any number.'),
  number('max_query_size', 1048576, 1024, 16777216, 'Bytes of query text, inserted rows apart.'),
  number(
    'max_inserted_file_bytes',
    536870912,
    1024,
    4294967296,
    'Bytes of an inserted file that must be there as a whole (Parquet) and comes as a stream, such as a request body.',
  ),
  {
    name: 'readonly',
    kind: 'number',
    value: 0,
    min: 0,
    max: 2,
    doc: '1 refuses writes and settings, 2 writes only.',
  },
  {
    name: 'dialect',
    kind: 'string',
    value: '',
    doc: "SQL dialect of the request: 'standard', 'druid' or 'clickhouse'; empty = the door's own.",
  },
  {
    name: 'session_timezone',
    aliases: ['TimeZone', 'sqlTimeZone'],
    kind: 'string',
    value: '',
    check: (text) => {
      if (text !== '') timeZone(text);
    },
    doc: 'Time zone of functions that are given none; empty = UTC. DuckDB and PostgreSQL call it `TimeZone`, Druid `sqlTimeZone`.',
  },
  {
    name: 'insert_deduplication_token',
    kind: 'string',
    value: '',
    doc: 'Inserts with the same token into a table happen once.',
  },
  {
    name: 'flatten_nested',
    kind: 'boolean',
    value: true,
    doc: 'ClickHouse dialect: a column of type Nested becomes a column of arrays for each of its elements.',
  },
  {
    name: 'join_use_nulls',
    kind: 'boolean',
    value: false,
    doc: 'ClickHouse dialect: unmatched rows of outer joins give NULL instead of defaults.',
  },
  {
    name: 'join_default_strictness',
    kind: 'string',
    value: 'ALL',
    doc: 'ClickHouse dialect: what joins are that say neither ANY nor ALL.',
  },
  {
    name: 'use_with_fill_by_sorting_prefix',
    kind: 'boolean',
    value: true,
    doc: 'ClickHouse dialect: WITH FILL fills the rows of each value of the sort keys before it by themselves.',
  },
  {
    name: 'asterisk_include_alias_columns',
    kind: 'boolean',
    value: false,
    doc: 'ClickHouse dialect: `*` has ALIAS columns, too.',
  },
  {
    name: 'asterisk_include_materialized_columns',
    kind: 'boolean',
    value: false,
    doc: 'ClickHouse dialect: `*` has MATERIALIZED columns, too.',
  },
  {
    name: 'group_by_use_nulls',
    kind: 'boolean',
    value: false,
    doc: 'ClickHouse dialect: keys that a grouping set leaves out are NULL instead of defaults.',
  },
  {
    name: 'totals_mode',
    kind: 'string',
    value: 'after_having_exclusive',
    doc: 'ClickHouse dialect: whether WITH TOTALS counts groups that HAVING leaves out (before_having) or not (all other modes).',
  },
  {
    name: 'allow_suspicious_codecs',
    kind: 'boolean',
    value: false,
    doc: 'CODEC(...) may name codecs that do nothing together, such as `LZ4, Delta`.',
  },
  {
    name: 'query_plan_enable_optimizations',
    kind: 'boolean',
    value: true,
    doc: 'Plans go through the optimizer rules; without them answers are the same, and slower.',
  },
  {
    name: 'wait_end_of_query',
    kind: 'boolean',
    value: false,
    doc: 'The HTTP answer starts only when the whole result is known.',
  },
  {
    name: 'enable_http_compression',
    kind: 'boolean',
    value: true,
    doc: 'Compresses HTTP answers when the client accepts it.',
  },
  {
    name: 'output_format_json_quote_64bit_integers',
    kind: 'boolean',
    value: false,
    doc: 'JSON formats write 64-bit integers as strings.',
  },
  {
    name: 'input_format_allow_errors_num',
    kind: 'number',
    value: 0,
    min: 0,
    max: HUGE,
    doc: 'Bad rows of an insert that are skipped before it fails.',
  },
  {
    name: 'send_progress_in_http_headers',
    kind: 'boolean',
    value: false,
    doc: "ClickHouse's door sends X-ClickHouse-Progress headers while a query with a result runs.",
  },
  number('http_headers_progress_interval_ms', 100, 1, HUGE, 'Milliseconds between two of those headers.'),
  {
    name: 'log_profile',
    kind: 'boolean',
    value: false,
    doc: 'Measures every operator of a query, as EXPLAIN ANALYZE does; the library gets it as `profile`.',
  },
  { name: 'log_queries', kind: 'boolean', value: true, doc: 'The statement goes to `system.query_log`.' },
  { name: 'log_comment', kind: 'string', value: '', doc: 'Text for the column of this name there.' },
  number(
    'log_queries_min_query_duration_ms',
    0,
    0,
    HUGE,
    'Statements that end well in less time are not logged.',
  ),
  number('log_queries_cut_to_length', 100000, 0, HUGE, 'Characters of a statement that are logged.'),
  number(
    'query_log_max_entries',
    10000,
    0,
    1000000,
    'Statements `system.query_log` keeps, in memory, when this one is added; the oldest leave.',
  ),
  number('query_log_max_bytes', 16777216, 0, 1073741824, 'Bytes it keeps, about.'),
  accepted(
    'http_write_exception_in_output_format',
    'boolean',
    false,
    'Errors always follow the HTTP error form.',
  ),
  {
    name: 'final',
    kind: 'boolean',
    value: false,
    doc: 'Reads every table of an engine that merges rows as with FINAL.',
  },
  {
    name: 'do_not_merge_across_partitions_select_final',
    kind: 'boolean',
    value: false,
    doc: 'FINAL takes rows of different partitions for rows of different keys, which is faster.',
  },
  {
    name: 'use_skip_indexes',
    kind: 'boolean',
    value: true,
    doc: 'Data-skipping indexes are asked what need not be read.',
  },
  {
    name: 'ignore_data_skipping_indices',
    kind: 'string',
    value: '',
    doc: 'Names of indexes, with commas between, that are not asked.',
  },
  {
    name: 'force_data_skipping_indices',
    kind: 'string',
    value: '',
    doc: 'Names of indexes, with commas between, that every table of a query must be able to use.',
  },
  {
    name: 'optimize_use_projections',
    kind: 'boolean',
    value: true,
    doc: 'Whether queries read what projections keep, where that is less than the rows.',
  },
  {
    name: 'force_optimize_projection',
    kind: 'boolean',
    value: false,
    doc: 'Whether a query of a table with projections fails where none of them has what it reads.',
  },
  {
    name: 'finalizeAggregations',
    kind: 'boolean',
    value: true,
    doc: 'Druid dialect: INSERT and REPLACE with GROUP BY store results; false stores what can be combined further, and rolls up.',
  },
  {
    name: 'failOnEmptyInsert',
    kind: 'boolean',
    value: false,
    doc: 'Druid dialect: INSERT and REPLACE ... PARTITIONED BY of no rows fail.',
  },
  number(
    'rowsPerSegment',
    0,
    0,
    HUGE,
    'Druid dialect: rows of a segment that INSERT and REPLACE ... PARTITIONED BY write, at most; 0 = as many as fit.',
  ),
  number(
    'max_table_size_to_drop',
    50000000000,
    0,
    HUGE,
    'Bytes of a table that DROP, TRUNCATE and CREATE OR REPLACE refuse to remove; 0 = none is too large.',
  ),
  number(
    'max_partition_size_to_drop',
    50000000000,
    0,
    HUGE,
    'Bytes of partitions that DROP, DETACH and REPLACE PARTITION refuse to take out of a table; 0 = none are too many.',
  ),
  number(
    'database_atomic_delay_before_drop_table_sec',
    0,
    0,
    31536000,
    'Seconds for which UNDROP TABLE can bring back what DROP TABLE drops without SYNC; its rows keep their space as long. 0 = it is gone at once.',
  ),
  {
    name: 'allow_drop_detached',
    kind: 'boolean',
    value: false,
    doc: 'ALTER TABLE ... DROP DETACHED PARTITION may remove what was detached.',
  },
  {
    name: 'optimize_throw_if_noop',
    kind: 'boolean',
    value: false,
    doc: 'OPTIMIZE TABLE without FINAL fails where there is nothing to merge.',
  },
  {
    name: 'distributed_ddl_output_mode',
    kind: 'string',
    value: 'throw',
    choices: [
      'throw',
      'throw_only_active',
      'null_status_on_timeout',
      'null_status_on_timeout_only_active',
      'none',
      'none_only_active',
    ],
    doc: 'ClickHouse dialect: whether a statement with ON CLUSTER answers a row for the node, with columns of which some could be NULL, or nothing (none). What fails is always an error.',
  },
  accepted('maxNumTasks', 'number', 2, 'Druid: threads share the work by themselves.'),
  accepted('taskAssignment', 'string', 'max', 'Druid: threads share the work by themselves.'),
  accepted('arrayIngestMode', 'string', 'array', 'Druid: arrays are stored as arrays.'),
  accepted('sqlJoinAlgorithm', 'string', 'broadcast', 'Druid: joins need no choice of algorithm.'),
  accepted('sqlInsertSegmentGranularity', 'string', '', 'Druid: PARTITIONED BY says it.'),
  accepted('sqlReplaceTimeChunks', 'string', '', 'Druid: OVERWRITE says it.'),
  accepted('waitUntilSegmentsLoad', 'boolean', false, 'Druid: rows can be read when the statement is done.'),
  accepted('rowsInMemory', 'number', 100000, 'Druid: memory is bounded by bytes.'),
  accepted('faultTolerance', 'boolean', false, 'Druid: there is one process.'),
  accepted('durableShuffleStorage', 'boolean', false, 'Druid: there is one process.'),
  accepted('optimize_on_insert', 'boolean', true, "A table's engine is always applied to each insert."),
  accepted('add_http_cors_header', 'boolean', false, 'CORS is a server setting.'),
  accepted(
    'cancel_http_readonly_queries_on_client_close',
    'boolean',
    true,
    'Queries always end when the client hangs up.',
  ),
  accepted(
    'date_time_input_format',
    'string',
    'best_effort',
    'Timestamps are always read in every form that is not ambiguous.',
  ),
  accepted('date_time_output_format', 'string', 'simple', 'Timestamps are written in ClickHouse form.'),
  accepted('input_format_import_nested_json', 'boolean', false, 'Nested JSON is not split into columns.'),
  accepted('async_insert', 'boolean', true, 'Small inserts share one sync by themselves.'),
  accepted('wait_for_async_insert', 'boolean', true, 'Every insert waits until it is durable.'),
  accepted('mutations_sync', 'number', 1, 'Changes are complete when the statement returns.'),
  accepted('lightweight_deletes_sync', 'number', 2, 'Changes are complete when the statement returns.'),
  accepted('allow_experimental_lightweight_delete', 'boolean', true, 'DELETE needs no permission.'),
  accepted('enable_lightweight_delete', 'boolean', true, 'DELETE needs no permission.'),
  accepted('enable_lightweight_update', 'boolean', true, 'UPDATE needs no permission.'),
  accepted('allow_experimental_lightweight_update', 'boolean', true, 'UPDATE needs no permission.'),
  accepted(
    'allow_experimental_time_series_aggregate_functions',
    'boolean',
    true,
    'Functions of time series need no permission.',
  ),
  accepted('allow_experimental_variant_type', 'boolean', true, 'Variant needs no permission.'),
  accepted('allow_experimental_dynamic_type', 'boolean', true, 'Dynamic needs no permission.'),
  accepted('enable_variant_type', 'boolean', true, 'Variant needs no permission.'),
  accepted('enable_dynamic_type', 'boolean', true, 'Dynamic needs no permission.'),
  accepted(
    'allow_suspicious_variant_types',
    'boolean',
    true,
    'Similar types need no permission in a Variant.',
  ),
  accepted(
    'allow_suspicious_types_in_group_by',
    'boolean',
    true,
    'Variant and Dynamic are grouped by type and value.',
  ),
  accepted(
    'allow_suspicious_types_in_order_by',
    'boolean',
    true,
    'Variant and Dynamic are ordered by the name of the type, then by value.',
  ),
  accepted('enable_time_time64_type', 'boolean', true, 'Time and Time64 need no permission.'),
  accepted('allow_experimental_time_time64_type', 'boolean', true, 'Time and Time64 need no permission.'),
  { ...number('use_legacy_to_time', 0, 0, 0, 'toTime makes a Time.'), ignored: true },
  accepted('alter_sync', 'number', 1, 'Changes are complete when the statement returns.'),
  accepted(
    'replication_alter_partitions_sync',
    'number',
    1,
    'Changes are complete when the statement returns.',
  ),
  accepted('replication_wait_for_inactive_replica_timeout', 'number', 120, 'There are no replicas.'),
  accepted(
    'database_atomic_wait_for_drop_and_detach_synchronously',
    'boolean',
    false,
    'DROP and DETACH are complete when the statement returns.',
  ),
  accepted(
    'distributed_ddl_task_timeout',
    'number',
    180,
    'There is one node: it has answered when ON CLUSTER does.',
  ),
  accepted('distributed_ddl_entry_format_version', 'number', 5, 'There is one node.'),
  accepted('lightweight_delete_mode', 'string', 'alter_update', 'DELETE hides rows in one way.'),
  accepted(
    'optimize_skip_merged_partitions',
    'boolean',
    false,
    'OPTIMIZE never writes a partition again that needs no merge.',
  ),
  accepted('validate_mutation_query', 'boolean', true, 'Changes are always checked before anything happens.'),
  accepted('update_sequential_consistency', 'boolean', true, 'There is one node.'),
  accepted('lock_acquire_timeout', 'number', 120, 'A statement waits for others as long as it may run.'),
  accepted(
    'fsync_metadata',
    'boolean',
    true,
    'Every change of tables is durable when the statement returns.',
  ),
  accepted('insert_distributed_sync', 'boolean', true, 'There is one node.'),
  accepted('allow_nondeterministic_mutations', 'boolean', false, 'There is one node.'),
  accepted('use_query_cache', 'boolean', false, 'Results are not cached.'),
  accepted('max_block_size', 'number', 65409, 'Blocks have 65,536 rows.'),
];

const byName = new Map(SETTINGS.map((row) => [row.name, row]));
const byAlias = new Map(
  SETTINGS.flatMap((row) => (row.aliases ?? []).map((alias) => [alias.toLowerCase(), row])),
);

const rowOf = (name: string): SettingRow | undefined => byName.get(name) ?? byAlias.get(name.toLowerCase());

/** A value for a setting, checked; text is converted. @throws UNKNOWN_SETTING, INVALID_SETTING_VALUE */
export function settingValue(name: string, value: SettingValue): SettingValue {
  const row = rowOf(name);
  if (row === undefined) {
    const near = nearest(name, byName.keys());
    throw new BasaltError('UNKNOWN_SETTING', `Unknown setting ${name}`, {
      hint: near === undefined ? 'SELECT name FROM system.settings lists them' : `Did you mean ${near}?`,
    });
  }
  const wrong = (expected: string): never => {
    throw new BasaltError(
      'INVALID_SETTING_VALUE',
      `Setting ${name}: ${JSON.stringify(value)} is not ${expected}`,
    );
  };
  switch (row.kind) {
    case 'string':
      if (row.choices?.includes(String(value)) === false) return wrong(`one of ${row.choices.join(', ')}`);
      row.check?.(String(value));
      return String(value);
    case 'boolean':
      if (['1', 'true', 'on'].includes(String(value).toLowerCase())) return true;
      if (['0', 'false', 'off', ''].includes(String(value).toLowerCase())) return false;
      return wrong('0 or 1');
    case 'number': {
      const parsed = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
      const { min = -HUGE, max = HUGE } = row;
      return Number.isFinite(parsed) && parsed >= min && parsed <= max
        ? parsed
        : wrong(`a number from ${min} to ${max}`);
    }
  }
}

/** Settings of one query: defaults under what was given. */
export class Settings {
  readonly #values: ReadonlyMap<string, SettingValue>;

  private constructor(values: ReadonlyMap<string, SettingValue>) {
    this.#values = values;
  }

  static of(given: Readonly<Record<string, SettingValue>>): Settings {
    return new Settings(
      new Map(
        Object.entries(given).map(([name, value]) => [rowOf(name)?.name ?? name, settingValue(name, value)]),
      ),
    );
  }

  /** These settings under others. */
  with(given: Readonly<Record<string, SettingValue>>): Settings {
    return new Settings(new Map([...this.#values, ...Settings.of(given).#values]));
  }

  #get(name: string): SettingValue {
    return this.#values.get(name) ?? byName.get(name)?.value ?? '';
  }

  number(name: string): number {
    return Number(this.#get(name));
  }

  boolean(name: string): boolean {
    return this.#get(name) === true;
  }

  string(name: string): string {
    return String(this.#get(name));
  }

  get changed(): ReadonlyMap<string, SettingValue> {
    return this.#values;
  }
}
