/**
 * Expressions: names to columns, operators and functions to implementations, literals folded.
 *
 * Aggregates are not bound here: an {@link Aggregates} collector, where one is given, takes each call and hands
 * back a placeholder column, so that one walk serves plain and grouped queries alike.
 */

import type { BasaltError } from '../../engine/base/error.ts';
import { choose } from '../../engine/function/call.ts';
import { cast, retype } from '../../engine/function/cast.ts';
import { tupleOf } from '../../engine/function/catalog/nested.ts';
import { choiceOf, commonOf } from '../../engine/function/choice-type.ts';
import type { FunctionRow } from '../../engine/function/row.ts';
import { named } from '../../engine/plan/draw.ts';
import { columnsOf, type Expr, literal } from '../../engine/plan/expr.ts';
import { dialectTypeName } from '../../engine/type/dialect-name.ts';
import { typeText } from '../../engine/type/literal.ts';
import {
  BOOL,
  DATE,
  FLOAT64,
  type LogicalType,
  NULL_TYPE,
  notNull,
  nullable,
  STRING,
  TIME,
  timestamp,
} from '../../engine/type/type.ts';
import type { CallExpression, Expression, ExpressionOf, Identifier, Over, Span } from '../ast/expression.ts';
import { isWritten } from '../ast/written.ts';
import { expressionName } from '../print/expression-name.ts';
import type { Aggregates } from './aggregate.ts';
import { asCondition, asNumber, callScalar, functionNamed, implicitCast } from './call.ts';
import { intervalParts, intervalValue, splitInterval } from './interval.ts';
import { joinGetCall } from './join-get.ts';
import { asDynamic, jsonField, jsonPart } from './json-path.ts';
import { callOfLambda, lambdaArguments } from './lambda.ts';
import { bindNumber, bindParameter, isGiven, valueLiteral } from './literal.ts';
import { bindMembership } from './membership.ts';
import { membershipCall } from './membership-call.ts';
import { isMulti, overValues } from './multi-value.ts';
import { bindQuantified } from './quantified.ts';
import { findAlias, findColumn, type Scope } from './scope.ts';
import type { Session } from './session.ts';
import { sessionFunction } from './session-function.ts';
import { expandCall, writtenFunction } from './sql-function.ts';
import { bindSubcolumn, FIELD } from './subcolumn.ts';
import type { Subqueries } from './subquery.ts';
import { tupleAggregate } from './tuple-aggregate.ts';

/** The functions that `[a, b]`, `(a, b)` and `a[i]` are. */
const ARRAY = { standard: 'list_value', druid: 'array', clickhouse: 'array' } as const;
const ROW = { standard: 'row', clickhouse: 'tuple' } as const;
/** Makes rows of elements. */
const EXPANSION = { standard: 'unnest', druid: 'unnest', clickhouse: 'arrayjoin' } as const;
/** Its name in the function table where it has no name of its own. */
const MAP = 'map of entries';
const ELEMENT = { standard: 'list_extract', druid: 'array_ordinal', clickhouse: 'arrayElement' } as const;

export class ExpressionBinder {
  readonly session: Session;
  readonly scope: Scope;
  /** null where aggregates cannot stand; `place` says where that is. */
  readonly aggregates: Aggregates | null;
  readonly place: string;
  /** Definitions of aliases being bound: an alias inside its own definition means the column. */
  readonly #expanding: Set<Expression>;

  constructor(
    session: Session,
    scope: Scope,
    aggregates: Aggregates | null,
    place: string,
    expanding = new Set<Expression>(),
  ) {
    this.session = session;
    this.scope = scope;
    this.aggregates = aggregates;
    this.place = place;
    this.#expanding = expanding;
  }

