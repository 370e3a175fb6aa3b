/**
 * The statement of a request, out of `query` and body. ClickHouse joins the two with a line end; an insert's data
 * is what is left of the body, and stays a stream.
 */

import { BasaltError } from '../../engine/base/error.ts';
import { splitInsert } from './insert-split.ts';

export type Statement = { readonly sql: string; readonly data: AsyncIterable<Uint8Array> | null };

const decoder = new TextDecoder();
const encoder = new TextEncoder();

const tooLarge = (limit: number): BasaltError =>
  new BasaltError('QUERY_IS_TOO_LARGE', `The query is larger than ${limit} bytes`);

/** @throws BasaltError QUERY_IS_TOO_LARGE, SYNTAX_ERROR for an empty query */
export async function readStatement(
  query: string | null,
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<Statement> {
  const pieces = body[Symbol.asyncIterator]();
  let held: Uint8Array = query === null ? new Uint8Array(0) : encoder.encode(`${query}\n`);
  let next = await pieces.next();
  for (;;) {
    const whole = next.done === true;
    const { kind, dataStart } = splitInsert(held, whole);
    if (kind === 'insert') {
      return {
        sql: decoder.decode(held.subarray(0, dataStart)),
        data: remaining(held.subarray(dataStart), whole ? null : next.value, pieces),
      };
    }
    if (whole) break;
    // Once it is clear that there is no data to split off, the rest need not be looked at piece by piece.
    const more = kind === 'other' ? await restOf(next.value, pieces, limitBytes) : next.value;
    const joined = new Uint8Array(held.length + more.length);
    joined.set(held);
    joined.set(more, held.length);
    held = joined;
    if (held.length > limitBytes) throw tooLarge(limitBytes);
    next = await pieces.next();
  }
  const sql = decoder.decode(held);
  if (sql.trim() === '') throw new BasaltError('SYNTAX_ERROR', 'Empty query');
  return { sql, data: null };
}

async function restOf(
  first: Uint8Array,
  pieces: AsyncIterator<Uint8Array>,
  limitBytes: number,
): Promise<Uint8Array> {
  const all = [first];
  let bytes = first.length;
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
    bytes += next.value.length;
    if (bytes > limitBytes) throw tooLarge(limitBytes);
    all.push(next.value);
  }
  return Buffer.concat(all, bytes);
}

async function* remaining(
  first: Uint8Array,
  second: Uint8Array | null,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    if (second !== null) {
      yield second;
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}
