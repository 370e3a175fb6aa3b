/**
 * Random queries over one table, from a seed: the same text in the words of standard SQL and of ClickHouse.
 *
 * Only what both systems define is generated: integer arithmetic stays small enough not to overflow, floats are halves
 * so that sums are exact in any order, results without a total order are compared as bags.
 */

import type { Random } from '../../engine/base/random.ts';

export type Target = 'standard' | 'clickhouse';
type Kind = 'int' | 'float' | 'text' | 'bool' | 'time';

/** A piece of SQL in both dialects. */
type Sql = Readonly<Record<Target, string>>;

export type GeneratedQuery = { readonly sql: Sql };

export const COLUMNS: readonly {
  readonly name: string;
  readonly kind: Kind;
  readonly standard: string;
  readonly clickhouse: string;
}[] = [
  { name: 'id', kind: 'int', standard: 'INTEGER', clickhouse: 'Int32' },
  { name: 'i', kind: 'int', standard: 'INTEGER', clickhouse: 'Nullable(Int32)' },
  { name: 'j', kind: 'int', standard: 'BIGINT', clickhouse: 'Nullable(Int64)' },
  { name: 'd', kind: 'float', standard: 'DOUBLE', clickhouse: 'Nullable(Float64)' },
  { name: 's', kind: 'text', standard: 'VARCHAR', clickhouse: 'Nullable(String)' },
  { name: 'u', kind: 'text', standard: 'VARCHAR', clickhouse: 'Nullable(String)' },
  { name: 'b', kind: 'bool', standard: 'BOOLEAN', clickhouse: 'Nullable(Bool)' },
  { name: 'ts', kind: 'time', standard: 'TIMESTAMP', clickhouse: "Nullable(DateTime64(3, 'UTC'))" },
];

const WORDS = ['', 'a', 'b', 'ab', 'abc', 'Basalt', 'zebra', 'été', "it's", 'x_y', '50%', 'A'];
const START_MS = Date.UTC(2026, 0, 1);

/** Rows as JavaScript values, in the order of COLUMNS. */
export function randomRows(random: Random, count: number): unknown[][] {
  const maybe = <T>(value: T): T | null => (random.below(6) === 0 ? null : value);
  return Array.from({ length: count }, (_, id) => [
    id,
    maybe(random.below(40) - 20),
    maybe((random.below(2000) - 1000) * 1000003),
    maybe((random.below(400) - 200) / 2),
    maybe(WORDS[random.below(WORDS.length)]),
    maybe(`${WORDS[random.below(WORDS.length)]}-${random.below(100000)}`),
    maybe(random.below(2) === 1),
    maybe(new Date(START_MS + random.below(100 * 86400) * 1000 + random.below(1000))),
  ]);
}

export class QueryGenerator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  query(): GeneratedQuery {
    const filter = this.#below(3) === 0 ? null : this.#expression('bool', 3);
    const where: Sql = filter === null ? both('') : map(filter, (f) => ` WHERE ${f}`);
    return { sql: this.#below(2) === 0 ? this.#plain(where) : this.#grouped(where) };
  }

