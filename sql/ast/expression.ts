/**
 * Expressions as written, with names unresolved. Plain data; every node knows where it stands in the text.
 *
 * `at` and `end` are offsets in UTF-16 units, end exclusive. AND and OR chains are one flat node.
 */

import type { Query } from './query.ts';

export type Span = { readonly at: number; readonly end: number };

export type Identifier = Span & { readonly text: string; readonly quoted: boolean };

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | 'div'
  | '||'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '~'
  | '&'
  | '|'
  | '<<'
  | '>>'
  | '->'
  | '->>'
  | 'is distinct from'
  | 'is not distinct from';

export type TypeName = Span & {
  /** Upper case words as written, one space between: `DOUBLE PRECISION`. */
  readonly name: string;
  readonly args: readonly TypeArgument[];
  /** `WITH TIME ZONE`. */
  readonly withZone: boolean;
  /** How many `[]` follow. */
  readonly arrays: number;
};

export type TypeArgument =
  | { readonly kind: 'type'; readonly type: TypeName }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  /** `'name' = 1` of an enum. */
  | { readonly kind: 'entry'; readonly name: string; readonly code: number }
  /** `name = 1` of JSON. */
  | { readonly kind: 'option'; readonly name: string; readonly value: number }
  /** `name Type` of a tuple. */
  | { readonly kind: 'field'; readonly name: string; readonly type: TypeName };

export type Expression = Span &
  (
    | { readonly kind: 'null' }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'number'; readonly text: string; readonly decimal: boolean }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'typed'; readonly type: 'date' | 'time' | 'timestamp'; readonly text: string }
    | { readonly kind: 'interval'; readonly value: Expression; readonly unit: string | null }
    | { readonly kind: 'default' }
    | { readonly kind: 'name'; readonly parts: readonly Identifier[] }
    | {
        readonly kind: 'star';
        readonly table: readonly Identifier[];
        readonly except: readonly Identifier[];
        readonly replace: readonly { readonly name: Identifier; readonly value: Expression }[];
        /** RENAME (name AS to). */
        readonly rename: readonly { readonly name: Identifier; readonly to: Identifier }[];
        /** COLUMNS(...): those whose names match, that are named, or of whose names the lambda is true; null: all. */
        readonly only: string | readonly Identifier[] | ExpressionOf<'lambda'> | null;
        /** Functions, or lambdas, that each column goes through. */
        readonly apply: readonly Expression[];
      }
    | {
        readonly kind: 'parameter';
        readonly index: number | null;
        readonly name: string | null;
        readonly type: TypeName | null;
      }
    | CallExpression
    | { readonly kind: 'unary'; readonly op: 'not' | '-' | '+' | '~'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly op: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: 'logic'; readonly op: 'and' | 'or'; readonly operands: readonly Expression[] }
    | {
        readonly kind: 'is';
        readonly operand: Expression;
        readonly test: 'null' | 'true' | 'false';
        readonly negated: boolean;
      }
    | {
        readonly kind: 'between';
        readonly operand: Expression;
        readonly low: Expression;
        readonly high: Expression;
        readonly negated: boolean;
      }
    | {
        readonly kind: 'like';
        readonly operand: Expression;
        readonly pattern: Expression;
        readonly escape: Expression | null;
        readonly caseless: boolean;
        readonly negated: boolean;
      }
    | {
        readonly kind: 'in';
        readonly operand: Expression;
        readonly list: readonly Expression[] | null;
        readonly query: Query | null;
        readonly negated: boolean;
      }
    | {
        readonly kind: 'case';
        readonly subject: Expression | null;
        readonly branches: readonly { readonly when: Expression; readonly value: Expression }[];
        readonly otherwise: Expression | null;
      }
    | {
        readonly kind: 'cast';
        readonly operand: Expression;
        readonly type: TypeName;
        readonly orNull: boolean;
        /** Of `1::UInt8`: the literal as it is written, a text without its quotes. */
        readonly literal?: string;
      }
    | { readonly kind: 'subquery'; readonly query: Query }
    | { readonly kind: 'exists'; readonly query: Query }
    | { readonly kind: 'quantified'; readonly quantifier: 'any' | 'all'; readonly query: Query }
    | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
    | { readonly kind: 'array'; readonly items: readonly Expression[] }
    /** `t.1`, `(f(x)).name`: by number or by name. */
    | { readonly kind: 'field'; readonly operand: Expression; readonly field: Expression }
    /** `j.a.:Int64`: what of a path of JSON is of a type. */
    | { readonly kind: 'subtype'; readonly operand: Expression; readonly type: TypeName }
    /** `j.^a`: the object at a path of JSON. */
    | { readonly kind: 'subobject'; readonly operand: Expression; readonly name: string }
    /** `{'a': 1}`, `MAP {'a': 1}`; the word in upper case. */
    | {
        readonly kind: 'entries';
        readonly word: string | null;
        readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
      }
    | { readonly kind: 'subscript'; readonly operand: Expression; readonly index: Expression }
    | { readonly kind: 'lambda'; readonly parameters: Expression; readonly body: Expression }
    | { readonly kind: 'aliased'; readonly value: Expression; readonly alias: Identifier }
    | { readonly kind: 'unit'; readonly value: Expression; readonly unit: string }
    /** `JSON_VALUE(x, path RETURNING type)` */
    | { readonly kind: 'returning'; readonly value: Expression; readonly type: TypeName }
    /** `f(a := 1)`: an argument by the name of its parameter. */
    | { readonly kind: 'named'; readonly name: Identifier; readonly value: Expression }
    /** `JSON_OBJECT(KEY key VALUE value)` */
    | { readonly kind: 'keyed'; readonly key: Expression; readonly value: Expression }
  );

