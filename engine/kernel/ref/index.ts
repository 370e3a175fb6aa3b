/** The TypeScript twins of all kernels, one file per family; together they are the type `Kernels`. */

import type { Arena } from '../../memory/arena.ts';
import { aggregateKernels } from './aggregate.ts';
import { arithKernels } from './arith.ts';
import { bloomKernels } from './bloom.ts';
import { checksumKernels } from './checksum.ts';
import { compareKernels } from './compare.ts';
import { csvKernels } from './csv.ts';
import { decodeKernels } from './decode.ts';
import { dictionaryKernels } from './dictionary.ts';
import { encodeKernels } from './encode.ts';
import { groupKernels } from './group.ts';
import { joinKernels } from './join.ts';
import { jsonKernels } from './json.ts';
import { localKernels } from './local.ts';
import { mergeKernels } from './merge.ts';
import { murmurKernels } from './murmur.ts';
import { numberKernels } from './number.ts';
import { parquetKernels } from './parquet.ts';
import { permuteKernels } from './permute.ts';
import { randomKernels } from './random.ts';
import { regexKernels } from './regex.ts';
import { rowKernels } from './rows.ts';
import { scanKernels } from './scan.ts';
import { selectKernels } from './select.ts';
import { snappyKernels } from './snappy.ts';
import { sortKernels } from './sort.ts';
import { stringKernels } from './string.ts';
import { symbolKernels } from './symbols.ts';
import { textKernels } from './text.ts';
import { textHashKernels } from './text-hash.ts';
import { widenKernels } from './widen.ts';

export const referenceKernels = (arena: Arena) => ({
  ...bloomKernels(arena),
  ...checksumKernels(arena),
  ...murmurKernels(arena),
  ...textHashKernels(arena),
  ...decodeKernels(arena),
  ...localKernels(arena),
  ...dictionaryKernels(arena),
  ...encodeKernels(arena),
  ...parquetKernels(arena),
  ...snappyKernels(arena),
  ...symbolKernels(arena),
  ...permuteKernels(arena),
  ...aggregateKernels(arena),
  ...arithKernels(arena),
  ...compareKernels(arena),
  ...groupKernels(arena),
  ...randomKernels(arena),
  ...regexKernels(arena),
  ...joinKernels(arena),
  ...rowKernels(arena),
  ...mergeKernels(arena),
  ...sortKernels(arena),
  ...stringKernels(arena),
  ...textKernels(arena),
  ...widenKernels(arena),
  ...selectKernels(arena),
  ...csvKernels(arena),
  ...jsonKernels(arena),
  ...numberKernels(arena),
  ...scanKernels(arena),
});
