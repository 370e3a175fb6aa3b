/** DETACH, ATTACH and UNDROP to AST. */

import type { StatementBody } from '../ast/statement.ts';
import type {
  AttachTableContext,
  DetachTableContext,
  StatementBodyContext,
} from '../grammar/generated/Sql.js';
import { identifierOf } from './name.ts';
import { refuseStatement } from './refuse.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { tableName } from './statement.ts';

/** null: it is about something else. */
export function buildAttach(body: StatementBodyContext, source: Source): StatementBody | null {
  const [detach, attach] = [body.detachTable(), body.attachTable()];
  const [detachDatabase, attachDatabase] = [body.detachDatabase(), body.attachDatabase()];
  const undrop = body.undropTable();
  const context = detach ?? attach ?? undrop ?? detachDatabase ?? attachDatabase;
  if (context === null) return null;
  if (source.dialect !== 'clickhouse') throw refuseStatement(context, source);
  if (detach !== null) return buildDetach(detach, source);
  if (attach !== null) return buildAttachTable(attach, source);
  if (undrop !== null) return { kind: 'undrop table', table: tableName(undrop.qualifiedName(), source) };
  if (detachDatabase !== null) {
    if (isPermanent(detachDatabase, source))
      throw source.refuse(
        span(detachDatabase),
        'DETACH DATABASE ... PERMANENTLY',
        'DETACH its tables PERMANENTLY, or leave the word out: it is back at the next start',
      );
    return {
      kind: 'detach database',
      name: identifierOf(detachDatabase.identifier()),
      ifExists: detachDatabase.EXISTS() !== null,
    };
  }
  return {
    kind: 'attach database',
    name: identifierOf(attachDatabase!.identifier()),
    ifNotExists: attachDatabase!.EXISTS() !== null,
  };
}

function buildDetach(context: DetachTableContext, source: Source): StatementBody {
  const isDictionary = context.DICTIONARY() !== null;
  if (context.temporary() !== null)
    throw source.error(
      span(context),
      'DETACH of temporary tables is not there',
      "DROP it: it is the session's own",
    );
  return {
    kind: 'detach table',
    of: isDictionary ? 'dictionary' : context.VIEW() === null ? 'table' : 'view',
    table: tableName(context.qualifiedName(), source),
    ifExists: context.EXISTS() !== null,
    permanently: isPermanent(context, source),
  };
}

const buildAttachTable = (context: AttachTableContext, source: Source): StatementBody => ({
  kind: 'attach table',
  of: context.DICTIONARY() === null ? 'table' : 'dictionary',
  table: tableName(context.qualifiedName(), source),
  ifNotExists: context.EXISTS() !== null,
});

function isPermanent({ _word: word }: Pick<DetachTableContext, '_word'>, source: Source): boolean {
  if (word == null) return false;
  const text = word.text ?? '';
  if (text.toUpperCase() === 'PERMANENTLY') return true;
  throw source.error(
    { at: word.start, end: word.stop + 1 },
    `Syntax error at \`${text}\``,
    'Write PERMANENTLY, or nothing',
  );
}
