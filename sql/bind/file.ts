/**
 * Files as tables: `FROM 'x.parquet'`, `read_parquet`, `read_csv`, `read_json` (DuckDB), `file` and `url` (ClickHouse).
 *
 * What is wanted becomes a {@link FileRequest}; what is in the files is found out by the database. Options are a table: a name, what
 * it may be, and which field of the request it sets.
 */

import type { Value } from '../../engine/type/type.ts';
import type { Expression, Span } from '../ast/expression.ts';
import { parse } from '../parse/parser.ts';
import type { FileRequest, TableInfo, TableRequest } from './context.ts';
import type { Session } from './session.ts';

export const ANY_FILE: FileRequest = {
  paths: [],
  isRemote: false,
  format: null,
  columns: null,
  hivePartitioning: null,
  unionByName: false,
  delimiter: null,
  header: null,
};

/** Formats by function; null: the path's extension says. */
const READERS: Readonly<Record<string, string | null>> = {
  read_parquet: 'Parquet',
  parquet_scan: 'Parquet',
  read_csv: 'CSV',
  read_csv_auto: 'CSV',
  read_json: 'JSONEachRow',
  read_json_auto: 'JSONEachRow',
  read_ndjson: 'JSONEachRow',
};
export const FILE_FUNCTIONS: readonly string[] = ['read_parquet', 'read_csv', 'read_json', 'file', 'url'];

type Option = { readonly field: keyof FileRequest; readonly kind: 'boolean' | 'string' };
const OPTIONS: Readonly<Record<string, Option>> = {
  hive_partitioning: { field: 'hivePartitioning', kind: 'boolean' },
  union_by_name: { field: 'unionByName', kind: 'boolean' },
  header: { field: 'header', kind: 'boolean' },
  delim: { field: 'delimiter', kind: 'string' },
  sep: { field: 'delimiter', kind: 'string' },
};

type Evaluate = (node: Expression) => Value;

/** null: the function reads no files. @throws BasaltError BAD_ARGUMENTS, NUMBER_OF_ARGUMENTS_DOESNT_MATCH */
export function fileRequest(
  name: string,
  args: readonly Expression[],
  evaluate: Evaluate,
  session: Session,
): FileRequest | null {
  if (name === 'file' || name === 'url') return fileOfClickHouse(name, args, evaluate, session);
  const format = READERS[name];
  if (format === undefined) return null;
  let request: FileRequest = { ...ANY_FILE, format };
  const paths: string[] = [];
  for (const [i, node] of args.entries()) {
    const option = optionOf(node);
    if (option !== null) request = { ...request, ...optionValue(option, evaluate, session) };
    else if (i === 0) paths.push(...pathsOf(node, evaluate, session));
    else
      throw session.error(
        'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
        node,
        `${name} takes a path and then options`,
        `Options are written name = value; several paths as ['a', 'b']`,
      );
  }
  if (paths.length === 0) throw session.error('BAD_ARGUMENTS', args[0] ?? START, `${name} needs a path`);
  return { ...request, ...placesOf(paths, args[0], session) };
}

