/** Dictionaries as written. */

import type { Expression, Identifier, Span, TypeName } from './expression.ts';
import type { Settings, TableName } from './statement.ts';

export type DictionaryAttribute = Span & {
  readonly name: Identifier;
  readonly type: TypeName;
  readonly defaultValue: Expression | null;
  /** Of the source's columns, where it stands and what it is; null: the column of the attribute's name. */
  readonly expression: { readonly value: Expression; readonly text: Span } | null;
  readonly isHierarchical: boolean;
  readonly isInjective: boolean;
};

/** `HASHED(SHARDS 4)`: a word, and words with values. */
export type DictionaryPart = Span & {
  readonly name: Identifier;
  readonly args: readonly DictionaryArgument[];
};

/** `value` null: what stands in parentheses. */
export type DictionaryArgument = Span & {
  readonly name: string;
  readonly value: string | null;
};

/** null: not given. */
export type CreateDictionary = {
  readonly kind: 'create dictionary';
  readonly dictionary: TableName;
  readonly ifNotExists: boolean;
  readonly orReplace: boolean;
  readonly attributes: readonly DictionaryAttribute[];
  readonly primaryKey: readonly Identifier[] | null;
  readonly source: DictionaryPart | null;
  readonly layout: DictionaryPart | null;
  readonly lifetime: { readonly minSeconds: number; readonly maxSeconds: number } | null;
  /** Names of the attributes a range begins and ends with. */
  readonly range: { readonly from: Identifier; readonly to: Identifier } | null;
  readonly settings: Settings;
  readonly comment: string | null;
};

export type DropDictionary = {
  readonly kind: 'drop dictionary';
  readonly dictionary: TableName;
  readonly ifExists: boolean;
};

/** `dictionary` null: all of them. */
export type ReloadDictionary = {
  readonly kind: 'reload dictionary';
  readonly dictionary: TableName | null;
};
