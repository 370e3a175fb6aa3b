/* Dictionaries: rows of a source that functions ask by key. */
parser grammar Dictionary;

createDictionary
  : CREATE (OR REPLACE)? DICTIONARY (IF NOT EXISTS)? qualifiedName onCluster?
    (LeftParen dictionaryAttribute (Comma dictionaryAttribute)* Comma? RightParen)?
    dictionaryClause*
  ;

dictionaryAttribute : identifier typeName attributeOption* ;

attributeOption : (DEFAULT | EXPRESSION) expression | HIERARCHICAL | BIDIRECTIONAL | INJECTIVE | IS_OBJECT_ID ;

/* What is behind LIFETIME and RANGE are words for the least and the most. */
dictionaryClause
  : PRIMARY KEY (identifier (Comma identifier)* | LeftParen identifier (Comma identifier)* RightParen)
  | SOURCE LeftParen dictionaryPart RightParen
  | LAYOUT LeftParen dictionaryPart RightParen
  | LIFETIME LeftParen (identifier? IntegerLiteral)+ RightParen
  | RANGE LeftParen identifier identifier identifier identifier RightParen
  | SETTINGS LeftParen setting (Comma setting)* RightParen
  | COMMENT StringLiteral
  ;

dictionaryPart : (identifier | NULL) (LeftParen dictionaryArgument* RightParen)? ;

dictionaryArgument : (identifier | WHERE) (StringLiteral | IntegerLiteral | DecimalLiteral | identifier | balanced) ;

dropDictionary : DROP DICTIONARY (IF EXISTS)? qualifiedName onCluster? (SYNC | identifier)? ;
