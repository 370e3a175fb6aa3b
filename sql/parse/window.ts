/** Windows of window functions. */

import type { Expression, FrameClause, FrameLimit, Over, WindowSpecification } from '../ast/expression.ts';
import type { NamedWindow } from '../ast/query.ts';
import type {
  ExclusionContext,
  FrameBoundContext,
  FrameContext,
  NamedWindowContext,
  OverContext,
  WindowSpecContext,
} from '../grammar/generated/Sql.js';
import { buildExpression } from './expression.ts';
import { identifierOf } from './name.ts';
import { sortItems } from './sort-item.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';

export function overOf(context: OverContext, source: Source): Over {
  const name = context.identifier();
  if (name !== null) return { kind: 'named', name: identifierOf(name), ...span(context) };
  return windowOf(context.windowSpec()!, source, context);
}

export const namedWindow = (context: NamedWindowContext, source: Source): NamedWindow => ({
  name: identifierOf(context.identifier()),
  window: windowOf(context.windowSpec(), source, context),
});

/** @param where the node whose place is shown: a window may be empty. */
function windowOf(
  context: WindowSpecContext,
  source: Source,
  where: OverContext | NamedWindowContext,
): WindowSpecification {
  const base = context.identifier();
  const orderBy = context.orderBy();
  const frame = context.frame();
  return {
    kind: 'window',
    base: base === null ? null : identifierOf(base),
    partitionBy: context.expression().map((e) => buildExpression(e, source)),
    orderBy: orderBy === null ? [] : orderBy.ALL() !== null ? 'all' : sortItems(orderBy.sortItem(), source),
    frame: frame === null ? null : frameOf(frame, source),
    ...span(where),
  };
}

function frameOf(context: FrameContext, source: Source): FrameClause {
  const where = span(context);
  const [from, to] = context.frameBound().map((bound) => limitOf(bound, source));
  return {
    unit: context.ROWS() !== null ? 'rows' : context.RANGE() !== null ? 'range' : 'groups',
    from,
    to: to ?? { kind: 'current', ...where },
    exclude: excludedBy(context.exclusion(), source),
    ...where,
  };
}

function excludedBy(context: ExclusionContext | null, source: Source): FrameClause['exclude'] {
  if (context === null) return null;
  if (source.dialect !== 'standard')
    throw source.refuse(
      span(context),
      `EXCLUDE of a frame in the dialect ${source.dialect}`,
      'The standard dialect has it',
    );
  if (context.OTHERS() !== null) return null;
  return context.ROW() !== null ? 'row' : context.GROUP() !== null ? 'group' : 'ties';
}

function limitOf(context: FrameBoundContext, source: Source): FrameLimit {
  const where = span(context);
  const side = context.PRECEDING() !== null ? 'preceding' : 'following';
  if (context.UNBOUNDED() !== null) return { kind: 'unbounded', side, ...where };
  const value = context.expression();
  if (value === null) return { kind: 'current', ...where };
  return { kind: 'offset', side, value: buildExpression(value, source) as Expression, ...where };
}
