/**
 * Errors in ClickHouse's words: a line of text with code and name, the code in a header, a status by the table
 * of errors. Inside a body that has begun, the error follows the rows, framed by a tag that the headers named.
 */

import { clickhouseVersion } from '../../database/version.ts';
import { type BasaltError, sentence } from '../../engine/base/error.ts';

const MAX_TRAILER_BYTES = 16384;

/** ClickHouse's spelling of names that are ours alone. */
const NAMES: Readonly<Record<string, string>> = {
  INVALID_SPEC: 'BAD_ARGUMENTS',
  INVALID_SETTING_VALUE: 'BAD_ARGUMENTS',
  NOT_FOUND: 'UNKNOWN_TABLE',
  LOSSY_INTEGER: 'CANNOT_CONVERT_TYPE',
  BAD_QUERY_PARAMETER: 'BAD_QUERY_PARAMETER',
};

/** `Code: 62. DB::Exception: message. (SYNTAX_ERROR) (version 26.7.2.1 (basalt))` and a line end. */
export function errorText(error: BasaltError): string {
  const { position } = error;
  // The parser's own messages say where.
  const where =
    position === undefined || /\(line \d+/.test(error.message)
      ? ''
      : ` (line ${position.line}, col ${position.column})`;
  const name = NAMES[error.errorName] ?? error.errorName;
  const text = error.text.replace(/[.\s]+$/, '');
  return `Code: ${error.row.code}. DB::Exception: ${sentence(`${text}${where}`)} (${name}) (version ${clickhouseVersion} (basalt))\n`;
}

/** What is appended to a body whose query failed after it had begun. */
export function exceptionTrailer(error: BasaltError, tag: string): string {
  let message = errorText(error);
  if (Buffer.byteLength(message) > MAX_TRAILER_BYTES - 100) {
    message = `${Buffer.from(message)
      .subarray(0, MAX_TRAILER_BYTES - 200)
      .toString()}\n`;
  }
  return `\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`;
}
