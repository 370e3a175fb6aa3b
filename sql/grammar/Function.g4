/* Functions written in SQL. */
parser grammar Function;

createFunction
  : CREATE (OR REPLACE)? temporary? (FUNCTION | MACRO) (IF NOT EXISTS)? identifier onCluster?
    ( AS expression
    | LeftParen (functionParameter (Comma functionParameter)*)? RightParen AS (TABLE query | expression)
    )
  ;

functionParameter : identifier (Colon Equal expression)? ;

dropFunction : DROP (FUNCTION | MACRO TABLE?) (IF EXISTS)? identifier onCluster? (SYNC | identifier)? ;
