/**
 * One binding of one statement: its text, its context, its budget, and how it complains.
 */

import { bytesOfText } from '../../engine/base/bytes-text.ts';
import { BasaltError, type ErrorName, type Position } from '../../engine/base/error.ts';
import { type CastOptions, cast } from '../../engine/function/cast.ts';
import { findFunction } from '../../engine/function/index.ts';
import { nearest } from '../../engine/function/nearest.ts';
import type { Dialect, ResolveContext } from '../../engine/function/row.ts';
import type { LocalTime } from '../../engine/function/time-zone.ts';
import { xx64 } from '../../engine/kernel/ref/hash/xx.ts';
import { MOMENT_MS } from '../../engine/plan/computed.ts';
import { type Expr, exprKey, literal } from '../../engine/plan/expr.ts';
import {
  inputsOf,
  MAX_RECURSIONS,
  type Plan,
  type RecursivePlan,
  recursionIds,
} from '../../engine/plan/node.ts';
import { optimize } from '../../engine/plan/rules/index.ts';
import type { LogicalType } from '../../engine/type/type.ts';
import { INT64 } from '../../engine/type/type.ts';
import type { Identifier, Span, TypeName } from '../ast/expression.ts';
import type { Query, Select } from '../ast/query.ts';
import { resolveType } from '../dialect/type-name.ts';
import { parse } from '../parse/parser.ts';
import { positionAt } from '../parse/position.ts';
import { callScalar } from './call.ts';
import {
  type BindContext,
  type DetachedTable,
  type SqlFunction,
  schemaOf,
  shownSchema,
  type TableInfo,
} from './context.ts';
import { askedDictionary } from './dictionary.ts';
import type { BoundQuery, WithQuery, WithScope } from './scope.ts';

/** Binds a query in a WITH scope; query.ts is it. Passed in, because FROM and WHERE hold queries themselves. */
export type QueryBinder = (query: Query, scope: WithScope, session: Session) => BoundQuery;

/** Expressions bound per statement: aliases and CTEs are bound where they are used, so they can multiply. */
const MAX_BOUND = 1_000_000;

/** As ClickHouse, DuckDB (ICU) and Druid (Joda-Time) read a local time that clocks left out or repeated. */
const LOCAL_TIME: Readonly<Record<Dialect, LocalTime>> = {
  clickhouse: 'earliest',
  standard: 'latest',
  druid: 'strict',
};

/** Calls of functions written in SQL within each other. */
const MAX_EXPANDING = 100;

const START: Span = { at: 0, end: 0 };

/** Nodes of a plan with its subqueries. */
const MAX_PLAN_NODES = 10_000;

/** What all texts that a statement is made of count together. */
type Shared = {
  bound: number;
  numbers: number;
  recursions: number;
  expanding: number;
  /** Blocks and calls that draw at random. */
  readonly drawing: Map<object, number>;
  readonly sizes: WeakMap<Plan, number>;
  readonly recursive: Map<WithQuery, RecursivePlan | null>;
};

export class Session {
  readonly text: string;
  readonly context: BindContext;
  readonly dialect: Dialect;
  readonly resolveContext: ResolveContext;
  #shown: Select | null = null;
  /** Ids of the views whose text this is, the outermost first. */
  readonly views: readonly number[];
  readonly #bindQuery: QueryBinder;
  readonly #shared: Shared;

  constructor(
    text: string,
    context: BindContext,
    bindQuery: QueryBinder,
    views: readonly number[] = [],
    shared: Shared = {
      bound: 0,
      numbers: 0,
      recursions: 0,
      expanding: 0,
      drawing: new Map(),
      sizes: new WeakMap(),
      recursive: new Map(),
    },
  ) {
    this.#bindQuery = bindQuery;
    this.#shared = shared;
    this.views = views;
    this.text = text;
    this.context = context;
    this.dialect = context.dialect;
    const { dialect, timeZone } = context;
    this.resolveContext = {
      dialect,
      timeZone,
      typeNamed: (name) => this.typeOf(this.typeNamed(name, START)),
      call: (name, args) => callScalar(name, args, START, this),
      aggregateNamed: (name) => {
        const row = findFunction(dialect, name);
        return row?.kind === 'aggregate' ? row : undefined;
      },
      lookupNamed: (name) => context.catalog.lookup(name),
      dictionaryNamed: (name) => askedDictionary(name, this),
      castTo: (value, to) =>
        cast(value, to, { ...this.castOptions(value.type.id === 'string'), onBadValue: 'error' }),
      // Only when asked for: what depends on it can be kept for no later statement.
      get nowMs() {
        return context.now === null ? MOMENT_MS : literal(BigInt(context.now()), INT64);
      },
    };
  }

  /** The rows of a query are what a client sees. */
  show({ body }: Query): void {
    if (body.kind === 'select') this.#shown = body;
    else if (body.kind === 'nested') this.show(body.query);
  }

  isShown(select: Select): boolean {
    return this.#shown === select;
  }

  bindQuery(query: Query, scope: WithScope): BoundQuery {
    return this.#bindQuery(query, scope, this);
  }

