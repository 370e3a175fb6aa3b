/** Fields that hold several values, with a delimiter between, as multi-values (engine/type/multi.ts). */

import { type ListHandling, listedValues } from '../../engine/format/index.ts';
import type { Region } from '../../engine/memory/region.ts';
import type { Chunk } from '../../engine/vector/vector.ts';
import { stringChunk } from './chunk-build.ts';
import { dictionaryText, stringReader, unsignedReader } from './chunk-read.ts';

/** null: no field has the delimiter. */
export function partedChunk(
  region: Region,
  source: Chunk,
  delimiter: string,
  how: ListHandling,
): Chunk | null {
  const read = readerOf(region, source);
  const values: (string | null)[] = [];
  let found = false;
  for (let row = 0; row < source.rows; row++) {
    const text = read(row);
    if (text?.includes(delimiter) !== true) values.push(text);
    else {
      found = true;
      values.push(listedValues(text.split(delimiter), how));
    }
  }
  return found ? stringChunk(region, values) : null;
}

/** Decodes each text of a dictionary once. */
function readerOf({ arena }: Region, source: Chunk): (row: number) => string | null {
  const { whole } = source;
  if (whole === null || whole.kind === 'const' || whole.dictionary === null)
    return stringReader(arena, source);
  const code = unsignedReader(arena, whole);
  const texts = new Map<number, string | null>([[0, null]]);
  return (row) => {
    const at = code(row);
    let text = texts.get(at);
    if (text === undefined) {
      text = dictionaryText(arena, whole, at);
      texts.set(at, text);
    }
    return text;
  };
}
