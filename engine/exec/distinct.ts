/** How many different values a part has of a column, asked of its reader: for the planner's estimates. */

import { BasaltError } from '../base/error.ts';
import type { Part } from '../plan/source.ts';
import type { EngineContext } from './context.ts';

/** Undefined where the part does not know. What cannot be read says nothing here: the scan will name it. */
export function distinctIn(engine: EngineContext, part: Part, columnId: number): number | undefined {
  try {
    const reader = engine.openers.get(part.kind)?.(part.descriptor, engine, 0);
    const distinct = reader?.distinct?.(columnId);
    reader?.close();
    return distinct;
  } catch (error) {
    if (error instanceof BasaltError) return undefined;
    throw error;
  }
}
