/** SYSTEM, as far as it changes anything: memory of what files say, and merges that wait. */

import type { BoundStatement } from '../../sql/index.ts';
import { stored } from '../system/table.ts';
import type { Environment } from './environment.ts';

export function runSystemCommand(
  { command, table }: Extract<BoundStatement, { kind: 'system' }>,
  { runtime, store, wrote }: Environment,
): void {
  switch (command.kind) {
    case 'nothing':
      return;
    case 'drop caches':
      // What queries hold at the moment stays until they end.
      runtime.engine.frames.evict(runtime.engine.arena.highWaterPage);
      return;
    case 'merges': {
      const id = table?.id ?? null;
      const ids = id === null ? store.tables().map((each) => each.id) : [stored(id)];
      for (const each of ids) store.pauseMerges(each, !command.run);
      if (command.run) wrote();
    }
  }
}
