import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../engine/function/index.ts';
import { timeZone } from '../../engine/function/time-zone.ts';
import { column, literal } from '../../engine/plan/expr.ts';
import { planText } from '../../engine/plan/text.ts';
import { multiText } from '../../engine/type/multi.ts';
import { decimal, FLOAT64, INT64 } from '../../engine/type/type.ts';
import type { Dialect } from '../../sql/index.ts';
import { bound, errorOf, evaluated, planOf } from './session.ts';

const fieldOf = (text: string, dialect: Dialect) => planOf(text, dialect).schema[0];

const ms = (text: string): bigint => BigInt(Date.parse(`${text}Z`));

describe('scalar functions', () => {
  test.each([
    ['standard', 'round(2.5)', 3],
    ['standard', 'round(-2.5)', -3],
    ['standard', 'round(1.005, 2)', 1.01],
    ['clickhouse', 'round(2.5)', 2],
    ['standard', '7 % -3', 1n],
    ['standard', '7 % 0', null],
    ['standard', '1 / 0', Number.POSITIVE_INFINITY],
    ['druid', '7 / 2', 3n],
    ['clickhouse', 'intDiv(-7, 2)', -3n],
    ['clickhouse', 'toUInt8(300)', 44n],
    ['clickhouse', "toInt32OrZero('x')", 0n],
    ['clickhouse', "toInt32OrNull('x')", null],
    ['standard', "length('häß')", 3n],
    ['clickhouse', "length('häß')", 5n],
    ['standard', "substring('basalt', 3)", 'salt'],
    ['standard', "substring('basalt', -4)", 'salt'],
    ['druid', "SUBSTRING('basalt', 1, 2)", 'ba'],
    ['standard', "substring('basalt' FROM 2 FOR 3)", 'asa'],
    ['standard', "trim(BOTH 'x' FROM 'xxaxx')", 'a'],
    ['standard', "position('salt' IN 'basalt')", 3n],
    ['standard', "concat('a', NULL, 'b')", 'ab'],
    ['standard', "'a' || NULL", null],
    ['standard', "lpad('7', 3, '0')", '007'],
    ['standard', "regexp_extract('a12b', '([0-9])([0-9])', 2)", '2'],
    ['clickhouse', "match('basalt', '^b.*t$')", 1n],
    ['clickhouse', "replaceRegexpAll('a1b2', '[0-9]', '<\\\\0>')", 'a<1>b<2>'],
    ['standard', "regexp_like('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a+)+$')", false],
    ['standard', "'a_b' LIKE 'a\\_b'", false],
    ['clickhouse', "'a_b' LIKE 'a\\_b'", 1n],
    ['standard', 'coalesce(NULL, NULL, 3)', 3n],
    ['standard', 'nullif(1, 1)', null],
    ['standard', 'greatest(1, NULL, 3)', 3n],
    ['clickhouse', 'greatest(1, NULL, 3)', 3n],
    ['clickhouse', "multiIf(1 > 2, 'a', 2 > 1, 'b', 'c')", 'b'],
    ['standard', 'CAST(2.5 AS INTEGER)', 2n],
    ['standard', 'CAST(3.5 AS INTEGER)', 4n],
    ['standard', "TRY_CAST('x' AS INTEGER)", null],
    ['druid', "CAST('x' AS BIGINT)", null],
    ['standard', 'NULL IN (1)', null],
    ['standard', '1 NOT IN (2, NULL)', null],
    ['clickhouse', '1 NOT IN (2, NULL)', 1n],
    ['standard', 'NULL AND false', false],
    ['clickhouse', '18446744073709551615 > -1', 1n],
    ['standard', 'CASE WHEN 1 = 1 THEN 0 ELSE 1 // 0 END', 0n],
  ] as const)('%s: %s', (dialect, expression, value) => {
    expect(evaluated(expression, dialect)).toStrictEqual(value);
  });

  test('an error names its place', () => {
    expect(errorOf("SELECT 1 + 1, CAST('x' AS DATE) + lower(1)")).toMatchObject({
      name: 'ILLEGAL_TYPE_OF_ARGUMENT',
      column: 35,
    });
    expect(() => evaluated('9223372036854775807 + 1')).toThrow(/does not fit/);
    expect(() => evaluated('intDiv(1, 0)', 'clickhouse')).toThrow(/Division by zero/);
  });
});

