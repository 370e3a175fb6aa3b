/**
 * The public door of `sql`: text of three dialects in, bound statements out. A bound statement knows no dialect
 * and no text; what it names in the catalog it names by id.
 */

import type { Dialect } from '../engine/function/row.ts';
import type { Statement } from './ast/statement.ts';
import { parse } from './parse/parser.ts';

/** @throws SYNTAX_ERROR with line, column and a hint; TOO_DEEP, QUERY_IS_TOO_LARGE, NOT_IMPLEMENTED. */
export const parseStatement = (text: string, dialect: Dialect): Statement => parse(text, dialect);

export { FUNCTIONS, TOPICS, WINDOW_FUNCTIONS } from '../engine/function/index.ts';
export type { Dialect } from '../engine/function/row.ts';
export type { Settings, SettingValue, Statement } from './ast/statement.ts';
export { CLUSTERS, MACROS } from './bind/cluster.ts';
export type {
  BindContext,
  CatalogView,
  ColumnInfo,
  DetachedTable,
  DictionaryInfo,
  DroppedTable,
  ExternRequest,
  FileRequest,
  FileView,
  InputRequest,
  OwnFileRequest,
  Parameter,
  ParameterValue,
  Period,
  RefreshInfo,
  RowsView,
  SqlFunction,
  TableInfo,
  TableKey,
  TableRequest,
  TextRequest,
  Through,
  ViewInfo,
} from './bind/context.ts';
export { schemaOf, shownSchema } from './bind/context.ts';
export { tableFunctions } from './bind/from.ts';
export { type TypeFamily, typeFamilies } from './dialect/type-family.ts';
export { bind } from './statement/bind.ts';
export type {
  BoundChange,
  BoundColumnCommand,
  BoundMaterialize,
  BoundNames,
  BoundPartition,
  BoundPartitionCommand,
  BoundPlace,
  BoundProjected,
  BoundStatement,
  BoundTableSettings,
  BoundTtl,
  ColumnSpec,
  CreateTableSpec,
  IndexSpec,
  TableRef,
  ViewSpec,
} from './statement/bound.ts';
export { dictionaryRows } from './statement/dictionary-rows.ts';
export { type ListedEngine, listedEngines } from './statement/engine.ts';
export type { ProjectionSpec } from './statement/projection.ts';
export { type SplitInsert, splitInsert } from './statement/split-insert.ts';
