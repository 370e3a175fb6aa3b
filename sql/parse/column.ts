/** Columns of CREATE TABLE and ALTER TABLE. */

import type { ParserRuleContext } from 'antlr4ng';
import type { Expression } from '../ast/expression.ts';
import type { CodecStep, ColumnDefinition, ColumnValue, ConstraintDefinition } from '../ast/statement.ts';
import type {
  CheckConstraintContext,
  ColumnCodecContext,
  ColumnDefinitionContext,
  ColumnOptionContext,
  ExpressionContext,
  GeneratedContext,
  IdentifierContext,
} from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { columnNameOf, identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { columnTtl } from './ttl.ts';
import { typeNameOf } from './type-name.ts';

export function columnOf(context: ColumnDefinitionContext, source: Source): ColumnDefinition {
  const type = context.typeName();
  let notNull = false;
  let explicitNull = false;
  let value: ColumnValue | null = null;
  let ttl: Expression | null = null;
  let comment: string | null = null;
  let codec: ColumnDefinition['codec'] = null;
  const checks: ConstraintDefinition[] = [];
  for (const option of context.columnOption()) {
    if (option.PRIMARY() !== null || option.UNIQUE() !== null || option.REFERENCES() !== null) {
      throw source.refuse(
        span(option),
        `The constraint ${source.text.slice(span(option).at, span(option).end)}`,
        'Leave it out: nothing would enforce it',
      );
    }
    const steps = option.columnCodec();
    if (steps !== null) codec = codecOf(steps, source);
    else if (option.CHECK() !== null)
      checks.push(constraintOf(option, option.CONSTRAINT() === null ? null : option.identifier(), source));
    else if (option.NULL() !== null) {
      notNull = option.NOT() !== null;
      explicitNull = !notNull;
    } else if (option.COMMENT() !== null) comment = option.StringLiteral()!.getText();
    else if (option.TTL() !== null) ttl = columnTtl(option, source);
    else if (option.COLLATE() !== null)
      throw source.refuse(
        span(option),
        'COLLATE',
        'Columns may have a type, NOT NULL, DEFAULT, CODEC, TTL and COMMENT',
      );
    else if (value !== null)
      throw source.error(span(option), 'The column says twice what its values are', 'Leave one of them out');
    else value = columnValue(option, source);
  }
  return {
    name: columnNameOf(context.columnName(), source),
    type: type === null ? null : typeNameOf(type, source),
    notNull,
    explicitNull,
    value,
    ttl,
    comment,
    codec,
    checks,
    ...span(context),
  };
}

function columnValue(option: ColumnOptionContext, source: Source): ColumnValue {
  const generated = option.generated();
  const expression = (generated ?? option).expression();
  const value = expression === null ? null : buildExpression(expression, source);
  const text = span(expression ?? option);
  if (generated !== null) return { kind: kindOfGenerated(generated, source), value, text };
  if (option.DEFAULT() !== null) return { kind: 'default', value, text };
  if (option.MATERIALIZED() !== null) return { kind: 'materialized', value, text };
  return { kind: option.ALIAS() === null ? 'ephemeral' : 'alias', value, text };
}

/** `[GENERATED ALWAYS] AS (...) [VIRTUAL | STORED]`, whose words are no keywords. */
function kindOfGenerated(context: GeneratedContext, source: Source): 'alias' | 'materialized' {
  const words = context.Identifier().map((node) => node.getText().toUpperCase());
  const storage = words.length % 2 === 1 ? words.pop() : 'VIRTUAL';
  const isKnown = words.length === 0 || words.join(' ') === 'GENERATED ALWAYS';
  if (isKnown && source.dialect === 'standard' && (storage === 'VIRTUAL' || storage === 'STORED'))
    return storage === 'VIRTUAL' ? 'alias' : 'materialized';
  throw source.error(
    span(context),
    'The column is not computed in words of this dialect',
    source.dialect === 'clickhouse'
      ? 'Write ALIAS or MATERIALIZED, and the expression'
      : 'Write GENERATED ALWAYS AS (expression) VIRTUAL or STORED',
  );
}

/** Its word is CHECK, or ASSUME, which is no keyword. */
export function checkOf(context: CheckConstraintContext, source: Source): ConstraintDefinition {
  const word = context._word?.text ?? 'CHECK';
  if (word.toUpperCase() !== 'CHECK' && word.toUpperCase() !== 'ASSUME')
    throw source.error(
      span(context),
      `Syntax error at \`${word}\``,
      'Write CONSTRAINT name CHECK (condition)',
    );
  const found = constraintOf(context, context.identifier(), source);
  return word.toUpperCase() === 'ASSUME' ? { ...found, kind: 'assume' } : found;
}

export function constraintOf(
  context: ParserRuleContext & { expression(): ExpressionContext | null },
  name: IdentifierContext | null,
  source: Source,
): ConstraintDefinition {
  const expression = context.expression()!;
  return {
    name: name === null ? null : identifierOf(name),
    kind: 'check',
    value: buildExpression(expression, source),
    text: span(expression),
    ...span(context),
  };
}

export const codecOf = (context: ColumnCodecContext, source: Source): readonly CodecStep[] =>
  context.codecStep().map((step) => ({
    name: identifierOf(step.identifier()).text,
    args: step.expression().map((arg) => buildExpression(arg, source)),
    ...span(step),
  }));
