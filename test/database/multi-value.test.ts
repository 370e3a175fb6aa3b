import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database, Dialect } from '../../database/index.ts';
import { openOn } from '../../database/open-on.ts';
import { MemoryFileSystem } from '../../storage/index.ts';

/** What Druid's multi-value dimensions are to whoever ingests and queries them. */
let fs: MemoryFileSystem;
let db: Database;

const openDatabase = (): Promise<Database> => openOn(fs, '/mvd', { threads: 2 }, {});
beforeEach(async () => {
  fs = new MemoryFileSystem();
  db = await openDatabase();
});
afterEach(() => db.close());

async function reopen(): Promise<void> {
  await db.close();
  db = await openDatabase();
}

type Options = {
  readonly table?: string;
  readonly dimensions?: readonly unknown[];
  readonly metrics?: readonly unknown[];
  readonly rollup?: boolean;
  readonly append?: boolean;
  readonly format?: object;
  readonly tuning?: object;
  readonly timestamp?: string;
};

const COUNT = { type: 'count', name: 'cnt' };

const ingest = (data: string | readonly object[], options: Options = {}) =>
  db.ingest({
    type: 'index_parallel',
    spec: {
      dataSchema: {
        dataSource: options.table ?? 't',
        timestampSpec: { column: options.timestamp ?? 't', format: 'auto' },
        dimensionsSpec: { dimensions: options.dimensions ?? ['tags'] },
        metricsSpec: options.metrics ?? [],
        granularitySpec: { segmentGranularity: 'all', rollup: options.rollup ?? false },
      },
      ioConfig: {
        type: 'index_parallel',
        appendToExisting: options.append ?? true,
        inputSource: {
          type: 'inline',
          data: typeof data === 'string' ? data : data.map((row) => JSON.stringify(row)).join('\n'),
        },
        inputFormat: options.format ?? { type: 'json' },
      },
      ...(options.tuning === undefined ? {} : { tuningConfig: options.tuning }),
    },
  });

const rows = async (sql: string, dialect: Dialect = 'druid'): Promise<unknown[][]> =>
  (await db.query(sql, { dialect })).map((row) => Object.values(row));
/** The first column. */
const firsts = async (sql: string, dialect: Dialect = 'druid'): Promise<unknown[]> =>
  (await rows(sql, dialect)).map(([value]) => value);
const typeIn = async (column: string): Promise<unknown> =>
  (await rows(`SELECT type FROM system.columns WHERE name = '${column}'`, 'clickhouse'))[0][0];

const T = '2020-01-01';
const tagged = (...tags: readonly unknown[]) => tags.map((value, id) => ({ t: T, tags: value, id }));

