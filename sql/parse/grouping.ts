/**
 * GROUP BY with several grouping sets: GROUPING SETS, ROLLUP and CUBE, alone or side by side. ROLLUP (a, b) is the sets (a, b), (a)
 * and (); CUBE all that leave any of them out; elements side by side are all pairs of their sets.
 */

import type { Expression } from '../ast/expression.ts';
import type { Select } from '../ast/query.ts';
import type { GroupByContext } from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

/** Rows are counted once for each set. */
const MAX_SETS = 256;

type GroupingSet = readonly Expression[];

export function groupingOf(
  context: GroupByContext | null,
  source: Source,
): Pick<Select, 'groupBy' | 'groupingSets'> {
  if (context === null) return { groupBy: [], groupingSets: null };
  if (context.TOTALS().length > 0 && source.dialect !== 'clickhouse')
    throw source.refuse(span(context), 'WITH TOTALS', 'Use GROUP BY ROLLUP, or UNION ALL of two queries');
  if (context.ALL() !== null) return { groupBy: 'all', groupingSets: null };
  const items = context.groupItem();
  const isPlain = items.every((item) => item.GROUPING() === null);
  const expressions = items.flatMap((item) => item.expression().map((e) => buildExpression(e, source)));
  const modifiers = [...context.ROLLUP().map(() => rollup), ...context.CUBE().map(() => cube)];
  if (isPlain && modifiers.length === 0 && !expressions.some((e) => wordOf(e) !== null))
    return { groupBy: expressions, groupingSets: null };
  const elements =
    modifiers.length > 0
      ? modifiers.map((expand) => expand(expressions.map(unitOf)))
      : items.map((item) =>
          item
            .expression()
            .map((e) => buildExpression(e, source))
            .flatMap(setsOf),
        );
  const count = elements.reduce((product, sets) => product * sets.length, 1);
  if (count > MAX_SETS)
    throw source.refuse(span(context), `Grouping by ${count} sets`, `Up to ${MAX_SETS} are`);
  const all = elements.reduce<readonly GroupingSet[]>(
    (before, sets) => before.flatMap((set) => sets.map((more) => [...set, ...more])),
    [[]],
  );
  const groupBy = [...new Set(all.flat())];
  return { groupBy, groupingSets: all.map((set) => set.map((e) => groupBy.indexOf(e))) };
}

/** The sets that one element of GROUP BY, or of GROUPING SETS, stands for. */
function setsOf(element: Expression): readonly GroupingSet[] {
  const expand = wordOf(element);
  if (expand === null || element.kind !== 'call') return [unitOf(element)];
  return expand(element.args.map(unitOf));
}

function wordOf(e: Expression): ((units: readonly GroupingSet[]) => readonly GroupingSet[]) | null {
  if (e.kind !== 'call') return null;
  const name = e.name.toLowerCase();
  return name === 'rollup' ? rollup : name === 'cube' ? cube : null;
}

/** `(a, b)` is grouped by both or by none. */
const unitOf = (e: Expression): GroupingSet => (e.kind === 'tuple' ? e.items : [e]);

const rollup = (units: readonly GroupingSet[]): readonly GroupingSet[] =>
  [...units.keys(), units.length].map((kept) => units.slice(0, units.length - kept).flat());

const cube = (units: readonly GroupingSet[]): readonly GroupingSet[] =>
  units.length === 0 ? [[]] : cube(units.slice(1)).flatMap((set) => [[...units[0], ...set], set]);
