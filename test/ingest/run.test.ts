import { existsSync } from 'node:fs';
import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type IngestSink,
  listInputs,
  parseSpec,
  readInsert,
  runChunks,
  runIngest,
  runRange,
  type SourceRules,
} from '../../database/ingest/index.ts';
import { isInside } from '../../database/ingest/source.ts';
import type { IngestOptions, IngestReport } from '../../database/types.ts';
import { formatByName } from '../../engine/format/index.ts';
import { type as typeOf, type Value } from '../../engine/type/type.ts';
import { nodeInflaters } from '../../storage/index.ts';
import { arena, chunkValues, kernels } from '../format/reading.ts';

type Row = Record<string, Value>;

/** Keeps rows as objects; they count only after commit. */
class MemorySink implements IngestSink {
  columns: string[] = [];
  pending: Row[] = [];
  buckets = new Map<number, number>();
  rows: Row[] | null = null;
  aborted = false;

  open(columns: readonly { name: string }[]): Promise<void> {
    this.columns = columns.map((c) => c.name);
    return Promise.resolve();
  }

  add(bucket: { startMs: number }, batch: Parameters<IngestSink['add']>[1]): Promise<void> {
    const values = this.columns.map((_, i) => chunkValues(batch.columns.get(i)!));
    for (let row = 0; row < batch.rows; row++) {
      this.pending.push(Object.fromEntries(this.columns.map((name, i) => [name, values[i][row]])));
    }
    this.buckets.set(bucket.startMs, (this.buckets.get(bucket.startMs) ?? 0) + batch.rows);
    return Promise.resolve();
  }

  commit(): Promise<{ segments: number }> {
    this.rows = this.pending;
    return Promise.resolve({ segments: this.buckets.size });
  }

  abort(): Promise<void> {
    this.aborted = true;
    return Promise.resolve();
  }
}

const environment = {
  arena,
  kernels,
  runTask: (task: Parameters<typeof runRange>[1]) => Promise.resolve(runRange({ arena, kernels }, task)),
  runChunks: (task: Parameters<typeof runChunks>[2]) =>
    Promise.resolve(runChunks({ arena, kernels }, nodeInflaters, task)),
  width: 2,
  rangeBytes: 4096,
};

const CLOSED: SourceRules = { folders: [], exports: [], hosts: [] };

async function ingest(
  spec: { schema?: object; io?: object; tuning?: object },
  options: { rules?: SourceRules; ingest?: IngestOptions } = {},
): Promise<{ sink: MemorySink; report: IngestReport }> {
  const plan = parseSpec({
    type: 'index_parallel',
    spec: {
      dataSchema: {
        dataSource: 'd',
        timestampSpec: { column: 't', format: 'auto' },
        granularitySpec: { rollup: false },
        ...spec.schema,
      },
      ioConfig: { inputFormat: { type: 'json' }, ...spec.io },
      tuningConfig: spec.tuning ?? {},
    },
  });
  const sink = new MemorySink();
  const inputs = await listInputs(plan.source!, options.rules ?? CLOSED);
  const before = arena.usedBytes;
  try {
    const report = await runIngest(plan, inputs, sink, environment, options.ingest);
    return { sink, report };
  } finally {
    expect(arena.usedBytes, 'all memory is given back').toBe(before);
  }
}

const inline = (...lines: (string | object)[]) => ({
  inputSource: {
    type: 'inline',
    data: lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n'),
  },
});

