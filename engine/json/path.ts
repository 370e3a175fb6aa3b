/**
 * Paths into JSON documents, as text: one form behind every dialect's spelling, so that plans hold literals that can be compared.
 *
 *   path := step*
 *   step := .KEY        the member of an object; KEY is a JSON string
 *         | ~KEY        the same, whatever the case of its letters from A to Z
 *         | [N          the element of an array, from 0; from the end if negative
 *         | @N          the N-th element or member, from 1; from the end if negative
 *         | /N          element N of an array, or the member called N
 */

import { BasaltError } from '../base/error.ts';

export type Step =
  | { readonly kind: 'key'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: 'anyCase'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'nth'; readonly position: number }
  | { readonly kind: 'either'; readonly index: number; readonly bytes: Uint8Array; readonly name: string };

export type Path = readonly Step[];

const encoder = new TextEncoder();
const STEP = /([.~])("(?:[^"\\]|\\.)*")|([[@/])(-?\d+)/gy;

export const keyStep = (name: string): string => `.${JSON.stringify(name)}`;
/** @see lowered */
export const anyCaseStep = (name: string): string => `~${JSON.stringify(lowered(name))}`;
export const elementStep = (index: number | bigint): string => `[${index}`;
export const nthStep = (position: number | bigint): string => `@${position}`;
export const eitherStep = (index: string): string => `/${index}`;

/** With small letters for those from A to Z. */
export const lowered = (key: string): string => key.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Of statements seen lately. */
const parsed = new Map<string, Path>();
const MAX_PARSED = 1000;

export function pathOf(text: string): Path {
  let path = parsed.get(text);
  if (path === undefined) {
    if (parsed.size >= MAX_PARSED) parsed.clear();
    path = parse(text);
    parsed.set(text, path);
  }
  return path;
}

function parse(text: string): Path {
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const found = STEP.exec(text);
    if (found === null) throw new BasaltError('LOGICAL_ERROR', `'${text}' is no path`);
    const [, lead, key, sign, number] = found;
    if (key !== undefined) {
      const name = JSON.parse(key) as string;
      steps.push(
        lead === '~' ? { kind: 'anyCase', name } : { kind: 'key', name, bytes: encoder.encode(name) },
      );
    } else if (sign === '[') steps.push({ kind: 'element', index: Number(number) });
    else if (sign === '@') steps.push({ kind: 'nth', position: Number(number) });
    else steps.push({ kind: 'either', index: Number(number), name: number, bytes: encoder.encode(number) });
  }
  return steps;
}

/** The keys of a path through objects only; undefined: it goes elsewhere, or nowhere. */
export function keysOf(text: string): readonly string[] | undefined {
  const keys = pathOf(text).flatMap((step) => (step.kind === 'key' ? [step.name] : []));
  return keys.length > 0 && keys.length === pathOf(text).length ? keys : undefined;
}

export const pathOfKeys = (keys: readonly string[]): string => keys.map(keyStep).join('');

/** `a.b` for people. */
export const shownPath = (text: string): string =>
  pathOf(text)
    .map((step, i) => {
      if (step.kind === 'key' || step.kind === 'anyCase') return `${i === 0 ? '' : '.'}${step.name}`;
      return `[${step.kind === 'nth' ? step.position : step.index}]`;
    })
    .join('');