describe("the table numfoo of Druid's own tests (CalciteMultiValueStringQueryTest)", () => {
  beforeEach(() =>
    ingest(
      [
        { t: '2000-01-01', m1: 1, dim1: '', dim2: 'a', dim3: ['a', 'b'] },
        { t: '2000-01-02', m1: 2, dim1: '10.1', dim2: null, dim3: ['b', 'c'] },
        { t: '2000-01-03', m1: 3, dim1: '2', dim2: '', dim3: 'd' },
        { t: '2001-01-01', m1: 4, dim1: '1', dim2: 'a', dim3: '' },
        { t: '2001-01-02', m1: 5, dim1: 'def', dim2: 'abc', dim3: [] },
        { t: '2001-01-03', m1: 6, dim1: 'abc', dim2: null },
      ],
      {
        table: 'numfoo',
        dimensions: ['dim1', 'dim2', 'dim3', { type: 'double', name: 'm1' }],
        metrics: [COUNT],
        rollup: true,
      },
    ),
  );

  // The expected rows are those of the SQL-compatible mode of each test; where Druid leaves the order of ties open, it is said here.
  test.each<readonly [name: string, sql: string, expected: unknown[][]]>([
    [
      'WorksLikeStringGroupBy',
      "SELECT concat(dim3, 'foo'), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        [null, 2],
        ['bfoo', 2],
        ['afoo', 1],
        ['cfoo', 1],
        ['dfoo', 1],
        ['foo', 1],
      ],
    ],
    [
      'WorksLikeStringGroupByWithFilter',
      "SELECT concat(dim3, '', 'foo'), SUM(cnt) FROM numfoo where concat(dim3, '', 'foo') = 'bfoo' GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        ['bfoo', 2],
        ['afoo', 1],
        ['cfoo', 1],
      ],
    ],
    [
      'WorksLikeStringScan',
      "SELECT concat(dim3, 'foo') FROM numfoo",
      [['["afoo","bfoo"]'], ['["bfoo","cfoo"]'], ['dfoo'], ['foo'], [null], [null]],
    ],
    [
      'WorksLikeStringSelfConcatScan',
      "SELECT concat(dim3, '-lol-', dim3) FROM numfoo",
      [['["a-lol-a","b-lol-b"]'], ['["b-lol-b","c-lol-c"]'], ['d-lol-d'], ['-lol-'], [null], [null]],
    ],
    [
      'WorksLikeStringScanWithFilter',
      "SELECT concat(dim3, '', 'foo') FROM numfoo where concat(dim3, '', 'foo') = 'bfoo'",
      [['["afoo","bfoo"]'], ['["bfoo","cfoo"]']],
    ],
    [
      'OverlapFilter',
      "SELECT dim3 FROM numfoo WHERE MV_OVERLAP(dim3, ARRAY['a','b']) LIMIT 5",
      [['["a","b"]'], ['["b","c"]']],
    ],
    ['OverlapFilterNull', 'SELECT dim3 FROM numfoo WHERE MV_OVERLAP(dim3, ARRAY[NULL])', [[null], [null]]],
    [
      'OverlapFilterNonLiteral',
      'SELECT dim3 FROM numfoo WHERE MV_OVERLAP(dim3, ARRAY[dim2])',
      [['["a","b"]']],
    ],
    ['ContainsFilter', "SELECT dim3 FROM numfoo WHERE MV_CONTAINS(dim3, ARRAY['a','b'])", [['["a","b"]']]],
    ['ContainsFilterNull', 'SELECT dim3 FROM numfoo WHERE MV_CONTAINS(dim3, ARRAY[NULL])', [[null], [null]]],
    [
      'ContainsArrayOfOneElement',
      "SELECT dim3 FROM numfoo WHERE MV_CONTAINS(dim3, ARRAY['a'])",
      [['["a","b"]']],
    ],
    [
      'ContainsArrayOfNonLiteral',
      'SELECT dim3 FROM numfoo WHERE MV_CONTAINS(dim3, ARRAY[dim2])',
      [['["a","b"]']],
    ],
    ['Slice', 'SELECT MV_SLICE(dim3, 1) FROM numfoo', [['b'], ['c'], ['[]'], ['[]'], [null], [null]]],
    [
      'Length',
      'SELECT dim1, MV_LENGTH(dim3), SUM(cnt) FROM numfoo GROUP BY 1, 2 ORDER BY 2 DESC, 1',
      [
        ['', 2, 1],
        ['10.1', 2, 1],
        ['1', 1, 1],
        ['2', 1, 1],
        ['abc', null, 1],
        ['def', null, 1],
      ],
    ],
    [
      'Append',
      "SELECT MV_APPEND(dim3, 'foo'), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        ['foo', 4],
        [null, 2],
        ['b', 2],
        ['', 1],
        ['a', 1],
        ['c', 1],
        ['d', 1],
      ],
    ],
    [
      'Prepend',
      "SELECT MV_PREPEND('foo', dim3), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        ['foo', 4],
        [null, 2],
        ['b', 2],
        ['', 1],
        ['a', 1],
        ['c', 1],
        ['d', 1],
      ],
    ],
    [
      'PrependAppend',
      "SELECT MV_TO_STRING(MV_PREPEND('foo', dim3), ','), MV_TO_STRING(MV_APPEND(dim3, 'foo'), ','), SUM(cnt) FROM numfoo GROUP BY 1,2 ORDER BY 3 DESC, 1",
      [
        [null, null, 2],
        ['foo,', ',foo', 1],
        ['foo,a,b', 'a,b,foo', 1],
        ['foo,b,c', 'b,c,foo', 1],
        ['foo,d', 'd,foo', 1],
      ],
    ],
    [
      'Concat',
      'SELECT MV_CONCAT(dim3, dim3), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1',
      [
        ['b', 4],
        [null, 2],
        ['', 2],
        ['a', 2],
        ['c', 2],
        ['d', 2],
      ],
    ],
    [
      'Offset',
      'SELECT MV_OFFSET(dim3, 1), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1',
      [
        [null, 4],
        ['b', 1],
        ['c', 1],
      ],
    ],
    [
      'Ordinal',
      'SELECT MV_ORDINAL(dim3, 2), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1',
      [
        [null, 4],
        ['b', 1],
        ['c', 1],
      ],
    ],
    [
      'OffsetOf',
      "SELECT MV_OFFSET_OF(dim3, 'b'), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        [null, 4],
        [0, 1],
        [1, 1],
      ],
    ],
    [
      'OrdinalOf',
      "SELECT MV_ORDINAL_OF(dim3, 'b'), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        [null, 4],
        [1, 1],
        [2, 1],
      ],
    ],
    [
      'ToString',
      "SELECT MV_TO_STRING(dim3, ','), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        [null, 2],
        ['', 1],
        ['a,b', 1],
        ['b,c', 1],
        ['d', 1],
      ],
    ],
    [
      'ToStringToMultiValueString',
      "SELECT STRING_TO_MV(CONCAT(MV_TO_STRING(dim3, ','), ',d'), ','), SUM(cnt) FROM numfoo WHERE MV_LENGTH(dim3) > 0 GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        ['d', 5],
        ['b', 2],
        ['', 1],
        ['a', 1],
        ['c', 1],
      ],
    ],
    [
      'SelectAndFilterByStringToMV',
      "SELECT STRING_TO_MV(CONCAT(MV_TO_STRING(dim3, ','), ',d'), ',') FROM numfoo WHERE MV_CONTAINS(STRING_TO_MV(CONCAT(MV_TO_STRING(dim3, ','), ',d'), ','), 'd')",
      [['["a","b","d"]'], ['["b","c","d"]'], ['["d","d"]'], ['["","d"]']],
    ],
    [
      'StringToMVOfConstant',
      "SELECT m1, STRING_TO_MV('a,b', ',') AS mv FROM numfoo WHERE m1 < 3 GROUP BY 1 ORDER BY 1",
      [
        [1, '["a","b"]'],
        [2, '["a","b"]'],
      ],
    ],
    [
      'StringToMVOfConstantGroupedBy',
      "SELECT m1, STRING_TO_MV('a,b', ',') AS mv FROM numfoo WHERE m1 < 3 GROUP BY 1, 2 ORDER BY 1, 2",
      [
        [1, 'a'],
        [1, 'b'],
        [2, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'ListFilter',
      "SELECT MV_FILTER_ONLY(dim3, ARRAY['b']), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC",
      [
        [null, 4],
        ['b', 2],
      ],
    ],
    [
      'ListFilterDeny',
      "SELECT MV_FILTER_NONE(dim3, ARRAY['b']), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        [null, 2],
        ['', 1],
        ['a', 1],
        ['c', 1],
        ['d', 1],
      ],
    ],
    [
      'ListFilterComposedNested2Input',
      "SELECT COALESCE(MV_FILTER_ONLY(dim3, ARRAY['b']), dim1), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        ['b', 2],
        ['1', 1],
        ['2', 1],
        ['abc', 1],
        ['def', 1],
      ],
    ],
    [
      'ListFilterComposedDeny',
      "SELECT MV_LENGTH(MV_FILTER_NONE(dim3, ARRAY['b'])), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC",
      [
        [1, 4],
        [null, 2],
      ],
    ],
    [
      'ListFilterComposedMultipleExpressions',
      "SELECT MV_LENGTH(MV_FILTER_ONLY(dim3, ARRAY['b'])), MV_LENGTH(dim3), SUM(cnt) FROM numfoo GROUP BY 1,2 ORDER BY 3 DESC, 2",
      [
        [null, null, 2],
        [null, 1, 2],
        [1, 2, 2],
      ],
    ],
    [
      'FilterOnMultiValueListFilterNoMatch',
      "SELECT dim3, SUM(cnt) FROM numfoo WHERE MV_FILTER_ONLY(dim3, ARRAY['b']) = 'a' GROUP BY 1",
      [],
    ],
    [
      'FilterOnMultiValueListFilterMatchLike',
      "SELECT dim3, SUM(cnt) FROM numfoo WHERE MV_FILTER_ONLY(dim3, ARRAY['b']) LIKE 'b%' GROUP BY 1 ORDER BY 2 DESC, 1",
      [
        ['b', 2],
        ['a', 1],
        ['c', 1],
      ],
    ],
    [
      'ToArrayGroupAsArrayWithMultiValueDimension',
      'SELECT MV_TO_ARRAY(dim3), SUM(cnt) FROM numfoo GROUP BY 1 ORDER BY 2 DESC, 1',
      [
        [null, 2],
        [[''], 1],
        [['a', 'b'], 1],
        [['b', 'c'], 1],
        [['d'], 1],
      ],
    ],
  ])('%s', async (_, sql, expected) => {
    expect(await rows(sql)).toEqual(expected);
  });
});

