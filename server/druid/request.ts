/**
 * A SQL request as Druid's clients send it: JSON, plain text or a form, to a typed one.
 * Unknown context keys are tolerated, as Druid does; a value of the wrong kind is an error that names its field.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { lookup } from '../../engine/base/lookup.ts';
import {
  DRUID_FORMATS,
  druidFormatByName,
  type FormatRow,
  type WriteOptions,
} from '../../engine/format/index.ts';

export type SqlRequest = {
  readonly query: string;
  readonly format: FormatRow;
  readonly write: WriteOptions;
  readonly parameters: readonly unknown[];
  readonly queryId: string | null;
  readonly timeoutMs: number | null;
  readonly timeZone: string | null;
  /** Settings of the context that are the database's, too. */
  readonly settings: Readonly<Record<string, boolean | number>>;
  /** Most rows to send; null: all. */
  readonly outerLimit: number | null;
};

type Json = Record<string, unknown>;

const wrong = (path: string, expected: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `${path}: ${expected} is expected`);

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseSqlRequest(contentType: string, body: string): SqlRequest {
  const kind = contentType.split(';', 1)[0].trim().toLowerCase();
  if (kind === 'text/plain') return fromJson({ query: body });
  if (kind === 'application/x-www-form-urlencoded') {
    try {
      return fromJson({ query: decodeURIComponent(body.replaceAll('+', ' ')) });
    } catch {
      throw new BasaltError('BAD_ARGUMENTS', 'The body is not URL-encoded');
    }
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `Malformed SQL query: the body is not JSON (${(error as Error).message})`,
    );
  }
  if (!isObject(parsed))
    throw new BasaltError('BAD_ARGUMENTS', 'Malformed SQL query: a JSON object is expected');
  return fromJson(parsed);
}

function fromJson(body: Json): SqlRequest {
  if (typeof body['query'] !== 'string' || body['query'].trim() === '') throw wrong('query', 'a SQL text');
  const given = body['context'] ?? {};
  if (!isObject(given)) throw wrong('context', 'an object');
  const { query, set } = leadingSets(body['query']);
  const context = { ...given, ...set };
  const header = flag(body, 'header');
  const typesHeader = flag(body, 'typesHeader');
  const sqlTypesHeader = flag(body, 'sqlTypesHeader');
  if (!header && (typesHeader || sqlTypesHeader)) {
    throw new BasaltError(
      'BAD_ARGUMENTS',
      `Cannot include ${typesHeader ? 'typesHeader' : 'sqlTypesHeader'} without header`,
    );
  }
  const timeZone = text(context, 'sqlTimeZone');
  const limit = number(context, 'sqlOuterLimit');
  return {
    query,
    format: formatOf(body['resultFormat']),
    write: {
      header,
      typesHeader,
      sqlTypesHeader,
      stringifyArrays: truth(context, 'sqlStringifyArrays', true),
      ...(timeZone === null ? {} : { zone: timeZone }),
    },
    parameters: parametersOf(body['parameters']),
    queryId: text(context, 'sqlQueryId') ?? text(context, 'queryId'),
    timeoutMs: number(context, 'timeout'),
    timeZone,
    settings: {
      ...(context['finalizeAggregations'] === undefined
        ? {}
        : { finalizeAggregations: truth(context, 'finalizeAggregations', true) }),
      ...(context['failOnEmptyInsert'] === undefined
        ? {}
        : { failOnEmptyInsert: truth(context, 'failOnEmptyInsert', false) }),
      ...(context['rowsPerSegment'] === undefined
        ? {}
        : { rowsPerSegment: number(context, 'rowsPerSegment') ?? 0 }),
    },
    outerLimit: limit,
  };
}

