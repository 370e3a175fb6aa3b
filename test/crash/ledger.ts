/**
 * What a server promised, written down outside of it: batches and tables, acknowledged or not.
 *
 * An acknowledged batch must be there exactly once, as a whole; one without an answer is there whole or not at all,
 * and what a restart once showed of it must stay. A deleted batch never comes back; one whose DELETE had no answer is there
 * whole or not at all. Each row carries its batch's id; rows are numbered, so their sum says
 * which are there.
 */

export type Batch = { readonly table: string; readonly id: number; readonly rows: number };

/** What the server says is there of one batch. */
export type Found = { readonly rows: number; readonly sum: number };

type Entry = Batch & { state: 'sent' | 'kept' | 'deleting' | 'lost' };

/** Rows are numbered 1 to n. */
const sumOf = (rows: number): number => (rows * (rows + 1)) / 2;

export class Ledger {
  readonly #batches = new Map<number, Entry>();
  readonly #tables = new Map<string, 'creating' | 'there' | 'dropping' | 'gone'>();

  sent(batch: Batch): void {
    this.#batches.set(batch.id, { ...batch, state: 'sent' });
  }

  acknowledged(id: number): void {
    const entry = this.#batches.get(id);
    if (entry !== undefined) entry.state = 'kept';
  }

  /** Takes a batch that is there for a DELETE; undefined when there is none. */
  deleting(table: string): number | undefined {
    const entry = [...this.#batches.values()].find((b) => b.table === table && b.state === 'kept');
    if (entry !== undefined) entry.state = 'deleting';
    return entry?.id;
  }

  /** It must not be seen again. */
  deleted(id: number): void {
    const entry = this.#batches.get(id);
    if (entry !== undefined) entry.state = 'lost';
  }

  table(name: string, state: 'creating' | 'there' | 'dropping' | 'gone'): void {
    this.#tables.set(name, state);
  }

  get acknowledgedCount(): number {
    return [...this.#batches.values()].filter((b) => b.state === 'kept').length;
  }

  /** Batches and tables whose fate only a restart tells. */
  get openCount(): number {
    const tables = [...this.#tables.values()].filter((s) => s === 'creating' || s === 'dropping');
    return (
      tables.length +
      [...this.#batches.values()].filter((b) => b.state === 'sent' || b.state === 'deleting').length
    );
  }

  /** Everything that is wrong with what is there now; what was open is settled by it. */
  settle(table: string, found: ReadonlyMap<number, Found>): string[] {
    const wrong: string[] = [];
    for (const entry of this.#batches.values()) {
      if (entry.table !== table) continue;
      const there = found.get(entry.id);
      const name = `${table}, batch ${entry.id} of ${entry.rows} rows (${entry.state})`;
      if (there === undefined) {
        if (entry.state === 'kept') wrong.push(`${name}: lost`);
        entry.state = 'lost';
        continue;
      }
      if (entry.state === 'lost') wrong.push(`${name}: was deleted, or not there after an earlier restart`);
      if (there.rows !== entry.rows || there.sum !== sumOf(entry.rows))
        wrong.push(`${name}: ${there.rows} rows, sum ${there.sum}`);
      entry.state = 'kept';
    }
    for (const id of found.keys())
      if (this.#batches.get(id)?.table !== table) wrong.push(`${table}: batch ${id} was never sent`);
    return wrong;
  }

  /** The same for tables that come and go. */
  settleTables(names: ReadonlySet<string>): string[] {
    const wrong: string[] = [];
    for (const [name, state] of this.#tables) {
      const there = names.has(name);
      if (state === 'there' && !there) wrong.push(`table ${name}: created, but not there`);
      if (state === 'gone' && there) wrong.push(`table ${name}: dropped, but there`);
      this.#tables.set(name, there ? 'there' : 'gone');
    }
    for (const name of names) if (!this.#tables.has(name)) wrong.push(`table ${name}: never created`);
    return wrong;
  }
}
