/** The comparison's side of an engine's process. */

import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { filesOf } from './engine/folder.ts';
import type { ToHost } from './host.ts';
import type { Answer, EngineName, Table } from './suite.ts';

export class EngineProcess {
  readonly name: EngineName;
  readonly #folder: string;
  readonly #threads: number;
  #child: ChildProcess;

  constructor(name: EngineName, folder: string, threads: number) {
    this.name = name;
    this.#folder = folder;
    this.#threads = threads;
    this.#child = this.#start();
  }

  load(table: Table): Promise<{ ms: number }> {
    return this.#ask({ kind: 'load', table });
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
    return fork(join(import.meta.dirname, 'host.ts'), [this.name, this.#folder, String(this.#threads)], {
      serialization: 'advanced',
    });
  }

  #ask<T>(message: ToHost): Promise<T> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const lost = (code: number | null): void => reject(new Error(`${this.name} ended with ${code}`));
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
