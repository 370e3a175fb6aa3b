/** Parse trees of ALTER TABLE, RENAME and EXCHANGE to AST. */

import type {
  AlterTable,
  ColumnChange,
  ColumnCommand,
  ColumnPlace,
  ExchangeTables,
  PartitionCommand,
  PartitionName,
  RenameTables,
} from '../ast/alter.ts';
import type { ColumnValue } from '../ast/statement.ts';
import type {
  AlterTableContext,
  ColumnCommandContext,
  ColumnPlaceContext,
  CommentOnContext,
  ExchangeTablesContext,
  PartitionCommandContext,
  PartitionRefContext,
  RenameTableContext,
  SettingCommandContext,
  TableCommandContext,
  UnsupportedAlterContext,
} from '../grammar/generated/Sql.js';
import { checkOf, codecOf, columnOf, constraintOf } from './column.ts';
import { buildExpression } from './expression.ts';
import { columnNameOf, identifierOf, nameParts } from './name.ts';
import { projectionCommand } from './projection.ts';
import { buildQuery } from './query.ts';
import { buildRefresh } from './refresh.ts';
import { indexCommand } from './skip-index.ts';
import { sortItems } from './sort-item.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { settingsOf, tableName } from './statement.ts';
import { ttlOf } from './ttl.ts';
import { typeNameOf } from './type-name.ts';
import { buildViewSecurity } from './view-security.ts';

export function buildAlterTable(context: AlterTableContext, source: Source): AlterTable {
  const commands: ColumnCommand[] = [];
  const partitions: PartitionCommand[] = [];
  for (const command of context.alterCommand()) {
    const column = command.columnCommand();
    const table = command.tableCommand();
    const ttl = command.ttlCommand();
    const settings = command.settingCommand();
    const partition = command.partitionCommand();
    const index = command.indexCommand();
    const projection = command.projectionCommand();
    if (index !== null) commands.push(indexCommand(index, source));
    else if (projection !== null) commands.push(projectionCommand(projection, source));
    else if (column !== null) commands.push(columnCommand(column, source));
    else if (settings !== null) commands.push(settingCommand(settings, source));
    else if (ttl !== null) commands.push({ kind: 'ttl', elements: ttlOf(ttl, source), ...span(ttl) });
    else if (table !== null) commands.push(tableCommand(table, source));
    else if (partition !== null) partitions.push(partitionCommand(partition, source));
    else throw refused(command.unsupportedAlter()!, source);
  }
  if (commands.length > 0 && partitions.length > 0)
    throw source.refuse(
      span(context),
      'ALTER of columns and of partitions at once',
      'Write two statements: each is all or nothing',
    );
  return {
    kind: 'alter table',
    table: tableName(context.qualifiedName(), source),
    ifExists: context.EXISTS() !== null,
    commands,
    partitions,
  };
}

/** `COMMENT ON TABLE t IS '...'`, `COMMENT ON COLUMN t.c IS NULL`, as PostgreSQL and DuckDB have them. */
export function buildCommentOn(context: CommentOnContext, source: Source): AlterTable {
  const where = span(context);
  if (source.dialect !== 'standard')
    throw source.refuse(where, 'COMMENT ON', "Write ALTER TABLE t MODIFY COMMENT '...'");
  const parts = nameParts(context.qualifiedName());
  const ofColumn = context.COLUMN() !== null;
  const table = ofColumn ? parts.slice(0, -1) : parts;
  if (table.length === 0 || table.length > 2)
    throw source.error(where, 'COMMENT ON COLUMN takes table.column', "Write COMMENT ON COLUMN t.c IS '...'");
  const text = context.StringLiteral()?.getText() ?? '';
  const [name] = table.slice(-1);
  const command: ColumnCommand = ofColumn
    ? { kind: 'modify', name: parts[parts.length - 1], ifExists: false, change: { comment: text } }
    : { kind: 'comment table', text };
  return {
    kind: 'alter table',
    table: { schema: table.length === 2 ? table[0] : null, name, isTemporary: false, ...where },
    ifExists: false,
    commands: [command],
    partitions: [],
  };
}

function refused(context: UnsupportedAlterContext, source: Source): Error {
  const where = span(context);
  const text = source.text.slice(where.at, where.end);
  const words = text.split(/\s+/, 2).join(' ').toUpperCase();
  const hint = 'Leave it out: what helps reading is built by itself, and nothing would enforce a constraint';
  return source.refuse(where, `ALTER TABLE ... ${words}`, hint);
}

const settingCommand = (context: SettingCommandContext, source: Source): ColumnCommand => ({
  kind: 'settings',
  set: settingsOf(context.setting(), source),
  reset: context.identifier().map((name) => identifierOf(name).text),
  ...span(context),
});

function columnCommand(context: ColumnCommandContext, source: Source): ColumnCommand {
  const ifExists = context.EXISTS() !== null;
  const column = context.columnDefinition();
  const placed = context.columnPlace();
  if (context.ADD() !== null) {
    return {
      kind: 'add',
      column: columnOf(column!, source),
      ifNotExists: ifExists,
      place: placeOf(placed, source),
    };
  }
  if (column !== null) {
    const { name, type, notNull, explicitNull, value, comment, codec, ttl } = columnOf(column, source);
    const change: ColumnChange = {
      ...(type === null ? {} : { type }),
      ...(notNull ? { nullable: false } : explicitNull ? { nullable: true } : {}),
      ...(value === null ? {} : { value }),
      ...(comment === null ? {} : { comment }),
      ...(codec === null ? {} : { codec }),
      ...(ttl === null ? {} : { ttl }),
      ...(placed === null ? {} : { place: placeOf(placed, source) }),
    };
    return { kind: 'modify', name, ifExists, change };
  }
  const name = columnNameOf(context.columnName(0)!, source);
  if (context.RENAME() !== null) {
    return { kind: 'rename', name, to: columnNameOf(context.columnName(1)!, source), ifExists };
  }
  if (context.DROP() !== null) return { kind: 'drop', name, ifExists };
  if (context.CLEAR() !== null) {
    const partition = context.partitionRef();
    return {
      kind: 'clear',
      name,
      ifExists,
      partition: partition === null ? null : partitionName(partition, source),
    };
  }
  return { kind: 'modify', name, ifExists, change: changeOf(context, source) };
}

