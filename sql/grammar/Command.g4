/* INSERT and the commands around a session. */
parser grammar Command;

insert
  : (INSERT | REPLACE) INTO TABLE? (FUNCTION tableFunction | qualifiedName)
    (LeftParen (columnName (Comma columnName)* Comma? | allBut) RightParen)?
    (SETTINGS setting (Comma setting)*)?
    (OVERWRITE (ALL | WHERE expression))?
    (BY by = identifier)?
    (FORMAT identifier | DEFAULT VALUES | FORMAT? query)
    returning?
    (PARTITIONED BY (ALL TIME? | expression))? (CLUSTERED BY sortItem (Comma sortItem)*)?
  ;

allBut : Star EXCEPT (identifier | LeftParen identifier (Comma identifier)* RightParen) ;

show
  : SHOW ALL TABLES
  | SHOW FULL? temporary? TABLES ((FROM | IN) identifier)? (NOT? (LIKE | ILIKE) StringLiteral)?
  | SHOW (DATABASES | SCHEMAS) (NOT? (LIKE | ILIKE) StringLiteral)?
  | SHOW CREATE DATABASE database = identifier
  | SHOW DICTIONARIES ((FROM | IN) identifier)? (NOT? (LIKE | ILIKE) StringLiteral)?
  | SHOW CREATE (temporary? (TABLE | VIEW) | DICTIONARY)? qualifiedName
  | SHOW word = Identifier? FULL? ofTable = (COLUMNS | INDEX | Identifier) (FROM | IN) qualifiedName ((FROM | IN) identifier)?
    (NOT? (LIKE | ILIKE) StringLiteral)?
  | SHOW word = Identifier? list = (SETTINGS | Identifier) (LIKE | ILIKE) StringLiteral
  | SHOW one = SETTING identifier
  | SHOW identifier (FOR identifier)?
  ;

describe : (DESCRIBE | DESC) ((TABLE | VIEW)? (tableFunction | qualifiedName | QueryParen query RightParen) | query) ;

summarize : SUMMARIZE (qualifiedName | query) ;

pragma : PRAGMA identifier (LeftParen (StringLiteral | identifier) RightParen)? ;

exists : EXISTS (temporary? (TABLE | VIEW) | DATABASE | DICTIONARY)? qualifiedName ;

use : USE (DATABASE | SCHEMA)? identifier ;

setSettings : SET (setting (Comma setting)* | TIME ZONE Equal? (StringLiteral | identifier)) ;

explain : EXPLAIN (ANALYZE | PLAN FOR | explainForm | explainForm? setting (Comma setting)* | explainOptions)? statementBody ;

explainForm : PLAN | Identifier | QUERY Identifier ;

explainOptions : LeftParen explainOption (Comma explainOption)* RightParen ;

explainOption : identifier (identifier | TRUE | FALSE | IntegerLiteral)? ;

optimize : OPTIMIZE TABLE? qualifiedName onCluster? partitionRef? FINAL? (DEDUPLICATE (BY selectItem (Comma selectItem)*)?)? ;

check : CHECK TABLE qualifiedName partitionRef? ;

/* ClickHouse wants the cluster before the table. */
system : SYSTEM identifier+ (onCluster identifier?)? (Dot identifier)? (Comma qualifiedName)* ;

kill : KILL QUERY onCluster? WHERE expression (SYNC | ASYNC | TEST)? ;

copy
  : COPY (QueryParen query RightParen | qualifiedName (LeftParen identifier (Comma identifier)* RightParen)?) (TO | FROM) StringLiteral
    WITH? (LeftParen copyOption (Comma copyOption)* RightParen)?
  ;

copyOption : identifier (settingValue | LeftParen identifier (Comma identifier)* RightParen)? ;

/* Known to other databases, refused by name in sql/parse/refuse.ts. */
unsupported
  : (ATTACH | BEGIN | COMMIT | DETACH | GRANT | REVOKE | ROLLBACK | UNDROP | START) ~EOF*
  | ALTER ~(TABLE | VIEW | DATABASE) ~EOF*
  | RENAME ~(TABLE | DATABASE | DICTIONARY) ~EOF*
  | EXCHANGE ~TABLES ~EOF*
  | KILL ~QUERY ~EOF*
  | CREATE (OR REPLACE)? (temporary Identifier | MATERIALIZED | TYPE | Identifier) ~EOF*
  ;
