/**
 * The one table of errors. Every failure a user can see is a row here, so that the Druid door, the
 * ClickHouse door, the library and the documentation tell the same story in their own words.
 *
 * Invariant: nothing in Basalt throws a bare `Error` at a user. `class` says who must act: the author of the
 * query or request (query, access, limit), the owner of the data (data, storage), or us (internal).
 */

export type ErrorClass = 'query' | 'access' | 'limit' | 'data' | 'storage' | 'internal';

/** Druid's error categories (druid.md section 2). Each has one HTTP status. */
export type DruidCategory =
  | 'INVALID_INPUT'
  | 'UNAUTHORIZED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'CAPACITY_EXCEEDED'
  | 'CANCELED'
  | 'RUNTIME_FAILURE'
  | 'DEFENSIVE'
  | 'UNSUPPORTED'
  | 'SERVICE_UNAVAILABLE'
  | 'TIMEOUT';

export type ErrorRow = {
  readonly class: ErrorClass;
  /** ClickHouse's number; its name is the row's key. */
  readonly code: number;
  readonly druid: DruidCategory;
  /** HTTP status of ClickHouse's interface; the Druid door derives its own from `druid`. */
  readonly status: number;
  readonly doc: string;
};

const row = (cls: ErrorClass, code: number, druid: DruidCategory, status: number, doc: string): ErrorRow => ({
  class: cls,
  code,
  druid,
  status,
  doc,
});

