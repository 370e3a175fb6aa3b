/**
 * The `basalt` command as a process of its own: run to its end, or kept running as a server.
 *
 * A server says its URLs on standard output once it answers; ports are always free ones. Whoever starts one stops it:
 * `await using` kills what is left.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { publishedCommand } from './command.ts';

export const CLI = await publishedCommand();

export type Ended = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type StartOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Program and first arguments; default: this Node with the command. */
  readonly command?: readonly [string, ...string[]];
};

export class CommandProcess implements AsyncDisposable {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #onOutput = (): void => {};

  constructor(args: readonly string[], { env = {}, cwd, input, command }: StartOptions = {}) {
    const [program, ...first] = command ?? [process.execPath, CLI];
    // The caller's own BASALT_ variables are not this process's.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BASALT_'));
    this.#child = spawn(program, [...first, ...args], {
      env: { ...Object.fromEntries(inherited), ...env },
      cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.on('error', () => {}); // it may end without reading
    this.#child.stdin?.end(input ?? '');
    this.#child.stdout?.on('data', (bytes: Buffer) => {
      this.#stdout += bytes;
      this.#onOutput();
    });
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#stderr += bytes;
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) =>
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }),
      );
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits until the output matches; null when the process ended before. */
  said(pattern: RegExp): Promise<RegExpExecArray | null> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.#stdout);
        if (match !== null) resolve(match);
      };
      this.#onOutput = look;
      look();
      this.ended.then(() => resolve(null), reject);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL');
    await this.ended;
  }
}

/** No command of the tests takes as long; one that hangs must not outlive its test. */
const COMMAND_MS = 25_000;

/** Runs the command to its end. */
export async function basalt(args: readonly string[], options?: StartOptions): Promise<Ended> {
  const command = new CommandProcess(args, options);
  const timer = setTimeout(() => command.kill('SIGKILL'), COMMAND_MS);
  const ended = await command.ended;
  clearTimeout(timer);
  return ended;
}

export class ServerProcess extends CommandProcess {
  druid = '';
  clickhouse = '';

  /** A server on free ports; does not wait. */
  static spawn(folder: string, args: readonly string[] = [], options?: StartOptions): ServerProcess {
    return new ServerProcess(
      ['serve', '--data', folder, '--no-sample', '--port', '0', '--clickhouse-port', '0', ...args],
      options,
    );
  }

  static async start(
    folder: string,
    args: readonly string[] = [],
    options?: StartOptions,
  ): Promise<ServerProcess> {
    const server = ServerProcess.spawn(folder, args, options);
    if (await server.ready()) return server;
    const { code, signal, stderr } = await server.ended;
    throw new Error(`basalt serve ended with ${code ?? signal}: ${stderr}`);
  }

  /** Waits for the URLs; false when it ended without. */
  async ready(): Promise<boolean> {
    const match = await this.said(/Druid API\s+(http\S+)\s+ClickHouse HTTP\s+(http\S+)/);
    if (match === null) return false;
    [, this.druid, this.clickhouse] = match;
    return true;
  }

  /** Asks it to end, and waits. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.kill(signal);
    return this.ended;
  }
}
