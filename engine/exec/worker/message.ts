/**
 * The messages between the coordinator and its workers (DESIGN.md D13). Everything in them is plain data; bulk data
 * lies in the arena and travels as addresses, results as moved buffers.
 */

import type { ErrorData } from '../../base/error.ts';
import type { ResultBatch } from '../../vector/batch.ts';
import type { StageInputs } from '../stage/inputs.ts';
import type { Stage } from '../stage/stage.ts';

export type WorkerStart = {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly kernels: 'compiled' | 'reference';
  /** Address of the thread's pin log. */
  readonly pinLog: number;
  /** Address of what tells which query it runs. */
  readonly turn: number;
};

export type ToWorker =
  | {
      readonly kind: 'stage';
      readonly task: number;
      readonly query: number;
      readonly stage: Stage;
      readonly inputs: StageInputs;
    }
  /** Lets go of everything the worker holds for a query. */
  | { readonly kind: 'release'; readonly task: number; readonly query: number }
  /** Work of another layer, by the name its handler is registered under. */
  | { readonly kind: 'call'; readonly task: number; readonly name: string; readonly payload: unknown };

export type FromWorker =
  | { readonly kind: 'done'; readonly task: number; readonly result: unknown }
  | { readonly kind: 'failed'; readonly task: number; readonly error: ErrorData }
  /** Null: the morsel of an ordered stage has no more batches. */
  | {
      readonly kind: 'batch';
      readonly task: number;
      readonly batch: ResultBatch | null;
      readonly morsel: number;
    };
