/**
 * Druid's `sys.servers`, `server_segments`, `tasks`, `supervisors` and `server_properties`: the servers over this database,
 * each one process with all of Druid's roles, shown as a historical. Without a server they are empty.
 */

import { INT64, nullable, STRING } from '../../engine/type/type.ts';
import type { NodeTask, NodeView } from '../types.ts';
import { int, type QueryColumn } from './query-tables.ts';
import type { SegmentRow } from './segment-table.ts';

export type ServerRow = { readonly node: NodeView; readonly bytes: number };
export type ServerSegmentRow = { readonly node: NodeView; readonly segmentId: string };
export type TaskRow = { readonly node: NodeView; readonly task: NodeTask };
export type PropertyRow = { readonly node: NodeView; readonly property: string; readonly value: string };

const TEXT = nullable(STRING);
const NO_PORT = -1n;

const addressOf = ({ host, port }: NodeView): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;
const time = (ms: number): string => new Date(ms).toISOString();

export const SERVER_COLUMNS: readonly QueryColumn<ServerRow>[] = [
  ['server', STRING, ({ node }) => addressOf(node)],
  ['host', STRING, ({ node }) => node.host],
  ['plaintext_port', INT64, ({ node }) => int(node.port)],
  ['tls_port', INT64, () => NO_PORT],
  ['server_type', STRING, () => 'historical'],
  ['tier', TEXT, () => '_default_tier'],
  ['curr_size', INT64, ({ bytes }) => int(bytes)],
  // Nothing bounds it.
  ['max_size', INT64, () => 0n],
  // Null where a server of the type has no leader.
  ['is_leader', nullable(INT64), () => null],
  ['start_time', STRING, ({ node }) => time(node.startedMs)],
  ['version', STRING, ({ node }) => node.version],
  ['labels', TEXT, () => null],
];

export const SERVER_SEGMENT_COLUMNS: readonly QueryColumn<ServerSegmentRow>[] = [
  ['server', STRING, ({ node }) => addressOf(node)],
  ['segment_id', STRING, ({ segmentId }) => segmentId],
];

const isRunning = ({ task }: TaskRow): boolean => task.runnerStatus === 'RUNNING';

export const TASK_COLUMNS: readonly QueryColumn<TaskRow>[] = [
  ['task_id', STRING, ({ task }) => task.id],
  ['group_id', STRING, ({ task }) => task.id],
  ['type', STRING, ({ task }) => task.type],
  ['datasource', STRING, ({ task }) => task.dataSource],
  ['created_time', STRING, ({ task }) => time(task.createdMs)],
  ['queue_insertion_time', STRING, ({ task }) => time(task.createdMs)],
  ['status', STRING, ({ task }) => task.status],
  ['runner_status', STRING, ({ task }) => task.runnerStatus],
  ['duration', INT64, ({ task }) => int(task.durationMs)],
  ['location', TEXT, (row) => (isRunning(row) ? addressOf(row.node) : null)],
  ['host', TEXT, (row) => (isRunning(row) ? row.node.host : null)],
  ['plaintext_port', INT64, (row) => (isRunning(row) ? int(row.node.port) : NO_PORT)],
  ['tls_port', INT64, () => NO_PORT],
  ['error_msg', TEXT, ({ task }) => task.errorText],
];

/** There are none: nothing is read from streams. */
export const SUPERVISOR_COLUMNS: readonly QueryColumn<never>[] = [
  ['supervisor_id', STRING, () => null],
  ['datasource', STRING, () => null],
  ['state', STRING, () => null],
  ['detailed_state', STRING, () => null],
  ['healthy', INT64, () => null],
  ['type', STRING, () => null],
  ['source', STRING, () => null],
  ['suspended', INT64, () => null],
  ['spec', STRING, () => null],
];

export const PROPERTY_COLUMNS: readonly QueryColumn<PropertyRow>[] = [
  ['server', STRING, ({ node }) => addressOf(node)],
  ['service_name', STRING, ({ node }) => node.service],
  ['node_roles', STRING, () => '[broker,coordinator,historical,overlord,router]'],
  ['property', STRING, ({ property }) => property],
  ['value', STRING, ({ value }) => value],
];

export function serverRows(nodes: readonly NodeView[], segments: readonly SegmentRow[]): ServerRow[] {
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  return nodes.map((node) => ({ node, bytes }));
}

export const serverSegmentRows = (
  nodes: readonly NodeView[],
  segments: readonly SegmentRow[],
): ServerSegmentRow[] => nodes.flatMap((node) => segments.map(({ id }) => ({ node, segmentId: id })));

export const taskRows = (nodes: readonly NodeView[]): TaskRow[] =>
  nodes.flatMap((node) => node.tasks().map((task) => ({ node, task })));

export const propertyRows = (nodes: readonly NodeView[]): PropertyRow[] =>
  nodes.flatMap((node) => node.properties.map(([property, value]) => ({ node, property, value })));
