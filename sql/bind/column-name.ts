/**
 * Names of result columns in ClickHouse's dialect. There a column has its table's name before its own where another table of FROM, or an
 * alias of the select list, has its own name, too; of two tables the left one stays without. So `SELECT *` of a join names each column once.
 */

import type { Expression, Identifier } from '../ast/expression.ts';
import { expressionName } from '../print/expression-name.ts';
import { findColumn, NO_WITH, type ScopeColumn } from './scope.ts';
import type { Session } from './session.ts';

export class ColumnNames {
  readonly #columns: readonly ScopeColumn[];
  readonly #aliases: ReadonlySet<string>;
  readonly #session: Session;
  /** The first of one or two tables, whose columns are not told from another's; null: there are more, or none. */
  readonly #left: string | null;

  /** @param aliases of the select list */
  constructor(columns: readonly ScopeColumn[], aliases: Iterable<string>, session: Session) {
    this.#columns = columns;
    this.#aliases = new Set(aliases);
    this.#session = session;
    this.#left = session.dialect === 'clickhouse' ? leftOf(columns) : null;
  }

  /** Of a column that `*` stands for. */
  ofColumn(column: ScopeColumn): string {
    const { name } = column;
    const qualified = this.#qualified(column);
    const isShared = qualified !== name && this.#columns.some((c) => c.hidden && c.name === name);
    return isShared ? name : qualified;
  }

  /** Of an expression without an alias. @param place its place in the select list */
  of(node: Expression, place: number): string {
    const { dialect } = this.#session;
    if (dialect !== 'clickhouse') return expressionName(node, place, dialect);
    return node.kind === 'name'
      ? this.#ofName(node.parts, node.parts[node.parts.length - 1].text)
      : expressionName(node, place, dialect, (parts) =>
          this.#ofName(parts, parts.map(({ text }) => text).join('.')),
        );
  }

  /** What parts of a column are called by has the whole path. */
  #ofName(parts: readonly Identifier[], otherwise: string): string {
    if (parts.length === 1) return parts[0].text;
    const scope = { columns: this.#columns, aliases: new Map(), with: NO_WITH };
    for (let length = parts.length; length > 0; length--) {
      const found = findColumn(parts.slice(0, length), scope, this.#session);
      if (found === undefined) continue;
      const path = parts.slice(length).map(({ text }) => text);
      return [this.#qualified(found), ...path].join('.');
    }
    return otherwise;
  }

  #qualified({ name, table }: ScopeColumn): string {
    if (table === null || this.#session.dialect !== 'clickhouse') return name;
    const isQualified = this.#aliases.has(name) || (table !== this.#left && this.#isElsewhere(name, table));
    return isQualified ? `${table}.${name}` : name;
  }

  #isElsewhere(name: string, table: string): boolean {
    return this.#columns.some((c) => c.name === name && c.table !== null && c.table !== table);
  }
}

function leftOf(columns: readonly ScopeColumn[]): string | null {
  const tables = new Set(columns.flatMap(({ table }) => table ?? []));
  const [first = null] = tables;
  return tables.size <= 2 ? first : null;
}
