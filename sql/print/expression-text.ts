/**
 * Expressions as ClickHouse writes them: operators within operators are in parentheses, and what is only another spelling of a function is
 * that function. What comes out means the same when it is parsed again.
 */

import type {
  BinaryOperator,
  Expression,
  ExpressionOf,
  FrameLimit,
  Over,
  SortItem,
  WindowSpecification,
} from '../ast/expression.ts';
import { type Layout, nameText, pathText, subqueryText } from './layout.ts';
import { numberName, quoted, typeNameText } from './literal-name.ts';

/** Operators that are functions by another spelling. */
const CALLS: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '||': 'concat',
  div: 'intDiv',
  '^': 'pow',
  '~': 'match',
  '&': 'bitAnd',
  '|': 'bitOr',
  '<<': 'bitShiftLeft',
  '>>': 'bitShiftRight',
};
const SIGNS: Readonly<Partial<Record<BinaryOperator, string>>> = {
  '<>': '!=',
  'is distinct from': 'IS DISTINCT FROM',
  'is not distinct from': '<=>',
};
const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();

/** @param depth of the lines around it. @param isOperand operators are to be in parentheses */
export function expressionText(node: Expression, depth: number, layout: Layout, isOperand = false): string {
  const text = (e: Expression): string => expressionText(e, depth, layout);
  const operand = (e: Expression): string => expressionText(e, depth, layout, true);
  const list = (items: readonly Expression[]): string =>
    items.map((item) => itemText(item, depth, layout)).join(', ');
  const wrapped = (operator: string): string => (isOperand ? `(${operator})` : operator);
  switch (node.kind) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return String(node.value);
    case 'number':
      return numberName(node.text, node.decimal);
    case 'string':
      return quoted(node.value);
    case 'typed':
      return `to${{ date: 'Date', time: 'Time', timestamp: 'DateTime' }[node.type]}(${quoted(node.text)})`;
    case 'interval':
      return node.unit === null
        ? `INTERVAL ${operand(node.value)}`
        : `toInterval${capital(node.unit)}(${text(node.value)})`;
    case 'default':
      return 'DEFAULT';
    case 'name':
      return pathText(node.parts);
    case 'star':
      return starText(node, text);
    case 'parameter':
      return node.name === null ? '?' : `{${node.name}:${node.type === null ? '' : typeNameText(node.type)}}`;
    case 'call':
      return callText(node, depth, layout);
    case 'unary': {
      if (node.op === '+') return expressionText(node.operand, depth, layout, isOperand);
      if (node.op === '~') return `bitNot(${text(node.operand)})`;
      if (node.op === '-' && node.operand.kind === 'number') return `-${text(node.operand)}`;
      return wrapped(`${node.op === 'not' ? 'NOT ' : '-'}${operand(node.operand)}`);
    }
    case 'binary': {
      const name = CALLS[node.op];
      if (name !== undefined) return `${name}(${list(operandsOf(node))})`;
      return wrapped(`${operand(node.left)} ${SIGNS[node.op] ?? node.op} ${operand(node.right)}`);
    }
    case 'logic':
      return wrapped(node.operands.map(operand).join(` ${node.op.toUpperCase()} `));
    case 'is':
      return wrapped(`${operand(node.operand)} IS ${node.negated ? 'NOT ' : ''}${node.test.toUpperCase()}`);
    case 'between': {
      const [from, to] = node.negated ? ['<', '>'] : ['>=', '<='];
      const value = operand(node.operand);
      const sides = [`(${value} ${from} ${operand(node.low)})`, `(${value} ${to} ${operand(node.high)})`];
      return wrapped(sides.join(node.negated ? ' OR ' : ' AND '));
    }
    case 'like': {
      const word = `${node.negated ? 'NOT ' : ''}${node.caseless ? 'ILIKE' : 'LIKE'}`;
      const escaped = node.escape === null ? '' : ` ESCAPE ${operand(node.escape)}`;
      return wrapped(`${operand(node.operand)} ${word} ${operand(node.pattern)}${escaped}`);
    }
    case 'in': {
      const word = node.negated ? 'NOT IN' : 'IN';
      const right =
        node.query === null ? `(${list(node.list ?? [])})` : subqueryText(node.query, depth, layout);
      return wrapped(`${operand(node.operand)} ${word} ${right}`);
    }
    case 'case': {
      const branches = node.branches.flatMap(({ when, value }) => [when, value]).map(text);
      const otherwise = node.otherwise === null ? 'NULL' : text(node.otherwise);
      const head = node.subject === null ? 'multiIf(' : `caseWithExpression(${text(node.subject)}, `;
      return `${head}${[...branches, otherwise].join(', ')})`;
    }
    case 'cast': {
      const value = node.literal === undefined ? text(node.operand) : quoted(node.literal);
      return `${node.orNull ? 'accurateCastOrNull' : 'CAST'}(${value}, ${quoted(typeNameText(node.type))})`;
    }
    case 'subquery':
      return subqueryText(node.query, depth, layout);
    case 'exists':
      return `exists(${subqueryText(node.query, depth, layout)})`;
    case 'quantified':
      return `${node.quantifier.toUpperCase()} ${subqueryText(node.query, depth, layout)}`;
    case 'tuple':
      return node.items.length > 1 ? `(${list(node.items)})` : `tuple(${list(node.items)})`;
    case 'array':
      return `[${list(node.items)}]`;
    case 'entries':
      return `map(${list(node.entries.flatMap(({ key, value }) => [key, value]))})`;
    case 'subscript':
      return wrapped(`${operand(node.operand)}[${text(node.index)}]`);
    case 'field': {
      const isBare = node.operand.kind === 'name' || node.operand.kind === 'tuple';
      const of = isBare ? text(node.operand) : `(${text(node.operand)})`;
      return wrapped(`${of}.${node.field.kind === 'string' ? nameText(node.field.value) : text(node.field)}`);
    }
    case 'subtype':
      return `${operand(node.operand)}.:${quotedType(typeNameText(node.type))}`;
    case 'subobject':
      return `${operand(node.operand)}.^${nameText(node.name)}`;
    case 'lambda': {
      const { parameters, body } = node;
      const names = parameters.kind === 'tuple' ? `(${list(parameters.items)})` : text(parameters);
      return wrapped(`${names} -> ${operand(body)}`);
    }
    case 'aliased':
      return `(${itemText(node, depth, layout)})`;
    case 'unit':
      return `${node.unit.toUpperCase()} FROM ${text(node.value)}`;
    case 'returning':
      return `${text(node.value)} RETURNING ${typeNameText(node.type)}`;
    case 'named':
      return `${nameText(node.name.text)} := ${text(node.value)}`;
    case 'keyed':
      return `KEY ${text(node.key)} VALUE ${text(node.value)}`;
  }
}

