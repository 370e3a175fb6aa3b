/**
 * Columns of a definition: types, and what their values are where rows do not give them.
 *
 * A column may be computed of others, wherever they stand; those are bound first. What is kept of an ALIAS is over stored
 * columns alone: whoever names one means its expression.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import { isConstant, type VirtualColumn } from '../../engine/plan/computed.ts';
import { column, type Expr } from '../../engine/plan/expr.ts';
import { type LogicalType, notNull, nullable } from '../../engine/type/type.ts';
import type { Expression } from '../ast/expression.ts';
import type { ColumnDefinition, ColumnValue } from '../ast/statement.ts';
import type { TableInfo } from '../bind/context.ts';
import { ExpressionBinder } from '../bind/expression.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { ColumnSpec } from './bound.ts';
import { bindCodec } from './codec.ts';
import { namesIn, writtenOver } from './written.ts';

/** A column that expressions of the table may read. */
export type Readable = {
  readonly id: number;
  readonly name: string;
  /** An ALIAS is its expression. */
  readonly expr: Expr;
  readonly kind: 'stored' | VirtualColumn['kind'];
};

export type BoundColumn = Readable & {
  /** null: no segment has it. */
  readonly spec: ColumnSpec | null;
  readonly virtual: Omit<VirtualColumn, 'after'> | null;
};

/** The columns of a table that is there. */
export const readableOf = ({ columns, virtual = [] }: TableInfo): readonly Readable[] => [
  ...columns.map(({ id, name, type }): Readable => ({ id, name, expr: column(id, type), kind: 'stored' })),
  ...virtual.map(
    ({ id, name, type, kind, expr }): Readable => ({
      id,
      name,
      expr: kind === 'alias' && expr !== null ? expr : column(id, type),
      kind,
    }),
  ),
];

export const isVirtual = ({ value }: ColumnDefinition): boolean =>
  value?.kind === 'alias' || value?.kind === 'ephemeral';

export class ColumnBinder {
  readonly #session: Session;
  readonly #known: readonly Readable[];
  readonly #definitions: readonly ColumnDefinition[];
  readonly #ids: readonly number[];
  readonly #typeOfQuery: (place: number) => LogicalType | undefined;
  readonly #bound = new Map<number, BoundColumn>();
  readonly #binding = new Set<number>();

  /**
   * @param ids of the definitions. @param known columns besides them. @param typeOfQuery of a column without a type, by its
   * place among the definitions.
   */
  constructor(
    session: Session,
    definitions: readonly ColumnDefinition[],
    ids: readonly number[],
    known: readonly Readable[] = [],
    typeOfQuery: (place: number) => LogicalType | undefined = () => undefined,
  ) {
    this.#session = session;
    this.#definitions = definitions;
    this.#ids = ids;
    this.#known = known;
    this.#typeOfQuery = typeOfQuery;
  }

  all(): readonly BoundColumn[] {
    return this.#definitions.map((_, place) => this.at(place));
  }

  at(place: number): BoundColumn {
    const known = this.#bound.get(place);
    if (known !== undefined) return known;
    const definition = this.#definitions[place];
    if (this.#binding.has(place))
      throw this.#session.error(
        'CYCLIC_ALIASES',
        definition,
        `The values of column ${definition.name.text} are made of themselves`,
      );
    this.#binding.add(place);
    const bound = this.#bind(definition, place);
    this.#binding.delete(place);
    this.#bound.set(place, bound);
    return bound;
  }

  #bind(c: ColumnDefinition, place: number): BoundColumn {
    const session = this.#session;
    const id = this.#ids[place];
    const name = c.name.text;
    const written = c.type === null ? this.#typeOfQuery(place) : session.typeOf(c.type);
    const value = c.value?.value ?? null;
    const raw = value === null ? null : this.#expression(value, c.value!.kind);
    const base = written ?? raw?.type;
    if (base === undefined)
      throw session.error('BAD_ARGUMENTS', c, `The column ${name} has no type`, `Write ${name} VARCHAR`);
    const type = c.notNull ? notNull(base) : c.explicitNull ? nullable(base) : base;
    const expr = raw === null ? null : assigned(raw, type, value!, session);
    const text = value === null ? [] : this.textOf(c.value!, value);
    const comment = c.comment;
    if (c.value?.kind === 'alias' || c.value?.kind === 'ephemeral') {
      const { kind } = c.value;
      checkVirtual(c, session);
      return {
        id,
        name,
        kind,
        expr: kind === 'alias' && expr !== null ? expr : column(id, type),
        spec: null,
        virtual: { id, name, type, kind, expr, text, ...(comment === null ? {} : { comment }) },
      };
    }
    const isFixed = expr === null || (c.value?.kind === 'default' && isConstant(expr));
    const spec: ColumnSpec = {
      name,
      type,
      defaultValue: expr !== null && isFixed ? constantOf(expr, value!, session) : null,
      comment,
      ...(c.codec === null ? {} : { codec: bindCodec(c.codec, type, session) }),
      ...(isFixed
        ? {}
        : { computed: { kind: c.value?.kind === 'materialized' ? 'materialized' : 'default', expr, text } }),
    };
    return { id, name, kind: 'stored', expr: column(id, type), spec, virtual: null };
  }

  textOf({ text }: Pick<ColumnValue, 'text'>, value: Expression): ReturnType<typeof writtenOver> {
    const named = [
      ...this.#known,
      ...this.#definitions.map((d, place) => ({ name: d.name.text, id: this.#ids[place] })),
    ];
    return writtenOver(value, text, named, this.#session, ({ id }) => id);
  }

  /** Over ids; of the columns that it names, which are bound before it. */
  #expression(node: Expression, kind: ColumnValue['kind']): Expr {
    const readable = namesIn(node).flatMap(({ text }): Readable[] => {
      const place = this.#definitions.findIndex((d) => this.#session.same(text, d.name.text));
      if (place >= 0) return [this.at(place)];
      return this.#known.filter((c) => this.#session.same(text, c.name));
    });
    const allowed = kind === 'alias' ? readable.filter((c) => c.kind !== 'ephemeral') : readable;
    return bindOver([...new Set(allowed)], node, kind.toUpperCase(), this.#session.ofEachRow());
  }
}

/** An expression over ids of columns. */
export function bindOver(
  columns: readonly Readable[],
  node: Expression,
  clause: string,
  session: Session,
): Expr {
  const scope = {
    columns: columns.map(({ name, expr }) => ({ name, table: null, schema: null, expr, hidden: false })),
    aliases: new Map(),
    with: NO_WITH,
  };
  return new ExpressionBinder(session, scope, null, clause).bind(node);
}

export function assigned(expr: Expr, type: LogicalType, where: Expression, session: Session): Expr {
  try {
    return cast(expr, type, { ...session.strictCast(), roundFloats: true });
  } catch (error) {
    throw session.at(where, error);
  }
}

function constantOf(expr: Expr, where: Expression, session: Session): ColumnSpec['defaultValue'] {
  try {
    return evaluateConstant(expr);
  } catch (error) {
    throw session.at(where, error);
  }
}

function checkVirtual(c: ColumnDefinition, session: Session): void {
  if (c.ttl === null && c.codec === null) return;
  const kind = (c.value?.kind ?? '').toUpperCase();
  throw session.error(
    'BAD_ARGUMENTS',
    c,
    `The ${kind} column ${c.name.text} has no values of its own: it takes no ${c.ttl === null ? 'CODEC' : 'TTL'}`,
    'Leave it out',
  );
}