describe('rows', () => {
  test('long, double and string dimensions, metrics per row, in time buckets', async () => {
    const { sink, report } = await ingest({
      schema: {
        dimensionsSpec: { dimensions: ['s', { type: 'long', name: 'n' }, { type: 'double', name: 'x' }] },
        metricsSpec: [
          { type: 'count', name: 'count' },
          { type: 'longSum', name: 'sum_m', fieldName: 'm' },
        ],
      },
      io: inline(
        { t: '2020-01-01T10:00:00Z', s: 'a', n: 1, x: 0.5, m: 7 },
        { t: '2020-01-02T00:00:00Z', s: 'b', n: '2', x: '1.5' },
        { t: 1577836800000, s: 5, n: 1.9, m: 3 },
      ),
    });
    expect(sink.rows).toEqual([
      { __time: 1577872800000n, s: 'a', n: 1n, x: 0.5, count: 1n, sum_m: 7n },
      { __time: 1577836800000n, s: '5', n: 1n, x: null, count: 1n, sum_m: 3n },
      { __time: 1577923200000n, s: 'b', n: 2n, x: 1.5, count: 1n, sum_m: null },
    ]);
    expect([...sink.buckets.keys()].sort()).toEqual([Date.UTC(2020, 0, 1), Date.UTC(2020, 0, 2)]);
    expect(report).toMatchObject({ segments: 2, rowsStored: 3, rowStats: { processed: 3, unparseable: 0 } });
  });

  test('unparseable rows are counted and, up to the limit, kept with their line numbers', async () => {
    const lines: (string | object)[] = [];
    for (let i = 1; i <= 500; i++)
      lines.push({ t: 1000 * i, n: i % 50 === 0 ? 'bad' : i, s: 'some text to fill ranges' });
    lines[122] = 'not json';
    lines[400] = { n: 1 };
    const { report } = await ingest({
      schema: { dimensionsSpec: { dimensions: ['s', { type: 'long', name: 'n' }] } },
      io: inline(...lines),
      tuning: { maxSavedParseExceptions: 1 },
    });
    expect(report.rowStats).toMatchObject({
      processed: 488,
      processedWithError: 10,
      unparseable: 2,
      thrownAway: 0,
    });
    expect(report.unparseableEvents).toMatchObject([{ line: 123, input: 'not json', source: 'inline' }]);
  });

  test('more unparseable rows than allowed fail the task, and nothing is published', async () => {
    await expect(
      ingest({ io: inline('x', 'y', { t: 1 }), tuning: { maxParseExceptions: 1 } }),
    ).rejects.toThrow('2 rows of inline could not be parsed');
  });

  test('rows outside of the intervals are thrown away', async () => {
    const { report } = await ingest({
      schema: {
        dimensionsSpec: { dimensions: ['s'] },
        granularitySpec: { rollup: false, intervals: ['2020-01-01/2020-01-02'] },
      },
      io: inline({ t: '2020-01-01', s: 'in' }, { t: '2020-01-02', s: 'out' }),
    });
    expect(report.rowStats).toMatchObject({ processed: 1, thrownAway: 1 });
  });

  test('missingValue stands in for missing timestamps', async () => {
    const { sink } = await ingest({
      schema: {
        timestampSpec: { column: 't', format: 'iso', missingValue: '2000-01-01T00:00:00Z' },
        dimensionsSpec: { dimensions: ['s'] },
      },
      io: inline({ s: 'a' }, { s: 'b', t: '2001-01-01' }),
    });
    expect(sink.rows!.map((r) => r['__time'])).toEqual([946684800000n, 978307200000n]);
  });

  test.each([
    ['posix', '1442018818', 1442018818000n],
    ['millis', '1442018818771', 1442018818771n],
    ['micro', '1442018818771999', 1442018818771n],
    ['nano', '1442018818771999999', 1442018818771n],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSZ", '"2015-09-12T02:46:58.771+0200"', 1442018818771n],
    ['dd/MMM/yyyy HH:mm', '"12/Sep/2015 00:46"', 1442018760000n],
    ['M/d/yy h:mm a', '"9/12/15 12:46 AM"', 1442018760000n],
    ['iso', '"2015-09-12T02:46:58+02:00"', 1442018818000n],
  ])('timestamps in format %s', async (format, text, expected) => {
    const { sink } = await ingest({
      schema: { timestampSpec: { column: 't', format }, dimensionsSpec: { dimensions: ['s'] } },
      io: inline(`{"t":${text},"s":"x"}`),
    });
    expect(sink.rows![0]['__time']).toBe(expected);
  });

  test('schemaless: every other field becomes a string, or its own type with useSchemaDiscovery', async () => {
    const io = inline({ t: 1, a: 1, b: 1.5, c: 'x', skip: 1 });
    const strings = await ingest({ schema: { dimensionsSpec: { dimensionExclusions: ['skip'] } }, io });
    expect(strings.sink.rows).toEqual([{ __time: 1n, a: '1', b: '1.5', c: 'x' }]);
    const typed = await ingest({ schema: { dimensionsSpec: { useSchemaDiscovery: true } }, io });
    expect(typed.sink.rows).toEqual([{ __time: 1n, a: 1n, b: 1.5, c: 'x', skip: 1n }]);
  });

  test('a field may be a dimension and the input of a metric, or the timestamp too', async () => {
    const { sink } = await ingest({
      schema: {
        dimensionsSpec: { dimensions: ['m', 't'] },
        metricsSpec: [{ type: 'longSum', name: 'total', fieldName: 'm' }],
      },
      io: inline({ t: '2020-01-01', m: 5 }, { t: 'never', m: 6 }),
    });
    expect(sink.rows).toEqual([{ __time: 1577836800000n, m: '5', t: '2020-01-01', total: 5n }]);
  });
});

