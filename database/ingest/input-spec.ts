/** What an ingestion reads: `inputSource` and `inputFormat` of a spec, and of EXTERN in Druid's SQL. */

import { fail, SpecNode } from './spec-node.ts';

export type InputSource =
  | { readonly type: 'inline'; readonly data: string }
  | {
      readonly type: 'local';
      readonly baseDir: string | null;
      readonly filter: string;
      readonly files: readonly string[];
    }
  | {
      readonly type: 'http';
      readonly uris: readonly string[];
      readonly user: string | null;
      readonly password: string | null;
    };

export type SpecFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'delimited';
      readonly delimiter: string;
      /** CSV has quotes and empty fields are NULL; TSV has neither. */
      readonly quotes: boolean;
      readonly columns: readonly string[] | null;
      readonly findColumnsFromHeader: boolean;
      readonly skipHeaderRows: number;
      /** Between the values of one field. */
      readonly listDelimiter: string;
    };

export function parseSource(node: SpecNode): InputSource {
  const type = node.text('type');
  if (type === 'inline') {
    const data = node.value['data'];
    if (typeof data === 'string') return { type, data };
    throw fail(node.at('data'), 'a string is expected');
  }
  if (type === 'local') {
    const files = node.texts('files');
    const baseDir = node.has('baseDir') ? node.text('baseDir') : null;
    if (baseDir === null && files.length === 0) throw fail(node.at('baseDir'), 'is missing, and so is files');
    return { type, baseDir, filter: node.text('filter', '*'), files };
  }
  if (type === 'http') {
    const uris = node.texts('uris');
    if (uris.length === 0) throw fail(node.at('uris'), 'is missing');
    return {
      type,
      uris,
      user: secret(node, 'httpAuthenticationUsername'),
      password: secret(node, 'httpAuthenticationPassword'),
    };
  }
  throw fail(node.at('type'), `'${type}' input is not supported; inline, local and http are`);
}

function secret(node: SpecNode, key: string): string | null {
  if (!node.has(key)) return null;
  const value = node.value[key];
  if (typeof value === 'string') return value;
  const given = new SpecNode(value, node.at(key));
  return given.text('password');
}

/** Control-A. */
const LIST_DELIMITER = '\x01';

export function parseFormat(node: SpecNode): SpecFormat {
  const type = node.text('type');
  if (type === 'json') {
    const flatten = node.optional('flattenSpec');
    if (flatten.list('fields').length > 0) throw fail(flatten.at('fields'), 'flattening is not supported');
    return { type };
  }
  if (type !== 'csv' && type !== 'tsv') {
    throw fail(node.at('type'), `'${type}' is not supported; json, csv and tsv are`);
  }
  const columns = node.texts('columns');
  const findColumnsFromHeader = node.flag('findColumnsFromHeader', node.flag('hasHeaderRow', false));
  if (columns.length === 0 && !findColumnsFromHeader) {
    throw fail(node.at('columns'), 'is missing; or set findColumnsFromHeader');
  }
  const delimiter = type === 'csv' ? ',' : node.text('delimiter', '\t');
  if (delimiter.length !== 1 || delimiter.charCodeAt(0) > 126 || '"\n\r\\'.includes(delimiter)) {
    throw fail(node.at('delimiter'), 'one ASCII character is expected');
  }
  const listDelimiter = node.text('listDelimiter', LIST_DELIMITER);
  if (listDelimiter === delimiter)
    throw fail(node.at('listDelimiter'), `is the delimiter between fields, too: '${delimiter}'`);
  return {
    type: 'delimited',
    delimiter,
    quotes: type === 'csv',
    columns: columns.length === 0 ? null : columns,
    findColumnsFromHeader,
    skipHeaderRows: node.count('skipHeaderRows', 0),
    listDelimiter,
  };
}