  /** The same scope without aggregates, for arguments of aggregates. */
  inner(place: string): ExpressionBinder {
    return new ExpressionBinder(this.session, this.#outside().scope, null, place, this.#expanding);
  }

  /** Inside of a lambda that has these parameters, with those of the lambdas around it. */
  within(parameters: Scope['parameters']): ExpressionBinder {
    const scope = { ...this.scope, parameters };
    return new ExpressionBinder(this.session, scope, this.aggregates, this.place, this.#expanding);
  }

  /** Outside of all lambdas: for what is computed once a row or a group. */
  #outside(): ExpressionBinder {
    return this.scope.parameters === undefined ? this : this.within(undefined);
  }

  /** An expression that may be what an alias stands for: `sum(x) AS x` sums the column. */
  definition(node: Expression): Expr {
    if (this.#expanding.has(node)) return this.bind(node);
    this.#expanding.add(node);
    try {
      return this.bind(node);
    } finally {
      this.#expanding.delete(node);
    }
  }

  condition(node: Expression): Expr {
    return asCondition(this.bind(node), node, this.session);
  }

  /** Where subqueries are put. */
  subqueries(where: Span): Subqueries {
    const { subqueries } = this.scope;
    if (subqueries === undefined)
      throw this.session.refuse(where, `A subquery in ${this.place}`, 'Join it, or use it in FROM');
    return subqueries;
  }

  /** A condition as the dialect shows it. */
  #truth(condition: Expr): Expr {
    return this.session.dialect === 'clickhouse' ? asNumber(condition) : condition;
  }

  call(name: string, args: readonly Expr[], where: Span): Expr {
    return callScalar(name, args, where, this.session);
  }

  bind(node: Expression): Expr {
    this.session.spend(node);
    switch (node.kind) {
      case 'null':
        return literal(null, NULL_TYPE);
      case 'boolean':
        return literal(node.value, BOOL);
      case 'number':
        return bindNumber(node, this.session);
      case 'string':
        return literal(node.value, STRING);
      case 'typed':
        return this.#typed(node);
      case 'parameter':
        return this.#parameter(node);
      case 'name':
        return this.#name(node);
      case 'call':
        return this.#call(node);
      case 'interval':
        if (this.session.dialect === 'druid') throw this.#refuse(node);
        return intervalValue(node, this);
      case 'unary':
        if (node.op === 'not') return this.call('not', [this.bind(node.operand)], node);
        return this.call(`unary ${node.op}`, [this.bind(node.operand)], node);
      case 'binary':
        return this.#binary(node);
      case 'lambda':
        return this.#arrow(node);
      case 'logic':
        return this.call(
          node.op,
          node.operands.map((o) => this.bind(o)),
          node,
        );
      case 'is':
        return this.#is(node);
      case 'between':
        return this.#between(node);
      case 'like':
        return this.#like(node);
      case 'in':
        return bindMembership(node, this);
      case 'subquery':
        return this.subqueries(node).scalar(node, this);
      case 'exists':
        return this.#truth(this.subqueries(node).exists(node, this));
      case 'case':
        return this.#case(node);
      case 'cast':
        return this.#castOf(node.operand, this.session.typeOf(node.type), node.orNull, node);
      case 'aliased':
        return this.definition(node.value);
      case 'array':
        return this.#array(node);
      case 'tuple':
        if (this.session.dialect === 'druid')
          throw this.session.refuse(node, 'A tuple as a value', 'Name its elements one by one');
        return this.call(ROW[this.session.dialect], this.#all(node.items), node);
      case 'entries':
        return this.#entries(node);
      case 'subtype':
      case 'subobject':
        return jsonPart(node, this);
      case 'field':
        return this.#field(node);
      case 'subscript':
        return this.call(ELEMENT[this.session.dialect], this.#all([node.operand, node.index]), node);
      default:
        throw this.#refuse(node);
    }
  }

  /** arrayJoin(a), UNNEST(a) */
  #expansion(node: CallExpression): Expr {
    const { expansions } = this.scope;
    if (expansions === undefined)
      throw this.session.refuse(
        node,
        `${node.name} in ${this.place}`,
        this.session.dialect === 'clickhouse' ? 'Use ARRAY JOIN' : 'Use UNNEST in FROM',
      );
    if (node.args.length !== 1)
      throw this.session.error('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', node, `${node.name} takes one array`);
    return expansions.add(this.#outside().bind(node.args[0]), node);
  }

  /** ClickHouse's maps; DuckDB's structs, and its maps behind the word. */
  #entries(node: ExpressionOf<'entries'>): Expr {
    const { dialect } = this.session;
    if (dialect === 'clickhouse' ? node.word === null : dialect === 'standard' && node.word === 'MAP')
      return this.call(
        MAP,
        node.entries.flatMap(({ key, value }) => this.#all([key, value])),
        node,
      );
    if (dialect !== 'standard' || node.word !== null)
      throw this.session.refuse(node, `${node.word ?? ''}{...}`.trim(), 'Name the values one by one');
    const names = node.entries.map(({ key }) => {
      if (key.kind === 'string') return key.value;
      if (key.kind === 'name' && key.parts.length === 1) return key.parts[0].text;
      throw this.session.error(
        'SYNTAX_ERROR',
        key,
        'The names of a struct are texts',
        "Write {'name': value}",
      );
    });
    const keys = names.map((name) => name.toLowerCase());
    const twice = keys.findIndex((key, i) => keys.indexOf(key) < i);
    if (twice >= 0)
      throw this.session.error(
        'BAD_ARGUMENTS',
        node.entries[twice].key,
        `The struct has two fields called ${names[twice]}`,
        'Names are the same in any case: give one of them another name',
      );
    const items = node.entries.map(({ value }) => this.bind(value));
    return tupleOf(
      items,
      items.map(({ type }, i) => ({ name: names[i], type: nullable(type) })),
    );
  }

  #array(node: ExpressionOf<'array'>): Expr {
    const { session } = this;
    const items = this.#all(node.items);
    const types = items.map(({ type }) => type);
    // ClickHouse reads what is written out as one value, which has no place for values of different types.
    if (
      node.items.every((item) => item.kind !== 'tuple' && isWritten(item)) &&
      items.length > 0 &&
      commonOf(types, session.dialect) === undefined
    )
      throw session.error(
        'ILLEGAL_TYPE_OF_ARGUMENT',
        node,
        `The elements of [...] have types that do not go together: ${types.map((of) => dialectTypeName(of, session.dialect)).join(', ')}`,
        session.dialect === 'clickhouse'
          ? 'Write array(...) for an array of a Variant'
          : 'Cast them to one type',
      );
    return this.call(ARRAY[session.dialect], items, node);
  }

  #all(nodes: readonly Expression[]): Expr[] {
    return nodes.map((node) => this.bind(node));
  }

  #refuse(node: Expression): BasaltError {
    const { session } = this;
    switch (node.kind) {
      case 'star':
        return session.error(
          'SYNTAX_ERROR',
          node,
          '* cannot stand here',
          'It belongs into the select list or count(*)',
        );
      case 'interval':
        return session.refuse(node, 'An INTERVAL by itself', 'Add it to a date or timestamp');
      case 'quantified':
        return session.error(
          'SYNTAX_ERROR',
          node,
          `${node.quantifier.toUpperCase()} (SELECT ...) stands behind a comparison only`,
        );
      case 'unit':
        return session.error('SYNTAX_ERROR', node, 'A time unit cannot stand here');
      case 'returning':
      case 'keyed':
        return session.error(
          'SYNTAX_ERROR',
          node,
          `${node.kind === 'keyed' ? 'A key with its value' : 'RETURNING'} stands in functions of JSON only`,
        );
      default:
        return session.error('SYNTAX_ERROR', node, 'DEFAULT stands in VALUES of an INSERT only');
    }
  }

