/** Which data-skipping indexes a query may use, and must use, by ClickHouse's settings. */

import { BasaltError } from '../../engine/base/error.ts';
import { namesOf, skipConditions } from '../../engine/exec/skip/condition.ts';
import type { ScanPlan } from '../../engine/plan/node.ts';
import type { SkipIndex } from '../../engine/plan/skip-index.ts';
import type { Part, Snapshot } from '../../engine/plan/source.ts';
import type { TableDefinition } from '../../storage/index.ts';
import type { Settings } from '../setting/setting.ts';

/**
 * The snapshot with those indexes only.
 * @throws INDEX_NOT_USED when a scan of the table cannot use one that it has to use.
 */
export function allowedIndexes(
  snapshot: Snapshot,
  { name, indexes = [] }: TableDefinition,
  scans: readonly ScanPlan[],
  settings: Settings,
): Snapshot {
  if (!settings.boolean('use_skip_indexes')) return withIndexes(snapshot, () => false);
  const ignored = new Set(listed(settings.string('ignore_data_skipping_indices')));
  const isAllowed = (index: SkipIndex): boolean => !ignored.has(index.name);
  const allowed = indexes.filter(isAllowed);
  for (const forced of listed(settings.string('force_data_skipping_indices')))
    for (const scan of scans) {
      const { filter } = scan;
      const conditions = filter === null ? [] : skipConditions(filter, scan, allowed);
      if (conditions.some(({ node }) => namesOf(node).includes(forced))) continue;
      throw new BasaltError(
        'INDEX_NOT_USED',
        `Index \`${forced}\` is not used and setting 'force_data_skipping_indices' contains it`,
        { hint: `No condition on table ${name} is about its expression` },
      );
    }
  return ignored.size === 0 ? snapshot : withIndexes(snapshot, isAllowed);
}

const listed = (names: string): readonly string[] =>
  names
    .split(',')
    .map((name) => name.trim().replace(/^`(.*)`$/, '$1'))
    .filter((name) => name !== '');

const withIndexes = (snapshot: Snapshot, isAllowed: (index: SkipIndex) => boolean): Snapshot => ({
  ...snapshot,
  parts: snapshot.parts.map(
    (part): Part =>
      part.indexes === undefined ? part : { ...part, indexes: part.indexes.filter(isAllowed) },
  ),
});
