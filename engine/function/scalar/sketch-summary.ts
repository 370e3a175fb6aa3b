/** What Apache DataSketches 4.2 prints of sketches, which people read; numbers as Java writes them. */

import { couponCount, estimateHll, hasRegisters, lgKOf, registersOf } from '../../sketch/hll.ts';
import { hllBounds } from '../../sketch/hll-bounds.ts';
import type { StateViews } from '../../sketch/memory.ts';
import { endsOf, partsOf } from '../../sketch/quantiles.ts';
import { type JavaValue, javaFormat, plainText } from '../java-format.ts';

type Line = readonly [name: string, value: JavaValue | boolean];

const textOf = (value: JavaValue | boolean): string =>
  typeof value === 'boolean' ? String(value) : plainText(value);

/** Names in a column as wide as `width`. */
const written = (lines: readonly Line[], width: number, indent: string): string =>
  lines.map(([name, value]) => `${indent}${name.padEnd(width)}: ${textOf(value)}\n`).join('');

/** Most coupons of a list; more are a set. */
const MAX_LIST = 8;
const DEFAULT_LG_K = 12;

/** @param block 0 = nothing seen. @param lgK where nothing was */
export function hllSummary(memory: StateViews, block: number, lgK = DEFAULT_LG_K): string {
  const { lower, upper } = hllBounds(memory, block, 1);
  const isHll = block !== 0 && hasRegisters(memory, block);
  const coupons = block === 0 || isHll ? 0 : couponCount(memory, block);
  const lines: readonly Line[] = [
    ['Log Config K', BigInt(block === 0 ? lgK : lgKOf(memory, block))],
    ['Hll Target', 'HLL_4'],
    ['Current Mode', isHll ? 'HLL' : coupons > MAX_LIST ? 'SET' : 'LIST'],
    ['Memory', false],
    ['LB', lower],
    ['Estimate', estimateHll(memory, block)],
    ['UB', upper],
    ['OutOfOrder Flag', isHll],
    ...(isHll ? registerLines(memory, block) : [['Coupon Count', BigInt(coupons)] as const]),
  ];
  return `### HLL SKETCH SUMMARY: \n${written(lines, 15, '  ')}`;
}

function registerLines(memory: StateViews, block: number): readonly Line[] {
  const ranks = registersOf(memory, block);
  const least = ranks.reduce((a, b) => Math.min(a, b));
  const sum = (kept: (rank: number) => boolean): number =>
    ranks.reduce((total, rank) => (kept(rank) ? total + 2 ** -rank : total), 0);
  return [
    ['CurMin', BigInt(least)],
    ['NumAtCurMin', BigInt(ranks.reduce((count, rank) => (rank === least ? count + 1 : count), 0))],
    // Of use only where values came in order.
    ['HipAccum', 0],
    ['KxQ0', sum((rank) => rank < 32)],
    ['KxQ1', sum((rank) => rank >= 32)],
    ['Rebuild KxQ Flg', false],
  ];
}

const ERRORS = { rank: [1.576, 0.9726], mass: [1.854, 0.9657] } as const;
const HEADER_BYTES = 32;

/** @param block 0 = nothing seen. @param bytes of the sketch, whose k counts where nothing was seen */
export function quantilesSummary(memory: StateViews, block: number, bytes: Uint8Array): string {
  const k = bytes.length === 0 ? 128 : bytes[4] + 256 * bytes[5];
  const { count, buffer, levels } =
    block === 0 ? { count: 0, buffer: [], levels: [] } : partsOf(memory, block);
  const [least, largest] = block === 0 ? [Number.NaN, Number.NaN] : endsOf(memory, block);
  const pattern = Math.floor(count / (2 * k));
  const needed = pattern === 0 ? 0 : Math.floor(Math.log2(pattern)) + 1;
  const retained = buffer.length + levels.length * k;
  const capacity =
    needed === 0 ? Math.max(4, 2 ** Math.ceil(Math.log2(Math.max(1, buffer.length)))) : (2 + needed) * k;
  const updatable = needed === 0 ? capacity : (2 + needed) * k;
  const sizeOf = (items: number): bigint => BigInt(count === 0 ? 8 : HEADER_BYTES + 8 * items);
  const number = (value: bigint | number): string => javaFormat('%,d', [BigInt(value)]);
  const error = ([factor, power]: readonly [number, number]): string =>
    javaFormat('%.3f%%', [(factor / k ** power) * 100]);
  const lines: readonly Line[] = [
    ['Empty', count === 0],
    ['Memory, Capacity bytes', 'false, '],
    ['Estimation Mode', pattern > 0],
    ['K', number(k)],
    ['N', number(count)],
    ['Levels (Needed, Total, Valid)', [needed, needed, levels.length].join(', ')],
    ['Level Bit Pattern', pattern.toString(2)],
    ['BaseBufferCount', number(buffer.length)],
    ['Combined Buffer Capacity', number(capacity)],
    ['Retained Items', number(retained)],
    ['Compact Storage Bytes', number(sizeOf(retained))],
    ['Updatable Storage Bytes', number(sizeOf(updatable))],
    ['Normalized Rank Error', error(ERRORS.rank)],
    ['Normalized Rank Error (PMF)', error(ERRORS.mass)],
    ['Min Item', javaFormat('%12.6e', [least])],
    ['Max Item', javaFormat('%12.6e', [largest])],
  ];
  return `\n### Quantiles HeapUpdateDoublesSketch SUMMARY: \n${written(lines, 29, '   ')}### END SKETCH SUMMARY\n`;
}
