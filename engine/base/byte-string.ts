/**
 * Strings whose UTF-16 units are bytes (0 to 255), so that what counts bytes is written as what counts characters. Texts of ASCII alone
 * are their own byte strings.
 */

import { bytesOfText, textOfBytes } from './bytes-text.ts';

const ASCII = /^[\0-\x7f]*$/;
/** Arguments that a call of fromCharCode takes without filling the stack. */
const CHUNK = 4096;

export const isAscii = (text: string): boolean => ASCII.test(text);

export const byteStringOf = (text: string): string =>
  ASCII.test(text) ? text : byteString(bytesOfText(text));

export function byteString(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  return text;
}

export const textOfByteString = (bytes: string): string =>
  ASCII.test(bytes) ? bytes : textOfBytes(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));

/** The ASCII letters in lower case, all else as it is. */
export const lowerAscii = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Every character in lower case that is one character there, too; so that positions stay. */
export function lowerEach(text: string): string {
  const whole = text.toLowerCase();
  if (isAscii(text)) return whole;
  return Array.from(text, (character) => {
    const lower = character.toLowerCase();
    return lower.length === character.length ? lower : character;
  }).join('');
}
