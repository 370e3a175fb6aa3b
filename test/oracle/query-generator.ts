/**
 * Random queries over one table, from a seed: the same text in the words of standard SQL and of ClickHouse.
 *
 * Only what both systems define is generated: integer arithmetic stays small enough not to overflow, floats are halves
 * so that sums are exact in any order. Results without a total order are compared as bags, the others row by row.
 */

import type { Random } from '../../engine/base/random.ts';
import { AGGREGATES, EXPRESSIONS, type ExpressionRow, type Kind, type Parameter } from './function-table.ts';

export type Target = 'standard' | 'clickhouse';

/** A piece of SQL in both dialects. */
type Sql = Readonly<Record<Target, string>>;

/** `ordered`: the order of the rows is part of the answer. */
export type GeneratedQuery = { readonly sql: Sql; readonly ordered: boolean };

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
  { name: 'dt', kind: 'date', standard: 'DATE', clickhouse: 'Nullable(Date)' },
  { name: 'h', kind: 'wide', standard: 'HUGEINT', clickhouse: 'Nullable(Int128)' },
  { name: 'l', kind: 'span', standard: 'INTERVAL', clickhouse: 'Nullable(IntervalHour)' },
  { name: 'c', kind: 'clock', standard: 'TIME', clickhouse: 'Nullable(Time64(3))' },
];

const KINDS: readonly Kind[] = ['int', 'wide', 'float', 'text', 'bool', 'time', 'date', 'span', 'clock'];
const WORDS = ['', 'a', 'b', 'ab', 'abc', 'Basalt', 'zebra', 'été', "it's", 'x_y', '50%', 'A'];
const ASCII_WORDS = WORDS.filter((w) => !w.includes('é'));
const PATTERNS = ['%a%', 'a%', '%b', '_b%', 'B_salt', '%', '', 'ab', '%é%', 'x\\_y', '%0\\%%'];
const START_MS = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

/** Some of up to 100 bits, some small. */
const wideNumber = (random: Random): bigint =>
  BigInt(random.below(40) - 20) * (random.below(3) === 0 ? 1n : 37n ** 18n);

/** Rows as JavaScript values, in the order of COLUMNS; dates and times of day are their texts, a span is its hours. */
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
    maybe(new Date(START_MS + random.below(100) * DAY_MS).toISOString().slice(0, 10)),
    maybe(wideNumber(random)),
    maybe(random.below(400) - 200),
    maybe(new Date(random.below(DAY_MS)).toISOString().slice(11, 23)),
  ]);
}

/** Columns in reach. `id` is the one that numbers the rows; null where nothing does. */
type Scope = {
  readonly columns: readonly { readonly name: string; readonly kind: Kind }[];
  readonly id: string | null;
};

const TABLE: Scope = { columns: COLUMNS, id: 'id' };

/** FROM and what it brings into reach. */
type Source = { readonly from: Sql; readonly scope: Scope };

export class QueryGenerator {
  readonly #random: Random;
  #scope: Scope = TABLE;

  constructor(random: Random) {
    this.#random = random;
  }

  query(): GeneratedQuery {
    const source = this.#source();
    this.#scope = source.scope;
    const where = this.#where();
    switch (this.#below(7)) {
      case 0:
      case 1:
        return this.#plain(source, where);
      case 2:
        return this.#total(source, where);
      case 3:
        return this.#union(source, where);
      default:
        return this.#grouped(source, where);
    }
  }