describe("the rows of Druid's page on multi-value dimensions", () => {
  beforeEach(() =>
    ingest(
      [
        { timestamp: '2011-01-12T00:00:00.000Z', tags: ['t1', 't2', 't3'] },
        { timestamp: '2011-01-13T00:00:00.000Z', tags: ['t3', 't4', 't5'] },
        { timestamp: '2011-01-14T00:00:00.000Z', tags: ['t5', 't6', 't7'] },
        { timestamp: '2011-01-14T00:00:00.000Z', tags: [] },
      ],
      { timestamp: 'timestamp' },
    ),
  );
  const LISTS = ['["t1","t2","t3"]', '["t3","t4","t5"]', '["t5","t6","t7"]', null];

  test.each<readonly [condition: string, found: readonly number[]]>([
    ["tags = 't1' OR tags = 't3'", [0, 1]],
    ["tags = 't1' AND tags = 't3'", [0]],
    ['tags IS NULL', [3]],
    ['tags IS NOT NULL', [0, 1, 2]],
    // Not the rows of which some value differs, and not those of which nothing is known.
    ["tags <> 't3'", [2]],
    ["NOT (tags = 't3')", [2]],
    ["tags IN ('t1', 't7')", [0, 2]],
    ["tags NOT IN ('t1', 't7')", [1]],
    ["tags LIKE '%4'", [1]],
    ["tags NOT LIKE '%5'", [0]],
    ["tags > 't5'", [2]],
    ["tags BETWEEN 't4' AND 't4'", [1]],
    // Of one value: not one that is above, and another that is below.
    ["tags BETWEEN 't11' AND 't19'", []],
    ["tags NOT BETWEEN 't1' AND 't2'", [1, 2]],
    ["tags IS DISTINCT FROM 't3'", [2, 3]],
    ["REGEXP_LIKE(tags, '[67]')", [2]],
    ["UPPER(tags) = 'T1'", [0]],
    ["CONTAINS_STRING(tags, '2')", [0]],
    ['CHAR_LENGTH(tags) = 2', [0, 1, 2]],
    ["SUBSTRING(tags, 2) = '6'", [2]],
  ])('WHERE %s', async (condition, found) => {
    expect(await firsts(`SELECT tags FROM t WHERE ${condition}`)).toEqual(found.map((i) => LISTS[i]));
  });

  test('GROUP BY has a group for each value', async () => {
    const counts = [
      ['t1', 1],
      ['t2', 1],
      ['t3', 2],
      ['t4', 1],
      ['t5', 2],
      ['t6', 1],
      ['t7', 1],
    ];
    const all = 'SELECT tags, COUNT(*) FROM t';
    expect(await rows(`${all} GROUP BY tags ORDER BY tags`)).toEqual([[null, 1], ...counts]);
    expect(await rows(`${all} WHERE tags = 't3' GROUP BY tags ORDER BY tags`)).toEqual([
      ['t1', 1],
      ['t2', 1],
      ['t3', 2],
      ['t4', 1],
      ['t5', 1],
    ]);
    expect(await rows(`${all} GROUP BY tags HAVING tags = 't3'`)).toEqual([['t3', 2]]);
    expect(await firsts('SELECT DISTINCT tags FROM t ORDER BY 1 DESC')).toEqual([
      ...counts.map(([tag]) => tag).reverse(),
      null,
    ]);
  });

  test('several are all combinations', async () => {
    expect(
      await rows("SELECT tags, UPPER(tags), COUNT(*) FROM t WHERE tags = 't1' GROUP BY 1, 2 ORDER BY 1, 2"),
    ).toEqual(['t1', 't2', 't3'].flatMap((a) => ['T1', 'T2', 'T3'].map((b) => [a, b, 1])));
  });

  test('aggregates take values, rows count once', async () => {
    expect(
      await rows(
        "SELECT COUNT(*), COUNT(tags), COUNT(DISTINCT tags), COUNT(DISTINCT UPPER(tags)), MIN(tags), MAX(tags), COUNT(*) FILTER (WHERE tags = 't5') FROM t",
      ),
    ).toEqual([[4, 3, 7, 7, 't1', 't7', 2]]);
    expect(
      await rows(
        'SELECT MV_LENGTH(tags), COUNT(*), APPROX_COUNT_DISTINCT_DS_HLL(tags), COUNT(DISTINCT tags) FROM t GROUP BY 1 ORDER BY 1',
      ),
    ).toEqual([
      [null, 1, 0, 0],
      [3, 3, 7, 7],
    ]);
    expect(await firsts('SELECT LATEST_BY(tags, __time) FROM t WHERE tags IS NOT NULL')).toEqual([LISTS[2]]);
  });

  test('rows of the values, by name', async () => {
    const unnested =
      "SELECT tag, COUNT(*) FROM t CROSS JOIN UNNEST(MV_TO_ARRAY(tags)) AS u(tag) WHERE tag > 't4' GROUP BY 1 ORDER BY 1";
    expect(await rows(unnested)).toEqual([
      ['t5', 2],
      ['t6', 1],
      ['t7', 1],
    ]);
    await expect(rows('SELECT * FROM t CROSS JOIN UNNEST(tags) AS u(tag)')).rejects.toThrow(
      /array is wanted/,
    );
  });

  test('subqueries pass lists on', async () => {
    expect(await firsts("SELECT x FROM (SELECT LOWER(tags) AS x FROM t) WHERE x = 't7'")).toEqual([LISTS[2]]);
    await expect(rows('SELECT tags FROM t WHERE tags IN (SELECT tags FROM t)')).rejects.toThrow(
      /not supported/,
    );
  });

  test('what has no meaning for each value is refused', async () => {
    await expect(rows('SELECT ARRAY[tags] FROM t')).rejects.toThrow(/array of each value.*not supported/);
    await expect(rows("SELECT tags FROM t WHERE tags = ARRAY['t1']")).rejects.toThrow(/does not take/);
    await expect(rows('SELECT SUM(tags) FROM t')).rejects.toThrow(/SUM does not take \(VARCHAR\)/);
    await expect(rows('SELECT 1 FROM t a JOIN t b USING (tags)')).rejects.toThrow(/do not compare/);
  });

  test('a plan shows what is asked of values', async () => {
    const plan = String(await firsts("EXPLAIN PLAN FOR SELECT COUNT(*) FROM t WHERE tags = 't1'"));
    expect(plan).toContain("over_values_any(eq_str(#0, 't1') of #0)");
  });

  test('it is VARCHAR', async () => {
    const types = `SELECT DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE COLUMN_NAME = 'tags'`;
    expect(await firsts(types)).toEqual(['VARCHAR']);
  });

  test('other dialects have arrays', async () => {
    expect(await typeIn('tags')).toBe('Array(Nullable(String))');
    expect(
      await firsts("SELECT length(tags) FROM t WHERE has(tags, 't5') OR empty(tags)", 'clickhouse'),
    ).toEqual([3, 3, 0]);
    expect(
      await firsts('SELECT arrayJoin(tags) AS x FROM t GROUP BY x ORDER BY x', 'clickhouse'),
    ).toHaveLength(7);
    expect(await firsts("SELECT tags FROM t WHERE len(tags) IS NULL OR tags[1] = 't1'", 'standard')).toEqual([
      ['t1', 't2', 't3'],
      null,
    ]);
    expect(await firsts('SELECT typeof(tags) FROM t LIMIT 1', 'standard')).toEqual(['VARCHAR[]']);
  });
});

