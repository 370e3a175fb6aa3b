/**
 * What ALTER TABLE makes of a table's definition: pure, so that it can be tried, and applied to what the table is at the
 * moment of the record.
 *
 * Columns keep their ids as long as what segments hold under them still is the column; a type that needs other bytes is
 * a new column, into which the old one is written. Keys keep their columns as they are.
 */

import { BasaltError } from '../../engine/base/error.ts';
import type { ColumnCodec } from '../../engine/plan/column-codec.ts';
import {
  type ComputedColumn,
  mapComputed,
  mapConstraint,
  type VirtualColumn,
} from '../../engine/plan/computed.ts';
import { columnsOf, type Expr } from '../../engine/plan/expr.ts';
import {
  type CombineRule,
  hasPolicy,
  requiredColumns,
  ruleOf,
  sumRuleOf,
  typeRuleOf,
  withoutRule,
  withRule,
} from '../../engine/plan/row-policy.ts';
import { mapTtl, type TtlRule } from '../../engine/plan/ttl.ts';
import { clickhouseTypeName } from '../../engine/type/dialect-name.ts';
import {
  type EnumEntry,
  integerRange,
  type LogicalType,
  laneOf,
  sameValues,
  type Value,
} from '../../engine/type/type.ts';
import type {
  BoundColumnCommand,
  BoundNames,
  BoundPartition,
  BoundPlace,
  BoundTtl,
} from '../../sql/index.ts';
import {
  type ColumnDefinition,
  cleared,
  nextColumnId,
  pinned,
  type SegmentMeta,
  type TableDefinition,
} from '../../storage/index.ts';
import type { PartitionBy } from '../partition.ts';
import { ttlRules } from '../retention/ttl-rule.ts';
import {
  checkIndexes,
  indexesReading,
  indexNamed,
  withIndex,
  withIndexedType,
  withoutIndex,
  withoutIndexes,
} from './change-indexes.ts';
import {
  checkProjections,
  checkUnprojected,
  withoutProjection,
  withProjection,
} from './change-projections.ts';
import {
  constraintsOf,
  idNamed,
  listedWithout,
  storedBefore,
  virtualNamed,
  virtualsOf,
  withConstraints,
  withoutVirtual,
  withVirtual,
  withVirtualAs,
} from './change-virtual.ts';
import { choiceOf } from './partition-choice.ts';
import {
  defaultOf,
  definitionOf,
  namedColumns,
  optionsOf,
  sortColumns,
  storedName,
  type TableOptions,
} from './table-options.ts';
import { withSettings } from './table-settings.ts';

/** A column whose values are written anew: `cast` is over column 0, the old column. */
export type Rewritten = { readonly from: number; readonly cast: Expr };

type Revision = (segment: SegmentMeta) => SegmentMeta;
type Command<K extends BoundColumnCommand['kind']> = Extract<BoundColumnCommand, { kind: K }>;

export function changeColumns(
  table: TableDefinition,
  commands: readonly BoundColumnCommand[],
): ColumnChanges {
  const changes = new ColumnChanges(table);
  for (const command of commands) changes.apply(command);
  return changes.finish();
}

export class ColumnChanges {
  /** Rows made for the table as it was do not fit it as it is. */
  settles = false;
  /** Rows there are get values of columns that are computed of them. */
  get fills(): boolean {
    return this.#fills;
  }
  /** By the new column's id. */
  readonly rewritten = new Map<number, Rewritten>();
  readonly #before: TableDefinition;
  readonly #revisions: Revision[] = [];
  #table: TableDefinition;
  #clears = false;
  #fills = false;

  constructor(table: TableDefinition) {
    this.#before = table;
    this.#table = table;
  }

  get table(): TableDefinition {
    return this.#table;
  }

  /** What becomes of a segment that stays. */
  revise(segment: SegmentMeta): SegmentMeta {
    return this.#revisions.reduce((meta, revision) => revision(meta), segment);
  }

