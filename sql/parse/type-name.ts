/** Type names of the parse tree; sql/dialect/type-name.ts gives them a meaning. */

import type { TypeArgument, TypeName } from '../ast/expression.ts';
import type { TypeArgumentContext, TypeNameContext } from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span, tokenOf } from './span.ts';

export function typeNameOf(context: TypeNameContext, source: Source): TypeName {
  const head = context.typeHead();
  const tail = context.typeTail();
  const words =
    head.DOUBLE() !== null && head.PRECISION() !== null
      ? 'DOUBLE PRECISION'
      : head.CHARACTER() !== null && head.VARYING() !== null
        ? 'CHARACTER VARYING'
        : tokenOf(head).value;
  return {
    name: words,
    args: context.typeArgument().map((a) => argumentOf(a, source)),
    withZone: tail !== null && tail.WITH() !== null,
    arrays: context.LeftBracket().length,
    ...span(context),
  };
}

function argumentOf(context: TypeArgumentContext, source: Source): TypeArgument {
  const text = context.StringLiteral();
  if (text !== null) {
    if (context.Equal() !== null)
      throw source.refuse(
        span(context),
        'Enum',
        'Use LowCardinality(String): it is stored as small codes as well',
      );
    return { kind: 'string', value: text.getText() };
  }
  const number = context.IntegerLiteral();
  if (number !== null) return { kind: 'number', value: Number(number.getText()) };
  const name = context.identifier();
  if (name !== null) {
    throw source.refuse(
      span(context),
      `A named element (${identifierOf(name).text})`,
      'Tuples and Nested are not supported yet',
    );
  }
  return { kind: 'type', type: typeNameOf(context.typeName()!, source) };
}
