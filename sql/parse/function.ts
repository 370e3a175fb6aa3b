/** CREATE and DROP FUNCTION, or MACRO, to AST. */

import type { Expression, Identifier } from '../ast/expression.ts';
import type { CreateFunction, FunctionParameter, StatementBody } from '../ast/statement.ts';
import type { CreateFunctionContext, DropFunctionContext } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { identifierOf } from './name.ts';
import { buildQuery } from './query.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { checkBehaviour } from './statement.ts';

export function buildCreateFunction(context: CreateFunctionContext, source: Source): CreateFunction {
  if (context.temporary() !== null)
    throw source.refuse(span(context), 'A temporary function', 'Use one that you drop yourself');
  const query = context.query();
  const written = context.expression();
  const body = query !== null ? buildQuery(query, source) : buildExpression(written!, source);
  const head = {
    kind: 'create function',
    name: identifierOf(context.identifier()),
    ifNotExists: context.EXISTS() !== null,
    orReplace: context.REPLACE() !== null,
    givesRows: query !== null,
  } as const;
  if (context.LeftParen() !== null) {
    const parameters = context.functionParameter().map((p): FunctionParameter => {
      const value = p.expression();
      return {
        name: identifierOf(p.identifier()),
        defaultValue: value === null ? null : { value: buildExpression(value, source), text: span(value) },
      };
    });
    return { ...head, parameters, body, text: span(query ?? written!) };
  }
  if (!('kind' in body) || body.kind !== 'lambda')
    throw source.error(span(written!), 'A function is written as a lambda', 'Write AS (x, y) -> x + y');
  return {
    ...head,
    parameters: lambdaNames(body.parameters, source).map((name) => ({ name, defaultValue: null })),
    body: body.body,
    text: { at: span(written!.binaryOperator(0)!).end, end: span(written!).end },
  };
}

function lambdaNames(node: Expression, source: Source): readonly Identifier[] {
  if (node.kind === 'tuple') return node.items.flatMap((item) => lambdaNames(item, source));
  if (node.kind === 'name' && node.parts.length === 1) return node.parts;
  throw source.error(node, 'Parameters of a function are names', 'Write AS (x, y) -> x + y');
}

export function buildDropFunction(context: DropFunctionContext, source: Source): StatementBody {
  checkBehaviour(context.identifier(1), source);
  return {
    kind: 'drop function',
    name: identifierOf(context.identifier(0)!),
    ifExists: context.EXISTS() !== null,
  };
}
