import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';

/**
 * Data-skipping indexes change no answer: random conditions over a table that has every kind of index, over one that has
 * none, and over chdb's table of the same definition, while rows are deleted and changed, columns are cleared and renamed,
 * segments are merged, and the database is opened anew.
 */

const QUERIES = 120;
const COLUMNS =
  "k Int64, u UInt64, s String, n Nullable(String), i Nullable(Int32), f Float64, d Date, e Enum8('red' = 1, 'green' = 2, 'blue' = 3), b Bool, g UUID";
const INDEXES = [
  'x1 u TYPE minmax',
  'x2 u TYPE bloom_filter(0.01) GRANULARITY 2',
  'x3 s TYPE bloom_filter',
  'x4 s TYPE tokenbf_v1(4096, 3, 7)',
  'x5 lower(s) TYPE ngrambf_v1(3, 8192, 2, 1) GRANULARITY 4',
  'x6 s TYPE ngrambf_v1(2, 4096, 2, 0)',
  'x7 n TYPE set(50)',
  'x8 i TYPE set(0) GRANULARITY 8',
  'x9 n TYPE bloom_filter',
  'x10 (i, f) TYPE minmax',
  'x11 f TYPE bloom_filter',
  'x12 k + i TYPE bloom_filter(0.1)',
  'x13 e TYPE set(2)',
  'x14 d TYPE minmax GRANULARITY 100',
  'x15 (s, n) TYPE minmax',
  'x16 e TYPE bloom_filter',
  'x17 length(s) TYPE set(4)',
  'x18 b TYPE set(1)',
  'x19 b TYPE bloom_filter',
  'x20 g TYPE bloom_filter',
  'x21 g TYPE minmax',
  'x22 toYYYYMM(d) TYPE set(1)',
];

const WORDS = [
  'alpha',
  'beta',
  'Gamma',
  'délta',
  'épsilon',
  'x1',
  '42',
  'foo',
  'bar',
  'ж',
  '日本',
  'a_b',
  '%',
];
const SIGNS = [' ', '-', '_', ', ', '/', ''];

class Draw {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  below(n: number): number {
    return this.#random.uint32() % n;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)];
  }

  text(): string {
    const words = Array.from({ length: this.below(4) }, () => this.of(WORDS));
    const sign = this.of(SIGNS);
    return words.join(sign) + (this.below(3) === 0 ? String(this.below(30)) : '');
  }

  /** Part of a text that may be there. */
  piece(): string {
    const text = Array.from(this.text());
    const from = this.below(text.length + 1);
    return text.slice(from, from + 1 + this.below(6)).join('');
  }

  condition(depth = 0): string {
    if (depth < 3 && this.below(3) === 0) {
      const join = this.of([' AND ', ' OR ', ' OR ']);
      const all = Array.from({ length: 2 + this.below(2) }, () => this.condition(depth + 1));
      return `(${all.join(join)})`;
    }
    if (depth < 3 && this.below(8) === 0) return `NOT (${this.condition(depth + 1)})`;
    const op = this.of(['=', '=', '=', '!=', '<', '<=', '>', '>=']);
    const text = (): string => quoted(this.below(3) === 0 ? this.piece() : this.text());
    const list = (one: () => string): string => Array.from({ length: 1 + this.below(4) }, one).join(', ');
    const int = (): string => String(this.below(40));
    const not = this.of(['', '', 'NOT ']);
    return this.of([
      () => `u ${op} ${int()}`,
      () => `u = ${this.of(['18446744073709551615', '9223372036854775808', '7'])}`,
      () => `s ${op} ${text()}`,
      () => `n ${op} ${text()}`,
      () => `s ${not}IN (${list(text)})`,
      () => `n ${not}IN (${list(text)}, NULL)`,
      () => `i ${op} ${int()}`,
      () => `i ${not}IN (${list(int)})`,
      () => `f ${op} ${this.of([int(), '0.5', '1.5'])}`,
      () => `f IN (${list(() => this.of(['0', '1.5', '2', '39']))})`,
      () => `k + i = ${this.below(60)}`,
      () => `d ${op} '2024-01-${String(1 + this.below(28)).padStart(2, '0')}'`,
      () => `e ${op} ${this.of(["'red'", "'green'", "'blue'"])}`,
      () => `e ${not}IN ('red', 'blue')`,
      () => this.of(['b', 'b = true', 'b = false', 'NOT b', 'b != true']),
      () => `g ${this.of(['=', '!=', '<'])} '00000000-0000-0000-0000-0000000000${10 + this.below(30)}'`,
      () => `toYYYYMM(d) = ${this.of(['202401', '202402'])}`,
      () => `length(s) ${op} ${this.below(12)}`,
      () => `s ${not}LIKE ${quoted(this.pattern())}`,
      () => `lower(s) ${not}LIKE ${quoted(this.pattern().toLowerCase())}`,
      () => `${this.of(['startsWith', 'endsWith'])}(s, ${quoted(this.piece())})`,
      () => `startsWith(lower(s), ${quoted(this.piece().toLowerCase())})`,
      () => `hasToken(s, ${quoted(this.of(WORDS.slice(0, 9)))})`,
      () => `position(s, ${quoted(this.piece())}) ${this.of(['> 0', '!= 0', '>= 1', '= 0', '< 1'])}`,
      () => `match(s, ${quoted(this.of(['alpha', 'foo.bar', '^beta', '4[12]', 'bar']))})`,
      () => `${this.of(['n', 'i'])} IS ${not}NULL`,
    ])();
  }

