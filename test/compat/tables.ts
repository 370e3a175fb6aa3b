/**
 * What a golden folder holds: tables as statements that make them, and their rows as arithmetic, which tests compare with. A statement
 * and its arithmetic are written apart, in SQL and in JavaScript: neither is the other's output.
 *
 * A feature that adds to the format adds a table or a column here, and makes the folder of the version that is not released yet anew.
 */

export type CompatTable = {
  readonly name: string;
  /** ClickHouse's dialect, in this order; FLUSH makes segments of what is in memory. */
  readonly make: readonly string[];
  /** Done once every table was made: what stays in the WAL. */
  readonly last?: readonly string[];
  readonly query: string;
  /** Answer of the query: 64-bit integers as text, times as text. */
  readonly rows: readonly (readonly unknown[])[];
  /** Before OPTIMIZE FINAL what the engine would combine is still apart. */
  readonly merged?: readonly (readonly unknown[])[];
};

const range = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const text = (value: number | bigint): string => value.toString();

/** A column that makes the writer choose an encoding; `sql` is over `number`. */
type Encoded = { readonly type: string; readonly sql: string; readonly js: (i: number) => unknown };

const ENCODED_ROWS = 2500;
const scramble = (i: number): number => i * 7919;

const ENCODED: Readonly<Record<string, Encoded>> = {
  k: { type: 'Int64', sql: 'number', js: (i) => text(i) },
  constant: { type: 'Int64', sql: '7', js: () => '7' },
  plain: {
    type: 'Int64',
    sql: 'toInt64(number * number * number * 11400714819323198485)',
    js: (i) => text(BigInt.asIntN(64, BigInt(i) ** 3n * 11400714819323198485n)),
  },
  packed: { type: 'Int32', sql: 'number * number * 7919 % 1009', js: (i) => (i * scramble(i)) % 1009 },
  delta: {
    type: 'Int64',
    sql: 'number * 1000 + number * 7919 % 7',
    js: (i) => text(i * 1000 + (scramble(i) % 7)),
  },
  runs: { type: 'Int64', sql: 'intDiv(number, 300) * 100000', js: (i) => text(Math.floor(i / 300) * 100000) },
  flag: { type: 'Bool', sql: 'number % 3 = 0', js: (i) => i % 3 === 0 },
  scaled: {
    type: 'Int64',
    sql: 'number * 7919 % 3600 * 60000000',
    js: (i) => text((scramble(i) % 3600) * 60000000),
  },
  decimal: { type: 'Float64', sql: 'number * 7919 % 10000 / 100', js: (i) => (scramble(i) % 10000) / 100 },
  delta2: { type: 'Int64', sql: 'number * number * 3', js: (i) => text(i * i * 3) },
  local: {
    type: 'Int64',
    sql: 'intDiv(number, 1024) * 1000000007 + number * 7919 % 500',
    js: (i) => text(Math.floor(i / 1024) * 1000000007 + (scramble(i) % 500)),
  },
  local_delta: {
    type: 'Int64',
    sql: 'number * 60 + number * 7919 % 50 + intDiv(number, 2000) * 1000000000000',
    js: (i) => text(i * 60 + (scramble(i) % 50) + Math.floor(i / 2000) * 1000000000000),
  },
  local_decimal: {
    type: 'Float64',
    sql: '(1000000 + number * 130 + number * 7919 % 20) / 100',
    js: (i) => (1000000 + i * 130 + (scramble(i) % 20)) / 100,
  },
  sparse: {
    type: 'Int64',
    sql: 'if(number % 50 = 17, number * 1000, 5)',
    js: (i) => text(i % 50 === 17 ? i * 1000 : 5),
  },
  root: { type: 'Float64', sql: 'sqrt(number + 1000000)', js: (i) => Math.sqrt(i + 1000000) },
  small: { type: 'Float32', sql: 'toFloat32(sqrt(number))', js: (i) => Math.fround(Math.sqrt(i)) },
  maybe: {
    type: 'Nullable(Int16)',
    sql: 'if(number % 5 = 0, NULL, number % 99)',
    js: (i) => (i % 5 === 0 ? null : i % 99),
  },
  word: {
    type: 'Nullable(String)',
    sql: "if(number % 11 = 0, NULL, concat('word ', toString(number % 10)))",
    js: (i) => (i % 11 === 0 ? null : `word ${i % 10}`),
  },
  symbols: {
    type: 'String',
    sql: "concat('http://example.com/', toString(number * 7919 % 100003), '/', toString(number))",
    js: (i) => `http://example.com/${scramble(i) % 100003}/${i}`,
  },
  zstd: {
    type: 'String CODEC(ZSTD(3))',
    sql: "concat('a long and repetitive text, number ', toString(number % 2000), ' of many others')",
    js: (i) => `a long and repetitive text, number ${i % 2000} of many others`,
  },
  bare: { type: 'String CODEC(NONE)', sql: "concat('n', toString(number))", js: (i) => `n${i}` },
};
const encodedColumns = Object.entries(ENCODED);

