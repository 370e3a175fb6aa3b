/** Queries as ClickHouse's formatter writes them. */

import type { Expression } from '../ast/expression.ts';
import type { Join, Query, QueryBody, Select, TableAlias, TableExpression } from '../ast/query.ts';
import { expressionText, itemText, sortTexts, windowText } from './expression-text.ts';
import { type Layout, nameText, pathText, quotedName, subqueryText } from './layout.ts';

/** @param depth of its lines; the first one is the caller's to indent */
export function queryText(query: Query, depth: number, layout: Layout): string {
  const { line } = layout;
  const head = withText(query, depth, layout);
  const tail = tailTexts(query, depth, layout);
  return [...(head === '' ? [] : [head]), bodyText(query.body, depth, layout), ...tail].join(line(depth));
}

/** A clause with its items: one behind the word, several on lines of their own. */
function clause(word: string, items: readonly string[], depth: number, { line }: Layout): string {
  if (items.length === 1) return `${word} ${items[0]}`;
  return `${word}${items.map((item, i) => `${i === 0 ? '' : ','}${line(depth + 1)}${item}`).join('')}`;
}

function withText({ with: items, recursive }: Query, depth: number, layout: Layout): string {
  const { line } = layout;
  const texts = items.map((item) =>
    item.kind === 'expression'
      ? `${expressionText(item.value, depth + 1, layout)} AS ${nameText(item.name.text)}`
      : `${nameText(item.name.text)}${namesText(item.columns)} AS${line(depth + 1)}${subqueryText(item.query, depth + 1, layout)}`,
  );
  if (texts.length === 0) return '';
  return `WITH${recursive ? ' RECURSIVE' : ''}${texts.map((text, i) => `${i === 0 ? '' : ','}${line(depth + 1)}${text}`).join('')}`;
}

const namesText = (names: readonly { readonly text: string }[]): string =>
  names.length === 0 ? '' : ` (${names.map(({ text }) => nameText(text)).join(', ')})`;

function bodyText(body: QueryBody, depth: number, layout: Layout): string {
  const { line } = layout;
  switch (body.kind) {
    case 'select':
      return selectText(body, depth, layout);
    case 'values':
      return `VALUES ${body.rows.map((row) => `(${row.map((e) => expressionText(e, depth, layout)).join(', ')})`).join(', ')}`;
    case 'nested':
      return subqueryText(body.query, depth, layout);
    case 'set': {
      // What takes out rows has each of its inputs in parentheses, where the parser takes them.
      const isClosed = depth === 0 && body.operators.every(({ op }) => op === 'except');
      const inputs = body.inputs.map((input) =>
        input.kind === 'set' || (isClosed && input.kind === 'select')
          ? `(${layout.inside(depth + 1)}${bodyText(input, depth + 1, layout)}${layout.inside(depth)})`
          : bodyText(input, depth, layout),
      );
      return inputs
        .flatMap((input, i) => {
          if (i === 0) return [input];
          const { op, quantifier, byName } = body.operators[i - 1];
          const words = [op, quantifier, byName ? 'by name' : null].filter((word) => word !== null);
          return [words.join(' ').toUpperCase(), input];
        })
        .join(line(depth));
    }
  }
}

function selectText(select: Select, depth: number, layout: Layout): string {
  const { line } = layout;
  const text = (e: Expression): string => expressionText(e, depth, layout);
  const items = select.items.map(({ value, alias }) => {
    const item = expressionText(value, depth + 1, layout);
    return alias === null ? item : `${item} AS ${nameText(alias.text)}`;
  });
  const { from, prewhere, where, having, qualify, windows, distinct, distinctOn } = select;
  const on = distinctOn.length === 0 ? '' : ` ON (${distinctOn.map((e) => text(e)).join(', ')})`;
  const lines = [
    clause(distinct || on !== '' ? `SELECT DISTINCT${on}` : 'SELECT', items, depth, layout),
    ...(from.length === 0 ? [] : [fromText(from, depth, layout)]),
    ...(prewhere === null ? [] : [`PREWHERE ${text(prewhere)}`]),
    ...(where === null ? [] : [`WHERE ${text(where)}`]),
    ...groupTexts(select, depth, layout),
    ...(having === null ? [] : [`HAVING ${text(having)}`]),
    ...(windows.length === 0
      ? []
      : [
          clause(
            'WINDOW',
            windows.map((w) => `${nameText(w.name.text)} AS ${windowText(w.window, depth, layout)}`),
            depth,
            layout,
          ),
        ]),
    ...(qualify === null ? [] : [`QUALIFY ${text(qualify)}`]),
  ];
  return lines.join(line(depth));
}

