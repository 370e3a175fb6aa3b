/**
 * One dense value of a Parquet column as JSON would bring it: integers and decimals by their digits, times as text. For
 * values that no kernel converts, and for messages.
 */

import { utf8 } from '../../base/bytes-text.ts';
import { civilOf } from '../../function/calendar.ts';
import { clockText } from '../../function/clock-text.ts';
import { NumberText, type Raw } from '../raw.ts';
import type { Leaf } from './leaf.ts';
import { laneOfPhysical, type ValueWork } from './values.ts';

export type ReadRaw = (work: ValueWork, data: number, index: number) => Raw;

function bytesAt({ arena: { u8, u32 } }: ValueWork, refs: number, index: number): Uint8Array {
  const at = u32[(refs >>> 2) + index * 2];
  return u8.slice(at, at + u32[(refs >>> 2) + index * 2 + 1]);
}

const integerAt = ({ arena }: ValueWork, data: number, index: number): bigint =>
  arena.i64[(data >>> 3) + index];

/** Values as JSON would bring them: integers and decimals by their digits, times as text. */
export function rawReader({ meaning, physical }: Leaf): ReadRaw {
  switch (meaning.kind) {
    case 'bool':
      return ({ arena }, data, i) => arena.u8[data + i] !== 0;
    case 'float':
      return ({ arena }, data, i) => arena.f64[(data >>> 3) + i];
    case 'int':
      return (work, data, i) => {
        const value = integerAt(work, data, i);
        return digits(meaning.signed ? value : BigInt.asUintN(64, value));
      };
    case 'decimal':
      return laneOfPhysical[physical] === 'refs'
        ? (work, data, i) => new NumberText(decimalText(bigEndian(bytesAt(work, data, i)), meaning.scale))
        : (work, data, i) => new NumberText(decimalText(integerAt(work, data, i), meaning.scale));
    case 'date':
      return (work, data, i) => dateText(integerAt(work, data, i));
    case 'timestamp':
      return (work, data, i) => timeText(integerAt(work, data, i), meaning.precision);
    case 'time':
      return (work, data, i) => clockText(integerAt(work, data, i), meaning.precision, true);
    case 'int96':
      return (work, data, i) => timeText(integerAt(work, data, i), work.int96Precision);
    case 'uuid':
      return (work, data, i) => uuidText(bytesAt(work, data, i));
    case 'string':
      return (work, data, i) => utf8.decode(bytesAt(work, data, i));
  }
}

const digits = (value: bigint): number | NumberText => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : new NumberText(String(value));
};

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

function decimalText(value: bigint, scale: number): string {
  if (scale <= 0) return String(value * 10n ** BigInt(-scale));
  const text = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

function dateText(days: bigint): string {
  const { year, month, day } = civilOf(Number(days));
  const sign = year < 0 ? '-' : '';
  return `${sign}${String(Math.abs(year)).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const two = (n: number): string => String(n).padStart(2, '0');

function timeText(ticks: bigint, precision: number): string {
  const perDay = 86_400n * 10n ** BigInt(precision);
  const inDay = ((ticks % perDay) + perDay) % perDay;
  const fraction = String(inDay % 10n ** BigInt(precision)).padStart(precision, '0');
  const second = Number(inDay / 10n ** BigInt(precision));
  const clock = [second / 3600, (second / 60) % 60, second % 60].map((n) => two(Math.floor(n))).join(':');
  return `${dateText((ticks - inDay) / perDay)} ${clock}${precision === 0 ? '' : `.${fraction}`}`;
}

function uuidText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
