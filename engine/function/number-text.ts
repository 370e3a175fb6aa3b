/** Floats and truth values to and from text. */

/** Shortest text that reads back equal; integers below 10^17 without an exponent. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  return String(value).replace(/e\+/, 'e');
}

/** The same digits with a point or an exponent, as DuckDB writes them: `1.0`, `1e+16`, `1.5e-07`. */
export function pointText(value: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  const [digits, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 16) return Number.isInteger(value) ? `${floatText(value)}.0` : floatText(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** As Java's Double.toString, so Druid, writes them: `1.0`, `1.0E7`, `1.0E-4`, `NaN`. */
export function javaText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e7))
    return Number.isInteger(value) ? `${floatText(value)}.0` : String(value);
  const [digits, power] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(power)}`;
}

const FLOAT_TEXT = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/;

export function parseFloatText(text: string): number | undefined {
  if (FLOAT_TEXT.test(text)) return Number(text);
  const special = /^\s*([+-]?)(inf|infinity|nan)\s*$/i.exec(text);
  if (special === null) return undefined;
  const value = special[2].toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
  return special[1] === '-' ? -value : value;
}

export function parseBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === 'true' || word === 't' || word === '1' || word === 'yes') return true;
  if (word === 'false' || word === 'f' || word === '0' || word === 'no') return false;
  return undefined;
}

/** The double with the fewest digits that is still this 32-bit float: a denormal one has one digit. */
export function shortest32(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}

const UPPER = new DataView(new ArrayBuffer(4));

/** The upper 16 bits of a number's float32, as ClickHouse cuts it. */
export function bfloat16(value: number): number {
  UPPER.setFloat32(0, value);
  if (Number.isNaN(value)) return value;
  UPPER.setUint16(2, 0);
  return UPPER.getFloat32(0);
}
