/**
 * The shape of a row in the function tables. Two levels, on purpose:
 *
 * - an **implementation** is what plans name: one id, one exact semantics, fixed lanes, no overloads;
 * - a **function** is what users name: its spellings per dialect, and `resolve`, which picks the
 *   implementation for given argument types and says which casts come first.
 *
 * Documentation, `system.functions`, completion and tests are made from the function rows.
 */

import type { Expr } from '../plan/expr.ts';
import type { Lane, LogicalType, Value } from '../type/type.ts';

export type Dialect = 'standard' | 'druid' | 'clickhouse';

/**
 * What `evaluate` sees: i64 lanes as number (exact up to 2^53; the executor raises an error beyond) unless the
 * row says `integers: 'bigint'`; f64 as number; bool as boolean; str as string. NULL is null.
 */
export type Scalar = null | boolean | number | bigint | string;

export type Implementation = {
  readonly id: string;
  /** Lanes taken; when `variadic`, the last lane repeats. */
  readonly args: readonly Lane[];
  readonly variadic?: boolean;
  readonly result: Lane;
  /** 'propagate': NULL in, NULL out, `evaluate` never sees null. 'custom': `evaluate` handles null itself. */
  readonly nulls: 'propagate' | 'custom';
  /** False for draws at random and what has an effect: not folded, not run once per distinct value. */
  readonly deterministic: boolean;
  readonly integers?: 'number' | 'bigint';
  /** Arguments that arrive as bigints where no number holds them (ticks), instead of raising an error. */
  readonly wide?: readonly number[];
  /** Some of its texts are types (type/literal.ts), so that no other text can stand for them. */
  readonly takesTypes?: boolean;
  /** The value for one row. The truth that kernels are tested against. May throw a BasaltError. */
  readonly evaluate: (...args: readonly never[]) => Scalar;
};

/** How a function is applied once its argument types are known: arguments are cast, then one of the two. */
export type Resolution = {
  /** Type each argument is cast to first; same length as the arguments. */
  readonly casts: readonly LogicalType[];
} & (Application | Expansion);

/** One implementation is called. */
export type Application = {
  /** Implementation id. */
  readonly fn: string;
  readonly type: LogicalType;
  /** Literal arguments appended after the user's (a time zone, a precision, a unit width). */
  readonly extra?: readonly Literal[];
  /** Aggregates: what the call takes besides its arguments (plan/expr.ts). */
  readonly params?: readonly number[];
  /** Aggregates: `count(DISTINCT x)` under a name of its own. */
  readonly distinct?: boolean;
  /** Aggregates: what the cast arguments, without the filter, become before they are passed on. */
  readonly prepare?: (args: readonly Expr[]) => readonly Expr[];
  /** Aggregates: what becomes of the result, outside of the aggregation. */
  readonly finish?: (result: Expr) => Expr;
  /** Aggregates: this argument is the FILTER (`sumIf(x, condition)`) and not passed on. */
  readonly filterArg?: number;
  readonly build?: undefined;
};

/** Scalars that are made of other functions: `ifNull` is `coalesce`, `TIME_FLOOR` one of two cuts. */
export type Expansion = { readonly build: (args: readonly Expr[]) => Expr; readonly fn?: undefined };

export type Literal = { readonly value: Value; readonly type: LogicalType };

/** Keys and values of a lookup of Druid's. */
export type LookupEntries = readonly (readonly [key: string, value: string | null])[];

/** What a call has to know of a dictionary. */
export type AskedDictionary = {
  readonly tableId: number;
  readonly columns: readonly {
    readonly name: string;
    readonly type: LogicalType;
    readonly defaultValue: Value;
  }[];
  /** So many columns are the key. */
  readonly keys: number;
  readonly keyKind: 'value' | 'tuple' | 'prefix';
  readonly range: { readonly from: number; readonly to: number } | null;
  readonly parent: number | null;
};