describe('delimited input', () => {
  const schema = { dimensionsSpec: { dimensions: ['s', { type: 'long', name: 'n' }] } };

  test('CSV with a header, quotes and empty fields', async () => {
    const { sink } = await ingest({
      schema,
      io: {
        inputSource: { type: 'inline', data: '# comment\nn,t,s\n1,2020-01-01,"a,""b"""\n,2020-01-01,\n' },
        inputFormat: { type: 'csv', findColumnsFromHeader: true, skipHeaderRows: 1 },
      },
    });
    expect(sink.rows!.map(({ s, n }) => [s, n])).toEqual([
      ['a,"b"', 1n],
      [null, null],
    ]);
  });

  test('TSV with columns and its own delimiter', async () => {
    const { sink } = await ingest({
      schema,
      io: {
        inputSource: { type: 'inline', data: '2020-01-01|"q"|7\n' },
        inputFormat: { type: 'tsv', columns: ['t', 's', 'n'], delimiter: '|' },
      },
    });
    expect(sink.rows).toEqual([{ __time: 1577836800000n, s: '"q"', n: 7n }]);
  });
});

describe('rollup', () => {
  test('equal times and dimensions become one row; integer sums stay exact beyond 2^53', async () => {
    const { sink, report } = await ingest({
      schema: {
        dimensionsSpec: { dimensions: ['s', { type: 'long', name: 'n' }] },
        granularitySpec: { rollup: true, queryGranularity: 'hour' },
        metricsSpec: [
          { type: 'count', name: 'count' },
          { type: 'longSum', name: 'sum', fieldName: 'm' },
          { type: 'doubleSum', name: 'dsum', fieldName: 'd' },
          { type: 'longMin', name: 'low', fieldName: 'm' },
          { type: 'doubleMax', name: 'high', fieldName: 'd' },
        ],
      },
      io: inline(
        { t: '2020-01-01T10:05:00Z', s: 'a', n: 1, m: 9007199254740991, d: 0.5 },
        { t: '2020-01-01T10:59:59Z', s: 'a', n: 1, m: 9007199254740991, d: 1 },
        { t: '2020-01-01T11:00:00Z', s: 'a', n: 1, m: 1 },
        { t: '2020-01-01T10:00:00Z', s: null, n: 1, d: -1 },
        { t: '2020-01-01T10:30:00Z', s: 'a', n: 1 },
      ),
    });
    const hour = 1577872800000n;
    expect(sink.rows).toEqual([
      {
        __time: hour,
        s: 'a',
        n: 1n,
        count: 3n,
        sum: 18014398509481982n,
        dsum: 1.5,
        low: 9007199254740991n,
        high: 1,
      },
      { __time: hour, s: null, n: 1n, count: 1n, sum: null, dsum: -1, low: null, high: -1 },
      { __time: hour + 3600000n, s: 'a', n: 1n, count: 1n, sum: 1n, dsum: null, low: 1n, high: null },
    ]);
    expect(report).toMatchObject({ rowsStored: 3, rowStats: { processed: 5 } });
  });

  test('over many ranges gives the same as over one, in buckets of the segment granularity', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => ({ t: i * 60000, s: `s${i % 3}`, m: i }));
    const { sink } = await ingest({
      schema: {
        dimensionsSpec: { dimensions: ['s'] },
        granularitySpec: { rollup: true, queryGranularity: 'day', segmentGranularity: 'day' },
        metricsSpec: [{ type: 'longSum', name: 'sum', fieldName: 'm' }],
      },
      io: inline(...lines),
    });
    expect(sink.rows).toHaveLength(4 * 3);
    expect(sink.rows!.reduce((sum, row) => sum + (row['sum'] as bigint), 0n)).toBe((5000n * 4999n) / 2n);
    expect([...sink.buckets]).toEqual([0, 1, 2, 3].map((day) => [day * 86400000, 3]));
  });
});

