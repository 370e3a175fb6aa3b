/**
 * Window functions of one query block. While select list, ORDER BY and QUALIFY are bound, each call is taken here and stands in the
 * expression as a placeholder; when the block's groups are made, {@link Windows.over} puts the calls above them, those of one window in
 * one node.
 */

import { comparable } from '../../engine/function/call.ts';
import { cast, WIDEN } from '../../engine/function/cast.ts';
import { commonOf } from '../../engine/function/choice-type.ts';
import { findWindowFunction } from '../../engine/function/index.ts';
import { type AggregateCall, column, type Expr, exprKey, literal, rewrite } from '../../engine/plan/expr.ts';
import type { Plan, SortKey } from '../../engine/plan/node.ts';
import { WHOLE } from '../../engine/plan/places.ts';
import {
  type FrameBound,
  mapWindowCall,
  type WindowCall,
  type WindowFrame,
  type WindowFunctionId,
  type WindowPlan,
} from '../../engine/plan/window.ts';
import { INT64, laneOf } from '../../engine/type/type.ts';
import { zeroOf } from '../../engine/type/zero.ts';
import type {
  CallExpression,
  Expression,
  FrameClause,
  FrameLimit,
  Over,
  Span,
  WindowSpecification,
} from '../ast/expression.ts';
import type { NamedWindow } from '../ast/query.ts';
import { aggregateCalls } from './aggregate.ts';
import { castArguments, functionNamed, implicitCast, resolve } from './call.ts';
import type { ExpressionBinder } from './expression.ts';
import { hasWindow, windowNumber, windowPlaceholder } from './placeholder.ts';
import type { Session } from './session.ts';
import { nullsFirst } from './sort.ts';
import { takesEachValue } from './unnest-values.ts';

type Order = Pick<WindowPlan, 'partition' | 'order'>;
/** A call, or several that make one, and what becomes of their values. */
type Called = {
  readonly calls: readonly WindowCall[];
  readonly finish: (results: readonly Expr[]) => Expr;
};
type Pending = Order & { readonly call: WindowCall; readonly where: Span };

const UP_TO_PEERS: WindowFrame = { ...WHOLE, unit: 'range', end: { kind: 'current' } };
/** What is a place in the partition, whatever the frame. */
const FRAMELESS: ReadonlySet<WindowFunctionId> = new Set([
  'row_number',
  'rank',
  'dense_rank',
  'percent_rank',
  'cume_dist',
  'ntile',
  'lag',
  'lead',
]);
/** ClickHouse's are aggregates, which pass NULLs over unless told otherwise. */
const PASSES_NULLS: ReadonlySet<WindowFunctionId> = new Set(['first_value', 'last_value']);

export class Windows {
  readonly #named: readonly NamedWindow[];
  readonly #session: Session;
  readonly #pending: Pending[] = [];

  constructor(named: readonly NamedWindow[], session: Session) {
    this.#named = named;
    this.#session = session;
  }

