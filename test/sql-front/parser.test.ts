import { describe, expect, test } from 'vitest';
import { splitInsert } from '../../sql/index.ts';
import { bound, errorOf, evaluated } from './session.ts';

describe('precedence', () => {
  test.each([
    ['2 + 3 * 4', 14n],
    ['(2 + 3) * 4', 20n],
    ['10 - 3 - 2', 5n],
    ['-2 + 5', 3n],
    ['NOT 1 = 2', true],
    ['1 = 1 OR 1 = 2 AND 1 = 3', true],
    ['2 BETWEEN 1 AND 3 AND 1 = 1', true],
    ["'a' || 'b' = 'ab'", true],
    ['1 + 1 IS NULL', false],
    ["'50%' LIKE '50!%' ESCAPE '!'", true],
    ['1 IN (3, 2, 1)', true],
    ["CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END", 'b'],
    ["CASE 3 WHEN 3 THEN 'three' END", 'three'],
    ['9223372036854775807', 9223372036854775807n],
  ])('%s', (expression, value) => {
    expect(evaluated(expression)).toStrictEqual(value);
  });

  test('the ternary of ClickHouse', () => {
    expect(evaluated('1 > 2 ? 10 : 20', 'clickhouse')).toBe(20n);
  });
});

describe('literals and quoting differ by dialect', () => {
  test.each([
    ['standard', "'it''s'", "it's"],
    ['standard', "'a\\n'", 'a\\n'],
    ['standard', "E'a\\n'", 'a\n'],
    ['standard', "$tag$ it's $tag$", " it's "],
    ['clickhouse', "'a\\n'", 'a\n'],
    ['clickhouse', "'it\\'s'", "it's"],
    ['druid', "U&'caf\\00e9'", 'café'],
  ] as const)('%s %s', (dialect, text, value) => {
    expect(evaluated(text, dialect)).toBe(value);
  });

  test('comments are skipped', () => {
    expect(evaluated('1 -- one\n + /* and */ 1')).toBe(2n);
  });

  test('parameters of every spelling', () => {
    expect(evaluated('? + ?', 'standard', [40, 2])).toBe(42n);
    expect(evaluated('$2', 'standard', ['a', 'b'])).toBe('b');
    expect(evaluated(':name', 'standard', { name: 'x' })).toBe('x');
    expect(evaluated('{n:UInt8} + 1', 'clickhouse', { n: '41' })).toBe(42n);
    expect(errorOf('SELECT ?').name).toBe('UNKNOWN_QUERY_PARAMETER');
  });
});

describe('syntax errors say where, what and what instead', () => {
  test.each([
    ['SELCT 1', 1, 1, 'Did you mean SELECT'],
    ['SELECT 1\nFROM wiki WHER added', 2, 16, 'Did you mean WHERE'],
    ['SELECT (1', 1, 10, 'Expected'],
    ["SELECT 'abc", 1, 8, 'never closed'],
    ['SELECT `a`', 1, 8, 'double quotes'],
    ['', 1, 1, 'empty'],
    ['SELECT 1; SELECT 2', 1, 11, 'SELECT'],
    ['SELECT 12abc', 1, 8, 'number runs into a word'],
  ])('%s', (text, line, column, part) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ name: 'SYNTAX_ERROR', line, column });
    expect(error.text).toContain(part);
    expect(error.text).not.toMatch(/[?!.]\./);
  });
});

describe('what is known but not done is refused', () => {
  test.each([
    'BEGIN',
    'COMMIT',
    'ALTER TABLE wiki ADD CONSTRAINT c UNIQUE (x)',
    'CREATE TABLE t (a INTEGER PRIMARY KEY)',
    'CREATE TABLE t (a INTEGER, PRIMARY KEY (a))',
    'CREATE MATERIALIZED VIEW v AS SELECT 1',
    'SELECT added FROM wiki GROUP BY added WITH TOTALS',
    'CREATE TABLE t (a TIME WITH TIME ZONE)',
    'CREATE TABLE t (a TIMETZ)',
  ])('%s', (text) => {
    expect(errorOf(text).name).toBe('NOT_IMPLEMENTED');
  });
});