describe('inputs', () => {
  const io = (inputSource: object) => ({ inputSource });
  const schema = { dimensionsSpec: { dimensions: ['s'] } };

  test('local files below an allowed folder, by pattern, compressed by extension', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basalt-'));
    await writeFile(join(folder, 'a.json.gz'), gzipSync('{"t":1,"s":"gz"}\n'));
    await writeFile(join(folder, 'b.json.zst'), zstdCompressSync('{"t":2,"s":"zstd"}'));
    await writeFile(join(folder, 'c.txt'), '{"t":3,"s":"no"}\n');
    const { sink } = await ingest(
      { schema, io: io({ type: 'local', baseDir: folder, filter: '*.json.{gz,zst}' }) },
      { rules: { folders: [folder], exports: [], hosts: [] } },
    );
    expect(sink.rows!.map((row) => row['s'])).toEqual(['gz', 'zstd']);
  });

  test('nothing else: not by .., not by a link, not at all without a folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basalt-'));
    const inside = await mkdtemp(join(folder, 'in'));
    await writeFile(join(folder, 'secret.json'), '{"t":1}');
    await symlink(join(folder, 'secret.json'), join(inside, 'link.json'));
    const rules = { folders: [inside], exports: [], hosts: [] };
    for (const files of [
      [join(inside, '../secret.json')],
      [join(inside, 'link.json')],
      ['/etc/passwd'],
      ['/no/such'],
      ['a\0b'],
    ]) {
      await expect(ingest({ schema, io: io({ type: 'local', files }) }, { rules })).rejects.toMatchObject({
        errorName: 'PATH_ACCESS_DENIED',
      });
    }
    await expect(ingest({ schema, io: io({ type: 'local', files: ['/etc/passwd'] }) })).rejects.toThrow(
      'off',
    );
  });

  test('http from a listed host; no other host, no redirect', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/to') response.writeHead(302, { location: '/data.json' }).end();
      else response.end('{"t":1,"s":"over http"}\n');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = (path: string) => io({ type: 'http', uris: [`http://${host}${path}`] });
    try {
      const rules = { folders: [], exports: [], hosts: [host] };
      const { sink } = await ingest({ schema, io: source('/data.json') }, { rules });
      expect(sink.rows!.map((row) => row['s'])).toEqual(['over http']);
      await expect(ingest({ schema, io: source('/to') }, { rules })).rejects.toThrow('redirect');
      await expect(ingest({ schema, io: source('/data.json') })).rejects.toMatchObject({
        errorName: 'PATH_ACCESS_DENIED',
      });
    } finally {
      server.close();
    }
  });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.20.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    '::',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
  ])('%s is inside', (address) => {
    expect(isInside(address)).toBe(true);
  });

  test.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111'])('%s is not', (address) => {
    expect(isInside(address)).toBe(false);
  });

  test('a cancelled ingestion publishes nothing', async () => {
    const abort = new AbortController();
    abort.abort();
    await expect(
      ingest({ schema, io: inline({ t: 1, s: 'x' }) }, { ingest: { signal: abort.signal } }),
    ).rejects.toMatchObject({ errorName: 'QUERY_WAS_CANCELLED' });
  });
});

