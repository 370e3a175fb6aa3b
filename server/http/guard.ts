/**
 * Who may speak to the server (DESIGN.md D15): closed by default.
 *
 * A page in a browser must not reach a local server: its Origin is refused unless it is the server's own, and so
 * is a Host header that is neither an address nor a known name, which is what DNS rebinding shows. With a
 * password set every route but the health checks asks for it; it is compared in constant time, and an address
 * that fails five times has to wait longer and longer.
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Clock } from '../../engine/base/clock.ts';
import { BasaltError } from '../../engine/base/error.ts';

export type Credentials = { readonly user: string; readonly password: string };

export type GuardOptions = {
  readonly host: string;
  readonly user: string;
  readonly password: string | null;
  readonly hostNames: readonly string[];
};

const FREE_FAILURES = 5;
const LONGEST_WAIT_MS = 60000;
const MAX_REMEMBERED = 10000;

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

/** Throws unless the address may be listened on. */
export function checkBind(host: string, password: string | null): void {
  if (isLoopback(host) || (password !== null && password !== '')) return;
  throw new BasaltError('BAD_ARGUMENTS', `Listening on ${host} needs a password`, {
    hint: 'Set BASALT_PASSWORD, or listen on 127.0.0.1',
  });
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

const hostOf = (authority: string): string =>
  authority.startsWith('[') ? authority.slice(1, authority.indexOf(']')) : authority.replace(/:\d+$/, '');

export class Guard {
  readonly #options: GuardOptions;
  readonly #clock: Clock;
  readonly #names: ReadonlySet<string>;
  readonly #failures = new Map<string, { count: number; untilMs: number }>();

  constructor(options: GuardOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#names = new Set(
      ['localhost', options.host, ...options.hostNames].map((name) => name.toLowerCase()),
    );
  }

  /** Refuses requests that a foreign web page could have made. @throws BasaltError ACCESS_DENIED */
  checkOrigin(headers: IncomingHttpHeaders): void {
    const host = (headers.host ?? '').toLowerCase();
    const name = hostOf(host);
    const isKnown = name === '' || isIP(name) !== 0 || this.#names.has(name);
    if (!isKnown && this.#options.password === null) {
      throw new BasaltError('ACCESS_DENIED', `Host ${name} is not a name of this server`);
    }
    const { origin } = headers;
    if (origin === undefined) {
      if (headers['sec-fetch-site'] !== 'cross-site') return;
    } else if (URL.canParse(origin)) {
      const from = new URL(origin);
      if (from.host.toLowerCase() === host || this.#options.hostNames.includes(from.hostname)) return;
    }
    throw new BasaltError('ACCESS_DENIED', `Requests from pages of ${origin ?? 'other sites'} are refused`);
  }

  /** @throws BasaltError AUTHENTICATION_FAILED */
  checkPassword(given: Credentials | null, address: string): void {
    const { password, user } = this.#options;
    if (password === null && (given === null || given.password === '')) return;
    const waitMs = this.#waitMs(address);
    if (waitMs > 0) {
      throw new BasaltError('AUTHENTICATION_FAILED', 'Authentication failed: too many attempts', {
        hint: `Try again in ${Math.ceil(waitMs / 1000)} seconds`,
      });
    }
    const fits =
      password !== null && given !== null && same(given.user, user) && same(given.password, password);
    if (fits) {
      this.#failures.delete(address);
      return;
    }
    if (given !== null) this.#remember(address);
    throw new BasaltError(
      'AUTHENTICATION_FAILED',
      `${given?.user ?? user}: Authentication failed: password is incorrect, or there is no user with such name`,
    );
  }

  #waitMs(address: string): number {
    const failed = this.#failures.get(address);
    return failed === undefined ? 0 : failed.untilMs - this.#clock.monotonicMs();
  }

  #remember(address: string): void {
    const count = (this.#failures.get(address)?.count ?? 0) + 1;
    const waitMs = count < FREE_FAILURES ? 0 : Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (count - FREE_FAILURES));
    // Re-inserting moves the address to the end, so that the oldest is forgotten first.
    this.#failures.delete(address);
    this.#failures.set(address, { count, untilMs: this.#clock.monotonicMs() + waitMs });
    if (this.#failures.size > MAX_REMEMBERED) {
      const [oldest] = this.#failures.keys();
      this.#failures.delete(oldest);
    }
  }
}

/** Credentials of an `Authorization: Basic` header. @throws BasaltError AUTHENTICATION_FAILED for other schemes */
export function basicCredentials(header: string | undefined): Credentials | null {
  if (header === undefined) return null;
  const m = /^Basic\s+([A-Za-z0-9+/=]*)\s*$/i.exec(header);
  if (m === null) throw new BasaltError('AUTHENTICATION_FAILED', 'Only Basic authorization is known');
  const text = Buffer.from(m[1], 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0
    ? { user: text, password: '' }
    : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