/** What stands behind OVER: the name of a window, or a window. */
export type Over = (Span & { readonly kind: 'named'; readonly name: Identifier }) | WindowSpecification;

export type WindowSpecification = Span & {
  readonly kind: 'window';
  /** The window that this one goes on from. */
  readonly base: Identifier | null;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[] | 'all';
  readonly frame: FrameClause | null;
};

export type FrameClause = Span & {
  readonly unit: 'rows' | 'range' | 'groups';
  readonly from: FrameLimit;
  readonly to: FrameLimit;
  readonly exclude: 'row' | 'group' | 'ties' | null;
};

/** `unbounded` and `offset` say on which side of the row. */
export type FrameLimit = Span &
  (
    | { readonly kind: 'current' }
    | { readonly kind: 'unbounded'; readonly side: 'preceding' | 'following' }
    | { readonly kind: 'offset'; readonly side: 'preceding' | 'following'; readonly value: Expression }
  );

export type CallExpression = Span & {
  readonly kind: 'call';
  /** Dotted as written. */
  readonly name: string;
  readonly nameEnd: number;
  readonly args: readonly Expression[];
  /** Of `quantile(0.9)(x)`: the first list; null when there is one list only. */
  readonly parameters: readonly Expression[] | null;
  readonly distinct: boolean;
  readonly filter: Expression | null;
  readonly orderBy: readonly SortItem[];
  /** null: no OVER. */
  readonly over: Over | null;
  readonly nulls: 'ignore' | 'respect' | null;
};

export type SortItem = {
  readonly value: Expression;
  readonly descending: boolean;
  readonly nulls: 'first' | 'last' | null;
  readonly fill: Fill | null;
};

/** WITH FILL: rows for values of the sort key that are missing. */
export type Fill = Span & {
  readonly from: Expression | null;
  readonly to: Expression | null;
  readonly step: Expression | null;
  readonly staleness: Expression | null;
};

/** A node of one kind. */
export type ExpressionOf<K extends Expression['kind']> = Extract<Expression, { kind: K }>;
