/** CREATE and DROP DICTIONARY to AST. */

import type {
  CreateDictionary,
  DictionaryArgument,
  DictionaryAttribute,
  DictionaryPart,
  DropDictionary,
} from '../ast/dictionary.ts';
import type {
  CreateDictionaryContext,
  DictionaryArgumentContext,
  DictionaryAttributeContext,
  DictionaryClauseContext,
  DictionaryPartContext,
  DropDictionaryContext,
} from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { identifierOf } from './name.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { checkBehaviour, settingsOf, tableName } from './statement.ts';
import { typeNameOf } from './type-name.ts';

type Clauses = Pick<
  CreateDictionary,
  'primaryKey' | 'source' | 'layout' | 'lifetime' | 'range' | 'settings' | 'comment'
>;

export function buildCreateDictionary(context: CreateDictionaryContext, source: Source): CreateDictionary {
  if (source.dialect !== 'clickhouse')
    throw source.refuse(
      span(context),
      'CREATE DICTIONARY outside of the ClickHouse dialect',
      'Create it in that dialect: it is a table in the others',
    );
  let clauses: Clauses = {
    primaryKey: null,
    source: null,
    layout: null,
    lifetime: null,
    range: null,
    settings: {},
    comment: null,
  };
  for (const clause of context.dictionaryClause()) clauses = { ...clauses, ...clauseOf(clause, source) };
  return {
    kind: 'create dictionary',
    dictionary: tableName(context.qualifiedName(), source),
    ifNotExists: context.EXISTS() !== null,
    orReplace: context.REPLACE() !== null,
    attributes: context.dictionaryAttribute().map((attribute) => attributeOf(attribute, source)),
    ...clauses,
  };
}

function attributeOf(context: DictionaryAttributeContext, source: Source): DictionaryAttribute {
  let attribute: DictionaryAttribute = {
    name: identifierOf(context.identifier()),
    type: typeNameOf(context.typeName(), source),
    defaultValue: null,
    expression: null,
    isHierarchical: false,
    isInjective: false,
    ...span(context),
  };
  for (const option of context.attributeOption()) {
    const expression = option.expression();
    if (option.IS_OBJECT_ID() !== null)
      throw source.refuse(span(option), 'IS_OBJECT_ID', 'There are no sources of MongoDB: leave it out');
    if (expression === null) {
      const isInjective = option.INJECTIVE() !== null;
      attribute = { ...attribute, ...(isInjective ? { isInjective } : { isHierarchical: true }) };
    } else {
      const value = buildExpression(expression, source);
      attribute =
        option.DEFAULT() === null
          ? { ...attribute, expression: { value, text: span(expression) } }
          : { ...attribute, defaultValue: value };
    }
  }
  return attribute;
}

function clauseOf(context: DictionaryClauseContext, source: Source): Partial<Clauses> {
  const part = context.dictionaryPart();
  if (part !== null)
    return context.SOURCE() === null ? { layout: partOf(part, source) } : { source: partOf(part, source) };
  const names = context.identifier().map(identifierOf);
  if (context.PRIMARY() !== null) return { primaryKey: names };
  if (context.SETTINGS() !== null) return { settings: settingsOf(context.setting(), source) };
  if (context.COMMENT() !== null) return { comment: context.StringLiteral()!.getText() };
  const words = names.map(({ text }) => text.toUpperCase());
  if (context.RANGE() !== null) {
    const [, from, , to] = names;
    if (words[0] === 'MIN' && words[2] === 'MAX') return { range: { from, to } };
    const [, to2, , from2] = names;
    if (words[0] === 'MAX' && words[2] === 'MIN') return { range: { from: from2, to: to2 } };
    throw source.error(span(context), 'A range has a least and a greatest end', 'Write RANGE(MIN a MAX b)');
  }
  return { lifetime: lifetimeOf(context, words, source) };
}

/** `LIFETIME(n)`, `LIFETIME(MIN a MAX b)`, in either order. */
function lifetimeOf(
  context: DictionaryClauseContext,
  words: readonly string[],
  source: Source,
): NonNullable<CreateDictionary['lifetime']> {
  const seconds = context.IntegerLiteral().map((n) => Number(n.getText()));
  if (words.length === 0 && seconds.length === 1) return { minSeconds: 0, maxSeconds: seconds[0] };
  const [least, most] = ['MIN', 'MAX'].map((word) => seconds[words.indexOf(word)]);
  if (seconds.length !== 2 || words.length !== 2 || least === undefined || most === undefined)
    throw source.error(
      span(context),
      'A lifetime is a number of seconds, or the least and the most of them',
      'Write LIFETIME(300), or LIFETIME(MIN 300 MAX 360)',
    );
  return { minSeconds: least, maxSeconds: most };
}

function partOf(context: DictionaryPartContext, source: Source): DictionaryPart {
  const name = context.identifier();
  return {
    name: name === null ? { text: 'NULL', quoted: false, ...span(context) } : identifierOf(name),
    args: context.dictionaryArgument().map((arg) => argumentOf(arg, source)),
    ...span(context),
  };
}

function argumentOf(context: DictionaryArgumentContext, source: Source): DictionaryArgument {
  const [name, word] = context.identifier();
  const where = context.WHERE() === null ? identifierOf(name).text : 'WHERE';
  const value = context.WHERE() === null ? word : name;
  const literal = context.StringLiteral() ?? context.IntegerLiteral() ?? context.DecimalLiteral();
  if (literal !== null) return { name: where.toUpperCase(), value: literal.getText(), ...span(context) };
  if (value !== undefined)
    return { name: where.toUpperCase(), value: identifierOf(value).text, ...span(context) };
  if (context.balanced() === null) throw source.error(span(context), `${where} has no value`);
  return { name: where.toUpperCase(), value: null, ...span(context) };
}

export function buildDropDictionary(context: DropDictionaryContext, source: Source): DropDictionary {
  checkBehaviour(context.identifier(), source);
  return {
    kind: 'drop dictionary',
    dictionary: tableName(context.qualifiedName(), source),
    ifExists: context.EXISTS() !== null,
  };
}
