/**
 * UUIDs and network addresses as text and as unsigned integers of 128 or 32 bits.
 *
 * IPv6 is written as RFC 5952 has it: lower case, the longest run of zeros as `::`, addresses of IPv4 as `::ffff:1.2.3.4`,
 * or `::1.2.3.4` as ClickHouse has it.
 * Reading answers undefined for what is no such text.
 */

/** With all of its hyphens or without any. */
const UUID = /^([0-9a-f]{8})(-?)([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{12})$/i;

export function parseUuid(text: string): bigint | undefined {
  const trimmed = text.trim();
  return UUID.test(trimmed) ? BigInt(`0x${trimmed.replaceAll('-', '')}`) : undefined;
}

export function uuidText(value: bigint): string {
  const hex = value.toString(16).padStart(32, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

export function parseIpv4(text: string): bigint | undefined {
  const parts = IPV4.exec(text.trim())?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

export const ipv4Text = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');

const GROUPS = 8;
const MAPPED = 0xffffn;

export function parseIpv6(text: string): bigint | undefined {
  const whole = withoutIpv4(text.trim());
  if (whole === undefined) return undefined;
  const halves = whole.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = tail === undefined ? head : [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** With an IPv4 address at its end as two groups; a whole IPv4 address as the IPv6 address that stands for it. */
function withoutIpv4(text: string): string | undefined {
  const at = text.lastIndexOf(':');
  if (!text.includes('.')) return text;
  const ipv4 = parseIpv4(text.slice(at + 1));
  if (ipv4 === undefined) return undefined;
  const groups = `${(ipv4 >> 16n).toString(16)}:${(ipv4 & 0xffffn).toString(16)}`;
  return at < 0 ? `::ffff:${groups}` : `${text.slice(0, at + 1)}${groups}`;
}

export function ipv6Text(value: bigint): string {
  if (value >> 32n === MAPPED) return `::ffff:${ipv4Text(value & 0xffffffffn)}`;
  if (value >> 32n === 0n && value > 0xffffn) return `::${ipv4Text(value)}`;
  const groups = Array.from({ length: GROUPS }, (_, i) =>
    ((value >> BigInt(16 * (GROUPS - 1 - i))) & 0xffffn).toString(16),
  );
  const { from, length } = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, from).join(':')}::${groups.slice(from + length).join(':')}`;
}

function longestZeros(groups: readonly string[]): { readonly from: number; readonly length: number } {
  let best = { from: 0, length: 0 };
  for (let from = 0; from < groups.length; from++) {
    let length = 0;
    while (groups[from + length] === '0') length++;
    if (length > best.length) best = { from, length };
  }
  return best;
}
