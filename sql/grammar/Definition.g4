/* CREATE, DROP, TRUNCATE: statements about what there is. */
parser grammar Definition;

createTable
  : CREATE (OR REPLACE)? temporary? TABLE (IF NOT EXISTS)? qualifiedName onCluster?
    (LeftParen tableElement (Comma tableElement)* Comma? RightParen)?
    (AS tableFunction | CLONE? AS source = qualifiedName)?
    tableClause*
    (EMPTY? AS query (WITH NO? DATA)?)?
  ;

temporary : TEMP | TEMPORARY ;

tableFunction : (Identifier | QuotedIdentifier | CLUSTER | FORMAT | NULL) LeftParen (argument (Comma argument)*)? RightParen ;

tableElement : tableConstraint | INDEX indexDefinition | PROJECTION projectionDefinition | columnDefinition ;

tableConstraint
  : checkConstraint
  | (CONSTRAINT identifier)? (PRIMARY KEY | UNIQUE | FOREIGN KEY) balanced
  ;

/* The word may be ASSUME. */
checkConstraint : (CONSTRAINT identifier)? CHECK expression | CONSTRAINT identifier word = Identifier expression ;

/* A query without FROM: it reads the table. */
projectionDefinition : identifier QueryParen query RightParen ;

/* The expression may be a tuple: each of its items is indexed. */
indexDefinition : identifier indexExpression indexType? granularity? ;

indexExpression : expression ;

indexType : TYPE identifier (LeftParen (expression (Comma expression)*)? RightParen)? ;

granularity : GRANULARITY IntegerLiteral ;

createIndex
  : CREATE UNIQUE? INDEX (IF NOT EXISTS)? identifier ON qualifiedName onCluster? indexExpression indexType? granularity?
  ;

dropIndex : DROP INDEX (IF EXISTS)? identifier ON qualifiedName onCluster? ;

balanced : (LeftParen | QueryParen) (~(LeftParen | QueryParen | RightParen) | balanced)* RightParen ;

columnDefinition : columnName typeName? columnOption* ;

columnOption
  : NOT? NULL
  | (DEFAULT | MATERIALIZED | ALIAS) expression
  | EPHEMERAL expression?
  | generated
  | COMMENT StringLiteral
  | columnCodec
  | TTL expression
  | PRIMARY KEY
  | UNIQUE
  | (CONSTRAINT identifier)? CHECK expression
  | REFERENCES qualifiedName balanced?
  | COLLATE identifier
  ;

/* GENERATED ALWAYS AS (...) VIRTUAL or STORED: words of the standard dialect alone. */
generated : (Identifier Identifier)? AS LeftParen expression RightParen Identifier? ;

columnCodec : CODEC LeftParen codecStep (Comma codecStep)* RightParen ;

codecStep : identifier (LeftParen (expression (Comma expression)*)? RightParen)? ;

tableClause
  : ENGINE Equal? (identifier | NULL | JOIN) (LeftParen (engineArgument (Comma engineArgument)*)? RightParen)?
  | PARTITION BY expression
  | CLUSTER BY sortItem (Comma sortItem)*
  | ORDER BY (LeftParen sortItem (Comma sortItem)* RightParen | LeftParen RightParen | sortItem)
  | PRIMARY KEY expression
  | SAMPLE BY expression
  | TTL ttlElement (Comma ttlElement)*
  | SETTINGS setting (Comma setting)*
  | COMMENT StringLiteral
  ;

/* Words of a join are arguments of the engine Join. */
engineArgument : word = (ANY | ALL | SEMI | ANTI | LEFT | INNER | RIGHT | FULL) | expression ;

ttlElement
  : expression (DELETE (WHERE expression)? | WHERE expression | GROUP BY expression | SET expression (Comma expression)* | identifier CODEC balanced | identifier identifier StringLiteral)*
  ;

onCluster : ON CLUSTER (identifier | StringLiteral) ;

setting : identifier (Dot identifier)* Equal settingValue ;

settingValue : (Plus | Minus)? (IntegerLiteral | DecimalLiteral) | StringLiteral | TRUE | FALSE | NULL | identifier | DEFAULT | parameter ;

dropTable : DROP temporary? TABLE (IF EXISTS)? qualifiedName (Comma qualifiedName)* onCluster? (SYNC | identifier)? ;

truncateTable : TRUNCATE (temporary? TABLE)? (IF EXISTS)? qualifiedName onCluster? ;

/* What is in it: DATABASE drops it, TABLES empties it. */
truncateDatabase
  : TRUNCATE (DATABASE | ALL? TABLES FROM) (IF EXISTS)? identifier (NOT? (LIKE | ILIKE) StringLiteral)? onCluster?
  ;

createDatabase
  : CREATE (DATABASE | SCHEMA) (IF NOT EXISTS)? name = identifier onCluster? (ENGINE Equal? engine = identifier)?
    (COMMENT StringLiteral)?
  ;

renameDatabase : RENAME DATABASE identifier TO identifier onCluster? ;

alterDatabase : ALTER DATABASE identifier onCluster? MODIFY COMMENT StringLiteral ;

dropDatabase : DROP (DATABASE | SCHEMA) (IF EXISTS)? name = identifier onCluster? (SYNC | behaviour = identifier)? ;