  /** A source, a condition over its rows, and what two of its columns are grouped and added up by. */
  filtered(): { readonly from: Sql; readonly condition: Sql; readonly key: Sql; readonly number: Sql } {
    const { from, scope } = this.#source();
    this.#scope = scope;
    const condition = this.#expression('bool', 4);
    return { from, condition, key: this.#key(this.#kind()), number: this.#leafColumn('int') ?? both('1') };
  }

  /** Over the columns of the table. */
  value(): { readonly kind: Kind; readonly value: Sql } {
    this.#scope = TABLE;
    const kind = this.#kind();
    return { kind, value: this.#expression(kind, 4) };
  }

  #source(): Source {
    switch (this.#below(8)) {
      case 0:
        return this.#subquery();
      case 1:
        return this.#groupedSubquery();
      case 2:
        return this.#join();
      default:
        return { from: both('t'), scope: TABLE };
    }
  }

  #subquery(): Source {
    this.#scope = TABLE;
    const items = Array.from({ length: 1 + this.#below(4) }, (_, n) => {
      const kind = this.#kind();
      return { name: `x${n}`, kind, value: this.#expression(kind, 2) };
    });
    const list = commas([both('id'), ...items.map((item) => sql`${item.value} AS ${both(item.name)}`)]);
    const limit = this.#below(4) === 0 ? both(` ORDER BY id LIMIT ${50 + this.#below(100)}`) : both('');
    return {
      from: sql`(SELECT ${list} FROM t${this.#where()}${limit}) AS q`,
      scope: { columns: [{ name: 'id', kind: 'int' }, ...items], id: 'id' },
    };
  }

  #groupedSubquery(): Source {
    this.#scope = TABLE;
    const kind = this.#kind();
    const key = this.#key(kind);
    const from = sql`(SELECT ${key} AS k, count(*) AS n, sum(${this.#leaf('float')}) AS f, min(${this.#leaf('text')}) AS m FROM t${this.#where()} GROUP BY ${key}) AS q`;
    // An unsigned count does not go together with signed numbers in ClickHouse.
    return {
      from: {
        standard: from.standard,
        clickhouse: from.clickhouse.replace('count(*) AS n', 'toInt64(count()) AS n'),
      },
      scope: {
        columns: [
          { name: 'k', kind },
          { name: 'n', kind: 'int' },
          { name: 'f', kind: 'float' },
          { name: 'm', kind: 'text' },
        ],
        id: null,
      },
    };
  }

