/** CREATE, ALTER, RENAME, TRUNCATE and DROP of databases, which the standard dialect calls schemas. */

import type { StatementBody, TruncateDatabase } from '../ast/statement.ts';
import type {
  CreateDatabaseContext,
  DropDatabaseContext,
  StatementBodyContext,
  TruncateDatabaseContext,
} from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import { patternOf } from './show.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { checkBehaviour } from './statement.ts';

/** null: it is about something else. */
export function buildDatabase(context: StatementBodyContext, source: Source): StatementBody | null {
  const create = context.createDatabase();
  if (create !== null) return buildCreate(create, source);
  const drop = context.dropDatabase();
  if (drop !== null) return buildDrop(drop, source);
  const truncate = context.truncateDatabase();
  if (truncate !== null) return buildTruncate(truncate);
  const rename = context.renameDatabase();
  if (rename !== null) {
    const [from, to] = rename.identifier().map(identifierOf);
    return { kind: 'rename database', from, to };
  }
  const alter = context.alterDatabase();
  if (alter === null) return null;
  return {
    kind: 'comment database',
    name: identifierOf(alter.identifier()),
    text: alter.StringLiteral().getText(),
  };
}

function buildCreate(context: CreateDatabaseContext, source: Source): StatementBody {
  const engine = context._engine;
  if (engine !== undefined && identifierOf(engine).text !== 'Atomic')
    throw source.refuse(
      span(engine),
      `The database engine ${identifierOf(engine).text}`,
      'Leave it out, or write Atomic',
    );
  return {
    kind: 'create database',
    name: identifierOf(context._name!),
    ifNotExists: context.IF() !== null,
    comment: context.StringLiteral()?.getText() ?? null,
  };
}

function buildDrop(context: DropDatabaseContext, source: Source): StatementBody {
  const behaviour = context._behaviour ?? null;
  checkBehaviour(behaviour, source);
  const word = behaviour === null ? null : identifierOf(behaviour).text.toLowerCase();
  return {
    kind: 'drop database',
    name: identifierOf(context._name!),
    ifExists: context.IF() !== null,
    onlyEmpty: word === 'restrict' || (word === null && source.dialect === 'standard'),
  };
}

function buildTruncate(context: TruncateDatabaseContext): TruncateDatabase {
  return {
    kind: 'truncate database',
    name: identifierOf(context.identifier()),
    ifExists: context.IF() !== null,
    drops: context.DATABASE() !== null,
    like: patternOf(context),
  };
}
