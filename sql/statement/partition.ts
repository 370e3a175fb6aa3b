/** Partitions as statements name them, and the commands of ALTER TABLE about them. */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { Value } from '../../engine/type/type.ts';
import type { PartitionCommand, PartitionName } from '../ast/alter.ts';
import type { Expression } from '../ast/expression.ts';
import type { TableInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import type { BoundPartition, BoundPartitionCommand } from './bound.ts';
import { constantBinder } from './constant.ts';
import { rowsRef } from './table-ref.ts';

export function bindPartitionCommand(
  { action, partition, other, name }: PartitionCommand,
  table: TableInfo,
  session: Session,
): BoundPartitionCommand {
  return {
    action: action === 'drop detached' ? 'dropDetached' : action,
    partition: bindPartition(partition, table, session),
    other: other === null ? null : rowsRef(other, 'ALTER TABLE', false, session),
    name,
  };
}

export function bindPartition(partition: PartitionName, table: TableInfo, session: Session): BoundPartition {
  if (partition.kind !== 'value') return partition;
  const { partitionTypes = [] } = table;
  const items = itemsOf(partition.value);
  if (items.length !== partitionTypes.length) {
    throw session.error(
      'INVALID_PARTITION_VALUE',
      partition,
      `The partition key of ${table.name} has ${partitionTypes.length} values, not ${items.length}`,
      partitionTypes.length === 0 ? 'Write PARTITION tuple(), or PARTITION ALL' : undefined,
    );
  }
  const binder = constantBinder(session);
  const values = items.map((item, i): Value => {
    try {
      return evaluateConstant(cast(binder.bind(item), partitionTypes[i], session.strictCast()));
    } catch (error) {
      throw session.at(item, error);
    }
  });
  return { kind: 'value', values };
}

const itemsOf = (node: Expression): readonly Expression[] =>
  node.kind === 'tuple' ? node.items : node.kind === 'call' && node.name === 'tuple' ? node.args : [node];
