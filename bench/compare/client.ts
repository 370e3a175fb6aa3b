/** The comparison's side of an engine's process. One that has ended is started again by the next message. */

import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { OpenOptions } from './engine/engine.ts';
import { filesOf } from './engine/folder.ts';
import type { ToHost } from './host.ts';
import type { Answer, EngineName, Table } from './suite.ts';

export class EngineProcess {
  readonly name: EngineName;
  readonly #folder: string;
  readonly #options: OpenOptions;
  #child: ChildProcess;

  constructor(name: EngineName, folder: string, options: OpenOptions) {
    this.name = name;
    this.#folder = folder;
    this.#options = options;
    this.#child = this.#start();
  }

  load(table: Table): Promise<{ ms: number }> {
    return this.#ask({ kind: 'load', table });
  }

  create(table: Table): Promise<{ ms: number }> {
    return this.#ask({ kind: 'create', table });
  }

  insert(table: Table, file: string): Promise<{ ms: number }> {
    return this.#ask({ kind: 'insert', table, file });
  }

  run(sql: string): Promise<{ ms: number }> {
    return this.#ask({ kind: 'run', sql });
  }

  query(sql: string, answer = false): Promise<{ ms: number; answer: Answer | null }> {
    return this.#ask({ kind: 'query', sql, answer });
  }

  stats(): Promise<{ bytes: number; peakRssBytes: number }> {
    return this.#ask({ kind: 'stats' });
  }

  /** A new process that has opened nothing yet, and none of the engine's files in the page cache. */
  async restartCold(): Promise<void> {
    await this.close();
    spawnSync('sync');
    for (const file of filesOf(join(this.#folder))) {
      if (file.includes(this.name))
        spawnSync('dd', [`if=${file}`, 'iflag=nocache', 'count=0', 'status=none']);
    }
    this.#child = this.#start();
    await once(this.#child, 'spawn');
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    await this.#ask({ kind: 'close' });
    await exited;
  }

  #start(): ChildProcess {
    return fork(
      join(import.meta.dirname, 'host.ts'),
      [this.name, this.#folder, JSON.stringify(this.#options)],
      {
        serialization: 'advanced',
      },
    );
  }

  #ask<T>(message: ToHost): Promise<T> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) this.#child = this.#start();
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const lost = (code: number | null, signal: string | null): void =>
        reject(new Error(`${this.name}: its process ended (${signal ?? code})`));
      child.once('exit', lost);
      child.once('message', (reply: { ok?: T; error?: string }) => {
        child.off('exit', lost);
        if (reply.error === undefined) resolve(reply.ok as T);
        else reject(new Error(`${this.name}: ${reply.error}`));
      });
      child.send(message);
    });
  }
}
