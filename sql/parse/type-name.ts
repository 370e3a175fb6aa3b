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
    arrays: context.LeftBracket().length + (context.ARRAY() === null ? 0 : 1),
    ...span(context),
  };
}

function argumentOf(context: TypeArgumentContext, source: Source): TypeArgument {
  const text = context.StringLiteral();
  const number = context.IntegerLiteral();
  const fraction = context.DecimalLiteral();
  if (fraction !== null) return { kind: 'number', value: Number(fraction.getText()) };
  if (text !== null) {
    const value = text.getText();
    if (number === null) return { kind: 'string', value };
    const code = Number(number.getText());
    return { kind: 'entry', name: value, code: context.Minus() === null ? code : -code };
  }
  if (number !== null && context.identifier() !== null)
    return {
      kind: 'option',
      name: identifierOf(context.identifier()!).text,
      value: Number(number.getText()),
    };
  if (number !== null) return { kind: 'number', value: Number(number.getText()) };
  const name = context.identifier();
  const type = typeNameOf(context.typeName()!, source);
  return name === null ? { kind: 'type', type } : { kind: 'field', name: identifierOf(name).text, type };
}