describe('time', () => {
  const T = "TIMESTAMP '2024-05-06 07:38:09'";
  const C = "toDateTime64('2024-05-06 07:38:09', 3, 'UTC')";
  test.each([
    ['druid', `TIME_FLOOR(${T}, 'PT15M')`, ms('2024-05-06T07:30:00')],
    ['druid', `TIME_FLOOR(${T}, 'P1W')`, ms('2024-05-06T00:00:00')],
    ['druid', `TIME_FLOOR(${T}, 'P3M')`, ms('2024-04-01T00:00:00')],
    ['druid', `TIME_FLOOR(${T}, 'P1D', NULL, 'America/New_York')`, ms('2024-05-06T04:00:00')],
    ['druid', `TIME_CEIL(${T}, 'PT1H')`, ms('2024-05-06T08:00:00')],
    ['druid', "TIME_SHIFT(TIMESTAMP '2024-01-31 10:00:00', 'P1M', 1)", ms('2024-02-29T10:00:00')],
    ['druid', `TIME_EXTRACT(${T}, 'DOW')`, 1n],
    ['druid', `FLOOR(${T} TO MONTH)`, ms('2024-05-01T00:00:00')],
    ['druid', `TIME_FORMAT(${T}, 'yyyy-MM-dd''T''HH')`, '2024-05-06T07'],
    ['druid', "TIME_PARSE('06/05/2024', 'dd/MM/yyyy')", ms('2024-05-06T00:00:00')],
    ['druid', "TIME_PARSE('no', 'dd/MM/yyyy')", null],
    ['druid', `TIMESTAMPADD(HOUR, 2, ${T})`, ms('2024-05-06T09:38:09')],
    ['druid', `TIMESTAMPDIFF(HOUR, TIMESTAMP '2024-05-06 05:39:00', ${T})`, 1n],
    ['druid', `${T} - INTERVAL '1' DAY`, ms('2024-05-05T07:38:09')],
    ['standard', "extract(dow FROM DATE '2024-05-05')", 0n],
    ['standard', "DATE '2024-03-01' - DATE '2024-02-01'", 29n],
    ['standard', "date_diff('month', DATE '2024-01-31', DATE '2024-02-01')", 1n],
    ['standard', "strftime(TIMESTAMP '2024-05-06 07:38:09', '%Y-%m %H:%M')", '2024-05 07:38'],
    ['clickhouse', `toString(toStartOfFiveMinutes(${C}))`, '2024-05-06 07:35:00'],
    ['clickhouse', `toString(toStartOfWeek(${C}))`, '2024-05-05'],
    ['clickhouse', `toString(toMonday(${C}))`, '2024-05-06'],
    ['clickhouse', `toString(toStartOfInterval(${C}, INTERVAL 20 minute))`, '2024-05-06 07:20:00'],
    ['clickhouse', `toYYYYMMDD(${C})`, 20240506n],
    ['clickhouse', `formatDateTime(${C}, '%Y/%m/%d %H:%i')`, '2024/05/06 07:38'],
    ['clickhouse', "toString(addMonths(toDate('2024-01-31'), 1))", '2024-02-29'],
    ['clickhouse', `toString(toTimeZone(${C}, 'Asia/Tokyo'))`, '2024-05-06 16:38:09.000'],
    [
      'clickhouse',
      "toString(addMonths(toDateTime64('2024-01-31 00:00:00.123456789', 9, 'UTC'), 1))",
      '2024-02-29 00:00:00.123456789',
    ],
    [
      'clickhouse',
      "toString(addNanoseconds(toDateTime64('2024-01-31 00:00:00', 9, 'UTC'), 7))",
      '2024-01-31 00:00:00.000000007',
    ],
    [
      'clickhouse',
      "dateDiff('hour', toDateTime('2024-01-01 00:59:00'), toDateTime('2024-01-01 02:00:00'))",
      2n,
    ],
  ] as const)('%s: %s', (dialect, expression, value) => {
    expect(evaluated(expression, dialect)).toStrictEqual(value);
  });

  test('the statement has one moment', () => {
    expect(evaluated('now() = now()')).toBe(true);
    expect(evaluated('toString(now())', 'clickhouse')).toBe('2024-05-06 07:08:09');
    expect(evaluated('CURRENT_TIMESTAMP', 'druid')).toBe(ms('2024-05-06T07:08:09'));
  });

  test("zones agree with the runtime's own data", () => {
    for (const name of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']) {
      const zone = timeZone(name);
      const format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        hour: '2-digit',
        minute: '2-digit',
      });
      for (let year = 1950; year < 2100; year += 7) {
        const at = Date.UTC(year, year % 12, 1 + (year % 28), 5, 30);
        const local = new Date(zone.toLocal(at / 1000) * 1000).toISOString().slice(11, 16);
        expect(`${name} ${year} ${local}`).toBe(`${name} ${year} ${format.format(at)}`);
      }
    }
  });
});