/** Paths, or addresses: what is read over the network. */
export function placesOf(
  paths: readonly string[],
  where: Span,
  session: Session,
): Pick<FileRequest, 'paths' | 'isRemote'> {
  const addresses = paths.filter((path) => /^https?:\/\//i.test(path));
  if (addresses.length === 0 || addresses.length === paths.length)
    return { paths, isRemote: addresses.length > 0 };
  throw session.error(
    'BAD_ARGUMENTS',
    where,
    'Files and addresses are read by themselves',
    'Write UNION ALL',
  );
}

const START: Span = { at: 0, end: 0 };

type GivenOption = { readonly name: string; readonly value: Expression; readonly node: Expression };

function optionOf(node: Expression): GivenOption | null {
  if (node.kind !== 'binary' || node.op !== '=' || node.left.kind !== 'name') return null;
  return { name: node.left.parts.map(({ text }) => text).join('.'), value: node.right, node };
}

function optionValue(
  { name, value, node }: GivenOption,
  evaluate: Evaluate,
  session: Session,
): Partial<FileRequest> {
  const option = OPTIONS[name.toLowerCase()];
  if (option === undefined)
    throw session.error(
      'BAD_ARGUMENTS',
      node,
      `Unknown option ${name}`,
      session.didYouMean(name, Object.keys(OPTIONS)) ?? `Options are ${Object.keys(OPTIONS).join(', ')}`,
    );
  const given = evaluate(value);
  const plain = option.kind === 'boolean' && typeof given === 'bigint' ? given !== 0n : given;
  if (typeof plain === option.kind) return { [option.field]: plain };
  throw session.error('BAD_ARGUMENTS', node, `Option ${name} takes a ${option.kind}`);
}

function pathsOf(node: Expression, evaluate: Evaluate, session: Session): string[] {
  const nodes = node.kind === 'array' ? node.items : [node];
  return nodes.map((item) => textOf(item, evaluate, session, 'A path'));
}

function textOf(node: Expression, evaluate: Evaluate, session: Session, what: string): string {
  const value = evaluate(node);
  if (typeof value === 'string' && value !== '') return value;
  throw session.error('BAD_ARGUMENTS', node, `${what} has to be a text`);
}

/** `file(path[, format[, structure]])`, and the same of an address. */
function fileOfClickHouse(
  name: 'file' | 'url',
  args: readonly Expression[],
  evaluate: Evaluate,
  session: Session,
): FileRequest {
  if (args.length < 1 || args.length > 3)
    throw session.error(
      'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
      args[0] ?? START,
      `${name} takes ${name === 'url' ? 'an address' : 'a path'}, a format and the structure`,
    );
  const [path, format = 'auto', structure = 'auto'] = args.map((node, i) =>
    // Formats are written as names, too.
    i === 1 && node.kind === 'name' && node.parts.length === 1
      ? node.parts[0].text
      : textOf(node, evaluate, session, `An argument of ${name}`),
  );
  const places = placesOf([path], args[0], session);
  if (places.isRemote !== (name === 'url'))
    throw session.error(
      'BAD_ARGUMENTS',
      args[0],
      `${name} takes ${name === 'url' ? 'an address' : 'a path'}, not '${path}'`,
      `Write ${name === 'url' ? "file('...'), or url('http://...')" : "url('...')"}`,
    );
  return {
    ...ANY_FILE,
    ...places,
    format: format.toLowerCase() === 'auto' ? null : format,
    columns: structure.toLowerCase() === 'auto' ? null : columnsOf(structure, args[2], session),
  };
}

/** `a Int64, b String`: what stands in the parentheses of a CREATE TABLE. */
export function columnsOf(structure: string, where: Span, session: Session): FileRequest['columns'] {
  const wrong = (): Error =>
    session.error(
      'BAD_ARGUMENTS',
      where,
      `'${structure}' is no list of columns`,
      "Write names with their types: 'a Int64, b String'",
    );
  let body: ReturnType<typeof parse>['body'];
  try {
    ({ body } = parse(`CREATE TABLE t (${structure}\n)`, session.dialect));
  } catch {
    throw wrong();
  }
  if (body.kind !== 'create table' || body.columns.length === 0) throw wrong();
  return body.columns.map(({ name, type }) => {
    if (type === null) throw wrong();
    return { name: name.text, type: session.typeOf({ ...type, at: where.at, end: where.end }) };
  });
}

/** `input('a Int64, b String')`: the rows that come with an INSERT ... SELECT. */
export function inputTable(
  args: readonly Expression[],
  where: Span,
  evaluate: Evaluate,
  session: Session,
): TableInfo {
  const { dataFormat } = session.context;
  const [structure] = args;
  if (structure === undefined || args.length > 1)
    throw session.error('NUMBER_OF_ARGUMENTS_DOESNT_MATCH', where, 'input takes the structure of its rows');
  if (dataFormat === undefined)
    throw session.error(
      'INVALID_USAGE_OF_INPUT',
      where,
      'input reads the rows that come with an INSERT',
      "Write INSERT INTO t SELECT ... FROM input('a Int64, b String') FORMAT CSV, and the rows behind it",
    );
  const columns = columnsOf(textOf(structure, evaluate, session, 'A structure'), structure, session) ?? [];
  return requestedTable({ dataFormat, columns }, where, 'input', session);
}

export const fileTable = (request: FileRequest, where: Span, session: Session): TableInfo =>
  requestedTable(request, where, 'Reading files', session);

/** @throws BasaltError at the place where the rows are named */
export function requestedTable(
  request: TableRequest,
  where: Span,
  what: string,
  session: Session,
): TableInfo {
  const { files } = session.context;
  if (files === undefined) throw session.refuse(where, `${what} here`, 'INSERT their rows into a table');
  try {
    return files.table(request);
  } catch (error) {
    throw session.at(where, error);
  }
}
