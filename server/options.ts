/** Options of the server; what is bounded here has its default here. */

import { availableParallelism } from 'node:os';

export type ServerOptions = {
  /** Address both doors listen on. Anything but loopback needs a password. */
  readonly host: string;
  /** 0 picks a free port; null leaves the door closed. */
  readonly druidPort: number | null;
  readonly clickhousePort: number | null;
  readonly user: string;
  readonly password: string | null;
  /** Names, besides the address itself and localhost, that a Host header may hold; with them as Origin too. */
  readonly hostNames: readonly string[];
  readonly maxRunning: number;
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
  readonly queryTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxQueryBytes: number;
  readonly maxSpecBytes: number;
  readonly maxRunningTasks: number;
  readonly maxPendingTasks: number;
  /** Finished tasks that are remembered. */
  readonly maxFinishedTasks: number;
  /** How long `close` waits for what is running before it cancels it. */
  readonly drainMs: number;
};

export const DEFAULT_OPTIONS: ServerOptions = {
  host: '127.0.0.1',
  druidPort: 8888,
  clickhousePort: 8123,
  user: 'default',
  password: null,
  hostNames: [],
  maxRunning: 2 * availableParallelism(),
  maxWaiting: 100,
  maxWaitMs: 5000,
  queryTimeoutMs: 300000,
  maxConnections: 1000,
  maxQueryBytes: 16 << 20,
  maxSpecBytes: 64 << 20,
  maxRunningTasks: 2,
  maxPendingTasks: 100,
  maxFinishedTasks: 1000,
  drainMs: 8000,
};
