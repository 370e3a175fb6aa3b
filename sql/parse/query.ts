/**
 * Query parse trees to AST. What the grammar knows but this version does not do is refused here, with a hint.
 */

import type { ParserRuleContext } from 'antlr4ng';
import type { Expression, Identifier, SortItem, Span, TypeName } from '../ast/expression.ts';
import {
  type ArrayJoin,
  type Join,
  type LimitBy,
  type Query,
  type QueryBody,
  type QueryTail,
  type Sample,
  type Select,
  type SetOperation,
  type TableExpression,
  WITHOUT_TAIL,
  type WithItem,
} from '../ast/query.ts';
import type {
  ExternColumnContext,
  LimitClauseContext,
  OrderByContext,
  QueryContext,
  QueryTermContext,
  SampleContext,
  SelectContext,
  SetOperatorContext,
  TableExpressionContext,
  TableFactorContext,
  TableFunctionContext,
  WithItemContext,
} from '../grammar/generated/Sql.js';
import { JoinContext, PivotContext } from '../grammar/generated/Sql.js';
import { argumentOf } from './call.ts';
import { buildExpression } from './expression.ts';
import { groupingOf } from './grouping.ts';
import { identifierOf, nameParts } from './name.ts';
import { pivotOf, pivotStatement } from './pivot.ts';
import { randomSample } from './random-sample.ts';
import { ALL_COLUMNS, selectFrom } from './select-from.ts';
import { selectItems, tableAliasOf } from './select-item.ts';
import { sortItems } from './sort-item.ts';
import type { Source } from './source.ts';
import { span, tokenOf } from './span.ts';
import { typeNameOf } from './type-name.ts';
import { namedWindow } from './window.ts';

export function buildQuery(context: QueryContext, source: Source): Query {
  const withClause = context.withClause();
  const terms = context.queryTerm().map((t) => buildTerm(t, source));
  const operators = context.setOperator().map((o) => ({
    op:
      o.UNION() !== null
        ? ('union' as const)
        : o.INTERSECT() !== null
          ? ('intersect' as const)
          : ('except' as const),
    quantifier: o.ALL() !== null ? ('all' as const) : o.DISTINCT() !== null ? ('distinct' as const) : null,
    byName: isByName(o, source),
  }));
  const where = span(context);
  const orderBy = context.orderBy();
  const tail = {
    orderBy: orderBy === null ? [] : orderItems(orderBy, source),
    interpolate: interpolatedBy(orderBy, source),
    ...limitOf(context, source),
  };
  const last = terms[terms.length - 1];
  const isOfLast = source.dialect === 'clickhouse' && last.kind === 'select' && hasTail(context);
  const inputs = terms.length > 1 && isOfLast ? [...terms.slice(0, -1), withTail(last, tail)] : terms;
  const body: QueryBody =
    terms.length === 1 ? terms[0] : ({ kind: 'set', inputs, operators, ...where } satisfies SetOperation);
  return {
    with: withClause === null ? [] : withClause.withItem().map((w) => buildWithItem(w, source)),
    recursive: withClause !== null && withClause.RECURSIVE() !== null,
    body,
    ...(inputs === terms ? tail : WITHOUT_TAIL),
    ...where,
  };
}

function isByName(context: SetOperatorContext, source: Source): boolean {
  const by = context.identifier();
  if (by === null) return false;
  if (context.UNION() === null || by.getText().toUpperCase() !== 'NAME')
    throw source.error(span(context), 'Only UNION [ALL] BY NAME goes by names', 'Leave BY out');
  if (source.dialect !== 'standard')
    throw source.refuse(span(context), 'UNION BY NAME', 'Select the columns in the same order');
  return true;
}

const hasTail = (context: QueryContext): boolean =>
  context.orderBy() !== null || context.limitClause().length > 0;

/** ClickHouse: what stands behind the last SELECT of a UNION is its own, not that of all. */
function withTail(last: Select, tail: QueryTail): QueryBody {
  const { at, end } = last;
  return { kind: 'nested', query: { with: [], recursive: false, body: last, ...tail, at, end }, at, end };
}

const orderItems = (context: OrderByContext, source: Source): readonly SortItem[] | 'all' =>
  context.ALL() !== null ? 'all' : sortItems(context.sortItem(), source, true);

