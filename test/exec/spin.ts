/** Work that does not come back. */

import type { PartOpener } from '../../engine/exec/context.ts';
import type { Arena } from '../../engine/memory/arena.ts';

export const SPIN_KIND = 'test-spin';

/** A part whose opening never ends; its descriptor is the address of a word that tells that it has begun. */
export const openForever: PartOpener = (descriptor, { arena }) => {
  Atomics.store(arena.i32, (descriptor as number) >>> 2, 1);
  for (;;);
};

/** Sets a word, and waits for another one without letting go of the thread. */
export function spinUntil({ begins, ends }: { begins: number; ends: number }, { i32 }: Arena): string {
  Atomics.store(i32, begins >>> 2, 1);
  while (Atomics.load(i32, ends >>> 2) === 0);
  return 'done';
}
