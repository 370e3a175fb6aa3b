/*
 * The one token vocabulary of all dialects. There is no ANTLR lexer: sql/parse/scanner.ts makes these tokens,
 * because strings, escapes, heredocs, quoting and comments differ by dialect and a hand scanner has no warm-up.
 *
 * Rule of names: ALL_CAPS is a keyword, spelled as its name; CamelCase is everything else. The scanner builds its
 * keyword table from this list. A new keyword goes here and, unless it is reserved, into Names.g4.
 */
parser grammar Vocabulary;

tokens {
  // everything that is not a keyword
  Identifier, QuotedIdentifier, StringLiteral, IntegerLiteral, DecimalLiteral, NumberedParameter,
  LeftParen, QueryParen, RightParen, LeftBracket, RightBracket, LeftBrace, RightBrace,
  Comma, Dot, Semicolon, Colon, DoubleColon, Question, Arrow,
  Plus, Minus, Star, Slash, DoubleSlash, Percent, Caret, DoublePipe,
  Equal, DoubleEqual, NotEqual, Less, LessEqual, Greater, GreaterEqual, NullSafeEqual, Tilde,

  // keywords
  ALIAS, ALL, ALTER, ANALYZE, AND, ANTI, ANY, ARRAY, AS, ASC, ASCENDING, ASOF, ASYNC, ATTACH, BEGIN, BETWEEN, BOTH, BY,
  CASE, CAST, CHARACTER, CHECK, CLUSTER, CLUSTERED, CODEC, COLLATE, COLUMNS, COMMENT, COMMIT, CONSTRAINT, CREATE, CROSS, CUBE,
  CURRENT, DATABASE, DATABASES, DATE, DAY, DAYS, DEDUPLICATE, DEFAULT, DELETE, DESC, DESCENDING, DESCRIBE, DETACH, DICTIONARY,
  DISTINCT, DIV, DOUBLE, DROP, ELSE, EMPTY, END, ENGINE, EPHEMERAL, ESCAPE, EXCEPT, EXCHANGE, EXISTS, EXPLAIN, EXTRACT,
  FALSE, FETCH, FILL, FILTER, FINAL, FIRST, FOLLOWING, FOR, FOREIGN, FORMAT, FROM, FULL, FUNCTION, GLOBAL, GRANT, GROUP,
  GROUPING, GROUPS, HAVING, HOUR, HOURS, IF, IGNORE, ILIKE, IN, INDEX, INNER, INSERT, INTERSECT, INTERVAL, INTO, IS, ISNULL,
  JOIN, KEY, KILL, LAST, LATERAL, LEADING, LEFT, LIKE, LIMIT, LOCAL, MATERIALIZED, MICROSECOND, MICROSECONDS, MILLISECOND,
  MILLISECONDS, MINUTE, MINUTES, MOD, MONTH, MONTHS, NANOSECOND, NANOSECONDS, NATURAL, NEXT, NOT, NOTNULL, NULL, NULLS,
  OFFSET, ON, ONLY, OPTIMIZE, OR, ORDER, OUTER, OVER, OVERWRITE, PARTITION, PARTITIONED, PLAN, PRECEDING, PRECISION, PREWHERE,
  PRIMARY, PROJECTION, QUALIFY, QUARTER, QUARTERS, QUERY, RANGE, RECURSIVE, REFERENCES, RENAME, REPLACE, RESPECT,
  REVOKE, RIGHT, ROLLBACK, ROLLUP, ROW, ROWS, SAMPLE, SCHEMA, SCHEMAS, SECOND, SECONDS, SELECT, SEMI, SET, SETS, SETTINGS, SHOW,
  SIMILAR, START, SUBSTRING, SYNC, SYSTEM, TABLE, TABLES, TEMPORARY, TEST, THEN, TIES, TIME, TIMESTAMP, TO, TOTALS, TRAILING,
  TRANSACTION, TRIM, TRUE, TRUNCATE, TRY_CAST, TTL, UNBOUNDED, UNION, UNIQUE, UNKNOWN, UPDATE, USE, USING, VALUES, VARYING,
  VIEW, WEEK, WEEKS, WHEN, WHERE, WINDOW, WITH, WITHIN, WITHOUT, YEAR, YEARS, ZONE
}
