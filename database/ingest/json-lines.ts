/**
 * JSON objects that do not stand one a line, brought into lines: pretty-printed ones, several on a line, or all in
 * one array. Readers want lines; only inputs that begin otherwise take this road.
 *
 * Line ends inside an object become spaces (JSON allows none inside strings), brackets and commas between objects
 * go. Nothing is judged here: what is no JSON reaches the reader as a line of its own and fails there.
 */

import type { HeaderStream } from './cut.ts';

const PEEK_BYTES = 1 << 20;
const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN = 123;
const CLOSE = 125;

const isSpace = (c: number): boolean => c === SPACE || (c >= 9 && c <= 13);

/** The stream itself when its first row is an object on one line, else the stream brought into lines. */
export async function inLines(stream: HeaderStream): Promise<AsyncIterable<Uint8Array>> {
  const start = await stream.peek(1);
  let first = 0;
  while (first < start.length && isSpace(start[first])) first++;
  if (start[first] !== OPEN_ARRAY && start[first] !== OPEN) return stream;
  if (start[first] === OPEN) {
    if (isLine(await stream.peek(PEEK_BYTES), first)) return stream;
  }
  return separated(stream);
}

/**
 * Whether rows are lines, judged by the object that starts at `from`. Only a whole, valid object that is not alone
 * on its line says otherwise: a broken first line must not turn all others into one.
 */
function isLine(bytes: Uint8Array, from: number): boolean {
  const state = new Nesting();
  let spans = false;
  for (let i = from; i < bytes.length; i++) {
    if (bytes[i] === NEWLINE) spans = true;
    state.take(bytes[i]);
    if (state.depth > 0) continue;
    let rest = i + 1;
    while (rest < bytes.length && bytes[rest] !== NEWLINE && isSpace(bytes[rest])) rest++;
    const isAlone = !spans && (rest === bytes.length || bytes[rest] === NEWLINE);
    return isAlone || !isJson(bytes.subarray(from, i + 1));
  }
  return true;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** How deep in objects and arrays a byte stands, and whether in a string. */
class Nesting {
  depth = 0;
  inString = false;
  #escaped = false;

  take(c: number): void {
    if (this.inString) {
      if (this.#escaped) this.#escaped = false;
      else if (c === BACKSLASH) this.#escaped = true;
      else if (c === QUOTE) this.inString = false;
    } else if (c === QUOTE) this.inString = true;
    else if (c === OPEN || c === OPEN_ARRAY) this.depth++;
    else if (c === CLOSE || c === CLOSE_ARRAY) this.depth--;
  }
}

async function* separated(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const state = new Nesting();
  let inArray = false;
  let isFirst = true;
  for await (const piece of stream) {
    const out = new Uint8Array(piece.length * 2);
    let size = 0;
    for (const c of piece) {
      if (state.depth > 0 || state.inString) {
        // A raw line end inside a string is no JSON: it stays, so that the row fails.
        out[size++] = c === NEWLINE && !state.inString ? SPACE : c;
        state.take(c);
        if (state.depth === 0 && !state.inString) out[size++] = NEWLINE;
        continue;
      }
      if (isSpace(c)) continue;
      if (isFirst && c === OPEN_ARRAY) inArray = true;
      else if (!(inArray && (c === COMMA || c === CLOSE_ARRAY))) {
        out[size++] = c;
        state.take(c);
      }
      isFirst = false;
    }
    yield out.subarray(0, size);
  }
}