/** `SET name = literal;` and what may stand before it. */
const SET =
  /(?:\s|--[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*SET\s+(?:([a-z_]\w*)|"([^"]+)")\s*=\s*(?:'((?:[^']|'')*)'|(TRUE|FALSE)|([+-]?\d+(?:\.\d+)?))\s*;/iy;

/** The SETs ahead of a query say keys of its context; blanks in their place keep the positions of errors. */
function leadingSets(text: string): { readonly query: string; readonly set: Json } {
  const set: Json = {};
  let end = 0;
  SET.lastIndex = 0;
  for (let found = SET.exec(text); found !== null; found = SET.exec(text)) {
    const [, bare, quoted, string, truth, number] = found;
    set[bare ?? quoted] =
      string !== undefined
        ? string.replaceAll("''", "'")
        : truth !== undefined
          ? truth.toUpperCase() === 'TRUE'
          : Number(number);
    end = SET.lastIndex;
  }
  const query = text.slice(0, end).replace(/[^\n]/g, ' ') + text.slice(end);
  return query.trim() === '' ? { query: text, set: {} } : { query, set };
}

function flag(body: Json, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== 'boolean') throw wrong(name, 'true or false');
  return value;
}

function truth(context: Json, name: string, fallback: boolean): boolean {
  const value = context[name] ?? fallback;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw wrong(`context.${name}`, 'true or false');
}

function text(context: Json, name: string): string | null {
  const value = context[name] ?? null;
  if (value !== null && (typeof value !== 'string' || value === '')) throw wrong(`context.${name}`, 'a text');
  return value;
}

function number(context: Json, name: string): number | null {
  const value = context[name] ?? null;
  if (value === null) return null;
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof parsed === 'number' && Number.isInteger(parsed) && parsed >= 0) return parsed;
  throw wrong(`context.${name}`, 'a whole number, 0 or more,');
}

function formatOf(value: unknown): FormatRow {
  if (value === undefined || value === null) return DRUID_FORMATS[0];
  const found = typeof value === 'string' ? druidFormatByName(value) : undefined;
  if (found !== undefined) return found;
  throw wrong('resultFormat', `one of ${DRUID_FORMATS.map((format) => format.names[0]).join(', ')}`);
}

const MAX_PARAMETERS = 10000;

function parametersOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong('parameters', 'a list');
  if (value.length > MAX_PARAMETERS) throw wrong('parameters', `a list of at most ${MAX_PARAMETERS}`);
  return value.map((item, i) => {
    if (!isObject(item) || typeof item['type'] !== 'string')
      throw wrong(`parameters[${i}]`, 'an object with type and value');
    return parameterValue(item['type'].toUpperCase(), item['value'] ?? null, `parameters[${i}]`);
  });
}

type Convert = (value: unknown) => unknown;

const integer: Convert = (value) =>
  (typeof value === 'number' && Number.isSafeInteger(value)) ||
  (typeof value === 'string' && /^-?\d+$/.test(value))
    ? BigInt(value)
    : undefined;
const float: Convert = (value) => {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && !Number.isNaN(parsed) ? parsed : undefined;
};
const string: Convert = (value) => (typeof value === 'object' ? undefined : String(value));
const boolean: Convert = (value) =>
  typeof value === 'boolean' ? value : value === 'true' ? true : value === 'false' ? false : undefined;
const instant: Convert = (value) => {
  if (typeof value === 'number') return new Date(value);
  if (typeof value !== 'string') return undefined;
  const iso = value.trim().replace(' ', 'T');
  const date = new Date(iso.includes('T') && !/(?:[zZ]|[+-]\d\d:?\d\d)$/.test(iso) ? `${iso}Z` : iso);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** SQL types of parameters, as JDBC names them. */
const PARAMETER_TYPES: Readonly<Record<string, Convert>> = {
  CHAR: string,
  VARCHAR: string,
  TINYINT: integer,
  SMALLINT: integer,
  INTEGER: integer,
  BIGINT: integer,
  FLOAT: float,
  REAL: float,
  DOUBLE: float,
  DECIMAL: float,
  BOOLEAN: boolean,
  TIMESTAMP: instant,
  DATE: instant,
};

function parameterValue(type: string, value: unknown, path: string): unknown {
  const convert = lookup(PARAMETER_TYPES, type);
  if (convert === undefined) throw wrong(`${path}.type`, `one of ${Object.keys(PARAMETER_TYPES).join(', ')}`);
  if (value === null) return null;
  const converted = convert(value);
  if (converted === undefined) throw wrong(`${path}.value`, `a value of type ${type}`);
  return converted;
}
