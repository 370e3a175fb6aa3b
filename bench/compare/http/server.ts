/** The shipped command, `basalt serve`, as a process on free ports of loopback. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const COMMAND = join(import.meta.dirname, '../../../dist/cli.js');
const START_MS = 30_000;

export class ServerProcess {
  readonly clickhouse: URL;
  readonly druid: URL;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, said: string) {
    const address = (door: string): URL => new URL(new RegExp(`${door}\\s+(http\\S+)`).exec(said)?.[1] ?? '');
    this.#child = child;
    this.clickhouse = address('ClickHouse HTTP');
    this.druid = address('Druid API');
  }

  static async start(folder: string): Promise<ServerProcess> {
    const options = ['--data', folder, '--port', '0', '--clickhouse-port', '0', '--no-sample'];
    const child = spawn(process.execPath, [COMMAND, 'serve', ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    const patience = setTimeout(() => child.kill(), START_MS);
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      said += chunk;
      if (/ClickHouse HTTP\s+http\S+\n/.test(said)) break;
    }
    clearTimeout(patience);
    child.stdout.resume();
    if (child.exitCode !== null || said === '') throw new Error(`basalt serve did not start: ${said}`);
    return new ServerProcess(child, said);
  }

  peakRssBytes(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
