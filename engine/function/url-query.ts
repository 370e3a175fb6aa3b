/** Parameters of a URL's query and fragment, and the URLs that lead to one, by ClickHouse's rules. */

/** What stands behind the first `?` or `#`, and where. */
function queryStart(url: string): number {
  const at = url.search(/[?#]/);
  return at === -1 || at + 1 >= url.length ? url.length : at + 1;
}

/** Where `name=` stands as a whole; -1: nowhere. */
function parameterAt(url: string, name: string): number {
  const wanted = `${name}=`;
  for (let at = url.indexOf(wanted, queryStart(url)); at !== -1; at = url.indexOf(wanted, at + wanted.length))
    if ('?#&'.includes(url[at - 1] ?? ' ')) return at;
  return -1;
}

function valueEnd(url: string, from: number): number {
  let at = from;
  while (at < url.length && url[at] !== '&' && url[at] !== '#') at += 1;
  return at;
}

export function parameterOf(url: string, name: string): string {
  const at = parameterAt(url, name);
  if (at === -1) return '';
  const from = at + name.length + 1;
  return url.slice(from, valueEnd(url, from));
}

/** Where a parameter lies with the `&` that goes with it; undefined: it is not there. */
function rangeOf(url: string, name: string): readonly [from: number, to: number] | undefined {
  const from = parameterAt(url, name);
  if (from === -1) return undefined;
  const to = valueEnd(url, from + name.length + 1);
  if (url[to] === '&') return [from, to + 1];
  return [url[from - 1] === '&' ? from - 1 : from, to];
}

/** Each is looked for in the whole URL, so that an `&` between two of them goes once. */
export function withoutParameters(url: string, names: readonly string[]): string {
  const ranges = names.map((name) => rangeOf(url, name)).filter((range) => range !== undefined);
  ranges.sort((a, b) => a[0] - b[0]);
  let text = '';
  let at = 0;
  for (const [from, to] of ranges) {
    text += url.slice(at, Math.max(at, from));
    at = Math.max(at, to);
  }
  return text + url.slice(at);
}

/** `name=value` each, or the name alone; the last one needs a `=`. A `?` in a name begins it anew. */
function pieces(url: string): readonly string[] {
  const all = url.slice(queryStart(url)).split(/[&#]/);
  if (!all[all.length - 1].includes('=')) all.pop();
  return all.map((piece) => {
    const equals = piece.indexOf('=');
    const name = equals === -1 ? piece : piece.slice(0, equals);
    return piece.slice(name.lastIndexOf('?') + 1);
  });
}

export const parametersOf = (url: string): readonly string[] => pieces(url);

export const parameterNamesOf = (url: string): readonly string[] =>
  pieces(url).map((piece) => piece.replace(/=.*$/s, ''));

/** Letters and digits that ClickHouse's hierarchies take for a scheme. */
const SCHEME = /^[b-y1-8]+:\/\/(?=.)[^/?#]*/s;
const STEP = /[/?#]*[^/?#]+[/?#]?/y;

function steps(url: string, from: number, shown: number): readonly string[] {
  const found: string[] = [];
  STEP.lastIndex = from;
  for (let step = STEP.exec(url); step !== null; step = STEP.exec(url))
    found.push(url.slice(shown, STEP.lastIndex));
  return found;
}

/** The URL cut behind each of its parts, from the host on. */
export function hierarchyOf(url: string): readonly string[] {
  if (url === '') return [];
  const host = SCHEME.exec(url)?.[0].length;
  if (host === undefined) return [url];
  const first = Math.min(url.length, host + 1);
  return [url.slice(0, first), ...steps(url, first, 0)];
}

/** The same of the path alone. */
export function pathHierarchyOf(url: string): readonly string[] {
  const host = SCHEME.exec(url)?.[0].length;
  return host === undefined ? [] : steps(url, Math.min(url.length, host + 1), host);
}
