/* ALTER TABLE, RENAME, EXCHANGE: what becomes of tables that are there. */
parser grammar Alter;

alterTable : ALTER TABLE (IF EXISTS)? qualifiedName onCluster? alterCommand (Comma alterCommand)* ;

alterCommand : unsupportedAlter | indexCommand | projectionCommand | ttlCommand | settingCommand | columnCommand | partitionCommand | tableCommand ;

/* Refused by name; stands first, since these words may be names of columns, too. */
unsupportedAlter
  : (ADD | DROP | CLEAR | MATERIALIZE) (CHECK | FOREIGN KEY | PRIMARY KEY | UNIQUE) ~EOF*
  | ADD CONSTRAINT (IF NOT EXISTS)? identifier (PRIMARY | UNIQUE | FOREIGN) ~EOF*
  ;

/* Before columns, which may be called INDEX. */
indexCommand
  : ADD INDEX (IF NOT EXISTS)? indexDefinition columnPlace?
  | DROP INDEX (IF EXISTS)? identifier
  | (CLEAR | MATERIALIZE) INDEX (IF EXISTS)? identifier (IN partitionRef)?
  ;

/* Before columns, which may be called PROJECTION. */
projectionCommand
  : ADD PROJECTION (IF NOT EXISTS)? projectionDefinition (FIRST | AFTER identifier)?
  | DROP PROJECTION (IF EXISTS)? identifier
  | (CLEAR | MATERIALIZE) PROJECTION (IF EXISTS)? identifier (IN partitionRef)?
  ;

commentOn : COMMENT ON (TABLE | COLUMN) qualifiedName IS (StringLiteral | NULL) ;

/* Stands before the commands of columns, since TTL may be the name of one. */
ttlCommand : MODIFY TTL ttlElement (Comma ttlElement)* | REMOVE TTL ;

settingCommand : MODIFY SETTING setting (Comma setting)* | RESET SETTING identifier (Comma identifier)* ;

columnCommand
  : ADD COLUMN? (IF NOT EXISTS)? columnDefinition columnPlace?
  | DROP COLUMN? (IF EXISTS)? columnName
  | CLEAR COLUMN (IF EXISTS)? columnName (IN partitionRef)?
  | RENAME COLUMN? (IF EXISTS)? columnName TO columnName
  | COMMENT COLUMN (IF EXISTS)? columnName StringLiteral
  | MODIFY COLUMN? (IF EXISTS)? columnName REMOVE columnProperty
  | MODIFY COLUMN? (IF EXISTS)? columnName columnPlace
  | (MODIFY | ALTER) COLUMN? (IF EXISTS)? columnName columnCodec
  | ALTER COLUMN? (IF EXISTS)? columnName columnChange
  | (MODIFY | ALTER) COLUMN? (IF EXISTS)? columnDefinition columnPlace?
  ;

columnPlace : FIRST | AFTER columnName ;

columnProperty : DEFAULT | MATERIALIZED | ALIAS | EPHEMERAL | COMMENT | CODEC | TTL ;

columnChange
  : (SET DATA)? TYPE typeName (USING expression)?
  | SET DEFAULT expression
  | DROP DEFAULT
  | (SET | DROP) NOT NULL
  ;

tableCommand
  : ADD (CONSTRAINT IF NOT EXISTS identifier CHECK expression | checkConstraint)
  | DROP CONSTRAINT (IF EXISTS)? identifier
  | RENAME TO qualifiedName
  | MODIFY COMMENT StringLiteral
  | MODIFY QUERY query
  | MODIFY refresh
  | MODIFY viewSecurity
  | MODIFY ORDER BY (LeftParen sortItem (Comma sortItem)* RightParen | LeftParen RightParen | sortItem)
  ;

partitionCommand
  : DROP DETACHED partitionRef
  | (DROP | DETACH) partitionRef
  | ATTACH partitionRef (FROM qualifiedName)?
  | REPLACE partitionRef FROM qualifiedName
  | MOVE partitionRef TO TABLE qualifiedName
  | FREEZE partitionRef? (WITH identifier StringLiteral)?
  ;

/* The identifier is ID. */
partitionRef : PARTITION (ALL | identifier StringLiteral | expression) | PART StringLiteral ;

renameTable : RENAME (TABLE | DICTIONARY) (IF EXISTS)? renaming (Comma renaming)* onCluster? ;

renaming : qualifiedName TO qualifiedName ;

exchangeTables : EXCHANGE TABLES qualifiedName AND qualifiedName onCluster? ;
