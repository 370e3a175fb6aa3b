/** Data-skipping indexes: in CREATE TABLE, ALTER TABLE, CREATE INDEX and DROP INDEX. */

import type { AlterTable, ColumnCommand } from '../ast/alter.ts';
import type { Identifier } from '../ast/expression.ts';
import type { IndexDefinition } from '../ast/statement.ts';
import type {
  CreateIndexContext,
  DropIndexContext,
  GranularityContext,
  IndexCommandContext,
  IndexDefinitionContext,
  IndexExpressionContext,
  IndexTypeContext,
} from '../grammar/generated/Sql.js';
import { partitionName, placeOf } from './alter.ts';
import { buildExpression } from './expression.ts';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { tableName } from './statement.ts';

export const indexOf = (context: IndexDefinitionContext, source: Source): IndexDefinition =>
  definitionOf(
    identifierOf(context.identifier()),
    context.indexExpression(),
    context.indexType(),
    context.granularity(),
    source,
  );

function definitionOf(
  name: Identifier,
  expression: IndexExpressionContext,
  type: IndexTypeContext | null,
  granularity: GranularityContext | null,
  source: Source,
): IndexDefinition {
  const text = span(expression);
  if (source.dialect !== 'clickhouse')
    throw source.refuse(
      name,
      'A data-skipping index in this dialect',
      'Bounds, bitmaps and dictionaries are kept unasked; others are made in the clickhouse dialect',
    );
  return {
    name,
    value: buildExpression(expression.expression(), source),
    text,
    type:
      type === null
        ? null
        : {
            name: identifierOf(type.identifier()),
            args: type.LeftParen() === null ? null : type.expression().map((e) => buildExpression(e, source)),
          },
    granularity: granularity === null ? 1 : Number(granularity.IntegerLiteral().getText()),
    at: name.at,
    end: text.end,
  };
}

export function indexCommand(context: IndexCommandContext, source: Source): ColumnCommand {
  const ifExists = context.EXISTS() !== null;
  const definition = context.indexDefinition();
  if (definition !== null) {
    const place = placeOf(context.columnPlace(), source);
    return { kind: 'add index', index: indexOf(definition, source), ifNotExists: ifExists, place };
  }
  const name = identifierOf(context.identifier()!);
  if (context.DROP() !== null) return { kind: 'drop index', name, ifExists };
  const ref = context.partitionRef();
  return {
    kind: context.CLEAR() === null ? 'materialize index' : 'clear index',
    name,
    ifExists,
    partition: ref === null ? null : partitionName(ref, source),
  };
}

/** CREATE INDEX is ALTER TABLE ... ADD INDEX. */
export function buildCreateIndex(context: CreateIndexContext, source: Source): AlterTable {
  if (context.UNIQUE() !== null)
    throw source.refuse(span(context), 'CREATE UNIQUE INDEX', 'Leave UNIQUE out: nothing would enforce it');
  const written = definitionOf(
    identifierOf(context.identifier()),
    context.indexExpression(),
    context.indexType(),
    context.granularity(),
    source,
  );
  // The parentheses belong to the statement, but for a tuple's.
  const index = written.value.kind === 'tuple' ? written : { ...written, text: written.value };
  return alter(
    context,
    { kind: 'add index', index, ifNotExists: context.EXISTS() !== null, place: null },
    source,
  );
}

export function buildDropIndex(context: DropIndexContext, source: Source): AlterTable {
  const name = identifierOf(context.identifier());
  return alter(context, { kind: 'drop index', name, ifExists: context.EXISTS() !== null }, source);
}

const alter = (
  context: CreateIndexContext | DropIndexContext,
  command: ColumnCommand,
  source: Source,
): AlterTable => ({
  kind: 'alter table',
  table: tableName(context.qualifiedName(), source),
  ifExists: false,
  commands: [command],
  partitions: [],
});