  pattern(): string {
    const pieces = Array.from({ length: 1 + this.below(2) }, () =>
      this.piece()
        .replaceAll('%', '\\%')
        .replaceAll('_', this.of(['_', '\\_'])),
    );
    return `${this.of(['%', ''])}${pieces.join(this.of(['%', '_']))}${this.of(['%', ''])}`;
  }

  row(k: number, block: number): string {
    // Blocks differ, so that there is something to skip.
    const near = (n: number): number => (block % 4) * 10 + this.below(n);
    const text = this.below(2) === 0 ? this.text() : `${this.of(WORDS)}${block % 4}`;
    const n = this.below(3) === 0 ? 'NULL' : quoted(block % 2 === 0 ? this.of(WORDS) : this.text());
    const u = this.below(20) === 0 ? this.of(['18446744073709551615', '9223372036854775808']) : near(9);
    const i = this.below(5) === 0 ? 'NULL' : near(8);
    const f = this.of(['0', '1.5', String(near(10)), '0.5']);
    const e = block % 3 === 0 ? "'red'" : this.of(["'green'", "'blue'"]);
    const b = block % 2 === 0 ? 'true' : this.of(['false', 'true']);
    return `(${k}, ${u}, ${quoted(text)}, ${n}, ${i}, ${f}, '2024-01-${String(1 + (block % 4) * 7 + this.below(7)).padStart(2, '0')}', ${e}, ${b}, '00000000-0000-0000-0000-0000000000${10 + near(10)}')`;
  }
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

it('indexes change no answer, whatever became of the rows', { timeout: 600_000 }, async () => {
  const draw = new Draw(SEED);
  const peer = new Session();
  const { mkdtempSync, rmSync } = await import('node:fs');
  const path = mkdtempSync('/tmp/basalt-skip-');
  let db = await open({ path });
  const ours = (sql: string) => db.execute(sql, { dialect: 'clickhouse' });
  const both = async (sql: (table: string) => string): Promise<void> => {
    peer.query(sql('t'), 'TabSeparated');
    await ours(sql('t'));
    await ours(sql('plain'));
  };
  const create = (table: string, more: string): string =>
    `CREATE TABLE ${table} (${COLUMNS}${more}) ENGINE = MergeTree ORDER BY k`;
  const indexes = INDEXES.map((index) => `, INDEX ${index}`).join('');
  peer.query(create('t', indexes), 'TabSeparated');
  await ours(create('t', indexes));
  await ours(create('plain', ''));
  let next = 0;
  const insert = async (rows: number): Promise<void> => {
    const values = Array.from({ length: rows }, () => draw.row(next, Math.floor(next++ / 8192))).join(', ');
    await both((table) => `INSERT INTO ${table} VALUES ${values}`);
  };
  let skipped = 0;
  const compare = async (queries: number): Promise<void> => {
    for (let q = 0; q < queries; q++) {
      const where = draw.condition();
      const select = (table: string): string => `SELECT count(), sum(k), max(s) FROM ${table} WHERE ${where}`;
      const indexed = await db.execute(select('t'), {
        dialect: 'clickhouse',
        settings: { log_profile: true, ...(q % 10 === 9 ? { max_threads: 1 } : {}) },
      });
      const rows = text(indexed.rows);
      expect(rows, where).toBe(text((await ours(select('plain'))).rows));
      expect(rows, `chdb: ${where}`).toBe(peerText(peer.query(select('t'), 'JSONCompactEachRow')));
      const { root } = indexed.profile ?? { root: null };
      skipped += root === null ? 0 : removedByIndexes(root);
    }
  };
  try {
    for (let i = 0; i < 4; i++) await insert(9000);
    await compare(QUERIES);
    await both((table) => `ALTER TABLE ${table} DELETE WHERE k % 7 = 3 SETTINGS mutations_sync = 1`);
    await both(
      (table) =>
        `ALTER TABLE ${table} UPDATE s = 'changed alpha' WHERE k % 11 = 5 SETTINGS mutations_sync = 1`,
    );
    await compare(QUERIES / 2);
    await insert(9000);
    await ours('OPTIMIZE TABLE t FINAL');
    await compare(QUERIES / 2);
    await db.close();
    db = await open({ path });
    await compare(QUERIES / 2);
    await both((table) => `ALTER TABLE ${table} CLEAR COLUMN n`);
    await insert(3000);
    await compare(QUERIES / 2);
    const more = 'ALTER TABLE t ADD INDEX y1 concat(s, e) TYPE ngrambf_v1(4, 2048, 2, 0), DROP INDEX x3';
    peer.query(more, 'TabSeparated');
    await ours(more);
    await ours('ALTER TABLE t MATERIALIZE INDEX y1, MATERIALIZE INDEX x9');
    await compare(QUERIES / 2);
    expect(skipped).toBeGreaterThan(QUERIES);
  } finally {
    await db.close();
    peer.cleanup();
    rmSync(path, { recursive: true, force: true });
  }
});

type Node = {
  readonly pruning: readonly { readonly step: string; readonly removed: number }[];
  readonly inputs: readonly Node[];
};

/** Pages that indexes left out. */
const removedByIndexes = (node: Node): number =>
  node.pruning
    .filter(({ step }) => step.startsWith('skip index'))
    .reduce((sum, { removed }) => sum + removed, 0) +
  node.inputs.reduce((sum, input) => sum + removedByIndexes(input), 0);

const text = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => row.map(String).join('|')).join('\n');

const peerText = (lines: string): string =>
  String(lines)
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as unknown[]).map(String).join('|'))
    .join('\n');
