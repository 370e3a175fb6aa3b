/** A database that answers what a test tells it to, and a server around it. */

import { lookupBook } from '../../database/lookup/lookup-book.ts';
import { type RuleStore, ruleBook } from '../../database/retention/rule-book.ts';
import type { IngestReport, NodeView, QueryOptions, RunningQuery } from '../../database/types.ts';
import { ManualClock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';
import { timestamp, type } from '../../engine/type/type.ts';
import type { ResultBatch, ResultSchema } from '../../engine/vector/batch.ts';
import {
  type RunningServer,
  type ServerDatabase,
  type ServerOptions,
  startServer,
} from '../../server/main.ts';

export type Call = { readonly sql: string; readonly options: QueryOptions };

export const SCHEMA: ResultSchema = [
  { name: 'n', type: type('int64') },
  { name: 's', type: type('string', true) },
];

const encoder = new TextEncoder();

export function batch(values: readonly (readonly [number, string | null])[]): ResultBatch {
  const texts = values.map(([, s]) => encoder.encode(s ?? ''));
  const offsets = new Uint32Array(values.length + 1);
  texts.forEach((bytes, i) => {
    offsets[i + 1] = offsets[i] + bytes.length;
  });
  return {
    rows: values.length,
    columns: [
      { lane: 'i64', values: BigInt64Array.from(values, ([n]) => BigInt(n)), valid: null },
      {
        lane: 'str',
        offsets,
        bytes: Buffer.concat(texts),
        valid: Uint8Array.from(values, ([, s]) => (s === null ? 0 : 1)),
      },
    ],
  };
}

const STATISTICS = {
  elapsedMs: 1,
  rowsRead: 10,
  bytesRead: 100,
  rowsToRead: 10,
  rowsWritten: 0,
  bytesWritten: 0,
  resultRows: 0,
  resultBytes: 0,
  memoryBytes: 0,
  peakMemoryBytes: 65536,
  spilledBytes: 0,
};

export type Answer = {
  readonly kind?: 'rows' | 'done';
  readonly format?: string;
  readonly written?: number;
  readonly batches?: (options: QueryOptions) => AsyncIterable<ResultBatch>;
};

/** The rows of a statement; a server always brings them as a stream. */
export const streamOf = ({ data }: QueryOptions): AsyncIterable<Uint8Array> | undefined => {
  if (data !== undefined && !(Symbol.asyncIterator in data))
    throw new BasaltError('LOGICAL_ERROR', 'The door was given a file');
  return data;
};

/** Values as a store keeps them. */
function valueStore(): RuleStore {
  const values = new Map<string, unknown>();
  return {
    keys: () => [...values.keys()],
    value: (key) => values.get(key),
    putValues: async (changes) => {
      for (const [key, value] of changes)
        if (value === null) values.delete(key);
        else values.set(key, value);
    },
  };
}

export class FakeDatabase implements ServerDatabase {
  readonly calls: Call[] = [];
  readonly #answers = new Map<string, Answer | BasaltError>();
  ingestWith: ServerDatabase['ingest'] = () => Promise.resolve(report('d'));

  on(sql: string, answer: Answer | BasaltError): this {
    this.#answers.set(sql, answer);
    return this;
  }

  get last(): Call {
    return this.calls[this.calls.length - 1];
  }

  run(sql: string, options: QueryOptions): Promise<RunningQuery> {
    this.calls.push({ sql, options });
    const answer = this.#answers.get(sql.trim()) ?? {};
    if (answer instanceof BasaltError) return Promise.reject(answer);
    const rows =
      answer.batches ??
      async function* () {
        yield batch([
          [1, 'a'],
          [2, null],
        ]);
      };
    return Promise.resolve({
      queryId: options.queryId ?? '',
      kind: answer.kind ?? 'rows',
      timeZone: 'UTC',
      schema: answer.kind === 'done' ? [] : SCHEMA,
      format: answer.format ?? null,
      batches: answer.kind === 'done' && answer.batches === undefined ? none() : rows(options),
      statistics: () => ({ ...STATISTICS, rowsWritten: answer.written ?? 0 }),
      profile: () => null,
      totals: () => null,
    });
  }

  check(sql: string): ReturnType<ServerDatabase['check']> {
    const answer = this.#answers.get(sql.trim());
    if (answer instanceof BasaltError) return Promise.reject(answer);
    const table = /^(?:INSERT|REPLACE) INTO (\w+)/.exec(sql)?.[1] ?? null;
    return Promise.resolve({ isIngestion: table !== null, table });
  }

  ingest(spec: unknown, options: Parameters<ServerDatabase['ingest']>[1]): Promise<IngestReport> {
    return this.ingestWith(spec, options);
  }

  tables(): ReturnType<ServerDatabase['tables']> {
    return Promise.resolve([
      {
        name: 'wikipedia',
        rows: 5,
        bytes: 500,
        segments: 2,
        columns: [
          { name: '__time', type: timestamp(3) },
          { name: 'page', type: type('string', true) },
          { name: 'score', type: type('float64', true) },
        ],
        minTimeMs: 0,
        maxTimeMs: 1000,
      },
    ]);
  }

  readonly rules = ruleBook(valueStore(), new ManualClock(0), () => {});
  readonly lookups = lookupBook(valueStore());
  readonly nodes = new Set<NodeView>();

  attach(node: NodeView): () => void {
    this.nodes.add(node);
    return () => this.nodes.delete(node);
  }

  status(): ReturnType<ServerDatabase['status']> {
    return { version: '0.1.0', memoryUsedBytes: 1000, memoryLimitBytes: 4000, readOnly: false };
  }
}

async function* none(): AsyncGenerator<ResultBatch> {}

export const report = (dataSource: string): IngestReport => ({
  dataSource,
  rowStats: { processed: 3, processedBytes: 30, processedWithError: 0, thrownAway: 1, unparseable: 2 },
  unparseableEvents: [],
  segments: 1,
  rowsStored: 3,
});

/** Rows that never end, until the query is cancelled. */
export async function* endless({ signal }: QueryOptions): AsyncGenerator<ResultBatch> {
  for (;;) {
    yield batch(Array.from({ length: 1000 }, (_, i) => [i, 'x'.repeat(100)] as const));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (signal?.aborted) throw new BasaltError('QUERY_WAS_CANCELLED', 'cancelled');
  }
}

/** No rows until the query is cancelled. */
export async function* stuck({ signal }: QueryOptions): AsyncGenerator<ResultBatch> {
  await new Promise<void>((resolve) => {
    if (signal?.aborted === true) resolve();
    signal?.addEventListener('abort', () => resolve());
  });
  throw new BasaltError('QUERY_WAS_CANCELLED', 'cancelled');
}

export type Started = RunningServer & {
  readonly db: FakeDatabase;
  readonly druid: string;
  readonly ch: string;
};

export async function start(options: Partial<ServerOptions> = {}): Promise<Started> {
  const db = new FakeDatabase();
  const server = await startServer(db, { druidPort: 0, clickhousePort: 0, drainMs: 100, ...options });
  const { druid, clickhouse } = server.addresses;
  return { ...server, db, druid: druid!.url, ch: clickhouse!.url };
}
