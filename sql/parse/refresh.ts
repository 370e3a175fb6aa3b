/** REFRESH of a materialized view to AST. */

import type { Token } from 'antlr4ng';
import type { Refresh, RefreshPeriod } from '../ast/refresh.ts';
import { INTERVAL_UNITS } from '../dialect/interval-unit.ts';
import type { RefreshContext, RefreshPeriodContext } from '../grammar/generated/Sql.js';
import { Sql } from '../grammar/generated/Sql.js';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { settingsOf, tableName } from './statement.ts';

const KNOWN =
  'Write REFRESH EVERY | AFTER n unit [OFFSET n unit] [RANDOMIZE FOR n unit] [DEPENDS ON v] [SETTINGS ...] [APPEND]';

export function buildRefresh(context: RefreshContext, source: Source): Refresh {
  /** The words that are no keywords. */
  const expect = (token: Token | null | undefined, word: string): void => {
    if (token == null || token.text?.toUpperCase() === word) return;
    throw source.error(span(context), `Syntax error at \`${token.text}\``, KNOWN);
  };
  expect(context._head, 'REFRESH');
  if (context._kind?.type !== Sql.AFTER) expect(context._kind, 'EVERY');
  expect(context._randomize, 'RANDOMIZE');
  expect(context._depends, 'DEPENDS');
  expect(context._append, 'APPEND');
  const kind = context._kind?.type === Sql.AFTER ? 'after' : 'every';
  if (kind === 'after' && context._offset !== undefined)
    throw source.error(
      span(context),
      'REFRESH AFTER has no OFFSET',
      'It counts from the end of the last refresh',
    );
  return {
    kind,
    period: periodOf(context._period!, source),
    offset: context._offset === undefined ? null : periodOf(context._offset, source),
    spread: context._spread === undefined ? null : periodOf(context._spread, source),
    dependsOn: context.qualifiedName().map((name) => tableName(name, source)),
    settings: settingsOf(context.setting(), source),
    appends: context._append != null,
    ...span(context),
  };
}

function periodOf(context: RefreshPeriodContext, source: Source): RefreshPeriod {
  const counts = context.IntegerLiteral();
  const parts = context.intervalUnit().map((unit, i) => {
    const word = unit.getText().toLowerCase().replace(/s$/, '');
    if (!INTERVAL_UNITS.has(word))
      throw source.error(span(unit), `Syntax error at \`${unit.getText()}\``, KNOWN);
    return { count: Number(counts[i].getText()), unit: word };
  });
  return { parts, ...span(context) };
}