/** Nothing is interpolated without a column to fill. */
function interpolatedBy(context: OrderByContext | null, source: Source): Query['interpolate'] {
  const clause = context?.interpolate() ?? null;
  if (context === null || clause === null) return [];
  if (context.sortItem().every((item) => item.fill() === null))
    throw source.error(span(clause), 'INTERPOLATE needs a sort key WITH FILL');
  if (clause.LeftParen() === null) return 'all';
  return clause.interpolated().map((item) => {
    const value = item.expression();
    return {
      name: identifierOf(item.identifier()),
      value: value === null ? null : buildExpression(value, source),
    };
  });
}

function limitOf(
  context: QueryContext,
  source: Source,
): Pick<Query, 'limit' | 'limitIsPercent' | 'offset' | 'withTies' | 'limitBy'> {
  let withTies = false;
  let limitIsPercent = false;
  let limitBy: LimitBy | null = null;
  let limit: Expression | null = null;
  let offset: Expression | null = null;
  const once = (old: Expression | null, clause: ParserRuleContext, name: string): void => {
    if (old !== null) throw source.error(span(clause), `${name} is given twice`);
  };
  for (const clause of context.limitClause()) {
    const by = clause.BY();
    checkPercent(clause, source);
    if (by !== null) {
      if (limitBy !== null) throw source.error(span(clause), 'LIMIT BY is given twice');
      limitBy = limitByOf(clause, by.symbol.start, source);
      continue;
    }
    withTies ||= clause.TIES() !== null;
    limitIsPercent ||= clause.Percent() !== null;
    const values = clause.expression().map((e) => buildExpression(e, source));
    if (clause.FETCH() !== null) {
      once(limit, clause, 'LIMIT');
      limit = values[0] ?? { kind: 'number', text: '1', decimal: false, ...span(clause) };
    } else if (clause.LIMIT() !== null) {
      once(limit, clause, 'LIMIT');
      const all = clause.ALL() !== null;
      const [first, second] = all ? [null, values[0]] : values;
      if (second === undefined) {
        limit = first;
        continue;
      }
      once(offset, clause, 'OFFSET');
      // LIMIT offset, count and LIMIT count OFFSET offset.
      const commaForm = clause.OFFSET() === null;
      limit = commaForm ? second : first;
      offset = commaForm ? first : second;
    } else {
      once(offset, clause, 'OFFSET');
      offset = values[0];
    }
  }
  return { limit, limitIsPercent, offset, withTies, limitBy };
}

function checkPercent(clause: LimitClauseContext, source: Source): void {
  if (clause.Percent() === null) return;
  const hint = 'Count the rows first, and write how many';
  if (source.dialect !== 'standard') throw source.refuse(span(clause), 'LIMIT by a share of the rows', hint);
  if (clause.TIES() !== null || clause.BY() !== null || clause.Comma().length > 0)
    throw source.refuse(span(clause), 'LIMIT n% with BY, WITH TIES or a comma', hint);
}

function limitByOf(clause: LimitClauseContext, by: number, source: Source): LimitBy {
  if (clause.TIES() !== null)
    throw source.refuse(span(clause), 'LIMIT BY ... WITH TIES', 'Use a plain LIMIT BY');
  const isBefore = (e: { readonly start: { readonly start: number } | null }): boolean =>
    (e.start?.start ?? 0) < by;
  const all = clause.expression();
  const [first, second] = all.filter(isBefore).map((e) => buildExpression(e, source));
  const keys = all.filter((e) => !isBefore(e)).map((e) => buildExpression(e, source));
  const where = span(clause);
  if (second === undefined) return { limit: first, offset: null, by: keys, ...where };
  // LIMIT offset, count and LIMIT count OFFSET offset.
  return clause.OFFSET() === null
    ? { limit: second, offset: first, by: keys, ...where }
    : { limit: first, offset: second, by: keys, ...where };
}

function buildWithItem(context: WithItemContext, source: Source): WithItem {
  const names = context.identifier().map(identifierOf);
  const query = context.query();
  if (query !== null) {
    return {
      kind: 'query',
      name: names[0],
      columns: names.slice(1),
      query: buildQuery(query, source),
      ...span(context),
    };
  }
  return {
    kind: 'expression',
    name: names[0],
    value: buildExpression(context.expression()!, source),
    ...span(context),
  };
}