/** The same where an alias needs no parentheses: between commas. */
export const itemText = (node: Expression, depth: number, layout: Layout): string =>
  node.kind === 'aliased'
    ? `${expressionText(node.value, depth, layout)} AS ${nameText(node.alias.text)}`
    : expressionText(node, depth, layout);

const quotedType = (type: string): string => (/^\w+$/.test(type) ? type : `\`${type}\``);

/** `a || b || c` is one call. */
function operandsOf({ op, left, right }: ExpressionOf<'binary'>): readonly Expression[] {
  const isChain = op === '||' && left.kind === 'binary' && left.op === op;
  return isChain ? [...operandsOf(left), right] : [left, right];
}

function starText(node: ExpressionOf<'star'>, text: (e: Expression) => string): string {
  const { table, except, replace, rename, only, apply } = node;
  const names = (list: readonly { readonly text: string }[]): string =>
    list.length === 1 ? nameText(list[0].text) : `(${list.map((n) => nameText(n.text)).join(', ')})`;
  const star =
    only === null
      ? '*'
      : `COLUMNS(${typeof only === 'string' ? quoted(only) : 'kind' in only ? text(only) : only.map((n) => nameText(n.text)).join(', ')})`;
  const replaced = replace.map(({ name, value }) => `${text(value)} AS ${nameText(name.text)}`);
  const renamed = rename.map(({ name, to }) => `${nameText(name.text)} AS ${nameText(to.text)}`);
  return [
    [...table.map((part) => nameText(part.text)), star].join('.'),
    ...(except.length === 0 ? [] : [`EXCEPT ${names(except)}`]),
    ...(replaced.length === 0 ? [] : [`REPLACE (${replaced.join(', ')})`]),
    ...(renamed.length === 0 ? [] : [`RENAME (${renamed.join(', ')})`]),
    ...apply.map((fn) => `APPLY ${fn.kind === 'name' ? text(fn) : `(${text(fn)})`}`),
  ].join(' ');
}

