/** Headers of pages: what follows, how long it is, and how it is encoded. Numbers are the format's own. */

import { type Fields, MalformedHeader, ThriftReader } from './thrift.ts';

export const PAGE = { data: 0, index: 1, dictionary: 2, dataV2: 3 } as const;

export type PageHeader = {
  readonly kind: number;
  readonly plainBytes: number;
  readonly storedBytes: number;
  readonly values: number;
  readonly encoding: number;
  /** Version 1: encodings of the levels. */
  readonly definitionEncoding: number;
  readonly repetitionEncoding: number;
  /** Version 2: bytes of levels before the values, never compressed. */
  readonly definitionBytes: number;
  readonly repetitionBytes: number;
  /** Version 2 may leave a page as it is. */
  readonly isCompressed: boolean;
  /** Address behind the header. */
  readonly end: number;
};

/** Ids of the header's inner struct by kind of page. */
const INNER: Record<number, number> = { [PAGE.data]: 5, [PAGE.dictionary]: 7, [PAGE.dataV2]: 8 };

/** @throws MalformedHeader */
export function readPageHeader(u8: Uint8Array, at: number, end: number): PageHeader {
  const reader = new ThriftReader(u8, at, end);
  const fields = reader.struct();
  const kind = integer(fields, 1);
  const inner = fields.get(INNER[kind] ?? -1);
  const details: Fields = inner instanceof Map ? inner : new Map();
  if (kind !== PAGE.index && !(inner instanceof Map)) throw new MalformedHeader();
  const isV2 = kind === PAGE.dataV2;
  return {
    kind,
    plainBytes: integer(fields, 2),
    storedBytes: integer(fields, 3),
    values: kind === PAGE.index ? 0 : integer(details, 1),
    encoding: kind === PAGE.index ? 0 : integer(details, isV2 ? 4 : 2),
    definitionEncoding: kind === PAGE.data ? integer(details, 3) : 0,
    repetitionEncoding: kind === PAGE.data ? integer(details, 4) : 0,
    definitionBytes: isV2 ? integer(details, 5) : 0,
    repetitionBytes: isV2 ? integer(details, 6) : 0,
    isCompressed: details.get(7) !== false,
    end: reader.at,
  };
}

function integer(fields: Fields, id: number): number {
  const value = fields.get(id);
  if (typeof value !== 'number' || !(value >= 0 && value <= 0x7fffffff)) throw new MalformedHeader();
  return value;
}
