/**
 * ALTER TABLE: commands bound one after the other, each against the columns that those before it leave.
 *
 * What rows there are cannot be seen from here: whether values fit a new type, and which columns keys need, is for the
 * database to say.
 */

import { cast } from '../../engine/function/cast.ts';
import { evaluateConstant } from '../../engine/function/evaluate.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import { type ComputedColumn, keyName, type VirtualColumn } from '../../engine/plan/computed.ts';
import { column, type Expr, literal } from '../../engine/plan/expr.ts';
import type { TtlRule } from '../../engine/plan/ttl.ts';
import { type LogicalType, notNull, nullable, sameNamed, type Value } from '../../engine/type/type.ts';
import type { AlterTable, ColumnChange, ColumnCommand, ColumnPlace } from '../ast/alter.ts';
import type { Expression, Identifier, Span } from '../ast/expression.ts';
import type { ColumnDefinition, ColumnValue } from '../ast/statement.ts';
import { tablePath } from '../ast/table-path.ts';
import type { TableInfo } from '../bind/context.ts';
import type { Session } from '../bind/session.ts';
import type {
  Bare,
  BoundColumnCommand,
  BoundMaterialize,
  BoundPlace,
  BoundProjected,
  BoundTtl,
  TableRef,
} from './bound.ts';
import { bindCodec } from './codec.ts';
import { ColumnBinder, type Readable, readableOf } from './column.ts';
import { bindConstraint } from './constraint.ts';
import { bindModifyQuery } from './materialized-view.ts';
import { spreadCommand } from './nested-column.ts';
import { bindPartition, bindPartitionCommand } from './partition.ts';
import { bindProjection, checkProjected } from './projection.ts';
import { bindModifyRefresh } from './refresh.ts';
import { refuseDruid } from './rename.ts';
import { bindSkipIndex } from './skip-index.ts';
import { Keys } from './sort-key.ts';
import { nextName, rowsRef, tableRef } from './table-ref.ts';
import { bindChangedSettings } from './table-setting.ts';
import { bindColumnTtl, bindRowTtl, type TtlColumn } from './ttl.ts';
import { bindModifySecurity } from './view-security.ts';

type BoundAlter =
  | Bare<'alterTable'>
  | Bare<'alterPartitions'>
  | Bare<'modifyQuery'>
  | Bare<'modifyRefresh'>
  | Bare<'modifySecurity'>;

export function bindAlterTable(body: AlterTable, session: Session): BoundAlter {
  refuseDruid(body.table, session);
  const queries = body.commands.flatMap((c) => (c.kind === 'modify query' ? [c.query] : []));
  if (queries.length > 0) {
    if (body.commands.length === 1) return bindModifyQuery(body.table, queries[0], session);
    throw session.refuse(queries[0], 'MODIFY QUERY beside other commands', 'Write two statements');
  }
  const [refreshed] = body.commands.flatMap((c) => (c.kind === 'modify refresh' ? [c.refresh] : []));
  if (refreshed !== undefined) {
    if (body.commands.length === 1) return bindModifyRefresh(body.table, refreshed, session);
    throw session.refuse(refreshed, 'MODIFY REFRESH beside other commands', 'Write two statements');
  }
  const [secured] = body.commands.flatMap((c) => (c.kind === 'modify security' ? [c.security] : []));
  if (secured !== undefined) {
    if (body.commands.length === 1) return bindModifySecurity(body.table, secured, session);
    throw session.refuse(secured, 'MODIFY SQL SECURITY beside other commands', 'Write two statements');
  }
  const table = alteredTable(body, session);
  const info = session.findTable(tablePath(body.table));
  if (info === undefined) return { kind: 'alterTable', table, commands: [], materialize: [], projected: [] };
  if (body.partitions.length > 0) {
    const commands = body.partitions.map((command) => bindPartitionCommand(command, info, session));
    return { kind: 'alterPartitions', table, commands };
  }
  const columns = new Columns(info, session);
  const commands = body.commands.flatMap((command) =>
    spreadCommand(command, columns.names, session).flatMap((each) => columns.bind(each) ?? []),
  );
  return {
    kind: 'alterTable',
    table,
    commands,
    materialize: columns.materialized,
    projected: columns.projected,
  };
}

/** Views have no columns to change, but names. */
const alteredTable = ({ table, ifExists, commands, partitions }: AlterTable, session: Session): TableRef =>
  partitions.length === 0 && commands.every(({ kind }) => kind === 'rename table')
    ? tableRef(table, ifExists, session)
    : rowsRef(table, 'ALTER TABLE', ifExists, session);