  #plain(where: Sql): Sql {
    const exprs = Array.from({ length: 1 + this.#below(4) }, () => this.#expression(this.#kind(), 3));
    const distinct = this.#below(5) === 0 ? 'DISTINCT ' : '';
    const order =
      this.#below(3) === 0 && distinct === ''
        ? ` ORDER BY id${this.#pick([' DESC', ''])} LIMIT ${1 + this.#below(20)} OFFSET ${this.#below(5)}`
        : '';
    return sql`SELECT ${both(distinct)}${list(exprs)} FROM t${where}${both(order)}`;
  }

  #grouped(where: Sql): Sql {
    const keys = Array.from({ length: this.#below(3) }, () => this.#expression(this.#kind(), 2));
    const aggregates = Array.from({ length: 1 + this.#below(3) }, () => this.#aggregate());
    const having = this.#below(4) === 0 ? both(` HAVING count(*) > ${this.#below(4)}`) : both('');
    if (keys.length === 0) return sql`SELECT ${list(aggregates)} FROM t${where}${having}`;
    return sql`SELECT ${list([...keys, ...aggregates])} FROM t${where} GROUP BY ${list(keys)}${having}`;
  }

  #aggregate(): Sql {
    switch (this.#below(7)) {
      case 0:
        return both('count(*)');
      case 1:
        return sql`count(${this.#expression(this.#kind(), 2)})`;
      case 2:
        return sql`sum(${this.#expression(this.#pick(['int', 'float'] as const), 1)})`;
      case 3:
        return sql`min(${this.#expression(this.#pick(['int', 'float', 'text', 'time'] as const), 2)})`;
      case 4:
        return sql`max(${this.#expression(this.#pick(['int', 'float', 'text', 'time'] as const), 2)})`;
      case 5:
        return sql`count(DISTINCT ${this.#expression(this.#kind(), 1)})`;
      default:
        return sql`avg(${this.#expression(this.#pick(['int', 'float'] as const), 1)})`;
    }
  }

  #expression(kind: Kind, depth: number): Sql {
    if (depth === 0 || this.#below(4) === 0) return this.#leaf(kind);
    const next = depth - 1;
    const e = (k: Kind): Sql => this.#expression(k, next);
    if (this.#below(6) === 0) return sql`CASE WHEN ${e('bool')} THEN ${e(kind)} ELSE ${e(kind)} END`;
    if (this.#below(8) === 0) return sql`coalesce(${e(kind)}, ${this.#literal(kind)})`;
    switch (kind) {
      case 'int':
        return this.#pick([
          () => sql`(${e('int')} + ${e('int')})`,
          () => sql`(${e('int')} - ${e('int')})`,
          () => sql`(${this.#leaf('int')} * ${this.#smallLiteral()})`,
          () => sql`(-${this.#leaf('int')})`,
          () => sql`abs(${e('int')})`,
          () =>
            both2(`length(${this.#text(next).standard})`, () => `lengthUTF8(${this.#lastText.clickhouse})`),
        ])();
      case 'float':
        return this.#pick([
          () => sql`(${e('float')} + ${e('float')})`,
          () => sql`(${e('float')} - ${this.#leaf('int')})`,
          () => sql`(${this.#leaf('float')} * 2)`,
          () => sql`abs(${e('float')})`,
          () => sql`floor(${e('float')})`,
          () => sql`ceil(${e('float')})`,
        ])();
      case 'text':
        return this.#pick([
          () => sql`lower(${this.#asciiText()})`,
          () => sql`upper(${this.#asciiText()})`,
          () => sql`concat(${e('text')}, ${this.#literal('text')})`,
          () =>
            map2(
              e('text'),
              (t) => `substring(${t}, ${1 + this.#below(3)}, ${this.#below(4)})`,
              'substringUTF8',
            ),
          () => sql`replace(${e('text')}, 'a', 'zz')`,
          () => sql`trim(${e('text')})`,
        ])();
      case 'bool':
        return this.#predicate(next);
      case 'time': {
        const unit = this.#pick(['hour', 'day', 'month', 'year'] as const);
        const t = this.#leafColumn('time');
        return {
          standard: `date_trunc('${unit}', ${t.standard})`,
          clickhouse: `date_trunc('${unit}', ${t.clickhouse})`,
        };
      }
    }
  }

  #predicate(next: number): Sql {
    const e = (k: Kind): Sql => this.#expression(k, next);
    const kind = this.#pick(['int', 'float', 'text', 'time'] as const);
    return this.#pick([
      () =>
        sql`(${e(kind)} ${both(this.#pick(['=', '<>', '<', '<=', '>', '>=']))} ${this.#below(2) === 0 ? e(kind) : this.#literal(kind)})`,
      () => sql`(${e('bool')} AND ${e('bool')})`,
      () => sql`(${e('bool')} OR ${e('bool')})`,
      () => sql`(NOT ${e('bool')})`,
      () => sql`(${e(this.#kind())} IS ${both(this.#pick(['', 'NOT ']))}NULL)`,
      () => sql`(${e('int')} BETWEEN ${this.#literal('int')} AND ${this.#literal('int')})`,
      () =>
        sql`(${e('int')} ${both(this.#pick(['', 'NOT ']))}IN (${this.#literal('int')}, ${this.#literal('int')}, ${this.#literal('int')}))`,
      () => sql`(${e('text')} IN (${this.#literal('text')}, ${this.#literal('text')}))`,
      () =>
        sql`(${e('text')} ${both(this.#pick(['', 'NOT ']))}LIKE ${both(`'${this.#pick(['%a%', 'a%', '%b', '_b%', '%', 'B_salt', '%é%', ''])}'`)})`,
    ])();
  }

  #lastText: Sql = both("''");
  #text(depth: number): Sql {
    this.#lastText = this.#expression('text', depth);
    return this.#lastText;
  }

  /** Text whose case both systems map alike. */
  #asciiText(): Sql {
    return this.#pick([both("'AbC'"), sql`replace(${this.#leafColumn('text')}, 'é', 'e')`]);
  }

  #leaf(kind: Kind): Sql {
    return this.#below(4) === 0 ? this.#literal(kind) : this.#leafColumn(kind);
  }

  #leafColumn(kind: Kind): Sql {
    return both(this.#pick(COLUMNS.filter((c) => c.kind === kind)).name);
  }

  #smallLiteral(): Sql {
    return both(String(this.#below(9) - 4));
  }

  #literal(kind: Kind): Sql {
    switch (kind) {
      case 'int':
        return both(String(this.#below(60) - 30));
      case 'float': {
        const text = ((this.#below(200) - 100) / 2).toFixed(1);
        // DuckDB reads 1.5 as a decimal.
        return { standard: `CAST(${text} AS DOUBLE)`, clickhouse: text };
      }
      case 'text':
        return both(`'${this.#pick(WORDS).replaceAll("'", "''")}'`);
      case 'bool':
        return both(this.#pick(['true', 'false']));
      case 'time': {
        const text = new Date(START_MS + this.#below(100) * 86400000)
          .toISOString()
          .slice(0, 19)
          .replace('T', ' ');
        return { standard: `TIMESTAMP '${text}'`, clickhouse: `toDateTime64('${text}', 3, 'UTC')` };
      }
    }
  }

  #kind(): Kind {
    return this.#pick(['int', 'float', 'text', 'bool', 'time'] as const);
  }

  #below(n: number): number {
    return this.#random.below(n);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)];
  }
}

const both = (text: string): Sql => ({ standard: text, clickhouse: text });
const both2 = (standard: string, clickhouse: () => string): Sql => ({ standard, clickhouse: clickhouse() });
const map = (s: Sql, f: (text: string) => string): Sql => ({
  standard: f(s.standard),
  clickhouse: f(s.clickhouse),
});
/** A function that ClickHouse calls otherwise when it means characters. */
const map2 = (s: Sql, f: (text: string) => string, clickhouseName: string): Sql => {
  const standard = f(s.standard);
  const name = standard.slice(0, standard.indexOf('('));
  const tail = standard.slice(name.length + 1 + s.standard.length);
  return { standard, clickhouse: `${clickhouseName}(${s.clickhouse}${tail}` };
};
const list = (items: readonly Sql[]): Sql => ({
  standard: items.map((s) => s.standard).join(', '),
  clickhouse: items.map((s) => s.clickhouse).join(', '),
});

function sql(strings: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  const join = (target: Target): string =>
    strings.reduce((text, s, i) => text + s + (parts[i]?.[target] ?? ''), '');
  return { standard: join('standard'), clickhouse: join('clickhouse') };
}
