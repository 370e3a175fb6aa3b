/** Worker entry of executor tests and benches: memory tables, and calls that misbehave. */

import { runWorker } from '../../engine/exec/worker/host.ts';
import { FramePins } from '../../engine/memory/frame-cache.ts';
import { MEMORY_KIND, openMemoryBlocks } from './memory-table.ts';
import { openForever, SPIN_KIND, spinUntil } from './spin.ts';

runWorker({
  openers: new Map([
    [MEMORY_KIND, openMemoryBlocks],
    [SPIN_KIND, openForever],
  ]),
  calls: new Map([
    ['echo', (payload) => payload],
    ['spin until', (payload, { arena }) => spinUntil(payload as { begins: number; ends: number }, arena)],
    [
      'pin and spin',
      (payload, engine) => {
        const { slot, loading } = payload as { slot: number; loading: number };
        const pins = new FramePins(engine.frames);
        engine.frames.pin(slot, 100, pins, () => {});
        engine.frames.pin(loading, 100, pins, () => {
          for (;;);
        });
      },
    ],
  ]),
});
