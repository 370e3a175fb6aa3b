/**
 * ClickHouse's columns of type Nested: a column of arrays for each element, `n.a` and `n.b`, which change together.
 *
 * Nothing keeps what was written: columns of arrays with the same name before the dot are a Nested, whoever made them.
 */

import type { ColumnCommand } from '../ast/alter.ts';
import type { TypeName } from '../ast/expression.ts';
import type { ColumnDefinition } from '../ast/statement.ts';
import type { Session } from '../bind/session.ts';

/** @param definitions of a table; those that are Nested become several, unless `flatten_nested` is 0 */
export const flattened = (
  definitions: readonly ColumnDefinition[],
  session: Session,
): readonly ColumnDefinition[] =>
  definitions.flatMap((definition) => elementsOf(definition, session) ?? [definition]);

function elementsOf(definition: ColumnDefinition, session: Session): readonly ColumnDefinition[] | undefined {
  const { type, name, value } = definition;
  const isFlat = Number(session.context.settings['flatten_nested'] ?? 1) !== 0;
  if (session.dialect !== 'clickhouse' || type?.name !== 'Nested' || type.arrays > 0 || !isFlat)
    return undefined;
  if (value !== null)
    throw session.error(
      'BAD_ARGUMENTS',
      definition,
      `${name.text} is Nested, so it takes no default`,
      'ALTER its elements',
    );
  return type.args.map((arg): ColumnDefinition => {
    if (arg.kind !== 'field')
      throw session.error(
        'BAD_ARGUMENTS',
        type,
        'Nested takes names with types',
        'Write Nested(a UInt8, b String)',
      );
    return { ...definition, name: { ...name, text: `${name.text}.${arg.name}` }, type: arrayOf(arg.type) };
  });
}

const arrayOf = (type: TypeName): TypeName => ({
  name: 'Array',
  args: [{ kind: 'type', type }],
  withZone: false,
  arrays: 0,
  at: type.at,
  end: type.end,
});

/**
 * A change of a Nested as one of each of its columns.
 *
 * @param names of the table's columns
 */
export function spreadCommand(
  command: ColumnCommand,
  names: readonly string[],
  session: Session,
): readonly ColumnCommand[] {
  if (session.dialect !== 'clickhouse') return [command];
  if (command.kind === 'add') {
    const columns = elementsOf(command.column, session) ?? [command.column];
    return columns.map((column, i) => ({
      ...command,
      column,
      place: i === 0 || command.place === null ? command.place : { after: columns[i - 1].name },
    }));
  }
  if ((command.kind !== 'drop' && command.kind !== 'clear') || names.includes(command.name.text))
    return [command];
  const elements = names.filter((name) => name.startsWith(`${command.name.text}.`));
  if (elements.length === 0) return [command];
  return elements.map((text) => ({ ...command, name: { ...command.name, text } }));
}