describe('rows of INSERT ... FORMAT', () => {
  const columns = [
    { id: 7, name: 'a', type: typeOf('int32') },
    { id: 9, name: 'b', type: typeOf('string', true) },
  ];

  async function insert(format: string, data: string): Promise<Value[][]> {
    const rows: Value[][] = [];
    async function* pieces() {
      for (let at = 0; at < data.length; at += 7) yield new TextEncoder().encode(data.slice(at, at + 7));
    }
    await readInsert(
      environment,
      { format: formatByName(format), columns, data: pieces(), maxFileBytes: 1 << 20 },
      (batch) => {
        const values = columns.map((column) => chunkValues(batch.columns.get(column.id)!));
        for (let row = 0; row < batch.rows; row++) rows.push(values.map((v) => v[row]));
        return Promise.resolve();
      },
    );
    return rows;
  }

  const expected = [
    [1n, 'x'],
    [2n, null],
  ];
  test.each([
    ['an array of objects', '[{"a":1,"b":"x"},\n {"a":2}]'],
    ['pretty-printed objects', '{\n  "a": 1,\n  "b": "x"\n}\n{\n  "a": 2\n}\n'],
    ['several on a line', ' {"a":1,"b":"x"} {"a":2}'],
    ['lines without a last line end', '{"a":1,"b":"x"}\n{"a":2}'],
  ])('JSONEachRow also takes %s', async (_name, data) => {
    expect(await insert('JSONEachRow', data)).toEqual(expected);
  });

  test('a broken first line is one bad row, not the beginning of a long one', async () => {
    await expect(insert('JSONEachRow', '{"a":1\n{"a":2}\n{"a":3}\n')).rejects.toThrow(
      'line 1 of the data: {"a":1)',
    );
  });

  test('brackets and line ends inside of strings stay what they are', async () => {
    expect(await insert('JSONEachRow', '[{"a":1,"b":"]},\\"{\\n"},{"a":2}]')).toEqual([
      [1n, ']},"{\n'],
      [2n, null],
    ]);
    await expect(insert('JSONEachRow', '[{"a":1}, oops]')).rejects.toMatchObject({
      errorName: 'CANNOT_PARSE_INPUT',
    });
  });

  test.each([
    ['JSONEachRow', '{"b":"x","a":1}\n{"a":2}\n'],
    ['JSONCompactEachRow', '[1,"x"]\n[2,null]'],
    ['CSV', '1,"x"\n2,\\N\n'],
    ['CSVWithNames', '"b","a"\n"x",1\n\\N,2\n'],
    ['TSV', '1\tx\n2\t\\N\n'],
    ['TabSeparatedWithNamesAndTypes', 'b\ta\nNullable(String)\tInt32\nx\t1\n\\N\t2\n'],
  ])('%s', async (format, data) => {
    expect(await insert(format, data)).toEqual(expected);
  });

  test('the first bad row ends it with line and reason', async () => {
    await expect(insert('CSV', '1,"x"\n2,y\noops,z\n')).rejects.toThrow(/Column a: oops.*line 3/);
    await expect(insert('JSONEachRow', '{"a":4294967296}')).rejects.toMatchObject({
      errorName: 'CANNOT_PARSE_INPUT',
    });
  });
});

const SAMPLE = join(process.env['BASALT_TEST_DATA'] ?? '', 'wikiticker-2015-09-12-sampled.json.gz');

describe.skipIf(process.env['BASALT_TEST_DATA'] === undefined || !existsSync(SAMPLE))(
  'the wikiticker sample',
  () => {
    const source = { inputSource: { type: 'local', files: [SAMPLE] } };
    const rules = { folders: [process.env['BASALT_TEST_DATA'] ?? ''], exports: [], hosts: [] };
    const sum = (rows: Row[], name: string) => rows.reduce((total, row) => total + (row[name] as bigint), 0n);

    test('has the known rows and sums, rolled up or not', async () => {
      const longs = ['added', 'deleted', 'delta'];
      const plain = await ingest(
        {
          schema: {
            timestampSpec: { column: 'time', format: 'iso' },
            dimensionsSpec: {
              dimensions: ['channel', 'user', 'page', ...longs.map((name) => ({ type: 'long', name }))],
            },
          },
          io: source,
        },
        { rules },
      );
      const rows = plain.sink.rows!;
      expect(rows).toHaveLength(39244);
      expect(longs.map((name) => sum(rows, name))).toEqual([9385573n, 394298n, 8991275n]);
      expect(['channel', 'user', 'page'].map((name) => new Set(rows.map((r) => r[name])).size)).toEqual([
        51, 10531, 35143,
      ]);

      const rolled = await ingest(
        {
          schema: {
            timestampSpec: { column: 'time', format: 'iso' },
            dimensionsSpec: { dimensions: ['channel', 'isRobot'] },
            granularitySpec: { queryGranularity: 'hour', rollup: true },
            metricsSpec: [
              { type: 'count', name: 'count' },
              ...longs.map((name) => ({ type: 'longSum', name, fieldName: name })),
            ],
          },
          io: source,
        },
        { rules },
      );
      expect(rolled.sink.rows!.length).toBeLessThan(3000);
      expect(sum(rolled.sink.rows!, 'count')).toBe(39244n);
      expect(longs.map((name) => sum(rolled.sink.rows!, name))).toEqual([9385573n, 394298n, 8991275n]);
    });
  },
);
