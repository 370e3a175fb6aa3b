/*
 * Which words may be names, and where. `identifier` fits where a name must come anyway; `bareAlias` (an alias
 * without AS) leaves out the words that could go on with the query instead.
 */
parser grammar Names;

qualifiedName : identifier (Dot identifier)* ;

identifier : bareAlias | continuing ;

/* ClickHouse: a column of a Nested has a dot in its name. */
columnName : identifier (Dot identifier)* ;

/* Not reserved, and nothing that may follow an expression or a table. */
bareAlias
  : Identifier | QuotedIdentifier
  | ADD | AFTER | ALIAS | ALTER | ANALYZE | APPLY | ASYNC | AT | ATTACH | BEGIN | BIDIRECTIONAL | BOTH | BY | CAST | CHARACTER | CHECK | CLEAR | CLONE | CLUSTER
  | CODEC | COLUMN | COLUMNS | COMMENT | COMMIT | COPY | CUBE | CURRENT | DATA | DATABASE | DATABASES | DATE | DAY | DAYS | DEDUPLICATE | DEFINER | DELETE
  | DESCRIBE | DETACH | DETACHED | DICTIONARIES | DICTIONARY | DOUBLE | DROP | EMPTY | ENGINE | EPHEMERAL | EXCHANGE | EXISTS | EXPLAIN | EXPRESSION | EXTEND | EXTRACT
  | FIRST | FOLLOWING | FOREIGN | FREEZE | FUNCTION | GRANT | GRANULARITY | GROUPING | GROUPS | HIERARCHICAL | HOUR | HOURS | IF | IGNORE | INDEX | INJECTIVE | INSERT
  | INTERPOLATE | INTERVAL | IS_OBJECT_ID | KEY | KILL | LAMBDA | LAST | LATERAL | LAYOUT | LEADING | LIFETIME | LOCAL | MACRO | MATERIALIZE | MATERIALIZED | MICROSECOND | MICROSECONDS | MILLISECOND
  | MILLISECONDS | MINUTE | MINUTES | MODIFY | MONTH | MONTHS | MOVE | NANOSECOND | NANOSECONDS | NEXT | NO | NULLS | ONLY | OPTIMIZE
  | OTHERS | OVERWRITE | PART | PARTITION | PLAN | PRAGMA | PRECEDING | PRECISION | PROJECTION | QUARTER | QUARTERS | QUERY | RANGE
  | RECURSIVE | REFERENCES | REMOVE | RENAME | REPLACE | RESET | RESPECT | REVOKE | ROLLBACK | ROLLUP | ROW | ROWS | SCHEMA | SCHEMAS
  | SECOND | SECONDS | SECURITY | SETS | SETTING | SHOW | SOME | SOURCE | STALENESS | START | STEP | SUBSTRING | SUMMARIZE | SYNC | SYSTEM | TABLES | TEMP | TEMPORARY | TEST | TIES | TIME
  | TIMESTAMP | TOTALS | TRAILING | TRANSACTION | TRIM | TRUNCATE | TRY_CAST | TTL | TYPE | UNBOUNDED | UNDROP | UNKNOWN | UPDATE | USE
  | VALUE | VARYING | VIEW | WEEK | WEEKS | WITHIN | YEAR | YEARS | ZONE
  ;

/* Names after AS, a dot or a keyword that wants one; elsewhere they continue the query. */
continuing
  : ANTI | ANY | ARRAY | ASC | ASCENDING | ASOF | CLUSTERED | COLLATE | DEFAULT | DESC | DESCENDING | DIV | ESCAPE | EXCLUDE | FETCH | FILL | FILTER | FINAL | FOR
  | FORMAT | GLOB | GLOBAL | ISNULL | MOD | NATURAL | NOTNULL | OFFSET | OVER | PARTITIONED | PIVOT | PIVOT_LONGER | PIVOT_WIDER | PREWHERE | PRIMARY | QUALIFY | RETURNING | SAMPLE
  | SEMI | SET | SETTINGS | SIMILAR | TABLE | TABLESAMPLE | TO | UNIQUE | UNPIVOT | VALUES | WINDOW | WITHOUT
  ;

typeName : typeHead (LeftParen typeArgument (Comma typeArgument)* RightParen)? typeTail? ARRAY? (LeftBracket IntegerLiteral? RightBracket)* ;

typeHead : DOUBLE PRECISION | CHARACTER VARYING | identifier | NULL ;

typeTail : (WITH | WITHOUT) (TIME | LOCAL TIME) ZONE ;

typeArgument
  : StringLiteral (Equal Minus? IntegerLiteral)?
  | IntegerLiteral
  | DecimalLiteral
  | identifier Equal IntegerLiteral
  | identifier typeName
  | typeName
  ;