  /** The column that the call's values will be. */
  add(node: CallExpression, over: Over, binder: ExpressionBinder): Expr {
    const spec = this.#specification(over);
    const order: Order = {
      partition: spec.partitionBy.map((e) => comparable(this.#inner(e, binder))),
      order: this.#sortKeys(spec, binder),
    };
    const frame = this.#frame(spec, order, binder);
    const { calls, finish } = this.#call(node, frame, binder);
    if (calls.some(({ args, aggregate }) => [...args, ...(aggregate?.args ?? [])].some(hasWindow)))
      throw this.#nested(node);
    return finish(
      calls.map((call) => {
        this.#pending.push({ ...order, call, where: node });
        return column(windowPlaceholder(this.#pending.length - 1), call.type);
      }),
    );
  }

  /**
   * The input with the calls' columns behind its own, and how placeholders become these columns.
   * @param lift moves an expression of the block's rows to the input
   */
  over(
    input: Plan,
    lift: (expr: Expr, where: Span) => Expr,
  ): { readonly plan: Plan; readonly settle: (expr: Expr) => Expr } {
    const places: number[] = [];
    const nodes = new Map<
      string,
      { readonly order: Order; readonly calls: WindowCall[]; readonly of: number[] }
    >();
    this.#pending.forEach(({ partition, order, call, where }, i) => {
      const up = (expr: Expr): Expr => lift(expr, where);
      const lifted: Order = {
        partition: partition.map(up),
        order: order.map((key) => ({ ...key, expr: up(key.expr) })),
      };
      const key = JSON.stringify([
        lifted.partition.map(exprKey),
        lifted.order.map((k) => [exprKey(k.expr), k.descending, k.nullsFirst]),
      ]);
      const node = nodes.get(key) ?? { order: lifted, calls: [], of: [] };
      nodes.set(key, node);
      node.calls.push(mapWindowCall(call, up));
      node.of.push(i);
    });
    let plan = input;
    for (const { order, calls, of } of nodes.values()) {
      const width = plan.schema.length;
      of.forEach((i, n) => {
        places[i] = width + n;
      });
      const schema = [
        ...plan.schema,
        ...calls.map(({ fn, aggregate, type }) => ({ name: aggregate?.fn ?? fn, type })),
      ];
      plan = { kind: 'window', input: plan, ...order, calls, schema };
    }
    const settle = (expr: Expr): Expr =>
      rewrite(expr, (e) => {
        const number = e.kind === 'column' ? windowNumber(e.index) : undefined;
        return number === undefined ? e : column(places[number], e.type);
      });
    return { plan, settle };
  }

  #specification(over: Over): WindowSpecification {
    const named = (name: { readonly text: string } & Span): WindowSpecification => {
      const found = this.#named.find((w) => this.#session.same(w.name.text, name.text));
      if (found !== undefined) return this.#specification(found.window);
      throw this.#session.error(
        'UNKNOWN_IDENTIFIER',
        name,
        `There is no window ${name.text}`,
        this.#session.didYouMean(
          name.text,
          this.#named.map((w) => w.name.text),
        ),
      );
    };
    if (over.kind === 'named') return named(over.name);
    const { base } = over;
    if (base === null) return over;
    const from = this.#named.findIndex((w) => w.window === over);
    if (from >= 0 && !this.#named.slice(0, from).some((w) => this.#session.same(w.name.text, base.text)))
      throw this.#session.error('UNKNOWN_IDENTIFIER', base, `The window ${base.text} is not defined before`);
    const found = named(base);
    if (over.partitionBy.length > 0)
      throw this.#session.error('BAD_ARGUMENTS', over, `PARTITION BY is that of the window ${base.text}`);
    if (over.orderBy.length > 0 && found.orderBy.length > 0)
      throw this.#session.error('BAD_ARGUMENTS', over, `ORDER BY is that of the window ${base.text}`);
    return {
      ...over,
      partitionBy: found.partitionBy,
      orderBy: over.orderBy.length > 0 ? over.orderBy : found.orderBy,
      frame: over.frame ?? found.frame,
    };
  }

