/**
 * DuckDB's format() and printf(): one kind of field, `[fill][align][sign][#][0][width][separator][.digits][type]` between braces, or
 * behind a percent sign. As in its library (fmt), a field that does not fit the type of its value is refused.
 */

import { BasaltError } from '../base/error.ts';

/** Whole number, float, truth or text; what it is as text. */
export type FmtValue = { readonly kind: 'i' | 'f' | 'b' | 's'; readonly text: string };

type Field = {
  readonly fill: string;
  /** Undefined: texts on the left, numbers on the right. */
  readonly align?: '<' | '>' | '^';
  readonly sign: string;
  readonly prefixed: boolean;
  readonly zeros: boolean;
  readonly width: number;
  readonly separator: string;
  readonly digits?: number;
  readonly type: string;
};

const SPEC = /^(?:(.)?([<>^]))?([-+ ])?(#)?(0)?(\d+)?([,_'])?(?:\.(\d+))?([a-zA-Z])?$/su;
const BRACES = /\{\{|\}\}|\{(\d*)(?::([^{}]*))?\}|[{}]/g;
const PERCENTS = /%%|%([-+ #0]*)(\d+)?([,_'])?(\d+)?(?:\.(\d+))?([a-zA-Z])|%/g;
const MAX_WIDTH = 10_000;

const wrong = (field: string, why: string): BasaltError =>
  new BasaltError('BAD_ARGUMENTS', `'${field}' of a format: ${why}`, {
    hint: "Write format('{} {:.2f}', text, number) or printf('%s %.2f', text, number)",
  });

/** Values in the places of {}, {0}, {:>8.2f}. */
export function fillBraces(pattern: string, values: readonly FmtValue[]): string {
  let next = 0;
  return pattern.replace(BRACES, (all, index: string | undefined, spec: string | undefined) => {
    if (all === '{{' || all === '}}') return all[0];
    if (index === undefined) throw wrong(all, 'a brace that stands for itself is written twice');
    const [, fill, align, sign, hash, zero, width, separator, digits, type] =
      SPEC.exec(spec ?? '') ?? refuse(all);
    return written(valueAt(values, index === '' ? next++ : Number(index), all), all, {
      fill: fill ?? ' ',
      ...(align === undefined ? {} : { align: align as Field['align'] }),
      sign: sign ?? '',
      prefixed: hash !== undefined,
      zeros: zero !== undefined,
      width: Number(width ?? 0),
      separator: separator ?? '',
      ...(digits === undefined ? {} : { digits: Number(digits) }),
      type: type ?? '',
    });
  });
}

/** Values in the places of %s, %d, %8.2f. */
export function fillPercents(pattern: string, values: readonly FmtValue[]): string {
  let next = 0;
  return pattern.replace(
    PERCENTS,
    (all, flags: string | undefined, before, separator, behind, digits, type: string | undefined) => {
      if (all === '%%') return '%';
      if (flags === undefined || type === undefined) throw wrong(all, 'no conversion follows');
      return written(valueAt(values, next++, all), all, {
        fill: ' ',
        align: flags.includes('-') ? '<' : '>',
        sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '',
        prefixed: flags.includes('#'),
        zeros: flags.includes('0') && !flags.includes('-'),
        width: Number(before ?? behind ?? 0),
        separator: separator ?? '',
        ...(digits === undefined ? {} : { digits: Number(digits) }),
        type: type === 'i' || type === 'u' ? 'd' : type,
      });
    },
  );
}

const refuse = (field: string): never => {
  throw wrong(field, 'it is no such field');
};

function valueAt(values: readonly FmtValue[], at: number, field: string): FmtValue {
  if (at < values.length) return values[at];
  throw wrong(field, 'there is no such argument');
}

function written(value: FmtValue, all: string, field: Field): string {
  if (field.width > MAX_WIDTH || (field.digits ?? 0) > MAX_WIDTH)
    throw wrong(all, `more than ${MAX_WIDTH} characters`);
  if (value.kind === 's' || (value.kind === 'b' && (field.type === '' || field.type === 's'))) {
    if (field.type !== '' && field.type !== 's') throw wrong(all, 'a text does not fit it');
    return padded('', Array.from(value.text).slice(0, field.digits).join(''), field, '<');
  }
  const number =
    value.kind === 'f'
      ? real(value.text, field, all)
      : whole(value.kind === 'b' ? BigInt(value.text === 'true') : BigInt(value.text), field, all);
  const isNegative = number.startsWith('-');
  const digits = isNegative ? number.slice(1) : number;
  const sign = isNegative ? '-' : field.sign === '-' ? '' : field.sign;
  const prefix = field.prefixed ? (PREFIXES[field.type] ?? '') : '';
  return padded(`${sign}${prefix}`, grouped(digits, field.separator), field, '>');
}

const PREFIXES: Readonly<Record<string, string>> = { x: '0x', X: '0X', b: '0b', o: '0' };
const BASES: Readonly<Record<string, number>> = { '': 10, d: 10, s: 10, x: 16, X: 16, o: 8, b: 2 };

function whole(value: bigint, { type, digits }: Field, all: string): string {
  if (digits !== undefined) throw wrong(all, 'whole numbers have no digits behind a point');
  if (type === 'c') return String.fromCodePoint(Number(value));
  const base = BASES[type];
  if (base === undefined) throw wrong(all, 'a whole number does not fit it');
  const text = value.toString(base);
  return type === 'X' ? text.toUpperCase() : text;
}

/** Exponents have two digits at least. */
const exponential = (value: number, digits?: number): string =>
  value.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');

function real(text: string, { type, digits }: Field, all: string): string {
  const value = Number(text.replace(/inf(inity)?$/i, 'Infinity'));
  const cased = (made: string): string =>
    type !== '' && type === type.toUpperCase() ? made.toUpperCase() : made;
  if (!Number.isFinite(value)) return cased(Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf');
  switch (type.toLowerCase()) {
    case 'f':
      return fixed(value, digits ?? 6);
    case 'e':
      return cased(exponential(value, digits ?? 6));
    case 'g':
      return cased(general(value, digits ?? 6));
    case '':
    case 's':
      return digits === undefined ? shortest(value) : general(value, digits);
    default:
      throw wrong(all, 'a float does not fit it');
  }
}

/** Halves go to the even digit; JavaScript takes the larger one, and writes large numbers with an exponent. */
function fixed(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const places = Math.min(digits, 100);
  const text = value.toFixed(places);
  const exact = value.toFixed(100);
  const rest = exact.slice(exact.indexOf('.') + 1 + places);
  const isHalf = /^50*$/.test(rest);
  return isHalf && /[13579]$/.test(text) ? towardsZero(exact, places) : text;
}

const towardsZero = (exact: string, places: number): string => {
  const point = exact.indexOf('.');
  return exact.slice(0, places === 0 ? point : point + 1 + places);
};

const powerOf = (value: number): number => Number(value.toExponential().split('e')[1]);

function shortest(value: number): string {
  const power = value === 0 ? 0 : powerOf(value);
  if (power < -4 || power >= 16) return exponential(value);
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function general(value: number, digits: number): string {
  const most = Math.max(1, digits);
  const rounded = value === 0 ? value : Number(value.toPrecision(Math.min(most, 100)));
  const power = value === 0 ? 0 : powerOf(rounded);
  const cut = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (power >= -4 && power < most) return cut(rounded.toFixed(Math.min(100, most - 1 - power)));
  const [mantissa, exponent] = exponential(rounded, most - 1).split('e');
  return `${cut(mantissa)}e${exponent}`;
}

function grouped(text: string, separator: string): string {
  if (separator === '') return text;
  const [digits, ...rest] = text.split('.');
  return [digits.replace(/\B(?=(\d{3})+$)/g, separator), ...rest].join('.');
}

function padded(
  prefix: string,
  text: string,
  { align, fill, width, zeros }: Field,
  usual: '<' | '>',
): string {
  const missing = Math.max(0, width - Array.from(prefix + text).length);
  if (zeros && usual === '>' && align !== '<') return `${prefix}${'0'.repeat(missing)}${text}`;
  const left = { '<': 0, '>': missing, '^': Math.floor(missing / 2) }[align ?? usual];
  return `${fill.repeat(left)}${prefix}${text}${fill.repeat(missing - left)}`;
}
