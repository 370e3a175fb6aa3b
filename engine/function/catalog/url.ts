/** ClickHouse's functions of URLs: one line each. */

import { array, STRING, type } from '../../type/type.ts';
import type { FunctionRow, Resolve, TableRow } from '../row.ts';
import {
  clickhouseScalar,
  firstOf,
  literalInt,
  type Param,
  scalar,
  simple,
  TEXT,
  TEXT_LIST,
} from '../signature.ts';

const URL: Param = (arg, context) => (arg.type.id === 'fixedstring' ? undefined : TEXT(arg, context));
const PORT: Param = (arg) => (arg.type.id === 'uint16' ? arg.type : undefined);

const part = (fn: string): Resolve => simple(`url_${fn}`, [URL], STRING);
const list = (fn: string): Resolve => simple(`url_${fn}`, [URL], array(STRING));
const port = (fn: string): Resolve => simple(fn, [URL, PORT], type('uint16'), { defaults: [literalInt(0)] });

const PAGE = 'https://www.a.com:80/b/c?d=1&e=2#f';

/** name, implementation, what it gives, an example and its result. */
const PARTS: readonly (readonly [string, string, string, string, string])[] = [
  ['protocol', 'protocol', 'The scheme', PAGE, 'https'],
  ['domain', 'domain', 'The host, if it has a dot', PAGE, 'www.a.com'],
  ['domainRFC', 'domain_rfc', 'The host by RFC 3986', 'http://me:pass@a.com/', 'a.com'],
  ['domainWithoutWWW', 'domain_without_www', 'The host without `www.`', PAGE, 'a.com'],
  [
    'domainWithoutWWWRFC',
    'domain_without_www_rfc',
    'The host by RFC 3986 without `www.`',
    'http://me:pass@www.a.com/',
    'a.com',
  ],
  ['topLevelDomain', 'top_level', 'The last part of the host', PAGE, 'com'],
  [
    'topLevelDomainRFC',
    'top_level_rfc',
    'The last part of the host by RFC 3986',
    'http://me:p@a.com/',
    'com',
  ],
  ['netloc', 'location', 'User, password, host and port', 'http://me@a.com:80/', 'me@a.com:80'],
  ['path', 'path', 'The path', PAGE, '/b/c'],
  ['pathFull', 'path_full', 'The path with query and fragment', PAGE, '/b/c?d=1&e=2#f'],
  ['queryString', 'query', 'The query', PAGE, 'd=1&e=2'],
  ['queryStringAndFragment', 'query_fragment', 'Query and fragment', PAGE, 'd=1&e=2#f'],
  ['fragment', 'fragment', 'What stands behind `#`', PAGE, 'f'],
  ['cutWWW', 'cut_www', 'The URL without `www.`', 'http://www.a.com/', 'http://a.com/'],
  ['cutQueryString', 'cut_query', 'The URL without its query', 'http://a.com/?d=1#f', 'http://a.com/#f'],
  ['cutFragment', 'cut_fragment', 'The URL without its fragment', 'http://a.com/#f', 'http://a.com/'],
  [
    'cutQueryStringAndFragment',
    'cut_query_fragment',
    'The URL without query and fragment',
    'http://a.com/?d=1#f',
    'http://a.com/',
  ],
  ['encodeURLComponent', 'encode', 'All but letters, digits and `-_.~` as %XX', 'a b/c', 'a%20b%2Fc'],
  ['encodeURLFormComponent', 'encode_form', 'As %XX, and blanks as +', 'a b/c', 'a+b%2Fc'],
  ['decodeURLComponent', 'decode', 'The bytes that %XX stand for', 'a%20b%2Fc', 'a b/c'],
  ['decodeURLFormComponent', 'decode_form', 'The bytes that %XX and + stand for', 'a+b%2Fc', 'a b/c'],
];

const LISTS: readonly (readonly [string, string, string, string, string])[] = [
  ['extractURLParameters', 'parameters', 'Parameters as `name=value`', '?a=1&b=2', "['a=1','b=2']"],
  ['extractURLParameterNames', 'parameter_names', 'Names of the parameters', '?a=1&b=2', "['a','b']"],
  [
    'URLHierarchy',
    'hierarchy',
    'The URL cut behind each of its parts',
    'http://a.com/b?c',
    "['http://a.com/','http://a.com/b?','http://a.com/b?c']",
  ],
  [
    'URLPathHierarchy',
    'path_hierarchy',
    'The path cut behind each part',
    'http://a.com/b?c',
    "['/b?','/b?c']",
  ],
];

const OTHERS: readonly TableRow[] = [
  [
    ['port'],
    port('url_port'),
    'port(url [, default])',
    'The port; the default, or 0, if there is none.',
    "SELECT port('http://a.com:80/')",
    '80',
  ],
  [
    ['portRFC'],
    port('url_port_rfc'),
    'portRFC(url [, default])',
    'The port of a URL by RFC 3986; the default, or 0, if there is none.',
    "SELECT portRFC('http://me:pass@a.com:80/')",
    '80',
  ],
  [
    ['extractURLParameter'],
    simple('url_parameter', [URL, URL], STRING),
    'extractURLParameter(url, name)',
    'The value of a parameter in query or fragment; empty if there is none.',
    "SELECT extractURLParameter('http://a.com/?d=1&e=2', 'e')",
    '2',
  ],
  [
    ['cutURLParameter'],
    firstOf(
      simple('url_cut_parameter', [URL, URL], STRING),
      simple('url_cut_parameters', [URL, TEXT_LIST], STRING),
    ),
    'cutURLParameter(url, name or names)',
    'The URL without these parameters.',
    "SELECT cutURLParameter('http://a.com/?d=1&e=2', 'd')",
    'http://a.com/?e=2',
  ],
];

export const URLS: readonly FunctionRow[] = [
  ...PARTS.map(([name, fn, doc, url, result]) =>
    clickhouseScalar([
      [name],
      part(fn),
      `${name}(${name.includes('code') ? 'text' : 'url'})`,
      `${doc}.`,
      `SELECT ${name}('${url}')`,
      result,
    ]),
  ),
  ...LISTS.map(([name, fn, doc, url, result]) =>
    clickhouseScalar([
      [name],
      list(fn),
      `${name}(url)`,
      `${doc}.`,
      `SELECT toString(${name}('${url}'))`,
      result,
    ]),
  ),
  ...OTHERS.map(clickhouseScalar),
  scalar(
    { standard: ['url_encode'] },
    part('encode'),
    'url_encode(text)',
    'All but letters, digits and `-_.~` as %XX.',
    "SELECT url_encode('a b/c')",
    'a%20b%2Fc',
  ),
  scalar(
    { standard: ['url_decode'] },
    part('decode_each'),
    'url_decode(text)',
    'The bytes that %XX stand for.',
    "SELECT url_decode('a%20b%2Fc')",
    'a b/c',
  ),
];