describe('nesting is bounded before anything recurses', () => {
  const nested: Record<string, (n: number) => string> = {
    parentheses: (n) => `SELECT ${'('.repeat(n)}1${')'.repeat(n)}`,
    sums: (n) => `SELECT ${'1+'.repeat(n)}1`,
    calls: (n) => `SELECT ${'abs('.repeat(n)}1${')'.repeat(n)}`,
    cases: (n) => `SELECT ${'CASE WHEN flag THEN '.repeat(n)}1${' END'.repeat(n)} FROM wiki`,
    subqueries: (n) => `SELECT * FROM ${'(SELECT * FROM '.repeat(n)}wiki${')'.repeat(n)}`,
  };
  test.each(Object.entries(nested))('%s', (_, make) => {
    expect(bound(make(380)).kind).toBe('query');
    expect(errorOf(make(5000)).name).toBe('TOO_DEEP');
  });

  test('long AND and OR chains are flat', () => {
    const text = `SELECT * FROM wiki WHERE ${Array.from({ length: 3000 }, (_, i) => `added <> ${i}`).join(' AND ')}`;
    expect(bound(text).kind).toBe('query');
  });
});

describe('splitInsert', () => {
  test('parts the data from the statement', () => {
    const text = 'INSERT INTO "my t" (a, "b") SETTINGS x = 1 FORMAT JSONEachRow\n{"a": 1}';
    const split = splitInsert(text, 'clickhouse');
    expect(split?.format).toBe('JSONEachRow');
    expect(text.slice(split?.dataStart)).toBe('{"a": 1}');
    expect(split?.statement.endsWith('FORMAT JSONEachRow')).toBe(true);
  });

  test.each(['* EXCEPT (a, b)', '* EXCEPT a', '* EXCEPT("a")'])('steps over the columns (%s)', (columns) => {
    const text = `INSERT INTO t (${columns}) FORMAT CSV 1,2`;
    const split = splitInsert(text, 'clickhouse');
    expect(text.slice(split?.dataStart)).toBe('1,2');
  });

  test.each(["null('a Int8, b String')", "remote('h', db.t)(a)"])('steps over a function (%s)', (called) => {
    const text = `INSERT INTO FUNCTION ${called} FORMAT CSV 1,2`;
    const split = splitInsert(text, 'clickhouse');
    expect(text.slice(split?.dataStart)).toBe('1,2');
    expect(splitInsert('INSERT INTO function (a) FORMAT CSV 1', 'clickhouse')?.format).toBe('CSV');
  });

  test('a query of input has its data behind it, another one has none', () => {
    const text =
      "INSERT INTO t SELECT upper(b) FROM input('a Int8, b String') -- FORMAT x\nWHERE (a) > 1 FORMAT CSV 1,x";
    const split = splitInsert(text, 'clickhouse');
    expect(text.slice(split?.dataStart)).toBe('1,x');
    expect(splitInsert('INSERT INTO t SELECT input FROM u FORMAT CSV', 'clickhouse')).toBe(undefined);
    expect(splitInsert("INSERT INTO t SELECT 'input(' FROM u FORMAT CSV", 'clickhouse')).toBe(undefined);
    expect(splitInsert('INSERT INTO t FORMAT Values (1)', 'clickhouse')).toBe(undefined);
  });

  test('data that looks like SQL stays data', () => {
    const text = "/* load */ insert into t format CSV 1,'FORMAT x'";
    const split = splitInsert(text, 'clickhouse');
    expect(text.slice(split?.dataStart)).toBe("1,'FORMAT x'");
  });

  test('other statements are left alone', () => {
    expect(splitInsert('SELECT 1 FORMAT JSON', 'clickhouse')).toBeUndefined();
    expect(splitInsert('INSERT INTO t VALUES (1)', 'clickhouse')).toBeUndefined();
    expect(splitInsert('INSERT INTO t SELECT 1 FORMAT JSON', 'clickhouse')).toBeUndefined();
  });
});
