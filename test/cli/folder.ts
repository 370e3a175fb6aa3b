/** A folder of a test's own, gone after its file. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'basalt-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