function groupTexts(select: Select, depth: number, layout: Layout): readonly string[] {
  const { groupBy, groupingSets, grouped, withTotals } = select;
  if (!grouped && (groupBy === 'all' || groupBy.length === 0) && groupBy !== 'all') return [];
  const { line } = layout;
  const totals = withTotals ? `${line(depth + 1)}WITH TOTALS` : '';
  if (groupBy === 'all') return [`GROUP BY ALL${totals}`];
  const keys = groupBy.map((e) => expressionText(e, depth + 1, layout));
  const modifier = groupingSets === null ? '' : (modifierOf(groupingSets, keys.length) ?? null);
  if (modifier === null) {
    const sets = (groupingSets ?? []).map((set) => `(${set.map((key) => keys[key]).join(', ')})`);
    const { inside } = layout;
    return [
      `GROUP BY${line(depth + 1)}GROUPING SETS (${inside(depth + 2)}${sets.join(`,${line(depth + 2)}`)})${totals}`,
    ];
  }
  const shown = modifier === '' ? '' : `${line(depth + 1)}WITH ${modifier}`;
  return [
    `${keys.length === 0 ? 'GROUP BY tuple()' : clause('GROUP BY', keys, depth, layout)}${shown}${totals}`,
  ];
}

/** What makes these sets of so many keys; undefined: they were written out. */
function modifierOf(sets: readonly (readonly number[])[], keys: number): 'ROLLUP' | 'CUBE' | undefined {
  const isPrefix = (set: readonly number[], i: number): boolean =>
    set.length === keys - i && set.every((key, place) => key === place);
  if (sets.length === keys + 1 && sets.every(isPrefix)) return 'ROLLUP';
  const different = new Set(sets.map((set) => set.toSorted().join()));
  return sets.length === 2 ** keys && different.size === sets.length ? 'CUBE' : undefined;
}

function tailTexts(query: Query, depth: number, layout: Layout): readonly string[] {
  const { orderBy, interpolate, limitBy, limit, offset, withTies, limitIsPercent } = query;
  const text = (e: Expression): string => expressionText(e, depth, layout);
  const keys = orderBy === 'all' ? ['ALL ASC'] : sortTexts(orderBy, depth + 1, layout);
  const filled =
    interpolate === 'all'
      ? []
      : interpolate.map(({ name, value }) =>
          value === null
            ? `${quotedName(name.text)} AS ${nameText(name.text)}`
            : `${quotedName(name.text)} AS ${text(value)}`,
        );
  const percent = limitIsPercent ? ' PERCENT' : '';
  const whole =
    limit === null ? null : `${offset === null ? '' : `${text(offset)}, `}${text(limit)}${percent}`;
  return [
    ...(keys.length === 0 ? [] : [clause('ORDER BY', keys, depth, layout)]),
    ...(interpolate === 'all'
      ? ['INTERPOLATE']
      : filled.length === 0
        ? []
        : [`INTERPOLATE (${filled.join(', ')})`]),
    ...(limitBy === null
      ? []
      : [
          clause(
            `LIMIT ${limitBy.offset === null ? '' : `${text(limitBy.offset)}, `}${text(limitBy.limit)} BY`,
            limitBy.by.map(text),
            depth,
            layout,
          ),
        ]),
    ...(whole === null ? [] : [`LIMIT ${whole}${withTies ? ' WITH TIES' : ''}`]),
    ...(limit === null && offset !== null ? [`OFFSET ${text(offset)}`] : []),
  ];
}

