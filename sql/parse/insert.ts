/** INSERT, and Druid's INSERT and REPLACE with their layout, to AST. */

import type { Ingest, Insert } from '../ast/statement.ts';
import type { InsertContext } from '../grammar/generated/Sql.js';
import { buildExpression, sortItems } from './expression.ts';
import { identifierOf } from './name.ts';
import { buildQuery } from './query.ts';
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
  if (context.DEFAULT() !== null)
    throw source.refuse(
      span(context),
      'INSERT ... DEFAULT VALUES',
      'Name the columns and write DEFAULT for each',
    );
  const query = context.query();
  const names = context.identifier().map(identifierOf);
  const format = context.FORMAT() === null ? null : names.pop()!;
  const allBut = context.allBut();
  if (allBut !== null && source.dialect !== 'clickhouse')
    throw source.refuse(span(allBut), 'A * in the columns of INSERT', 'Name the columns');
  return {
    kind: 'insert',
    table: tableName(context.qualifiedName(), source),
    columns: allBut === null ? names : allBut.identifier().map(identifierOf),
    allBut: allBut !== null,
    dataFormat: format === null ? null : format.text,
    query: query === null ? null : buildQuery(query, source),
  };
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
  if (context.identifier().length > 0 || context.allBut() !== null)
    throw source.error(
      where,
      `${word} ... PARTITIONED BY takes no list of columns`,
      'Columns have the names that SELECT gives them: SELECT x AS name',
    );
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
    table: tableName(context.qualifiedName(), source),
    overwrites: overwriteAll ? 'all' : overwrites,
    query: buildQuery(query, source),
    partitionedBy:
      context.PARTITIONED() === null ? null : isAll(overwriteAll ? 1 : 0) ? 'all' : expressions[0],
    clusteredBy: sortItems(context.sortItem(), source),
    ...where,
  };
}
