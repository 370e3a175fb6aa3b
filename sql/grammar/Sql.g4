/*
 * The language of all three dialects; which construct a dialect does not have is decided after parsing, where
 * the refusal can say so. One file per part of the language; a new statement is one rule and one line here.
 */
parser grammar Sql;

import Vocabulary, Names, Expression, Query, Definition, View, Dictionary, Function, Alter, Attach, Mutation, Command;

statement : (setSettings Semicolon)* statementBody outputClause* Semicolon* EOF ;

statementBody
  : query
  | insert
  | createTable
  | createView
  | createExternalTable
  | dropExternalTable
  | createMaterializedView
  | createDictionary
  | dropDictionary
  | dropView
  | alterView
  | createFunction
  | dropFunction
  | commentOn
  | createIndex
  | dropIndex
  | dropTable
  | truncateTable
  | deleteFrom
  | update
  | alterRows
  | alterTable
  | renameTable
  | exchangeTables
  | truncateDatabase
  | createDatabase
  | renameDatabase
  | alterDatabase
  | dropDatabase
  | detachTable
  | attachTable
  | undropTable
  | detachDatabase
  | attachDatabase
  | show
  | describe
  | summarize
  | pragma
  | exists
  | use
  | setSettings
  | explain
  | optimize
  | check
  | system
  | kill
  | copy
  | unsupported
  ;

outputClause
  : FORMAT (identifier | NULL)
  | SETTINGS setting (Comma setting)*
  | INTO identifier StringLiteral outfileOption*
  ;

/* What ClickHouse says of a file: APPEND, TRUNCATE, AND STDOUT, COMPRESSION 'gzip' LEVEL 3. */
outfileOption : AND? bareAlias (StringLiteral | IntegerLiteral)? ;
