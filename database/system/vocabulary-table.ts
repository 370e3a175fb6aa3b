/**
 * What there is by name in ClickHouse's dialect: engines, formats, types, table functions and time zones; and who there is: one node, one user,
 * who may do everything.
 */

import { FORMATS } from '../../engine/format/index.ts';
import { nullable, STRING, type, type Value } from '../../engine/type/type.ts';
import type { ListedEngine, TypeFamily } from '../../sql/index.ts';
import { language } from '../statement/language.ts';
import type { QueryColumn } from './query-tables.ts';

const U8 = type('uint8');
const U16 = type('uint16');
const U32 = type('uint32');
const OPTIONAL = nullable(STRING);
const flag = (is: boolean): bigint => (is ? 1n : 0n);

export const ENGINE_COLUMNS: readonly QueryColumn<ListedEngine>[] = [
  ['name', STRING, ({ name }) => name],
  ['supports_settings', U8, ({ isSorted }) => flag(isSorted)],
  ['supports_skipping_indices', U8, ({ isSorted }) => flag(isSorted)],
  ['supports_projections', U8, ({ isSorted }) => flag(isSorted)],
  ['supports_sort_order', U8, ({ isSorted }) => flag(isSorted)],
  ['supports_ttl', U8, ({ isSorted }) => flag(isSorted)],
  ['supports_replication', U8, () => 0n],
  ['supports_deduplication', U8, ({ takesRows }) => flag(takesRows)],
  ['supports_parallel_insert', U8, ({ takesRows }) => flag(takesRows)],
];
export const engineRows = (): readonly ListedEngine[] => language().listedEngines();

type Format = {
  readonly name: string;
  readonly isInput: boolean;
  readonly isOutput: boolean;
  readonly contentType: string;
};
export const FORMAT_COLUMNS: readonly QueryColumn<Format>[] = [
  ['name', STRING, ({ name }) => name],
  ['is_input', U8, ({ isInput }) => flag(isInput)],
  ['is_output', U8, ({ isOutput }) => flag(isOutput)],
  ['content_type', STRING, ({ contentType }) => contentType],
];
export const formatRows = (): readonly Format[] =>
  FORMATS.flatMap(({ names, contentType, read, write, loadWrite }) =>
    names.map((name) => ({
      name,
      isInput: read !== null,
      isOutput: write !== null || loadWrite !== undefined,
      contentType,
    })),
  );

export const TYPE_COLUMNS: readonly QueryColumn<TypeFamily>[] = [
  ['name', STRING, ({ name }) => name],
  ['case_insensitive', U8, ({ anyCase }) => flag(anyCase)],
  ['alias_to', STRING, ({ aliasTo }) => aliasTo],
];
export const typeRows = (): readonly TypeFamily[] => language().typeFamilies();

export const TABLE_FUNCTION_COLUMNS: readonly QueryColumn<string>[] = [['name', STRING, (name) => name]];
export const tableFunctionRows = (): readonly string[] => language().tableFunctions('clickhouse');

export const TIME_ZONE_COLUMNS: readonly QueryColumn<string>[] = [['time_zone', STRING, (name) => name]];
/** Those that the runtime lists; it knows more names of the same zones. */
export const timeZoneRows = (): readonly string[] => [
  ...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]),
];

/** The one node; nobody reaches it by ClickHouse's own protocol, which is what the port is of. */
export const NODE = { hostName: 'localhost', port: 0n } as const;

export const CLUSTER_COLUMNS: readonly QueryColumn<string>[] = [
  ['cluster', STRING, (cluster) => cluster],
  ['shard_num', U32, () => 1n],
  ['shard_weight', U32, () => 1n],
  ['replica_num', U32, () => 1n],
  ['host_name', STRING, () => NODE.hostName],
  ['host_address', STRING, () => '127.0.0.1'],
  ['port', U16, () => NODE.port],
  ['is_local', U8, () => 1n],
  ['user', STRING, () => USER],
  ['default_database', STRING, () => ''],
  ['errors_count', U32, () => 0n],
];
export const clusterRows = (): readonly string[] => language().CLUSTERS;

type Macro = readonly [name: string, substitution: string];
export const MACRO_COLUMNS: readonly QueryColumn<Macro>[] = [
  ['macro', STRING, ([name]) => name],
  ['substitution', STRING, ([, substitution]) => substitution],
];
export const macroRows = (): readonly Macro[] => language().MACROS;

const USER = 'default';
type User = { readonly name: string };
export const USER_COLUMNS: readonly QueryColumn<User>[] = [
  ['name', STRING, ({ name }) => name],
  ['storage', STRING, () => ''],
  ['default_roles_all', U8, () => 1n],
  ['default_database', STRING, () => ''],
];
export const USERS: readonly User[] = [{ name: USER }];

export const ROLE_COLUMNS: readonly QueryColumn<User>[] = [
  ['name', STRING, ({ name }) => name],
  ['storage', STRING, () => ''],
];

type Grant = { readonly user: string; readonly access: string };
const none = (): Value => null;
export const GRANT_COLUMNS: readonly QueryColumn<Grant>[] = [
  ['user_name', OPTIONAL, ({ user }) => user],
  ['role_name', OPTIONAL, none],
  ['access_type', STRING, ({ access }) => access],
  ['access_object', STRING, () => ''],
  ['database', OPTIONAL, none],
  ['table', OPTIONAL, none],
  ['column', OPTIONAL, none],
  ['is_partial_revoke', U8, () => 0n],
  ['grant_option', U8, () => 0n],
];
export const GRANTS: readonly Grant[] = [{ user: USER, access: 'ALL' }];
