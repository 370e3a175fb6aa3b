/** COPY ... TO: a plan, and what is to become of its rows. Options are DuckDB's. */

import { lookup } from '../../engine/base/lookup.ts';
import { column } from '../../engine/plan/expr.ts';
import type { Plan } from '../../engine/plan/node.ts';
import { isPacked } from '../../engine/type/type.ts';
import type { Identifier } from '../ast/expression.ts';
import type { Copy, CopyOption } from '../ast/statement.ts';
import { NO_WITH } from '../bind/scope.ts';
import type { Session } from '../bind/session.ts';
import type { BoundStatement } from './bound.ts';

type BoundCopy = Omit<Extract<BoundStatement, { kind: 'copyTo' }>, 'format' | 'settings'>;
type Options = Partial<Pick<BoundCopy, 'fileFormat' | 'header' | 'compression'>> & {
  readonly partitionBy?: readonly Identifier[];
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

const OPTIONS: Readonly<Record<string, Read>> = {
  format: (option, session) => ({ fileFormat: oneOf(option, FORMATS, session) }),
  header: (option, session) => {
    if (typeof option.value !== 'boolean') throw wrong(option, 'true or false', session);
    return { header: option.value };
  },
  compression: (option, session) => ({ compression: oneOf(option, COMPRESSIONS, session) }),
  codec: (option, session) => ({ compression: oneOf(option, COMPRESSIONS, session) }),
  partition_by: (option, session) => {
    const { value } = option;
    if (typeof value === 'string') return { partitionBy: [{ ...option.name, text: value }] };
    if (value === null || typeof value !== 'object') throw wrong(option, '(column, ...)', session);
    return { partitionBy: value };
  },
};

export function bindCopy(body: Copy, session: Session): BoundCopy {
  const options = optionsOf(body, session);
  const extension = /\.(\w+)$/.exec(body.path)?.[1].toLowerCase() ?? '';
  const fileFormat = options.fileFormat ?? lookup(FORMATS, extension);
  if (fileFormat === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      body,
      `${body.path} does not say which format it is to have`,
      `Name the file .parquet, .csv or .json, or write (FORMAT ${Object.keys(FORMATS).join(' | ')})`,
    );
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

function optionsOf({ options }: Copy, session: Session): Options {
  let all: Options = {};
  for (const option of options) {
    const known = Object.keys(OPTIONS);
    const name = option.name.text.toLowerCase();
    const read = lookup(OPTIONS, name);
    if (read === undefined)
      throw session.error(
        'BAD_ARGUMENTS',
        option.name,
        `COPY has no option ${option.name.text}`,
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
