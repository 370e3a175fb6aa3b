/** A real process on a real disk, killed with SIGKILL: BASALT_KILLS times, 6 by default. */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { SeededRandom } from '../../engine/base/random.ts';

const KILLS = Number(process.env['BASALT_KILLS'] ?? 6);
const dir = mkdtempSync(`${tmpdir()}/basalt-kill-`);
afterAll(() => rmSync(dir, { recursive: true }));

/** Lets one process live until it has said `count` lines; answers its lines. */
function life(start: number, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const script = fileURLToPath(new URL('./support/kill-target.ts', import.meta.url));
    const child = spawn(process.execPath, [script, `${dir}/data`, String(start)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
      if (output.split('\n').length > count + 2) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', () => resolve(output.split('\n').slice(0, -1)));
  });
}

it('a killed process loses nothing acknowledged', async () => {
  const random = new SeededRandom(3);
  const acknowledged = new Set<number>();
  const deleted = new Set<number>();
  let doomed: number[] = [];
  for (let kill = 0; kill <= KILLS; kill++) {
    const lines = await life(1 + kill * 1_000_000, 1 + random.below(60));
    const numbers = (line: string): number[] => line.split(' ')[1].split(',').filter(Boolean).map(Number);
    expect(lines[0]).toMatch(/^found/);
    const found = numbers(lines[0]);
    expect(new Set(found).size).toBe(found.length);
    const there = new Set(found);
    // What was being deleted is there whole, or not at all.
    const left = doomed.filter((id) => there.has(id));
    expect([0, doomed.length]).toContain(left.length);
    for (const id of left) acknowledged.add(id);
    doomed = [];
    expect([...acknowledged].filter((id) => !there.has(id))).toEqual([]);
    expect([...deleted].filter((id) => there.has(id))).toEqual([]);
    for (const line of lines.slice(1)) {
      const ids = numbers(line);
      if (line.startsWith('acknowledged')) for (const id of ids) acknowledged.add(id);
      else {
        expect(line).toMatch(/^delet(ing|ed) /);
        doomed = line.startsWith('deleting') ? ids : [];
        for (const id of ids) acknowledged.delete(id);
        if (line.startsWith('deleted')) for (const id of ids) deleted.add(id);
      }
    }
  }
  expect(acknowledged.size).toBeGreaterThan(100);
  expect(deleted.size).toBeGreaterThan(100);
});
