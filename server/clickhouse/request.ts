/**
 * A request of ClickHouse's HTTP interface: parameters of the URL sorted into what they are.
 *
 * Reserved names have a meaning here; `param_<n>` are query parameters; anything else is a setting and goes to the
 * database, which refuses unknown ones (115). A few settings are about HTTP itself and stay here.
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { SessionOptions } from '../../database/types.ts';
import { BasaltError } from '../../engine/base/error.ts';

/** Names that are no settings. `value`: used; `tolerated`: read by clients' servers only. */
const RESERVED: Readonly<Record<string, 'value' | 'tolerated' | 'refused'>> = {
  query: 'value',
  query_id: 'value',
  database: 'value',
  default_format: 'value',
  user: 'value',
  password: 'value',
  wait_end_of_query: 'value',
  compress: 'refused',
  decompress: 'refused',
  quota_key: 'tolerated',
  session_id: 'value',
  session_timeout: 'value',
  session_check: 'value',
  close_session: 'value',
  role: 'tolerated',
  buffer_size: 'tolerated',
  client_protocol_version: 'tolerated',
  stacktrace: 'tolerated',
};

/** Settings about the answer's way over HTTP; the database does not get them. */
const HTTP_SETTINGS = new Set([
  'enable_http_compression',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'add_http_cors_header',
  'http_write_exception_in_output_format',
  'http_receive_timeout',
  'http_send_timeout',
  'http_wait_end_of_query',
  'http_response_buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'output_format_json_quote_64bit_integers',
]);

export type ClickHouseRequest = {
  readonly query: string | null;
  readonly queryId: string | null;
  readonly database: string | null;
  readonly format: string | null;
  /** null: the request stands alone. */
  readonly session: SessionOptions | null;
  readonly params: Readonly<Record<string, string | null>>;
  readonly settings: Readonly<Record<string, string>>;
  /** Buffers the whole answer, so that its status and summary are right. */
  readonly waitForEnd: boolean;
  readonly compression: boolean;
  readonly quoteInt64: boolean;
  /** Milliseconds between two progress headers; null sends none. */
  readonly progressIntervalMs: number | null;
  /** Null: the server's own bound. */
  readonly timeoutMs: number | null;
};

const isOn = (value: string | undefined, fallback: boolean): boolean =>
  value === undefined ? fallback : value === '1' || value.toLowerCase() === 'true';

const header = (headers: IncomingHttpHeaders, name: string): string | null => {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

const nonEmpty = (value: string | undefined): string | null =>
  value === undefined || value === '' ? null : value;

/** @throws BasaltError BAD_ARGUMENTS, NOT_IMPLEMENTED */
export function parseRequest(search: URLSearchParams, headers: IncomingHttpHeaders): ClickHouseRequest {
  const reserved: Record<string, string> = {};
  const http: Record<string, string> = {};
  const settings: Record<string, string> = Object.create(null);
  const params: Record<string, string | null> = Object.create(null);
  for (const [name, value] of search) {
    const kind = Object.hasOwn(RESERVED, name) ? RESERVED[name] : undefined;
    if (kind === 'refused') {
      if (!isOn(value, false)) continue;
      throw new BasaltError(
        'NOT_IMPLEMENTED',
        `${name}=1 (ClickHouse's own block compression) is not supported`,
        {
          hint: 'Use HTTP compression: Accept-Encoding and Content-Encoding',
        },
      );
    }
    if (kind !== undefined) reserved[name] = value;
    else if (name.startsWith('param_')) params[name.slice('param_'.length)] = unescapeParameter(value);
    else if (HTTP_SETTINGS.has(name)) http[name] = value;
    else settings[name] = value;
  }
  // The database keeps to it as well; here it also bounds the time spent waiting and sending.
  const seconds = Number(settings['max_execution_time'] ?? 0);
  if (!(seconds >= 0))
    throw new BasaltError('BAD_ARGUMENTS', 'max_execution_time: a number of seconds is expected');
  return {
    query: reserved['query'] ?? null,
    queryId: nonEmpty(reserved['query_id']) ?? header(headers, 'x-clickhouse-query-id'),
    database: header(headers, 'x-clickhouse-database') ?? nonEmpty(reserved['database']),
    format: header(headers, 'x-clickhouse-format') ?? nonEmpty(reserved['default_format']),
    session: sessionOf(reserved),
    params,
    settings,
    waitForEnd: isOn(reserved['wait_end_of_query'] ?? http['http_wait_end_of_query'], false),
    compression: isOn(http['enable_http_compression'], true),
    quoteInt64: isOn(http['output_format_json_quote_64bit_integers'], false),
    progressIntervalMs: isOn(http['send_progress_in_http_headers'], false)
      ? interval(http['http_headers_progress_interval_ms'])
      : null,
    timeoutMs: seconds === 0 ? null : Math.ceil(seconds * 1000),
  };
}

function sessionOf(reserved: Readonly<Record<string, string>>): SessionOptions | null {
  const id = nonEmpty(reserved['session_id']);
  if (id === null) return null;
  const timeout = nonEmpty(reserved['session_timeout']);
  return {
    id,
    ...(timeout === null ? {} : { timeoutMs: Number(timeout) * 1000 }),
    mustExist: isOn(reserved['session_check'], false),
    ends: isOn(reserved['close_session'], false),
  };
}

const DEFAULT_INTERVAL_MS = 100;

function interval(text: string | undefined): number {
  const ms = text === undefined ? DEFAULT_INTERVAL_MS : Number(text);
  if (Number.isFinite(ms) && ms >= 1) return ms;
  throw new BasaltError(
    'INVALID_SETTING_VALUE',
    `Setting http_headers_progress_interval_ms: "${text}" is not a number from 1`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', b: '\b', f: '\f', '0': '\0' };

/** Values of parameters are written as in TabSeparated; `\N` is NULL. */
const unescapeParameter = (value: string): string | null =>
  value === '\\N' ? null : value.replace(/\\([\s\S])/g, (_all, letter: string) => ESCAPES[letter] ?? letter);
