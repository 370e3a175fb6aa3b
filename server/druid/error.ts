/**
 * Errors in Druid's words. A category has one HTTP status; what Druid reports by its older exceptions keeps
 * their names (`error`, `errorCode: legacyQueryException`), because clients match on them.
 */

import type { FastifyReply } from 'fastify';
import type { BasaltError, DruidCategory, ErrorName } from '../../engine/base/error.ts';

type CategoryRow = {
  readonly status: number;
  readonly errorCode: string;
  readonly persona: 'USER' | 'OPERATOR' | 'DEVELOPER' | 'ADMIN';
  /** Name of the older exception, where there is one. */
  readonly legacy: string | null;
};

const row = (
  status: number,
  errorCode: string,
  persona: CategoryRow['persona'],
  legacy: string | null = null,
): CategoryRow => ({ status, errorCode, persona, legacy });

const CATEGORIES: Readonly<Record<DruidCategory, CategoryRow>> = {
  INVALID_INPUT: row(400, 'invalidInput', 'USER'),
  UNAUTHORIZED: row(401, 'unauthorized', 'USER'),
  FORBIDDEN: row(403, 'forbidden', 'USER'),
  NOT_FOUND: row(404, 'notFound', 'USER'),
  CONFLICT: row(409, 'conflict', 'USER'),
  CAPACITY_EXCEEDED: row(429, 'legacyQueryException', 'OPERATOR', 'Query capacity exceeded'),
  CANCELED: row(500, 'legacyQueryException', 'OPERATOR', 'Query cancelled'),
  RUNTIME_FAILURE: row(500, 'legacyQueryException', 'OPERATOR', 'Unknown exception'),
  DEFENSIVE: row(500, 'general', 'DEVELOPER'),
  UNSUPPORTED: row(501, 'legacyQueryException', 'OPERATOR', 'Unsupported operation'),
  SERVICE_UNAVAILABLE: row(503, 'serviceUnavailable', 'OPERATOR'),
  TIMEOUT: row(504, 'legacyQueryException', 'OPERATOR', 'Query timeout'),
};

/** Limits of one query are not the server's capacity. */
const RESOURCE_LIMIT = row(400, 'legacyQueryException', 'OPERATOR', 'Resource limit exceeded');
const RESOURCE_ERRORS: readonly ErrorName[] = ['MEMORY_LIMIT_EXCEEDED', 'LIMIT_EXCEEDED'];

export const RETRY_AFTER_SECONDS = 1;

const rowOf = (error: BasaltError): CategoryRow =>
  RESOURCE_ERRORS.includes(error.errorName) ? RESOURCE_LIMIT : CATEGORIES[error.row.druid];

/** The JSON body of an error. */
export function errorBody(error: BasaltError, host: string): Record<string, unknown> {
  const { errorCode, persona, legacy } = rowOf(error);
  const { position } = error;
  const context: Record<string, string> =
    position === undefined
      ? {}
      : {
          sourceType: 'sql',
          line: String(position.line),
          column: String(position.column),
          endLine: String(position.endLine ?? position.line),
          endColumn: String(position.endColumn ?? position.column),
        };
  return {
    error: legacy ?? 'druidException',
    errorCode,
    persona,
    category: error.row.druid,
    errorMessage: error.text,
    context,
    ...(legacy === null ? {} : { errorClass: 'org.apache.druid.query.QueryException', host }),
  };
}

export function sendDruidError(reply: FastifyReply, error: BasaltError): void {
  const { status } = rowOf(error);
  if (status === 401) reply.header('www-authenticate', 'Basic realm="basalt"');
  if (status === 429 || status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  reply.code(status).header('content-type', 'application/json').send(errorBody(error, reply.request.host));
}
