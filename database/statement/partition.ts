/** ALTER TABLE of partitions: each command is one record of the manifest. */

import { BasaltError } from '../../engine/base/error.ts';
import { type Expr, exprKey, overColumns } from '../../engine/plan/expr.ts';
import { mapPolicy } from '../../engine/plan/row-policy.ts';
import { sameType } from '../../engine/type/type.ts';
import type { BoundPartitionCommand } from '../../sql/index.ts';
import type { ColumnDefinition, SegmentChoice, TableDefinition, Transfer } from '../../storage/index.ts';
import { choiceOf } from '../catalog/partition-choice.ts';
import { keysOf } from '../catalog/table-options.ts';
import type { PartitionBy } from '../partition.ts';
import type { Settings } from '../setting/setting.ts';
import { stored } from '../system/table.ts';
import { checkPartitionDrop } from './drop-limit.ts';
import type { Environment } from './environment.ts';

export async function alterPartitions(
  tableId: number,
  commands: readonly BoundPartitionCommand[],
  environment: Environment,
  settings: Settings,
): Promise<void> {
  for (const command of commands) {
    const other = command.other?.id ?? null;
    await alterPartition(tableId, command, other === null ? null : stored(other), environment, settings);
  }
  environment.wrote();
}

/** What takes rows out of the table, and into no other. */
const LEAVES: ReadonlySet<BoundPartitionCommand['action']> = new Set(['drop', 'detach', 'replace']);

async function alterPartition(
  tableId: number,
  command: BoundPartitionCommand,
  otherId: number | null,
  { store, catalog }: Environment,
  settings: Settings,
): Promise<void> {
  const table = catalog.definition(tableId);
  const choice = choiceOf(command.partition, table);
  if (command.action === 'dropDetached' && !settings.boolean('allow_drop_detached'))
    throw new BasaltError('SUPPORT_IS_DISABLED', 'DROP DETACHED PARTITION is disabled', {
      hint: 'Write SETTINGS allow_drop_detached = 1 behind the statement',
    });
  if (command.partition.kind === 'part') {
    const isDetached = command.action === 'attach' || command.action === 'dropDetached';
    if (!isDetached) await store.flush(tableId);
    const all = isDetached
      ? store.detached(tableId).map(({ meta }) => meta)
      : store.tableInfo(tableId).segments;
    if (!all.some(choice)) throw noPart(command.partition.name, table, isDetached);
  }
  if (LEAVES.has(command.action)) {
    // Rows in memory are in no partition yet.
    await store.flush(tableId);
    checkPartitionDrop(store.tableInfo(tableId).segments.filter(choice), table, settings);
  }
  switch (command.action) {
    case 'drop':
      await store.publish(tableId, [], { replaces: choice });
      return;
    case 'detach':
      return store.detach(tableId, choice);
    case 'dropDetached':
      await store.dropDetached(tableId, choice);
      return;
    case 'freeze':
      await store.freeze(tableId, choice, checkedName(command.name));
      return;
    case 'attach':
      if (otherId === null) await store.attach(tableId, choice);
      else await transfer(catalog.definition(otherId), table, choice, {});
      return;
    case 'replace':
      return transfer(other(otherId), table, choice, { replaces: true });
    case 'move':
      return transfer(table, other(otherId), choice, { moves: true });
  }

  function other(id: number | null): TableDefinition {
    if (id === null) throw new BasaltError('UNKNOWN_TABLE', 'The other table does not exist');
    return catalog.definition(id);
  }

  async function transfer(
    from: TableDefinition,
    to: TableDefinition,
    chosen: SegmentChoice,
    how: Transfer,
  ): Promise<void> {
    checkAlike(from, to);
    if (from.id !== to.id) await store.transfer(from.id, to.id, chosen, how);
    else if (how.moves === undefined && how.replaces === undefined)
      await store.transfer(from.id, to.id, chosen, how);
  }
}

/** Folder names only: nothing that leads out of `shadow`. */
function checkedName(name: string | null): string | null {
  if (name === null || /^[\w-][\w.-]*$/.test(name)) return name;
  throw new BasaltError('BAD_ARGUMENTS', `${JSON.stringify(name)} is no name of a folder`, {
    hint: 'Use letters, digits, - and _',
  });
}

export const noPart = (name: string, table: TableDefinition, isDetached: boolean): BasaltError =>
  new BasaltError('NO_SUCH_DATA_PART', `Table ${table.name} has no part ${name}`, {
    hint: `See system.${isDetached ? 'detached_parts' : 'parts'}`,
  });

/** Segments of the one table are segments of the other: the same columns and keys, whatever their ids. */
function checkAlike(from: TableDefinition, to: TableDefinition): void {
  const sameColumns =
    from.columns.length === to.columns.length && from.columns.every((c, i) => isAlike(c, to.columns[i]));
  if (!sameColumns) {
    throw new BasaltError(
      'INCOMPATIBLE_COLUMNS',
      `Tables ${from.name} and ${to.name} have different columns`,
      {
        hint: 'Segments move between tables of the same columns in the same order',
      },
    );
  }
  for (const [what, key] of [
    ['partition keys', partitionKeyOf],
    ['sort keys', sortKeyOf],
    ['engines', policyOf],
  ] as const) {
    if (key(from) === key(to)) continue;
    throw new BasaltError('BAD_ARGUMENTS', `Tables ${from.name} and ${to.name} have different ${what}`);
  }
}

const positionOf = ({ columns }: TableDefinition, id: number): number =>
  columns.findIndex((c) => c.id === id);

/** Expressions of the sort key have no names; what they are is compared with the sort key. */
const isAlike = (a: ColumnDefinition, b: ColumnDefinition): boolean =>
  sameType(a.type, b.type) &&
  (a.name === b.name || (a.computed?.kind === 'key' && b.computed?.kind === 'key'));

const sortKeyOf = (table: TableDefinition): string =>
  table.sortKey
    .map((id) => {
      const key = keysOf(table).find((k) => k.id === id);
      return key === undefined ? positionOf(table, id) : overPositions(table, key.expr);
    })
    .join();

/** What becomes of rows of equal key, over positions. */
const policyOf = (table: TableDefinition): string =>
  JSON.stringify(mapPolicy(table.policy, (id) => positionOf(table, id)));

const partitionKeyOf = (table: TableDefinition): string =>
  ((table.partitionBy ?? []) as PartitionBy).map((expr) => overPositions(table, expr)).join();

const overPositions = (table: TableDefinition, expr: Expr): string =>
  exprKey(overColumns(expr, (id) => positionOf(table, id)));
