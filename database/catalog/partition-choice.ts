/** Which segments a partition named in a statement means. */

import type { BoundPartition } from '../../sql/index.ts';
import type { SegmentChoice, TableDefinition } from '../../storage/index.ts';
import { partitionId, partitionTypes, partName } from './partition-id.ts';

export function choiceOf(partition: BoundPartition, table: TableDefinition): SegmentChoice {
  const types = partitionTypes(table);
  switch (partition.kind) {
    case 'all':
      return () => true;
    case 'id':
      return (meta) => partitionId(meta.partition, types) === partition.id;
    case 'value':
      return ({ partition: values }) =>
        types.length === 0 ||
        (values.length === partition.values.length &&
          values.every((v, i) => Object.is(v, partition.values[i])));
    case 'part':
      return (meta) => partName(meta, types) === partition.name;
  }
}