type Known = {
  /** What expressions call it: its id, or a number of its own where it has none yet. */
  readonly ref: number;
  readonly name: string;
  readonly type: LogicalType;
  readonly defaultValue: Value;
  readonly codec?: ColumnCodec;
  readonly computed?: ComputedColumn;
  readonly virtual?: VirtualColumn['kind'];
  /** What it is in expressions, over refs. */
  readonly expr: Expr;
};

const FIRST_NEW_REF = 1 << 30;

const knownOf = (table: TableInfo): readonly Known[] => {
  const readable = readableOf(table);
  const exprOf = (id: number): Expr => readable.find((c) => c.id === id)!.expr;
  return [
    ...table.columns.map((c): Known => ({ ...c, ref: c.id, expr: exprOf(c.id) })),
    ...(table.virtual ?? []).map(
      ({ id, name, type, kind }): Known => ({
        ref: id,
        name,
        type,
        defaultValue: null,
        virtual: kind,
        expr: exprOf(id),
      }),
    ),
  ];
};

/** The columns as they are when the commands so far are done. */
class Columns {
  readonly #table: TableInfo;
  readonly #session: Session;
  #columns: readonly Known[];
  #added = 0;
  /** Names of the table's indexes. */
  #indexes: readonly string[];
  /** Names of the table's constraints. */
  #constraints: readonly string[];
  #projections: readonly string[];
  /** Indexes that segments are to have when all commands are done. */
  readonly materialized: BoundMaterialize[] = [];
  readonly projected: BoundProjected[] = [];

  constructor(table: TableInfo, session: Session) {
    this.#table = table;
    this.#session = session;
    this.#columns = knownOf(table);
    this.#indexes = (table.indexes ?? []).map(({ name }) => name);
    this.#constraints = (table.constraints ?? []).map(({ name }) => name);
    this.#projections = (table.projections ?? []).map(({ name }) => name);
  }

  get names(): readonly string[] {
    return this.#columns.map(({ name }) => name);
  }

