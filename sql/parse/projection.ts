/** Projections: in CREATE TABLE and ALTER TABLE. */

import type { ColumnCommand } from '../ast/alter.ts';
import type { ProjectionDefinition } from '../ast/statement.ts';
import type { ProjectionCommandContext, ProjectionDefinitionContext } from '../grammar/generated/Sql.js';
import { partitionName } from './alter.ts';
import { identifierOf } from './name.ts';
import { buildQuery } from './query.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

export function projectionOf(context: ProjectionDefinitionContext, source: Source): ProjectionDefinition {
  if (source.dialect !== 'clickhouse')
    throw source.refuse(
      span(context),
      'A projection in this dialect',
      'Make it in the clickhouse dialect: queries of every dialect use it',
    );
  return {
    name: identifierOf(context.identifier()),
    query: buildQuery(context.query(), source),
    ...span(context),
  };
}

export function projectionCommand(context: ProjectionCommandContext, source: Source): ColumnCommand {
  const isConditional = context.EXISTS() !== null;
  const definition = context.projectionDefinition();
  if (definition !== null) {
    const after = context.identifier();
    const place =
      context.FIRST() === null && after === null
        ? null
        : { after: after === null ? null : identifierOf(after) };
    const projection = projectionOf(definition, source);
    return { kind: 'add projection', projection, ifNotExists: isConditional, place };
  }
  const name = identifierOf(context.identifier()!);
  if (context.DROP() !== null) return { kind: 'drop projection', name, ifExists: isConditional };
  const ref = context.partitionRef();
  return {
    kind: context.CLEAR() === null ? 'materialize projection' : 'clear projection',
    name,
    partition: ref === null ? null : partitionName(ref, source),
  };
}
