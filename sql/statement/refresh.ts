/** Refreshable materialized views: when their queries run again, and what tells them to. */

import type { Refresh, RefreshCommand, RefreshPeriod } from '../ast/refresh.ts';
import type { SettingValue, TableName } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { type Period, type RefreshInfo, shownSchema, type TableInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import type { Bare } from './bound.ts';

/** Of units in months, or in seconds. */
const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };
const SECONDS: Readonly<Record<string, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
};

const NOTHING: Period = { months: 0, seconds: 0 };
const MONTH_SECONDS = 28 * 86_400;

/** Settings of a refresh, with what they are where nobody says. */
const SETTINGS = {
  refresh_retries: 2,
  refresh_retry_initial_backoff_ms: 100,
  refresh_retry_max_backoff_ms: 60_000,
} as const;
type Setting = keyof typeof SETTINGS;

export function bindRefresh(refresh: Refresh, session: Session, emptySinceMs: number | null): RefreshInfo {
  const period = periodOf(refresh.period, session);
  if (period.months + period.seconds === 0)
    throw session.error('BAD_ARGUMENTS', refresh.period, 'The period of a refresh is not 0');
  if (period.months > 0 && period.seconds > 0 && refresh.kind === 'every')
    throw session.refuse(
      refresh.period,
      'EVERY of months and shorter units',
      'Write one of them, and the rest as OFFSET',
    );
  const offset = refresh.offset === null ? NOTHING : periodOf(refresh.offset, session);
  if (lengthOf(offset) >= lengthOf(period) && refresh.offset !== null)
    throw session.error('BAD_ARGUMENTS', refresh.offset, 'OFFSET must be less than the period.');
  const spread = refresh.spread === null ? NOTHING : periodOf(refresh.spread, session);
  const settings = settingsOf(refresh, session);
  return {
    kind: refresh.kind,
    period,
    offset,
    spreadSeconds: lengthOf(spread),
    dependsOn: refresh.dependsOn.map((name) => {
      const { schema, name: found } = refreshable(name, session);
      return { schema, name: found };
    }),
    appends: refresh.appends,
    retries: settings.refresh_retries,
    firstBackoffMs: settings.refresh_retry_initial_backoff_ms,
    maxBackoffMs: settings.refresh_retry_max_backoff_ms,
    emptySinceMs,
    text: textOf(refresh, session),
  };
}

const lengthOf = ({ months, seconds }: Period): number => months * MONTH_SECONDS + seconds;

function periodOf({ parts, ...where }: RefreshPeriod, session: Session): Period {
  let { months, seconds } = NOTHING;
  for (const { count, unit } of parts) {
    if (MONTHS[unit] !== undefined) months += count * MONTHS[unit];
    else if (SECONDS[unit] !== undefined) seconds += count * SECONDS[unit];
    else
      throw session.error(
        'BAD_ARGUMENTS',
        where,
        `A refresh goes by seconds or longer units, not by ${unit}s`,
      );
  }
  return { months, seconds };
}

function settingsOf({ settings, ...where }: Refresh, session: Session): Record<Setting, number> {
  const found: Record<Setting, number> = { ...SETTINGS };
  for (const [name, value] of Object.entries(settings) as [string, SettingValue][]) {
    if (!Object.hasOwn(SETTINGS, name))
      throw session.refuse(
        where,
        `The setting ${name} of a refresh`,
        `Known: ${Object.keys(SETTINGS).join(', ')}`,
      );
    found[name as Setting] = Number(value);
    if (!(found[name as Setting] >= 0))
      throw session.error('BAD_ARGUMENTS', where, `${name} is a number of at least 0`);
  }
  return found;
}

/** As ClickHouse writes it. */
function textOf(
  { kind, period, offset, spread, dependsOn, settings, appends }: Refresh,
  session: Session,
): string {
  const shown = ({ parts }: RefreshPeriod): string =>
    parts.map(({ count, unit }) => `${count} ${unit.toUpperCase()}`).join(' ');
  const names = dependsOn.map((name) => {
    const { schema, name: found } = refreshable(name, session);
    return schema === 'main' ? found : `${shownSchema('clickhouse', schema)}.${found}`;
  });
  return [
    `REFRESH ${kind.toUpperCase()} ${shown(period)}`,
    ...(offset === null ? [] : [`OFFSET ${shown(offset)}`]),
    ...(spread === null ? [] : [`RANDOMIZE FOR ${shown(spread)}`]),
    ...(names.length === 0 ? [] : [`DEPENDS ON ${names.join(', ')}`]),
    ...(Object.keys(settings).length === 0
      ? []
      : [
          `SETTINGS ${Object.entries(settings)
            .map(([name, value]) => `${name} = ${value}`)
            .join(', ')}`,
        ]),
    ...(appends ? ['APPEND'] : []),
  ].join(' ');
}

function refreshable(name: TableName, session: Session): TableInfo {
  const parts = tablePath(name);
  const found = session.findTable(parts);
  if (found?.view?.materialized?.refresh !== undefined) return found;
  throw session.error(
    'BAD_ARGUMENTS',
    name,
    `Refreshable view ${parts.map(({ text }) => text).join('.')} doesn't exist`,
    'CREATE MATERIALIZED VIEW v REFRESH EVERY 1 HOUR ... makes one',
  );
}

export function bindRefreshCommand({ action, view }: RefreshCommand, session: Session): Bare<'refreshViews'> {
  if (view !== null) return { kind: 'refreshViews', action, tableIds: [refreshable(view, session).id] };
  const all = session.context.catalog.tables().filter((t) => t.view?.materialized?.refresh !== undefined);
  return { kind: 'refreshViews', action, tableIds: all.map(({ id }) => id) };
}

/** ALTER TABLE view MODIFY REFRESH: from now on. */
export function bindModifyRefresh(
  name: TableName,
  refresh: Refresh,
  session: Session,
): Bare<'modifyRefresh'> {
  const found = session.table(tablePath(name), name);
  const before = found.view?.materialized?.refresh;
  if (before === undefined)
    throw session.refuse(name, `MODIFY REFRESH of ${found.name}`, 'It is for refreshable materialized views');
  if (before.appends !== refresh.appends)
    throw session.refuse(name, 'Adding or removing APPEND', 'Drop the view and create it again');
  return {
    kind: 'modifyRefresh',
    tableId: found.id,
    refresh: bindRefresh(refresh, session, before.emptySinceMs),
  };
}
