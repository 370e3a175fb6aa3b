/* DELETE and UPDATE: rows that are there. */
parser grammar Mutation;

deleteFrom : DELETE FROM qualifiedName onCluster? (IN PARTITION expression)? (WHERE expression)? ;

update : UPDATE qualifiedName onCluster? SET assignments (IN PARTITION expression)? (WHERE expression)? ;

/* ClickHouse's spelling of the two. */
alterRows : ALTER TABLE qualifiedName onCluster? alterRowsCommand (Comma alterRowsCommand)* ;

alterRowsCommand : (DELETE | UPDATE assignments) (IN PARTITION expression)? (WHERE expression)? ;

assignments : assignment (Comma assignment)* ;

assignment : identifier Equal (DEFAULT | expression) ;