/** Literals of every type, as they are written and as they are read. */
const VALUES: readonly (readonly [
  type: string,
  literals: readonly (readonly [sql: string, js: unknown])[],
])[] = [
  [
    'Int8',
    [
      ['-128', -128],
      ['127', 127],
    ],
  ],
  [
    'Int16',
    [
      ['-32768', -32768],
      ['32767', 32767],
    ],
  ],
  [
    'Int32',
    [
      ['-2147483648', -2147483648],
      ['2147483647', 2147483647],
    ],
  ],
  [
    'Int64',
    [
      ['-9223372036854775808', '-9223372036854775808'],
      ['9223372036854775807', '9223372036854775807'],
    ],
  ],
  [
    'UInt8',
    [
      ['0', 0],
      ['255', 255],
    ],
  ],
  [
    'UInt16',
    [
      ['0', 0],
      ['65535', 65535],
    ],
  ],
  [
    'UInt32',
    [
      ['0', 0],
      ['4294967295', 4294967295],
    ],
  ],
  [
    'UInt64',
    [
      ['0', '0'],
      ['18446744073709551615', '18446744073709551615'],
    ],
  ],
  [
    'Float32',
    [
      ['0.5', 0.5],
      ['-1.25', -1.25],
    ],
  ],
  [
    'Float64',
    [
      ['0.1', 0.1],
      ['-1e300', -1e300],
    ],
  ],
  [
    'Bool',
    [
      ['true', true],
      ['false', false],
    ],
  ],
  [
    'String',
    [
      ["''", ''],
      ["'größe'", 'größe'],
    ],
  ],
  [
    'FixedString(3)',
    [
      ["'abc'", 'abc'],
      ["'xyz'", 'xyz'],
    ],
  ],
  [
    'Date',
    [
      ["'2000-02-29'", '2000-02-29'],
      ["'2100-01-01'", '2100-01-01'],
    ],
  ],
  [
    'DateTime',
    [
      ["'2001-02-03 04:05:06'", '2001-02-03 04:05:06'],
      ["'1970-01-01 00:00:00'", '1970-01-01 00:00:00'],
    ],
  ],
  [
    'DateTime64(3)',
    [
      ["'2001-02-03 04:05:06.789'", '2001-02-03 04:05:06.789'],
      ["'1999-12-31 23:59:59.999'", '1999-12-31 23:59:59.999'],
    ],
  ],
  [
    'Decimal(9, 2)',
    [
      ["'1.25'", '1.25'],
      ["'-9999999.99'", '-9999999.99'],
    ],
  ],
  [
    'Decimal(38, 10)',
    [
      ["'12345678901234567890.0123456789'", '12345678901234567890.0123456789'],
      ["'-1.5'", '-1.5000000000'],
    ],
  ],
  [
    'UUID',
    [
      ["'61f0c404-5cb3-11e7-907b-a6006ad3dba0'", '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
      ["'00000000-0000-0000-0000-000000000000'", '00000000-0000-0000-0000-000000000000'],
    ],
  ],
  [
    'IPv4',
    [
      ["'1.2.3.4'", '1.2.3.4'],
      ["'255.255.255.255'", '255.255.255.255'],
    ],
  ],
  [
    'IPv6',
    [
      ["'2001:db8::1'", '2001:db8::1'],
      ["'::1'", '::1'],
    ],
  ],
  [
    "Enum8('a' = 1, 'b' = -2)",
    [
      ["'a'", 'a'],
      ["'b'", 'b'],
    ],
  ],
  [
    'Array(Int32)',
    [
      ['[1, 2, 3]', [1, 2, 3]],
      ['[]', []],
    ],
  ],
  [
    'Map(String, Int32)',
    [
      ["map('x', 1)", new Map([['x', 1]])],
      [
        "map('y', 2, 'z', 3)",
        new Map([
          ['y', 2],
          ['z', 3],
        ]),
      ],
    ],
  ],
  [
    'Tuple(Int32, String)',
    [
      ["(1, 'one')", [1, 'one']],
      ["(2, 'two')", [2, 'two']],
    ],
  ],
  [
    'Nullable(Float64)',
    [
      ['NULL', null],
      ['2.5', 2.5],
    ],
  ],
  [
    'BFloat16',
    [
      ['1.5', 1.5],
      ['3.14159', 3.140625],
    ],
  ],
  [
    'Variant(Int64, String, Array(UInt8))',
    [
      ["'text'", 'text'],
      ['[1, 2]', [1, 2]],
    ],
  ],
  [
    'Dynamic',
    [
      ["map('x', 1.5)", new Map([['x', 1.5]])],
      ['NULL', null],
    ],
  ],
];

const DELETED = (i: number): boolean => i % 7 === 3;
const SPLIT_ROWS = 300;

export const TABLES: readonly CompatTable[] = [
  {
    name: 'encodings',
    make: [
      `CREATE TABLE encodings (${encodedColumns.map(([name, { type }]) => `${name} ${type}`).join(', ')}) ENGINE = MergeTree ORDER BY k`,
      `INSERT INTO encodings SELECT ${encodedColumns.map(([, { sql }]) => sql).join(', ')} FROM numbers(${ENCODED_ROWS})`,
      'FLUSH',
    ],
    query: 'SELECT * FROM encodings ORDER BY k',
    rows: range(ENCODED_ROWS, (i) => encodedColumns.map(([, { js }]) => js(i))),
  },
  {
    name: 'types',
    make: [
      `CREATE TABLE types (k Int32, ${VALUES.map(([type], i) => `c${i} ${type}`).join(', ')}) ENGINE = MergeTree ORDER BY k`,
      `INSERT INTO types VALUES ${[0, 1].map((row) => `(${[row, ...VALUES.map(([, literals]) => literals[row][0])].join(', ')})`).join(', ')}`,
      'FLUSH',
    ],
    last: [`INSERT INTO types VALUES (${[2, ...VALUES.map(([, literals]) => literals[0][0])].join(', ')})`],
    query: 'SELECT * FROM types ORDER BY k',
    rows: [0, 1, 0].map((row, k) => [k, ...VALUES.map(([, literals]) => literals[row][1])]),
  },
  {
    name: 'pages',
    make: [
      'CREATE TABLE pages (k Int32, v Nullable(String)) ENGINE = MergeTree ORDER BY k',
      "INSERT INTO pages SELECT number, if(number % 100 = 9, NULL, concat('page ', toString(number))) FROM numbers(9000)",
      'FLUSH',
    ],
    query: 'SELECT * FROM pages ORDER BY k',
    rows: range(9000, (k) => [k, k % 100 === 9 ? null : `page ${k}`]),
  },
  {
    name: 'bitmaps',
    make: [
      'CREATE TABLE bitmaps (k Int32, code String) ENGINE = MergeTree ORDER BY k',
      "INSERT INTO bitmaps SELECT number, if(number % 100 = 3, concat('code ', toString(intDiv(number, 100) % 70)), 'other') FROM numbers(70000)",
      'FLUSH',
    ],
    query:
      "SELECT code, count(), sum(k) FROM bitmaps WHERE code IN ('code 7', 'code 69') GROUP BY code ORDER BY code",
    rows: [69, 7].map((code) => {
      const found = range(70000, (k) => k).filter((k) => k % 100 === 3 && Math.floor(k / 100) % 70 === code);
      return [`code ${code}`, text(found.length), text(found.reduce((a, b) => a + b, 0))];
    }),
  },
  {
    name: 'computed',
    make: [
      'CREATE TABLE computed (k UInt32, third UInt32 MATERIALIZED intDiv(k, 3), twice UInt64 ALIAS k * 2, raw String EPHEMERAL, n UInt64 DEFAULT length(raw) + third) ENGINE = MergeTree PRIMARY KEY k % 10 ORDER BY (k % 10, cityHash64(k), k)',
      "INSERT INTO computed (k, raw) SELECT number, 'abc' FROM numbers(1000)",
      'FLUSH',
    ],
    last: ['INSERT INTO computed (k) SELECT number + 1000 FROM numbers(10)'],
    query: 'SELECT k, third, twice, n FROM computed ORDER BY k',
    rows: range(1010, (k) => {
      const third = Math.floor(k / 3);
      return [k, third, text(2 * k), text(third + (k < 1000 ? 3 : 0))];
    }),
  },
  {
    name: 'hidden',
    make: [
      'CREATE TABLE hidden (k Int32, v String) ENGINE = MergeTree ORDER BY k',
      `INSERT INTO hidden SELECT number, concat('v', toString(number)) FROM numbers(${SPLIT_ROWS})`,
      'FLUSH',
      'DELETE FROM hidden WHERE k % 7 = 3',
    ],
    last: [`INSERT INTO hidden SELECT number + ${SPLIT_ROWS}, 'in the log' FROM numbers(20)`],
    query: 'SELECT * FROM hidden ORDER BY k',
    rows: range(SPLIT_ROWS + 20, (k) => [k, k < SPLIT_ROWS ? `v${k}` : 'in the log']).filter(
      ([k]) => Number(k) >= SPLIT_ROWS || !DELETED(Number(k)),
    ),
  },
  {
    name: 'replacing',
    make: [
      'CREATE TABLE replacing (k Int32, version UInt32, v String) ENGINE = ReplacingMergeTree(version) ORDER BY k',
      "INSERT INTO replacing SELECT number, 2, 'new' FROM numbers(50)",
      'FLUSH',
      "INSERT INTO replacing SELECT number, 1, 'old' FROM numbers(100)",
      'FLUSH',
    ],
    query: 'SELECT * FROM replacing FINAL ORDER BY k',
    rows: range(100, (k) => (k < 50 ? [k, 2, 'new'] : [k, 1, 'old'])),
  },
  {
    name: 'summing',
    make: [
      'CREATE TABLE summing (k Int32, n Int64, m SimpleAggregateFunction(max, Int32)) ENGINE = SummingMergeTree ORDER BY k',
      'INSERT INTO summing SELECT number % 10, number, number FROM numbers(30)',
      'FLUSH',
      'INSERT INTO summing SELECT number % 10, 1000, 5 FROM numbers(10)',
      'FLUSH',
    ],
    query: 'SELECT k, sum(n), max(m) FROM summing GROUP BY k ORDER BY k',
    // k + (k + 10) + (k + 20) + 1000.
    rows: range(10, (k) => [k, text(3 * k + 1030), k + 20]),
  },
  {
    name: 'parts',
    make: [
      'CREATE TABLE parts (p Int32, k Int32) ENGINE = MergeTree PARTITION BY p ORDER BY k',
      'INSERT INTO parts SELECT number % 3, number FROM numbers(90)',
      'FLUSH',
      'DELETE FROM parts WHERE k = 4',
      'ALTER TABLE parts DETACH PARTITION 1',
    ],
    query: 'SELECT p, count(), sum(k) FROM parts GROUP BY p ORDER BY p',
    // 0 + 3 + ... + 87 and 2 + 5 + ... + 89.
    rows: [
      [0, '30', '1305'],
      [2, '30', '1365'],
    ],
  },
  {
    name: 'changed',
    make: [
      'CREATE TABLE changed (k Int32, gone Int32, old String) ENGINE = MergeTree ORDER BY k',
      "INSERT INTO changed SELECT number, 1, concat('s', toString(number)) FROM numbers(10)",
      'FLUSH',
      'ALTER TABLE changed DROP COLUMN gone',
      'ALTER TABLE changed RENAME COLUMN old TO kept',
      "ALTER TABLE changed ADD COLUMN added String DEFAULT 'then' AFTER k",
      "ALTER TABLE changed MODIFY COLUMN added DEFAULT 'later'",
      'INSERT INTO changed (k, kept) SELECT number + 10, toString(number) FROM numbers(10)',
      'FLUSH',
    ],
    query: 'SELECT * FROM changed ORDER BY k',
    rows: range(20, (k) => (k < 10 ? [k, 'then', `s${k}`] : [k, 'later', `${k - 10}`])),
  },
  {
    name: 'documents',
    make: [
      'CREATE TABLE documents (k Int32, j JSON) ENGINE = MergeTree ORDER BY k',
      `INSERT INTO documents SELECT number, concat('{"n":', toString(number * 3), ',"s":"t', toString(number % 9), '"', if(number % 10 = 0, ',"o":{"x":[1]}', ''), '}') FROM numbers(3000)`,
      'FLUSH',
    ],
    query:
      "SELECT j.s, sum(JSONExtractInt(j, 'n')), countIf(JSONHas(j, 'o', 'x')), max(toString(j)) FROM documents WHERE JSONExtractInt(j, 'n') < 300 GROUP BY j.s ORDER BY j.s",
    rows: range(9, (t) => {
      const found = range(100, (k) => k).filter((k) => k % 9 === t);
      const texts = found.map((k) => `{"n":${k * 3},"s":"t${t}"${k % 10 === 0 ? ',"o":{"x":[1]}' : ''}}`);
      return [
        `t${t}`,
        text(found.reduce((sum, k) => sum + k * 3, 0)),
        text(found.filter((k) => k % 10 === 0).length),
        texts.sort().at(-1),
      ];
    }),
  },
  {
    name: 'collected',
    make: [
      'CREATE TABLE collected (g Int32, a AggregateFunction(groupUniqArray, Int64), s AggregateFunction(sumMap, Array(String), Array(Int64))) ENGINE = AggregatingMergeTree ORDER BY g',
      'INSERT INTO collected SELECT number % 5 AS g, groupUniqArrayState(toInt64(number % 50)), sumMapState([toString(number % 2)], [toInt64(number)]) FROM numbers(500) GROUP BY g',
      'FLUSH',
    ],
    query: 'SELECT g, length(groupUniqArrayMerge(a)), sumMapMerge(s).2 FROM collected GROUP BY g ORDER BY g',
    // Of 0 ... 499 those that are g below 5: ten different remainders of 50, and the sums of the even and of the odd ones.
    rows: range(5, (g) => {
      const found = range(100, (i) => g + 5 * i);
      const sum = (odd: number): string =>
        text(found.filter((n) => n % 2 === odd).reduce((a, b) => a + b, 0));
      return [g, '10', [sum(0), sum(1)]];
    }),
  },
  {
    name: 'aging',
    make: [
      "CREATE TABLE aging (k Int32, d DateTime, v Int32 DEFAULT 9 TTL d + INTERVAL 1 DAY) ENGINE = MergeTree ORDER BY k TTL d + INTERVAL 1 MONTH SETTINGS default_compression_codec = 'ZSTD(1)', parts_to_throw_insert = 50",
      "INSERT INTO aging SELECT number, if(number % 2 = 0, toDateTime('2000-01-01 00:00:00'), toDateTime('2100-01-01 00:00:00')), number FROM numbers(20)",
      'FLUSH',
    ],
    query: 'SELECT * FROM aging ORDER BY k',
    rows: range(20, (k) => [k, k % 2 === 0 ? '2000-01-01 00:00:00' : '2100-01-01 00:00:00', k]),
    // What expired goes with the merge.
    merged: range(20, (k) => [k, '2100-01-01 00:00:00', k]).filter(([k]) => Number(k) % 2 === 1),
  },
  {
    name: 'skipping',
    make: [
      'CREATE TABLE skipping (k Int64, s String, INDEX b s TYPE bloom_filter, INDEX m k TYPE minmax, INDEX v k TYPE set(1000), INDEX n s TYPE ngrambf_v1(3, 512, 2, 0), INDEX w lower(s) TYPE tokenbf_v1(512, 2, 0)) ENGINE = MergeTree ORDER BY tuple()',
      "INSERT INTO skipping SELECT number * 2, concat('Word ', toString(number)) FROM numbers(300)",
      'FLUSH',
    ],
    query:
      "SELECT 'one', k FROM skipping WHERE s = 'Word 77' UNION ALL SELECT 'none', k FROM skipping WHERE s = 'Word 300' OR k = 7 UNION ALL SELECT 'token', k FROM skipping WHERE hasToken(lower(s), '299')",
    rows: [
      ['one', '154'],
      ['token', '598'],
    ],
  },
  {
    name: 'projected',
    make: [
      'CREATE TABLE projected (k Int32, g UInt8, s Int64, PROJECTION p (SELECT g, count(), sum(s), uniqExact(k), avg(k) GROUP BY g), PROJECTION q (SELECT * ORDER BY s)) ENGINE = MergeTree ORDER BY k',
      'INSERT INTO projected SELECT number, number % 4, number * 7919 % 1000 FROM numbers(1000)',
      'ALTER TABLE projected MATERIALIZE PROJECTION p, MATERIALIZE PROJECTION q',
    ],
    query:
      'SELECT * FROM (SELECT toInt64(g) AS n, count(), sum(s), uniqExact(k), avg(k) FROM projected GROUP BY g UNION ALL SELECT -1, toUInt64(k), s, toUInt64(k), 0 FROM projected WHERE s = 7919 % 1000) ORDER BY n',
    // 7919 has no divisor in common with 1000, so one row has that remainder; k is g, g + 4 ... g + 996.
    rows: [
      ['-1', '1', '919', '1', 0],
      ...range(4, (g) => {
        const ks = range(250, (i) => g + 4 * i);
        const sum = ks.reduce((all, k) => all + (scramble(k) % 1000), 0);
        return [text(g), '250', text(sum), '250', g + 498];
      }),
    ],
  },
  {
    name: 'states',
    make: [
      'CREATE TABLE states (k UInt8, u AggregateFunction(uniqExact, Int64), h AggregateFunction(uniqHLL12, Int64), t AggregateFunction(uniq, Int64), s AggregateFunction(sum, Int64), q AggregateFunction(quantile(0.5), Float64)) ENGINE = AggregatingMergeTree ORDER BY k',
      ...[0, 1].map(
        (half) =>
          `INSERT INTO states SELECT number % 3, uniqExactState(toInt64(number % 10)), uniqHLL12State(toInt64(number % 10)), uniqState(toInt64(number % 10)), sumState(toInt64(number)), quantileState(0.5)(toFloat64(number)) FROM numbers(${half * 45}, 45) GROUP BY number % 3`,
      ),
      'FLUSH',
    ],
    query:
      'SELECT k, uniqExactMerge(u), uniqHLL12Merge(h), uniqMerge(t), sumMerge(s), quantileMerge(0.5)(q) FROM states GROUP BY k ORDER BY k',
    // k, k + 3 ... k + 87: every last digit; the middle of 30 numbers lies between the 15th and the 16th.
    rows: [0, 1, 2].map((k) => [k, '10', '10', '10', text(30 * k + 1305), k + 43.5]),
  },
];

/** The detached partition, once it is back: 1, 7, 10 ... 88, since 4 is hidden. */
export const ATTACHED = {
  statement: 'ALTER TABLE parts ATTACH PARTITION 1',
  row: [1, '29', text(range(30, (i) => i * 3 + 1).reduce((a, b) => a + b, 0) - 4)],
};