function changeOf(context: ColumnCommandContext, source: Source): ColumnChange {
  if (context.COMMENT() !== null) return { comment: context.StringLiteral()!.getText() };
  const placed = context.columnPlace();
  if (placed !== null) return { place: placeOf(placed, source) };
  const codec = context.columnCodec();
  if (codec !== null) return { codec: codecOf(codec, source) };
  const property = context.columnProperty();
  if (property !== null) {
    if (property.COMMENT() !== null) return { comment: '' };
    if (property.CODEC() !== null) return { codec: 'remove' };
    if (property.TTL() !== null) return { ttl: 'remove' };
    return { value: { remove: property.getText().toLowerCase() as ColumnValue['kind'] } };
  }
  const change = context.columnChange()!;
  if (change.TYPE() !== null) {
    if (change.USING() !== null) {
      throw source.refuse(
        span(change),
        'USING',
        'Add a column, fill it with CREATE TABLE AS, and swap the tables',
      );
    }
    return { type: typeNameOf(change.typeName()!, source) };
  }
  if (change.NULL() !== null) return { nullable: change.DROP() !== null };
  const expression = change.expression();
  if (expression === null) return { value: { remove: 'default' } };
  return { value: { kind: 'default', value: buildExpression(expression, source), text: span(expression) } };
}

export const placeOf = (context: ColumnPlaceContext | null, source: Source): ColumnPlace => {
  if (context === null) return null;
  const after = context.columnName();
  return { after: after === null ? null : columnNameOf(after, source) };
};

function tableCommand(context: TableCommandContext, source: Source): ColumnCommand {
  const check = context.checkConstraint();
  if (context.ADD() !== null) {
    const constraint =
      check === null ? constraintOf(context, context.identifier(), source) : checkOf(check, source);
    return { kind: 'add constraint', constraint, ifNotExists: context.EXISTS() !== null };
  }
  if (context.DROP() !== null)
    return {
      kind: 'drop constraint',
      name: identifierOf(context.identifier()!),
      ifExists: context.EXISTS() !== null,
    };
  const name = context.qualifiedName();
  if (name !== null) return { kind: 'rename table', to: tableName(name, source) };
  if (context.COMMENT() !== null) return { kind: 'comment table', text: context.StringLiteral()!.getText() };
  const query = context.query();
  if (query !== null) return { kind: 'modify query', query: buildQuery(query, source) };
  const refresh = context.refresh();
  if (refresh !== null) return { kind: 'modify refresh', refresh: buildRefresh(refresh, source) };
  const security = context.viewSecurity();
  if (security !== null) return { kind: 'modify security', security: buildViewSecurity([security], source)! };
  return {
    kind: 'order by',
    items: sortItems(context.sortItem(), source).flatMap((item) =>
      item.value.kind === 'tuple' ? item.value.items.map((value) => ({ ...item, value })) : [item],
    ),
  };
}

function partitionCommand(context: PartitionCommandContext, source: Source): PartitionCommand {
  const ref = context.partitionRef();
  const other = context.qualifiedName();
  const action =
    context.DETACHED() !== null
      ? 'drop detached'
      : context.DROP() !== null
        ? 'drop'
        : context.DETACH() !== null
          ? 'detach'
          : context.ATTACH() !== null
            ? 'attach'
            : context.REPLACE() !== null
              ? 'replace'
              : context.MOVE() !== null
                ? 'move'
                : 'freeze';
  const withName = context.identifier();
  if (withName !== null && identifierOf(withName).text.toUpperCase() !== 'NAME')
    throw source.error(span(withName), `Syntax error at \`${identifierOf(withName).text}\``);
  return {
    action,
    partition: ref === null ? { kind: 'all', ...span(context) } : partitionName(ref, source),
    other: other === null ? null : tableName(other, source),
    name: context.StringLiteral()?.getText() ?? null,
  };
}

export function partitionName(context: PartitionRefContext, source: Source): PartitionName {
  const where = span(context);
  const text = context.StringLiteral();
  if (context.PART() !== null) return { kind: 'part', name: text!.getText(), ...where };
  if (context.ALL() !== null) return { kind: 'all', ...where };
  const word = context.identifier();
  if (word === null)
    return { kind: 'value', value: buildExpression(context.expression()!, source), ...where };
  if (identifierOf(word).text.toUpperCase() !== 'ID')
    throw source.error(span(word), `Syntax error at \`${identifierOf(word).text}\``);
  return { kind: 'id', id: text!.getText(), ...where };
}

export function buildRenameTables(context: RenameTableContext, source: Source): RenameTables {
  return {
    kind: 'rename tables',
    only: context.DICTIONARY() === null ? null : 'dictionary',
    ifExists: context.EXISTS() !== null,
    pairs: context.renaming().map((pair) => ({
      from: tableName(pair.qualifiedName(0)!, source),
      to: tableName(pair.qualifiedName(1)!, source),
    })),
  };
}

export function buildExchangeTables(context: ExchangeTablesContext, source: Source): ExchangeTables {
  return {
    kind: 'exchange tables',
    left: tableName(context.qualifiedName(0)!, source),
    right: tableName(context.qualifiedName(1)!, source),
  };
}
