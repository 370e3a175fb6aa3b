/* Views: queries with a name. */
parser grammar View;

createView
  : CREATE (OR REPLACE)? temporary? VIEW (IF NOT EXISTS)? qualifiedName onCluster?
    (LeftParen viewColumn (Comma viewColumn)* Comma? RightParen)?
    viewSecurity? (COMMENT StringLiteral)? AS query (COMMENT StringLiteral)?
  ;

/* By whose rights the query reads, in either order. */
viewSecurity : definer sqlSecurity? | sqlSecurity definer? ;

definer : DEFINER Equal? (identifier | StringLiteral) ;

/* The words are SQL, INVOKER and NONE. */
sqlSecurity : word = Identifier SECURITY kind = (DEFINER | Identifier) ;

/* The last word is POPULATE. */
createMaterializedView
  : CREATE MATERIALIZED VIEW (IF NOT EXISTS)? qualifiedName onCluster? refresh? (TO target = qualifiedName)?
    (LeftParen tableElement (Comma tableElement)* Comma? RightParen)?
    tableClause* viewSecurity? (EMPTY | Identifier)? viewSecurity? AS query (COMMENT StringLiteral)?
  ;

/* The words are REFRESH, EVERY, RANDOMIZE, DEPENDS and APPEND. */
refresh
  : head = Identifier kind = (AFTER | Identifier) period = refreshPeriod (OFFSET offset = refreshPeriod)?
    (randomize = Identifier FOR spread = refreshPeriod)? (depends = Identifier ON qualifiedName (Comma qualifiedName)*)?
    (SETTINGS setting (Comma setting)*)? append = Identifier?
  ;

refreshPeriod : (IntegerLiteral intervalUnit)+ ;

/* The words are EXTERNAL and OPTIONS. */
createExternalTable
  : CREATE (OR REPLACE)? word = Identifier TABLE (IF NOT EXISTS)? qualifiedName columns = definedColumns?
    (WITH PARTITION COLUMNS folders = definedColumns?)?
    options = Identifier LeftParen externalOption (Comma externalOption)* Comma? RightParen
  ;

definedColumns : LeftParen columnDefinition (Comma columnDefinition)* Comma? RightParen ;

externalOption
  : identifier Equal
    (StringLiteral | IntegerLiteral | TRUE | FALSE | LeftBracket (StringLiteral (Comma StringLiteral)* Comma?)? RightBracket)
  ;

dropExternalTable : DROP word = Identifier TABLE (IF EXISTS)? qualifiedName (Comma qualifiedName)* ;

viewColumn : identifier typeName? (COMMENT StringLiteral)? ;

dropView : DROP temporary? VIEW (IF EXISTS)? qualifiedName (Comma qualifiedName)* onCluster? (SYNC | identifier)? ;

alterView : ALTER VIEW (IF EXISTS)? qualifiedName RENAME TO qualifiedName ;