describe('the function table', () => {
  const rows = FUNCTIONS.map((row) => [row.syntax, row] as const);
  test('scalar examples give the result they show', () => {
    const constant = FUNCTIONS.filter((row) => row.kind === 'scalar' && row.draws !== true);
    const wrong = constant.flatMap((row) => {
      const dialect = Object.keys(row.names)[0] as Dialect;
      // Aggregates of arrays, and what is no constant, are the executor's alone; example.test.ts runs them.
      if (/^SELECT .* FROM /.test(row.example.sql) && row.written !== undefined) return [];
      if (
        /array_reduce_|throw_if|keyed_/.test(
          planText(planOf(row.example.sql, dialect), { rows: () => undefined }).join(''),
        )
      )
        return [];
      const value = evaluated(row.example.sql.replace(/^SELECT /, ''), dialect);
      const { type } = fieldOf(row.example.sql, dialect);
      // Dates and timestamps are shown by the doors, each in its own way.
      if (type.id === 'timestamp' || type.id === 'date') return [];
      const shown =
        value === null
          ? 'null'
          : type.id === 'float64' && Number.isInteger(value)
            ? `${value}.0`
            : type.id === 'multi'
              ? multiText(String(value))
              : String(value);
      return shown === row.example.result || shown === `${row.example.result}.0`
        ? []
        : [`${row.example.sql}: ${shown}, not ${row.example.result}`];
    });
    expect(wrong).toEqual([]);
  });

  test.each(rows)('%s has an example that binds', (_, row) => {
    const dialect = Object.keys(row.names)[0] as Dialect;
    expect(row.doc).toMatch(/\.$/);
    expect(bound(row.example.sql, dialect).kind).toBe('query');
  });
});

describe('states of decimals that were made before these had aggregates of their own', () => {
  const context = { dialect: 'clickhouse', timeZone: 'UTC', nowMs: literal(0n, INT64) } as const;
  test.each([
    ['sum', 'sum_checked_i64', decimal(18, 2), 'merge_sum_checked_i64'],
    ['avg', 'avg_f64', FLOAT64, 'merge_avg_f64'],
    ['median', 'quantile_f64', FLOAT64, 'merge_quantile_f64'],
    ['sum', 'sum_wide_i64', decimal(38, 2), 'merge_sum_wide_i64'],
    ['median', 'quantile_units_i64', decimal(18, 2), 'merge_quantile_units_i64'],
  ])('%s of %s', (name, fn, result, merge) => {
    const state = { name, parameters: [], args: [decimal(18, 2)], fn, params: [], result };
    const row = FUNCTIONS.find(({ names }) => names.clickhouse?.includes(`${name}Merge`));
    const found = row?.resolve([{ type: { id: 'state', nullable: false, state } }], context);
    expect(found?.fn).toBe(merge);
    const last = name === 'sum' ? decimal(38, 2) : result;
    const value = column(0, found?.fn === undefined ? result : found.type);
    expect((found?.fn === undefined ? undefined : found.finish)?.(value).type ?? result).toEqual(last);
  });

  test('are no states of other aggregates', () => {
    const state = { name: 'sum', parameters: [], args: [INT64], fn: 'avg_f64', params: [], result: FLOAT64 };
    const row = FUNCTIONS.find(({ names }) => names.clickhouse?.includes('sumMerge'));
    expect(() => row?.resolve([{ type: { id: 'state', nullable: false, state } }], context)).toThrow(/sum/);
  });
});
