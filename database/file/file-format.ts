/** Which format a file is in: as asked for, else by its extension, compression left aside. */

import { BasaltError } from '../../engine/base/error.ts';
import { type FormatRow, formatByName } from '../../engine/format/index.ts';

const BY_EXTENSION: Readonly<Record<string, string>> = {
  parquet: 'Parquet',
  pq: 'Parquet',
  csv: 'CSV',
  tsv: 'TabSeparated',
  tab: 'TabSeparated',
  json: 'JSONEachRow',
  jsonl: 'JSONEachRow',
  ndjson: 'JSONEachRow',
};

const extensionOf = (path: string): string =>
  /\.([a-z0-9]+)(?:\.(?:gz|zst|zstd))?$/i.exec(path)?.[1].toLowerCase() ?? '';

/** @throws BasaltError UNKNOWN_FORMAT, NOT_IMPLEMENTED */
export function fileFormat(name: string | null, path: string): FormatRow {
  const found = name ?? BY_EXTENSION[extensionOf(path)];
  if (found === undefined) {
    throw new BasaltError('UNKNOWN_FORMAT', `What format ${path} is in does not show in its name`, {
      hint: "Write read_parquet('...'), read_csv('...'), read_json('...') or file('...', 'Format')",
    });
  }
  const format = formatByName(found);
  if (format.read !== null) return format;
  throw new BasaltError('NOT_IMPLEMENTED', `Format ${format.names[0]} cannot be read`);
}
