/**
 * A client's own text as a header's value. Node refuses to send what RFC 9110 does not allow there, at a moment when
 * nothing can be answered any more: such characters become question marks.
 */

export const headerText = (text: string): string => text.replaceAll(/[^\x20-\x7e]/gu, '?');
