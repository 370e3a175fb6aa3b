/** Paths as dialects spell them, read into the form that plans hold (path.ts). */

import { BasaltError } from '../base/error.ts';
import { eitherStep, elementStep, keyStep } from './path.ts';

const wrong = (text: string, at: number, hint: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `'${text}' is no JSON path: it breaks at character ${at + 1}`, { hint });

/** `.name`, `."name"`, `[0]`, `['name']`, `["name"]` */
const STEP =
  /\.(?:"((?:[^"\\]|\\.)*)"|([^.[\]"'*]+))|\[\s*(?:(#-\d+|-?\d+)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/gy;
const WILDCARD = /^(\.\*|\.\.|\[\s*(\*|\d+\s+to\b|\d+\s*,))/;

const unescaped = (text: string): string => text.replace(/\\(.)/gs, '$1');

/** `$.a.b[0]`: SQL's own paths, which all dialects know. */
export function jsonPath(text: string): string {
  const start = /^\s*\$/.exec(text)?.[0].length;
  if (start === undefined) throw wrong(text, 0, 'Paths begin with $, as in $.a.b[0]');
  return steps(text, start);
}

function steps(text: string, start: number): string {
  let path = '';
  STEP.lastIndex = start;
  for (let at = start; at < text.length; at = STEP.lastIndex) {
    if (text.slice(at).trim() === '') break;
    const found = STEP.exec(text);
    if (found === null) {
      if (WILDCARD.test(text.slice(at)))
        throw new BasaltError('NOT_IMPLEMENTED', `The path '${text}' leads to several values`, {
          hint: 'Name one element, or unnest the array',
        });
      throw wrong(text, at, 'Write $.name, $."any name" or $[0]');
    }
    const [, quoted, plain, index, single, double] = found;
    if (index !== undefined) path += elementStep(Number(index.replace('#', '')));
    else path += keyStep(plain ?? unescaped(quoted ?? single ?? double));
  }
  return path;
}

/** DuckDB: `$.a`, `/a/0`, or the name of a key. */
export function standardPath(text: string): string {
  if (text === '') return '';
  if (text.startsWith('$')) return jsonPath(text);
  if (!text.startsWith('/')) return keyStep(text);
  return text
    .slice(1)
    .split('/')
    .map((part) =>
      /^(0|[1-9]\d*)$/.test(part)
        ? eitherStep(part)
        : keyStep(part.replaceAll('~1', '/').replaceAll('~0', '~')),
    )
    .join('');
}

/** Druid: `$.a.b[0]`, `$['a']`, or jq's `.a.b[0]`. */
export const druidPath = (text: string): string =>
  /^\$?\.?$/.test(text) ? '' : text.startsWith('.') ? steps(text, 0) : jsonPath(text);
