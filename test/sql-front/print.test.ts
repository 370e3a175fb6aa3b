/** The text that a statement is printed as means the same: every query of the golden files, printed and parsed, prints as the same text. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from '../../sql/parse/parser.ts';
import { statementText } from '../../sql/print/statement-text.ts';

const GOLDEN = join(import.meta.dirname, '../sql/golden');

/** What stands behind `query` lines, up to the line of dashes. */
const queriesOf = (text: string): string[] =>
  [...text.matchAll(/^query[^\n]*\n((?:.+\n)*?)----$/gm)]
    .map(([, query]) => query.trim())
    .filter((query) => /^(select|with|from|\()/i.test(query));

const printed = (query: string, isOneLine: boolean): string => {
  const { body, output } = parse(query, 'clickhouse');
  const text = statementText(body, isOneLine, output);
  if (text === null) throw new TypeError(`${query} has no text`);
  return text;
};

describe('a printed query', () => {
  const files = readdirSync(GOLDEN).filter((name) => name.endsWith('.clickhouse.sql.txt'));
  const queries = files.flatMap((name) => queriesOf(readFileSync(join(GOLDEN, name), 'utf8')));

  it('is there for every query', () => {
    expect(queries.length).toBeGreaterThan(1500);
  });

  it.each([
    ['on one line', true],
    ['on lines', false],
  ])('is the text of what it is parsed as, %s', (_, isOneLine) => {
    for (const query of queries) {
      const text = printed(query, isOneLine);
      expect(printed(text, isOneLine), query).toBe(text);
      expect(printed(text, !isOneLine), query).toBe(printed(query, !isOneLine));
    }
  });
});
