/**
 * Where the parts of a URL lie, by ClickHouse's rules: lenient, on texts that need not be URLs, without decoding.
 *
 * Hosts are found in two ways. The plain one ends at the first sign that a host has not; the one of RFC 3986 (`rfc`) knows names and
 * passwords with any signs and addresses in brackets. Both want a dot in a host.
 */

import { byteStringOf } from '../base/byte-string.ts';
import { parseIpv6 } from '../type/address.ts';

/** A scheme ends within so many characters. */
const MAX_SCHEME = 16;
const IN_SCHEME = /[0-9A-Za-z.+-]*/y;
const IN_SCHEME_RFC = /[0-9A-Za-z.+[-]*/y;
const NEVER = ' \t<>%{}|\\^~[];=&';
const SUB_DELIMITERS = ';=&~%';
const HOST_STOPS = ':/?#';

/** Where the authority begins; -1: this is no URL. */
function authorityStart(url: string, rfc: boolean): number {
  if (url.startsWith('//')) return 2;
  if (url.charCodeAt(0) > 127) return 0;
  const end = Math.min(url.length, MAX_SCHEME);
  const scheme = rfc ? IN_SCHEME_RFC : IN_SCHEME;
  scheme.lastIndex = 1;
  const at = Math.min(end, 1 + (scheme.exec(url)?.[0].length ?? 0));
  if (at < end && NEVER.includes(url[at])) return -1;
  return end - at > 2 && url.startsWith('://', at) ? at + 3 : 0;
}

const HOST_END = /[:/?# \t<>%{}|\\^~[\];=&]/g;

function plainHost(url: string): string {
  const start = authorityStart(url, false);
  if (start === -1) return '';
  HOST_END.lastIndex = start;
  const end = HOST_END.exec(url)?.index ?? url.length;
  if (end < url.length && NEVER.includes(url[end])) return '';
  const section = url.slice(start, end);
  const dot = section.lastIndexOf('.');
  return dot === -1 || dot === section.length - 1 ? '' : section.slice(section.lastIndexOf('@') + 1);
}

function rfcHost(url: string): string {
  const start = url.length < 2 ? -1 : authorityStart(url, true);
  if (start === -1) return '';
  if (url[start] === '[') return addressInBrackets(url.slice(start));
  let [from, dot, colon, at] = [start, -1, -1, start];
  let [named, subDelimiters, foreign] = [false, false, false];
  scan: for (; at < url.length; at++) {
    switch (url[at]) {
      case '.':
        if (named || colon === -1) dot = at;
        break;
      case ':':
        if (named || colon !== -1) break scan;
        colon = at;
        break;
      case '/':
      case '?':
      case '#':
        break scan;
      case '@':
        if (foreign) return '';
        if (named) break scan;
        [named, subDelimiters, from] = [true, false, at + 1];
        break;
      default:
        // A password has signs that no name has.
        if (SUB_DELIMITERS.includes(url[at])) subDelimiters = true;
        else if (NEVER.includes(url[at])) {
          if (colon === -1) return '';
          foreign = true;
        }
    }
  }
  if (subDelimiters) return '';
  const end = !named && colon !== -1 ? colon : at;
  return from < end && dot !== -1 && dot !== end - 1 && !HOST_STOPS.includes(url[dot + 1])
    ? url.slice(from, end)
    : '';
}

function addressInBrackets(section: string): string {
  const address = section.slice(1, Math.max(1, section.indexOf(']')));
  return address.includes(':') && parseIpv6(address) !== undefined ? address : '';
}

export const hostOf = (url: string, rfc: boolean): string => (rfc ? rfcHost(url) : plainHost(url));

export const withoutWww = (host: string): string =>
  host.length > 4 && host.startsWith('www.') ? host.slice(4) : host;

export function topLevelOf(host: string): string {
  const whole = host.endsWith('.') ? host.slice(0, -1) : host;
  const dot = whole.lastIndexOf('.');
  // That of an address of IPv4 is none.
  return dot === -1 || /[0-9]/.test(whole[dot + 1] ?? '') ? '' : whole.slice(dot + 1);
}

/** The port behind the host; `otherwise` where there is none that is one. */
export function portOf(url: string, rfc: boolean, otherwise: number): number {
  const host = hostOf(url, rfc);
  if (host === '' || host.length === url.length) return otherwise;
  const end = url.indexOf(host) + host.length;
  const from = rfc && url[end] === ']' ? end + 1 : end;
  if (url[from] !== ':') return otherwise;
  const digits = /^[0-9]*/.exec(url.slice(from + 1))![0];
  const next = url[from + 1 + digits.length];
  const port = Number(digits);
  if ((next !== undefined && next !== '/') || port > 65_535) return otherwise;
  return digits === '' ? otherwise : port;
}

const SCHEME = /^[A-Za-z][0-9A-Za-z+.-]*/;

export function protocolOf(url: string): string {
  const scheme = SCHEME.exec(url)?.[0] ?? '';
  return url[scheme.length] === ':' && byteStringOf(url.slice(scheme.length)).length >= 4 ? scheme : '';
}

/** With the query and the fragment. */
export function fullPathOf(url: string): string {
  const first = url.indexOf('/');
  const at = url[first + 1] === '/' && first !== -1 ? url.indexOf('/', first + 2) : first;
  return at === -1 ? '' : url.slice(at);
}

const before = (text: string, sign: RegExp): string => {
  const at = text.search(sign);
  return at === -1 ? text : text.slice(0, at);
};

export const pathOf = (url: string): string => before(fullPathOf(url), /[?#]/);

const behind = (text: string, sign: RegExp): string => {
  const at = text.search(sign);
  return at === -1 ? '' : text.slice(at + 1);
};

export const queryOf = (url: string): string => before(behind(url, /\?/), /#/);
/** Where the query begins, else the fragment; -1: nowhere. */
function tailStart(url: string): number {
  const query = url.indexOf('?');
  return query === -1 ? url.indexOf('#') : query;
}

export function queryAndFragmentOf(url: string): string {
  const at = tailStart(url);
  return at === -1 ? '' : url.slice(url[at] === '?' ? at + 1 : at);
}
export const fragmentOf = (url: string): string => behind(url, /#/);
export const withoutFragment = (url: string): string => before(url, /#/);
export function withoutQueryAndFragment(url: string): string {
  const at = tailStart(url);
  return at === -1 ? url : url.slice(0, at);
}

export function withoutQuery(url: string): string {
  const from = url.indexOf('?');
  if (from === -1) return url;
  const to = url.indexOf('#', from);
  return url.slice(0, from) + (to === -1 ? '' : url.slice(to));
}

/** Without the `www.` of the host. */
export function cutWww(url: string): string {
  const slash = url.indexOf('/');
  if (!url.startsWith('//', slash) || slash === -1) return url;
  if (slash !== 0 && slash !== protocolOf(url).length + 1) return url;
  const authority = before(url.slice(slash + 2), /[:/?#]/);
  const from = slash + 2 + authority.lastIndexOf('@') + 1;
  return url.startsWith('www.', from) && from + 4 < url.length
    ? url.slice(0, from) + url.slice(from + 4)
    : url;
}

const LOCATION_END = /[/?#@ \t<>%{}|\\^~[\];=&]/g;

/** Name, password, host and port. Without an `@` it ends at the last of each kind of sign that ends it, as ClickHouse has it. */
export function locationOf(url: string): string {
  const start = authorityStart(url, false);
  if (start === -1) return '';
  if (url === '//') return '/';
  let named = false;
  let [slash, question, other] = [url.length, url.length, url.length];
  LOCATION_END.lastIndex = start;
  for (let found = LOCATION_END.exec(url); found !== null; found = LOCATION_END.exec(url)) {
    const [[sign], at] = [found, found.index];
    if (sign === '@') named = true;
    else if (sign === '#' || (named && '/?'.includes(sign))) return url.slice(start, at);
    else if (sign === '/') slash = at;
    else if (sign === '?') question = at;
    else if (!named && SUB_DELIMITERS.includes(sign)) other = at;
    else return url.slice(start, Math.min(at, question, slash));
  }
  return url.slice(start, named ? url.length : Math.min(question, slash, other));
}
