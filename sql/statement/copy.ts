/** COPY: a plan, and what is to become of its rows; or the rows of a file, as an insert. Options are DuckDB's. */

import { lookup } from '../../engine/base/lookup.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { isPacked, nullable } from '../../engine/type/type.ts';
import type { Identifier } from '../ast/expression.ts';
import type { Copy, CopyFrom, CopyOption } from '../ast/statement.ts';
import type { FileRequest } from '../bind/context.ts';
import { ANY_FILE, fileTable, placesOf } from '../bind/file.ts';
import { scanOf } from '../bind/from.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { Bare } from './bound.ts';
import { assignedPlan, type BoundInsert, insertOf, targetColumns } from './insert.ts';
import { tableOfRows } from './table-ref.ts';

type BoundCopy = Bare<'copyTo'>;
type Options = Partial<Pick<BoundCopy, 'fileFormat' | 'header' | 'compression'>> & {
  readonly partitionBy?: readonly Identifier[];
  readonly delimiter?: string;
};

const FORMATS: Readonly<Record<string, BoundCopy['fileFormat']>> = {
  parquet: 'Parquet',
  csv: 'CSV',
  json: 'JSONEachRow',
  ndjson: 'JSONEachRow',
  jsonl: 'JSONEachRow',
};
const COMPRESSIONS: Readonly<Record<string, BoundCopy['compression']>> = {
  uncompressed: 'UNCOMPRESSED',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  zstd: 'ZSTD',
};

type Read = (option: CopyOption, session: Session) => Options;

const EITHER: Readonly<Record<string, Read>> = {
  format: (option, session) => ({ fileFormat: oneOf(option, FORMATS, session) }),
  header: (option, session) => {
    if (typeof option.value !== 'boolean') throw wrong(option, 'true or false', session);
    return { header: option.value };
  },
};
const TO: Readonly<Record<string, Read>> = {
  ...EITHER,
  compression: (option, session) => ({ compression: oneOf(option, COMPRESSIONS, session) }),
  codec: (option, session) => ({ compression: oneOf(option, COMPRESSIONS, session) }),
  partition_by: (option, session) => {
    const { value } = option;
    if (typeof value === 'string') return { partitionBy: [{ ...option.name, text: value }] };
    if (value === null || typeof value !== 'object') throw wrong(option, '(column, ...)', session);
    return { partitionBy: value };
  },
};

const delimiter: Read = (option, session) => {
  if (typeof option.value !== 'string') throw wrong(option, "a text, like ';'", session);
  return { delimiter: option.value };
};
const FROM: Readonly<Record<string, Read>> = { ...EITHER, delimiter, delim: delimiter, sep: delimiter };

export function bindCopy(body: Copy, session: Session): BoundCopy {
  const options = optionsOf(body, TO, session);
  const fileFormat = formatOf(body, options, session);
  if (options.header !== undefined && fileFormat !== 'CSV')
    throw session.error('BAD_ARGUMENTS', body, 'HEADER belongs to the format csv');
  if (options.compression !== undefined && fileFormat !== 'Parquet')
    throw session.error('BAD_ARGUMENTS', body, 'COMPRESSION belongs to the format parquet');
  const { plan } = session.bindQuery(body.query, NO_WITH);
  const partitionBy = (options.partitionBy ?? []).map((name) => partitionColumn(name, plan, session));
  return {
    kind: 'copyTo',
    plan: session.optimized(inOrderOf(partitionBy, plan)),
    path: body.path,
    fileFormat,
    header: options.header ?? true,
    compression: options.compression ?? 'ZSTD',
    partitionBy,
  };
}

/** Columns of text are read as the table's; those of Parquet have their own types, and come in order. */
export function bindCopyFrom(body: CopyFrom, session: Session): BoundInsert {
  const options = optionsOf(body, FROM, session);
  const format = formatOf(body, options, session);
  const { header, delimiter: delimiterOf } = options;
  if (format !== 'CSV' && (header !== undefined || delimiterOf !== undefined))
    throw session.error('BAD_ARGUMENTS', body, 'HEADER and DELIMITER belong to the format csv');
  const table = tableOfRows(body.table, 'COPY', session);
  const columns = targetColumns(body.columns, table, session);
  const request: FileRequest = {
    ...ANY_FILE,
    ...placesOf([body.path], body, session),
    format,
    columns: format === 'Parquet' ? null : columns.map(({ name, type }) => ({ name, type: nullable(type) })),
    hivePartitioning: false,
    header: header ?? null,
    delimiter: delimiterOf ?? null,
  };
  const { plan } = scanOf(fileTable(request, body, session), null, body, session);
  return insertOf(
    table,
    columns,
    { kind: 'plan', plan: assignedPlan(plan, columns, body, session) },
    session,
  );
}

function formatOf(
  body: Copy | CopyFrom,
  { fileFormat }: Options,
  session: Session,
): NonNullable<Options['fileFormat']> {
  const extension = /\.(\w+)$/.exec(body.path)?.[1].toLowerCase() ?? '';
  const found = fileFormat ?? lookup(FORMATS, extension);
  if (found !== undefined) return found;
  throw session.error(
    'BAD_ARGUMENTS',
    body,
    `${body.path} does not say which format it ${body.kind === 'copy' ? 'is to have' : 'has'}`,
    `Name the file .parquet, .csv or .json, or write (FORMAT ${Object.keys(FORMATS).join(' | ')})`,
  );
}

function optionsOf(
  { kind, options }: Copy | CopyFrom,
  readers: Readonly<Record<string, Read>>,
  session: Session,
): Options {
  let all: Options = {};
  for (const option of options) {
    const known = Object.keys(readers);
    const name = option.name.text.toLowerCase();
    const read = lookup(readers, name);
    if (read === undefined)
      throw session.error(
        'BAD_ARGUMENTS',
        option.name,
        `COPY ... ${kind === 'copy' ? 'TO' : 'FROM'} has no option ${option.name.text}`,
        `It has ${known.join(', ')}`,
      );
    all = { ...all, ...read(option, session) };
  }
  return all;
}

function oneOf<T>(option: CopyOption, known: Readonly<Record<string, T>>, session: Session): T {
  const found = lookup(known, String(option.value).toLowerCase());
  if (found === undefined) throw wrong(option, Object.keys(known).join(', '), session);
  return found;
}

const wrong = ({ name }: CopyOption, wanted: string, session: Session): Error =>
  session.error('BAD_ARGUMENTS', name, `The option ${name.text.toUpperCase()} is one of: ${wanted}`);

function partitionColumn(name: Identifier, { schema }: Plan, session: Session): number {
  const at = schema.findIndex((field) => session.same(name.text, field.name));
  if (at < 0)
    throw session.error(
      'NO_SUCH_COLUMN_IN_TABLE',
      name,
      `There is no column ${name.text} to partition by`,
      session.didYouMean(
        name.text,
        schema.map((field) => field.name),
      ),
    );
  const { type } = schema[at];
  if (isPacked(type) && type.id !== 'decimal')
    throw session.error('BAD_ARGUMENTS', name, `Folders cannot be named by a column of type ${type.id}`);
  return at;
}

/** Rows of a folder come together. */
function inOrderOf(positions: readonly number[], input: Plan): Plan {
  if (positions.length === 0) return input;
  const { schema } = input;
  const keys = positions.map((at) => ({
    expr: column(at, schema[at].type),
    descending: false,
    nullsFirst: false,
  }));
  return { kind: 'sort', input, keys, limit: null, offset: 0, schema };
}
