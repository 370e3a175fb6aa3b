/** INSERT, and Druid's INSERT and REPLACE with their layout, to AST. */

import type { Expression } from '../ast/expression.ts';
import type { Query } from '../ast/query.ts';
import type { Ingest, Insert } from '../ast/statement.ts';
import type { InsertContext } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { returningOf } from './mutation.ts';
import { columnNameOf, identifierOf } from './name.ts';
import { buildQuery, tableFunction } from './query.ts';
import { sortItems } from './sort-item.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { tableName } from './statement.ts';

export function buildInsert(context: InsertContext, source: Source): Insert | Ingest {
  if (
    context.REPLACE() !== null ||
    context.OVERWRITE() !== null ||
    context.PARTITIONED() !== null ||
    context.CLUSTERED() !== null
  )
    return buildIngest(context, source);
  const query = context.query();
  const by = context._by ?? null;
  const names = context.columnName().map((name) => columnNameOf(name, source));
  if (context.DEFAULT() !== null && (names.length > 0 || by !== null))
    throw source.error(span(context), 'DEFAULT VALUES takes no columns', 'Leave them out');
  if (context.DEFAULT() !== null && source.dialect !== 'standard')
    throw source.refuse(
      span(context),
      'INSERT ... DEFAULT VALUES',
      'Name the columns and write DEFAULT for each',
    );
  // FORMAT Values is VALUES.
  const format =
    context.FORMAT() === null || query !== null
      ? null
      : identifierOf(context.identifier().find((name) => name !== by)!);
  const returning = returningOf(context.returning(), source);
  if (returning !== null && format !== null)
    throw source.refuse(
      span(context.returning()!),
      'RETURNING of rows that come in a format',
      'INSERT them, then SELECT',
    );
  const allBut = context.allBut();
  if (allBut !== null && source.dialect !== 'clickhouse')
    throw source.refuse(span(allBut), 'A * in the columns of INSERT', 'Name the columns');
  return {
    kind: 'insert',
    ...destinationOf(context, source),
    columns: allBut === null ? names : allBut.identifier().map(identifierOf),
    allBut: allBut !== null,
    byName: isByName(context, names.length > 0, source),
    dataFormat: format === null ? null : format.text,
    query: query === null ? null : withDefaults(buildQuery(query, source)),
    returning,
  };
}

/** The table, or ClickHouse's FUNCTION in its place. */
function destinationOf(context: InsertContext, source: Source): Pick<Insert, 'table' | 'into'> {
  const name = context.qualifiedName();
  if (name !== null) return { table: tableName(name, source), into: null };
  const into = tableFunction(context.tableFunction()!, source);
  if (source.dialect !== 'clickhouse')
    throw source.refuse(span(context), 'INSERT INTO FUNCTION', 'Name a table');
  const { at, end } = into;
  return { table: { schema: null, name: into.path[0], isTemporary: false, at, end }, into };
}

/** In rows of VALUES, which have no columns in reach, DEFAULT is no name. */
function withDefaults(query: Query): Query {
  if (query.body.kind !== 'values') return query;
  const rows = query.body.rows.map((row) =>
    row.map((node): Expression => {
      const isDefault =
        node.kind === 'name' &&
        node.parts.length === 1 &&
        !node.parts[0].quoted &&
        node.parts[0].text.toUpperCase() === 'DEFAULT';
      return isDefault ? { kind: 'default', at: node.at, end: node.end } : node;
    }),
  );
  return { ...query, body: { ...query.body, rows } };
}

/** BY NAME; BY POSITION is what is meant without either. */
function isByName(context: InsertContext, hasColumns: boolean, source: Source): boolean {
  const by = context._by ?? null;
  if (by === null) return false;
  const word = by.getText().toUpperCase();
  if (word !== 'NAME' && word !== 'POSITION')
    throw source.error(span(by), `INSERT goes BY NAME or BY POSITION, not BY ${by.getText()}`);
  if (source.dialect !== 'standard')
    throw source.refuse(span(by), `INSERT BY ${word}`, 'Name the columns behind the table');
  if (hasColumns || context.query()?.queryTerm(0)?.valuesClause() != null || context.query() === null)
    throw source.error(
      span(by),
      `INSERT BY ${word} takes a query and no list of columns`,
      'Write INSERT INTO t BY NAME SELECT 1 AS a',
    );
  return word === 'NAME';
}

function buildIngest(context: InsertContext, source: Source): Ingest {
  const where = span(context);
  const word = context.REPLACE() === null ? 'INSERT' : 'REPLACE';
  if (source.dialect !== 'druid')
    throw word === 'REPLACE' || context.OVERWRITE() !== null
      ? source.refuse(where, 'REPLACE INTO ... OVERWRITE', 'Use TRUNCATE TABLE and INSERT')
      : source.refuse(
          where,
          'PARTITIONED BY and CLUSTERED BY',
          'Create the table with its layout first, then INSERT',
        );
  if (word === 'INSERT' && context.OVERWRITE() !== null)
    throw source.error(where, 'INSERT takes no OVERWRITE', 'Write REPLACE INTO ... OVERWRITE');
  if (word === 'REPLACE' && context.OVERWRITE() === null)
    throw source.error(
      where,
      'REPLACE does not say what it overwrites',
      "Write OVERWRITE ALL, or OVERWRITE WHERE __time >= TIMESTAMP '...' AND __time < TIMESTAMP '...'",
    );
  if (context.columnName().length > 0 || context.allBut() !== null)
    throw source.error(
      where,
      `${word} ... PARTITIONED BY takes no list of columns`,
      'Columns have the names that SELECT gives them: SELECT x AS name',
    );
  const returning = context.returning();
  if (returning !== null)
    throw source.refuse(span(returning), `RETURNING of ${word} ... PARTITIONED BY`, 'SELECT the rows');
  const name = context.qualifiedName();
  if (name === null) throw source.refuse(where, 'INSERT INTO FUNCTION', 'Name a table');
  const query = context.query();
  if (query === null) throw source.error(where, `${word} ... PARTITIONED BY takes a query`, 'Write SELECT');
  // The first expression is that of OVERWRITE WHERE, if there is one.
  const expressions = context.expression().map((e) => buildExpression(e, source));
  const overwrites = context.WHERE() === null ? null : expressions.shift()!;
  const isAll = (at: number): boolean => context.ALL().length > at;
  const overwriteAll = context.OVERWRITE() !== null && overwrites === null;
  return {
    kind: 'ingest',
    word,
    table: tableName(name, source),
    overwrites: overwriteAll ? 'all' : overwrites,
    query: buildQuery(query, source),
    partitionedBy:
      context.PARTITIONED() === null ? null : isAll(overwriteAll ? 1 : 0) ? 'all' : expressions[0],
    clusteredBy: sortItems(context.sortItem(), source),
    ...where,
  };
}