function buildTerm(context: QueryTermContext, source: Source): QueryBody {
  const select = context.select();
  if (select !== null) return buildSelect(select, source);
  const table = context.qualifiedName();
  if (table !== null)
    return selectFrom({ kind: 'table', name: nameParts(table), alias: null, final: false, ...span(context) })
      .body;
  const pivot = context.pivotStatement();
  if (pivot !== null) {
    const pivoted = buildTableExpression(pivot.tableExpression(), source);
    return selectFrom(pivotStatement(pivot, pivoted, source)).body;
  }
  const values = context.valuesClause();
  if (values === null)
    return { kind: 'nested', query: buildQuery(context.query()!, source), ...span(context) };
  const rows = values.valuesRow().map((row) => {
    if (row.query() !== null)
      throw source.refuse(span(row), 'A query as a row of VALUES', 'Use INSERT ... SELECT');
    return row.expression().map((e) => buildExpression(e, source));
  });
  return { kind: 'values', rows, ...span(context) };
}

function buildSelect(context: SelectContext, source: Source): Select {
  const groupBy = context.groupBy();
  const list = context.selectList();
  const on = list?.distinctOn() ?? null;
  const from = (context.fromClause()?.tableExpression() ?? []).map((t) => buildTableExpression(t, source));
  const where = span(context);
  const sampleSize = context.sampleSize();
  const optional = (e: ParserRuleContext | null | undefined): Expression | null =>
    e === null || e === undefined
      ? null
      : buildExpression(e as Parameters<typeof buildExpression>[0], source);
  return {
    kind: 'select',
    distinct: list !== null && list.DISTINCT() !== null && on === null,
    distinctOn: on === null ? [] : on.expression().map((e) => buildExpression(e, source)),
    items:
      list === null
        ? [{ value: { ...ALL_COLUMNS, ...where }, alias: null }]
        : selectItems(list.selectItem(), source),
    from,
    prewhere: optional(context._prewhere),
    where: optional(context._where),
    ...groupingOf(groupBy, source),
    grouped: groupBy !== null,
    withTotals: groupBy !== null && groupBy.TOTALS().length > 0,
    having: optional(context._having),
    windows: context.namedWindow().map((window) => namedWindow(window, source)),
    qualify: optional(context._qualify),
    sample: sampleSize === null ? null : randomSample(sampleSize, source),
    ...where,
  };
}

export function buildTableExpression(context: TableExpressionContext, source: Source): TableExpression {
  let left = buildFactor(context.tableFactor(), source);
  for (const next of context.children.slice(1)) {
    if (next instanceof JoinContext) left = buildJoin(left, next, source);
    if (next instanceof PivotContext) left = pivotOf(left, next, source);
  }
  return left;
}

function buildFactor(context: TableFactorContext, source: Source): TableExpression {
  const of = buildTable(context, source);
  const size = context.sample()?.sampleSize() ?? null;
  return size === null ? of : { kind: 'sample', of, sample: randomSample(size, source), ...span(context) };
}

function buildTable(context: TableFactorContext, source: Source): TableExpression {
  const where = span(context);
  const share = shareOf(context, source);
  const inner = context.tableExpression();
  if (inner !== null) return buildTableExpression(inner, source);
  const alias = tableAliasOf(context.tableAlias());
  const path = context.StringLiteral();
  if (path !== null) return { kind: 'file', path: path.getText(), alias, ...where };
  const extern = context.externTable();
  if (extern !== null) {
    return {
      kind: 'extern',
      call: buildExpression(extern.expression(), source),
      columns: extern.externColumn().map((c) => externColumn(c, source)),
      alias,
      ...where,
    };
  }
  const query = context.query();
  const called = context.qualifiedName();
  // view(SELECT ...) is what it selects.
  if (query !== null && called !== null && called.getText().toLowerCase() !== 'view')
    throw source.error(span(called), `${called.getText()} takes no query`, 'Write view(SELECT ...)');
  const lateral = context.LATERAL() !== null;
  if (query !== null) return { kind: 'subquery', query: buildQuery(query, source), alias, lateral, ...where };
  if (lateral && context.LeftParen() === null)
    throw source.error(where, 'LATERAL takes a subquery', 'Leave LATERAL out before a table');
  const name =
    called === null ? [{ text: 'null', quoted: false, at: where.at, end: where.at + 4 }] : nameParts(called);
  if (context.LeftParen() !== null) {
    return {
      kind: 'function',
      name: name.map((p) => p.text).join('.'),
      path: name,
      args: context.argument().map((a) => argumentOf(a, source)),
      alias,
      ...where,
    };
  }
  const table = { kind: 'table', name, alias, final: context.FINAL().length > 0, ...where } as const;
  return share === null ? table : { ...table, sample: sampleOf(share, source) };
}

