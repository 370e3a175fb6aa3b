/**
 * `system.mutations`: the DELETEs and UPDATEs that were done, newest last. In memory and bounded; a change is complete when its
 * statement ends, so none is ever under way here. Columns have ClickHouse's names and types.
 */

import { nullable, STRING, timestamp, type } from '../../engine/type/type.ts';
import { databaseOf, int, type QueryColumn } from './query-tables.ts';

export type DoneMutation = { readonly tableId: number; readonly command: string; readonly createdMs: number };
export type MutationRow = DoneMutation & {
  readonly number: number;
  readonly schema: string;
  readonly table: string;
};

/** As many as ClickHouse keeps of one table. */
const MAX_ENTRIES = 100;
const MAX_COMMAND_CHARACTERS = 10_000;

export class MutationLog {
  readonly #done: (DoneMutation & { readonly number: number })[] = [];
  #count = 0;

  add(mutation: DoneMutation): void {
    const command = mutation.command.slice(0, MAX_COMMAND_CHARACTERS);
    this.#done.push({ ...mutation, command, number: ++this.#count });
    if (this.#done.length > MAX_ENTRIES) this.#done.shift();
  }

  list(): readonly (DoneMutation & { readonly number: number })[] {
    return this.#done;
  }
}

const U8 = type('uint8');

export const MUTATION_COLUMNS: readonly QueryColumn<MutationRow>[] = [
  ['database', STRING, (m) => databaseOf(m.schema)],
  ['table', STRING, (m) => m.table],
  ['mutation_id', STRING, (m) => `mutation_${m.number}.txt`],
  ['command', STRING, (m) => m.command],
  ['create_time', timestamp(0), (m) => int(Math.floor(m.createdMs / 1000))],
  ['parts_to_do', type('int64'), () => 0n],
  ['is_done', U8, () => 1n],
  ['is_killed', U8, () => 0n],
  ['latest_failed_part', STRING, () => ''],
  ['latest_fail_time', nullable(timestamp(0)), () => null],
  ['latest_fail_reason', STRING, () => ''],
];
