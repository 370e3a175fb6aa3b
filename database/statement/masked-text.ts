/** Statements as they may be shown to others: the passwords of EXTERN's sources are replaced. */

const SECRET =
  /("[^"]{0,40}(?:password|secret|token|accesskey)[^"]{0,40}"\s{0,9}:\s{0,9})(?:"(?:[^"\\]|\\.)*"|\{[^{}]*\})/gi;

export const maskedText = (sql: string): string =>
  /\bextern\b/i.test(sql) ? sql.replace(SECRET, '$1"*****"') : sql;
