/** The same tables in Basalt, DuckDB and ClickHouse, and their answers to one statement as texts that compare. */

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Session } from 'chdb';
import { type Database, open } from '../../database/index.ts';
import { answerText } from './compare.ts';

export type Target = 'standard' | 'clickhouse';
type ColumnType = 'BIGINT' | 'INTEGER' | 'DOUBLE' | 'VARCHAR';
/** `nullable` of all but what says that it is not. */
export type Column = { readonly name: string; readonly type: ColumnType; readonly nullable: boolean };

const CLICKHOUSE: Readonly<Record<ColumnType, string>> = {
  BIGINT: 'Int64',
  INTEGER: 'Int32',
  DOUBLE: 'Float64',
  VARCHAR: 'String',
};

/** Longer statements would be refused. */
const STATEMENT_ROWS = 10_000;

const literal = (value: unknown): string =>
  value === null ? 'NULL' : typeof value === 'string' ? `'${value}'` : String(value);

/** Integers come as text from some. */
const textOf = (rows: readonly (readonly unknown[])[]): string =>
  answerText(
    rows.map((row) =>
      row.map((cell) => (typeof cell === 'string' && /^-?\d+$/.test(cell) ? BigInt(cell) : cell)),
    ),
    false,
  );

export class Three {
  readonly ours: Database;
  readonly #duckdb: DuckDBConnection;
  readonly #clickhouse: Session;

  private constructor(ours: Database, duckdb: DuckDBConnection) {
    this.ours = ours;
    this.#duckdb = duckdb;
    this.#clickhouse = new Session();
  }

  static async open(): Promise<Three> {
    return new Three(
      await open(),
      await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect(),
    );
  }

  async addTable(
    name: string,
    columns: readonly Column[],
    rows: readonly (readonly unknown[])[],
  ): Promise<void> {
    const create = `CREATE TABLE ${name} (${columns.map((c) => `${c.name} ${c.type}${c.nullable ? '' : ' NOT NULL'}`).join()})`;
    const theirs = columns.map(({ name: column, type, nullable }) => {
      const own = CLICKHOUSE[type];
      return `${column} ${nullable ? `Nullable(${own})` : own}`;
    });
    await this.ours.query(create);
    await this.#duckdb.run(create);
    this.#clickhouse.query(`CREATE TABLE ${name} (${theirs.join()}) ENGINE = Memory`);
    for (let from = 0; from < rows.length; from += STATEMENT_ROWS) {
      const values = rows.slice(from, from + STATEMENT_ROWS).map((row) => `(${row.map(literal).join()})`);
      const insert = `INSERT INTO ${name} VALUES ${values.join()}`;
      await this.ours.query(insert);
      await this.#duckdb.run(insert);
      this.#clickhouse.query(insert);
    }
    await this.ours.execute(`OPTIMIZE TABLE ${name} FINAL`, { dialect: 'clickhouse' });
  }

  async answer(dialect: Target, sql: string): Promise<string> {
    return textOf((await this.ours.execute(sql, { dialect, int64: 'string' })).rows);
  }

  /** The answer of the dialect's own system; null where it cannot plan the statement. */
  async theirs(target: Target, sql: string): Promise<string | null> {
    if (target === 'clickhouse') {
      const lines = this.#clickhouse.query(sql, 'JSONCompactEachRow').split('\n');
      return textOf(lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown[]));
    }
    try {
      return textOf((await this.#duckdb.runAndReadAll(sql)).getRows());
    } catch (error) {
      if (isTheirFault(error)) return null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.ours.close();
    this.#duckdb.closeSync();
    this.#clickhouse.cleanup();
  }
}

/** DuckDB 1.5.6 has orders of joins of its own that it cannot plan: one query in some hundred. */
const isTheirFault = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('INTERNAL Error: Failed to bind column reference');