/** A table function that stands for a table by itself. */
export function tableFunction(
  context: TableFunctionContext,
  source: Source,
): Extract<TableExpression, { kind: 'function' }> {
  const where = span(context);
  const text = context.getChild(0)!.getText();
  const name = { text, quoted: context.QuotedIdentifier() !== null, ...where };
  const args = context.argument().map((a) => argumentOf(a, source));
  return { kind: 'function', name: text, path: [name], args, alias: null, ...where };
}

function sampleOf(context: SampleContext, source: Source): Sample {
  const [size, offset] = context.expression().map((e) => buildExpression(e, source));
  return { size, offset: offset ?? null, ...span(context) };
}

/** The SAMPLE of ClickHouse's; null: there is none. */
function shareOf(context: TableFactorContext, source: Source): SampleContext | null {
  const sample = context.sample();
  if (sample === null || sample.SAMPLE() === null) return null;
  const isTable =
    context.query() === null && context.LeftParen() === null && context.qualifiedName() !== null;
  if (source.dialect === 'clickhouse' && isTable) return sample;
  throw source.refuse(span(sample), 'A sample of a table', SHARE_HINTS[source.dialect]);
}

const SHARE_HINTS = {
  clickhouse: 'Only tables have one; filter by a hash of a column: WHERE cityHash64(id) % 10 = 0',
  standard: 'Write TABLESAMPLE 10%',
  druid: 'Filter by a column: WHERE id % 10 = 0',
} as const;

/** `VARCHAR ARRAY` is `VARCHAR[]`. */
function externColumn(context: ExternColumnContext, source: Source): { name: Identifier; type: TypeName } {
  const type = typeNameOf(context.typeName(), source);
  const arrays = type.arrays + (context.ARRAY() === null ? 0 : 1);
  return { name: identifierOf(context.identifier()), type: { ...type, arrays } };
}

/** Join words in any order (ClickHouse: `LEFT ANY JOIN` and `ANY LEFT JOIN`). */
function buildJoin(left: TableExpression, context: JoinContext, source: Source): Join | ArrayJoin {
  if (context.ARRAY() !== null) {
    return {
      kind: 'array join',
      left,
      arrays: context.argument().map((a) => argumentOf(a, source)),
      outer: context.LEFT() !== null,
      at: left.at,
      end: span(context).end,
    };
  }
  const words = new Set(context.joinWord().map((w) => tokenOf(w).value.toUpperCase()));
  const where: Span = { at: left.at, end: span(context).end };
  const on = context.expression();
  const using = context.identifier().map(identifierOf);
  const side = words.has('LEFT') ? 'left' : words.has('RIGHT') ? 'right' : words.has('FULL') ? 'full' : null;
  const half = words.has('SEMI') ? 'semi' : words.has('ANTI') ? 'anti' : null;
  const join = half ?? side ?? (words.has('CROSS') ? 'cross' : 'inner');
  const natural = words.has('NATURAL');
  const strictness = words.has('ASOF') ? 'asof' : words.has('ANY') ? 'any' : words.has('ALL') ? 'all' : null;
  if (join === 'cross' && (on !== null || using.length > 0)) {
    throw source.error(
      span(context),
      'CROSS JOIN takes no condition',
      'Write INNER JOIN, or move the condition to WHERE',
    );
  }
  if (natural && (join === 'cross' || on !== null || using.length > 0))
    throw source.error(span(context), 'NATURAL JOIN takes no condition', 'Leave NATURAL out, or ON');
  if (join !== 'cross' && !natural && on === null && using.length === 0) {
    // The word is no keyword, and so the left table's alias.
    if ('alias' in left && left.alias !== null && /^(positional|paste)$/i.test(left.alias.name.text))
      throw source.refuse(
        left.alias.name,
        `${left.alias.name.text.toUpperCase()} JOIN`,
        'Rows have no places here: join by row_number() OVER (ORDER BY ...) of both sides',
      );
    throw source.error(
      span(context),
      `${context
        .joinWord()
        .map((w) => tokenOf(w).value)
        .concat('JOIN')
        .join(' ')} needs ON or USING`,
      'Write CROSS JOIN for all pairs',
    );
  }
  return {
    kind: 'join',
    join,
    keepRight: half !== null && side === 'right',
    strictness,
    natural,
    left,
    right: buildFactor(context.tableFactor()!, source),
    on: on === null ? null : buildExpression(on, source),
    using,
    ...where,
  };
}
