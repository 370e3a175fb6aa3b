import { Session } from 'chdb';
import { expect, it } from 'vitest';
import { type Database, open } from '../../database/index.ts';
import { SeededRandom } from '../../engine/base/random.ts';
import { SEED } from './run.ts';

/**
 * Table engines against chdb: the same random inserts, then FINAL, OPTIMIZE FINAL and FINAL again. chdb merges nothing by
 * itself meanwhile, Basalt does as it likes: both must come to the same.
 */

const ROUNDS = 12;
const COLUMNS: Readonly<Record<string, string>> = {
  k: 'Int32',
  w: 'String',
  n: 'Nullable(Int64)',
  v: 'UInt16',
  d: 'UInt8',
  s: 'Int8',
  f: 'Float64',
  m: 'SimpleAggregateFunction(max, Nullable(String))',
  y: 'SimpleAggregateFunction(anyLast, Nullable(Int16))',
  z: 'SimpleAggregateFunction(groupBitXor, UInt64)',
};

type Engine = {
  readonly engine: string;
  readonly columns: readonly string[];
  readonly order: string;
  /** Signs follow each other key by key: what contradicts itself depends on what was merged first. */
  readonly signed?: boolean;
};

const ENGINES: readonly Engine[] = [
  { engine: 'ReplacingMergeTree', columns: ['k', 'w', 'n', 'v', 'f'], order: '(k, w)' },
  { engine: 'ReplacingMergeTree(v)', columns: ['k', 'n', 'v', 'f', 'w'], order: 'k' },
  { engine: 'ReplacingMergeTree(v, d)', columns: ['w', 'k', 'v', 'd', 'n'], order: '(w, k)' },
  { engine: 'CollapsingMergeTree(s)', columns: ['k', 'w', 's'], order: '(k, w)', signed: true },
  { engine: 'VersionedCollapsingMergeTree(s, v)', columns: ['k', 'w', 's', 'v'], order: 'k', signed: true },
  { engine: 'SummingMergeTree', columns: ['k', 'n', 'v', 'f', 'w'], order: 'k' },
  { engine: 'SummingMergeTree((n, f))', columns: ['k', 'w', 'n', 'f', 'v', 'm'], order: '(w, k)' },
  { engine: 'SummingMergeTree', columns: ['k', 'v', 'm', 'z'], order: 'k' },
  { engine: 'AggregatingMergeTree', columns: ['k', 'w', 'm', 'y', 'z'], order: '(k, w)' },
];

class Rows {
  readonly #random: SeededRandom;
  readonly #engine: Engine;
  readonly #signs = new Map<string, number>();

  constructor(random: SeededRandom, engine: Engine) {
    this.#random = random;
    this.#engine = engine;
  }

  #draw(below: number): number {
    return this.#random.uint32() % below;
  }

  row(): string {
    const k = this.#draw(12);
    const w = `'${['', 'a', 'long word'][this.#draw(3)]}'`;
    const v = this.#draw(4);
    const key = this.#engine.order.includes('w') ? `${k} ${w}` : `${k} ${v}`;
    const sign = -(this.#signs.get(key) ?? -1);
    this.#signs.set(key, sign);
    const values: Record<string, string> = {
      k: String(k),
      w,
      n: this.#draw(3) === 0 ? 'NULL' : String(this.#draw(7) - 3),
      v: String(v),
      d: String(this.#draw(2)),
      s: String(sign),
      f: String((this.#draw(9) - 4) / 2),
      m: this.#draw(3) === 0 ? 'NULL' : `'${'xyz'[this.#draw(3)]}'`,
      y: this.#draw(3) === 0 ? 'NULL' : String(this.#draw(100)),
      z: String(this.#draw(16)),
    };
    return `(${this.#engine.columns.map((c) => values[c]).join(', ')})`;
  }

  insert(table: string): string {
    return `INSERT INTO ${table} VALUES ${Array.from({ length: 1 + this.#draw(30) }, () => this.row()).join(', ')}`;
  }
}

async function compare(session: Session, db: Database, sql: string): Promise<void> {
  const theirs = String(session.query(sql, 'JSONCompactEachRow'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown[]);
  const ours = (await db.execute(sql, { dialect: 'clickhouse', int64: 'bigint' })).rows;
  const text = (rows: readonly (readonly unknown[])[]): string =>
    rows.map((row) => row.map((v) => (v === null ? 'NULL' : String(v))).join(' | ')).join('\n');
  expect(text(ours), sql).toBe(text(theirs));
}

it.each(ENGINES.map((engine, i) => [`${engine.engine} ORDER BY ${engine.order}`, engine, i] as const))(
  '%s leaves what ClickHouse does',
  async (_, engine, place) => {
    const random = new SeededRandom(SEED * 100 + place);
    const session = new Session();
    session.query('CREATE DATABASE oracle ENGINE = Memory');
    session.query('USE oracle');
    await using db = await open();
    const both = async (sql: string): Promise<void> => {
      session.query(sql);
      await db.query(sql, { dialect: 'clickhouse' });
    };
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const table = `t${round}`;
        const columns = engine.columns.map((c) => `${c} ${COLUMNS[c]}`).join(', ');
        await both(`CREATE TABLE ${table} (${columns}) ENGINE = ${engine.engine} ORDER BY ${engine.order}`);
        session.query(`SYSTEM STOP MERGES ${table}`);
        const rows = new Rows(random, engine);
        const select = (from: string): string =>
          `SELECT ${engine.columns.map((c) => `toString(${c})`).join(', ')} FROM ${from} ORDER BY ${engine.columns.join(', ')}`;
        for (let i = 0; i < 5; i++) {
          await both(rows.insert(table));
          await compare(session, db, select(`${table} FINAL`));
        }
        session.query(`SYSTEM START MERGES ${table}`);
        await both(`OPTIMIZE TABLE ${table} FINAL`);
        await compare(session, db, select(table));
        await compare(session, db, select(`${table} FINAL`));
      }
    } finally {
      session.cleanup();
    }
  },
);
