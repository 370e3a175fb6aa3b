/** Statements as ClickHouse's formatter writes them: queries, and inserts of what a query gives. */

import { textLiteral } from '../../engine/function/default-text.ts';
import type { Output, SettingValue, StatementBody } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import { layoutOf, nameText, pathText } from './layout.ts';
import { queryText } from './query-text.ts';

/** Null: there is no text of such a statement yet. */
export function statementText(
  body: StatementBody,
  isOneLine: boolean,
  { settings, format }: Pick<Output, 'settings' | 'format'> = { settings: {}, format: null },
): string | null {
  const layout = layoutOf(isOneLine, queryText);
  const text = bodyText(body, (query) => layout.query(query, 0));
  if (text === null) return null;
  const set = Object.entries(settings).map(([name, value]) => `${name} = ${valueText(value)}`);
  return [
    text,
    ...(set.length === 0 ? [] : [`SETTINGS ${set.join(', ')}`]),
    ...(format === null ? [] : [`FORMAT ${format}`]),
  ].join(layout.line(0));
}

type QueryOf = Extract<StatementBody, { kind: 'query' }>['query'];

function bodyText(body: StatementBody, textOf: (query: QueryOf) => string): string | null {
  if (body.kind === 'query') return textOf(body.query);
  if (body.kind !== 'insert' || body.query === null || body.into !== null || body.byName) return null;
  const { table, columns, allBut, query } = body;
  const names = columns.map(({ text }) => nameText(text)).join(', ');
  const list = columns.length === 0 ? '' : allBut ? ` (* EXCEPT (${names}))` : ` (${names})`;
  const path = tablePath(table);
  return `INSERT INTO ${pathText(path)}${list} ${textOf(query)}`;
}

const valueText = (value: SettingValue): string =>
  typeof value === 'string' ? textLiteral(value) : String(typeof value === 'boolean' ? Number(value) : value);