  /** null: nothing to do. */
  bind(command: ColumnCommand): BoundColumnCommand | null {
    const session = this.#session;
    switch (command.kind) {
      case 'add':
        return this.#add(command);
      case 'drop': {
        const found = this.#find(command.name, 'drop', command.ifExists);
        if (found === undefined) return null;
        this.#columns = this.#columns.filter((c) => c !== found);
        return { kind: 'drop', name: found.name };
      }
      case 'clear': {
        const found = this.#find(command.name, 'clear', command.ifExists);
        if (found === undefined) return null;
        const partition =
          command.partition === null ? null : bindPartition(command.partition, this.#table, session);
        return { kind: 'clear', name: found.name, partition };
      }
      case 'rename': {
        const found = this.#find(command.name, 'rename', command.ifExists);
        if (found === undefined) return null;
        const to = command.to.text;
        if (this.#named(to).some((c) => c !== found))
          throw session.error('DUPLICATE_COLUMN', command.to, `The table has a column ${to} already`);
        this.#columns = this.#columns.map((c) => (c === found ? { ...c, name: to } : c));
        return { kind: 'rename', name: found.name, to };
      }
      case 'modify': {
        const found = this.#find(command.name, 'modify', command.ifExists);
        return found === undefined ? null : this.#modify(found, command.change, command.name);
      }
      case 'add index':
        return this.#addIndex(command);
      case 'drop index':
        if (!this.#hasIndex(command.name, 'drop', command.ifExists)) return null;
        this.#indexes = this.#indexes.filter((name) => name !== command.name.text);
        return { kind: 'dropIndex', name: command.name.text };
      case 'clear index':
      case 'materialize index': {
        const action = command.kind === 'clear index' ? 'clear' : 'materialize';
        if (!this.#hasIndex(command.name, action, command.ifExists)) return null;
        const partition =
          command.partition === null ? null : bindPartition(command.partition, this.#table, session);
        if (action === 'clear') return { kind: 'clearIndex', name: command.name.text, partition };
        this.materialized.push({ name: command.name.text, partition });
        return null;
      }
      case 'add projection':
        return this.#addProjection(command);
      case 'drop projection':
        if (!this.#hasProjection(command.name, command.ifExists)) return null;
        this.#projections = this.#projections.filter((name) => name !== command.name.text);
        return { kind: 'dropProjection', name: command.name.text };
      case 'clear projection':
      case 'materialize projection': {
        // As ClickHouse does: of one that is not there, nothing is to be done.
        const partition =
          command.partition === null ? null : bindPartition(command.partition, this.#table, session);
        const action = command.kind === 'clear projection' ? 'clear' : 'materialize';
        if (this.#projections.includes(command.name.text))
          this.projected.push({ name: command.name.text, partition, action });
        return null;
      }
      case 'add constraint': {
        const { name } = command.constraint;
        if (command.ifNotExists && this.#constraints.includes(name?.text ?? '')) return null;
        const constraint = bindConstraint(command.constraint, this.#readable(), this.#constraints, session);
        this.#constraints = [...this.#constraints, constraint.name];
        return { kind: 'addConstraint', constraint, names: this.#names() };
      }
      case 'drop constraint': {
        const { name, ifExists } = command;
        if (!this.#constraints.includes(name.text)) {
          if (ifExists) return null;
          const hint = session.didYouMean(name.text, this.#constraints);
          throw session.error('BAD_ARGUMENTS', name, `The table has no constraint ${name.text}`, hint);
        }
        this.#constraints = this.#constraints.filter((known) => known !== name.text);
        return { kind: 'dropConstraint', name: name.text };
      }
      case 'rename table':
        return { kind: 'renameTable', to: nextName(this.#table, command.to, session) };
      // Stands alone, and is no command of columns.
      case 'modify refresh':
      case 'modify security':
      case 'modify query':
        return null;
      case 'settings':
        return {
          kind: 'settings',
          settings: bindChangedSettings(command.set, command.reset, command, session),
        };
      case 'comment table':
        return { kind: 'commentTable', text: command.text };
      case 'ttl':
        this.#checkTtlEngine(command);
        return { kind: 'ttl', rules: this.#ttl((columns) => bindRowTtl(command.elements, columns, session)) };
      case 'order by': {
        const { keys: known = [] } = this.#table;
        const keys = new Keys(this.#readable(), FIRST_NEW_REF, session, known);
        const refs = command.items.flatMap((item) => keys.of(item.value, 'ORDER BY'));
        const [fresh] = keys.made.slice(known.length);
        if (fresh !== undefined)
          throw session.refuse(
            command.items[0].value,
            'A new expression in the sort key',
            'Only new columns can be added, at its end',
          );
        return {
          kind: 'orderBy',
          names: refs.map((ref) => this.#columns.find((c) => c.ref === ref)?.name ?? keyName(ref)),
        };
      }
    }
  }

  #add(command: Extract<ColumnCommand, { kind: 'add' }>): BoundColumnCommand | null {
    const { column: written, ifNotExists } = command;
    if (this.#named(written.name.text).length > 0) {
      if (ifNotExists) return null;
      throw this.#session.error(
        'DUPLICATE_COLUMN',
        written.name,
        `The table has a column ${written.name.text} already`,
        'Write ADD COLUMN IF NOT EXISTS',
      );
    }
    const ref = FIRST_NEW_REF + this.#added++;
    const bound = new ColumnBinder(this.#session, [written], [ref], this.#readable()).at(0);
    const { name, expr, spec, virtual } = bound;
    const place = this.#place(command.place);
    const names = this.#names();
    if (virtual !== null) {
      const { type, kind } = virtual;
      this.#columns = [...this.#columns, { ref, name, type, defaultValue: null, virtual: kind, expr }];
      return { kind: 'addVirtual', column: virtual, names, place };
    }
    const added = spec!;
    this.#columns = [...this.#columns, { ref, ...added, expr }];
    const ttl = written.ttl === null ? null : this.#columnTtl(written.ttl);
    return { kind: 'add', column: added, names, place, ttl };
  }

  #readable(): readonly Readable[] {
    return this.#columns.map(
      ({ ref, name, expr, virtual }): Readable => ({ id: ref, name, expr, kind: virtual ?? 'stored' }),
    );
  }

  /** What expressions that are bound now call columns, and what those are called. */
  #names(): readonly (readonly [number, string])[] {
    return this.#columns.map(({ ref, name }) => [ref, name]);
  }

  #addIndex(command: Extract<ColumnCommand, { kind: 'add index' }>): BoundColumnCommand | null {
    const { index, ifNotExists, place } = command;
    const { name } = index;
    const engine = this.#table.engine ?? '';
    if (!engine.endsWith('MergeTree'))
      throw this.#session.error(
        'BAD_ARGUMENTS',
        index,
        `Engine ${engine} doesn't support skipping indices`,
        'Use an engine of the MergeTree family',
      );
    if (this.#indexes.includes(name.text)) {
      if (ifNotExists) return null;
      throw this.#session.error(
        'ILLEGAL_COLUMN',
        name,
        `Cannot add index ${name.text}: index with this name already exists`,
        'Write ADD INDEX IF NOT EXISTS',
      );
    }
    const stored = this.#columns.filter((c) => c.virtual === undefined);
    const spec = bindSkipIndex(index, stored, this.#session);
    const after = place?.after ?? null;
    if (after !== null) this.#hasIndex(after, 'insert after', false);
    this.#indexes = [...this.#indexes, name.text];
    return {
      kind: 'addIndex',
      index: spec,
      place: place === null ? null : { after: after === null ? null : after.text },
    };
  }

  #addProjection(command: Extract<ColumnCommand, { kind: 'add projection' }>): BoundColumnCommand | null {
    const { projection, ifNotExists, place } = command;
    const { engine = 'MergeTree', settings } = this.#table;
    const mode = settings?.['deduplicate_merge_projection_mode']?.replaceAll("'", '');
    checkProjected(engine, mode, 'ADD PROJECTION is not supported', projection, this.#session);
    if (ifNotExists && this.#projections.includes(projection.name.text)) return null;
    const stored = this.#columns.flatMap(({ ref, name, type, virtual }) =>
      virtual === undefined ? [{ id: ref, name, type }] : [],
    );
    const spec = bindProjection(projection, stored, this.#projections, this.#session);
    const after = place?.after ?? null;
    if (after !== null) this.#hasProjection(after, false);
    this.#projections = [...this.#projections, spec.name];
    return {
      kind: 'addProjection',
      projection: spec,
      names: this.#names(),
      place: place === null ? null : { after: after === null ? null : after.text },
    };
  }

  #hasProjection(name: Identifier, ifExists: boolean): boolean {
    if (this.#projections.includes(name.text)) return true;
    if (ifExists) return false;
    throw this.#session.error(
      'NO_SUCH_PROJECTION_IN_TABLE',
      name,
      `There is no projection ${name.text} in table`,
      this.#session.didYouMean(name.text, this.#projections),
    );
  }

  #hasIndex(name: Identifier, action: string, ifExists: boolean): boolean {
    if (this.#indexes.includes(name.text)) return true;
    if (ifExists) return false;
    throw this.#session.error(
      'BAD_ARGUMENTS',
      name,
      `Wrong index name. Cannot find index \`${name.text}\` to ${action}`,
      this.#session.didYouMean(name.text, this.#indexes),
    );
  }

  #modify(found: Known, change: ColumnChange, where: Identifier): BoundColumnCommand {
    const session = this.#session;
    let to = change.type === undefined ? found.type : session.typeOf(change.type);
    // A type of the standard says nothing of NULL.
    if (change.type !== undefined && session.dialect === 'standard')
      to = found.type.nullable ? nullable(to) : notNull(to);
    if (change.nullable !== undefined) to = change.nullable ? nullable(to) : notNull(to);
    const { value: given } = change;
    let defaultValue: { readonly value: Value } | null = null;
    let computed: ComputedColumn | null | undefined;
    if (given !== undefined && 'remove' in given) {
      this.#checkRemoved(found, given.remove, where);
      defaultValue = { value: null };
      computed = null;
    } else if (given !== undefined) {
      ({ defaultValue, computed } = this.#given(found, given, to, where));
    }
    const changed = !sameNamed(to, found.type);
    const options = { ...session.strictCast(), roundFloats: true };
    if (found.virtual !== undefined && (changed || change.codec !== undefined || change.ttl !== undefined))
      throw session.refuse(
        where,
        `Another type, CODEC or TTL of the ${found.virtual.toUpperCase()} column ${found.name}`,
        'Drop the column, and add it as it is to be',
      );
    if (changed && defaultValue === null && found.defaultValue !== null) {
      const before = literal(found.defaultValue, found.type);
      try {
        defaultValue = { value: evaluateConstant(cast(before, to, options)) };
      } catch (error) {
        throw session.at(where, error);
      }
    }
    const type = changed ? { to, cast: cast(column(0, found.type), to, options) } : null;
    let codec = found.codec;
    if (change.codec === 'remove') {
      if (codec === undefined)
        throw session.error(
          'BAD_ARGUMENTS',
          where,
          `Column \`${found.name}\` doesn't have CODEC, cannot remove it`,
        );
      codec = undefined;
    } else if (change.codec !== undefined) codec = bindCodec(change.codec, to, session);
    const after: Known = {
      ...found,
      type: to,
      expr: found.virtual === 'alias' ? found.expr : column(found.ref, to),
      defaultValue: defaultValue?.value ?? found.defaultValue,
      codec,
      ...(computed === undefined ? {} : { computed: computed ?? undefined }),
    };
    this.#columns = this.#columns.map((c) => (c === found ? after : c));
    return {
      kind: 'modify',
      name: found.name,
      type,
      defaultValue,
      computed: computed === undefined ? null : { to: computed, names: this.#names() },
      comment: change.comment ?? null,
      codec: change.codec === undefined ? null : { to: codec ?? null },
      ttl:
        change.ttl === undefined || change.ttl === 'remove'
          ? (change.ttl ?? null)
          : this.#columnTtl(change.ttl),
      place: this.#place(change.place ?? null),
    };
  }

  /** ClickHouse says so where the column has none; the standard lets it pass. */
  #checkRemoved(found: Known, kind: ColumnValue['kind'], where: Identifier): void {
    const has = found.virtual ?? found.computed?.kind ?? (found.defaultValue === null ? null : 'default');
    if (found.virtual !== undefined)
      throw this.#session.refuse(
        where,
        `Making a column of segments of the ${found.virtual.toUpperCase()} column ${found.name}`,
        'Add a column with the expression as its DEFAULT, and drop this one',
      );
    if (has === kind || (has === null && this.#session.dialect !== 'clickhouse')) return;
    throw this.#session.error(
      'BAD_ARGUMENTS',
      where,
      `The column ${found.name} has no ${kind.toUpperCase()}, cannot remove it`,
      has === null ? undefined : `It has a ${has.toUpperCase()} expression`,
    );
  }

  /** What the column's values are from now on. */
  #given(
    found: Known,
    given: ColumnValue,
    to: LogicalType,
    where: Identifier,
  ): { readonly defaultValue: { readonly value: Value }; readonly computed: ComputedColumn | null } {
    const { kind } = given;
    if (found.virtual !== undefined || kind === 'alias' || kind === 'ephemeral')
      throw this.#session.refuse(
        where,
        `${kind.toUpperCase()} of the column ${found.name} that is there`,
        'Drop the column, and add it as it is to be',
      );
    const definition: ColumnDefinition = {
      ...where,
      name: where,
      type: null,
      notNull: false,
      explicitNull: false,
      value: given,
      ttl: null,
      comment: null,
      codec: null,
      checks: [],
    };
    const others = this.#readable().filter(({ id }) => id !== found.ref);
    const { spec } = new ColumnBinder(this.#session, [definition], [found.ref], others, () => to).at(0);
    return { defaultValue: { value: spec?.defaultValue ?? null }, computed: spec?.computed ?? null };
  }

  #columnTtl(node: Expression): BoundTtl {
    this.#checkTtlEngine(node);
    const [bound] = this.#ttl((columns) => [bindColumnTtl(node, columns, this.#session)]);
    return bound;
  }

  #ttl(bind: (columns: readonly TtlColumn[]) => readonly TtlRule[]): readonly BoundTtl[] {
    const names = this.#columns.map(({ name }) => name);
    const columns = this.#columns.flatMap(({ name, type, virtual }, id) =>
      virtual === undefined ? [{ id, name, type }] : [],
    );
    return bind(columns).map((rule) => ({ rule, names }));
  }

  #checkTtlEngine(where: Span): void {
    const { engine = 'MergeTree' } = this.#table;
    if (engine.endsWith('MergeTree')) return;
    throw this.#session.error('BAD_ARGUMENTS', where, `Engine ${engine} doesn't support TTL clause`);
  }

  #place(place: ColumnPlace): BoundPlace {
    if (place === null || place.after === null) return place === null ? null : { after: null };
    const [found] = this.#named(place.after.text);
    if (found !== undefined) return { after: found.name };
    throw this.#unknown('NO_SUCH_COLUMN_IN_TABLE', place.after);
  }

  #named(name: string): readonly Known[] {
    return this.#columns.filter((c) => this.#session.same(name, c.name));
  }

  #find(name: Identifier, action: string, ifExists: boolean): Known | undefined {
    const found = this.#named(name.text).find((c) => c.name === name.text) ?? this.#named(name.text)[0];
    if (found !== undefined || ifExists) return found;
    throw this.#unknown('NOT_FOUND_COLUMN_IN_BLOCK', name, ` to ${action}`);
  }

  #unknown(
    error: 'NO_SUCH_COLUMN_IN_TABLE' | 'NOT_FOUND_COLUMN_IN_BLOCK',
    name: Identifier,
    what = '',
  ): Error {
    const names = this.#columns.map((c) => c.name);
    const message = `The table ${this.#table.name} has no column ${name.text}${what}`;
    return this.#session.error(error, name, message, this.#session.didYouMean(name.text, names));
  }
}
