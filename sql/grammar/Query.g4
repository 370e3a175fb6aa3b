/* SELECT and everything that gives rows. */
parser grammar Query;

query : withClause? queryTerm (setOperator queryTerm)* orderBy? limitClause* ;

queryTerm : select | valuesClause | pivotStatement | TABLE qualifiedName | QueryParen query RightParen | LeftParen query RightParen ;

setOperator : (UNION | INTERSECT | EXCEPT) (ALL | DISTINCT)? (BY identifier)? ;

withClause : WITH RECURSIVE? withItem (Comma withItem)* ;

withItem
  : identifier (LeftParen identifier (Comma identifier)* RightParen)? AS (NOT? MATERIALIZED)? QueryParen query RightParen
  | expression AS identifier
  ;

valuesClause : VALUES valuesRow (Comma valuesRow)* ;

valuesRow : LeftParen expression (Comma expression)* RightParen | QueryParen query RightParen ;

select
  : (selectList fromClause? | fromClause selectList?)
    (PREWHERE prewhere = expression)?
    (WHERE where = expression)?
    (GROUP BY groupBy)?
    (HAVING having = expression)?
    (WINDOW namedWindow (Comma namedWindow)*)?
    (QUALIFY qualify = expression)?
    (USING SAMPLE sampleSize)?
  ;

selectList : SELECT (DISTINCT distinctOn? | ALL)? selectItem (Comma selectItem)* Comma? ;

fromClause : FROM tableExpression (Comma tableExpression)* ;

distinctOn : ON LeftParen expression (Comma expression)* RightParen ;

selectItem : bareAlias Colon expression | expression (AS (identifier | StringLiteral) | bareAlias)? ;

groupBy
  : ALL (WITH TOTALS)?
  | groupItem (Comma groupItem)* (WITH (TOTALS | ROLLUP | CUBE))*
  ;

groupItem
  : GROUPING SETS LeftParen expression (Comma expression)* RightParen
  | expression
  ;

namedWindow : identifier AS LeftParen windowSpec RightParen ;

orderBy : ORDER BY (ALL ASC? | sortItem (Comma sortItem)* interpolate?) ;

interpolate : INTERPOLATE (LeftParen (interpolated (Comma interpolated)*)? RightParen)? ;

interpolated : identifier (AS expression)? ;

sortItem : expression (ASC | ASCENDING | DESC | DESCENDING)? (NULLS (FIRST | LAST))? fill? ;

fill : WITH FILL (FROM first = expression)? (TO last = expression)? (STEP step = expression)? (STALENESS staleness = expression)? ;

limitClause
  : LIMIT (ALL | expression Percent?) ((Comma | OFFSET) expression)? (BY expression (Comma expression)*)? (WITH TIES)?
  | OFFSET expression (ROW | ROWS)?
  | FETCH (FIRST | NEXT) expression? (ROW | ROWS) (ONLY | WITH TIES)
  ;

tableExpression : tableFactor (join | pivot)* ;

pivotStatement
  : (PIVOT | PIVOT_WIDER) tableExpression pivotOn? (USING selectItem (Comma selectItem)*)? pivotGroups?
  | (UNPIVOT | PIVOT_LONGER) tableExpression unpivotOf
  ;

pivotOn : ON expression (Comma expression)* ;

pivotGroups : GROUP BY qualifiedName (Comma qualifiedName)* ;

unpivotOf : ON selectItem (Comma selectItem)* (INTO identifier identifier VALUE identifier (Comma identifier)*)? ;

pivot
  : PIVOT LeftParen selectItem (Comma selectItem)* FOR pivotKey+ pivotGroups? RightParen tableAlias?
  | UNPIVOT unpivotNulls? LeftParen (identifier | LeftParen identifier (Comma identifier)* RightParen) FOR identifier
    IN LeftParen selectItem (Comma selectItem)* RightParen RightParen tableAlias?
  ;

/* Names alone: expressions in a row would have no ends. */
pivotKey
  : (qualifiedName | LeftParen expression (Comma expression)* RightParen) (IN LeftParen argument (Comma argument)* RightParen)?
  ;

unpivotNulls : identifier NULLS ;

join
  : joinWord* JOIN tableFactor (ON expression | USING (LeftParen identifier (Comma identifier)* RightParen | identifier (Comma identifier)*))?
  | (LEFT | INNER)? ARRAY JOIN argument (Comma argument)*
  ;

joinWord : GLOBAL | LOCAL | NATURAL | ANY | ALL | ASOF | SEMI | ANTI | INNER | LEFT | RIGHT | FULL | CROSS | OUTER ;

tableFactor
  : LATERAL? QueryParen query RightParen tableAlias? sample?
  | LeftParen tableExpression RightParen
  | StringLiteral tableAlias? sample?
  | externTable tableAlias?
  | qualifiedName QueryParen query RightParen tableAlias?
  | NULL LeftParen argument RightParen tableAlias?
  | LATERAL? qualifiedName (LeftParen (argument (Comma argument)*)? RightParen)? FINAL? tableAlias? FINAL? sample?
  ;

externTable
  : TABLE LeftParen expression RightParen (EXTEND? LeftParen externColumn (Comma externColumn)* RightParen)?
  ;

externColumn : identifier typeName ARRAY? ;

sample : SAMPLE expression (OFFSET expression)? | TABLESAMPLE sampleSize ;

sampleSize
  : sampleCount (LeftParen method = identifier (Comma seed = IntegerLiteral)? RightParen)?
  | method = identifier? LeftParen sampleCount RightParen (repeatable = Identifier LeftParen seed = IntegerLiteral RightParen)?
  ;

sampleCount : (IntegerLiteral | DecimalLiteral) (Percent | ROWS | Identifier)? ;

tableAlias : (AS identifier | bareAlias) (LeftParen identifier (Comma identifier)* RightParen)? ;
