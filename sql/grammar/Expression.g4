/*
 * Expressions stay flat here: an operand, then operators and operands in the order written. Which operator
 * binds tighter is a table per dialect (sql/dialect/precedence.ts), and sql/parse/expression.ts builds the tree.
 * So there is one rule for all levels, prediction needs one token, and the parse tree is shallow.
 */
parser grammar Expression;

expression : operand (binaryOperator operand | postfixOperator)* ;

operand : prefixOperator* primary suffix* ;

prefixOperator : Minus | Plus | NOT | Tilde | At ;

binaryOperator
  : Plus | Minus | Star | Slash | DoubleSlash | Percent | Caret | DoublePipe | DIV | MOD
  | Equal | DoubleEqual | NotEqual | Less | LessEqual | Greater | GreaterEqual | NullSafeEqual | Tilde
  | AND | OR
  | NOT? (LIKE | ILIKE | BETWEEN | SIMILAR TO)
  | GLOBAL? NOT? IN
  | IS NOT? DISTINCT FROM
  | ESCAPE
  | Question | Colon | Arrow | LongArrow
  | Ampersand | Pipe | ShiftLeft | ShiftRight | DoubleStar
  | Has | IsIn | Apart | BeginsWith | Like | NotLike | LikeCaseless | NotLikeCaseless | Glob | GLOB
  | AT TIME ZONE
  ;

postfixOperator
  : IS NOT? (NULL | TRUE | FALSE | UNKNOWN)
  | ISNULL
  | NOTNULL
  | NOT NULL
  | COLLATE identifier
  | Bang
  ;

suffix
  : DoubleColon typeName
  | LeftBracket Colon expression? RightBracket
  | LeftBracket expression Colon? RightBracket
  | LeftBracket expression? Colon Minus Colon expression RightBracket
  | Dot (identifier call? | IntegerLiteral | Colon typeName | Caret identifier)
  ;

primary
  : literal
  | parameter
  | CASE expression? (WHEN expression THEN expression)+ (ELSE expression)? END
  | (CAST | TRY_CAST) LeftParen expression (AS typeName | Comma expression) RightParen
  | EXTRACT LeftParen (identifier | StringLiteral) FROM expression RightParen
  | SUBSTRING LeftParen expression FROM expression (FOR expression)? RightParen
  | TRIM LeftParen (BOTH | LEADING | TRAILING)? expression? FROM expression RightParen
  | INTERVAL operand intervalUnit?
  | (DATE | TIME | TIMESTAMP) StringLiteral
  | ((TIME | TIMESTAMP) typeTail | bareAlias) StringLiteral
  | LAMBDA identifier (Comma identifier)* Colon expression
  | EXISTS QueryParen query RightParen
  | (ANY | SOME | ALL) QueryParen query RightParen
  | ALL LeftParen expression RightParen
  | QueryParen query RightParen
  | LeftParen (argument (Comma argument)* Comma?)? RightParen
  | identifier? LeftBrace (entry (Comma entry)*)? RightBrace
  | LeftBracket expression FOR identifier (Comma identifier)? IN expression (IF expression)? RightBracket
  | ARRAY? LeftBracket (expression (Comma expression)* Comma?)? RightBracket
  | COLUMNS LeftParen expression (Comma expression)* RightParen starChange*
  | qualifiedName (Dot Star starChange* | call)?
  | (LEFT | RIGHT | AND | OR | LIKE | ILIKE) call
  | Star starChange*
  ;

literal : StringLiteral | IntegerLiteral | DecimalLiteral | NULL | TRUE | FALSE ;

entry : expression Colon expression ;

parameter
  : Question
  | NumberedParameter
  | Colon identifier
  | LeftBrace identifier Colon typeName RightBrace
  ;

intervalUnit
  : NANOSECOND | NANOSECONDS | MICROSECOND | MICROSECONDS | MILLISECOND | MILLISECONDS | SECOND | SECONDS
  | MINUTE | MINUTES | HOUR | HOURS | DAY | DAYS | WEEK | WEEKS | MONTH | MONTHS | QUARTER | QUARTERS | YEAR | YEARS
  ;

call
  : LeftParen (DISTINCT | ALL)? (argument (Comma argument)* fromPlace?)? orderBy? nullTreatment? RightParen
    (LeftParen (DISTINCT | ALL)? (argument (Comma argument)*)? RightParen)?
    nullTreatment? withinGroup? filter? over?
  ;

fromPlace : FROM expression ;

argument
  : KEY expression VALUE expression
  | identifier (Colon Equal | FatArrow) expression
  | expression (AS identifier | TO intervalUnit | RETURNING typeName | VALUE expression)?
  ;

nullTreatment : (IGNORE | RESPECT) NULLS ;

withinGroup : WITHIN GROUP LeftParen orderBy RightParen ;

filter : FILTER LeftParen WHERE? expression RightParen ;

over : OVER (identifier | LeftParen windowSpec RightParen) ;

windowSpec : identifier? (PARTITION BY expression (Comma expression)*)? orderBy? frame? ;

frame : (ROWS | RANGE | GROUPS) (frameBound | BETWEEN frameBound AND frameBound) exclusion? ;

exclusion : EXCLUDE (CURRENT ROW | GROUP | TIES | NO OTHERS) ;

frameBound : UNBOUNDED (PRECEDING | FOLLOWING) | CURRENT ROW | expression (PRECEDING | FOLLOWING) ;

starRenaming : qualifiedName AS identifier ;

starChange
  : (EXCEPT | EXCLUDE) (identifier | LeftParen identifier (Comma identifier)* RightParen)
  | APPLY (LeftParen expression RightParen | identifier)
  | REPLACE LeftParen expression AS identifier (Comma expression AS identifier)* RightParen
  | RENAME (LeftParen starRenaming (Comma starRenaming)* RightParen | starRenaming)
  ;