describe('arrays of Druid', () => {
  // FunctionTest of Druid's expressions, and its page on array functions.
  test.each<readonly [expression: string, value: unknown]>([
    ['ARRAY_OFFSET(ARRAY[1, 2, 3], 2)', 3],
    ['ARRAY_OFFSET(ARRAY[1, 2, 3], 3)', null],
    ['ARRAY_OFFSET(ARRAY[1, 2, 3], -1)', null],
    ['ARRAY_ORDINAL(ARRAY[1, 2, 3], 3)', 3],
    ['ARRAY_ORDINAL(ARRAY[1, 2, 3], 4)', null],
    ['ARRAY_OFFSET_OF(ARRAY[1, 2, 3], 3)', 2],
    ['ARRAY_OFFSET_OF(ARRAY[1, 2, 3], 4)', null],
    ['ARRAY_ORDINAL_OF(ARRAY[1, 2, 3], 3)', 3],
    ['ARRAY_CONTAINS(ARRAY[1, 2, 3], 2)', true],
    ['ARRAY_CONTAINS(ARRAY[1, 2, 3], 4)', false],
    ['ARRAY_CONTAINS(ARRAY[1, 2, 3], ARRAY[2, 3])', true],
    ['ARRAY_CONTAINS(ARRAY[1, 2, 3], ARRAY[3, 4])', false],
    ['ARRAY_OVERLAP(ARRAY[1, 2, 3], ARRAY[2, 4, 6])', true],
    ['ARRAY_OVERLAP(ARRAY[1, 2, 3], ARRAY[4, 5, 6])', false],
    ['ARRAY_APPEND(ARRAY[1, 2, 3], 4)', [1, 2, 3, 4]],
    ['ARRAY_PREPEND(4, ARRAY[1, 2, 3])', [4, 1, 2, 3]],
    ['ARRAY_CONCAT(ARRAY[1, 2, 3], ARRAY[2, 4, 6])', [1, 2, 3, 2, 4, 6]],
    ['ARRAY_CONCAT(ARRAY[1, 2, 3], 4)', [1, 2, 3, 4]],
    ['ARRAY_SLICE(ARRAY[1, 2, 3, 4], 1, 3)', [2, 3]],
    ['ARRAY_SLICE(ARRAY[1.0, 2.1, 3.2, 4.3], 2)', [3.2, 4.3]],
    ["ARRAY_SLICE(ARRAY['a', 'b', 'c', 'd'], 4, 6)", [null, null]],
    ['ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, 2)', []],
    ['ARRAY_SLICE(ARRAY[1, 2, 3, 4], 5, 7)', null],
    ['ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, 1)', null],
    ["ARRAY_TO_STRING(ARRAY[1, 2, 3], ',')", '1,2,3'],
    ["ARRAY_TO_STRING(ARRAY[1], '|')", '1'],
    ["STRING_TO_ARRAY('1,2,3', ',')", ['1', '2', '3']],
    ["STRING_TO_ARRAY('1', ',')", ['1']],
    ["STRING_TO_ARRAY(CAST(NULL AS VARCHAR), ',')", null],
    // Java's String.split: a regular expression, nothing empty at the end.
    ["STRING_TO_ARRAY('a1b22c', '[0-9]+')", ['a', 'b', 'c']],
    ["STRING_TO_ARRAY(',a,,', ',')", ['', 'a']],
    ["STRING_TO_ARRAY('', ',')", ['']],
    ["STRING_TO_ARRAY('ab', '')", ['a', 'b']],
    ['SCALAR_IN_ARRAY(2, ARRAY[1, 2])', true],
    ["SCALAR_IN_ARRAY('c', ARRAY['a', 'b'])", false],
    ['SCALAR_IN_ARRAY(CAST(NULL AS BIGINT), ARRAY[1, 2])', null],
    ["MV_FILTER_REGEX(ARRAY['abc', 'bc'], 'b.*')", 'bc'],
    ["MV_FILTER_PREFIX(ARRAY['abc', 'ab', 'bc'], 'ab')", '["abc","ab"]'],
    ["MV_FILTER_PREFIX(ARRAY['abc'], 'x')", null],
    ["MV_TO_STRING(STRING_TO_MV('a,b', ','), '-')", 'a-b'],
    ["MV_OFFSET('single', 0)", 'single'],
    ["ARRAY_LENGTH(MV_TO_ARRAY(ARRAY_TO_MV(ARRAY['a', NULL, 'b'])))", 3],
  ])('%s', async (expression, value) => {
    expect(await firsts(`SELECT ${expression}`)).toEqual([value]);
  });
});

