/**
 * ClickHouse's clusters. There is one node, which is a cluster by itself, so that statements and functions that name one find it.
 * Where configurations name clusters by a macro, `{cluster}`, it is that one.
 */

import type { Span } from '../ast/expression.ts';
import type { Session } from './session.ts';

export const CLUSTERS: readonly string[] = ['default'];

/** What `{name}` stands for. */
export const MACROS: readonly (readonly [name: string, substitution: string])[] = [['cluster', CLUSTERS[0]]];

/** @throws CLUSTER_DOESNT_EXIST, NO_ELEMENTS_IN_CONFIG */
export function checkCluster(written: string, where: Span, session: Session): void {
  const name = written.replace(/\{(\w+)\}/g, (_, macro: string) => {
    const known = MACROS.find(([each]) => each === macro);
    if (known !== undefined) return known[1];
    throw session.error(
      'NO_ELEMENTS_IN_CONFIG',
      where,
      `No macro '${macro}' in '${written}'`,
      'SELECT * FROM system.macros lists them',
    );
  });
  if (CLUSTERS.includes(name)) return;
  throw session.error(
    'CLUSTER_DOESNT_EXIST',
    where,
    `Requested cluster '${name}' not found`,
    `There is one node: its cluster is called '${CLUSTERS[0]}'`,
  );
}
