/**
 * The name of a result column that has no alias, as each dialect makes it: ClickHouse writes operators as calls
 * (`plus(number, 1)`), standard as DuckDB does (`(a + 1)`, `sum(x)`), Druid numbers them (`EXPR$0`).
 */

import type { Dialect } from '../../engine/function/row.ts';
import type { Expression, FrameLimit, Identifier, Over, SortItem } from '../ast/expression.ts';
import { isLiteral, literalName, quoted, typeNameText } from './literal-name.ts';

/** What the name of a column is shown as. */
type NameOf = (parts: readonly Identifier[]) => string;

const asWritten: NameOf = (parts) => parts.map(({ text }) => text).join('.');

export function expressionName(
  node: Expression,
  index: number,
  dialect: Dialect,
  nameOf: NameOf = asWritten,
): string {
  if (node.kind === 'name') return node.parts[node.parts.length - 1].text;
  if (node.kind === 'aliased') return node.alias.text;
  if (dialect === 'druid') return `EXPR$${index}`;
  return print(node, dialect === 'clickhouse', nameOf);
}

const CLICKHOUSE_CALLS: Readonly<Record<string, string>> = {
  '+': 'plus',
  '-': 'minus',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
  '^': 'pow',
  div: 'intDiv',
  '||': 'concat',
  '=': 'equals',
  '<>': 'notEquals',
  '<': 'less',
  '<=': 'lessOrEquals',
  '>': 'greater',
  '>=': 'greaterOrEquals',
  '~': 'match',
  '&': 'bitAnd',
  '|': 'bitOr',
  '<<': 'bitShiftLeft',
  '>>': 'bitShiftRight',
  '->': 'json_extract',
  '->>': 'json_extract_string',
  'is distinct from': 'isDistinctFrom',
  'is not distinct from': 'isNotDistinctFrom',
};

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function print(node: Expression, calls: boolean, nameOf: NameOf): string {
  const p = (e: Expression): string => print(e, calls, nameOf);
  const list = (items: readonly Expression[]): string => items.map(p).join(', ');
  if (calls && node.kind !== 'name' && isLiteral(node)) return literalName(node);
  switch (node.kind) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return quote(node.value);
    case 'typed':
      return calls
        ? `to${node.type === 'date' ? 'Date' : 'DateTime'}(${quoted(node.text)})`
        : `${node.type.toUpperCase()} ${quote(node.text)}`;
    case 'interval':
      return calls
        ? `toInterval${capital(node.unit ?? '')}(${p(node.value)})`
        : `INTERVAL ${p(node.value)} ${node.unit ?? ''}`.trim();
    case 'default':
      return 'DEFAULT';
    case 'name':
      return nameOf(node.parts);
    case 'star':
      return [...node.table.map((i) => i.text), '*'].join('.');
    case 'parameter':
      return node.name === null ? '?' : `:${node.name}`;
    case 'call': {
      const parameters = node.parameters === null ? '' : `(${list(node.parameters)})`;
      const args = calls && node.args.length === 1 && node.args[0].kind === 'star' ? '' : list(node.args);
      if (calls && /^(tuple|array)$/.test(node.name))
        return p({ kind: node.name as 'tuple' | 'array', items: node.args, at: node.at, end: node.end });
      const name = calls && /^cast$/i.test(node.name) ? 'CAST' : node.name;
      const text = `${name}${parameters}(${node.distinct ? 'DISTINCT ' : ''}${args})`;
      const filtered = node.filter === null ? text : `${text} FILTER (WHERE ${p(node.filter)})`;
      return node.over === null ? filtered : `${filtered} OVER ${printOver(node.over, calls, nameOf)}`;
    }
    case 'unary':
      return calls
        ? `${node.op === 'not' ? 'not' : node.op === '-' ? 'negate' : ''}(${p(node.operand)})`
        : node.op === 'not'
          ? `(NOT ${p(node.operand)})`
          : `${node.op}${p(node.operand)}`;
    case 'binary':
      return calls
        ? `${CLICKHOUSE_CALLS[node.op]}(${p(node.left)}, ${p(node.right)})`
        : `(${p(node.left)} ${node.op.toUpperCase()} ${p(node.right)})`;
    case 'logic':
      return calls
        ? `${node.op}(${list(node.operands)})`
        : `(${node.operands.map(p).join(` ${node.op.toUpperCase()} `)})`;
    case 'is':
      if (calls && node.test === 'null')
        return `${node.negated ? 'isNotNull' : 'isNull'}(${p(node.operand)})`;
      return `(${p(node.operand)} IS ${node.negated ? 'NOT ' : ''}${node.test.toUpperCase()})`;
    case 'between':
      return calls
        ? `${node.negated ? 'or' : 'and'}(${node.negated ? 'less' : 'greaterOrEquals'}(${p(node.operand)}, ${p(node.low)}), ${node.negated ? 'greater' : 'lessOrEquals'}(${p(node.operand)}, ${p(node.high)}))`
        : `(${p(node.operand)} ${node.negated ? 'NOT ' : ''}BETWEEN ${p(node.low)} AND ${p(node.high)})`;
    case 'like': {
      const word = node.caseless ? 'ilike' : 'like';
      return calls
        ? `${node.negated ? `not${capital(word)}` : word}(${p(node.operand)}, ${p(node.pattern)})`
        : `(${p(node.operand)} ${node.negated ? 'NOT ' : ''}${word.toUpperCase()} ${p(node.pattern)})`;
    }
    case 'in': {
      const inside = node.list === null ? 'SELECT ...' : list(node.list);
      const right = calls && node.list?.length === 1 ? inside : `(${inside})`;
      return calls
        ? `${node.negated ? 'notIn' : 'in'}(${p(node.operand)}, ${right})`
        : `(${p(node.operand)} ${node.negated ? 'NOT ' : ''}IN ${right})`;
    }
    case 'case':
      return printCase(node, calls, nameOf);
    case 'cast':
      return calls
        ? `CAST(${node.literal === undefined ? p(node.operand) : quoted(node.literal)}, ${quoted(typeNameText(node.type))})`
        : `CAST(${p(node.operand)} AS ${node.type.name.toUpperCase()})`;
    case 'subquery':
      return '(SELECT ...)';
    case 'exists':
      return 'EXISTS(SELECT ...)';
    case 'quantified':
      return `${node.quantifier.toUpperCase()} (SELECT ...)`;
    case 'tuple':
      return `(${list(node.items)})`;
    case 'array':
      return `[${list(node.items)}]`;
    case 'entries': {
      const entries = node.entries.map(({ key, value }) => `${p(key)}: ${p(value)}`).join(', ');
      return `${node.word === null ? '' : `${node.word} `}{${entries}}`;
    }
    case 'subscript':
      return calls
        ? `arrayElement(${p(node.operand)}, ${p(node.index)})`
        : `${p(node.operand)}[${p(node.index)}]`;
    case 'field':
      return calls
        ? `tupleElement(${p(node.operand)}, ${p(node.field)})`
        : `${p(node.operand)}.${node.field.kind === 'string' ? node.field.value : p(node.field)}`;
    case 'subtype':
      return `${p(node.operand)}.:${node.type.name}`;
    case 'subobject':
      return `${p(node.operand)}.^${node.name}`;
    case 'lambda':
      return calls ? printLambda(node, nameOf) : `(${p(node.parameters)} -> ${p(node.body)})`;
    case 'aliased':
      return node.alias.text;
    case 'unit':
      return `${node.unit} FROM ${p(node.value)}`;
    case 'returning':
      return `${p(node.value)} RETURNING ${node.type.name.toUpperCase()}`;
    case 'named':
      return `${node.name.text} := ${p(node.value)}`;
    case 'keyed':
      return `KEY ${p(node.key)} VALUE ${p(node.value)}`;
  }
}

