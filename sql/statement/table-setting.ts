/**
 * SETTINGS of a table, and ALTER TABLE ... MODIFY | RESET SETTING. Whatever ClickHouse's MergeTree knows is kept and shown; few change
 * something here.
 */

import { textLiteral } from '../../engine/function/default-text.ts';
import { nearest } from '../../engine/function/nearest.ts';
import type { TableLimits } from '../../engine/plan/ttl.ts';
import type { Span } from '../ast/expression.ts';
import type { Settings, SettingValue } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';
import { FIXED_TABLE_SETTINGS, TABLE_SETTINGS } from '../dialect/table-setting.ts';
import type { BoundTableSettings } from './bound.ts';
import { bindDefaultCodec } from './codec.ts';

/** Settings that bound a table's segments, and what one unit of their values is. */
const LIMITS: Readonly<Record<string, { readonly limit: keyof TableLimits; readonly unit: number }>> = {
  parts_to_delay_insert: { limit: 'partsToDelayInsert', unit: 1 },
  parts_to_throw_insert: { limit: 'partsToThrowInsert', unit: 1 },
  merge_with_ttl_timeout: { limit: 'mergeWithTtlTimeoutMs', unit: 1000 },
};

const CODEC = 'default_compression_codec';

/** @throws UNKNOWN_SETTING, BAD_ARGUMENTS */
export function bindTableSettings(settings: Settings, where: Span, session: Session): BoundTableSettings {
  const limits: { -readonly [K in keyof TableLimits]: number } = {};
  const written: Record<string, string> = {};
  for (const [name, value] of Object.entries(settings)) {
    if (!TABLE_SETTINGS.has(name)) throw unknown(name, where, session);
    written[name] = valueText(value);
    const row = LIMITS[name];
    if (row === undefined) continue;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw session.error('BAD_ARGUMENTS', where, `The setting ${name} is a whole number from 0 on`);
    limits[row.limit] = value * row.unit;
  }
  return {
    written,
    limits,
    ...(Object.hasOwn(settings, CODEC) ? { codec: bindDefaultCodec(settings, where, session) } : {}),
  };
}

/** What ALTER changes; null as a value: it is as if it was never set. */
export function bindChangedSettings(
  set: Settings,
  reset: readonly string[],
  where: Span,
  session: Session,
): BoundTableSettings {
  const bound = bindTableSettings(set, where, session);
  const fixed = [...Object.keys(set), ...reset].find((name) => FIXED_TABLE_SETTINGS.has(name));
  if (fixed !== undefined)
    throw session.error(
      'READONLY_SETTING',
      where,
      `The setting ${fixed} of a table stays as it was made`,
      'Make a new table with it, and INSERT the rows into that',
    );
  const limits: { -readonly [K in keyof TableLimits]: number | null } = { ...bound.limits };
  const written: Record<string, string | null> = { ...bound.written };
  for (const name of reset) {
    if (!TABLE_SETTINGS.has(name))
      throw session.error(
        'BAD_ARGUMENTS',
        where,
        `Cannot reset setting ${name}: no MergeTree has it`,
        hintOf(name),
      );
    written[name] = null;
    const row = LIMITS[name];
    if (row !== undefined) limits[row.limit] = null;
  }
  return { ...bound, written, limits, ...(reset.includes(CODEC) ? { codec: null } : {}) };
}

const unknown = (name: string, where: Span, session: Session): Error =>
  session.error('UNKNOWN_SETTING', where, `Unknown setting ${name} of a table`, hintOf(name));

const hintOf = (name: string): string => {
  const near = nearest(name, TABLE_SETTINGS);
  return near === undefined ? 'Leave it out' : `Did you mean ${near}?`;
};

const valueText = (value: SettingValue): string =>
  typeof value === 'string' ? textLiteral(value) : String(typeof value === 'boolean' ? Number(value) : value);
