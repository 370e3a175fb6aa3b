/**
 * What a function reads at a constant path of documents: straight from their bytes, which no text is made of on the way.
 */

import { implementation } from '../../function/registry.ts';
import { JSON_READ } from '../../function/scalar/json.ts';
import { JsonPlace } from '../../json/find.ts';
import { type Path, pathOf } from '../../json/path.ts';
import { refsOf, validOf } from '../lane.ts';
import type { VectorFunctionFactory } from './evaluator.ts';
import { CHECK_ROWS, Writer } from './row-function.ts';

export const jsonRead: VectorFunctionFactory = ({ fn, args: [, path] }, task) => {
  const row = JSON_READ.get(fn);
  if (row === undefined || path.kind !== 'literal' || typeof path.value !== 'string') return undefined;
  const { value } = path;
  const place = new JsonPlace();
  const { read } = row;
  return ([documents], rows) => {
    const { u8, u32 } = task.arena;
    let steps: Path | undefined;
    const write = new Writer(task, implementation(fn), rows);
    const valid = validOf(task, documents);
    const isNull = documents.kind === 'const' && documents.value === null;
    const refs = isNull ? 0 : refsOf(task, documents) >>> 2;
    for (let i = 0; i < rows; i++) {
      if ((i & (CHECK_ROWS - 1)) === 0) task.check();
      if (isNull || (valid !== 0 && u8[valid + i] === 0)) {
        write.set(i, null);
        continue;
      }
      steps ??= pathOf(value);
      const from = u32[refs + 2 * i];
      write.set(i, read(place.find(u8, from, from + u32[refs + 2 * i + 1], steps)));
    }
    return write.vector();
  };
};
