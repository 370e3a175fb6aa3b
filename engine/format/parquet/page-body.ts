/**
 * From a page as it is stored to where its values begin: decompressed, with the definition levels as one byte a row.
 * Version 1 compresses levels and values together; in version 2 levels stand before the values and are never compressed.
 */

import { BasaltError } from '../../base/error.ts';
import type { Kernels } from '../../kernel/load.ts';
import type { Arena } from '../../memory/arena.ts';
import type { Region } from '../../memory/region.ts';
import { decompressor, type Inflaters } from './decompress.ts';
import type { ChunkJob } from './job.ts';
import { PAGE, type PageHeader } from './page-header.ts';
import { BadValues, littleU32 } from './values.ts';

/** Room behind every buffer that kernels read. */
const SLACK_BYTES = 64;
const LEVEL_RLE = 3;

type Work = { readonly arena: Arena; readonly kernels: Kernels; readonly inflaters: Inflaters };

/** The bytes of a page's values, and which rows have one. */
export type PageBody = {
  readonly from: number;
  readonly bytes: number;
  readonly rows: number;
  /** One byte a row, or 0 when no row is NULL. */
  readonly valid: number;
  readonly present: number;
};

/** @throws BadValues, BasaltError NOT_IMPLEMENTED */
export const pageBody = (work: Work, job: ChunkJob, region: Region, header: PageHeader): PageBody =>
  header.kind === PAGE.data ? bodyV1(work, job, region, header) : bodyV2(work, job, region, header);

/** Address of `plainBytes` bytes; of the page itself when nothing has to be done to it. @throws BadValues */
export function plainBytesOf(
  work: Work,
  codec: string,
  region: Region,
  from: number,
  storedBytes: number,
  plainBytes: number,
  isCompressed: boolean,
): number {
  const decompress = decompressor(codec);
  if (decompress === null || !isCompressed) {
    if (storedBytes === plainBytes) return from;
    throw new BadValues(`has ${storedBytes} bytes instead of ${plainBytes}`);
  }
  const to = region.alloc(plainBytes + SLACK_BYTES);
  // An empty page may be stored as nothing at all.
  if (plainBytes === 0 || decompress(work, from, storedBytes, to, plainBytes)) return to;
  throw new BadValues(`its ${codec} data does not decompress to ${plainBytes} bytes`);
}

function bodyV1(work: Work, { leaf, codec }: ChunkJob, region: Region, header: PageHeader): PageBody {
  const { values: rows, plainBytes } = header;
  const from = plainBytesOf(work, codec, region, header.end, header.storedBytes, plainBytes, true);
  if (!leaf.optional) return { from, bytes: plainBytes, rows, valid: 0, present: rows };
  if (header.levelEncoding !== LEVEL_RLE) {
    throw new BasaltError('NOT_IMPLEMENTED', `Column ${leaf.name}: its definition levels are bit-packed`, {
      hint: 'Write the file with a newer program',
    });
  }
  if (plainBytes < 4) throw new BadValues('is too short for its definition levels');
  const levelBytes = littleU32(work.arena.u8, from);
  if (levelBytes > plainBytes - 4) {
    throw new BadValues(`says it has ${levelBytes} bytes of definition levels in ${plainBytes}`);
  }
  const taken = 4 + levelBytes;
  return {
    from: from + taken,
    bytes: plainBytes - taken,
    rows,
    ...levels(work, region, from + 4, levelBytes, rows),
  };
}

function bodyV2(work: Work, { leaf, codec }: ChunkJob, region: Region, header: PageHeader): PageBody {
  const { values: rows, definitionBytes, repetitionBytes, storedBytes, plainBytes, end } = header;
  const levelBytes = definitionBytes + repetitionBytes;
  if (levelBytes > Math.min(storedBytes, plainBytes)) {
    throw new BadValues(`says it has ${levelBytes} bytes of levels in ${storedBytes}`);
  }
  const bytes = plainBytes - levelBytes;
  const stored = storedBytes - levelBytes;
  const from = plainBytesOf(work, codec, region, end + levelBytes, stored, bytes, header.isCompressed);
  if (!leaf.optional) return { from, bytes, rows, valid: 0, present: rows };
  return { from, bytes, rows, ...levels(work, region, end + repetitionBytes, definitionBytes, rows) };
}

/** Flat columns have one level: 1 is a value, 0 is NULL. */
function levels(
  { kernels }: Work,
  region: Region,
  from: number,
  bytes: number,
  rows: number,
): Pick<PageBody, 'valid' | 'present'> {
  const valid = region.alloc(rows + 16);
  if (kernels.hybrid_bools(from, bytes, rows, valid) < 0) {
    throw new BadValues(`its definition levels end before its ${rows} rows do`);
  }
  const present = kernels.mask_count(valid, rows);
  return { valid: present === rows ? 0 : valid, present };
}