/** A subquery begins a line of its own. */
function fromText(items: readonly TableExpression[], depth: number, layout: Layout): string {
  const texts = items.map((item, i) => {
    const text = tableText(item, depth, layout);
    const before = startsWithQuery(item) ? layout.line(depth) : ' ';
    return `${i === 0 ? '' : ','}${before}${text}`;
  });
  return `FROM${texts.join('')}`;
}

function startsWithQuery(item: TableExpression): boolean {
  if (item.kind === 'join' || item.kind === 'array join') return startsWithQuery(item.left);
  return item.kind === 'subquery';
}

const aliasText = (alias: TableAlias | null): string =>
  alias === null ? '' : ` AS ${nameText(alias.name.text)}${namesText(alias.columns)}`;

function tableText(item: TableExpression, depth: number, layout: Layout): string {
  const { line } = layout;
  const text = (e: Expression): string => expressionText(e, depth, layout);
  switch (item.kind) {
    case 'table': {
      const { sample } = item;
      const size = sample && [
        `SAMPLE ${shareText(sample.size, text)}`,
        ...(sample.offset ? [`OFFSET ${shareText(sample.offset, text)}`] : []),
      ];
      return [
        `${pathText(item.name)}${aliasText(item.alias)}`,
        ...(item.final ? ['FINAL'] : []),
        ...(size === undefined ? [] : [size.join(' ')]),
      ].join(line(depth));
    }
    case 'function':
      return `${pathText(item.path)}(${item.args.map(text).join(', ')})${aliasText(item.alias)}`;
    case 'file':
      return `'${item.path}'${aliasText(item.alias)}`;
    case 'subquery':
      return `${subqueryText(item.query, depth, layout)}${aliasText(item.alias)}`;
    case 'join':
      return joinText(item, depth, layout);
    case 'array join': {
      const arrays = item.arrays.map((e) => itemText(e, depth + (item.arrays.length > 1 ? 1 : 0), layout));
      const word = `${item.outer ? 'LEFT ' : ''}ARRAY JOIN`;
      return `${tableText(item.left, depth, layout)}${line(depth)}${clause(word, arrays, depth, layout)}`;
    }
    case 'sample':
    case 'extern':
    case 'pivot':
    case 'unpivot':
      // No text of the clickhouse dialect becomes one.
      return '';
  }
}

/** A share with a point is a fraction of two whole numbers: 0.25 is 25 / 100. */
function shareText(share: Expression, text: (e: Expression) => string): string {
  const [, whole, digits] = (share.kind === 'number' && /^(\d*)\.(\d+)$/.exec(text(share))) || [];
  if (digits === undefined) return text(share);
  return `${BigInt(`${whole}${digits}`)} / 1${'0'.repeat(digits.length)}`;
}

function joinText(join: Join, depth: number, layout: Layout): string {
  const { line } = layout;
  const { left, right, on, using } = join;
  const condition =
    using.length > 0
      ? ` USING (${using.map(({ text }) => nameText(text)).join(', ')})`
      : on === null
        ? ''
        : ` ON ${expressionText(on, depth, layout)}`;
  const isNested = right.kind === 'join' || right.kind === 'array join';
  const inner = isNested
    ? `(${layout.inside(depth + 1)}SELECT *${line(depth + 1)}${fromText([right], depth + 1, layout)}${layout.inside(depth)})`
    : tableText(right, depth, layout);
  const before = isNested || startsWithQuery(right) ? line(depth) : ' ';
  return `${tableText(left, depth, layout)}${line(depth)}${joinWords(join)}${before}${inner}${condition}`;
}

const SIDES = { inner: 'INNER', left: 'LEFT', right: 'RIGHT', full: 'FULL OUTER' } as const;

function joinWords({ join, keepRight, strictness, natural }: Join): string {
  if (join === 'cross') return 'CROSS JOIN';
  if (join === 'semi' || join === 'anti') return `${join.toUpperCase()} ${keepRight ? 'RIGHT' : 'LEFT'} JOIN`;
  const words = [natural ? 'NATURAL' : '', strictness?.toUpperCase() ?? '', SIDES[join], 'JOIN'];
  return words.filter((word) => word !== '').join(' ');
}