describe('ingestion', () => {
  const shown = async (): Promise<unknown[]> => firsts('SELECT tags FROM t');

  test('lists of JSON: sorted, sorted and each once, or as they come', async () => {
    const given = tagged(
      ['b', 'a', 'b'],
      'x',
      ['y'],
      [],
      null,
      [null],
      ['b', null, 'a'],
      [2, 10, true, { k: 1 }, ['n']],
    );
    const values = (list: string) => [list, 'x', 'y', null, null, null];
    const ingested = async (multiValueHandling: string): Promise<unknown[]> => {
      const tags = { type: 'string', name: 'tags', multiValueHandling, createBitmapIndex: false };
      await ingest(given, { dimensions: [tags], append: false });
      return shown();
    };
    const rest = (list: string) => [list, '["10","2","[\\"n\\"]","true","{\\"k\\":1}"]'];
    expect(await ingested('SORTED_ARRAY')).toEqual([...values('["a","b","b"]'), ...rest('[null,"a","b"]')]);
    expect(await ingested('sorted_set')).toEqual([...values('["a","b"]'), ...rest('[null,"a","b"]')]);
    expect(await ingested('Array')).toEqual([
      ...values('["b","a","b"]'),
      '["b",null,"a"]',
      '["2","10","true","{\\"k\\":1}","[\\"n\\"]"]',
    ]);
  });

  test('lists sort by UTF-16, as in Java', async () => {
    await ingest(tagged(['\u{1f600}', '\uffee', 'a']));
    expect(await shown()).toEqual([JSON.stringify(['a', '\u{1f600}', '\uffee'])]);
  });

  test('fields of CSV and TSV', async () => {
    const csv = { type: 'csv', columns: ['t', 'tags', 'id'], listDelimiter: '|' };
    await ingest(`${T},b|a,1\n${T},"c,|d",2\n${T},,3\n${T},e,4\n${T},|,5`, { format: csv });
    expect(await shown()).toEqual(['["a","b"]', '["c,","d"]', null, 'e', '["",""]']);
    await ingest(`${T}\tb\x01a\t1\n${T}\tc\t2`, {
      format: { type: 'tsv', columns: ['t', 'tags', 'id'] },
      append: false,
    });
    expect(await shown()).toEqual(['["a","b"]', 'c']);
    expect(await typeIn('tags')).toBe('Array(Nullable(String))');
  });

  test('a column is what the data are: in one of several ranges, and of several batches', async () => {
    const singles = Array.from({ length: 30_000 }, (_, i) => ({
      t: T,
      tags: `single ${i % 100}`,
      id: 'x'.repeat(60),
    }));
    await ingest([...singles, { t: T, tags: ['late', 'list'] }, ...singles], { dimensions: ['tags', 'id'] });
    expect(await rows('SELECT COUNT(*), COUNT(DISTINCT tags) FROM t')).toEqual([[60_001, 102]]);
    expect(await typeIn('tags')).toBe('Array(Nullable(String))');
    expect(await typeIn('id')).toBe('Nullable(String)');
  });

  test('texts of a column that was none stay one value each', async () => {
    await ingest(tagged('["a","b"]', '[', 'a', null));
    expect(await typeIn('tags')).toBe('Nullable(String)');
    const before = await rows('SELECT tags, COUNT(*) FROM t GROUP BY tags ORDER BY tags');
    await ingest(tagged(['a', 'c']));
    expect(await typeIn('tags')).toBe('Array(Nullable(String))');
    expect(await shown()).toEqual(['["a","b"]', '[', 'a', null, '["a","c"]']);
    expect(before).toHaveLength(4);
    expect(await rows('SELECT tags, COUNT(*) FROM t GROUP BY tags ORDER BY tags')).toEqual([
      [null, 1],
      ['[', 1],
      ['["a","b"]', 1],
      ['a', 2],
      ['c', 1],
    ]);
    expect(await firsts('SELECT tags FROM t', 'clickhouse')).toEqual([
      ['["a","b"]'],
      ['['],
      ['a'],
      [],
      ['a', 'c'],
    ]);
    // And texts can follow lists.
    await ingest(tagged('a'));
    expect(await rows("SELECT COUNT(*) FROM t WHERE tags = 'a'")).toEqual([[3]]);
  });

  test('an ingestion that fails leaves the table as it was', async () => {
    await ingest(tagged('a'));
    const bad = `${JSON.stringify({ t: T, tags: ['x', 'y'] })}\nno JSON`;
    await expect(ingest(bad, { tuning: { maxParseExceptions: 0 } })).rejects.toThrow(/maxParseExceptions/);
    expect(await shown()).toEqual(['a']);
    expect(await typeIn('tags')).toBe('Nullable(String)');
  });

  test('rollup takes the whole list for its key, in a batch and over batches', async () => {
    const options = { metrics: [COUNT, { type: 'longSum', name: 'n', fieldName: 'n' }], rollup: true };
    const batch = [
      { t: T, tags: ['a', 'b'], n: 1 },
      { t: T, tags: ['b', 'a'], n: 2 },
      { t: T, tags: 'a', n: 4 },
      { t: T, tags: ['a'], n: 8 },
      { t: T, tags: [], n: 16 },
      { t: T, n: 32 },
    ];
    const expected = (times: number) => [
      [null, 2 * times, 48 * times],
      ['a', 2 * times, 12 * times],
      ['["a","b"]', 2 * times, 3 * times],
    ];
    const stored = 'SELECT tags, cnt, n FROM t ORDER BY n DESC';
    await ingest(
      [
        { t: T, tags: 'a', n: 12 },
        { t: T, tags: 'a', n: 0 },
      ],
      options,
    );
    expect(await rows(stored)).toEqual([['a', 2, 12]]);
    await ingest(batch, options);
    await ingest(batch, options);
    await rows('OPTIMIZE TABLE t FINAL', 'clickhouse');
    const [none, one, both] = expected(2);
    expect(await rows(stored)).toEqual([none, [one[0], 6, 36], both]);
    expect(await rows('SELECT tags, SUM(n) FROM t GROUP BY tags ORDER BY tags')).toEqual([
      [null, 96],
      ['a', 42],
      ['b', 6],
    ]);
  });

  test('lists outlast a restart, merges, deletions and checks', async () => {
    const lists = Array.from({ length: 200 }, (_, i) =>
      Array.from({ length: i % 4 }, (_, k) => `v${(i * 7 + k * 13) % 31}`).sort(),
    );
    const expected = lists.map((list) =>
      list.length === 0 ? null : list.length === 1 ? list[0] : JSON.stringify(list),
    );
    const texts = async (): Promise<unknown[]> => (await shown()).map(String).sort();
    for (let from = 0; from < lists.length; from += 50) await ingest(tagged(...lists.slice(from, from + 50)));
    expect(await texts()).toEqual(expected.map(String).sort());
    await reopen();
    expect(await texts()).toEqual(expected.map(String).sort());
    await rows('OPTIMIZE TABLE t FINAL', 'clickhouse');
    expect(await texts()).toEqual(expected.map(String).sort());
    expect((await rows('CHECK TABLE t', 'clickhouse')).every(([, passed]) => passed === 1)).toBe(true);
    await rows("DELETE FROM t WHERE has(tags, 'v7')", 'clickhouse');
    const left = expected
      .filter((_, i) => !lists[i].includes('v7'))
      .map(String)
      .sort();
    expect(left.length).toBeLessThan(expected.length);
    expect(await texts()).toEqual(left);
    await rows('OPTIMIZE TABLE t FINAL', 'clickhouse');
    await reopen();
    expect(await texts()).toEqual(left);
  });
});

