/** What system tables show of a database, as it is at this moment. */

import { druidColumnTypeName } from '../../engine/format/index.ts';
import type { TableInfo } from '../../sql/index.ts';
import type { Damage, Store } from '../../storage/index.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { partitionTypes, partName } from '../catalog/partition-id.ts';
import { hasRows } from '../catalog/table-options.ts';
import type { DictionaryBook } from '../dictionary/dictionary-book.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { Session } from '../session/session.ts';
import { SETTINGS } from '../setting/setting.ts';
import type { RunningStatements } from '../statement/running.ts';
import { createFunctionText, createText } from '../statement/show-create.ts';
import type { NodeView } from '../types.ts';
import { clickhouseVersion } from '../version.ts';
import { listedFunctions } from './function-table.ts';
import type { MutationLog } from './mutation-log.ts';
import { detachedRows, partRows } from './parts-table.ts';
import { projectionPartRows, projectionRows } from './projection-table.ts';
import type { QueryLog } from './query-log.ts';
import { segmentRows } from './segment-table.ts';
import { skipIndexRows } from './skip-index-table.ts';
import type { SystemSource } from './table.ts';
import { listedTable } from './tables-table.ts';

/** Temporary tables are in no schema that has a name. */
const schemaOf = ({ schema, isTemporary }: TableInfo): string => (isTemporary === true ? '' : schema);

export function systemSource(
  catalog: Catalog,
  store: Store,
  session: Session,
  running: RunningStatements,
  log: QueryLog,
  mutations: MutationLog,
  nodes: readonly NodeView[],
  dictionaries: DictionaryBook,
  refresher: Refresher,
): SystemSource {
  const nameOf = ({ tableId, meta }: Damage): string =>
    partName(meta, partitionTypes(catalog.definition(tableId)));
  const infos = [
    ...catalog.tables().filter((t) => t.id >= 0),
    ...catalog.temporaryTables(session.temporarySchema),
  ];
  return {
    tables: infos.map((info) => {
      const definition = catalog.definition(info.id);
      const text = createText(definition, catalog.innerOf(definition));
      return listedTable(
        info,
        definition,
        store,
        hasRows(definition) ? catalog.summary(definition) : null,
        text,
      );
    }),
    schemas: catalog.schemas(),
    schemaComment: (schema) => catalog.schemaComment(schema),
    lookups: catalog.lookups(),
    settings: SETTINGS.map((row) => ({
      ...row,
      current: session.settings.changed.get(row.name) ?? row.value,
    })),
    functions: [
      ...listedFunctions(),
      ...catalog.functions().map((fn) => ({
        names: { standard: [fn.name], druid: [fn.name], clickhouse: [fn.name] },
        aggregate: false,
        syntax: `${fn.name}(${fn.parameters.map((p) => p.name).join(', ')})`,
        doc: '',
        topic: '',
        example: '',
        createText: createFunctionText(fn),
      })),
    ],
    segments: () =>
      segmentRows(
        store,
        infos.map(({ id }) => catalog.definition(id)),
      ),
    nodes,
    parts: () => infos.flatMap((info) => partRows(store, catalog.definition(info.id))),
    skipIndexes: () => infos.flatMap((info) => skipIndexRows(store, catalog.definition(info.id))),
    projections: () => infos.flatMap((info) => projectionRows(catalog.definition(info.id))),
    projectionParts: () => infos.flatMap((info) => projectionPartRows(store, catalog.definition(info.id))),
    detachedTables: catalog.detachedTables(),
    droppedTables: catalog.droppedTables(),
    detachedParts: () => infos.flatMap((info) => detachedRows(store, catalog.definition(info.id))),
    merges: store.merges().flatMap((merge) => {
      const info = infos.find(({ id }) => id === merge.tableId);
      return info === undefined ? [] : [{ ...merge, schema: schemaOf(info), table: info.name }];
    }),
    mutations: mutations.list().flatMap((mutation) => {
      const info = infos.find(({ id }) => id === mutation.tableId);
      return info === undefined ? [] : [{ ...mutation, schema: schemaOf(info), table: info.name }];
    }),
    damaged: store.damaged().flatMap((damage) => {
      const info = infos.find(({ id }) => id === damage.tableId);
      return info === undefined
        ? []
        : [{ ...damage, schema: schemaOf(info), table: info.name, name: nameOf(damage) }];
    }),
    dictionaries: () => dictionaries.list(),
    refreshes: () => refresher.list(),
    processes: running.list(),
    queryLog: log.list(),
    typeName: { sql: druidColumnTypeName },
    version: clickhouseVersion,
  };
}
