/*
 * The language of all three dialects; which construct a dialect does not have is decided after parsing, where
 * the refusal can say so. One file per part of the language; a new statement is one rule and one line here.
 */
parser grammar Sql;

import Vocabulary, Names, Expression, Query, Definition, View, Dictionary, Function, Alter, Mutation, Command;

statement : (setSettings Semicolon)* statementBody Semicolon* EOF ;

statementBody
  : query outputClause*
  | insert outputClause*
  | createTable outputClause*
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
  | dropTable outputClause*
  | truncateTable
  | deleteFrom outputClause*
  | update outputClause*
  | alterRows outputClause*
  | alterTable
  | renameTable
  | exchangeTables
  | truncateDatabase
  | createDatabase
  | renameDatabase
  | alterDatabase
  | dropDatabase
  | show outputClause*
  | describe outputClause*
  | summarize outputClause*
  | pragma outputClause*
  | exists outputClause*
  | use
  | setSettings
  | explain
  | optimize
  | check outputClause*
  | system outputClause*
  | kill outputClause*
  | copy
  | unsupported
  ;

outputClause
  : FORMAT (identifier | NULL)
  | SETTINGS setting (Comma setting)*
  | INTO identifier StringLiteral
  ;
