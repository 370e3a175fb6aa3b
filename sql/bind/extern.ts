/**
 * `TABLE(EXTERN(inputSource, inputFormat[, signature]))` of Druid, with the columns behind it where the signature is left out: what an
 * ingestion spec could read, as a table. What source and format mean is the database's.
 */

import type { Value } from '../../engine/type/type.ts';
import type { CallExpression, Expression, Span, TypeName } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import type { ExternRequest, TableInfo } from './context.ts';
import { requestedTable } from './file.ts';
import type { Session } from './session.ts';

type Extern = Extract<TableExpression, { kind: 'extern' }>;
type Evaluate = (node: Expression) => Value;

const ARGUMENTS = ['inputSource', 'inputFormat', 'signature'] as const;
type Argument = (typeof ARGUMENTS)[number];
const FORM = `TABLE(EXTERN('{"type": "inline", ...}', '{"type": "json"}')) EXTEND (a VARCHAR, b BIGINT)`;

/** @throws BasaltError BAD_ARGUMENTS, or what the source and its guards say, at the place of EXTERN */
export function externTable(item: Extern, evaluate: Evaluate, session: Session): TableInfo {
  const { call } = item;
  if (session.dialect !== 'druid')
    throw session.refuse(item, 'TABLE(...) in this dialect', 'Ask in the Druid dialect');
  if (call.kind !== 'call' || call.name.toUpperCase() !== 'EXTERN')
    throw session.error('UNKNOWN_FUNCTION', call, 'TABLE(...) takes a call of EXTERN', `Write ${FORM}`);
  const given = argumentsOf(call, evaluate, session);
  const source = json(given, 'inputSource', call, session);
  const format = json(given, 'inputFormat', call, session);
  const columns = columnsOf(item, given, call, session);
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw session.error('DUPLICATE_COLUMN', item, `The column ${name} is named twice`);
    names.add(name);
  }
  return requestedTable({ source, format, columns }, call, 'EXTERN', session);
}

type Given = ReadonlyMap<Argument, { readonly text: string; readonly node: Expression }>;

/** By place, or by name: `inputSource => '...'`. */
function argumentsOf(call: CallExpression, evaluate: Evaluate, session: Session): Given {
  const given = new Map<Argument, { text: string; node: Expression }>();
  for (const [i, arg] of call.args.entries()) {
    const name = arg.kind === 'named' ? ARGUMENTS.find((known) => known === arg.name.text) : ARGUMENTS[i];
    if (name === undefined)
      throw session.error('BAD_ARGUMENTS', arg, `EXTERN takes ${ARGUMENTS.join(', ')}`, `Write ${FORM}`);
    const node = arg.kind === 'named' ? arg.value : arg;
    const text = evaluate(node);
    if (typeof text !== 'string')
      throw session.error('BAD_ARGUMENTS', node, `${name} of EXTERN has to be a text of JSON`);
    given.set(name, { text, node });
  }
  return given;
}

function json(given: Given, name: Argument, call: Span, session: Session): unknown {
  const found = given.get(name);
  if (found === undefined)
    throw session.error('BAD_ARGUMENTS', call, `EXTERN lacks its ${name}`, `Write ${FORM}`);
  try {
    return JSON.parse(found.text);
  } catch (error) {
    throw session.error(
      'BAD_ARGUMENTS',
      found.node,
      `${name} of EXTERN is not JSON: ${(error as Error).message}`,
    );
  }
}

function columnsOf(item: Extern, given: Given, call: Span, session: Session): ExternRequest['columns'] {
  const signature = given.get('signature');
  if (signature === undefined) {
    if (item.columns.length === 0)
      throw session.error('BAD_ARGUMENTS', call, 'EXTERN does not say its columns', `Write ${FORM}`);
    return item.columns.map(({ name, type }) => ({ name: name.text, type: session.typeOf(type) }));
  }
  if (item.columns.length > 0)
    throw session.error('BAD_ARGUMENTS', signature.node, 'EXTERN has its columns twice', 'Leave one out');
  const value = json(given, 'signature', call, session);
  const wrong = (): Error =>
    session.error(
      'BAD_ARGUMENTS',
      signature.node,
      'The signature of EXTERN is no list of columns',
      `Write '[{"name": "a", "type": "string"}, {"name": "b", "type": "long"}]'`,
    );
  if (!Array.isArray(value) || value.length === 0) throw wrong();
  return value.map((column: { readonly name?: unknown; readonly type?: unknown } | null) => {
    const { name, type } = column ?? {};
    if (typeof name !== 'string' || name === '' || typeof type !== 'string') throw wrong();
    return { name, type: session.typeOf(nativeType(type, signature.node, session)) };
  });
}

/** Druid's native types, which are shown in upper case and written in any. */
const NATIVE_TYPES: Readonly<Record<string, string>> = {
  STRING: 'VARCHAR',
  LONG: 'BIGINT',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE',
  'ARRAY<STRING>': 'VARCHAR[]',
  'ARRAY<LONG>': 'BIGINT[]',
  'ARRAY<FLOAT>': 'FLOAT[]',
  'ARRAY<DOUBLE>': 'DOUBLE[]',
  'COMPLEX<JSON>': 'JSON',
};

function nativeType(text: string, where: Span, session: Session): TypeName {
  const name = NATIVE_TYPES[text.toUpperCase()];
  if (name !== undefined) return session.typeNamed(name, where);
  throw session.error(
    'UNKNOWN_TYPE',
    where,
    `EXTERN reads no values of type ${text}`,
    `Types are ${Object.keys(NATIVE_TYPES).join(', ')}`,
  );
}