describe('other ways in', () => {
  beforeEach(() => ingest(tagged(['a', 'b'], 'c')));
  const shown = (): Promise<unknown[]> => firsts('SELECT tags FROM t ORDER BY __time');

  test('ClickHouse inserts arrays, and changes them', async () => {
    await rows(
      "INSERT INTO t (__time, tags) VALUES ('2021-01-01 00:00:00', ['x', 'y']), ('2021-01-02 00:00:00', []), ('2021-01-03 00:00:00', ['z'])",
      'clickhouse',
    );
    await rows(
      "INSERT INTO t (__time, tags) SELECT toDateTime64('2021-01-04', 3, 'UTC'), ['m', NULL]",
      'clickhouse',
    );
    await rows(
      'INSERT INTO t (__time, tags) FORMAT JSONEachRow {"__time":"2021-01-05 00:00:00","tags":["j","s"]}',
      'clickhouse',
    );
    await rows("INSERT INTO t (__time, tags) FORMAT TSV 2021-01-06 00:00:00\t['t','s','v']", 'clickhouse');
    await db.insert('t', [{ __time: new Date('2021-01-07'), tags: ['l', 'ib'] }]);
    const inserted = ['["x","y"]', null, 'z', '["m",null]', '["j","s"]', '["t","s","v"]', '["l","ib"]'];
    expect(await shown()).toEqual(['["a","b"]', 'c', ...inserted]);
    await rows(
      "ALTER TABLE t UPDATE tags = arrayPushBack(tags, 'new') WHERE has(tags, 'z') OR empty(tags)",
      'clickhouse',
    );
    expect(await shown()).toEqual([
      '["a","b"]',
      'c',
      '["x","y"]',
      'new',
      '["z","new"]',
      ...inserted.slice(3),
    ]);
  });

  test('indexes and TTLs of ClickHouse are over arrays', async () => {
    await rows("ALTER TABLE t ADD INDEX x has(tags, 'a') TYPE set(3)", 'clickhouse');
    await rows('ALTER TABLE t MATERIALIZE INDEX x', 'clickhouse');
    expect(await firsts("SELECT length(tags) FROM t WHERE has(tags, 'a')", 'clickhouse')).toEqual([2]);
    await expect(rows('ALTER TABLE t ADD INDEX y tags TYPE bloom_filter', 'clickhouse')).rejects.toThrow(
      /bloom_filter index of an array/,
    );
    const kept = "toDateTime64('2100-01-01 00:00:00', 3, 'UTC')";
    await rows(`ALTER TABLE t MODIFY TTL if(has(tags, 'a'), __time, ${kept})`, 'clickhouse');
    await rows('OPTIMIZE TABLE t FINAL', 'clickhouse');
    expect(await shown()).toEqual(['c']);
  });

  test('columns change their type, and copies have arrays', async () => {
    await rows('CREATE TABLE copy ENGINE = MergeTree ORDER BY tuple() AS SELECT tags FROM t', 'clickhouse');
    expect(await firsts('SELECT tags FROM copy', 'clickhouse')).toEqual([['a', 'b'], ['c']]);
    await rows('ALTER TABLE t RENAME COLUMN tags TO words', 'clickhouse');
    expect(await firsts('SELECT words FROM t')).toEqual(['["a","b"]', 'c']);
    await rows('ALTER TABLE t MODIFY COLUMN words Array(String)', 'clickhouse');
    expect(await firsts('SELECT words FROM t', 'clickhouse')).toEqual([['a', 'b'], ['c']]);
    await rows('ALTER TABLE t MODIFY COLUMN words String', 'clickhouse');
    expect(await firsts('SELECT words FROM t')).toEqual(["['a','b']", "['c']"]);
  });

  test('a text that begins with the mark of lists is one value', async () => {
    const odd = '\u{10ffff}\x01a\0\x01b\0\0';
    await rows(
      `INSERT INTO t (__time, tags) VALUES ('2021-01-01 00:00:00', ['${odd.replaceAll('\0', '\\0')}'])`,
      'clickhouse',
    );
    expect(
      await rows(
        "SELECT MV_LENGTH(tags), tags FROM t WHERE __time > TIMESTAMP '2021-01-01 00:00:00' - INTERVAL '1' SECOND",
      ),
    ).toEqual([[1, odd]]);
  });
});