export type ResolveContext = {
  readonly dialect: Dialect;
  readonly timeZone: string;
  /** Milliseconds since the epoch, INT64: one value for the whole statement, or that of each row's writing in a table's definition. */
  readonly nowMs: Expr;
  /** The type that a text names in the dialect; absent where nobody reads types. */
  readonly typeNamed?: (name: string) => LogicalType;
  /** A function of the dialect applied, for functions that are made of others; absent where none are bound. */
  readonly call?: (name: string, args: readonly Expr[]) => Expr;
  /** The row of an aggregate by its name. */
  readonly aggregateNamed?: (name: string) => FunctionRow | undefined;
  /** A lookup of the database; undefined where there is none. */
  readonly lookupNamed?: (name: string) => LookupEntries | undefined;
  /** A dictionary of the database; undefined where there is none. */
  readonly dictionaryNamed?: (name: string) => AskedDictionary | undefined;
  /** A value in another type as the dialect casts it; absent where none are bound. */
  readonly castTo?: (value: Expr, to: LogicalType) => Expr;
  /** Of `quantile(0.9)(x)`: the first list. */
  readonly parameters?: readonly Value[];
  /** Theirs; absent where none is a list. */
  readonly parameterTypes?: readonly LogicalType[];
};

/** An argument as `resolve` sees it; `value` is set when it is a literal. */
export type Argument = {
  readonly type: LogicalType;
  readonly value?: Value;
  /** It is a lambda with so many parameters; the type is that of what it gives. */
  readonly parameters?: number;
};

/** Types of a lambda's parameters, from the arguments that are none; undefined: it cannot have so many. */
export type LambdaParameters = (
  others: readonly Argument[],
  parameters: number,
  context: ResolveContext,
) => readonly LogicalType[] | undefined;

/** Picks an implementation for arguments of these types; undefined: they do not fit. */
export type Resolve = (args: readonly Argument[], context: ResolveContext) => Resolution | undefined;

/** A function as a line of a table; names alone are ClickHouse's. */
export type TableRow<Names = readonly string[]> = readonly [
  names: Names,
  resolve: Resolve,
  syntax: string,
  doc: string,
  sql: string,
  result: string,
];

/** A function in the SQL of the standard dialect: a call is the text with the arguments in the place of the parameters, bound where it stands. */
export type WrittenFunction = {
  /** Texts of defaults; null: none. */
  readonly parameters: readonly { readonly name: string; readonly defaultText: string | null }[];
  readonly text: string;
};

export type FunctionRow = {
  /**
   * Spellings; the first of each list is the one documentation shows. Case does not matter in standard and
   * Druid; in ClickHouse it does not matter for names that are all lower case here.
   */
  readonly names: Partial<Record<Dialect, readonly string[]>>;
  readonly kind: 'scalar' | 'aggregate' | 'window';
  /** It takes a list of parameters before its arguments, always or if it is given. */
  readonly parametric?: boolean;
  /** Lists are among its parameters. */
  readonly takesLists?: boolean;
  /** True where the first argument is a unit word (`DATEDIFF(day, a, b)`), which arrives as a string literal. */
  readonly unitFirst?: boolean;
  /** A name in the place of the first argument is its text: `dictGet(d, ...)`. */
  readonly nameFirst?: boolean;
  /** Behind the arguments comes one more, the list of their names as a text of JSON. */
  readonly namesArguments?: boolean;
  /** A truth that it gives is ClickHouse's Bool instead of UInt8. */
  readonly givesBool?: boolean;
  /** An argument that is an INTERVAL of one unit comes as two: its count, and the unit as a literal. */
  readonly splitsIntervals?: boolean;
  /** It sees multi-value strings whole; others see one of their values at a time. */
  readonly takesMulti?: boolean;
  /** It sees what is at a path of JSON with its type (ClickHouse's Dynamic); others see its text. */
  readonly takesDynamic?: boolean;
  /** Druid: the column `__time` follows the first argument, unless that is a state. */
  readonly byRowTime?: boolean;
  /** It draws at random: whoever binds a call names what it draws (plan/draw.ts). */
  readonly draws?: boolean;
  /** Set where an argument may be a lambda; `build` gets it as plan/lambda.ts has it. */
  readonly lambda?: LambdaParameters;
  /** In the standard dialect: what calls with so many arguments are instead of what `resolve` makes of them. */
  readonly written?: readonly WrittenFunction[];
  readonly resolve: Resolve;
  /** For error texts and documentation: `substring(text, from [, count])`. */
  readonly syntax: string;
  readonly doc: string;
  /** SQL of the row's first dialect and its result as text; runs in a test. */
  readonly example: { readonly sql: string; readonly result: string };
};
