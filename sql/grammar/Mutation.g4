/* DELETE and UPDATE: rows that are there. */
parser grammar Mutation;

deleteFrom
  : DELETE FROM qualifiedName onCluster? rowsAlias? (USING tableExpression (Comma tableExpression)*)?
    (IN partitionRef)? (WHERE expression)? returning?
  ;

update
  : UPDATE qualifiedName onCluster? rowsAlias? SET assignments fromClause?
    (IN partitionRef)? (WHERE expression)? returning?
  ;

rowsAlias : AS identifier | bareAlias ;

/* What the statement answers of each row. */
returning : RETURNING selectItem (Comma selectItem)* ;

/* ClickHouse's spelling of the two. */
alterRows : ALTER TABLE qualifiedName onCluster? alterRowsCommand (Comma alterRowsCommand)* ;

alterRowsCommand
  : (DELETE | UPDATE assignments) (IN partitionRef)? (WHERE expression)?
  | MATERIALIZE COLUMN (IF EXISTS)? identifier (IN partitionRef)?
  ;

assignments : assignment (Comma assignment)* ;

assignment : identifier Equal (DEFAULT | expression) ;
