/** The engines by name, loaded only when asked for: one can be measured without the others being installed. */

import type { EngineName } from '../suite.ts';
import type { OpenEngine } from './engine.ts';

export const ENGINES: Readonly<Record<EngineName, () => Promise<OpenEngine>>> = {
  basalt: async () => (await import('./basalt.ts')).openBasalt,
  duckdb: async () => (await import('./duckdb.ts')).openDuckdb,
  chdb: async () => (await import('./chdb.ts')).openChdb,
};

/** How results name the peers: what is measured is the library, not a server. */
export const LABELS: Readonly<Record<EngineName, string>> = {
  basalt: 'Basalt',
  duckdb: 'DuckDB 1.5.6',
  chdb: 'chdb 3.4.0 (ClickHouse 26.7 in-process)',
};