function printLambda({ parameters, body }: Extract<Expression, { kind: 'lambda' }>, nameOf: NameOf): string {
  const names = parameters.kind === 'tuple' ? parameters.items : [parameters];
  return `lambda(tuple(${names.map((name) => print(name, true, asWritten)).join(', ')}), ${print(body, true, nameOf)})`;
}

/** Each part is printed once: printing twice per level would double the work with every level. */
function printCase(node: Extract<Expression, { kind: 'case' }>, calls: boolean, nameOf: NameOf): string {
  const p = (e: Expression): string => print(e, calls, nameOf);
  const subject = node.subject === null ? null : p(node.subject);
  const branches = node.branches.map((b) => [p(b.when), p(b.value)] as const);
  const otherwise = node.otherwise === null ? 'NULL' : p(node.otherwise);
  if (calls) {
    const args = [...(subject === null ? [] : [subject]), ...branches.flat(), otherwise];
    return `${subject === null ? 'multiIf' : 'caseWithExpression'}(${args.join(', ')})`;
  }
  const whens = branches.map(([when, value]) => `WHEN ${when} THEN ${value}`).join(' ');
  return `CASE ${subject === null ? '' : `${subject} `}${whens} ELSE ${otherwise} END`;
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** A window as it is written; ClickHouse says of each sort key that it ascends. */
function printOver(over: Over, calls: boolean, nameOf: NameOf): string {
  if (over.kind === 'named') return over.name.text;
  const p = (e: Expression): string => print(e, calls, nameOf);
  const { base, partitionBy, orderBy, frame } = over;
  const key = ({ value, descending, nulls }: SortItem): string =>
    [p(value), descending ? 'DESC' : calls ? 'ASC' : '', nulls === null ? '' : `NULLS ${nulls.toUpperCase()}`]
      .filter(Boolean)
      .join(' ');
  const keys = orderBy === 'all' ? 'ALL' : orderBy.map(key).join(', ');
  const limit = (of: FrameLimit): string => {
    if (of.kind === 'current') return 'CURRENT ROW';
    return `${of.kind === 'unbounded' ? 'UNBOUNDED' : p(of.value)} ${of.side.toUpperCase()}`;
  };
  const parts = [
    base?.text ?? '',
    partitionBy.length === 0 ? '' : `PARTITION BY ${partitionBy.map(p).join(', ')}`,
    keys === '' ? '' : `ORDER BY ${keys}`,
    frame === null ? '' : `${frame.unit.toUpperCase()} BETWEEN ${limit(frame.from)} AND ${limit(frame.to)}`,
  ];
  return `(${parts.filter(Boolean).join(' ')})`;
}
