/** Parts of URLs (function/url.ts, function/url-query.ts) as implementations. */

import { byteStringOf, textOfByteString } from '../../base/byte-string.ts';
import { implement } from '../implementation.ts';
import type { Implementation } from '../row.ts';
import * as url from '../url.ts';
import * as query from '../url-query.ts';
import { memoOfTexts, packTexts } from './text-search.ts';

const UNRESERVED = /[0-9A-Za-z\-_.~]/;

const encoded = (text: string, plus: boolean): string =>
  Array.from(byteStringOf(text), (byte) =>
    UNRESERVED.test(byte)
      ? byte
      : byte === ' ' && plus
        ? '+'
        : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');

/** ClickHouse leaves the two signs behind a `%` alone that are no digits, others the `%` only. */
const ESCAPES = { clickhouse: /%(?:([0-9A-Fa-f]{2})|.{2})|%.?$|\+/gs, others: /%([0-9A-Fa-f]{2})/g };

const decoded = (text: string, plus: boolean, escapes = ESCAPES.clickhouse): string =>
  textOfByteString(
    byteStringOf(text).replace(escapes, (whole: string, digits: string | undefined) =>
      digits !== undefined
        ? String.fromCharCode(Number.parseInt(digits, 16))
        : whole === '+' && plus
          ? ' '
          : whole,
    ),
  );

const host = (rfc: boolean) => (text: string) => url.hostOf(text, rfc);

/** Of one text, text each. */
const PARTS: readonly (readonly [string, (text: string) => string])[] = [
  ['protocol', url.protocolOf],
  ['domain', host(false)],
  ['domain_rfc', host(true)],
  ['domain_without_www', (text) => url.withoutWww(url.hostOf(text, false))],
  ['domain_without_www_rfc', (text) => url.withoutWww(url.hostOf(text, true))],
  ['top_level', (text) => url.topLevelOf(url.hostOf(text, false))],
  ['top_level_rfc', (text) => url.topLevelOf(url.hostOf(text, true))],
  ['location', url.locationOf],
  ['path', url.pathOf],
  ['path_full', url.fullPathOf],
  ['query', url.queryOf],
  ['query_fragment', url.queryAndFragmentOf],
  ['fragment', url.fragmentOf],
  ['cut_www', url.cutWww],
  ['cut_query', url.withoutQuery],
  ['cut_fragment', url.withoutFragment],
  ['cut_query_fragment', url.withoutQueryAndFragment],
  ['encode', (text) => encoded(text, false)],
  ['encode_form', (text) => encoded(text, true)],
  ['decode', (text) => decoded(text, false)],
  ['decode_each', (text) => decoded(text, false, ESCAPES.others)],
  ['decode_form', (text) => decoded(text, true)],
];

/** Of one text, a list each. */
const LISTS: readonly (readonly [string, (text: string) => readonly string[]])[] = [
  ['parameters', query.parametersOf],
  ['parameter_names', query.parameterNamesOf],
  ['hierarchy', query.hierarchyOf],
  ['path_hierarchy', query.pathHierarchyOf],
];

const namesOf = memoOfTexts();

export const URLS: readonly Implementation[] = [
  ...PARTS.map(([name, part]) => implement(`url_${name}`, ['str'], 'str', part)),
  ...LISTS.map(([name, list]) =>
    implement(`url_${name}`, ['str'], 'str', (text: string) => packTexts(list(text))),
  ),
  ...[false, true].map((rfc) =>
    implement(rfc ? 'url_port_rfc' : 'url_port', ['str', 'i64'], 'i64', (text: string, otherwise: number) =>
      url.portOf(text, rfc, otherwise),
    ),
  ),
  implement('url_parameter', ['str', 'str'], 'str', query.parameterOf),
  implement('url_cut_parameter', ['str', 'str'], 'str', (text: string, name: string) =>
    query.withoutParameters(text, [name]),
  ),
  implement('url_cut_parameters', ['str', 'str'], 'str', (text: string, names: string) =>
    query.withoutParameters(text, namesOf(names)),
  ),
];
