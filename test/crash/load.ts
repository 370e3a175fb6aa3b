/**
 * The client of a server that will be killed: several at once insert, delete, optimize, create and drop tables over the
 * ClickHouse door, and write down what was answered. Ends when the server does.
 *
 * Batches of `small` go through the write-ahead log, those of `large` are over its bound of 4 MiB and go straight into
 * segments.
 */

import type { Random } from '../../engine/base/random.ts';
import type { Found, Ledger } from './ledger.ts';

const LARGE_ROWS = 1200;
const LARGE_PAD = 4096;

export const TABLES = ['small', 'large'] as const;

export type Ids = { next(): number };

/** The server is gone; everything else that goes wrong is an error of its own. */
class Gone extends Error {}

export async function send(url: string, sql: string, data = ''): Promise<string> {
  let response: Response;
  let body: string;
  try {
    response = await fetch(`${url}/?query=${encodeURIComponent(sql)}`, { method: 'POST', body: data });
    body = await response.text();
  } catch (error) {
    throw new Gone('no answer', { cause: error });
  }
  if (!response.ok) throw new Error(`${sql}: ${body}`);
  return body;
}

export async function createTables(url: string): Promise<void> {
  for (const table of TABLES) {
    await send(
      url,
      `CREATE TABLE IF NOT EXISTS ${table} (batch Int64, i Int64, text String) ENGINE = MergeTree ORDER BY batch`,
    );
  }
}

/** Count and sum of every batch of a table. */
export async function foundBatches(url: string, table: string): Promise<Map<number, Found>> {
  const answer = await send(
    url,
    `SELECT batch, count(), sum(i) FROM ${table} GROUP BY batch FORMAT TabSeparated`,
  );
  const rows = answer
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t').map(Number));
  return new Map(rows.map(([batch, count, sum]) => [batch, { rows: count, sum }]));
}

/** Tables besides the two that are always there. */
export async function passingTables(url: string): Promise<Set<string>> {
  const names = (
    await send(url, "SELECT name FROM system.tables WHERE name LIKE 'passing%' FORMAT TabSeparated")
  )
    .trim()
    .split('\n');
  return new Set(names.filter(Boolean));
}

/** Text that does not compress, else a large batch would be a small one. */
function noise(random: Random, length: number): string {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = 97 + random.below(26);
  return new TextDecoder().decode(bytes);
}

export class Load {
  readonly #url: string;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #ids: Ids;
  readonly #pad: string;
  #answers = 0;
  #onAnswer = (): void => {};

  constructor(url: string, ledger: Ledger, random: Random, ids: Ids) {
    this.#url = url;
    this.#ledger = ledger;
    this.#random = random;
    this.#ids = ids;
    this.#pad = noise(random, LARGE_PAD * 2);
  }

  /** Resolves when so many requests were answered. */
  answered(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#answers >= count) resolve();
      };
      this.#onAnswer = look;
      look();
    });
  }

  /** Runs until the server is gone. */
  async run(): Promise<void> {
    const clients = [this.#insertSmall(), this.#insertSmall(), this.#insertLarge(), this.#passTables()];
    await Promise.all(
      clients.map((client) =>
        client.catch((error: unknown) => {
          if (!(error instanceof Gone)) throw error;
        }),
      ),
    );
  }

  async #send(sql: string, data?: string): Promise<void> {
    await send(this.#url, sql, data);
    this.#answers++;
    this.#onAnswer();
  }

  async #insert(table: (typeof TABLES)[number], rows: number, text: (i: number) => string): Promise<void> {
    const id = this.#ids.next();
    const lines = Array.from({ length: rows }, (_, i) =>
      JSON.stringify({ batch: id, i: i + 1, text: text(i) }),
    );
    this.#ledger.sent({ table, id, rows });
    await this.#send(`INSERT INTO ${table} FORMAT JSONEachRow`, lines.join('\n'));
    this.#ledger.acknowledged(id);
  }

  async #delete(table: (typeof TABLES)[number]): Promise<void> {
    const id = this.#ledger.deleting(table);
    if (id === undefined) return;
    await this.#send(`DELETE FROM ${table} WHERE batch = ${id}`);
    this.#ledger.deleted(id);
  }

  async #insertSmall(): Promise<never> {
    for (;;) {
      await this.#insert('small', 1 + this.#random.below(50), (i) => `row ${i}`);
      if (this.#random.below(10) === 0) await this.#send('OPTIMIZE TABLE small FINAL');
      if (this.#random.below(8) === 0) await this.#delete('small');
    }
  }

  async #insertLarge(): Promise<never> {
    for (;;) {
      const shift = this.#random.below(LARGE_PAD);
      await this.#insert(
        'large',
        LARGE_ROWS,
        (i) => `${i} ${this.#pad.slice(shift, shift + LARGE_PAD - (i % 64))}`,
      );
      if (this.#random.below(4) === 0) await this.#send('OPTIMIZE TABLE large FINAL');
    }
  }

  async #passTables(): Promise<never> {
    for (;;) {
      const name = `passing_${this.#ids.next()}`;
      this.#ledger.table(name, 'creating');
      await this.#send(`CREATE TABLE ${name} (a Int64) ENGINE = MergeTree ORDER BY a`);
      this.#ledger.table(name, 'there');
      await this.#send(`INSERT INTO ${name} FORMAT JSONEachRow`, '{"a":1}');
      if (this.#random.below(4) === 0) continue;
      this.#ledger.table(name, 'dropping');
      await this.#send(`DROP TABLE ${name}`);
      this.#ledger.table(name, 'gone');
    }
  }
}