  /** A text within this one. */
  inside(
    text: string,
    views: readonly number[],
    changes: Partial<Pick<BindContext, 'dialect' | 'schema' | 'parameters' | 'rows' | 'temporary'>>,
  ): Session {
    return new Session(text, { ...this.context, ...changes }, this.#bindQuery, views, this.#shared);
  }

  /** The same for what outlives the session: it reads no temporary tables. */
  withoutTemporary(): Session {
    return this.inside(this.text, this.views, { temporary: [] });
  }

  /** The same for expressions that a table keeps: each row has a moment of its own. */
  ofEachRow(): Session {
    return new Session(this.text, { ...this.context, now: null }, this.#bindQuery, this.views, this.#shared);
  }

  /** The first of so many numbers that nothing else in the statement has. */
  numbers(count: number): number {
    this.#shared.numbers += count;
    return this.#shared.numbers - count;
  }

  /**
   * The name of what a call draws at random. In ClickHouse calls of a block that are written alike draw the same; elsewhere each call draws for
   * itself, however often it is bound.
   */
  drawName(fn: string, args: readonly Expr[], call: Span, block: object): string {
    const { drawing } = this.#shared;
    const numberOf = (of: object): number => {
      const number = drawing.get(of) ?? drawing.size;
      drawing.set(of, number);
      return number;
    };
    // What a table computes of its rows is kept beside what other statements bind.
    const kept = this.context.now === null ? `${xx64(bytesOfText(this.text))} ` : '';
    return this.dialect === 'clickhouse'
      ? `${kept}${numberOf(block)} ${fn}(${args.map(exprKey).join()})`
      : `${kept}${numberOf(call)}`;
  }

  /** The function written in SQL of a name. */
  sqlFunction(name: string): SqlFunction | undefined {
    const { catalog } = this.context;
    return catalog.functions().find((f) => f.dialect === this.dialect && this.same(name, f.name));
  }

  /** One function in another; what is in it is bound by `bind`. */
  expanding<T>(name: string, where: Span, bind: () => T): T {
    if (this.#shared.expanding === MAX_EXPANDING)
      throw this.error('TOO_DEEP', where, `${name} is nested too deep, or calls itself`);
    this.#shared.expanding++;
    try {
      return bind();
    } finally {
      this.#shared.expanding--;
    }
  }

  /** Ids of one more recursive query. */
  recursionIds(where: Span): ReturnType<typeof recursionIds> {
    if (this.#shared.recursions === MAX_RECURSIONS)
      throw this.error('QUERY_IS_TOO_LARGE', where, `More than ${MAX_RECURSIONS} recursive queries`);
    return recursionIds(this.#shared.recursions++);
  }

  /** A recursive query of WITH is bound once, whoever names it: its rows are made once. */
  recursive(query: WithQuery, make: () => RecursivePlan | null): RecursivePlan | null {
    const known = this.#shared.recursive.get(query);
    if (known !== undefined) return known;
    const made = make();
    this.#shared.recursive.set(query, made);
    return made;
  }

  /** Subqueries can multiply: one that is compared with NULLs in mind is in its plan twice. */
  limitPlan(plan: Plan, where: Span): Plan {
    if (this.#planNodes(plan) <= MAX_PLAN_NODES) return plan;
    throw this.error(
      'QUERY_IS_TOO_LARGE',
      where,
      'The plan grows too large with its subqueries',
      'Nest them less, or join what they select',
    );
  }

  #planNodes(plan: Plan): number {
    let nodes = this.#shared.sizes.get(plan);
    if (nodes === undefined) {
      nodes = inputsOf(plan).reduce((sum, input) => sum + this.#planNodes(input), 1);
      this.#shared.sizes.set(plan, nodes);
    }
    return nodes;
  }

  /** The plan after all rules, or as it was bound when the settings say so. */
  optimized(plan: Plan): Plan {
    const wanted = this.context.settings['query_plan_enable_optimizations'];
    return wanted === undefined || Number(wanted) !== 0 ? optimize(plan) : plan;
  }

  /** Counts one more bound node. */
  spend(where: Span): void {
    this.#shared.bound += 1;
    if (this.#shared.bound > MAX_BOUND)
      throw this.error(
        'QUERY_IS_TOO_LARGE',
        where,
        'The statement grows too large when aliases, WITH and views are put in',
      );
  }

  position(where: Span): Position {
    return positionAt(this.text, where.at, where.end);
  }

  error(name: ErrorName, where: Span, message: string, hint?: string): BasaltError {
    return new BasaltError(name, message, {
      position: this.position(where),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  refuse(where: Span, what: string, hint: string): BasaltError {
    return this.error('NOT_IMPLEMENTED', where, `${what} is not supported`, hint);
  }

  /** An error raised by the engine while binding, with the place added. */
  at(where: Span, error: unknown): unknown {
    if (!(error instanceof BasaltError) || error.position !== undefined) return error;
    return this.error(error.errorName, where, error.message, error.hint);
  }

  /** The same name, by the dialect's case rules. */
  same(written: string, known: string): boolean {
    return (
      written === known || (this.dialect === 'standard' && written.toLowerCase() === known.toLowerCase())
    );
  }

  didYouMean(name: string, known: Iterable<string>): string | undefined {
    const near = nearest(name, known);
    return near === undefined ? undefined : `Did you mean ${near}?`;
  }

  /** A type written as text: `CAST(x, 'UInt8')`. */
  typeNamed(text: string, where: Span): TypeName {
    const unknown = (): BasaltError => this.error('UNKNOWN_TYPE', where, `'${text}' is not a type`);
    const statement = (() => {
      try {
        return parse(`SELECT NULL::${text}`, this.dialect);
      } catch (error) {
        throw error instanceof BasaltError ? unknown() : error;
      }
    })();
    const body = statement.body.kind === 'query' ? statement.body.query.body : null;
    const value = body?.kind === 'select' && body.items.length === 1 ? body.items[0].value : null;
    if (value?.kind !== 'cast') throw unknown();
    return { ...value.type, ...where };
  }

  typeOf(name: TypeName): LogicalType {
    return resolveType(
      name,
      this.dialect,
      (where, error, message, hint) => this.error(error, where, message, hint),
      this.context.timeZone,
    );
  }

  /** How explicit casts treat values that do not fit. */
  castOptions(fromText: boolean): CastOptions {
    const { dialect } = this;
    return {
      onBadValue: dialect === 'druid' ? 'null' : dialect === 'clickhouse' && !fromText ? 'wrap' : 'error',
      timeZone: this.context.timeZone,
      localTime: LOCAL_TIME[dialect],
      roundFloats: dialect === 'standard',
      inMilliseconds: dialect === 'druid',
      nested: dialect === 'clickhouse' ? 'clickhouse' : 'standard',
      ...(dialect === 'clickhouse' ? {} : { texts: dialect }),
    };
  }

  /** How a value becomes a column's, or a parameter's: what does not fit is an error in every dialect. */
  strictCast(): CastOptions {
    return { ...this.castOptions(true), onBadValue: 'error' };
  }

  temporaryTable({ text }: Identifier): TableInfo | undefined {
    return this.context.temporary?.find((t) => this.same(text, t.name));
  }

  findTable(parts: readonly Identifier[]): TableInfo | undefined {
    const own = parts.length === 1 ? this.temporaryTable(parts[0]) : undefined;
    if (own !== undefined) return own;
    const name = parts[parts.length - 1].text;
    const schema =
      parts.length > 1 ? schemaOf(this.dialect, parts[parts.length - 2].text) : this.context.schema;
    const { catalog } = this.context;
    return (
      catalog.table(schema, name) ??
      (this.dialect === 'standard'
        ? catalog.tables().find((t) => this.same(name, t.name) && this.same(schema, t.schema))
        : undefined)
    );
  }

  /** What to do about a schema that is not known: the one that was meant, or those that are there. */
  schemaHint(name: string): string {
    const { catalog } = this.context;
    if (catalog.detachedSchemas().includes(schemaOf(this.dialect, name)))
      return `It is detached: ATTACH DATABASE ${name}`;
    const known = catalog.schemas().map((s) => shownSchema(this.dialect, s));
    return this.didYouMean(name, known) ?? `Known: ${known.slice(0, 10).join(', ')}`;
  }

  detachedTable(parts: readonly Identifier[]): DetachedTable | undefined {
    const name = parts[parts.length - 1].text;
    const schema =
      parts.length > 1 ? schemaOf(this.dialect, parts[parts.length - 2].text) : this.context.schema;
    return this.context.catalog
      .detachedTables()
      .find((t) => this.same(name, t.name) && this.same(schema, t.schema));
  }

  #detachedHint(parts: readonly Identifier[]): string | undefined {
    const found = this.detachedTable(parts);
    if (found === undefined) return undefined;
    const name = parts.map(({ text }) => text).join('.');
    return `It is detached: ATTACH ${found.isDictionary ? 'DICTIONARY' : 'TABLE'} ${name}`;
  }

  table(parts: readonly Identifier[], where: Span): TableInfo {
    const found = this.findTable(parts);
    if (found !== undefined) return found;
    const name = parts.map((p) => p.text).join('.');
    const { catalog } = this.context;
    if (parts.length > 1) {
      const schema = parts[parts.length - 2].text;
      const known = catalog.schemas();
      if (!known.some((s) => this.same(schemaOf(this.dialect, schema), s))) {
        throw this.error('UNKNOWN_DATABASE', where, `Unknown schema ${schema}`, this.schemaHint(schema));
      }
    }
    const hint =
      this.#detachedHint(parts) ??
      this.didYouMean(
        parts[parts.length - 1].text,
        [...(this.context.temporary ?? []), ...catalog.tables()].map((t) => t.name),
      );
    const message =
      this.dialect === 'clickhouse'
        ? `Unknown table expression identifier '${name}'`
        : `Unknown table ${name}`;
    throw this.error(
      'UNKNOWN_TABLE',
      where,
      message,
      hint ?? (catalog.tables().length === 0 ? 'There are no tables yet' : undefined),
    );
  }
}
