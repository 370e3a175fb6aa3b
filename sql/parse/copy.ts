/** COPY: a query's rows to files, or a file's rows into a table. */

import type { Copy, CopyFrom, CopyOption } from '../ast/statement.ts';
import type { CopyContext, CopyOptionContext } from '../grammar/generated/Sql.js';
import { identifierOf, nameParts } from './name.ts';
import { buildQuery } from './query.ts';
import { selectFrom } from './select-from.ts';
import { settingValue } from './setting.ts';
import type { Source } from './source.ts';
import { span } from './span.ts';
import { tableName } from './statement.ts';

export function buildCopy(context: CopyContext, source: Source): Copy | CopyFrom {
  const where = span(context);
  const path = context.StringLiteral()!.getText();
  const options = context.copyOption().map((option) => optionOf(option, source));
  const columns = context.identifier().map((i) => identifierOf(i));
  const query = context.query();
  if (context.FROM() === null) {
    const rows =
      query === null
        ? selectFrom(
            { kind: 'table', name: nameParts(context.qualifiedName()!), alias: null, final: false, ...where },
            columns,
          )
        : buildQuery(query, source);
    return { kind: 'copy', query: rows, path, options, ...where };
  }
  if (query !== null) throw source.error(where, 'COPY ... FROM takes a table', 'Write COPY t FROM');
  const table = tableName(context.qualifiedName()!, source);
  return { kind: 'copy from', table, columns, path, options, ...where };
}

function optionOf(context: CopyOptionContext, source: Source): CopyOption {
  const [name, ...list] = context.identifier().map((i) => identifierOf(i));
  const value = context.settingValue();
  if (value !== null) return { name, value: settingValue(value, source) };
  return { name, value: list.length > 0 ? list : true };
}