  #typed(node: ExpressionOf<'typed'>): Expr {
    if (node.type === 'time' && this.session.dialect !== 'standard')
      throw this.session.refuse(
        node,
        'A literal TIME',
        this.session.dialect === 'clickhouse' ? "Write toTime('10:00:00')" : 'Write a TIMESTAMP',
      );
    const target =
      node.type === 'date'
        ? DATE
        : node.type === 'time'
          ? TIME
          : timestamp(this.session.dialect === 'druid' ? 3 : this.session.dialect === 'clickhouse' ? 0 : 6);
    const text = literal(node.text, STRING);
    // Druid reads TIMESTAMP '...' leniently, which it does with no other text.
    const options = this.session.strictCast();
    const lenient = options.localTime === 'strict' ? 'forward' : options.localTime;
    const value = cast(text, target, { ...options, localTime: lenient });
    if (value.kind === 'literal' && value.value !== null) return value;
    throw this.session.error(
      'CANNOT_PARSE_INPUT',
      node,
      `'${node.text}' is not a ${node.type}`,
      node.type === 'time' ? 'Write 23:59:59' : 'Write 2020-01-31 or 2020-01-31 23:59:59',
    );
  }

  #name(node: ExpressionOf<'name'>): Expr {
    const { session, scope } = this;
    const only = node.parts.length === 1 ? node.parts[0] : null;
    const aliasFirst = session.dialect === 'clickhouse';
    const viaAlias = (): Expr | undefined => {
      const value =
        only === null
          ? undefined
          : (findAlias(only.text, scope.aliases, session) ?? scope.with.expressions.get(only.text));
      return value === undefined || this.#expanding.has(value)
        ? undefined
        : this.#outside().definition(value);
    };
    const parameter = only === null ? undefined : scope.parameters?.get(only.text);
    if (parameter !== undefined) return parameter;
    if (aliasFirst) {
      const aliased = viaAlias();
      if (aliased !== undefined) return aliased;
    }
    const column = findColumn(node.parts, scope, session);
    if (column !== undefined) return column.expr;
    const aliased = aliasFirst ? undefined : viaAlias();
    if (aliased !== undefined) return aliased;
    const outer = scope.with.around?.find(node.parts);
    if (outer !== undefined) return outer;
    const special = only === null || only.quoted ? undefined : this.#bareWord(only.text, node);
    if (special !== undefined) return special;
    const field = bindSubcolumn(node, this);
    if (field !== undefined) return field;
    const dotted = session.dialect === 'clickhouse' && only === null ? this.#dotted(node) : undefined;
    if (dotted !== undefined) return dotted;
    const row = session.dialect === 'standard' && only !== null ? this.#rowOf(only) : undefined;
    if (row !== undefined) return row;
    throw this.#unknownName(node);
  }

  /** The row of a table as a struct: `SELECT t FROM t`. */
  #rowOf(table: Identifier): Expr | undefined {
    const { columns } = this.scope;
    const own = columns.filter(
      (c) => c.table !== null && this.session.same(table.text, c.table) && c.unlisted !== true,
    );
    if (own.length === 0) return undefined;
    return tupleOf(
      own.map((c) => c.expr),
      own.map(({ name, expr }) => ({ name, type: nullable(expr.type) })),
    );
  }

  /** A column whose own name has dots: `key.names` of system.dictionaries. */
  #dotted({ parts, at, end }: ExpressionOf<'name'>): Expr | undefined {
    const text = parts.map((part) => part.text).join('.');
    return findColumn([{ text, quoted: true, at, end }], this.scope, this.session)?.expr;
  }

  #field(node: ExpressionOf<'field'>): Expr {
    const { dialect } = this.session;
    const [operand, field] = this.#all([node.operand, node.field]);
    const path =
      dialect === 'clickhouse' && node.field.kind === 'string'
        ? jsonField(operand, node.field.value)
        : undefined;
    return path ?? this.call(FIELD[dialect], [operand, field], node);
  }

  /** CURRENT_TIMESTAMP and friends take no parentheses; ClickHouse's `nan` and `inf` are numbers. */
  #bareWord(name: string, where: Span): Expr | undefined {
    if (this.session.dialect === 'clickhouse' && /^(nan|inf)$/i.test(name))
      return literal(/^nan$/i.test(name) ? Number.NaN : Number.POSITIVE_INFINITY, FLOAT64);
    const words = BARE_WORDS[this.session.dialect];
    if (!words.test(name)) return undefined;
    if (/user$/i.test(name)) return literal(this.session.context.user ?? 'default', STRING);
    return this.call(name.toLowerCase(), [], where);
  }

  #unknownName(node: ExpressionOf<'name'>): BasaltError {
    const { session, scope } = this;
    const name = node.parts.map((p) => p.text).join('.');
    const last = node.parts[node.parts.length - 1];
    const known = [...scope.columns.map((c) => c.name), ...scope.aliases.keys()];
    const hint =
      session.didYouMean(last.text, known) ??
      (last.quoted && session.dialect !== 'clickhouse' && node.parts.length === 1
        ? 'Double quotes are for names; write text in single quotes'
        : known.length === 0
          ? 'There is no FROM that could have columns'
          : undefined);
    const message =
      session.dialect === 'clickhouse'
        ? `Unknown expression identifier \`${name}\` in scope ${this.place}`
        : `Unknown column ${name}`;
    return session.error('UNKNOWN_IDENTIFIER', node, message, hint);
  }

  /** `{name: Type}`; in the standard dialect `{a: b}` is a struct where no parameter has the name. */
  #parameter(node: ExpressionOf<'parameter'>): Expr {
    const { name, type } = node;
    const isStruct =
      this.session.dialect === 'standard' && name !== null && type !== null && !isGiven(name, this.session);
    if (!isStruct || type.args.length > 0 || type.arrays > 0 || type.name.includes(' '))
      return bindParameter(node, this.session);
    const part: Identifier = { text: type.name, quoted: false, at: type.at, end: type.end };
    return this.bind({
      kind: 'entries',
      word: null,
      entries: [
        {
          key: { kind: 'string', value: name, at: node.at, end: type.at },
          value: { kind: 'name', parts: [part], at: type.at, end: type.end },
        },
      ],
      at: node.at,
      end: node.end,
    });
  }

  #call(node: CallExpression): Expr {
    const { session } = this;
    const written = session.sqlFunction(node.name) ?? writtenFunction(node, session);
    if (written !== undefined)
      return session.expanding(node.name, node, () => this.bind(expandCall(written, node, session)));
    const outside = sessionFunction(node, session);
    if (outside !== undefined) return outside;
    const elements = tupleAggregate(node, this, (call) => this.#call(call));
    if (elements !== undefined) return elements;
    if (node.over !== null) return this.#windowed(node, node.over);
    const lower = node.name.toLowerCase();
    if (lower === EXPANSION[session.dialect]) return this.#expansion(node);
    if (lower === 'cast' && node.args.length === 2 && node.args[1].kind === 'string') {
      return this.#castOf(
        node.args[0],
        session.typeOf(session.typeNamed(node.args[1].value, node.args[1])),
        false,
        node,
      );
    }
    if (GROUPING.test(lower) && this.aggregates !== null)
      return this.aggregates.grouping(node.args.map((arg) => this.inner('GROUPING').bind(arg)));
    const named = callOfLambda(node, this) ?? membershipCall(node, this) ?? joinGetCall(node, this);
    if (named !== undefined) return named;
    const row = functionNamed(node.name, { at: node.at, end: node.nameEnd }, session);
    if (row.kind === 'aggregate') {
      if (this.aggregates === null) {
        throw session.error(
          'ILLEGAL_AGGREGATION',
          node,
          `The aggregate ${node.name} cannot stand in ${this.place}`,
          this.place === 'WHERE' ? 'Use HAVING' : undefined,
        );
      }
      return this.aggregates.add(node, row, this.inner('an aggregate'));
    }
    if (node.parameters !== null)
      throw session.error('FUNCTION_CANNOT_HAVE_PARAMETERS', node, `Function ${node.name} is not parametric`);
    if (node.filter !== null || node.distinct || node.orderBy.length > 0 || node.nulls !== null) {
      throw session.error(
        'BAD_ARGUMENTS',
        node,
        `${node.name} is not an aggregate: it takes no DISTINCT, FILTER, ORDER BY or IGNORE NULLS`,
      );
    }
    const unit = node.args.length === 1 && node.args[0].kind === 'unit' ? node.args[0] : null;
    if (unit !== null) {
      const word = valueLiteral(unit.unit, session);
      if (lower === 'extract') return this.#extract(unit, word, node);
      return this.call(
        lower === 'ceil' || lower === 'ceiling' ? 'ceil to' : `${lower} to`,
        [this.bind(unit.value), word],
        node,
      );
    }
    const given = lambdaArguments(node, row, this) ?? this.arguments(node, row.unitFirst === true, row);
    const args = row.takesDynamic === true ? given.map(asDynamic) : given;
    const result = callScalar(node.name, args, node, session, row);
    return row.draws === true ? this.#drawn(result, row, args, node) : result;
  }

  /** Under the name of the call. ClickHouse draws anew for each element of an array that an argument is, whatever the argument does. */
  #drawn(result: Expr, row: FunctionRow, args: readonly Expr[], node: CallExpression): Expr {
    const { session, scope } = this;
    const name = session.drawName(row.names[session.dialect]?.[0] ?? '', args, node, scope.aliases);
    return named(
      result,
      name,
      args.filter((arg) => columnsOf(arg).length > 0),
    );
  }

  #windowed(node: CallExpression, over: Over): Expr {
    const { windows } = this.scope;
    if (windows !== undefined && this.aggregates !== null) return windows.add(node, over, this.#outside());
    throw this.session.error(
      'BAD_ARGUMENTS',
      node,
      `The window function ${node.name} cannot stand in ${this.place}`,
      'Compute it in a subquery of FROM, or use QUALIFY',
    );
  }

  #extract(unit: ExpressionOf<'unit'>, word: Expr, node: CallExpression): Expr {
    if (this.session.dialect !== 'clickhouse')
      return this.call('extract', [word, this.bind(unit.value)], node);
    const fn = CLICKHOUSE_EXTRACT[unit.unit];
    if (fn === undefined)
      throw this.session.error(
        'BAD_ARGUMENTS',
        node,
        `EXTRACT knows no ${unit.unit}`,
        `Known: ${Object.keys(CLICKHOUSE_EXTRACT).join(', ')}`,
      );
    return this.call(fn, [this.bind(unit.value)], node);
  }

  /** INTERVAL arguments become two for functions that want it: count and unit; and so do KEY with its VALUE, and a path with the type it is RETURNING. */
  arguments(
    node: CallExpression,
    unitFirst: boolean,
    { splitsIntervals, nameFirst, namesArguments }: Partial<FunctionRow> = {},
  ): Expr[] {
    const { dialect } = this.session;
    const names = (): string => JSON.stringify(node.args.map((arg, i) => expressionName(arg, i, dialect)));
    const bound = node.args.flatMap((arg, i) => {
      if (i === 0 && unitFirst && arg.kind === 'name' && arg.parts.length === 1)
        return [valueLiteral(arg.parts[0].text.toLowerCase(), this.session)];
      if (i === 0 && nameFirst === true && arg.kind === 'name')
        return [literal(arg.parts.map(({ text }) => text).join('.'), STRING)];
      if (splitsIntervals === true) return splitInterval(this.bind(arg));
      const isJson = /^json_/i.test(node.name);
      if (isJson && arg.kind === 'keyed') return this.#all([arg.key, arg.value]);
      if (isJson && arg.kind === 'returning')
        return [this.bind(arg.value), literal(typeText(this.session.typeOf(arg.type)), STRING)];
      return [this.bind(arg)];
    });
    return namesArguments === true ? [...bound, literal(names(), STRING)] : bound;
  }

  #binary(node: ExpressionOf<'binary'>): Expr {
    if (this.session.dialect === 'druid') {
      const { left, op, right } = node;
      if (right.kind === 'interval' && (op === '+' || op === '-'))
        return this.#shift(this.bind(left), right, op, node);
      if (left.kind === 'interval' && op === '+') return this.#shift(this.bind(right), left, op, node);
    }
    if (node.left.kind === 'tuple' && node.right.kind === 'tuple' && (node.op === '=' || node.op === '<>')) {
      return this.#tuples(node.left, node.right, node.op, node);
    }
    const { right } = node;
    if (right.kind === 'quantified') {
      const subqueries = this.subqueries(right);
      return this.#truth(
        subqueries.once(node, () => bindQuantified(node.left, node.op, right, node, subqueries, this)),
      );
    }
    if (node.op === '~')
      return this.call(
        this.session.dialect === 'clickhouse' ? 'match' : 'regexp_like',
        [this.bind(node.left), this.bind(node.right)],
        node,
      );
    return this.call(node.op, [this.bind(node.left), this.bind(node.right)], node);
  }

  /** Where no lambda is taken DuckDB's arrow leads into JSON. */
  #arrow({ parameters, body, at, end }: ExpressionOf<'lambda'>): Expr {
    if (this.session.dialect === 'standard')
      return this.#binary({ kind: 'binary', op: '->', left: parameters, right: body, at, end });
    throw this.session.error(
      'BAD_ARGUMENTS',
      { at, end },
      'A lambda is not allowed in expression context',
      'Pass it to a function of arrays, such as arrayMap(x -> x + 1, list)',
    );
  }

  #tuples(left: ExpressionOf<'tuple'>, right: ExpressionOf<'tuple'>, op: '=' | '<>', where: Span): Expr {
    if (left.items.length !== right.items.length)
      throw this.session.error('TYPE_MISMATCH', where, 'The tuples have different lengths');
    const pairs = left.items.map((item, i) =>
      this.call(op, [this.bind(item), this.bind(right.items[i])], where),
    );
    return this.call(op === '=' ? 'and' : 'or', pairs, where);
  }

  /** Druid's: its intervals are no values. */
  #shift(moment: Expr, interval: ExpressionOf<'interval'>, op: '+' | '-', where: Span): Expr {
    return intervalParts(interval, this).reduce(
      (m, part) =>
        this.call(
          op === '+' ? 'add interval' : 'subtract interval',
          [m, part.count, valueLiteral(part.unit, this.session)],
          where,
        ),
      moment,
    );
  }

  #is(node: ExpressionOf<'is'>): Expr {
    const operand = this.bind(node.operand);
    if (node.test === 'null') return this.call(node.negated ? 'is not null' : 'is null', [operand], node);
    const tested = this.call(`is ${node.test}`, [operand], node);
    return node.negated ? this.call('not', [tested], node) : tested;
  }

  #between(node: ExpressionOf<'between'>): Expr {
    const [operand, low, high] = this.#all([node.operand, node.low, node.high]);
    if ([operand, low, high].some(isMulti)) {
      const within = ([value, from, to]: readonly Expr[]): Expr =>
        this.call('and', [this.call('>=', [value, from], node), this.call('<=', [value, to], node)], node);
      const over = overValues([operand, low, high], within, node, this.session);
      return node.negated ? this.call('not', [over], node) : over;
    }
    if (node.negated) {
      return this.call(
        'or',
        [this.call('<', [operand, low], node), this.call('>', [operand, high], node)],
        node,
      );
    }
    return this.call(
      'and',
      [this.call('>=', [operand, low], node), this.call('<=', [operand, high], node)],
      node,
    );
  }

  #like(node: ExpressionOf<'like'>): Expr {
    const args = [this.bind(node.operand), this.bind(node.pattern)];
    if (node.escape !== null) {
      const escapeWith = this.bind(node.escape);
      if (
        escapeWith.kind !== 'literal' ||
        typeof escapeWith.value !== 'string' ||
        Array.from(escapeWith.value).length > 1
      ) {
        throw this.session.error('BAD_ARGUMENTS', node.escape, 'ESCAPE takes one character as a literal');
      }
      args.push(escapeWith);
    }
    const matched = this.call(node.caseless ? 'ilike' : 'like', args, node);
    return node.negated ? this.call('not', [matched], node) : matched;
  }

  #case(node: ExpressionOf<'case'>): Expr {
    const values = [
      ...node.branches.map((b) => this.bind(b.value)),
      node.otherwise === null ? literal(null, NULL_TYPE) : this.bind(node.otherwise),
    ];
    const common = choiceOf(
      values.map((v) => v.type),
      this.session.dialect,
    );
    if (common === undefined)
      throw this.session.error(
        'TYPE_MISMATCH',
        node,
        'The branches of CASE have types that do not go together',
        'Cast them to one type',
      );
    const full = values.some((v) => v.type.nullable) ? nullable(common) : notNull(common);
    const results = values.map((v, i) =>
      implicitCast(v, full, node.branches[i]?.value ?? node, this.session),
    );
    const subject = node.subject === null ? null : this.bind(node.subject);
    const branches = node.branches.map((b, i) => {
      const when =
        subject === null
          ? this.condition(b.when)
          : asCondition(this.call('=', [subject, this.bind(b.when)], b.when), b.when, this.session);
      return { when, value: results[i] };
    });
    return caseOf(branches, results[results.length - 1], full);
  }

  #castOf(node: Expression, to: LogicalType, orNull: boolean, where: Span): Expr {
    const operand = this.bind(node);
    if (to.id !== 'string') return this.explicitCast(asDynamic(operand), to, orNull, where);
    // Of a path it is what that is bound to, and no path any more.
    return { ...this.explicitCast(operand, to, orNull, where) };
  }

  explicitCast(operand: Expr, to: LogicalType, orNull: boolean, where: Span): Expr {
    if (isMulti(operand))
      return to.id === 'string'
        ? operand
        : overValues(
            [operand],
            ([value]) => this.explicitCast(value, to, orNull, where),
            where,
            this.session,
          );
    const fromText = operand.type.id === 'string';
    const options = { ...this.session.castOptions(fromText), readsTexts: true };
    // ClickHouse says Nullable where it means it: an unreadable text is NULL.
    const mayBeText = (fromText || operand.type.id === 'variant') && to.id !== 'variant';
    const givesNull = orNull || (this.session.dialect === 'clickhouse' && mayBeText && to.nullable);
    try {
      const converted = cast(operand, to, givesNull ? { ...options, onBadValue: 'null' } : options);
      if (this.session.dialect === 'clickhouse')
        return to.nullable ? retype(converted, nullable(converted.type)) : converted;
      // Elsewhere type names are nullable as columns; a cast of a value that is there gives one that is there.
      const isThere = !orNull && converted.kind === 'literal' && converted.value !== null;
      return isThere ? retype(converted, notNull(converted.type)) : converted;
    } catch (error) {
      throw this.session.at(where, error);
    }
  }
}

