/** What a call gives for the rows of a stretch: a word a row, and which of them are not NULL. */

import type { Region } from '../../memory/region.ts';

/** Addresses; `valid` is 0 when no row is NULL. */
export type CallResult = { readonly words: number; readonly valid: number };

export const wholeNumbers = (region: Region, rows: number, at: (row: number) => number): CallResult => {
  const words = region.allocZero(rows * 8);
  const { u32 } = region.arena;
  for (let row = 0; row < rows; row++) u32[(words >>> 2) + row * 2] = at(row);
  return { words, valid: 0 };
};

export const floats = (region: Region, rows: number, at: (row: number) => number): CallResult => {
  const words = region.alloc(rows * 8);
  const { f64 } = region.arena;
  for (let row = 0; row < rows; row++) f64[words / 8 + row] = at(row);
  return { words, valid: 0 };
};