  #inner(node: Expression, binder: ExpressionBinder): Expr {
    const expr = binder.bind(node);
    if (hasWindow(expr)) throw this.#nested(node);
    return expr;
  }

  #nested(where: Span): Error {
    return this.#session.error(
      'BAD_ARGUMENTS',
      where,
      'A window function cannot stand inside of another',
      'Compute the inner one in a subquery of FROM',
    );
  }

  #sortKeys({ orderBy, ...where }: WindowSpecification, binder: ExpressionBinder): SortKey[] {
    if (orderBy === 'all')
      throw this.#session.refuse(where, 'ORDER BY ALL in a window', 'Name the expressions');
    return orderBy.map((item) => ({
      expr: comparable(this.#inner(item.value, binder)),
      descending: item.descending,
      nullsFirst: nullsFirst(item, this.#session.dialect),
    }));
  }

  #call(node: CallExpression, frame: WindowFrame, binder: ExpressionBinder): Called {
    const session = this.#session;
    const row = findWindowFunction(session.dialect, node.name);
    if (row === undefined) return this.#aggregate(node, frame, binder);
    if (node.distinct || node.filter !== null || node.orderBy.length > 0 || node.parameters !== null)
      throw session.error(
        'BAD_ARGUMENTS',
        node,
        `${node.name} takes no DISTINCT, FILTER, ORDER BY or parameters`,
        row.syntax,
      );
    const args = binder.arguments(node, false);
    const found = resolve(row, node.name, args, node, session);
    if (found.build !== undefined) throw session.refuse(node, node.name, row.syntax);
    const fn = found.fn as WindowFunctionId;
    if (node.nulls !== null && args.length === 0)
      throw session.error('BAD_ARGUMENTS', node, `${node.name} has no value that could be NULL`);
    const passes = session.dialect === 'clickhouse' && PASSES_NULLS.has(fn);
    const call: WindowCall = {
      fn,
      args: [
        ...castArguments(args, found, node, session),
        ...(found.extra ?? []).map((e) => literal(e.value, e.type)),
      ],
      aggregate: null,
      frame: FRAMELESS.has(fn) ? WHOLE : frame,
      ignoreNulls: node.nulls === 'ignore' || (passes && node.nulls === null),
      type: found.type,
    };
    return { calls: [call], finish: ([result]) => result };
  }

  #aggregate(node: CallExpression, frame: WindowFrame, binder: ExpressionBinder): Called {
    const session = this.#session;
    const row = functionNamed(node.name, { at: node.at, end: node.nameEnd }, session);
    if (row.kind !== 'aggregate')
      throw session.error(
        'BAD_ARGUMENTS',
        node,
        `${node.name} is neither an aggregate nor a window function`,
        'Leave OVER out',
      );
    const { calls, finish } = aggregateCalls(node, row, binder);
    if (calls.some(({ args }) => args.some(takesEachValue)))
      throw session.refuse(node, 'A window function over each value of a list', 'UNNEST the values in FROM');
    return { calls: calls.map((call) => this.#overFrame(call, frame)), finish };
  }

  #overFrame(call: AggregateCall, frame: WindowFrame): WindowCall {
    const { type } = call;
    const base = { frame, type } as const;
    // The first or last value that there is needs no states.
    const picks = /^any(last)?_/.exec(call.fn);
    if (picks !== null && call.filter === null)
      return {
        ...base,
        fn: picks[1] === undefined ? 'first_value' : 'last_value',
        args: [...call.args, literal(1n, INT64), this.#nothing(call.args[0], type)],
        aggregate: null,
        ignoreNulls: true,
      };
    return { ...base, fn: 'aggregate', args: [], aggregate: call, ignoreNulls: false };
  }

  #nothing(value: Expr, type: Expr['type']): Expr {
    return literal(type.nullable ? null : zeroOf(value.type), type);
  }

  #frame({ frame, ...spec }: WindowSpecification, order: Order, binder: ExpressionBinder): WindowFrame {
    if (frame === null) return spec.orderBy.length > 0 ? UP_TO_PEERS : WHOLE;
    this.#check(frame);
    if (frame.unit === 'range' && (frame.from.kind === 'offset' || frame.to.kind === 'offset'))
      return this.#range(frame, spec.orderBy, order, binder);
    if (frame.unit === 'groups' && order.order.length === 0)
      throw this.#session.error('BAD_ARGUMENTS', frame, 'GROUPS needs an ORDER BY in its window');
    const bound = (limit: FrameLimit): FrameBound => {
      if (limit.kind !== 'offset') return { kind: limit.kind };
      const value = implicitCast(this.#inner(limit.value, binder), INT64, limit, this.#session);
      return { kind: limit.side, value };
    };
    return {
      unit: frame.unit,
      key: null,
      start: bound(frame.from),
      end: bound(frame.to),
      exclude: frame.exclude,
    };
  }

  /** What can never hold a row is a mistake. */
  #check({ from, to, ...where }: FrameClause): void {
    const rank = (limit: FrameLimit): number =>
      limit.kind === 'current'
        ? 0
        : (limit.side === 'preceding' ? -1 : 1) * (limit.kind === 'offset' ? 1 : 2);
    if (rank(from) === 2)
      throw this.#session.error('BAD_ARGUMENTS', where, 'A frame cannot begin with UNBOUNDED FOLLOWING');
    if (rank(to) === -2)
      throw this.#session.error('BAD_ARGUMENTS', where, 'A frame cannot end with UNBOUNDED PRECEDING');
    if (rank(from) > rank(to))
      throw this.#session.error(
        'BAD_ARGUMENTS',
        where,
        'The frame ends before it begins',
        'Turn its two ends around',
      );
  }

  /** Bounds that are values: the sort key moved by what stands in the frame. */
  #range(
    frame: FrameClause,
    orderBy: WindowSpecification['orderBy'],
    { order }: Order,
    binder: ExpressionBinder,
  ): WindowFrame {
    const session = this.#session;
    const [item] = orderBy === 'all' ? [] : orderBy;
    const [key] = order;
    if (order.length !== 1 || item === undefined)
      throw session.error('BAD_ARGUMENTS', frame, 'RANGE with an offset needs an ORDER BY of one expression');
    const moved = (limit: FrameLimit): Expr | null => {
      if (limit.kind !== 'offset') return null;
      const isBack = (limit.side === 'preceding') !== item.descending;
      return this.#inner(
        {
          kind: 'binary',
          op: isBack ? '-' : '+',
          left: item.value,
          right: limit.value,
          at: limit.at,
          end: limit.end,
        },
        binder,
      );
    };
    const [start, end] = [moved(frame.from), moved(frame.to)];
    const values = [key.expr, start, end].flatMap((e) => e ?? []);
    const common = commonOf(
      values.map((e) => e.type),
      session.dialect,
    );
    if (common === undefined || (laneOf(common) !== 'i64' && laneOf(common) !== 'f64'))
      throw session.error(
        'TYPE_MISMATCH',
        frame,
        'RANGE with an offset needs a sort key that it can be added to',
      );
    const bound = (limit: FrameLimit, value: Expr | null): FrameBound => {
      if (value === null || limit.kind !== 'offset')
        return { kind: limit.kind === 'current' ? 'current' : 'unbounded' };
      return { kind: limit.side, value: cast(value, common, WIDEN) };
    };
    return {
      unit: 'range',
      key: cast(key.expr, common, WIDEN),
      start: bound(frame.from, start),
      end: bound(frame.to, end),
      exclude: frame.exclude,
    };
  }
}