function callText(node: ExpressionOf<'call'>, depth: number, layout: Layout): string {
  const text = (e: Expression): string => expressionText(e, depth, layout);
  const { args, parameters, distinct, filter, orderBy, over, nulls } = node;
  const name = /^cast$/i.test(node.name)
    ? 'CAST'
    : `${node.name.split('.').map(nameText).join('.')}${distinct ? 'Distinct' : ''}${filter === null ? '' : 'If'}`;
  const given = [...args, ...(filter === null ? [] : [filter])]
    .map((arg) => itemText(arg, depth, layout))
    .join(', ');
  const order = orderBy.length === 0 ? '' : ` ORDER BY ${sortTexts(orderBy, depth, layout).join(', ')}`;
  return [
    `${name}${parameters === null ? '' : `(${parameters.map(text).join(', ')})`}(${given}${order})`,
    ...(nulls === null ? [] : [`${nulls.toUpperCase()} NULLS`]),
    ...(over === null ? [] : [`OVER ${overText(over, depth, layout)}`]),
  ].join(' ');
}

const overText = (over: Over, depth: number, layout: Layout): string =>
  over.kind === 'named' ? nameText(over.name.text) : windowText(over, depth, layout);

export function windowText(window: WindowSpecification, depth: number, layout: Layout): string {
  const text = (e: Expression): string => expressionText(e, depth, layout);
  const { base, partitionBy, orderBy, frame } = window;
  const limit = (of: FrameLimit): string => {
    if (of.kind === 'current') return 'CURRENT ROW';
    return `${of.kind === 'unbounded' ? 'UNBOUNDED' : text(of.value)} ${of.side.toUpperCase()}`;
  };
  const keys = orderBy === 'all' ? 'ALL' : sortTexts(orderBy, depth, layout).join(', ');
  const exclude = frame?.exclude == null ? '' : ` EXCLUDE ${EXCLUDED[frame.exclude]}`;
  const parts = [
    ...(base === null ? [] : [nameText(base.text)]),
    ...(partitionBy.length === 0 ? [] : [`PARTITION BY ${partitionBy.map(text).join(', ')}`]),
    ...(keys === '' ? [] : [`ORDER BY ${keys}`]),
    ...(frame === null
      ? []
      : [`${frame.unit.toUpperCase()} BETWEEN ${limit(frame.from)} AND ${limit(frame.to)}${exclude}`]),
  ];
  return `(${parts.join(' ')})`;
}

const EXCLUDED = { row: 'CURRENT ROW', group: 'GROUP', ties: 'TIES' } as const;

/** Each with its direction, written or not. */
export const sortTexts = (items: readonly SortItem[], depth: number, layout: Layout): readonly string[] =>
  items.map(({ value, descending, nulls, fill }) => {
    const text = (e: Expression): string => expressionText(e, depth, layout);
    const limits = Object.entries({
      FROM: fill?.from,
      TO: fill?.to,
      STEP: fill?.step,
      STALENESS: fill?.staleness,
    }).flatMap(([word, limit]) => (limit == null ? [] : [`${word} ${text(limit)}`]));
    return [
      text(value),
      descending ? 'DESC' : 'ASC',
      ...(nulls === null ? [] : [`NULLS ${nulls.toUpperCase()}`]),
      ...(fill === null ? [] : ['WITH FILL', ...limits]),
    ].join(' ');
  });
