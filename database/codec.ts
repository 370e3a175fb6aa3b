/** One codec context per thread: storage's scratch memory and compressors on this thread's view of the arena. */

import type { TaskEngine } from '../engine/exec/context.ts';
import { Region } from '../engine/memory/region.ts';
import { type CodecContext, nodeCompressors } from '../storage/index.ts';

const contexts = new WeakMap<TaskEngine, CodecContext>();

export function codecContext(engine: TaskEngine): CodecContext {
  let context = contexts.get(engine);
  if (context === undefined) {
    const { arena, kernels } = engine;
    context = { arena, kernels, compressors: nodeCompressors, scratch: new Region(arena, arena.openOwner()) };
    contexts.set(engine, context);
  }
  return context;
}
