/** Settings of tables: what CREATE TABLE says, and what ALTER TABLE changes of it. */

import type { TableLimits } from '../../engine/plan/ttl.ts';
import type { BoundTableSettings } from '../../sql/index.ts';
import type { NewTable } from '../../storage/index.ts';
import type { TableOptions } from './table-options.ts';

export function withSettings<T extends NewTable>(
  table: T,
  { written, limits, codec }: BoundTableSettings,
): T {
  const { settings: before = {}, ...options } = table.options as TableOptions;
  const settings = merged(before, written);
  const changed: TableLimits = merged({ ...table.limits }, limits);
  const { limits: _limits, codec: ownCodec, ...rest } = table;
  const newCodec = codec === undefined ? ownCodec : codec;
  return {
    ...rest,
    ...(Object.keys(changed).length === 0 ? {} : { limits: changed }),
    ...(newCodec == null ? {} : { codec: newCodec }),
    options: { ...options, ...(Object.keys(settings).length === 0 ? {} : { settings }) },
  } as T;
}

/** Null takes an entry away. */
const merged = <V>(
  before: Readonly<Record<string, V>>,
  change: Readonly<Record<string, V | null>>,
): Record<string, V> =>
  Object.fromEntries(
    Object.entries({ ...before, ...change }).filter((entry): entry is [string, V] => entry[1] !== null),
  );
