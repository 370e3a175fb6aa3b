/**
 * The process of one engine: opens it and does what the comparison's messages say, timing it here.
 *
 * An engine per process keeps their memory apart (peak RSS is the process's own) and lets a cold run restart one of them.
 */

import { readFileSync } from 'node:fs';
import type { Engine, OpenOptions } from './engine/engine.ts';
import { ENGINES } from './engine/index.ts';
import type { EngineName, Table } from './suite.ts';

export type ToHost =
  | { readonly kind: 'load'; readonly table: Table }
  | { readonly kind: 'create'; readonly table: Table }
  | { readonly kind: 'insert'; readonly table: Table; readonly file: string }
  | { readonly kind: 'run'; readonly sql: string }
  | { readonly kind: 'query'; readonly sql: string; readonly answer: boolean }
  | { readonly kind: 'stats' }
  | { readonly kind: 'close' };

const [name, folder, options] = process.argv.slice(2);
const openEngine = await ENGINES[name as EngineName]();
let engine: Engine | null = null;

/** Opened by the first message, so that a cold run's clock sees it. */
const opened = async (): Promise<Engine> => {
  engine ??= await openEngine(folder, JSON.parse(options) as OpenOptions);
  return engine;
};

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}

async function answer(message: ToHost): Promise<unknown> {
  switch (message.kind) {
    case 'load':
      return { ms: (await timed(async () => (await opened()).load(message.table))).ms };
    case 'create':
      return { ms: (await timed(async () => (await opened()).create(message.table))).ms };
    case 'insert': {
      const rows = { file: message.file, bytes: readFileSync(message.file) };
      return { ms: (await timed(async () => (await opened()).insert(message.table, rows))).ms };
    }
    case 'run':
      return { ms: (await timed(async () => (await opened()).run(message.sql))).ms };
    case 'query': {
      const { ms, result } = await timed(async () => (await opened()).query(message.sql));
      return { ms, answer: message.answer ? await result.answer() : null };
    }
    case 'stats':
      return { bytes: (await opened()).bytes(), peakRssBytes: peakRssBytes() };
    case 'close':
      await engine?.close();
      return {};
  }
}

const peakRssBytes = (): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;

process.on('message', async (message: ToHost) => {
  try {
    process.send?.({ ok: await answer(message) });
  } catch (error) {
    process.send?.({ error: String((error as Error).message ?? error).slice(0, 600) });
  }
  if (message.kind === 'close') process.exit();
});
