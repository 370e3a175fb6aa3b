/** Statements as they may be shown to others: the passwords of EXTERN's sources and of dictionaries' are replaced. */

const SECRET =
  /("[^"]{0,40}(?:password|secret|token|accesskey)[^"]{0,40}"\s{0,9}:\s{0,9})(?:"(?:[^"\\]|\\.)*"|\{[^{}]*\})/gi;

const PASSWORD = /(\bpassword\s{1,9})'(?:[^'\\]|\\.)*'/gi;

export function maskedText(sql: string): string {
  if (/\bdictionary\b/i.test(sql)) return sql.replace(PASSWORD, "$1'[HIDDEN]'");
  return /\bextern\b/i.test(sql) ? sql.replace(SECRET, '$1"*****"') : sql;
}
