/**
 * Strings of any bytes as JavaScript's, and back without loss. What is no UTF-8 becomes a lone low surrogate a byte, U+DC80 to U+DCFF,
 * which no UTF-8 gives (PEP 383 does so, too).
 */

const encoder = new TextEncoder();
/** What is no UTF-8 becomes U+FFFD; U+FEFF at the beginning is a character as any other, which other decoders leave out. */
export const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

const REPLACED = '\ufffd';
const ESCAPES = 0xdc00;

/** @param bytes private memory: a decoder takes no shared one */
export function textOfBytes(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  return text.includes(REPLACED) ? escaped(bytes) : text;
}

/** The text of bytes from one place to another; of shared memory, too. */
export function textIn(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  return text.includes(REPLACED) ? escaped(Uint8Array.from(bytes.subarray(from, to))) : text;
}

/**
 * The text; null where the bytes are no UTF-8.
 * @param bytes private memory
 */
export function utf8Text(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

export const bytesOfText = (text: string): Uint8Array =>
  text.isWellFormed() ? encoder.encode(text) : unescaped(text);

/** Characters of a text that {@link passingBytesOfText} makes nothing for. */
const SHORT = 1024;
const passing = new Uint8Array(3 * SHORT);

/** The same bytes, for who copies them at once: the next call may overwrite them. */
export const passingBytesOfText = (text: string): Uint8Array =>
  text.length <= SHORT && text.isWellFormed()
    ? passing.subarray(0, encoder.encodeInto(text, passing).written)
    : bytesOfText(text);

/** The byte by itself, as text. */
export const textOfByte = (byte: number): string => String.fromCharCode(byte < 128 ? byte : ESCAPES + byte);

function escaped(bytes: Uint8Array): string {
  let text = '';
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += utf8.decode(bytes.subarray(from, at)) + textOfByte(bytes[at]);
      from = at + 1;
    }
    at += Math.max(1, length);
  }
  return text + utf8.decode(bytes.subarray(from));
}

/** Bytes of the well-formed character at a place, 0 if there is none (Unicode 15, table 3-7). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (at + length > bytes.length) return 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (length > 0 && (bytes[at + 1] < lowest || bytes[at + 1] > highest)) return 0;
  for (let i = 2; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  return length;
}

function unescaped(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let size = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (character.length === 1 && code >= ESCAPES + 0x80 && code <= ESCAPES + 0xff)
      bytes[size++] = code - ESCAPES;
    else size += encoder.encodeInto(character, bytes.subarray(size)).written;
  }
  return bytes.slice(0, size);
}