export const ERRORS = {
  BAD_ARGUMENTS: row('query', 36, 'INVALID_INPUT', 400, 'An argument has a value that cannot be used.'),
  BAD_GET: row(
    'query',
    170,
    'INVALID_INPUT',
    400,
    'A literal is of another type than the one that is wanted.',
  ),
  REFRESH_FAILED: row(
    'query',
    730,
    'RUNTIME_FAILURE',
    500,
    'The last refresh of a materialized view failed.',
  ),
  CANNOT_CONVERT_TYPE: row(
    'query',
    70,
    'INVALID_INPUT',
    400,
    'A value cannot become one of the type that is wanted.',
  ),
  UNSUPPORTED_METHOD: row('query', 1, 'INVALID_INPUT', 400, 'What is asked cannot do this.'),
  INCORRECT_DICTIONARY_DEFINITION: row(
    'query',
    489,
    'INVALID_INPUT',
    400,
    'The definition of a dictionary lacks a clause, or names an attribute that it has not.',
  ),
  UNKNOWN_ELEMENT_IN_CONFIG: row(
    'query',
    137,
    'INVALID_INPUT',
    400,
    'A dictionary has a source or a layout that there is none of.',
  ),
  DICTIONARY_ALREADY_EXISTS: row('query', 387, 'INVALID_INPUT', 400, 'A dictionary of this name exists.'),
  CANNOT_DETACH_DICTIONARY_AS_TABLE: row(
    'query',
    520,
    'INVALID_INPUT',
    400,
    'A dictionary was to be dropped as if it was a table.',
  ),
  UNKNOWN_CODEC: row('query', 432, 'INVALID_INPUT', 400, 'No codec has this name.'),
  ILLEGAL_SYNTAX_FOR_CODEC_TYPE: row(
    'query',
    431,
    'INVALID_INPUT',
    400,
    'A codec got too many or too few arguments, or a column whose type it is not for.',
  ),
  ILLEGAL_CODEC_PARAMETER: row(
    'query',
    433,
    'INVALID_INPUT',
    400,
    'An argument of a codec has a value that it cannot have.',
  ),
  DATA_TYPE_CANNOT_HAVE_ARGUMENTS: row(
    'query',
    378,
    'INVALID_INPUT',
    400,
    'A type or a codec without arguments was given some.',
  ),
  ILLEGAL_TYPE_OF_ARGUMENT: row(
    'query',
    43,
    'INVALID_INPUT',
    400,
    'A function got an argument of a type it does not take.',
  ),
  NUMBER_OF_ARGUMENTS_DOESNT_MATCH: row(
    'query',
    42,
    'INVALID_INPUT',
    400,
    'A function got too many or too few arguments.',
  ),
  UNKNOWN_FUNCTION: row('query', 46, 'INVALID_INPUT', 404, 'No function has this name in this dialect.'),
  UNKNOWN_IDENTIFIER: row('query', 47, 'INVALID_INPUT', 404, 'No column or alias has this name here.'),
  NOT_IMPLEMENTED: row('query', 48, 'UNSUPPORTED', 501, 'Basalt understands this but does not do it.'),
  UNKNOWN_TYPE: row('query', 50, 'INVALID_INPUT', 404, 'No data type has this name.'),
  TYPE_MISMATCH: row('query', 53, 'INVALID_INPUT', 400, 'Two types that must agree do not.'),
  UNKNOWN_STORAGE: row('query', 56, 'INVALID_INPUT', 404, 'No table engine has this name.'),
  TABLE_ALREADY_EXISTS: row('query', 57, 'CONFLICT', 500, 'A table of this name exists.'),
  UNKNOWN_TABLE: row('query', 60, 'INVALID_INPUT', 404, 'No table has this name.'),
  FILE_ALREADY_EXISTS: row('query', 504, 'INVALID_INPUT', 409, 'A file or folder of this name is there.'),
  FILE_DOESNT_EXIST: row('query', 107, 'INVALID_INPUT', 404, 'No file has this name.'),
  SYNTAX_ERROR: row('query', 62, 'INVALID_INPUT', 400, 'The text is not a statement of this dialect.'),
  CANNOT_PARSE_TEXT: row('query', 6, 'INVALID_INPUT', 400, 'A text is not of the form that is wanted.'),
  CANNOT_PARSE_IPV4: row('query', 675, 'INVALID_INPUT', 400, 'A text is no IPv4 address.'),
  CANNOT_PARSE_IPV6: row('query', 676, 'INVALID_INPUT', 400, 'A text is no IPv6 address.'),
  ARGUMENT_OUT_OF_BOUND: row(
    'query',
    69,
    'INVALID_INPUT',
    400,
    'A parameter of a function is out of its bounds.',
  ),
  PARAMETER_OUT_OF_BOUND: row(
    'query',
    12,
    'INVALID_INPUT',
    400,
    'A parameter of a function is out of its range.',
  ),
  AGGREGATE_FUNCTION_DOESNT_ALLOW_PARAMETERS: row(
    'query',
    133,
    'INVALID_INPUT',
    400,
    'The aggregate takes no parameters before its arguments.',
  ),
  FUNCTION_CANNOT_HAVE_PARAMETERS: row(
    'query',
    309,
    'INVALID_INPUT',
    400,
    'Only some functions take parameters before their arguments.',
  ),
  UNKNOWN_AGGREGATE_FUNCTION: row('query', 63, 'INVALID_INPUT', 404, 'No aggregate function has this name.'),
  FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: row(
    'query',
    395,
    'INVALID_INPUT',
    400,
    'The condition of throwIf holds for a row.',
  ),
  UNKNOWN_FORMAT: row('query', 73, 'INVALID_INPUT', 404, 'No format has this name.'),
  INVALID_USAGE_OF_INPUT: row('query', 477, 'INVALID_INPUT', 400, 'input() has no rows that it could read.'),
  DATABASE_ALREADY_EXISTS: row('query', 82, 'INVALID_INPUT', 400, 'A schema has this name already.'),
  UNKNOWN_DATABASE: row('query', 81, 'INVALID_INPUT', 404, 'No schema has this name.'),
  UNKNOWN_SETTING: row('query', 115, 'INVALID_INPUT', 404, 'No setting has this name.'),
  INVALID_SETTING_VALUE: row('query', 36, 'INVALID_INPUT', 400, 'A setting has a value that cannot be used.'),
  ILLEGAL_AGGREGATION: row('query', 184, 'INVALID_INPUT', 400, 'An aggregate stands where none can.'),
  INVALID_PARTITION_VALUE: row(
    'query',
    248,
    'INVALID_INPUT',
    400,
    'A partition is named in a way its key does not have.',
  ),
  INVALID_LIMIT_EXPRESSION: row(
    'query',
    440,
    'INVALID_INPUT',
    400,
    'A LIMIT or OFFSET is no number of rows.',
  ),
  INVALID_WITH_FILL_EXPRESSION: row(
    'query',
    475,
    'INVALID_INPUT',
    400,
    'WITH FILL has bounds or a step that make no rows.',
  ),
  THERE_IS_NO_COLUMN: row(
    'query',
    8,
    'INVALID_INPUT',
    400,
    'A view gives a column that its table has not, or DEDUPLICATE BY lacks one of a key.',
  ),
  VIOLATED_CONSTRAINT: row('data', 469, 'INVALID_INPUT', 400, 'A row is not what the table says rows are.'),
  SAMPLING_NOT_SUPPORTED: row(
    'query',
    141,
    'INVALID_INPUT',
    400,
    'The table has no key that a sample could go by.',
  ),
  ILLEGAL_FINAL: row('query', 181, 'INVALID_INPUT', 400, 'The table has no rows that FINAL could make one.'),
  BAD_TYPE_OF_FIELD: row(
    'query',
    169,
    'INVALID_INPUT',
    400,
    'A column has a type that its role does not allow.',
  ),
  DATA_TYPE_CANNOT_BE_USED_IN_KEY: row('query', 549, 'INVALID_INPUT', 400, 'A type that no key may have.'),
  INCORRECT_RESULT_OF_SCALAR_SUBQUERY: row(
    'query',
    125,
    'INVALID_INPUT',
    400,
    'A subquery that stands for one value gave several rows.',
  ),
  NOT_AN_AGGREGATE: row('query', 215, 'INVALID_INPUT', 400, 'A column is neither grouped by nor aggregated.'),
  AMBIGUOUS_IDENTIFIER: row('query', 207, 'INVALID_INPUT', 400, 'A name fits more than one column.'),
  CANNOT_UPDATE_COLUMN: row(
    'query',
    420,
    'INVALID_INPUT',
    400,
    'A column that sorts or partitions rows was assigned to.',
  ),
  MULTIPLE_ASSIGNMENTS_TO_COLUMN: row('query', 419, 'INVALID_INPUT', 400, 'An UPDATE names a column twice.'),
  BAD_TTL_EXPRESSION: row('query', 450, 'INVALID_INPUT', 400, 'A TTL says no time, or says too many.'),
  INCORRECT_QUERY: row('query', 80, 'INVALID_INPUT', 400, 'A clause says something that means nothing.'),
  ILLEGAL_INDEX: row('query', 127, 'INVALID_INPUT', 400, 'An index cannot be as it was asked for.'),
  ILLEGAL_PROJECTION: row('query', 583, 'INVALID_INPUT', 400, 'A projection cannot be as it was asked for.'),
  NO_SUCH_PROJECTION_IN_TABLE: row('query', 582, 'NOT_FOUND', 404, 'A table has no projection of that name.'),
  PROJECTION_NOT_USED: row(
    'query',
    584,
    'INVALID_INPUT',
    400,
    'A query uses no projection although it has to.',
  ),
  SUPPORT_IS_DISABLED: row('query', 344, 'UNSUPPORTED', 400, 'It is there, but not for this table.'),
  INDEX_NOT_USED: row(
    'query',
    277,
    'INVALID_INPUT',
    400,
    'A query does not use an index that it has to use.',
  ),
  ILLEGAL_COLUMN: row('query', 44, 'INVALID_INPUT', 400, 'The column cannot be used like this.'),
  DUPLICATE_COLUMN: row('query', 15, 'INVALID_INPUT', 400, 'A column is named twice.'),
  NO_SUCH_COLUMN_IN_TABLE: row('query', 16, 'INVALID_INPUT', 404, 'The table has no such column.'),
  UNKNOWN_QUERY_PARAMETER: row(
    'query',
    456,
    'INVALID_INPUT',
    400,
    'A parameter used in the query was not given.',
  ),
  BAD_QUERY_PARAMETER: row('query', 457, 'INVALID_INPUT', 400, 'A parameter value does not fit its type.'),
  NOT_FOUND_COLUMN_IN_BLOCK: row(
    'query',
    10,
    'INVALID_INPUT',
    404,
    'ALTER names a column that is not there.',
  ),
  INCOMPATIBLE_COLUMNS: row(
    'query',
    122,
    'CONFLICT',
    400,
    'Two tables that must be alike are not, or one was altered.',
  ),
  NO_SUCH_DATA_PART: row('query', 232, 'INVALID_INPUT', 404, 'No part has this name.'),
  ILLEGAL_TYPE_OF_COLUMN_FOR_FILTER: row(
    'query',
    59,
    'INVALID_INPUT',
    400,
    'A condition, or what a sample goes by, is of a type that cannot be it.',
  ),
  CYCLIC_ALIASES: row('query', 174, 'INVALID_INPUT', 400, 'A name is defined by itself.'),
  ALTER_OF_COLUMN_IS_FORBIDDEN: row(
    'query',
    524,
    'INVALID_INPUT',
    400,
    'A key of the table needs the column as it is.',
  ),
  ILLEGAL_DIVISION: row('query', 153, 'INVALID_INPUT', 400, 'Division by zero.'),
  DECIMAL_OVERFLOW: row('query', 407, 'INVALID_INPUT', 400, 'An arithmetic result does not fit its type.'),
  VALUE_IS_OUT_OF_RANGE: row(
    'query',
    321,
    'INVALID_INPUT',
    400,
    'A value does not fit the type it goes into.',
  ),
  SIZES_OF_ARRAYS_DONT_MATCH: row(
    'query',
    190,
    'INVALID_INPUT',
    500,
    'Arrays that are walked together have different lengths.',
  ),
  TOO_LARGE_STRING_SIZE: row('data', 131, 'INVALID_INPUT', 500, 'A text is longer than its type allows.'),
  CANNOT_COMPILE_REGEXP: row('query', 427, 'INVALID_INPUT', 400, 'The regular expression is wrong.'),
  QUERY_IS_TOO_LARGE: row('limit', 66, 'INVALID_INPUT', 413, 'The query text is longer than allowed.'),
  FUNCTION_ALREADY_EXISTS: row('query', 609, 'CONFLICT', 500, 'A function of this name exists.'),
  TOO_DEEP: row('limit', 167, 'INVALID_INPUT', 400, 'The query is nested deeper than allowed.'),
  READONLY_SETTING: row('query', 472, 'INVALID_INPUT', 400, 'A setting of a table cannot change any more.'),
  READONLY: row('access', 164, 'FORBIDDEN', 500, 'The request may only read.'),
  ACCESS_DENIED: row('access', 497, 'FORBIDDEN', 403, 'The user may not do this.'),
  AUTHENTICATION_FAILED: row('access', 516, 'UNAUTHORIZED', 403, 'Wrong user or password.'),
  PATH_ACCESS_DENIED: row(
    'access',
    481,
    'FORBIDDEN',
    403,
    'The file or host is outside what the server may read.',
  ),
  INVALID_SPEC: row('query', 36, 'INVALID_INPUT', 400, 'An ingestion spec has a wrong or missing field.'),
  NOT_FOUND: row('query', 60, 'NOT_FOUND', 404, 'There is nothing under this id.'),
  CANNOT_PARSE_INPUT: row(
    'data',
    27,
    'INVALID_INPUT',
    400,
    'Input data is not in the format it was said to be.',
  ),
  INCORRECT_DATA: row('data', 117, 'INVALID_INPUT', 400, 'Input data does not fit the table.'),
  CANNOT_INSERT_NULL: row('data', 349, 'INVALID_INPUT', 400, 'NULL was given for a column that takes none.'),
  LOSSY_INTEGER: row('data', 70, 'INVALID_INPUT', 400, 'A 64-bit integer does not fit a JavaScript number.'),
  MEMORY_LIMIT_EXCEEDED: row(
    'limit',
    241,
    'CAPACITY_EXCEEDED',
    500,
    'The query needs more memory than it may have.',
  ),
  TOO_MANY_SIMULTANEOUS_QUERIES: row('limit', 202, 'CAPACITY_EXCEEDED', 503, 'The server is full.'),
  OPENSSL_ERROR: row('data', 454, 'RUNTIME_FAILURE', 400, 'What was to be decrypted is not of this key.'),
  TOO_MANY_PARTS: row('limit', 252, 'CAPACITY_EXCEEDED', 503, 'Merges cannot keep up with inserts.'),
  LIMIT_EXCEEDED: row('limit', 290, 'CAPACITY_EXCEEDED', 500, 'A bound of the settings table was reached.'),
  TOO_SLOW: row('limit', 160, 'CAPACITY_EXCEEDED', 500, 'The work grew beyond what is tried.'),
  TIMEOUT_EXCEEDED: row('limit', 159, 'TIMEOUT', 408, 'The query ran longer than allowed.'),
  ABORTED: row(
    'internal',
    236,
    'RUNTIME_FAILURE',
    500,
    'What did the work ended before it was done; it may be tried again.',
  ),
  QUERY_WAS_CANCELLED: row('query', 394, 'CANCELED', 500, 'The query was cancelled.'),
  CORRUPTED_DATA: row('storage', 246, 'RUNTIME_FAILURE', 500, 'A file is damaged.'),
  CANNOT_WRITE: row('storage', 75, 'RUNTIME_FAILURE', 500, 'A write to disk failed.'),
  CANNOT_READ: row('storage', 74, 'RUNTIME_FAILURE', 500, 'A read from disk failed.'),
  FOLDER_LOCKED: row('storage', 76, 'CONFLICT', 500, 'Another process owns the data folder.'),
  UNSUPPORTED_VERSION: row('storage', 1, 'UNSUPPORTED', 501, 'The data was written by a newer version.'),
  TABLE_IS_READ_ONLY: row(
    'storage',
    242,
    'SERVICE_UNAVAILABLE',
    500,
    'Writes stopped after a failed sync; restart to recover.',
  ),
  MERGES_STOPPED: row(
    'query',
    236,
    'UNSUPPORTED',
    400,
    'Merges of the table were stopped by SYSTEM STOP MERGES.',
  ),
  CANNOT_GET_CREATE_TABLE_QUERY: row('query', 390, 'NOT_FOUND', 500, 'No detached table has this name.'),
  CANNOT_ASSIGN_OPTIMIZE: row('query', 388, 'CONFLICT', 500, 'OPTIMIZE found nothing to do.'),
  TABLE_SIZE_EXCEEDS_MAX_DROP_SIZE_LIMIT: row(
    'limit',
    359,
    'CAPACITY_EXCEEDED',
    500,
    'More would be dropped than the settings allow.',
  ),
  CANNOT_EXTRACT_TABLE_STRUCTURE: row(
    'query',
    636,
    'INVALID_INPUT',
    400,
    'Nothing says which columns there are.',
  ),
  INCOMPATIBLE_TYPE_OF_JOIN: row(
    'query',
    264,
    'INVALID_INPUT',
    400,
    'The table is made for joins of another kind.',
  ),
  UNKNOWN_USER: row('query', 192, 'INVALID_INPUT', 403, 'No user has this name.'),
  QUERY_IS_NOT_SUPPORTED_IN_MATERIALIZED_VIEW: row(
    'query',
    397,
    'UNSUPPORTED',
    400,
    'A materialized view cannot be that.',
  ),
  NO_ELEMENTS_IN_CONFIG: row('query', 139, 'INVALID_INPUT', 500, 'No macro has this name.'),
  CLUSTER_DOESNT_EXIST: row('query', 701, 'INVALID_INPUT', 400, 'No cluster has this name.'),
  SESSION_NOT_FOUND: row('query', 372, 'NOT_FOUND', 500, 'No session has this id.'),
  SESSION_IS_LOCKED: row('query', 373, 'CONFLICT', 500, 'Another statement of the session is running.'),
  INVALID_SESSION_TIMEOUT: row(
    'query',
    374,
    'INVALID_INPUT',
    500,
    'A session may not wait that long for its next statement.',
  ),
  DATABASE_CLOSED: row('query', 236, 'SERVICE_UNAVAILABLE', 500, 'The database was closed.'),
  LOGICAL_ERROR: row(
    'internal',
    49,
    'DEFENSIVE',
    500,
    'Basalt broke one of its own rules: please report it.',
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorName = keyof typeof ERRORS;

/** Where in a text (SQL, spec, input file) the trouble is. Lines and columns count from 1. */
export type Position = {
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** Zero-based offset in UTF-16 units, when known. */
  readonly offset?: number;
};

export class BasaltError extends Error {
  readonly errorName: ErrorName;
  readonly position: Position | undefined;
  readonly hint: string | undefined;

  constructor(
    errorName: ErrorName,
    message: string,
    options?: { position?: Position; hint?: string; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'BasaltError';
    this.errorName = errorName;
    this.position = options?.position;
    this.hint = options?.hint;
  }

  get row(): ErrorRow {
    return ERRORS[this.errorName];
  }

  /** Message with its hint, as every door prints it. */
  get text(): string {
    return this.hint === undefined ? this.message : `${sentence(this.message)} ${this.hint}`;
  }

  /** Plain data that survives a worker message; {@link fromData} brings it back. */
  toData(): ErrorData {
    return { errorName: this.errorName, message: this.message, position: this.position, hint: this.hint };
  }

  static fromData(data: ErrorData): BasaltError {
    return new BasaltError(data.errorName, data.message, { position: data.position, hint: data.hint });
  }

  /** Any thrown thing as a BasaltError; what we did not foresee becomes LOGICAL_ERROR. */
  static from(error: unknown): BasaltError {
    if (error instanceof BasaltError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new BasaltError('LOGICAL_ERROR', `Unexpected failure: ${message}`, { cause: error });
  }
}

/** The text with the full stop it lacks; one that ends in a question or a call has its end already. */
export const sentence = (text: string): string => {
  const trimmed = text.trimEnd();
  return /[.?!]$/.test(trimmed) ? trimmed : `${trimmed}.`;
};

/** Why a signal was raised, as an error of ours. */
export const cancelReason = ({ reason }: AbortSignal): BasaltError =>
  reason instanceof BasaltError ? reason : new BasaltError('QUERY_WAS_CANCELLED', 'The query was cancelled');

export type ErrorData = {
  readonly errorName: ErrorName;
  readonly message: string;
  readonly position: Position | undefined;
  readonly hint: string | undefined;
};

/** An invariant of our own code. Stays on in production. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BasaltError('LOGICAL_ERROR', `Invariant broken: ${message}`);
}

/** For the `default` of an exhaustive switch. */
export function unreachable(value: never): never {
  throw new BasaltError('LOGICAL_ERROR', `Unhandled case: ${JSON.stringify(value)}`);
}
