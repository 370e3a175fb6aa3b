/* DETACH, ATTACH and UNDROP: tables that nobody sees for a while. */
parser grammar Attach;

/* The word is PERMANENTLY. */
detachTable
  : DETACH (temporary? (TABLE | VIEW) | DICTIONARY) (IF EXISTS)? qualifiedName onCluster? word = Identifier? SYNC?
  ;

attachTable : ATTACH (TABLE | DICTIONARY) (IF NOT EXISTS)? qualifiedName onCluster? ;

undropTable : UNDROP TABLE qualifiedName onCluster? ;

detachDatabase : DETACH (DATABASE | SCHEMA) (IF EXISTS)? identifier onCluster? word = Identifier? SYNC? ;

attachDatabase : ATTACH (DATABASE | SCHEMA) (IF NOT EXISTS)? identifier onCluster? ;