/** GROUPING_ID is Calcite's and DuckDB's other name of it. */
const GROUPING = /^grouping(_id)?$/;

/** Functions that need no parentheses. */
const BARE_WORDS = {
  standard: /^(current_timestamp|current_date|localtimestamp|localtime)$/i,
  druid: /^(current_timestamp|current_date|localtimestamp|pi)$/i,
  clickhouse: /^(now|today|curdate|current_timestamp|current_date|localtimestamp|current_user)$/i,
};

/** Branches decided at bind time fall away. */
function caseOf(branches: readonly { when: Expr; value: Expr }[], otherwise: Expr, type: LogicalType): Expr {
  const open: { when: Expr; value: Expr }[] = [];
  for (const branch of branches) {
    if (branch.when.kind === 'literal') {
      if (branch.when.value !== true) continue;
      otherwise = branch.value;
      break;
    }
    open.push(branch);
  }
  if (open.length === 0) return retype(otherwise, type);
  if (open.length === 1) return choose(open[0].when, open[0].value, otherwise, type);
  return { kind: 'case', branches: open, otherwise, type };
}

const CLICKHOUSE_EXTRACT: Readonly<Record<string, string>> = {
  year: 'toYear',
  quarter: 'toQuarter',
  month: 'toMonth',
  week: 'toISOWeek',
  day: 'toDayOfMonth',
  hour: 'toHour',
  minute: 'toMinute',
  second: 'toSecond',
  epoch: 'toUnixTimestamp',
  dow: 'toDayOfWeek',
  doy: 'toDayOfYear',
};
