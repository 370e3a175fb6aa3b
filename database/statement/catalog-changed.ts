import type { Environment } from './environment.ts';

/** Other tables can be seen than before: what goes with a table goes, and what works by itself looks again. */
export function catalogChanged({ store, dictionaries, ownFiles, refresher, wrote }: Environment): void {
  dictionaries.sweep();
  ownFiles.sweep((id) => store.tables().some((table) => table.id === id));
  refresher().wake();
  wrote();
}