  #join(): Source {
    const kind = this.#pick(['JOIN', 'JOIN', 'LEFT JOIN']);
    const on = this.#pick([
      'a.id = b.id',
      `a.id = b.id + ${1 + this.#below(50)}`,
      'a.i = b.i AND a.id < b.id',
      'a.s = b.s AND a.i = b.i',
      'a.id = b.i',
      'a.dt = b.dt AND b.id > 100',
    ]);
    // ClickHouse knows residual conditions of LEFT JOIN only between keys.
    const simple = kind === 'LEFT JOIN' && /[<>]/.test(on) ? 'a.i = b.id' : on;
    const columns = ['a', 'b'].flatMap((side) =>
      COLUMNS.map((c) => ({ name: `${side}.${c.name}`, kind: c.kind })),
    );
    return { from: both(`t AS a ${kind} t AS b ON ${simple}`), scope: { columns, id: null } };
  }

  #where(): Sql {
    const conditions: Sql[] = [];
    if (this.#below(3) !== 0) conditions.push(this.#expression('bool', 3));
    if (this.#below(8) === 0) conditions.push(this.#membership());
    if (this.#below(6) === 0) conditions.push(this.#correlated());
    return conditions.length === 0 ? both('') : sql` WHERE ${joined(conditions, ' AND ')}`;
  }

  /** `x IN (SELECT ...)`, which stands as a condition of its own. */
  #membership(): Sql {
    const kind = this.#pick(['int', 'text'] as const);
    const outer = this.#leaf(kind);
    const scope = this.#scope;
    this.#scope = TABLE;
    const column = this.#leafColumn(kind) ?? this.#literal(kind);
    const inner = sql`SELECT ${column} FROM t WHERE ${this.#expression('bool', 2)}`;
    const never = sql`SELECT id FROM t WHERE ${this.#expression('bool', 2)}`;
    this.#scope = scope;
    return kind === 'int' && this.#below(3) === 0
      ? sql`${outer} NOT IN (${never})`
      : sql`${outer} IN (${inner})`;
  }

  /** A condition that asks a subquery which reads columns of the query around it. ClickHouse knows too few of those to compare. */
  #correlated(): Sql {
    const outer = this.#scope;
    // Names of their own, so that each column is of one side only.
    const inner = COLUMNS.map((c) => ({ name: `${c.name}_in`, kind: c.kind }));
    const renamed = COLUMNS.map((c) => `${c.name} AS ${c.name}_in`).join(', ');
    const from = both(`FROM (SELECT ${renamed} FROM t) AS r`);
    const kind = this.#pick(['int', 'text', 'date'] as const);
    const equal = sql`${both(this.#pick(inner.filter((c) => c.kind === kind)).name)} = ${this.#leaf(kind)}`;
    const value = this.#leaf('int');
    // A sum of floats is refused as an outer value: computed twice, it might not be the same.
    const readable = outer.columns.filter((c) => c.name !== 'f');
    this.#scope = { columns: [...inner, ...readable], id: null };
    const conditions = [
      ...(this.#below(4) === 0 ? [] : [equal]),
      ...(this.#below(2) === 0 ? [this.#expression('bool', 2)] : []),
    ];
    const where = conditions.length === 0 ? both('') : sql` WHERE ${joined(conditions, ' AND ')}`;
    const total = both(this.#pick(['count(*)', 'count(j_in)', 'max(i_in)', 'min(id_in) + 1', 'sum(i_in)']));
    this.#scope = outer;
    const exists = sql`EXISTS (SELECT 1 ${from}${where})`;
    const scalar = sql`(SELECT ${total} ${from}${where})`;
    const quantifier = both(this.#pick(['= ANY', '<> ALL', '< ANY', '>= ALL', 'IN', 'NOT IN']));
    const quantified = sql`${value} ${quantifier} (SELECT i_in ${from}${where})`;
    const asked = this.#pick([
      exists,
      sql`NOT ${exists}`,
      sql`${value} < ${scalar}`,
      sql`coalesce(${scalar}, 0) = 0`,
      quantified,
      sql`(${quantified}) IS NULL`,
      sql`(${exists} OR ${quantified})`,
    ]);
    return { ...asked, clickhouse: 'true' };
  }

  #plain(source: Source, where: Sql): GeneratedQuery {
    const items = Array.from({ length: 1 + this.#below(4) }, () => this.#expression(this.#kind(), 3));
    const distinct = this.#below(4) === 0;
    if (distinct) {
      const order = this.#below(2) === 0 ? this.#orderByAll(items.length) : both('');
      return {
        sql: sql`SELECT DISTINCT ${commas(items)} FROM ${source.from}${where}${order}`,
        ordered: order.standard !== '',
      };
    }
    const { id } = source.scope;
    if (id === null || this.#below(2) === 0)
      return { sql: sql`SELECT ${commas(items)} FROM ${source.from}${where}`, ordered: false };
    const first = this.#below(2) === 0 ? sql`${this.#key(this.#kind())}${this.#direction()}, ` : both('');
    const order = sql` ORDER BY ${first}${both(id)}${both(this.#pick([' DESC', '']))}${this.#limit()}`;
    return { sql: sql`SELECT ${commas(items)} FROM ${source.from}${where}${order}`, ordered: true };
  }

  #total(source: Source, where: Sql): GeneratedQuery {
    const items = Array.from({ length: 1 + this.#below(4) }, () => this.#aggregate());
    const having = this.#below(5) === 0 ? this.#having() : both('');
    return { sql: sql`SELECT ${commas(items)} FROM ${source.from}${where}${having}`, ordered: false };
  }

  #union(source: Source, where: Sql): GeneratedQuery {
    const kinds = Array.from({ length: 1 + this.#below(3) }, () => this.#kind());
    // Names of their own: chdb takes two columns of one name on one side for one column.
    const side = (): Sql =>
      commas(kinds.map((kind, i) => sql`${this.#expression(kind, 2)} AS ${both(`c${i}`)}`));
    const left = side();
    this.#scope = TABLE;
    const right = side();
    const quantifier = this.#pick([
      { standard: 'UNION ALL', clickhouse: 'UNION ALL' },
      { standard: 'UNION', clickhouse: 'UNION DISTINCT' },
      { standard: 'INTERSECT', clickhouse: 'INTERSECT DISTINCT' },
      { standard: 'EXCEPT', clickhouse: 'EXCEPT DISTINCT' },
    ]);
    return {
      sql: sql`SELECT ${left} FROM ${source.from}${where} ${quantifier} SELECT ${right} FROM t${this.#where()}`,
      ordered: false,
    };
  }

  #grouped(source: Source, where: Sql): GeneratedQuery {
    const keys = Array.from({ length: 1 + this.#below(2) }, () => this.#key(this.#kind()));
    const aggregates = Array.from({ length: 1 + this.#below(3) }, () => this.#aggregate());
    const having = this.#below(4) === 0 ? this.#having() : both('');
    const style = this.#below(3);
    const items = style === 1 ? keys.map((k, i) => sql`${k} AS k${both(String(i))}`) : keys;
    const groupBy =
      style === 0
        ? commas(keys)
        : both(keys.map((_, i) => (style === 1 ? `k${i}` : String(i + 1))).join(', '));
    const order = this.#below(2) === 0 ? this.#orderByAll(keys.length) : both('');
    return {
      sql: sql`SELECT ${commas([...items, ...aggregates])} FROM ${source.from}${where} GROUP BY ${groupBy}${having}${order}`,
      ordered: order.standard !== '',
    };
  }

  /** A total order over the first so many columns, which are different in every row. */
  #orderByAll(count: number): Sql {
    const keys = Array.from({ length: count }, (_, i) => sql`${both(String(i + 1))}${this.#direction()}`);
    return sql` ORDER BY ${commas(keys)}${this.#limit()}`;
  }

  #direction(): Sql {
    return both(`${this.#pick(['', ' DESC', ' ASC'])} NULLS ${this.#pick(['FIRST', 'LAST'])}`);
  }

  #limit(): Sql {
    return both(
      this.#pick([
        '',
        ` LIMIT ${1 + this.#below(20)}`,
        ` LIMIT ${1 + this.#below(20)} OFFSET ${this.#below(5)}`,
      ]),
    );
  }

  #having(): Sql {
    return this.#below(2) === 0
      ? both(` HAVING count(*) > ${this.#below(4)}`)
      : sql` HAVING max(${this.#leaf('float')}) > ${this.#literal('float')}`;
  }

  /** A grouping key: no bare literal, which would be a position. */
  #key(kind: Kind): Sql {
    for (let tries = 0; tries < 5; tries++) {
      const key = this.#expression(kind, 2);
      if (/[a-z]\w*\b/i.test(key.standard) && !LITERAL.test(key.standard)) return key;
    }
    return this.#leafColumn(kind) ?? sql`coalesce(${this.#expression(kind, 1)}, ${this.#literal(kind)})`;
  }

  #aggregate(): Sql {
    const { id } = this.#scope;
    const row = this.#pick(AGGREGATES.filter((a) => id !== null || !a.standard.includes('$id')));
    const filled = this.#fill(row, 2, id ?? '');
    if (this.#below(4) !== 0) return filled;
    const condition = this.#expression('bool', 1);
    const filtered = sql`${filled} FILTER (WHERE ${condition})`;
    const combined = withIf(filled.clickhouse, condition.clickhouse);
    return combined === undefined || this.#below(2) === 0 ? filtered : { ...filtered, clickhouse: combined };
  }

  #expression(kind: Kind, depth: number): Sql {
    if (depth === 0 || this.#below(4) === 0) return this.#leaf(kind);
    const next = depth - 1;
    const e = (k: Kind): Sql => this.#expression(k, next);
    if (this.#below(9) === 0) return sql`CASE WHEN ${e('bool')} THEN ${e(kind)} ELSE ${e(kind)} END`;
    if (this.#below(20) === 0)
      return sql`CASE ${e('int')} WHEN ${this.#literal('int')} THEN ${e(kind)} WHEN ${this.#literal('int')} THEN ${e(kind)} END`;
    if (this.#below(9) === 0) return sql`coalesce(${e(kind)}, ${this.#literal(kind)})`;
    return this.#fill(this.#pick(EXPRESSIONS[kind]), next, '');
  }

  #fill(row: ExpressionRow, depth: number, id: string): Sql {
    const args = row.args.map((p) => this.#argument(p, depth));
    const put = (text: string, target: Target): string =>
      text.replace(/\$(\d|id)/g, (_, n: string) => (n === 'id' ? id : args[Number(n) - 1][target]));
    return {
      standard: put(row.standard, 'standard'),
      clickhouse: put(row.clickhouse ?? row.standard, 'clickhouse'),
    };
  }

  #argument(parameter: Parameter, depth: number): Sql {
    if (parameter.startsWith('leaf ')) return this.#leaf(parameter.slice(5) as Kind);
    if (parameter.startsWith('literal ')) return this.#literal(parameter.slice(8) as Kind);
    switch (parameter) {
      case 'small':
        return both(String(this.#below(9) - 4));
      case 'count':
        return both(String(1 + this.#below(4)));
      case 'ascii':
        return this.#below(2) === 0
          ? both(quote(this.#pick(ASCII_WORDS)))
          : sql`replace(${this.#expression('text', Math.max(0, depth - 1))}, 'é', 'e')`;
      case 'pattern': {
        const pattern = this.#pick(PATTERNS);
        // Only ClickHouse has an escape character without ESCAPE, and backslashes in strings.
        return pattern.includes('\\')
          ? { standard: `${quote(pattern)} ESCAPE '\\'`, clickhouse: quote(pattern.replaceAll('\\', '\\\\')) }
          : both(quote(pattern));
      }
      default:
        return this.#expression(parameter as Kind, depth);
    }
  }

  #leaf(kind: Kind): Sql {
    return (this.#below(4) === 0 ? undefined : this.#leafColumn(kind)) ?? this.#literal(kind);
  }

  #leafColumn(kind: Kind): Sql | undefined {
    const fit = this.#scope.columns.filter((c) => c.kind === kind);
    return fit.length === 0 ? undefined : both(this.#pick(fit).name);
  }

  #literal(kind: Kind): Sql {
    switch (kind) {
      case 'int':
        return both(String(this.#below(60) - 30));
      case 'wide': {
        const text = String(wideNumber(this.#random));
        return { standard: `CAST(${text} AS HUGEINT)`, clickhouse: `toInt128('${text}')` };
      }
      case 'float': {
        const text = ((this.#below(200) - 100) / 2).toFixed(1);
        // DuckDB reads 1.5 as a decimal.
        return { standard: `CAST(${text} AS DOUBLE)`, clickhouse: text };
      }
      case 'text':
        return both(quote(this.#pick(WORDS)));
      case 'bool':
        return both(this.#pick(['true', 'false']));
      case 'time': {
        const text = new Date(START_MS + this.#below(100) * DAY_MS)
          .toISOString()
          .slice(0, 19)
          .replace('T', ' ');
        return { standard: `TIMESTAMP '${text}'`, clickhouse: `toDateTime64('${text}', 3, 'UTC')` };
      }
      case 'date': {
        const text = new Date(START_MS + this.#below(100) * DAY_MS).toISOString().slice(0, 10);
        return { standard: `DATE '${text}'`, clickhouse: `toDate('${text}')` };
      }
      case 'span': {
        const hours = this.#below(400) - 200;
        return { standard: `INTERVAL '${hours} hours'`, clickhouse: `toIntervalHour(${hours})` };
      }
      case 'clock': {
        const text = new Date(this.#below(DAY_MS)).toISOString().slice(11, 19);
        return { standard: `TIME '${text}'`, clickhouse: `toTime64('${text}', 3)` };
      }
    }
  }

  #kind(): Kind {
    return this.#pick(KINDS);
  }

  #below(n: number): number {
    return this.#random.below(n);
  }

  #pick<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)];
  }
}

const LITERAL =
  /^(-?[\d.]+|'.*'|true|false|CAST\(-?[\d.]+ AS (DOUBLE|HUGEINT)\)|toInt128\('-?\d+'\)|(TIMESTAMP|DATE|TIME|INTERVAL) '[^']*')$/;

/** `sum(x)` as `sumIf(x, condition)`; undefined for aggregates with DISTINCT. */
function withIf(aggregate: string, condition: string): string | undefined {
  const open = aggregate.indexOf('(');
  const args = aggregate.slice(open + 1, -1);
  if (args.startsWith('DISTINCT ')) return undefined;
  return `${aggregate.slice(0, open)}If(${args === '' ? '' : `${args}, `}${condition})`;
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const both = (text: string): Sql => ({ standard: text, clickhouse: text });
const joined = (items: readonly Sql[], separator: string): Sql => ({
  standard: items.map((s) => s.standard).join(separator),
  clickhouse: items.map((s) => s.clickhouse).join(separator),
});
const commas = (items: readonly Sql[]): Sql => joined(items, ', ');

function sql(strings: TemplateStringsArray, ...parts: readonly Sql[]): Sql {
  const text = (target: Target): string =>
    strings.reduce((whole, s, i) => whole + s + (parts[i]?.[target] ?? ''), '');
  return { standard: text('standard'), clickhouse: text('clickhouse') };
}
