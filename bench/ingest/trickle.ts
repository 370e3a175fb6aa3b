/**
 * One-row inserts at a steady rate against a running server: acknowledgements, delays, and how many segments there are.
 *
 *     npm start & node bench/ingest/trickle.ts [seconds=60] [perSecond=1000] [url=http://127.0.0.1:8123]
 *
 * Open loop: an insert is due at its time, whether or not those before it were answered, so that a stall shows as delay.
 * Delays in milliseconds, from the moment an insert was due.
 */

import { BasaltError } from '../../engine/base/error.ts';

const [, , secondsText = '60', perSecondText = '1000', url = 'http://127.0.0.1:8123'] = process.argv;
const total = Number(secondsText) * Number(perSecondText);
const spacingMs = 1000 / Number(perSecondText);
/** Inserts under way beyond which the sender waits. */
const MOST_OPEN = 64;
const TICK_MS = 5;

async function ask(sql: string, body?: string): Promise<string> {
  const init = { method: 'POST', ...(body === undefined ? {} : { body }) };
  const answer = await fetch(`${url}/?query=${encodeURIComponent(sql)}`, init);
  const text = await answer.text();
  if (!answer.ok) throw new BasaltError('CANNOT_READ', `${answer.status}: ${text}`);
  return text.trim();
}

await ask('DROP TABLE IF EXISTS trickle');
await ask(
  'CREATE TABLE trickle (id Int64, at DateTime64(3), text String) ENGINE = MergeTree ORDER BY (at, id)',
);
const delays: number[] = [];
const open = new Set<Promise<void>>();
const failures: string[] = [];
let mostSegments = 0;
const startedMs = performance.now();

function send(id: number): void {
  const row = JSON.stringify({ id, at: '2024-01-01 00:00:00.000', text: `row ${id}` });
  const insert = ask('INSERT INTO trickle FORMAT JSONEachRow', row)
    .then(() => void delays.push(performance.now() - startedMs - id * spacingMs))
    .catch((error: unknown) => void failures.push(String(error)))
    .finally(() => open.delete(insert));
  open.add(insert);
}

let sent = 0;
for (let nextLookMs = startedMs + 1000; sent < total; ) {
  const nowMs = performance.now();
  while (sent < total && startedMs + sent * spacingMs <= nowMs && open.size < MOST_OPEN) send(sent++);
  if (nowMs >= nextLookMs) {
    nextLookMs += 1000;
    const count = await ask("SELECT count() FROM system.parts WHERE table = 'trickle'");
    mostSegments = Math.max(mostSegments, Number(count));
  }
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
await Promise.all(open);
const tookSeconds = (performance.now() - startedMs) / 1000;
delays.sort((a, b) => a - b);
const at = (share: number): string => (delays[Math.floor(delays.length * share)] ?? Number.NaN).toFixed(1);
const rows = await ask('SELECT count(), uniqExact(id) FROM trickle');
console.log(
  [
    `${delays.length} acknowledged in ${tookSeconds.toFixed(1)} s, ${failures.length} failed ${failures[0] ?? ''}`,
    `delay ms: median ${at(0.5)}, 99 % ${at(0.99)}, worst ${at(0.9999)}`,
    `rows and distinct ids: ${rows.replace('\t', ', ')}; most segments at once: ${mostSegments}`,
  ].join('\n'),
);
