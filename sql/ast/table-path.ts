/** The parts of a table's name as it is written: its schema, where it says one, and its own. */

import type { Identifier } from './expression.ts';
import type { TableName } from './statement.ts';

export const tablePath = ({ schema, name }: Pick<TableName, 'schema' | 'name'>): readonly Identifier[] =>
  schema === null ? [name] : [schema, name];
