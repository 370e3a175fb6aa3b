/** ALTER TABLE, RENAME and EXCHANGE as written: one command is one clause between commas. */

import type { Expression, Identifier, SortItem, Span, TypeName } from './expression.ts';
import type { Query } from './query.ts';
import type { Refresh } from './refresh.ts';
import type {
  CodecStep,
  ColumnDefinition,
  ColumnValue,
  ConstraintDefinition,
  IndexDefinition,
  ProjectionDefinition,
  Settings,
  TableKind,
  TableName,
  TtlElement,
  ViewSecurity,
} from './statement.ts';

/** null: at the end, or where it is. */
export type ColumnPlace = { readonly after: Identifier | null } | null;

/** What PARTITION names: all of them, one by the id ClickHouse shows, one by its value, or one segment by name. */
export type PartitionName = Span &
  (
    | { readonly kind: 'all' }
    | { readonly kind: 'id'; readonly id: string }
    | { readonly kind: 'value'; readonly value: Expression }
    | { readonly kind: 'part'; readonly name: string }
  );

export type ColumnCommand =
  | {
      readonly kind: 'add';
      readonly column: ColumnDefinition;
      readonly ifNotExists: boolean;
      readonly place: ColumnPlace;
    }
  | { readonly kind: 'drop'; readonly name: Identifier; readonly ifExists: boolean }
  | {
      readonly kind: 'clear';
      readonly name: Identifier;
      readonly ifExists: boolean;
      readonly partition: PartitionName | null;
    }
  | {
      readonly kind: 'rename';
      readonly name: Identifier;
      readonly to: Identifier;
      readonly ifExists: boolean;
    }
  | {
      readonly kind: 'modify';
      readonly name: Identifier;
      readonly ifExists: boolean;
      readonly change: ColumnChange;
    }
  | {
      readonly kind: 'add index';
      readonly index: IndexDefinition;
      readonly ifNotExists: boolean;
      readonly place: ColumnPlace;
    }
  | { readonly kind: 'drop index'; readonly name: Identifier; readonly ifExists: boolean }
  | {
      readonly kind: 'clear index' | 'materialize index';
      readonly name: Identifier;
      readonly ifExists: boolean;
      readonly partition: PartitionName | null;
    }
  | {
      readonly kind: 'add projection';
      readonly projection: ProjectionDefinition;
      readonly ifNotExists: boolean;
      readonly place: ColumnPlace;
    }
  | { readonly kind: 'drop projection'; readonly name: Identifier; readonly ifExists: boolean }
  | {
      readonly kind: 'clear projection' | 'materialize projection';
      readonly name: Identifier;
      readonly partition: PartitionName | null;
    }
  | { readonly kind: 'rename table'; readonly to: TableName }
  | {
      readonly kind: 'add constraint';
      readonly constraint: ConstraintDefinition;
      readonly ifNotExists: boolean;
    }
  | { readonly kind: 'drop constraint'; readonly name: Identifier; readonly ifExists: boolean }
  | { readonly kind: 'comment table'; readonly text: string }
  | (Span & { readonly kind: 'settings'; readonly set: Settings; readonly reset: readonly string[] })
  | { readonly kind: 'modify query'; readonly query: Query }
  | { readonly kind: 'modify refresh'; readonly refresh: Refresh }
  | { readonly kind: 'modify security'; readonly security: ViewSecurity }
  | { readonly kind: 'order by'; readonly items: readonly SortItem[] }
  /** No elements: the table has no TTL any more. */
  | ({ readonly kind: 'ttl'; readonly elements: readonly TtlElement[] } & Span);

/** What is null or absent stays. */
export type ColumnChange = {
  readonly type?: TypeName;
  /** `NOT NULL` and `NULL`, written out. */
  readonly nullable?: boolean;
  readonly value?: ColumnValue | { readonly remove: ColumnValue['kind'] };
  readonly comment?: string;
  readonly codec?: readonly CodecStep[] | 'remove';
  readonly ttl?: Expression | 'remove';
  readonly place?: ColumnPlace;
};

export type PartitionCommand = {
  readonly action: 'drop' | 'detach' | 'attach' | 'drop detached' | 'replace' | 'move' | 'freeze';
  readonly partition: PartitionName;
  /** Where segments come from (replace, attach) or go to (move). */
  readonly other: TableName | null;
  /** FREEZE WITH NAME. */
  readonly name: string | null;
};

export type AlterTable = {
  readonly kind: 'alter table';
  readonly table: TableName;
  readonly ifExists: boolean;
  readonly commands: readonly ColumnCommand[];
  readonly partitions: readonly PartitionCommand[];
};

export type RenameTables = {
  readonly kind: 'rename tables';
  /** ALTER VIEW, RENAME DICTIONARY: nothing else is renamed; null: whatever has the name. */
  readonly only: TableKind | null;
  readonly ifExists: boolean;
  readonly pairs: readonly { readonly from: TableName; readonly to: TableName }[];
};

export type ExchangeTables = {
  readonly kind: 'exchange tables';
  readonly left: TableName;
  readonly right: TableName;
};