  finish(): this {
    checkIndexes(this.#table);
    checkProjections(this.#table);
    if (namedColumns(this.#table).length === 0)
      throw new BasaltError('BAD_ARGUMENTS', 'A table keeps one column at least', {
        hint: 'DROP TABLE drops all',
      });
    const writesAnew = this.rewritten.size > 0 || this.#fills;
    if (writesAnew && this.#clears) throw notTogether('CLEAR COLUMN and values that are written anew');
    if (writesAnew && hasPolicy(this.#before)) {
      throw new BasaltError(
        'NOT_IMPLEMENTED',
        `Values of another form in a table whose rows of equal key become one are not supported`,
        {
          hint: 'Write a new table with CREATE TABLE and INSERT ... SELECT ... ORDER BY the order of insertion',
        },
      );
    }
    return this;
  }

  apply(command: BoundColumnCommand): void {
    switch (command.kind) {
      case 'add':
        this.#add(command);
        break;
      case 'addVirtual':
        this.#table = withVirtual(this.#table, command.column, command.place, this.#idOf(command.names));
        break;
      case 'drop': {
        const virtual = virtualNamed(this.#table, command.name);
        if (virtual === undefined) this.#drop(this.#column(command.name));
        else this.#dropVirtual(virtual);
        break;
      }
      case 'clear':
        this.#clear(this.#column(command.name), command.partition);
        break;
      case 'rename': {
        const virtual = virtualNamed(this.#table, command.name);
        if (virtual !== undefined) {
          this.#table = withVirtualAs(this.#table, { ...virtual, name: command.to });
          break;
        }
        const column = this.#column(command.name);
        this.#keepKeys(column, 'rename');
        this.#replace(column.id, { ...column, name: command.to });
        break;
      }
      case 'modify': {
        const virtual = virtualNamed(this.#table, command.name);
        if (virtual === undefined) this.#modify(this.#column(command.name), command);
        else if (command.comment !== null)
          this.#table = withVirtualAs(this.#table, { ...virtual, comment: command.comment });
        break;
      }
      case 'addIndex':
        this.#table = withIndex(this.#table, command.index, command.place);
        break;
      case 'dropIndex':
        this.#table = withoutIndex(this.#table, command.name);
        break;
      case 'clearIndex':
        this.#clearIndexes([indexNamed(this.#table, command.name).id], command.partition);
        break;
      case 'addProjection': {
        const { projection, names, place } = command;
        this.#table = withProjection(this.#table, projection, place, this.#idOf(names));
        break;
      }
      case 'dropProjection':
        this.#table = withoutProjection(this.#table, command.name);
        break;
      case 'addConstraint': {
        const added = mapConstraint(command.constraint, this.#idOf(command.names));
        this.#table = withConstraints(this.#table, [...constraintsOf(this.#table), added]);
        break;
      }
      case 'dropConstraint':
        this.#table = withConstraints(
          this.#table,
          constraintsOf(this.#table).filter(({ name }) => name !== command.name),
        );
        break;
      case 'renameTable': {
        const { schema, name } = command.to;
        const options: TableOptions = { ...(this.#table.options as TableOptions), schema, name };
        this.#table = { ...this.#table, name: storedName(schema, name), options };
        break;
      }
      case 'commentTable':
        this.#table = {
          ...this.#table,
          options: { ...(this.#table.options as TableOptions), comment: command.text },
        };
        break;
      case 'settings':
        this.#table = withSettings(this.#table, command.settings);
        break;
      case 'ttl':
        this.#ttl(command.rules);
        break;
      case 'orderBy':
        this.#orderBy(command.names.map((name) => this.#column(name)));
        break;
    }
  }

  #add({ column, names, place, ttl }: Command<'add'>): void {
    const id = nextColumnId(this.#table);
    const { computed } = column;
    if (computed !== undefined) {
      this.#fills = true;
      this.settles = true;
    }
    const mapped = computed && mapComputed(computed, this.#idOf(names));
    const added = definitionOf(id, mapped === undefined ? column : { ...column, computed: mapped });
    const { rule, dropsZero } = ruleOfNew(added, this.#table);
    this.#table = {
      ...this.#table,
      nextColumnId: id + 1,
      columns: [...this.#table.columns, added],
      policy: withRule(this.#table.policy, id, rule, dropsZero),
    };
    this.#place(id, place);
    if (ttl !== null) this.#columnTtl(added, ttl);
  }

  #dropVirtual(column: VirtualColumn): void {
    const reader = this.#readerOf(column.id);
    if (reader !== undefined) throw isRead('drop', column.name, reader);
    this.#table = withoutVirtual(this.#table, column.id);
  }

  /** Refs of an expression to ids, by the names that columns have now. */
  #idOf(names: BoundNames): (ref: number) => number {
    const nameOf = new Map(names);
    return (ref) => {
      const name = nameOf.get(ref);
      return (name === undefined ? undefined : idNamed(this.#table, name)) ?? this.#column(name ?? '').id;
    };
  }

  /** What is made of the values of a column. */
  #readerOf(id: number): string | undefined {
    const stored = namedColumns(this.#table).find(({ computed }) => readsColumn(id, computed?.expr ?? null));
    const virtual = virtualsOf(this.#table).find(({ expr }) => readsColumn(id, expr));
    const constraint = constraintsOf(this.#table).find(({ violated }) => readsColumn(id, violated));
    if (stored !== undefined || virtual !== undefined) return `column ${(stored ?? virtual)?.name}`;
    return constraint && `constraint ${constraint.name}`;
  }

  #drop(column: ColumnDefinition): void {
    this.#keepKeys(column, 'drop');
    this.#table = listedWithout(this.#table, column.id);
    const columns = this.#table.columns.filter((c) => c !== column);
    const { timeColumn } = this.#table;
    this.#table = {
      ...this.#table,
      nextColumnId: nextColumnId(this.#table),
      columns,
      policy: withoutRule(this.#table.policy, column.id),
      ...(this.#table.ttl === undefined
        ? {}
        : { ttl: ttlRules(this.#table).filter((rule) => rule.column !== column.id) }),
      timeColumn:
        timeColumn === column.id ? (columns.find((c) => c.type.id === 'timestamp')?.id ?? null) : timeColumn,
    };
  }

  #clear(column: ColumnDefinition, partition: BoundPartition | null): void {
    this.#keepKeys(column, 'clear');
    checkUnprojected(this.#table, column, 'clear');
    this.settles = true;
    this.#clears = true;
    const chosen = partition === null ? () => true : choiceOf(partition, this.#before);
    this.#revisions.push((meta) => (chosen(meta) ? cleared(meta, column) : meta));
    const reading = indexesReading(this.#table, column.id);
    if (reading.length > 0)
      this.#clearIndexes(
        reading.map((index) => index.id),
        partition,
      );
  }

  /** Segments that are chosen have these indexes no more. */
  #clearIndexes(ids: readonly number[], partition: BoundPartition | null): void {
    const chosen = partition === null ? () => true : choiceOf(partition, this.#before);
    this.#revisions.push((meta) => (chosen(meta) ? withoutIndexes(meta, ids) : meta));
  }

  #modify(
    column: ColumnDefinition,
    { type, defaultValue, computed, comment, codec, place, ttl }: Command<'modify'>,
  ): void {
    const to = type?.to ?? column.type;
    const given = defaultValue === null ? column.default : defaultValue.value;
    // A default that stood for a type's zero does not outlive the type.
    const value = defaultOf(to, defaultValue === null && isImplicit(column) ? null : given);
    let changed: ColumnDefinition = {
      ...column,
      type: to,
      default: value,
      ...(comment === null ? {} : { comment }),
    };
    if (codec !== null) changed = withCodec(changed, codec.to);
    if (computed !== null) {
      if (column.computed !== undefined || computed.to !== null) this.settles = true;
      changed = withComputed(changed, computed.to && mapComputed(computed.to, this.#idOf(computed.names)));
    }
    if (type !== null) {
      if (!this.#isWiderVersion(column, to)) this.#keepKeys(column, 'change the type of');
      checkUnprojected(this.#table, column, 'change the type of');
      if (column.type.simple !== undefined || to.simple !== undefined) throw combined(column, to);
      this.#table = withIndexedType(this.#table, column, to, keepsBytes(column.type, to));
      const isNew = !this.#before.columns.some((c) => c.id === column.id);
      if (!keepsBytes(column.type, to) && !isNew) {
        if (this.rewritten.has(column.id)) throw notTogether('Two new types of one column');
        const id = nextColumnId(this.#table);
        this.rewritten.set(id, { from: column.id, cast: type.cast });
        this.settles = true;
        changed = { ...changed, id };
        this.#table = { ...this.#table, nextColumnId: id + 1, ...ttlOfColumn(this.#table, column.id, id) };
        if (this.#table.timeColumn === column.id)
          this.#table = { ...this.#table, timeColumn: to.id === 'timestamp' ? id : null };
      } else if (column.type.nullable && !to.nullable) {
        this.settles = true;
        this.#revisions.push((meta) => withoutNulls(meta, column));
      }
    }
    if (changed.id === column.id && !sameValue(column.default, value)) {
      this.settles = true;
      this.#revisions.push((meta) => pinned(meta, column));
    }
    this.#replace(column.id, changed);
    if (place !== null) this.#place(changed.id, place);
    if (ttl !== null) this.#columnTtl(changed, ttl === 'remove' ? null : ttl);
  }

  /** The table's own rules, in the place of those it had. */
  #ttl(rules: readonly BoundTtl[]): void {
    const [own, ofColumns] = parted(ttlRules(this.#table), ({ column }) => column === null);
    if (rules.length === 0 && own.length === 0)
      throw new BasaltError('BAD_ARGUMENTS', "Table doesn't have any table TTL expression, cannot remove");
    this.#setTtl([...rules.map((rule) => this.#overIds(rule)), ...ofColumns]);
  }

  /** @param ttl null: it has none any more. */
  #columnTtl({ id, name }: ColumnDefinition, ttl: BoundTtl | null): void {
    const [own, others] = parted(ttlRules(this.#table), ({ column }) => column === id);
    if (ttl === null) {
      if (own.length === 0)
        throw new BasaltError('BAD_ARGUMENTS', `Column ${name} doesn't have TTL, cannot remove it`);
      this.#setTtl(others);
      return;
    }
    if (isKey(id, this.#table))
      throw new BasaltError('ILLEGAL_COLUMN', `Trying to set TTL for key column ${name}`, {
        hint: 'Rows are sorted or partitioned by it: let whole rows expire instead',
      });
    if (hasPolicy(this.#table))
      throw new BasaltError(
        'NOT_IMPLEMENTED',
        'The TTL of a column in a table whose rows of equal key become one is not supported',
        { hint: 'Let whole rows expire' },
      );
    this.#setTtl([...others, { ...this.#overIds(ttl), column: id }]);
  }

  #overIds({ rule, names }: BoundTtl): TtlRule {
    const [mapped] = mapTtl([rule], (position) => this.#column(names[position]).id);
    return mapped;
  }

  #setTtl(rules: readonly TtlRule[]): void {
    const { ttl: _, ...rest } = this.#table;
    this.#table = rules.length === 0 ? rest : { ...rest, ttl: rules };
  }

  /** New columns, empty so far, may be added at the end: rows there are stay in order. */
  #orderBy(columns: readonly ColumnDefinition[]): void {
    const { sortKey } = this.#table;
    if (sortKey.some((id, i) => columns[i]?.id !== id)) {
      throw new BasaltError('BAD_ARGUMENTS', 'A new sort key must begin with the one there is', {
        hint: 'Only new columns can be added, at its end',
      });
    }
    for (const { id, name } of columns.slice(sortKey.length)) {
      if (!this.#before.columns.some((c) => c.id === id)) continue;
      throw new BasaltError(
        'BAD_ARGUMENTS',
        `Column ${name} has values already, so rows are not sorted by it`,
        {
          hint: 'A sort key can be extended by columns that the same statement adds',
        },
      );
    }
    this.settles = true;
    const sortKeyIds = columns.map(({ id }) => id);
    // A column of the key is what rows have in common: there is nothing to combine.
    const policy = sortKeyIds.reduce(withoutRule, this.#table.policy);
    // The primary key stays what it was.
    const { primaryKey = sortKey.length, ...options } = optionsOf(this.#table);
    const kept = primaryKey === sortKeyIds.length ? options : { ...options, primaryKey };
    this.#table = { ...this.#table, sortKey: sortKeyIds, policy, options: kept };
  }

  #place(id: number, place: BoundPlace): void {
    if (place === null) return;
    const moved = this.#table.columns.find((c) => c.id === id);
    const others = this.#table.columns.filter((c) => c !== moved);
    const after = place.after === null ? null : storedBefore(this.#table, place.after);
    const at = after === null ? 0 : others.findIndex((c) => c.id === after) + 1;
    if (moved !== undefined) this.#table = { ...this.#table, columns: others.toSpliced(at, 0, moved) };
  }

  #replace(id: number, by: ColumnDefinition): void {
    this.#table = { ...this.#table, columns: this.#table.columns.map((c) => (c.id === id ? by : c)) };
  }

  #column(name: string): ColumnDefinition {
    const found = this.#table.columns.find((c) => c.name === name);
    if (found !== undefined) return found;
    throw new BasaltError(
      'NOT_FOUND_COLUMN_IN_BLOCK',
      `Table ${this.#table.name} has no column ${name} any more`,
    );
  }

  /** Versions stay in order when their type becomes wider. */
  #isWiderVersion({ id, type }: ColumnDefinition, to: LogicalType): boolean {
    const { policy, sortKey } = this.#table;
    const isVersion = policy.kind === 'replacing' && policy.version === id && !sortKey.includes(id);
    return isVersion && isInteger(type) && isInteger(to) && !to.nullable && keepsBytes(type, to);
  }

  #keepKeys({ id, name, computed }: ColumnDefinition, action: string): void {
    if (action === 'clear' && computed !== undefined)
      throw new BasaltError(
        'NOT_IMPLEMENTED',
        `Clearing column ${name}, whose values are computed, is not supported`,
        {
          hint: 'Drop it, and add it again',
        },
      );
    const reader = action === 'rename' ? undefined : this.#readerOf(id);
    if (reader !== undefined) throw isRead(action, name, reader);
    const role = roleOf(id, this.#table, action === 'drop' || action === 'rename');
    if (role === null) return;
    throw new BasaltError('ALTER_OF_COLUMN_IS_FORBIDDEN', `Cannot ${action} column ${name}: ${role}`, {
      hint: 'Write a new table with CREATE TABLE AS',
    });
  }
}

/**
 * Why a column has to stay as it is; null: it does not.
 * @param goes the engine's arguments would name nothing.
 */
function roleOf(id: number, table: TableDefinition, goes: boolean): string | null {
  const { policy } = table;
  if (sortColumns(table).includes(id)) return 'it is part of the sort key';
  if (isKey(id, table)) return 'it is part of the partition key';
  // What it reads is part of the clause's text, and of the bounds that say what has expired.
  if (ttlRules(table).some(({ expires, where }) => readsColumn(id, expires, where))) return 'a TTL reads it';
  const isNamed = goes && ruleOf(policy, id) !== null && optionsOf(table).engineArguments !== '';
  return isNamed || requiredColumns(policy).includes(id) ? "the table's engine needs it" : null;
}

const isKey = (id: number, table: TableDefinition): boolean =>
  sortColumns(table).includes(id) || columnsOf(...((table.partitionBy ?? []) as PartitionBy)).includes(id);

function parted<T>(list: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [list.filter(test), list.filter((item) => !test(item))];
}

const readsColumn = (id: number, ...exprs: readonly (Expr | null)[]): boolean =>
  exprs.some((expr) => expr !== null && columnsOf(expr).includes(id));

/** A column's own TTL goes with it when it gets another id. */
const ttlOfColumn = (table: TableDefinition, from: number, to: number): Pick<TableDefinition, 'ttl'> =>
  table.ttl === undefined
    ? {}
    : { ttl: ttlRules(table).map((rule) => (rule.column === from ? { ...rule, column: to } : rule)) };

/** What becomes of a new column's values in rows of equal key, as if the table had been made with it. */
function ruleOfNew(
  { type }: ColumnDefinition,
  table: TableDefinition,
): { readonly rule: CombineRule | null; readonly dropsZero: boolean } {
  const { engine, engineArguments } = optionsOf(table);
  if (engine === null || !engine.endsWith('SummingMergeTree'))
    return { rule: typeRuleOf(type), dropsZero: false };
  // Named columns are the only ones that are combined.
  const rule = engineArguments === '' ? sumRuleOf(type) : typeRuleOf(type);
  return { rule, dropsZero: true };
}

const combined = ({ name, type }: ColumnDefinition, to: LogicalType): BasaltError =>
  new BasaltError(
    'NOT_IMPLEMENTED',
    type.simple === undefined
      ? `Column ${name} becoming a ${clickhouseTypeName(to)} is not supported`
      : `Column ${name} is a ${clickhouseTypeName(type)}: another type of it is not supported`,
    { hint: 'Add a column, or write a new table' },
  );

const notTogether = (what: string): BasaltError =>
  new BasaltError('NOT_IMPLEMENTED', `${what} in one statement is not supported`, {
    hint: 'Write two statements',
  });

/** The default that a column has because its type has one. */
const isImplicit = ({ type, default: value }: ColumnDefinition): boolean =>
  sameValue(value, defaultOf(type, null));

const sameValue = (a: Value, b: Value): boolean => Object.is(a, b);

/** Are values of the one type, as they are stored, values of the other? */
export function keepsBytes(from: LogicalType, to: LogicalType): boolean {
  if (sameValues(from, to)) return true;
  // A zone only says how times are shown, an enum's names how codes are.
  if (from.id === 'timestamp' && to.id === 'timestamp') return from.precision === to.precision;
  if (from.entries !== undefined && to.entries !== undefined)
    return includesEntries(to.entries, from.entries);
  if (from.id === 'decimal' && to.id === 'decimal') return widensDecimal(from, to);
  if (from.id === 'float32' && to.id === 'float64') return true;
  if (!isInteger(from) || !isInteger(to)) return false;
  const [low, high] = integerRange(from);
  const [least, most] = integerRange(to);
  return least <= low && high <= most;
}

/** Units of the same size, that the wider type has in the same form. */
const widensDecimal = (from: LogicalType, to: LogicalType): boolean =>
  from.scale === to.scale &&
  laneOf(from) === laneOf(to) &&
  laneOf(to) === 'i64' &&
  (from.precision ?? 0) <= (to.precision ?? 0);

const includesEntries = (all: readonly EnumEntry[], some: readonly EnumEntry[]): boolean =>
  some.every(([name, code]) => all.some((entry) => entry[0] === name && entry[1] === code));

const isRead = (action: string, name: string, reader: string): BasaltError =>
  new BasaltError('ILLEGAL_COLUMN', `Cannot ${action} column ${name}, because ${reader} depends on it`, {
    hint: `Drop ${reader} first`,
  });

function withComputed(column: ColumnDefinition, to: ComputedColumn | null): ColumnDefinition {
  const { computed: _, ...rest } = column;
  return to === null ? rest : { ...rest, computed: to };
}

function withCodec(column: ColumnDefinition, to: ColumnCodec | null): ColumnDefinition {
  const { codec: _, ...rest } = column;
  return to === null ? rest : { ...rest, codec: to };
}

const isInteger = (t: LogicalType): boolean => laneOf(t) === 'i64' && /^u?int(8|16|32|64)$/.test(t.id);

function withoutNulls(meta: SegmentMeta, { id, name, default: value }: ColumnDefinition): SegmentMeta {
  const found = meta.columns.find((column) => column.id === id);
  if (found === undefined ? value !== null : found.nullCount === 0) return meta;
  throw new BasaltError('CANNOT_INSERT_NULL', `Column ${name} holds NULL, so it cannot become NOT NULL`, {
    hint: 'Write a new table with coalesce() and CREATE TABLE AS',
  });
}
