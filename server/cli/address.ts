/**
 * Where a running server says how to reach it: a small file in its data folder, written at start and removed at the
 * end. A file left by a killed server is harmless: whoever reads it finds the folder unlocked first.
 */

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'server.json';

export function writeServerAddress(folder: string, url: string): void {
  writeFileSync(join(folder, FILE), JSON.stringify({ url, pid: process.pid }));
}

export function removeServerAddress(folder: string): void {
  rmSync(join(folder, FILE), { force: true });
}

/** The server's ClickHouse URL, or null when none is noted. */
export function readServerAddress(folder: string): string | null {
  try {
    const { url } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as { url?: unknown };
    return typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
}
