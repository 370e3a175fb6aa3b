/**
 * By whose rights a view's query reads. There is one user, so that all that can be said means the same; it is kept, shown, and refused
 * where ClickHouse refuses it.
 */

import type { TableName, ViewSecurity } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import type { ViewInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import type { Bare } from './bound.ts';

type Bound = NonNullable<ViewInfo['security']>;

export function bindSecurity(written: ViewSecurity, isMaterialized: boolean, session: Session): Bound {
  const user = session.context.user ?? 'default';
  const { kind, definer } = written;
  if (definer !== null && definer.name !== user)
    throw session.error(
      'UNKNOWN_USER',
      definer,
      `There is no user '${definer.name}'`,
      `Write DEFINER = CURRENT_USER: the one user is '${user}'`,
    );
  if (isMaterialized && kind === 'INVOKER')
    throw session.error(
      'QUERY_IS_NOT_SUPPORTED_IN_MATERIALIZED_VIEW',
      written,
      "SQL SECURITY INVOKER can't be specified for MATERIALIZED VIEW",
      'Write DEFINER or NONE: nobody invokes it',
    );
  return { kind, definer: kind === 'DEFINER' ? user : (definer?.name ?? null) };
}

/** ALTER TABLE view MODIFY SQL SECURITY. */
export function bindModifySecurity(
  name: TableName,
  security: ViewSecurity,
  session: Session,
): Bare<'modifySecurity'> {
  const found = session.table(tablePath(name), name);
  if (found.view === undefined || found.view.dictionary !== undefined)
    throw session.refuse(security, `MODIFY SQL SECURITY of ${found.name}`, 'It is for views');
  return {
    kind: 'modifySecurity',
    tableId: found.id,
    security: bindSecurity(security, found.view.materialized !== undefined, session),
  };
}
